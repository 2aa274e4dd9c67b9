/* SPDX-License-Identifier: MIT */
/* Segments at the borders of user space and beyond, of sizes that cannot be. */
#include "craft.h"

#define TRY(vaddr, filesz, memsz) \
	do { \
		struct elf_file f = good_file(ET_EXEC, BASE); \
		add(&f, segment(PF_R | PF_W, 0x1000, (vaddr), (filesz), (memsz))); \
		try("at " #vaddr ", " #filesz " of " #memsz, &f); \
	} while (0)

#define END 0x7ffffffff000UL

int main(void)
{
	struct elf_file f;

	TRY(0x600000, 0x1000, 0x1000);
	TRY(0x600000, 0x1000, 0xfff);
	TRY(0x600000, 0x1001, 0x1000);
	TRY(0x600000, 0, 0x2000);
	TRY(0x600000, 0, 0);
	TRY(END - 0x100000, 0x1000, 0x1000);
	TRY(END, 0x1000, 0x1000);
	TRY(END, 0, 0);
	TRY(END + 0x1000, 0x1000, 0x1000);
	TRY(0x600000, 0x1000, END);
	TRY(0x600000, 0x1000, END - 0x5ff000);
	TRY(0x600000, 0x1000, -1UL);
	TRY(0x600000, 0x1000, -0x600000UL);
	TRY(-0x1000UL, 0x1000, 0x1000);
	TRY(0xffffffff80000000, 0x1000, 0x1000);
	f = good_file(ET_EXEC, BASE);
	f.ph[0].p_type = PT_NULL;
	try("no segment", &f);
	f = good_file(ET_DYN, 0);
	f.ph[0].p_type = PT_NULL;
	try("no segment, ET_DYN", &f);
	f = good_file(ET_DYN, 0);
	add(&f, segment(PF_R, 0x1000, -1UL << 12, 0x1000, 0x1000));
	try("ET_DYN, the last page there is", &f);
	return 0;
}
