/*
 * flags: @labs/04-segments/programs/three.flags -Wl,--defsym=A=0x500400,--defsym=AF=7
 * -Wl,--defsym=B=0x504600,--defsym=BF=4 -Wl,--defsym=C=0x508a00,--defsym=CF=2
 */
/* SPDX-License-Identifier: MIT */
/*
 * Bss of segments with odd permissions: executable, read-only (what padzero cannot
 * write keeps its bytes), write-only.
 */
#include "../programs/segments.h"

FILE_BYTES(a, "awx", 0x200, 0x11);
ZEROS(a0, "awx", 0x2000);
FILE_BYTES(b, "a", 0x400, 0x22);
ZEROS(b0, "a", 0x2800);
FILE_BYTES(c, "aw", 0x400, 0x33);
ZEROS(c0, "aw", 0x1800);

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
