/*
 * SIGCONT takes pending stop signals away and a stop takes a pending SIGCONT; both cannot be
 * refused.
 */
#include "check.h"

int main(void)
{
	sigset_t set, pending;

	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	sigaddset(&set, SIGCONT);
	OK(sigprocmask(SIG_BLOCK, &set, NULL));
	OK(kill(getpid(), SIGTSTP));
	OK(sigpending(&pending));
	EQ(sigismember(&pending, SIGTSTP), 1);
	OK(kill(getpid(), SIGCONT));
	OK(sigpending(&pending));
	EQ(sigismember(&pending, SIGTSTP), 0);
	EQ(sigismember(&pending, SIGCONT), 1);
	OK(kill(getpid(), SIGTSTP));
	OK(sigpending(&pending));
	EQ(sigismember(&pending, SIGCONT), 0);
	ERR(sigaction(SIGKILL, &(struct sigaction){.sa_handler = SIG_IGN}, NULL), EINVAL);
	ERR(sigaction(SIGSTOP, &(struct sigaction){.sa_handler = SIG_IGN}, NULL), EINVAL);
	sigfillset(&set);
	OK(sigprocmask(SIG_BLOCK, &set, NULL));
	OK(sigprocmask(SIG_BLOCK, NULL, &set));
	EQ(sigismember(&set, SIGKILL), 0);
	EQ(sigismember(&set, SIGSTOP), 0);
	return 0;
}
