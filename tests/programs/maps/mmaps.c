/* SPDX-License-Identifier: MIT */
/* mmap, mprotect, mremap and munmap in ways that split and merge VMAs; the map after each step. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include "show.h"

#define PAGE 4096L
#define RW   (PROT_READ | PROT_WRITE)

static char *anon(char *at, long pages, int prot, int flags)
{
	return mmap(at, pages * PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
}

static void step(const char *what)
{
	if (write(1, what, strlen(what)) < 0)
		_exit(1);
	show_maps();
}

int main(void)
{
	char *at = (char *)0x10000000, *q;
	int fd = open("/bin/busybox", O_RDONLY);

	anon(at, 16, RW, MAP_FIXED);
	anon(at + 16 * PAGE, 16, RW, MAP_FIXED);
	step("two that touch merge\n");
	mprotect(at + 4 * PAGE, 2 * PAGE, PROT_READ);
	step("mprotect splits in three\n");
	mprotect(at + 4 * PAGE, 2 * PAGE, RW);
	step("and merges again\n");
	at[0] = 1;
	munmap(at + 8 * PAGE, 4 * PAGE);
	step("a hole\n");
	at[20 * PAGE] = 1;
	anon(at + 8 * PAGE, 4, RW, MAP_FIXED);
	step("the hole filled between two anon_vmas\n");
	mmap(at + 64 * PAGE, 8 * PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 16 * PAGE);
	mmap(at + 72 * PAGE, 8 * PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 24 * PAGE);
	step("file pages that continue merge\n");
	munmap(at + 68 * PAGE, PAGE);
	mprotect(at + 70 * PAGE, PAGE, PROT_READ | PROT_EXEC);
	step("a file VMA split keeps its offset\n");
	q = mmap(NULL, 4 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	q[0] = 1;
	mmap(NULL, 4 * PAGE, RW, MAP_SHARED, fd, 0) == MAP_FAILED
		? step("shared write of a read-only file refused\n")
		: 0;
	step("shared anonymous memory\n");
	q = mremap(q, 4 * PAGE, 8 * PAGE, MREMAP_MAYMOVE);
	step("grown\n");
	q = anon(NULL, 8, RW, 0);
	q = mremap(q, 8 * PAGE, 4 * PAGE, 0);
	step("shrunk\n");
	mremap(q, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, at + 128 * PAGE);
	step("moved to a fixed place\n");
	anon(at + 256 * PAGE, 4, RW, MAP_FIXED | MAP_GROWSDOWN);
	at[256 * PAGE - 1] = 1;
	step("grows down\n");
	anon(at + 300 * PAGE, 4, PROT_NONE, MAP_FIXED | MAP_NORESERVE);
	madvise(at, PAGE, MADV_DONTFORK);
	madvise(at + 2 * PAGE, PAGE, MADV_DONTDUMP);
	step("hints split too\n");
	return 0;
}
