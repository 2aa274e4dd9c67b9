/* flags: @labs/06-interpreter/programs/fixed.flags */
/* SPDX-License-Identifier: MIT */
/*
 * Odd interpreters, and files that can only be found wrong past the point of no return: those kill.
 */
#include "../programs/where.h"

static char image[65536];

/* A copy of @from in which one word is another; @to is executed then. */
static void patched(const char *what, const char *from, const char *to, int segment,
		    unsigned long offset, unsigned long value)
{
	Elf64_Phdr *ph = (Elf64_Phdr *)(image + 64);
	int fd = syscall3(__NR_open, from, O_RDONLY, 0);
	long n = syscall3(__NR_read, fd, image, sizeof(image));
	int mode = 0755;

	syscall1(__NR_close, fd);
	for (; ph->p_type != PT_LOAD || segment--; ph++)
		;
	*(unsigned long *)((char *)ph + offset) = value;
	syscall1(__NR_unlink, to);
	fd = syscall3(__NR_open, to, O_CREAT | O_WRONLY, 0600);
	syscall3(__NR_write, fd, image, n);
	syscall2(__NR_fchmod, fd, mode);
	syscall1(__NR_close, fd);
	say("%s: ", what);
	say("result %d\n", (unsigned long)run("/t/pie"));
}

/* The linker calls a file with addresses of its own ET_EXEC, whatever it was asked for. */
static void make_dynamic(const char *path)
{
	unsigned short type = ET_DYN;
	int fd = syscall3(__NR_open, path, O_WRONLY, 0);

	syscall4(__NR_pwrite64, fd, &type, sizeof(type), offsetof(Elf64_Ehdr, e_type));
	syscall1(__NR_close, fd);
}

#define FIELD(f) offsetof(Elf64_Phdr, f)

int main(long *stack __attribute__((unused)))
{
	make_dynamic("/t/interphigh");
	run("/t/pieexec");
	run("/t/piehigh");
	run("/t/fixedhigh");
	patched("interpreter above user space", "/t/interphigh", "/t/interp", 1, FIELD(p_vaddr),
		0xffff800000001000);
	patched("interpreter with p_filesz > p_memsz", "/t/interphigh", "/t/interp", 1,
		FIELD(p_memsz), 1);
	patched("interpreter larger than user space", "/t/interphigh", "/t/interp", 1,
		FIELD(p_memsz), 1UL << 47);
	patched("interpreter whose file part cannot be mapped", "/t/interphigh", "/t/interp", 0,
		FIELD(p_offset), 1);
	return 0;
}
