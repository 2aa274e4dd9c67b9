/*
 * flags: @labs/04-segments/programs/three.flags -Wl,--defsym=A=0x500000,--defsym=AF=4
 * -Wl,--defsym=B=0x501200,--defsym=BF=6 -Wl,--defsym=C=0x503a00,--defsym=CF=5
 */
/* SPDX-License-Identifier: MIT */
/* Three segments that are all in the file: nothing is to be zeroed, not even behind their ends. */
#include "segments.h"

FILE_BYTES(a, "a", 0x1200, 0x11);
FILE_BYTES(b, "aw", 0x800, 0x22);
FILE_BYTES(c, "ax", 0x900, 0x33);

int main(long *stack __attribute__((unused)))
{
	show_maps();
	show_bytes("A", a, a_end);
	show_bytes("B", b, b_end);
	show_bytes("behind B", b_end, page_end(b_end));
	show_bytes("C", c, c_end);
	show_brk();
	return 0;
}
