/* flags: -static */
/* SPDX-License-Identifier: MIT */
/* MREMAP_DONTUNMAP unlocks its source, which is not merged with an equal neighbour. */
#include "../../programs/twin/space_shown.h"

int main(void)
{
	open_files();
	EQ(call(SYS_mmap, 0x1000000d000, 0x3000, PROT_WRITE, MAP_SHARED | MAP_FIXED | MAP_ANONYMOUS,
		-1, 0),
	   0x1000000d000);
	EQ(call(SYS_mlock, 0x1000000d000, 0x2000), 0);
	CHECK(call(SYS_mremap, 0x1000000d000, 0x1000, 0x1000, MREMAP_MAYMOVE | 4, 0) > 0);
	STREQ(window(), "1000000d000-1000000e000 -w-s 00000000 /dev/zero (deleted)\n"
			"1000000e000-1000000f000 -w-s 00001000 /dev/zero (deleted)\n"
			"1000000f000-10000010000 -w-s 00002000 /dev/zero (deleted)\n"
			"00000000000001f100000000\n");
	return 0;
}
