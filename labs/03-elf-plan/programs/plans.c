/* SPDX-License-Identifier: MIT */
/* Good files of unusual forms: what the plan says of them shows in /proc. */
#include "craft.h"

static void alignments(void)
{
	static const unsigned long aligns[] = {0,      1,	 3,	   0x1000,
					       0x1800, 0x200000, 0x200001, 0x40000000};
	char what[64];

	for (unsigned int i = 0; i < sizeof(aligns) / sizeof(*aligns); i++) {
		struct elf_file f = good_file(ET_DYN, 0), loader = good_file(ET_DYN, 0);

		write_file("/tmp/ld", &loader, FILE_SIZE);
		add_interp(&f, "/tmp/ld");
		f.ph[0].p_align = aligns[i];
		sprintf(what, "PIE, p_align %#lx", aligns[i]);
		show(what, &f);
	}
}

static void stacks(void)
{
	static const unsigned int flags[][2] = {{PF_R | PF_W, 0},
						{PF_R | PF_W | PF_X, 0},
						{PF_X, PF_R},
						{PF_R, PF_X}};
	char what[64];

	for (unsigned int i = 0; i < 4; i++) {
		struct elf_file f = good_file(ET_EXEC, BASE);

		add(&f, (Elf64_Phdr){.p_type = PT_GNU_STACK, .p_flags = flags[i][0]});
		if (flags[i][1])
			add(&f, (Elf64_Phdr){.p_type = PT_GNU_STACK, .p_flags = flags[i][1]});
		sprintf(what, "PT_GNU_STACK %x, then %x", flags[i][0], flags[i][1]);
		show(what, &f);
	}
}

static void tables(void)
{
	struct elf_file f = good_file(ET_EXEC, BASE);

	add(&f, segment(PF_R, 0, 0x700000, 0x1000, 0x1000));
	show("the table lies in two segments", &f);
	f = good_file(ET_EXEC, BASE);
	f.ph[0].p_filesz = 64 - 1;
	f.ph[0].p_memsz = 0x1000;
	add(&f, segment(PF_R | PF_X, 0x200, 0x700200, 0x200, 0x200));
	f.eh.e_entry = 0x700000 + CODE;
	show("the table lies in no segment", &f);
	f = good_file(ET_EXEC, BASE);
	memcpy((char *)&f + 0x2100, f.ph, sizeof(f.ph));
	f.eh.e_phoff = 0x2100;
	Elf64_Phdr *ph = (Elf64_Phdr *)((char *)&f + 0x2100);
	ph[1] = segment(PF_R, 0x2000, 0x702000, 0x800, 0x800);
	f.eh.e_phnum = 2;
	show("the table at the end of the file", &f);
}

static void orders(void)
{
	struct elf_file f = good_file(ET_EXEC, BASE);

	add(&f, segment(PF_R | PF_W, 0x2000, 0x900000, 0x800, 0x3800));
	add(&f, segment(PF_R | PF_W | PF_X, 0x1000, 0x600100, 0x100, 0x100));
	f.ph[2].p_offset = 0x1100;
	show("segments that are not sorted", &f);
	f = good_file(ET_EXEC, BASE);
	add(&f, segment(PF_X, 0x1000, 0x300000, 0x1000, 0x1000));
	add(&f, segment(PF_W, 0x2000, 0x500000, 0x10, 0x10));
	add(&f, segment(0, 0x2000, 0x800000, 0, 0x3000));
	show("permissions of all kinds, a bss without bytes", &f);
}

int main(void)
{
	orders();
	tables();
	stacks();
	alignments();
	return 0;
}
