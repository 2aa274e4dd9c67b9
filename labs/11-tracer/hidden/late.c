/* flags: @labs/05-stack/programs/mini.flags */
/* SPDX-License-Identifier: MIT */
/*
 * Execs a copy of a program whose last segment lies beyond the end of user space, though its
 * header is right: the exec fails behind its point of no return.
 */
#include <elf.h>
#include <fcntl.h>
#include <mini.h>

static char image[1 << 16];

int main(long *stack __attribute__((unused)))
{
	static const char *const argv[] = {"late", NULL};
	Elf64_Ehdr *eh = (Elf64_Ehdr *)image;
	Elf64_Phdr *ph = (Elf64_Phdr *)image, *last = ph;
	int fd = syscall3(__NR_open, "/t/quiet", O_RDONLY, 0);
	long size = syscall3(__NR_read, fd, image, sizeof(image));

	syscall1(__NR_close, fd);
	ph = (Elf64_Phdr *)(image + eh->e_phoff);
	for (int i = 0; i < eh->e_phnum; i++)
		if (ph[i].p_type == PT_LOAD)
			last = &ph[i];
	last->p_vaddr = 0x7ffffffff000 + last->p_offset % 4096;
	fd = syscall3(__NR_open, "/t/bad", O_WRONLY | O_CREAT, 0755);
	syscall3(__NR_write, fd, image, size);
	syscall1(__NR_close, fd);
	syscall3(__NR_execve, "/t/bad", argv, argv + 1);
	return 1;
}
