/* flags: -static */
/* SPDX-License-Identifier: MIT */
/*
 * A fault makes the lowest page table when there is a page to map: after a SIGBUS behind the end of
 * a file only the tables above it are there.
 */
#include "../check.h"

#define FAR (1UL << 39) /* what an entry of the top table covers */

static long tables;
static int file;

/* How many tables more there are than at the last call. */
static long new_tables(void)
{
	long before = tables;

	tables = proc_number("/proc/self/status", "VmPTE") / 4;
	return tables - before;
}

/* A mapping of @pages, where no table but the top one is. */
static char *far_mapping(size_t pages, int flags)
{
	static char *next = (char *)(16 * FAR);

	next += FAR;
	return OK(mmap(next, pages * PAGE, PROT_READ | PROT_WRITE,
		       flags | MAP_FIXED_NOREPLACE | MAP_NORESERVE, file, 0));
}

static void behind_the_end(int flags)
{
	char *p = far_mapping(1024, flags);

	FAULT(read_byte, p + 600 * PAGE, SIGBUS, BUS_ADRERR);
	EQ(new_tables(), 2);
	FAULT(write_byte, p + 600 * PAGE, SIGBUS, BUS_ADRERR);
	EQ(new_tables(), 0);
	FAULT(write_byte, p + PAGE, SIGBUS, BUS_ADRERR);
	EQ(new_tables(), 0);
	FAULT(read_byte, p + 20 * PAGE, SIGBUS, BUS_ADRERR);
	EQ(new_tables(), 0);
	/* Page 0 is near, and in memory. */
	FAULT(read_byte, p + PAGE, SIGBUS, BUS_ADRERR);
	EQ(new_tables(), 1);
	NO_FAULT(read_byte, p);
	EQ(new_tables(), 0);
	EQ(*p, 'f');
}

int main(void)
{
	char *p;

	file = scratch();
	EQ(OK(write(file, "f", 1)), 1);
	proc_number("/proc/self/status", "VmPTE"); /* the memory of stdio */
	new_tables();
	behind_the_end(MAP_PRIVATE);
	behind_the_end(MAP_SHARED);

	NO_FAULT(read_byte, far_mapping(1, MAP_PRIVATE));
	EQ(new_tables(), 3);
	NO_FAULT(write_byte, far_mapping(1, MAP_PRIVATE));
	EQ(new_tables(), 3);
	NO_FAULT(write_byte, far_mapping(1, MAP_SHARED));
	EQ(new_tables(), 3);
	NO_FAULT(read_byte, far_mapping(1, MAP_PRIVATE | MAP_ANONYMOUS));
	EQ(new_tables(), 3);
	NO_FAULT(write_byte, far_mapping(1, MAP_PRIVATE | MAP_ANONYMOUS));
	EQ(new_tables(), 3);
	/* A hole has no page yet: only the one that is touched is made. */
	OK(ftruncate(file, 0));
	OK(ftruncate(file, 64 * PAGE));
	NO_FAULT(read_byte, p = far_mapping(64, MAP_PRIVATE));
	EQ(new_tables(), 3);
	EQ(*p, 0);
	return 0;
}
