/* SPDX-License-Identifier: MIT */
/* One step after the other, and the VMAs after each. */
#include "vmas.h"

static void anonymous(void)
{
	map(0, 16, RW);
	map(16, 32, RW);
	show_window("two that touch merge");
	map(40, 48, RW);
	map(32, 40, RW);
	show_window("the one in the gap joins both");
	protect(8, 12, PROT_READ);
	show_window("mprotect of the middle: three");
	protect(12, 16, PROT_READ);
	show_window("mprotect of what follows: the middle grows upward");
	protect(4, 8, PROT_READ);
	show_window("mprotect of what precedes: the middle grows downward");
	protect(4, 6, RW);
	show_window("mprotect of its beginning: the first grows");
	protect(14, 16, RW);
	show_window("mprotect of its end: the last grows");
	protect(6, 14, RW);
	show_window("mprotect of all of it: one again");
	protect(8, 12, PROT_READ);
	protect(0, 48, RW);
	show_window("split, and merged by one call over all three");
	unmap(10, 20);
	show_window("a hole");
	unmap(0, 5);
	show_window("the beginning is cut off");
	unmap(40, 60);
	show_window("the end is cut off");
	protect(20, 40, PROT_NONE);
	protect(20, 30, PROT_READ);
	map(5, 10, PROT_READ);
	map(10, 20, PROT_READ);
	show_window("the hole is filled");
	unmap(0, 1000);
}

static void touched(void)
{
	map(0, 4, RW);
	map(8, 12, RW);
	page(0)[0] = page(8)[0] = 1;
	map(4, 8, RW);
	show_window("between two that were written to at different times");
	unmap(0, 1000);
	map(0, 12, RW);
	page(0)[0] = 1;
	unmap(4, 8);
	page(8)[0] = 1;
	map(4, 8, RW);
	show_window("between two that were one when they were written to");
	unmap(0, 1000);
	map(0, 4, RW);
	protect(2, 4, PROT_READ);
	page(0)[0] = 1;
	protect(2, 4, RW);
	show_window("half of it written to, then made equal");
	unmap(0, 1000);
}

static void of_a_file(void)
{
	int fd = OK(open("/proc/self/exe", O_RDONLY));

	map_file(fd, 0, 10, PROT_READ, 20);
	map_file(fd, 10, 20, PROT_READ, 30);
	show_window("pages of a file that go on merge");
	unmap(4, 6);
	show_window("a hole in pages of a file");
	map_file(fd, 4, 6, PROT_READ, 25);
	show_window("the hole filled with other pages");
	map_file(fd, 4, 6, PROT_READ, 24);
	show_window("the hole filled with the same pages");
	protect(3, 17, RW);
	show_window("mprotect of the middle");
	protect(3, 17, PROT_READ);
	show_window("and back: what was writable once stays apart, for its memory is accounted");
	map(20, 24, PROT_READ);
	show_window("anonymous memory behind it");
	unmap(0, 1000);
}

static void with_flags(void)
{
	map(0, 16, RW);
	OK(madvise(page(4), 4 * PAGE, MADV_DONTFORK));
	show_window("madvise splits, though the line looks the same");
	OK(madvise(page(4), 4 * PAGE, MADV_DOFORK));
	show_window("and merges");
	OK(mlock(page(8), 4 * PAGE));
	show_window("mlock splits");
	OK(munlock(page(0), 16 * PAGE));
	show_window("munlock: the pages it had brought in keep the VMAs apart");
	OK(mremap(page(12), 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, page(32)));
	show_window("mremap moves the end");
	map(36, 40, RW);
	show_window("what it moved to merges");
	unmap(0, 1000);
}

int main(void)
{
	anonymous();
	of_a_file();
	with_flags();
	touched();
	return 0;
}
