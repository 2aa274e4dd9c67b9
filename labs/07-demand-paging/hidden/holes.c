/*
 * flags: -nostdlib -static -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none
 */
/* SPDX-License-Identifier: MIT */
/* Fault-around over a file of which only some pages are in memory, at odd places. */
#include <pages.h>

#define BASE 0x20000000UL

static int fd;

static void hole_file(void)
{
	static char block[PAGE];

	fd = syscall3(__NR_open, "/tmp/holes", O_RDWR | O_CREAT | O_TRUNC, 0600);
	for (unsigned long i = 0; i < 70; i++)
		if (i % 3 != 1 && i != 33) {
			memset(block, 'a' + i % 26, PAGE);
			syscall4(__NR_pwrite64, fd, block, i == 69 ? 100 : PAGE, i * PAGE);
		}
}

static void try(unsigned long first, unsigned long pages, unsigned long offset, unsigned long read,
		int flags)
{
	char *p = map_at(BASE + first * PAGE, pages, PROT_READ, flags, fd, offset * PAGE);
	unsigned long before = minor_faults();
	char c = touch(p + read * PAGE);

	before = minor_faults() - before;
	say("address page %d, file page %d; reads page %d: %d, %d fault\n", first, offset, read,
	    (unsigned long)c, before);
	show_pages("   ", p, pages);
	syscall2(__NR_munmap, p, pages * PAGE);
}

int main(long *stack __attribute__((unused)))
{
	hole_file();
	frame(&fd);
	minor_faults();
	try(0, 50, 0, 3, MAP_PRIVATE);
	try(13, 50, 2, 0, MAP_PRIVATE);
	try(13, 50, 2, 3, MAP_SHARED);
	try(13, 50, 2, 19, MAP_PRIVATE);
	/* A read of a hole makes its page, in the one window that is asked for. */
	try(0, 50, 32, 1, MAP_SHARED);
	try(0, 50, 32, 20, MAP_PRIVATE);
	try(7, 60, 0, 4, MAP_PRIVATE);
	try(505, 60, 5, 1, MAP_PRIVATE);
	try(505, 60, 5, 7, MAP_PRIVATE);
	try(31, 1, 69, 0, MAP_SHARED);
	try(30, 40, 60, 9, MAP_PRIVATE);
	return 0;
}
