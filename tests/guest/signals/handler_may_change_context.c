/*
 * What a handler writes into its ucontext is what the program goes on with; wild values do not
 * harm.
 */
#include "check.h"
#include <ucontext.h>

static void skip(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)sig, (void)info;
	uc->uc_mcontext.gregs[REG_RIP] += 2;
	uc->uc_mcontext.gregs[REG_RBX] = 4711;
	sigaddset(&uc->uc_sigmask, SIGUSR2);
}

static void wild(int sig, siginfo_t *info, void *context)
{
	(void)sig, (void)info;
	((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] = 0x8000000000000000;
}

static void go_wild(void)
{
	struct sigaction sa = {.sa_sigaction = wild, .sa_flags = SA_SIGINFO};

	sigaction(SIGUSR1, &sa, NULL);
	raise(SIGUSR1);
}

int main(void)
{
	struct sigaction sa = {.sa_sigaction = skip, .sa_flags = SA_SIGINFO};
	unsigned long rbx;
	sigset_t now;

	sigaction(SIGILL, &sa, NULL);
	asm volatile("xor %%ebx, %%ebx; ud2; mov %%rbx, %0" : "=r"(rbx) : : "rbx");
	EQ(rbx, 4711);
	OK(sigprocmask(SIG_BLOCK, NULL, &now));
	EQ(sigismember(&now, SIGUSR2), 1);
	EQ(WTERMSIG(in_child(go_wild)), SIGSEGV);
	return 0;
}
