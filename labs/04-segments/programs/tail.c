/*
 * flags: @labs/04-segments/programs/three.flags -Wl,--defsym=A=0x500400,--defsym=AF=6
 * -Wl,--defsym=B=0x502600,--defsym=BF=6 -Wl,--defsym=C=0x504f00,--defsym=CF=6
 */
/* SPDX-License-Identifier: MIT */
/* Bss that ends in the last page of the file's part; other bytes of the file lie behind it. */
#include "segments.h"

FILE_BYTES(a, "aw", 0x200, 0x11);
ZEROS(a0, "aw", 0x100);
FILE_BYTES(b, "aw", 0x900, 0x22);
FILE_BYTES(c, "aw", 0x80, 0x33);
ZEROS(c0, "aw", 0x80);

int main(long *stack __attribute__((unused)))
{
	show_maps();
	show_bytes("A", a, a_end);
	show_bytes("A bss", a0, a0_end);
	show_bytes("behind A", a0_end, page_end(a0_end));
	show_bytes("B", b, b_end);
	show_bytes("behind B", b_end, page_end(b_end));
	show_bytes("C", c, c_end);
	show_bytes("C bss", c0, c0_end);
	show_brk();
	return 0;
}
