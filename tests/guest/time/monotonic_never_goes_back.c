/* CLOCK_MONOTONIC read by vdso and by system call in turn never goes back, and both agree. */
#include "check.h"

static long ns(int by_call)
{
	struct timespec ts;

	if (by_call)
		OK(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &ts));
	else
		OK(clock_gettime(CLOCK_MONOTONIC, &ts));
	CHECK(ts.tv_nsec >= 0 && ts.tv_nsec < 1000000000);
	return ts.tv_sec * 1000000000L + ts.tv_nsec;
}

int main(void)
{
	long last = ns(0), start = last;

	for (int i = 0; i < 20000; i++) {
		long now = ns(i & 1);
		if (now < last)
			printf("step %d: %ld after %ld\n", i, now, last);
		CHECK(now >= last);
		last = now;
	}
	CHECK(last > start);
	return 0;
}
