/* SPDX-License-Identifier: MIT */
/* Where mmap puts things without a hint: as high as it goes, below all that is there already. */
#include "check.h"

#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static char *first;

/* @pages at @hint; tells the distance from the first mapping. */
static char *get(const char *what, char *hint, long pages, int flags)
{
	char *p = mmap(hint, pages * PAGE, PROT_READ, ANON | flags, -1, 0);

	if (p == MAP_FAILED)
		dprintf(1, "%-44s errno %d\n", what, errno);
	else if (!first)
		dprintf(1, "%-44s %p\n", what, first = p);
	else
		dprintf(1, "%-44s first %+ld pages\n", what, (p - first) / (long)PAGE);
	return p;
}

int main(void)
{
	char *a, *b, *c;

	get("1 page", NULL, 1, 0);
	a = get("16 pages", NULL, 16, 0);
	b = get("4 pages", NULL, 4, 0);
	c = get("32 pages", NULL, 32, 0);
	OK(munmap(a + 4 * PAGE, 8 * PAGE));
	get("9 pages, a hole of 8 is too small", NULL, 9, 0);
	get("3 pages go to the top of the hole", NULL, 3, 0);
	get("3 more go below", NULL, 3, 0);
	get("3 more do not fit any more", NULL, 3, 0);
	get("2 fit just so", NULL, 2, 0);
	OK(munmap(b, 4 * PAGE));
	OK(munmap(c, 4 * PAGE));
	get("4 pages: the higher of two holes", NULL, 4, 0);
	get("4 pages: the lower", NULL, 4, 0);
	get("a hint that is free", (char *)0x20000000, 4, 0);
	get("a hint that is not aligned", (char *)0x30000123, 4, 0);
	get("a hint that is taken", (char *)0x20001000, 4, 0);
	get("a hint whose end is taken", (char *)0x1fffe000, 4, 0);
	get("a hint that just fits", (char *)0x1fffc000, 4, 0);
	get("a hint beyond user space", (char *)0x7ffffffff000, 4, 0);
	get("1 GiB", NULL, 1L << 18, MAP_NORESERVE);
	get("64 TiB", NULL, 1L << 34, MAP_NORESERVE);
	get("128 TiB", NULL, 1L << 35, MAP_NORESERVE);
	get("1 page", NULL, 1, 0);
	return 0;
}
