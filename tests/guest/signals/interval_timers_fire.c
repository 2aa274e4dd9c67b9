/*
 * ITIMER_REAL comes again and again, ITIMER_VIRTUAL counts user time only, alarm() tells what was
 * left.
 */
#include "check.h"
#include <sys/time.h>

static volatile int count[65];

static void handler(int sig) { count[sig]++; }

int main(void)
{
	struct itimerval it = {{0, 10000}, {0, 10000}}, off = {0}, old;

	signal(SIGALRM, handler);
	signal(SIGVTALRM, handler);
	OK(setitimer(ITIMER_REAL, &it, NULL));
	while (count[SIGALRM] < 3)
		pause();
	OK(setitimer(ITIMER_REAL, &off, &old));
	EQ(old.it_interval.tv_usec, 10000);
	OK(setitimer(ITIMER_VIRTUAL, &it, NULL));
	sleep_ms(40);
	EQ(count[SIGVTALRM], 0);
	double end = seconds(CLOCK_MONOTONIC) + 2;
	while (!count[SIGVTALRM] && seconds(CLOCK_MONOTONIC) < end)
		;
	CHECK(count[SIGVTALRM] > 0);
	EQ(alarm(100), 0);
	EQ(alarm(0), 100);
	ERR(setitimer(3, &it, NULL), EINVAL);
	it.it_value.tv_usec = 1000000;
	ERR(setitimer(ITIMER_REAL, &it, NULL), EINVAL);
	return 0;
}
