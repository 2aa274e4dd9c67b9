/*
 * The process's CPU clock stands while it sleeps and runs while it computes; times() and clock()
 * follow.
 */
#include "check.h"
#include <sys/times.h>

/* A computation of a fifth of a millisecond is seen, wherever the next tick is. */
static void is_exact(clockid_t clock)
{
	for (int i = 0; i < 5; i++) {
		double c0 = seconds(clock), m0 = seconds(CLOCK_MONOTONIC);

		while (seconds(CLOCK_MONOTONIC) - m0 < 0.0002)
			;
		CHECK(seconds(clock) > c0);
	}
}

int main(void)
{
	struct tms t;
	double c0 = seconds(CLOCK_PROCESS_CPUTIME_ID), m0;

	sleep_ms(100);
	CHECK(seconds(CLOCK_PROCESS_CPUTIME_ID) - c0 < 0.05);
	m0 = seconds(CLOCK_MONOTONIC);
	c0 = seconds(CLOCK_PROCESS_CPUTIME_ID);
	while (seconds(CLOCK_MONOTONIC) - m0 < 0.1)
		;
	CHECK(seconds(CLOCK_PROCESS_CPUTIME_ID) - c0 > 0.04);
	is_exact(CLOCK_PROCESS_CPUTIME_ID);
	is_exact(CLOCK_THREAD_CPUTIME_ID);
	CHECK(OK(times(&t)) > 0);
	CHECK(t.tms_utime + t.tms_stime >= 4);
	return 0;
}
