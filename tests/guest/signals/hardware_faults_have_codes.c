/* Division by zero, an undefined instruction, a breakpoint: signal, si_code and si_addr. */
#include "check.h"
#include <ucontext.h>

static siginfo_t got;
static sigjmp_buf back;
static unsigned long rip, trapno;

static void handler(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	got = *info;
	rip = ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
	trapno = ((ucontext_t *)context)->uc_mcontext.gregs[REG_TRAPNO];
	siglongjmp(back, 1);
}

#define CAUSE(text, sig, code, trap) \
	do { \
		if (!sigsetjmp(back, 1)) \
			asm volatile(text : : : "rax", "rdx", "rcx", "memory"); \
		EQ(got.si_signo, sig); \
		EQ(got.si_code, code); \
		EQ(trapno, trap); \
	} while (0)

int main(void)
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};

	for (int sig = SIGILL; sig <= SIGSEGV; sig++)
		sigaction(sig, &sa, NULL);
	CAUSE("xor %%edx, %%edx; xor %%eax, %%eax; xor %%ecx, %%ecx; div %%ecx", SIGFPE, FPE_INTDIV,
	      0);
	EQ(got.si_addr, rip);
	CAUSE("ud2", SIGILL, ILL_ILLOPN, 6);
	EQ(got.si_addr, rip);
	CAUSE("int3", SIGTRAP, SI_KERNEL, 3);
	CAUSE("hlt", SIGSEGV, SI_KERNEL, 13);
	EQ(got.si_addr, NULL);
	CAUSE("pushf; orl $0x100, (%%rsp); popf; nop", SIGTRAP, TRAP_TRACE, 1);
	CAUSE("mov $8, %%eax; mov (%%rax), %%ecx", SIGSEGV, SEGV_MAPERR, 14);
	EQ(got.si_addr, 8);
	CAUSE("int $0x40", SIGSEGV, SI_KERNEL, 13);
	return 0;
}
