/* SPDX-License-Identifier: MIT */
/*
 * Processes that touch one page in each 2 MiB need as much memory for page tables as for pages.
 * When they have ended, by exit or by a signal, MemFree is what it was.
 */
#include "check.h"

#define STEP   (2UL << 20)
#define PIECES 256
#define TIMES  24

static void touch_sparsely(void)
{
	char *p = OK(mmap(NULL, PIECES * STEP, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));

	for (int i = 0; i < PIECES; i++)
		p[i * STEP] = 1;
}

static void touch_and_die(void)
{
	touch_sparsely();
	raise(SIGKILL);
}

int main(void)
{
	EQ(in_child(touch_sparsely), 0);
	EQ(in_child(touch_and_die), SIGKILL);
	long before = proc_number("/proc/meminfo", "MemFree");
	for (int i = 0; i < TIMES / 2; i++) {
		EQ(in_child(touch_sparsely), 0);
		EQ(in_child(touch_and_die), SIGKILL);
	}
	sleep_ms(50);
	long after = proc_number("/proc/meminfo", "MemFree");
	if (after < before - 8192)
		dprintf(1,
			"MemFree: %ld kB before, %ld kB after %d processes with %d page tables "
			"each: "
			"about %ld tables a process did not come back\n",
			before, after, TIMES, PIECES, (before - after) / 4 / TIMES);
	return after < before - 8192;
}
