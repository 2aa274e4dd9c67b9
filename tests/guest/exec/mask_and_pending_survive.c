/* The blocked mask and the pending signals live on through exec; the alternate stack does not. */
#include "check.h"

int main(int argc, char **argv)
{
	sigset_t set;
	stack_t ss = {.ss_sp = malloc(1 << 16), .ss_size = 1 << 16};

	(void)argv;
	sigemptyset(&set);
	if (argc > 1) {
		OK(sigaltstack(NULL, &ss));
		EQ(ss.ss_flags, SS_DISABLE);
		OK(sigprocmask(SIG_SETMASK, NULL, &set));
		EQ(sigismember(&set, SIGTERM), 1);
		EQ(sigismember(&set, SIGINT), 0);
		OK(sigpending(&set));
		EQ(sigismember(&set, SIGTERM), 1);
		EQ(sigismember(&set, SIGRTMIN), 1);
		EQ(sigismember(&set, SIGUSR1), 0);
		return 0;
	}
	OK(sigaltstack(&ss, NULL));
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGRTMIN);
	OK(sigprocmask(SIG_BLOCK, &set, NULL));
	OK(kill(getpid(), SIGTERM));
	OK(raise(SIGRTMIN));
	EXEC_SELF("again");
}
