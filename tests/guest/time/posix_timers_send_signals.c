/*
 * timer_create(): the signal carries the value and SI_TIMER, intervals go on, overruns count,
 * delete ends it.
 */
#include "check.h"

int main(void)
{
	timer_t id;
	siginfo_t si;
	sigset_t set;
	struct timespec zero = {0, 50000000};
	struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL,
			      .sigev_signo = SIGRTMIN,
			      .sigev_value.sival_int = 77};
	struct itimerspec it = {{0, 5000000}, {0, 10000000}};

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	OK(sigprocmask(SIG_BLOCK, &set, NULL));
	OK(timer_create(CLOCK_MONOTONIC, &ev, &id));
	OK(timer_settime(id, 0, &it, NULL));
	EQ(sigwaitinfo(&set, &si), SIGRTMIN);
	EQ(si.si_code, SI_TIMER);
	EQ(si.si_value.sival_int, 77);
	sleep_ms(60);
	EQ(sigwaitinfo(&set, &si), SIGRTMIN);
	CHECK(si.si_overrun >= 5);
	EQ(timer_getoverrun(id), si.si_overrun);
	OK(timer_gettime(id, &it));
	EQ(it.it_interval.tv_nsec, 5000000);
	CHECK(it.it_value.tv_nsec > 0 && it.it_value.tv_nsec <= 5000000);
	OK(timer_delete(id));
	while (sigtimedwait(&set, &si, &(struct timespec){0}) > 0)
		;
	ERR(sigtimedwait(&set, &si, &zero), EAGAIN);
	ERR(syscall(SYS_timer_delete, 99), EINVAL);
	ERR(timer_create(99, &ev, &id), EINVAL);
	ev.sigev_signo = 0;
	ERR(timer_create(CLOCK_MONOTONIC, &ev, &id), EINVAL);
	return 0;
}
