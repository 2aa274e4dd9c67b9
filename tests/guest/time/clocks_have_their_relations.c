/*
 * REALTIME is after 2024 and agrees with time() and gettimeofday(); COARSE lags less than 20 ms;
 * BOOTTIME >= MONOTONIC.
 */
#include "check.h"
#include <sys/time.h>

int main(void)
{
	struct timeval tv;
	struct timespec ts;
	double real = seconds(CLOCK_REALTIME), coarse = seconds(CLOCK_REALTIME_COARSE), raw;

	CHECK(real > 1704067200);
	OK(gettimeofday(&tv, NULL));
	double tod = tv.tv_sec + tv.tv_usec / 1e6;
	CHECK(tod >= real - 0.001 && tod < real + 0.5);
	CHECK(time(NULL) >= (time_t)real - 1 && time(NULL) <= (time_t)real + 1);
	CHECK(coarse <= real + 0.1 && coarse >= real - 0.02);
	raw = seconds(CLOCK_MONOTONIC);
	CHECK(seconds(CLOCK_BOOTTIME) >= raw);
	CHECK(seconds(CLOCK_MONOTONIC_COARSE) >= raw - 0.02);
	CHECK(seconds(CLOCK_MONOTONIC_RAW) > 0);
	CHECK(seconds(CLOCK_PROCESS_CPUTIME_ID) < raw);
	CHECK(seconds(CLOCK_THREAD_CPUTIME_ID) > 0);
	OK(clock_getres(CLOCK_MONOTONIC, &ts));
	EQ(ts.tv_sec * 1000000000 + ts.tv_nsec, 1);
	OK(clock_getres(CLOCK_REALTIME_COARSE, &ts));
	EQ(ts.tv_nsec, 4000000);
	ERR(clock_gettime(99, &ts), EINVAL);
	ERR(syscall(SYS_clock_gettime, CLOCK_REALTIME, 8), EFAULT);
	return 0;
}
