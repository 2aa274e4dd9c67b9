/* flags: -static */
/* SPDX-License-Identifier: MIT */
/*
 * MREMAP_DONTUNMAP cuts its range out of a locked source before it makes the copy, which is merged
 * with what is left, but not with the range.
 */
#include "../../programs/twin/space_shown.h"

#define LOCKED (MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED)

/* Three locked pages at 6, of which page @from goes to @to. */
static const char *moved(int from, int to)
{
	munmap((void *)0x10000000000, 0x18000);
	call(SYS_mmap, 0x10000006000, 0x3000, PROT_NONE, LOCKED | MAP_FIXED, -1, 0);
	call(SYS_mremap, 0x10000000000 + from * 0x1000, 0x1000, 0x1000,
	     MREMAP_MAYMOVE | MREMAP_FIXED | 4, 0x10000000000 + to * 0x1000);
	return window();
}

int main(void)
{
	open_files();
	become_nobody();
	prctl(PR_SET_DUMPABLE, 1);
	STREQ(moved(8, 5), "10000005000-10000008000 ---p 00000000 \n"
			   "10000008000-10000009000 ---p 00000000 \n"
			   "000001111000000000000000\n");
	STREQ(moved(6, 9), "10000006000-10000007000 ---p 00000000 \n"
			   "10000007000-1000000a000 ---p 00000000 \n"
			   "000000111100000000000000\n");
	STREQ(moved(7, 5), "10000005000-10000007000 ---p 00000000 \n"
			   "10000007000-10000008000 ---p 00000000 \n"
			   "10000008000-10000009000 ---p 00000000 \n"
			   "000001111000000000000000\n");
	STREQ(moved(8, 9), "10000006000-10000008000 ---p 00000000 \n"
			   "10000008000-10000009000 ---p 00000000 \n"
			   "10000009000-1000000a000 ---p 00000000 \n"
			   "000000111100000000000000\n");
	return 0;
}
