/*
 * flags: -nostdlib -static -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none
 */
/* SPDX-License-Identifier: MIT */
/*
 * A thousand reads and stores at places that a formula chooses, in memory of
 * four kinds; each byte is compared with what a plain array says. In the end:
 * what is where, and how many faults it took.
 */
#include <pages.h>

#define PAGES 24UL
#define KINDS 4

static const char *const names[KINDS] = {"anonymous", "private file", "shared file",
					 "read-only file"};
static char *area[KINDS];
static unsigned char model[KINDS][PAGES][8]; /* the first bytes of each page */
static unsigned long seed = 20261;

static unsigned long next(unsigned long n)
{
	seed = seed * 6364136223846793005UL + 1442695040888963407UL;
	return (seed >> 33) % n;
}

static void check(unsigned long kind, unsigned long page, unsigned long i)
{
	unsigned char got = touch(area[kind] + page * PAGE + i), want = model[kind][page][i];

	if (got == want)
		return;
	say("%s, page %d, byte %d: reads %d, expected %d\n", names[kind], page, i,
	    (unsigned long)got, (unsigned long)want);
	syscall1(__NR_exit_group, 1);
}

int main(long *stack __attribute__((unused)))
{
	int fd = letter_file("/tmp/private", PAGES), shared = letter_file("/tmp/shared", PAGES);
	unsigned long before;

	area[0] = map_at(0x10007000, PAGES, RW, ANON, -1, 0);
	area[1] = map_at(0x10103000, PAGES, RW, MAP_PRIVATE, fd, 0);
	area[2] = map_at(0x101f0000, PAGES, RW, MAP_SHARED, shared, 0);
	area[3] = map_at(0x1030b000, PAGES, PROT_READ, MAP_SHARED, shared, 0);
	for (unsigned long k = 1; k < KINDS; k++)
		for (unsigned long p = 0; p < PAGES; p++)
			memset(model[k][p], 'A' + p % 26, 8);
	frame(&fd);
	before = minor_faults();
	for (int round = 0; round < 1000; round++) {
		unsigned long k = next(KINDS), p = next(PAGES), i = next(8);

		if (k < 3 && next(4) == 0) {
			store(area[k] + p * PAGE + i, round);
			model[k][p][i] = round;
			if (k == 2)
				model[3][p][i] = round;
		}
		check(k, p, i);
		if (round % 250 == 20) {
			say("after %d rounds, %d faults\n", (unsigned long)round,
			    minor_faults() - before);
			for (k = 0; k < KINDS; k++)
				show_pages(names[k], area[k], PAGES);
		}
	}
	for (unsigned long k = 0; k < KINDS; k++)
		for (unsigned long p = 0; p < PAGES; p++)
			for (unsigned long i = 0; i < 8; i++)
				check(k, p, i);
	say("%d faults in all\n", minor_faults() - before);
	return 0;
}
