/*
 * Clocks of CPU time, one's own and other processes': what they show, and timers on them, which run
 * only while their process does.
 */
#include "check.h"

static void burn(int ms)
{
	double end = seconds(CLOCK_PROCESS_CPUTIME_ID) + ms / 1e3;

	while (seconds(CLOCK_PROCESS_CPUTIME_ID) < end)
		;
}

static clockid_t clock_of(pid_t pid)
{
	clockid_t clock;

	EQ(clock_getcpuclockid(pid, &clock), 0);
	return clock;
}

static void clocks(void)
{
	struct timespec ts;
	clockid_t clock;
	pid_t pid = OK(fork());

	if (!pid) {
		burn(30);
		pause();
	}
	while (seconds(clock_of(pid)) < 0.03)
		sleep_ms(5);
	CHECK(seconds(clock_of(getpid())) > 0);
	OK(clock_gettime((~0U << 3) | 6, &ts)); /* this thread's */
	OK(clock_gettime((~gettid() << 3) | 6, &ts));
	ERR(clock_gettime((~pid << 3) | 6, &ts), EINVAL); /* another's thread */
	ERR(clock_gettime(-1, &ts), EINVAL);
	ERR(clock_gettime(-5, &ts), EINVAL);
	OK(clock_getres(clock_of(pid), &ts));
	EQ(ts.tv_nsec, 1);
	OK(clock_getres((~0U << 3) | 1, &ts));
	EQ(ts.tv_nsec, 4000000);
	ERR(clock_settime(clock_of(pid), &ts), EPERM);
	ERR(clock_settime(CLOCK_PROCESS_CPUTIME_ID, &ts), EINVAL);
	OK(kill(pid, SIGKILL));
	EQ(waitpid(pid, NULL, 0), pid);
	EQ(clock_getcpuclockid(pid, &clock), ESRCH);
}

static volatile int fired;

static void handler(int sig, siginfo_t *si, void *context)
{
	(void)sig, (void)context;
	EQ(si->si_code, SI_TIMER);
	fired++;
}

/* A machine that stood still for a while has fewer signals than periods. */
static void burn_until(int signals)
{
	for (int i = 0; i < 100 && fired < signals; i++)
		burn(20);
	CHECK(fired >= signals);
}

static void timers(clockid_t clock)
{
	struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
	struct itimerspec it = {.it_value = {0, 200000000}}, old;
	timer_t t;

	fired = 0;
	OK(timer_create(clock, &ev, &t));
	OK(timer_gettime(t, &old));
	EQ(old.it_value.tv_nsec, 0);
	OK(timer_settime(t, 0, &it, NULL));
	sleep_ms(60);
	EQ(fired, 0); /* nothing has run */
	OK(timer_gettime(t, &old));
	CHECK(old.it_value.tv_nsec > 0 && old.it_value.tv_nsec <= 200000000);
	burn_until(1);
	burn(20);
	EQ(fired, 1);
	OK(timer_gettime(t, &old));
	EQ(old.it_value.tv_nsec, 0);
	it = (struct itimerspec){{0, 10000000}, {0, 20000000}};
	OK(timer_settime(t, 0, &it, NULL));
	burn_until(4);
	it = (struct itimerspec){.it_value = {0, 1}};
	fired = 0;
	OK(timer_settime(t, TIMER_ABSTIME, &it, &old)); /* that time is past */
	EQ(old.it_interval.tv_nsec, 10000000);
	EQ(fired, 1);
	OK(timer_delete(t));
}

/* A timer on the time of a child; when the child is gone it cannot be set. */
static void of_a_child(void)
{
	struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
	struct itimerspec it = {.it_value = {0, 20000000}};
	pid_t pid = OK(fork());
	timer_t t;

	if (!pid)
		for (;;)
			;
	fired = 0;
	OK(timer_create(clock_of(pid), &ev, &t));
	OK(timer_settime(t, 0, &it, NULL));
	for (int i = 0; i < 500 && !fired; i++)
		sleep_ms(10);
	EQ(fired, 1);
	OK(kill(pid, SIGKILL));
	EQ(waitpid(pid, NULL, 0), pid);
	ERR(timer_settime(t, 0, &it, NULL), ESRCH);
	OK(timer_gettime(t, &it));
	EQ(it.it_value.tv_nsec, 0);
	OK(timer_delete(t));
}

int main(void)
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART};
	struct sigevent ev = {.sigev_notify = SIGEV_NONE};
	timer_t t;

	OK(sigaction(SIGUSR1, &sa, NULL));
	clocks();
	timers(CLOCK_PROCESS_CPUTIME_ID);
	timers(CLOCK_THREAD_CPUTIME_ID);
	of_a_child();
	ERR(timer_create(-1, &ev, &t), EINVAL);
	ERR(syscall(SYS_timer_create, -1, NULL, (void *)8), EFAULT);
	ERR(timer_create(-5, &ev, &t), EOPNOTSUPP);
	ERR(timer_create(CLOCK_MONOTONIC_RAW, &ev, &t), EOPNOTSUPP);
	ERR(timer_create(10, &ev, &t), EINVAL);
	become_nobody();
	ERR(timer_create(CLOCK_BOOTTIME_ALARM, &ev, &t), EPERM);
	return 0;
}
