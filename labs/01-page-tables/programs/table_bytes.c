/* SPDX-License-Identifier: MIT */
/*
 * VmPTE of /proc/self/status, the memory that page tables take, while pages are touched and
 * unmapped at distances that need tables of each level. Each line is the change since the line
 * before.
 */
#include "check.h"

#define RW   (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_NORESERVE)
#define GB   (1UL << 30)

static char *const base = (char *)0x100000000000;
static char text[4096];

static long vm_pte(void)
{
	int fd = OK(open("/proc/self/status", O_RDONLY));
	long n = OK(read(fd, text, sizeof(text) - 1));
	char *p;

	close(fd);
	text[n] = 0;
	p = strstr(text, "VmPTE:");
	CHECK(p);
	return strtol(p + 6, NULL, 10);
}

static void step(const char *what)
{
	static long before;
	long now = vm_pte();

	if (before)
		dprintf(1, "%+4ld kB  %s\n", now - before, what);
	before = now;
}

static void map_and_touch(unsigned long at, unsigned long len)
{
	EQ(mmap(base + at, len, RW, ANON, -1, 0), base + at);
	base[at] = base[at + len - 1] = 1;
}

static void unmap(unsigned long at, unsigned long len) { OK(munmap(base + at, len)); }

int main(void)
{
	dprintf(1, "kB of page tables, what was done\n");
	vm_pte();
	step("");
	map_and_touch(0, PAGE);
	step("a page at 0: three tables");
	map_and_touch(8 * PAGE, PAGE);
	step("a page nearby: none");
	unmap(0, PAGE);
	step("the first page is gone, its neighbour needs all three");
	unmap(8 * PAGE, PAGE);
	step("the neighbour is gone");
	map_and_touch(GB - PAGE, 2 * PAGE);
	step("two pages at the two sides of a GiB border");
	unmap(GB - PAGE, PAGE);
	step("the lower is gone");
	unmap(GB, PAGE);
	step("the upper is gone");
	map_and_touch(0, 4UL << 20);
	step("first and last page of 4 MiB");
	map_and_touch(2 * GB, PAGE);
	map_and_touch(3 * GB, PAGE);
	step("pages in two more GiB");
	unmap(2 * GB, PAGE);
	step("one of them is gone");
	unmap(0, 4UL << 20);
	step("the 4 MiB are gone");
	unmap(3 * GB, PAGE);
	step("the last is gone");
	for (int i = 0; i < 64; i++)
		map_and_touch(i * (2UL << 20), PAGE);
	step("64 pages, 2 MiB apart");
	unmap(0, 128UL << 20);
	step("one munmap for all of them");
	return 0;
}
