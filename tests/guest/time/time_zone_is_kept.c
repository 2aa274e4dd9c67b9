/* SPDX-License-Identifier: MIT */
/*
 * settimeofday() keeps a time zone, which gettimeofday() returns; the first one that comes without
 * a time moves the clock by it.
 */
#include "check.h"
#include <sys/time.h>

static struct timezone zone;

/* The clock's step in minutes while @west is set, with the time itself if @too. */
static long step(int west, int too)
{
	struct timezone tz = {west, 1};
	struct timeval before, after;

	OK(gettimeofday(&before, NULL));
	OK(syscall(SYS_settimeofday, too ? &before : NULL, &tz));
	OK(gettimeofday(&after, &zone));
	return (after.tv_sec - before.tv_sec + 30) / 60;
}

static void as_nobody(void)
{
	struct timezone tz = {0};

	become_nobody();
	ERR(syscall(SYS_settimeofday, NULL, &tz), EPERM);
}

int main(void)
{
	struct timezone far = {15 * 60 + 1, 0};
	struct timezone got;

	EQ(step(-120, 1), 0);
	EQ(zone.tz_minuteswest, -120);
	EQ(zone.tz_dsttime, 1);
	OK(syscall(SYS_gettimeofday, NULL, &got));
	EQ(got.tz_minuteswest, -120);
	EQ(got.tz_dsttime, 1);
	step(60, 0);
	EQ(step(120, 0), 0);
	EQ(zone.tz_minuteswest, 120);
	ERR(syscall(SYS_settimeofday, NULL, &far), EINVAL);
	EQ(in_child(as_nobody), 0);
	OK(step(0, 1));
	EQ(zone.tz_minuteswest, 0);
	return 0;
}
