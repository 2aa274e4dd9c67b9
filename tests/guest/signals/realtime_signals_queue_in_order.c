/*
 * A standard signal is pending once; real-time signals queue, lowest number first, with their
 * values.
 */
#include "check.h"

int main(void)
{
	sigset_t set;
	siginfo_t si;
	struct timespec zero = {0, 0};

	sigfillset(&set);
	OK(sigprocmask(SIG_BLOCK, &set, NULL));
	for (int i = 0; i < 3; i++) {
		OK(sigqueue(getpid(), SIGRTMIN + 2, (union sigval){.sival_int = 10 + i}));
		OK(sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = 20 + i}));
		OK(sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 30 + i}));
	}
	EQ(sigtimedwait(&set, &si, &zero), SIGUSR1);
	EQ(si.si_value.sival_int, 30);
	for (int n = 1; n <= 2; n++)
		for (int i = 0; i < 3; i++) {
			EQ(sigtimedwait(&set, &si, &zero), SIGRTMIN + n);
			EQ(si.si_value.sival_int, (n == 1 ? 20 : 10) + i);
		}
	ERR(sigtimedwait(&set, &si, &zero), EAGAIN);
	zero.tv_nsec = 1000000000;
	ERR(sigtimedwait(&set, &si, &zero), EINVAL);
	ERR(sigqueue(getpid(), 65, (union sigval){0}), EINVAL);
	ERR(sigqueue(99999, 0, (union sigval){0}), ESRCH);
	return 0;
}
