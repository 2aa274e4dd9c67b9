/*
 * flags: @labs/04-segments/programs/three.flags -Wl,--defsym=A=0x500400,--defsym=AF=6
 * -Wl,--defsym=B=0x504a00,--defsym=BF=6 -Wl,--defsym=C=0x508a00,--defsym=CF=6
 */
/* SPDX-License-Identifier: MIT */
/* Segments that share pages: the later one maps over the bss of the one before. */
#include "../programs/segments.h"

FILE_BYTES(a, "aw", 0x1600, 0x11);
ZEROS(a0, "aw", 0x2a00);
FILE_BYTES(b, "aw", 0x800, 0x22);
ZEROS(b0, "aw", 0x3400);
FILE_BYTES(c, "aw", 0x400, 0x33);
ZEROS(c0, "aw", 0x180);

int main(long *stack __attribute__((unused)))
{
	show_maps();
	show_bytes("A", a, a_end);
	show_bytes("A bss", a0, a0_end);
	show_bytes("B", b, b_end);
	show_bytes("B bss", b0, b0_end);
	show_bytes("C", c, c_end);
	show_bytes("C bss", c0, page_end(c0_end));
	show_brk();
	return 0;
}
