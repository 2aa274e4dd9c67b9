/*
 * flags: @labs/04-segments/programs/three.flags -Wl,--defsym=A=0x500000,--defsym=AF=6
 * -Wl,--defsym=B=0x502800,--defsym=BF=6 -Wl,--defsym=C=0x504400,--defsym=CF=6
 */
/* SPDX-License-Identifier: MIT */
/* Segments without a byte in the file: p_filesz 0, at a page's start and in its middle. */
#include "segments.h"

ZEROS(a0, "aw", 1);
ZEROS(b0, "aw", 0x1000);
FILE_BYTES(c, "aw", 0x200, 0x33);
ZEROS(c0, "aw", 0x1000);

int main(long *stack __attribute__((unused)))
{
	show_maps();
	show_bytes("A bss", a0, page_end(a0_end));
	show_bytes("B page", b0 - 0x800, b0);
	show_bytes("B bss", b0, page_end(b0_end));
	show_bytes("C", c, c_end);
	show_bytes("C bss", c0, page_end(c0_end));
	show_brk();
	return 0;
}
