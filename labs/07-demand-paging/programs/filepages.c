/*
 * flags: -nostdlib -static -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none
 */
/* SPDX-License-Identifier: MIT */
/* One file in three mappings: who shows the file's own frame, and whose stores the file sees. */
#include <pages.h>

#define PRIVATE_AT 0x10000000UL
#define OTHER_AT   0x10400000UL
#define SHARED_AT  0x10800000UL

static int fd;

static char in_file(unsigned long offset)
{
	char c = 0;

	syscall4(__NR_pread64, fd, &c, 1, offset);
	return c;
}

static const char *same(const char *p, const char *q)
{
	return frame(p) && frame(p) == frame(q) ? "the same frame" : "different frames";
}

int main(long *stack __attribute__((unused)))
{
	unsigned long before;
	char *p, *q, *s;

	fd = letter_file("/tmp/letters", 4);
	p = map_at(PRIVATE_AT, 4, RW, MAP_PRIVATE, fd, 0);
	q = map_at(OTHER_AT, 3, PROT_READ, MAP_PRIVATE, fd, PAGE);
	s = map_at(SHARED_AT, 4, RW, MAP_SHARED, fd, 0);
	frame(p);

	say("read: %c %c %c\n", touch(p + PAGE), touch(q), touch(s + PAGE + 77));
	show_pages("private", p, 4);
	say("private and other private: %s\n", same(p + PAGE, q));
	say("private and shared: %s\n", same(p + PAGE, s + PAGE));

	before = minor_faults();
	store(p + 2 * PAGE, 'x');
	say("private store over a page that was read: %d fault, reads %c, file has %c\n",
	    minor_faults() - before, p[2 * PAGE], in_file(2 * PAGE));
	show_pages("private", p, 4);
	say("private and shared: %s\n", same(p + 2 * PAGE, s + 2 * PAGE));
	say("the bytes after it: %c\n", p[2 * PAGE + 1]);

	p = map_at(PRIVATE_AT, 4, RW, MAP_PRIVATE, fd, 0);
	before = minor_faults();
	store(p + 3 * PAGE + 5, 'y');
	say("private store first of all: %d fault, reads %c%c%c, file has %c\n",
	    minor_faults() - before, p[3 * PAGE + 4], p[3 * PAGE + 5], p[3 * PAGE + 6],
	    in_file(3 * PAGE + 5));
	show_pages("private", p, 4);
	show_counts("private,", PRIVATE_AT);

	before = minor_faults();
	store(s + 3 * PAGE + 5, 'z');
	say("shared store: %d fault, file has %c, private reads %c, other reads %c\n",
	    minor_faults() - before, in_file(3 * PAGE + 5), p[3 * PAGE + 5], q[2 * PAGE + 5]);
	s = map_at(SHARED_AT, 4, RW, MAP_SHARED, fd, 0);
	store(s, 'S');
	say("shared store first of all: file has %c, private reads %c\n", in_file(0), p[0]);
	show_pages("shared ", s, 4);
	return 0;
}
