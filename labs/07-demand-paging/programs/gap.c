/* SPDX-License-Identifier: MIT */
/*
 * A MAP_GROWSDOWN VMA grows towards a neighbour of some kind: how many pages stay free between
 * them.
 */
#include "check.h"

#define TOP  0x20000000UL /* the VMA's first page */
#define ROOM 600UL	  /* pages between it and the neighbour's end */

static long free_pages(void)
{
	for (unsigned long n = 1; n <= ROOM; n++)
		if (fault_of(write_byte, (char *)TOP - n * PAGE + n * 5 % PAGE).sig)
			return ROOM - n + 1;
	return 0;
}

static void try(const char *what, int prot, int flags)
{
	char *wall = (char *)TOP - (ROOM + 1) * PAGE;

	OK(munmap(wall - 300 * PAGE, (ROOM + 302) * PAGE));
	EQ(mmap((void *)TOP, PAGE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, -1, 0),
	   TOP);
	if (flags)
		EQ(mmap(wall, PAGE, prot, MAP_ANONYMOUS | MAP_FIXED | flags, -1, 0), wall);
	dprintf(1, "%-28s free pages left: %ld, ", what, free_pages());
	dprintf(1, "the VMA is %.26s\n", map_of((void *)TOP));
}

static void one_jump(const char *what, unsigned long left)
{
	OK(munmap((char *)TOP - ROOM * PAGE, (ROOM + 1) * PAGE));
	EQ(mmap((void *)TOP, PAGE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, -1, 0),
	   TOP);
	dprintf(1, "%-28s %s\n", what,
		fault_of(write_byte, (char *)TOP - (ROOM - left) * PAGE + 8).sig ? "refused"
										 : "grows");
}

/*
 * Growth keeps the VMA's numbers right: a piece that is mapped right below joins it, and it is one
 * VMA.
 */
static void joined(void)
{
	char *p = (char *)TOP - 12 * PAGE;

	OK(munmap((char *)TOP - (ROOM + 301) * PAGE, (ROOM + 302) * PAGE));
	EQ(mmap((void *)TOP, PAGE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, -1, 0),
	   TOP);
	write_byte((char *)TOP - 8 * PAGE + 99);
	dprintf(1, "%-28s the VMA is %.26s\n", "8 pages grown", map_of((void *)TOP));
	EQ(mmap(p, 4 * PAGE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, -1, 0),
	   p);
	dprintf(1, "%-28s the VMA is %.26s\n", "4 pages mapped below", map_of((void *)TOP));
}

static void signal_of(const char *what, char *p)
{
	struct fault f = fault_of(write_byte, p);

	dprintf(1, "%-28s signal %d code %d\n", what, f.sig, f.code);
}

int main(void)
{
	try("nothing below", 0, 0);
	try("readable below", PROT_READ, MAP_PRIVATE);
	try("writable, shared below", PROT_READ | PROT_WRITE, MAP_SHARED);
	one_jump("one jump to 3 pages", 3);
	one_jump("one jump to 0 pages", 0);
	try("PROT_NONE below", PROT_NONE, MAP_PRIVATE);
	try("another such VMA below", PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_GROWSDOWN);
	/* A VMA that may not grow is not a stack. */
	EQ(mmap((void *)0x30000000, PAGE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
	   0x30000000);
	signal_of("below an ordinary VMA", (char *)0x30000000 - 1);
	/* Rights are the VMA's, also where it grows. */
	OK(munmap((char *)TOP - (ROOM + 10) * PAGE, (ROOM + 11) * PAGE));
	EQ(mmap((void *)TOP, PAGE, PROT_READ,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, -1, 0),
	   TOP);
	signal_of("write below a read-only one", (char *)TOP - PAGE);
	joined();
	/* The lowest page that anybody may have. */
	EQ(mmap((void *)0x12000, PAGE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, -1, 0),
	   0x12000);
	signal_of("at vm.mmap_min_addr", (char *)0x10000 + 5);
	signal_of("below vm.mmap_min_addr", (char *)0xfffc);
	return 0;
}
