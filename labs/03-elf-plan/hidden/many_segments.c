/* SPDX-License-Identifier: MIT */
/* Random lists of segments, all of which are good: what the plan says of them shows in /proc. */
#include "../programs/craft.h"

static unsigned long seed = 12;

static unsigned int rnd(unsigned int n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 33) % n;
}

int main(void)
{
	struct elf_file loader = good_file(ET_DYN, 0);

	write_file("/tmp/ld", &loader, FILE_SIZE);
	for (int i = 0; i < 40; i++) {
		int dyn = rnd(2);
		struct elf_file f = good_file(dyn ? ET_DYN : ET_EXEC, dyn ? 0 : BASE);
		unsigned long at[5];
		char what[32];

		for (int j = 0; j < 5; j++)
			at[j] = (dyn ? 0 : BASE) + (j + 1) * 0x10000;
		for (int j = 0; j < 4; j++) {
			int k = rnd(5);
			unsigned long off = 0x1000 + rnd(0x1000), filesz = rnd(0x1000);

			if (!at[k])
				continue;
			add(&f, segment(rnd(8), off, at[k] + (off & 0xfff), filesz,
					filesz + rnd(2) * rnd(0x4000)));
			f.ph[f.eh.e_phnum - 1].p_align = rnd(4) ? PAGE : 1UL << rnd(20);
			at[k] = 0;
		}
		if (rnd(2))
			add_interp(&f, "/tmp/ld");
		add(&f, (Elf64_Phdr){.p_type = PT_GNU_STACK, .p_flags = rnd(8)});
		sprintf(what, "list %d", i);
		show(what, &f);
	}
	return 0;
}
