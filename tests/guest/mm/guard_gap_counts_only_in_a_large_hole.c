/* flags: -static */
/* SPDX-License-Identifier: MIT */
/* A guard gap above another VMA does not keep mmap from the hole below that one. */
#include "check.h"

#define GAP (256 * PAGE)

static char *map(char *addr, size_t pages, int flags)
{
	return OK(mmap(addr, pages * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0));
}

int main(void)
{
	char *top = map(NULL, 4 * 1024, 0);

	/* From the top: a VMA that grows down, and directly below it another one. */
	OK(munmap(top, 4 * 1024 * PAGE));
	char *stack = map(top + 4 * 1024 * PAGE - 4 * PAGE, 4, MAP_FIXED | MAP_GROWSDOWN);

	map(stack - PAGE, 1, MAP_FIXED);
	EQ(map(NULL, 3, 0), stack - 4 * PAGE);
	/* A hole that is too small does not change that. */
	OK(munmap(stack - 2 * PAGE, 2 * PAGE));
	EQ(map(NULL, 8, 0), stack - 12 * PAGE);
	/* In a hole that is large enough the gap stays free, and counts from then on. */
	OK(munmap(stack - 12 * PAGE, 12 * PAGE));
	EQ(map(NULL, 8, 0), stack - GAP - 8 * PAGE);
	return 0;
}
