/*
 * The coarse clocks, read by vdso and by system call in turn, never go back, and are never ahead of
 * the exact ones. Time stamps of files are taken from the coarse clock, and time() is its second.
 */
#include "check.h"

static long ns(int clock, int by_call)
{
	struct timespec ts;

	if (by_call)
		OK(syscall(SYS_clock_gettime, clock, &ts));
	else
		OK(clock_gettime(clock, &ts));
	return ts.tv_sec * 1000000000L + ts.tv_nsec;
}

static void never_back(int coarse, int exact)
{
	long last = 0;

	for (int i = 0; i < 4000; i++) {
		long now = ns(coarse, i & 1);

		CHECK(now >= last);
		last = now;
		CHECK(now <= ns(exact, i & 2));
	}
}

static long stamp_of(int fd)
{
	struct stat st;

	OK(fstat(fd, &st));
	return st.st_mtim.tv_sec * 1000000000L + st.st_mtim.tv_nsec;
}

int main(void)
{
	int fd = OK(open("stamped", O_CREAT | O_RDWR | O_TRUNC, 0600));
	time_t second;

	never_back(CLOCK_MONOTONIC_COARSE, CLOCK_MONOTONIC);
	never_back(CLOCK_REALTIME_COARSE, CLOCK_REALTIME);
	for (int i = 0; i < 2000; i++) {
		long before = ns(CLOCK_REALTIME_COARSE, i & 1);

		CHECK(write(fd, "x", 1) == 1);
		CHECK(stamp_of(fd) >= before);
		CHECK(stamp_of(fd) <= ns(CLOCK_REALTIME_COARSE, i & 1));
		second = syscall(SYS_time, NULL);
		CHECK(second >= before / 1000000000);
		CHECK(second <= ns(CLOCK_REALTIME_COARSE, 0) / 1000000000);
	}
	return 0;
}
