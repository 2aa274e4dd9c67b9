/*
 * flags: -nostdlib -static -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none
 */
/* SPDX-License-Identifier: MIT */
/*
 * Anonymous memory: nothing, then the zero page, then pages of its own; and a fault for each step.
 */
#include <pages.h>

#define AT 0x10000000UL

static void row(const char *what, char *p, unsigned long faults)
{
	show_pages(what, p, 8);
	say("    faults: %d\n", faults);
}

int main(long *stack __attribute__((unused)))
{
	char *p = map_at(AT, 8, RW, ANON, -1, 0),
	     *q = map_at(AT + 64 * PAGE, 8, PROT_READ, ANON, -1, 0);
	unsigned long before;

	touch((char *)&smaps[0]);
	minor_faults();
	row("nothing touched  ", p, 0);

	before = minor_faults();
	char sum = touch(p + 1) | touch(p + PAGE) | touch(p + 7 * PAGE + 4095) | touch(q);
	row("read 0, 1, 7     ", p, minor_faults() - before);
	say("    bytes: %d\n", (unsigned long)sum);
	say("    all four show one frame: %s\n", frame(p) && frame(p) == frame(p + PAGE) &&
								 frame(p) == frame(p + 7 * PAGE) &&
								 frame(p) == frame(q)
							 ? "yes"
							 : "no");

	before = minor_faults();
	sum = touch(p) | touch(p + PAGE);
	row("read them again  ", p, minor_faults() - before);

	before = minor_faults();
	store(p + 2 * PAGE + 9, 'n');
	store(p + 3 * PAGE, 'n');
	row("write 2, 3       ", p, minor_faults() - before);
	say("    the rest of page 2: %d\n", (unsigned long)(p[2 * PAGE] | p[3 * PAGE - 1]));
	say("    two frames: %s\n", frame(p + 2 * PAGE) != frame(p + 3 * PAGE) ? "yes" : "no");

	before = minor_faults();
	store(p + 2 * PAGE, 'm');
	store(p + 3 * PAGE, 'm');
	row("write them again ", p, minor_faults() - before);

	before = minor_faults();
	store(p, 'w');
	row("write 0          ", p, minor_faults() - before);
	say("    page 0: %c, 1: %d, the other VMA: %d\n", p[0], (unsigned long)p[PAGE],
	    (unsigned long)q[0]);
	show_counts("    writable VMA,", AT);
	show_counts("    read-only VMA,", AT + 64 * PAGE);
	return 0;
}
