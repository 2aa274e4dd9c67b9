/*
 * rusage of waited children goes to RUSAGE_CHILDREN; a busy child has user time, faults are
 * counted.
 */
#include "check.h"

static void busy(void)
{
	double end = seconds(CLOCK_PROCESS_CPUTIME_ID) + 0.08;

	while (seconds(CLOCK_PROCESS_CPUTIME_ID) < end)
		;
	memset(anon(64 * PAGE, PROT_READ | PROT_WRITE), 1, 64 * PAGE);
}

int main(void)
{
	struct rusage ru, before;

	OK(getrusage(RUSAGE_CHILDREN, &before));
	EQ(in_child(busy), 0);
	OK(getrusage(RUSAGE_CHILDREN, &ru));
	CHECK(ru.ru_utime.tv_usec + ru.ru_stime.tv_usec - before.ru_utime.tv_usec -
		      before.ru_stime.tv_usec >=
	      50000);
	CHECK(ru.ru_minflt - before.ru_minflt >= 64);
	CHECK(ru.ru_maxrss >= 256);
	ERR(getrusage(5, &ru), EINVAL);
	return 0;
}
