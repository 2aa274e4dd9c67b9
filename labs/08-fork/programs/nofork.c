/*
 * flags: -nostdlib -static -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none
 */
/* SPDX-License-Identifier: MIT */
/*
 * Stores to pages that are there but read-only, without any fork: the zero
 * page, a file's page, a VMA that mprotect opened.
 */
#include <pages.h>

int main(long *stack __attribute__((unused)))
{
	int fd = letter_file("/tmp/letters", 4);
	char *p = map_at(0x10000000, 4, RW, ANON, -1, 0),
	     *f = map_at(0x10100000, 4, RW, MAP_PRIVATE, fd, 0);
	char *s = map_at(0x10200000, 4, RW, MAP_SHARED, fd, 0), c = 0;
	unsigned long before;

	frame(p);
	minor_faults();
	touch(p);
	touch(p + PAGE);
	before = minor_faults();
	store(p + 7, 'z');
	say("over the zero page: %d fault, reads %d %c, the other page %d\n",
	    minor_faults() - before, (unsigned long)p[0], p[7], (unsigned long)p[PAGE + 7]);
	show_pages("   ", p, 4);

	touch(f);
	before = minor_faults();
	store(f + PAGE, 'f');
	syscall4(__NR_pread64, fd, &c, 1, PAGE);
	say("over a file's page: %d fault, reads %c%c, file has %c\n", minor_faults() - before,
	    f[PAGE], f[PAGE + 1], c);
	show_pages("   ", f, 4);
	show_counts("   ", 0x10100000);

	touch(s + 2 * PAGE);
	before = minor_faults();
	store(s + 2 * PAGE, 's');
	syscall4(__NR_pread64, fd, &c, 1, 2 * PAGE);
	say("in a shared mapping: %d fault, file has %c, the private one reads %c\n",
	    minor_faults() - before, c, f[2 * PAGE]);

	store(p + 2 * PAGE, 'm');
	unsigned long mine = frame(p + 2 * PAGE);
	syscall3(__NR_mprotect, p, 4 * PAGE, PROT_READ);
	syscall3(__NR_mprotect, p, 4 * PAGE, RW);
	before = minor_faults();
	store(p + 2 * PAGE + 1, 'n');
	say("after mprotect to read-only and back: reads %c%c, %s, %d fault\n", p[2 * PAGE],
	    p[2 * PAGE + 1],
	    mine && mine == frame(p + 2 * PAGE) ? "the same frame" : "another frame",
	    minor_faults() - before);
	show_pages("   ", p, 4);
	show_counts("   ", 0x10000000);
	return 0;
}
