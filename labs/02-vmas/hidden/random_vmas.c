/* SPDX-License-Identifier: MIT */
/* Five hundred random calls, and the VMAs after each. */
#include "../programs/vmas.h"

static unsigned long seed = 20;

static unsigned int rnd(unsigned int n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 33) % n;
}

int main(void)
{
	static const int rights[] = {PROT_READ, RW, PROT_READ | PROT_EXEC, PROT_NONE};
	int fd = OK(open("/proc/self/exe", O_RDONLY));

	for (int i = 0; i < 500; i++) {
		int from = rnd(40), to = from + 1 + rnd(12), r = rnd(4);
		char what[80];

		switch (rnd(6)) {
		case 0:
		case 1:
			sprintf(what, "%d: map %d-%d prot %d", i, from, to, rights[r]);
			map(from, to, rights[r]);
			break;
		case 2:
			sprintf(what, "%d: map file %d-%d prot %d", i, from, to, rights[r]);
			map_file(fd, from, to, rights[r], from + 3 * rnd(2));
			break;
		case 3:
			sprintf(what, "%d: unmap %d-%d", i, from, to);
			unmap(from, to);
			break;
		case 4:
			sprintf(what, "%d: protect %d-%d prot %d: %d", i, from, to, rights[r],
				mprotect(page(from), (to - from) * PAGE, rights[r]) ? errno : 0);
			break;
		default:
			/*
			 * A write makes a VMA's memory its own: from then on it joins fewer
			 * others.
			 */
			sprintf(what, "%d: write %d: signal %d", i, from,
				fault_of(write_byte, page(from)).sig);
		}
		show_window(what);
	}
	return 0;
}
