/* SPDX-License-Identifier: MIT */
/* How near the stack grows to a mapping below it, and that it grows on when the mapping is gone. */
#include "check.h"

int main(void)
{
	unsigned long lo;
	char *top = __builtin_frame_address(0), *p;

	EQ(sscanf(map_of(top), "%lx", &lo), 1);
	char *wall = OK(mmap((void *)(lo - 900 * PAGE), PAGE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0));
	for (p = (char *)lo - PAGE; p > wall && !fault_of(write_byte, p).sig; p -= PAGE)
		;
	dprintf(1,
		"the stack stopped %ld pages above the mapping, fault at %+ld, signal %d, code "
		"%d\n",
		(p - wall) / (long)PAGE, (long)((char *)fault_seen.addr - p), fault_seen.sig,
		fault_seen.code);
	OK(munmap(wall, PAGE));
	dprintf(1, "without the mapping: signal %d\n", fault_of(write_byte, p).sig);
	/* Near a mapping that nobody may touch it needs no distance. */
	wall = OK(mmap(p - 10 * PAGE, PAGE, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0));
	dprintf(1, "9 pages above a mapping of PROT_NONE: signal %d\n",
		fault_of(write_byte, p - PAGE).sig);
	return 0;
}
