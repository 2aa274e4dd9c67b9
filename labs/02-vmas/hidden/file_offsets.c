/* SPDX-License-Identifier: MIT */
/*
 * Each page of a file mapping shows its own page of the file, however often the mapping was cut and
 * joined.
 */
#include "../programs/vmas.h"

#define PAGES 32

static unsigned long seed = 5;

static unsigned int rnd(unsigned int n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 33) % n;
}

int main(void)
{
	static unsigned int number[PAGE / 4];
	int fd = scratch();

	for (int i = 0; i < PAGES; i++) {
		number[0] = 1000 + i;
		EQ(write(fd, number, PAGE), PAGE);
	}
	map_file(fd, 0, PAGES, PROT_READ, 0);
	for (int round = 0; round < 400; round++) {
		int from = rnd(PAGES), to = from + 1 + rnd(PAGES - from);

		switch (rnd(3)) {
		case 0:
			protect(from, to, PROT_READ | PROT_EXEC);
			break;
		case 1:
			protect(from, to, PROT_READ);
			break;
		default:
			unmap(from, to);
			map_file(fd, from, to, PROT_READ, from);
		}
		/*
		 * Pages that were never touched are faulted in through the offset of the VMA that
		 * has them now.
		 */
		OK(madvise(page(0), PAGES * PAGE, MADV_DONTNEED));
		for (int i = 0; i < PAGES; i++)
			EQ(*(unsigned int *)page(i), 1000 + i);
	}
	protect(0, PAGES, PROT_READ);
	show_window("in the end");
	return 0;
}
