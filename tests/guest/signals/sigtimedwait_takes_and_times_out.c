/*
 * sigtimedwait() sleeps until the signal comes or time is up; another signal's handler gives EINTR.
 */
#include "check.h"

static void handler(int sig) { (void)sig; }

int main(void)
{
	sigset_t set;
	siginfo_t si;
	struct timespec ts = {0, 50000000}, two = {2, 0};
	double t0 = seconds(CLOCK_MONOTONIC);

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	OK(sigprocmask(SIG_BLOCK, &set, NULL));
	ERR(sigtimedwait(&set, &si, &ts), EAGAIN);
	CHECK(seconds(CLOCK_MONOTONIC) - t0 >= 0.05);
	signal(SIGUSR2, handler);
	pid_t pid = OK(fork());
	if (!pid) {
		sleep_ms(30);
		kill(getppid(), SIGUSR2);
		sleep_ms(30);
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	ERR(sigtimedwait(&set, &si, &two), EINTR);
	EQ(sigwaitinfo(&set, &si), SIGUSR1);
	EQ(si.si_pid, pid);
	EQ(waitpid(pid, NULL, 0), pid);
	return 0;
}
