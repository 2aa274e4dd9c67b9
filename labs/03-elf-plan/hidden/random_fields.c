/* SPDX-License-Identifier: MIT */
/*
 * Three hundred files with one or two fields set to values that hurt: what execve says, or how they
 * end.
 */
#include "../programs/craft.h"

static unsigned long seed = 11;

static unsigned int rnd(unsigned int n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 33) % n;
}

static unsigned long value(void)
{
	static const unsigned long values[] = {
		0,
		1,
		2,
		3,
		0x37,
		0x38,
		0x39,
		0x40,
		0xfff,
		0x1000,
		0x1001,
		0x1fff,
		0x2000,
		0x3000,
		0x3001,
		0x200000,
		BASE,
		0x7fffffffe000,
		0x7ffffffff000,
		0x800000000000,
		1UL << 63,
		-1UL,
		-0x1000UL,
		-BASE,
		PF_X,
		PF_R | PF_W,
	};

	return values[rnd(sizeof(values) / sizeof(*values))];
}

static void change(struct elf_file *f, char *what)
{
	Elf64_Phdr *ph = &f->ph[rnd(f->eh.e_phnum)];
	unsigned long v = value();
	int n = ph - f->ph;

	switch (rnd(9)) {
	case 0:
		f->eh.e_type = v;
		sprintf(what, " e_type=%lx", v);
		break;
	case 1:
		f->eh.e_phnum = v;
		sprintf(what, " e_phnum=%lx", v);
		break;
	case 2:
		f->eh.e_phoff = v;
		sprintf(what, " e_phoff=%lx", v);
		break;
	case 3:
		f->eh.e_phentsize = v;
		sprintf(what, " e_phentsize=%lx", v);
		break;
	case 4:
		ph->p_type = v & 3;
		sprintf(what, " ph[%d].p_type=%lx", n, v & 3);
		break;
	case 5:
		ph->p_filesz = v;
		sprintf(what, " ph[%d].p_filesz=%lx", n, v);
		break;
	case 6:
		ph->p_memsz = v;
		sprintf(what, " ph[%d].p_memsz=%lx", n, v);
		break;
	case 7:
		ph->p_align = v;
		sprintf(what, " ph[%d].p_align=%lx", n, v);
		break;
	case 8:
		ph->p_vaddr = v & ~0xfffUL;
		sprintf(what, " ph[%d].p_vaddr=%lx", n, v & ~0xfffUL);
		break;
	}
}

int main(void)
{
	struct elf_file loader = good_file(ET_DYN, 0);

	write_file("/tmp/ld", &loader, FILE_SIZE);
	for (int i = 0; i < 300; i++) {
		int dyn = rnd(2);
		struct elf_file f = good_file(dyn ? ET_DYN : ET_EXEC, dyn ? 0 : BASE);
		char what[160];
		int n = sprintf(what, "%d: %s", i, dyn ? "DYN" : "EXEC");

		add(&f, segment(PF_R | PF_W, 0x1000, (dyn ? 0 : BASE) + 0x2000, 0x800, 0x1800));
		if (rnd(2)) {
			add_interp(&f, "/tmp/ld");
			n += sprintf(what + n, " interp");
		}
		change(&f, what + n);
		if (rnd(3) == 0 && f.eh.e_phnum && f.eh.e_phnum <= 8)
			change(&f, what + strlen(what));
		try(what, &f);
	}
	return 0;
}
