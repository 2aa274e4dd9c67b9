/* SPDX-License-Identifier: MIT */
/*
 * A good program of one segment, and one with data and a bss: what the plan says of them shows in
 * /proc.
 */
#include "craft.h"

int main(void)
{
	struct elf_file f = good_file(ET_EXEC, BASE);

	show("one segment", &f);
	add(&f, segment(PF_R | PF_W, 0x1e00, BASE + 0x2e00, 0x300, 0x5000));
	show("data and bss", &f);
	return 0;
}
