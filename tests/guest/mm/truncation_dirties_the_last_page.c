/* flags: -static */
/* SPDX-License-Identifier: MIT */
/*
 * A file that is cut within a page that was only read has a dirty page afterwards, for the rest of
 * it was set to zero; a file that is cut between pages has not. A hole that begins and ends within
 * pages makes both dirty.
 */
#include "check.h"

static int fd;
static char *map;

/* KiB that smaps calls dirty in the mapping. */
static long dirty(void)
{
	FILE *f = fopen("/proc/self/smaps", "r");
	char line[256];
	long found = -1, n;
	int here = 0;

	CHECK(f);
	while (fgets(line, sizeof(line), f)) {
		unsigned long start, end;

		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			here = start == (unsigned long)map;
		else if (here && sscanf(line, "Private_Dirty: %ld", &n) == 1)
			found = n;
	}
	fclose(f);
	return found;
}

/* A file of four pages without any contents, of which all pages are read. */
static void make(void)
{
	fd = OK(open("truncated", O_RDWR | O_CREAT | O_TRUNC, 0600));
	OK(ftruncate(fd, 4 * PAGE));
	map = OK(mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, fd, 0));
	for (int i = 0; i < 4; i++)
		EQ(map[i * PAGE], 0);
	EQ(dirty(), 0);
}

static void end(void)
{
	munmap(map, 4 * PAGE);
	close(fd);
	unlink("truncated");
}

int main(void)
{
	make();
	OK(ftruncate(fd, 2 * PAGE));
	EQ(dirty(), 0);
	OK(ftruncate(fd, PAGE + 100));
	EQ(dirty(), 4);
	end();
	make();
	OK(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 100, 3 * PAGE));
	EQ(dirty(), 8);
	end();
	return 0;
}
