/*
 * flags: -nostdlib -static -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none
 */
/* SPDX-License-Identifier: MIT */
/*
 * Fault-around: which pages one read brings. VMAs of one file at chosen
 * addresses; one page is read; a letter for each page shows what is there.
 */
#include <pages.h>

#define BASE	0x10000000UL /* begins a table of 512 entries */
#define IN_FILE 60

static int fd;

/* @pages pages of the file from @offset on, @first pages behind BASE; reads page @read. */
static void try(unsigned long first, unsigned long pages, unsigned long offset, unsigned long read)
{
	unsigned long before;
	char *p = map_at(BASE + first * PAGE, pages, PROT_READ, MAP_PRIVATE, fd, offset * PAGE), c;

	before = minor_faults();
	c = touch(p + read * PAGE);
	before = minor_faults() - before;
	say("address page %d, %d pages, file page %d; reads page %d: %c\n", first, pages, offset,
	    read, c);
	show_pages("   ", p, pages);
	for (unsigned long i = 0; i < pages && i + offset < IN_FILE; i++)
		if ((pagemap(p + i * PAGE) & PRESENT) &&
		    touch(p + i * PAGE) != (char)('A' + (i + offset) % 26))
			say("    page %d shows %c\n", i, p[i * PAGE]);
	if (before != 1)
		say("    %d faults\n", before);
	syscall2(__NR_munmap, p, pages * PAGE);
}

int main(long *stack __attribute__((unused)))
{
	unsigned long before;
	char *p;

	fd = letter_file("/tmp/letters", IN_FILE);
	frame(&fd);
	minor_faults();
	/* Windows inside the VMA. */
	try(16, 48, 0, 0);
	try(16, 48, 0, 15);
	try(16, 48, 0, 16);
	try(16, 48, 7, 20);
	/* The VMA begins, or ends, inside a window. */
	try(21, 40, 0, 0);
	try(21, 40, 3, 5);
	try(21, 40, 0, 11);
	try(16, 5, 0, 2);
	try(16, 37, 0, 33);
	try(3, 1, 9, 0);
	/* The file ends first. */
	try(16, 32, 40, 17);
	/* The lowest table ends first. */
	try(500, 40, 0, 0);
	try(510, 40, 0, 1);
	try(510, 40, 0, 2);

	/* A neighbour in the same window is none of the VMA's business. */
	p = map_at(BASE + 5 * PAGE, 4, RW, ANON, -1, 0);
	char *q = map_at(BASE + 13 * PAGE, 8, RW, ANON, -1, 0);
	touch(map_at(BASE + 9 * PAGE, 4, PROT_READ, MAP_PRIVATE, fd, 20 * PAGE));
	show_pages("the neighbour below:", p, 4);
	show_pages("the neighbour above:", q, 8);
	say("    they read %d %d\n", (unsigned long)touch(p + 3 * PAGE), (unsigned long)touch(q));

	/* What is there already stays; and four faults bring 64 pages. */
	p = map_at(BASE, 48, RW, MAP_PRIVATE, fd, 0);
	store(p + 4 * PAGE, '!');
	touch(p);
	show_pages("a page of its own stays:\n   ", p, 48);
	say("    reads %c%c\n", p[4 * PAGE], p[5 * PAGE]);
	p = map_at(BASE, 48, PROT_READ, MAP_SHARED, fd, 0);
	before = minor_faults();
	for (int i = 0; i < 48; i++)
		touch(p + i * PAGE);
	say("48 pages read upward: %d faults\n", minor_faults() - before);
	p = map_at(BASE, 48, RW, MAP_PRIVATE, fd, 0);
	before = minor_faults();
	for (int i = 0; i < 48; i++)
		store(p + i * PAGE, 1);
	say("48 pages written: %d faults\n", minor_faults() - before);
	return 0;
}
