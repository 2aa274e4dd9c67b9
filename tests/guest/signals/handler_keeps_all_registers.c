/*
 * A handler that changes every register, flag and xmm leaves them unchanged for the code it
 * interrupts.
 */
#include "check.h"

static void handler(int sig)
{
	(void)sig;
	asm volatile(
		"xor %%eax, %%eax; mov $1, %%ecx; mov $2, %%edx; mov $3, %%esi; mov $4, %%edi; xor "
		"%%r8, %%r8;"
		"xor %%r9, %%r9; xor %%r10, %%r10; xor %%r11, %%r11; pxor %%xmm0, %%xmm0; pxor "
		"%%xmm15, %%xmm15; stc"
		:
		:
		: "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "xmm0", "xmm15");
}

int main(void)
{
	static unsigned long out[8], want[8] = {11, 22, 33, 44, 55, 66, 77, 88};
	static unsigned char in15[16], out15[16];
	register unsigned long rdi asm("rdi") = getpid();

	signal(SIGUSR1, handler);
	memset(in15, 0xa5, 16);
	asm volatile(
		"movups %[in], %%xmm15\n mov $22, %%rbx\n mov $33, %%r8\n mov $44, %%r9\n mov $55, "
		"%%r10\n"
		"mov $66, %%r12\n mov $77, %%r13\n mov $88, %%r14\n"
		"mov $62, %%eax\n mov $10, %%esi\n mov $11, %%edx\n syscall\n"
		"mov %%rdx, 0+%[out]\n mov %%rbx, 8+%[out]\n mov %%r8, 16+%[out]\n mov %%r9, "
		"24+%[out]\n"
		"mov %%r10, 32+%[out]\n mov %%r12, 40+%[out]\n mov %%r13, 48+%[out]\n mov %%r14, "
		"56+%[out]\n"
		: [out] "=o"(out), "+r"(rdi)
		: [in] "m"(in15)
		: "rax", "rbx", "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
		  "xmm15", "memory");
	asm volatile("movups %%xmm15, (%0)" : : "r"(out15) : "memory");
	for (int i = 0; i < 8; i++)
		EQ(out[i], want[i]);
	CHECK(!memcmp(in15, out15, 16));
	return 0;
}
