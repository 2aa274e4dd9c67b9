/* SA_ONSTACK runs the handler on the alternate stack, also when the stack has overflowed. */
#include "check.h"

static char *alt;
static volatile int on_alt, flags_inside;

static void handler(int sig)
{
	char here;
	stack_t ss;

	sigaltstack(NULL, &ss);
	flags_inside = ss.ss_flags;
	on_alt = &here >= alt && &here < alt + 65536;
	if (sig == SIGSEGV)
		_exit(on_alt ? 7 : 8);
}

static int overflow(int n)
{
	volatile char room[4096];

	room[0] = n;
	return n ? overflow(n + 1) + room[0] : 0;
}

static void run_over(void) { overflow(1); }

int main(void)
{
	stack_t ss = {.ss_size = 65536};
	struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_ONSTACK};

	ss.ss_sp = alt = anon(65536, PROT_READ | PROT_WRITE);
	OK(sigaltstack(&ss, NULL));
	OK(sigaction(SIGUSR1, &sa, NULL));
	OK(sigaction(SIGSEGV, &sa, NULL));
	raise(SIGUSR1);
	EQ(on_alt, 1);
	EQ(flags_inside, SS_ONSTACK);
	EQ(in_child(run_over), 7 << 8);
	ss.ss_size = 100;
	ERR(sigaltstack(&ss, NULL), ENOMEM);
	ss.ss_size = 65536;
	ss.ss_flags = 77;
	ERR(sigaltstack(&ss, NULL), EINVAL);
	ss.ss_flags = SS_DISABLE;
	OK(sigaltstack(&ss, NULL));
	raise(SIGUSR1);
	EQ(on_alt, 0);
	return 0;
}
