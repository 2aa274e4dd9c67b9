/* SPDX-License-Identifier: MIT */
/*
 * Die three functions deep, with a write to nowhere; everything before it is the same on every
 * kernel.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

int initialised = 0x12345678;
char zeroed[3 * 4096];

static __attribute__((noinline)) int third(volatile int *where, int value)
{
	*where = value;
	return value + 1;
}

static __attribute__((noinline)) int second(long where) { return third((int *)where, 42) + 2; }

static __attribute__((noinline)) int first(int n) { return second(n * 0x10L) + 3; }

/* One VMA of each kind that /proc/PID/coredump_filter tells apart. */
static inline void map_areas(void)
{
	char *shared = mmap((void *)0x10000000, 8192, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	int fd = open("/t/data", O_RDONLY);
	char *dont = mmap((void *)0x10010000, 8192, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	mmap((void *)0x10020000, 8192, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0);
	mmap((void *)0x10030000, 8192, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0);
	mmap((void *)0x10040000, 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	mmap((void *)0x10050000, 8192, PROT_READ | PROT_WRITE,
	     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	close(fd);
	shared[0] = dont[0] = 1;
	madvise(dont, 8192, MADV_DONTDUMP);
	zeroed[5000] = 7;
}
