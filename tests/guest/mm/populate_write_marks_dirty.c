/* SPDX-License-Identifier: MIT */
/* MADV_POPULATE_WRITE makes pages of a shared mapping dirty that are mapped writable already. */
#include "check.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/* The first number after @name in the part of smaps about the VMA at @addr. */
static long smaps_kb(const void *addr, const char *name)
{
	char line[256], start[32];
	FILE *f = fopen("/proc/self/smaps", "r");
	int here = 0;

	CHECK(f);
	snprintf(start, sizeof(start), "%lx-", (long)addr);
	while (fgets(line, sizeof(line), f)) {
		here |= !strncmp(line, start, strlen(start));
		if (here && !strncmp(line, name, strlen(name))) {
			fclose(f);
			return strtol(line + strlen(name), NULL, 10);
		}
	}
	fclose(f);
	return -1;
}

int main(void)
{
	char *p = OK(mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0));

	EQ(smaps_kb(p, "Private_Clean:"), 12);
	OK(madvise(p, 2 * PAGE, MADV_POPULATE_WRITE));
	EQ(smaps_kb(p, "Private_Clean:"), 4);
	EQ(smaps_kb(p, "Private_Dirty:"), 8);
	return 0;
}
