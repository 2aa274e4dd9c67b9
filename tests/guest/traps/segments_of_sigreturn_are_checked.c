/*
 * A signal frame with a selector or an address that IRET refuses: the process sees the fault, with
 * its error code.
 */
#include "check.h"
#include <ucontext.h>

static unsigned long cs, ss, rip;

static void ask_for(int sig, siginfo_t *info, void *context)
{
	greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;

	(void)sig;
	(void)info;
	g[REG_CSGSFS] = cs | ss << 48;
	if (rip)
		g[REG_RIP] = rip;
}

/* Ends with the error code, which is a selector and fits; 1 is none. */
static void refused(int sig, siginfo_t *info, void *context)
{
	greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;

	EQ(sig, SIGSEGV);
	EQ(info->si_code, SI_KERNEL);
	EQ(info->si_addr, NULL);
	EQ(g[REG_TRAPNO], 13);
	EQ(g[REG_CSGSFS] & 0xffff, cs | 3);
	_exit(g[REG_ERR]);
}

static void take_it(void)
{
	struct sigaction ask = {.sa_sigaction = ask_for, .sa_flags = SA_SIGINFO};
	struct sigaction see = {.sa_sigaction = refused, .sa_flags = SA_SIGINFO};

	sigaction(SIGTRAP, &ask, NULL);
	sigaction(SIGSEGV, &see, NULL);
	asm volatile("int3");
	_exit(1);
}

static int error_code(unsigned long code, unsigned long stack, unsigned long ip)
{
	int status;

	cs = code;
	ss = stack;
	rip = ip;
	status = in_child(take_it);
	CHECK(WIFEXITED(status));
	return WEXITSTATUS(status);
}

int main(void)
{
	static const unsigned long bad_cs[] = {0,    7,	   8,	 0x10, 0x1b, 0x2b, 0x37,
					       0x3b, 0x43, 0x4b, 0x7b, 0x83, 0x87};
	static const unsigned long bad_ss[] = {0,    7,	   8,	 0x10, 0x18, 0x23, 0x33,
					       0x3b, 0x43, 0x4b, 0x7b, 0x83, 0x87};

	become_nobody();
	for (unsigned int i = 0; i < sizeof(bad_cs) / sizeof(*bad_cs); i++)
		EQ(error_code(bad_cs[i], 0x2b, 0), bad_cs[i] & 0xfc);
	for (unsigned int i = 0; i < sizeof(bad_ss) / sizeof(*bad_ss); i++)
		EQ(error_code(0x33, bad_ss[i], 0), bad_ss[i] & 0xfc);
	EQ(error_code(0x33, 0x2b, 0x800000000000), 0);
	EQ(error_code(0x33, 0x2b, 0x8000000000000000), 0);
	EQ(error_code(0x33, 0x2b, 0), 1);
	return 0;
}
