/* flags: -static -Wl,-e,entry */
/*
 * At a program's first instruction all registers are 0, also xmm, flags 0x202, mxcsr 0x1f80, no
 * TLS, rsp aligned.
 */
#include "check.h"
#include <asm/prctl.h>

unsigned long regs[16];
unsigned int mxcsr;
unsigned char xmm[32];
unsigned short fcw;

asm(".globl entry\nentry:\n"
    "mov %rax, regs(%rip)\n mov %rbx, regs+8(%rip)\n mov %rcx, regs+16(%rip)\n mov %rdx, "
    "regs+24(%rip)\n"
    "mov %rsi, regs+32(%rip)\n mov %rdi, regs+40(%rip)\n mov %rbp, regs+48(%rip)\n mov %rsp, "
    "regs+56(%rip)\n"
    "mov %r8, regs+64(%rip)\n mov %r9, regs+72(%rip)\n mov %r10, regs+80(%rip)\n mov %r11, "
    "regs+88(%rip)\n"
    "mov %r12, regs+96(%rip)\n mov %r13, regs+104(%rip)\n mov %r14, regs+112(%rip)\n"
    "stmxcsr mxcsr(%rip)\n movups %xmm0, xmm(%rip)\n movups %xmm15, xmm+16(%rip)\n fnstcw "
    "fcw(%rip)\n"
    "mov $158, %eax\n mov $0x1003, %edi\n lea regs+120(%rip), %rsi\n syscall\n"
    "xor %edx, %edx\n xor %ebp, %ebp\n jmp _start\n");

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		for (int i = 0; i < 16; i++)
			if (i == 7)
				EQ(regs[i] & 15, 0);
			else
				EQ(regs[i], 0);
		for (int i = 0; i < 32; i++)
			EQ(xmm[i], 0);
		EQ(mxcsr, 0x1f80);
		EQ(fcw, 0x37f);
		return 0;
	}
	unsigned int csr = 0x9f80;
	unsigned short cw = 0x27f;
	asm volatile("ldmxcsr %0; fldcw %1; pcmpeqb %%xmm0, %%xmm0; pcmpeqb %%xmm15, %%xmm15"
		     :
		     : "m"(csr), "m"(cw));
	EXEC_SELF("x");
}
