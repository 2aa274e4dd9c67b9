/* SPDX-License-Identifier: MIT */
/*
 * Pages at random places are mapped, written and unmapped, some sharing a table, some not. After
 * each step a page that is mapped holds what was written, and one that comes back is zero.
 */
#include "check.h"

#define SLOTS 48
#define ANON  (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_NORESERVE)

static unsigned int *slot[SLOTS], value[SLOTS];
static unsigned long seed = 1;

static unsigned int rnd(unsigned int n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 33) % n;
}

int main(void)
{
	/* Neighbours in a page table, across its end, in the next GiB, in the next 512 GiB. */
	static const unsigned long away[] = {PAGE,	511 * PAGE,  512 * PAGE,
					     1UL << 30, 511UL << 30, 1UL << 39};

	for (int i = 0; i < SLOTS; i++)
		slot[i] = (void *)(0x200000000000 + (i / 12 + 1) * away[i % 6] +
				   (i / 6 % 2) * 77 * PAGE + (i / 12) * (3UL << 40));
	for (int round = 0; round < 3000; round++) {
		int i = rnd(SLOTS);

		if (value[i]) {
			OK(munmap(slot[i], PAGE));
			value[i] = 0;
		} else if (mmap(slot[i], PAGE, PROT_READ | PROT_WRITE, ANON, -1, 0) == slot[i]) {
			EQ(slot[i][0], 0);
			slot[i][0] = value[i] = 1 + rnd(1000000);
		}
		for (int j = 0; j < SLOTS; j++)
			if (value[j])
				EQ(slot[j][0], value[j]);
	}
	return 0;
}
