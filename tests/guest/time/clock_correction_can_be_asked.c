/* adjtimex() of a clock that nobody corrects; clock_adjtime() and settimeofday() check first. */
#include "check.h"
#include <sys/time.h>
#include <sys/timex.h>

static void as_nobody(void)
{
	struct timex tx = {.modes = ADJ_OFFSET_SS_READ};
	struct timeval tv = {2000000000, 0};

	become_nobody();
	EQ(adjtimex(&tx), TIME_ERROR);
	tx.modes = ADJ_FREQUENCY;
	ERR(adjtimex(&tx), EPERM);
	tx.modes = ADJ_OFFSET_SINGLESHOT;
	ERR(adjtimex(&tx), EPERM);
	ERR(settimeofday(&tv, NULL), EPERM);
}

int main(void)
{
	struct timex tx = {0};
	struct timezone tz = {1000, 0};
	struct timeval tv = {-1, 0};
	time_t now = time(NULL);

	EQ(adjtimex(&tx), TIME_ERROR);
	EQ(tx.status, STA_UNSYNC);
	EQ(tx.tick, 10000);
	EQ(tx.freq, 0);
	EQ(tx.constant, 2);
	EQ(tx.precision, 1);
	EQ(tx.tolerance, 32768000);
	CHECK(tx.time.tv_sec - now <= 1 && tx.time.tv_usec < 1000000);
	ERR(adjtimex((void *)8), EFAULT);
	EQ(clock_adjtime(CLOCK_REALTIME, &tx), TIME_ERROR);
	ERR(clock_adjtime(CLOCK_MONOTONIC, &tx), EOPNOTSUPP);
	ERR(clock_adjtime(99, &tx), EINVAL);
	ERR(clock_adjtime(CLOCK_REALTIME, (void *)8), EFAULT);
	EQ(in_child(as_nobody), 0);
	tx.modes = ADJ_TICK;
	tx.tick = 1;
	ERR(adjtimex(&tx), EINVAL);
	tx.modes = ADJ_STATUS;
	tx.status = STA_PLL;
	EQ(adjtimex(&tx), TIME_OK);
	EQ(tx.status, STA_PLL);
	tx.status = STA_UNSYNC;
	EQ(adjtimex(&tx), TIME_ERROR);
	ERR(syscall(SYS_settimeofday, &tv, NULL), EINVAL);
	tv = (struct timeval){0, 1000000};
	ERR(syscall(SYS_settimeofday, &tv, NULL), EINVAL);
	ERR(syscall(SYS_settimeofday, 8, NULL), EFAULT);
	ERR(syscall(SYS_settimeofday, NULL, &tz), EINVAL);
	OK(gettimeofday(&tv, NULL));
	OK(settimeofday(&tv, NULL));
	return 0;
}
