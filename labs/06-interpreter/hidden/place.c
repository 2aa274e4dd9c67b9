/*
 * flags: @labs/06-interpreter/programs/pie.flags
 * -Wl,-z,max-page-size=0x200000,-z,common-page-size=0x200000
 */
/* SPDX-License-Identifier: MIT */
/*
 * A PIE of 2 MiB alignment that keeps its address, and its interpreter's, in
 * files: no two runs may agree.
 */
#include "../programs/where.h"

#define THIRD 0x2aaaaaaaa000UL /* of user space: a PIE begins two of them up */

static int faults;

static void check(const char *what, int holds)
{
	if (!holds)
		say("%s: NO\n", what);
	faults += !holds;
}

/* Was @value never seen before by a program with this @path? */
static int is_new(const char *path, long value)
{
	int fd = syscall3(__NR_open, path, O_CREAT | O_RDWR, 0600);
	long seen;

	while (syscall3(__NR_read, fd, &seen, 8) == 8)
		if (seen == value)
			return 0;
	syscall3(__NR_write, fd, &value, 8);
	syscall1(__NR_close, fd);
	return 1;
}

int main(long *stack)
{
	unsigned long here = (unsigned long)&__ehdr_start, base = aux(stack, AT_BASE, 0);

	check("the program is aligned to 2 MiB", !(here & 0x1fffff));
	check("the program is two thirds up user space",
	      here >= 2 * THIRD - 0x200000 && here < 2 * THIRD + (1UL << 40));
	check("the program is at a new place", is_new("/tmp/places", here));
	check("the interpreter is above the program", base > here);
	check("the interpreter is at a new place", is_new("/tmp/bases", base));
	check("AT_ENTRY is _start", aux(stack, AT_ENTRY, 0) == (long)_start);
	return faults;
}
