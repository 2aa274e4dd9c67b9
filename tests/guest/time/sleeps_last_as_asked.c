/*
 * nanosleep() and clock_nanosleep(), relative and absolute, never end early, nor much late; errors.
 */
#include "check.h"

int main(void)
{
	struct timespec ts = {0, 50000000}, bad = {0, 1000000000};
	double t0 = seconds(CLOCK_MONOTONIC), took;

	OK(nanosleep(&ts, NULL));
	took = seconds(CLOCK_MONOTONIC) - t0;
	CHECK(took >= 0.05 && took < 0.5);
	t0 = seconds(CLOCK_MONOTONIC);
	for (int i = 0; i < 5; i++) {
		ts.tv_nsec = 1000000;
		OK(nanosleep(&ts, NULL));
	}
	took = seconds(CLOCK_MONOTONIC) - t0;
	CHECK(took >= 0.005 && took < 0.3);
	OK(clock_gettime(CLOCK_MONOTONIC, &ts));
	ts.tv_nsec += 40000000;
	ts.tv_sec += ts.tv_nsec / 1000000000;
	ts.tv_nsec %= 1000000000;
	EQ(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL), 0);
	CHECK(seconds(CLOCK_MONOTONIC) >= ts.tv_sec + ts.tv_nsec / 1e9 - 1e-6);
	t0 = seconds(CLOCK_MONOTONIC);
	EQ(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL), 0);
	CHECK(seconds(CLOCK_MONOTONIC) - t0 < 0.05);
	ERR(nanosleep(&bad, NULL), EINVAL);
	bad = (struct timespec){-1, 0};
	ERR(nanosleep(&bad, NULL), EINVAL);
	EQ(clock_nanosleep(99, 0, &ts, NULL), EINVAL);
	EQ(clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &ts, NULL), EINVAL);
	return 0;
}
