/*
 * sigsuspend() opens the mask just while it sleeps; pending signals run, then the old mask is back.
 */
#include "check.h"

static volatile int count;

static void handler(int sig)
{
	sigset_t now;

	(void)sig;
	sigprocmask(SIG_SETMASK, NULL, &now);
	count += sigismember(&now, SIGUSR1) && sigismember(&now, SIGUSR2) ? 1 : 100;
}

int main(void)
{
	sigset_t usr1, usr2, now;

	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigemptyset(&usr2);
	sigaddset(&usr2, SIGUSR2);
	signal(SIGUSR1, handler);
	OK(sigprocmask(SIG_BLOCK, &usr1, NULL));
	raise(SIGUSR1);
	EQ(count, 0);
	ERR(sigsuspend(&usr2), EINTR);
	EQ(count, 1);
	OK(sigprocmask(SIG_SETMASK, NULL, &now));
	EQ(sigismember(&now, SIGUSR1), 1);
	EQ(sigismember(&now, SIGUSR2), 0);
	return 0;
}
