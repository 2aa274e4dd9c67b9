/*
 * flags: @labs/04-segments/programs/three.flags -Wl,--defsym=A=0x500200,--defsym=AF=6
 * -Wl,--defsym=B=0x503400,--defsym=BF=6 -Wl,--defsym=C=0x506600,--defsym=CF=6
 */
/* SPDX-License-Identifier: MIT */
/* Bss in the middle: behind it come more segments, one of them in the very next page. */
#include "segments.h"

FILE_BYTES(a, "aw", 0x1200, 0x11);
ZEROS(a0, "aw", 0x1900);
FILE_BYTES(b, "aw", 0x200, 0x22);
ZEROS(b0, "aw", 0x2000);
FILE_BYTES(c, "aw", 0x200, 0x33);
ZEROS(c0, "aw", 0x10);

int main(long *stack __attribute__((unused)))
{
	show_maps();
	show_bytes("A", a, a_end);
	show_bytes("A bss", a0, page_end(a0_end));
	show_bytes("B", b, b_end);
	show_bytes("B bss", b0, page_end(b0_end));
	show_bytes("C", c, c_end);
	show_bytes("C bss", c0, page_end(c0_end));
	show_brk();
	return 0;
}
