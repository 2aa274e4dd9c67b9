/* SPDX-License-Identifier: MIT */
/* The VMAs of a window of 1,024 pages, in a short form: "  4-8 rw-p, 8-12 r--p file+3". */
#ifndef VMAS_H
#define VMAS_H

#include "check.h"

#define WINDOW ((char *)0x10000000)
#define ANON   (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED)
#define RW     (PROT_READ | PROT_WRITE)

static char maps_text[32768];

static inline void show_window(const char *what)
{
	static char out[16384];
	int fd = OK(open("/proc/self/maps", O_RDONLY)), first = 1;
	long n, len = 0, at = 0;

	while ((n = OK(read(fd, maps_text + len, sizeof(maps_text) - 1 - len))) > 0)
		len += n;
	close(fd);
	maps_text[len] = 0;
	at += sprintf(out, "%s\n   ", what);
	for (char *line = maps_text, *end; (end = strchr(line, '\n')); line = end + 1) {
		unsigned long lo, hi, off, inode;
		char rights[8], dev[8];

		*end = 0;
		if (sscanf(line, "%lx-%lx %4s %lx %5s %lu", &lo, &hi, rights, &off, dev, &inode) !=
		    6)
			continue;
		lo -= (unsigned long)WINDOW, hi -= (unsigned long)WINDOW;
		if (lo >= 1024 * PAGE)
			continue;
		at += sprintf(out + at, "%s%lu-%lu %s", first ? "" : ", ", lo / PAGE, hi / PAGE,
			      rights);
		if (inode)
			at += sprintf(out + at, " file+%lu", off / PAGE);
		first = 0;
	}
	at += sprintf(out + at, "\n");
	EQ(write(1, out, at), at);
}

static inline char *page(int n) { return WINDOW + n * PAGE; }

static inline void map(int from, int to, int prot)
{
	OK(mmap(page(from), (to - from) * PAGE, prot, ANON, -1, 0));
}

static inline void protect(int from, int to, int prot)
{
	OK(mprotect(page(from), (to - from) * PAGE, prot));
}

static inline void unmap(int from, int to) { OK(munmap(page(from), (to - from) * PAGE)); }

static inline void map_file(int fd, int from, int to, int prot, int at)
{
	OK(mmap(page(from), (to - from) * PAGE, prot, MAP_PRIVATE | MAP_FIXED, fd, at * PAGE));
}

#endif
