/* SPDX-License-Identifier: MIT */
/* With 8,000 timers of a process each costs about what each of 500 costs; they expire in order. */
#include "../check.h"

static timer_t ids[8000];

/* Seconds of CPU time for each of @n timers: create, arm at a time without order, delete. */
static double cost_of_each(int n)
{
	double start = seconds(CLOCK_PROCESS_CPUTIME_ID);
	struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
	unsigned int random = 1;

	for (int i = 0; i < n; i++) {
		struct itimerspec v = {.it_value.tv_sec = 10000};

		random = random * 1103515245 + 12345;
		v.it_value.tv_nsec = random % 1000000000;
		OK(timer_create(CLOCK_MONOTONIC, &ev, &ids[i]));
		OK(timer_settime(ids[i], 0, &v, NULL));
	}
	for (int i = 0; i < n; i++)
		OK(timer_delete(ids[i]));
	return (seconds(CLOCK_PROCESS_CPUTIME_ID) - start) / n;
}

/* Timers of the same time expire in the order in which they were armed. */
static void equal_times_keep_order(void)
{
	static const int order[] = {3, 0, 6, 1, 7, 2, 5, 4};
	struct itimerspec v = {0};
	siginfo_t info;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	OK(sigprocmask(SIG_BLOCK, &set, NULL));
	for (long i = 0; i < 8; i++) {
		struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL,
				      .sigev_signo = SIGRTMIN,
				      .sigev_value.sival_int = i};

		OK(timer_create(CLOCK_MONOTONIC, &ev, &ids[i]));
	}
	OK(clock_gettime(CLOCK_MONOTONIC, &v.it_value));
	v.it_value.tv_sec++;
	for (int i = 0; i < 8; i++)
		OK(timer_settime(ids[order[i]], TIMER_ABSTIME, &v, NULL));
	OK(timer_delete(ids[2]));
	for (int i = 0; i < 8; i++) {
		if (order[i] == 2)
			continue;
		EQ(sigwaitinfo(&set, &info), SIGRTMIN);
		EQ(info.si_value.sival_int, order[i]);
	}
}

int main(void)
{
	struct rlimit limit = {20000, 20000};
	double few, many;

	OK(setrlimit(RLIMIT_SIGPENDING, &limit));
	few = cost_of_each(500);
	many = cost_of_each(8000);
	if (many > 4 * few + 5e-6)
		dprintf(1, "of 500: %.2f us each; of 8000: %.2f us each\n", few * 1e6, many * 1e6);
	CHECK(many <= 4 * few + 5e-6);
	equal_times_keep_order();
	return 0;
}
