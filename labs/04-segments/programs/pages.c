/*
 * flags: @labs/04-segments/programs/three.flags -Wl,--defsym=A=0x500400,--defsym=AF=6
 * -Wl,--defsym=B=0x510600,--defsym=BF=6 -Wl,--defsym=C=0x520000,--defsym=CF=6
 */
/* SPDX-License-Identifier: MIT */
/*
 * Bss of whole pages: from the middle of a page, from its end on, and up to exactly a page's end.
 */
#include "segments.h"

FILE_BYTES(a, "aw", 0x200, 0x11);
ZEROS(a0, "aw", 0x5000);
FILE_BYTES(b, "aw", 0xa00, 0x22);
ZEROS(b0, "aw", 0x1001);
FILE_BYTES(c, "aw", 0x1080, 0x33);
ZEROS(c0, "aw", 0x1f80);

int main(long *stack __attribute__((unused)))
{
	show_maps();
	show_bytes("A", a, a_end);
	show_bytes("A bss", a0, page_end(a0_end));
	show_bytes("B", b, b_end);
	show_bytes("B bss", b0, page_end(b0_end));
	show_bytes("C", c, c_end);
	show_bytes("C bss", c0, c0_end);
	show_brk();
	return 0;
}
