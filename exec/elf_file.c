/* SPDX-License-Identifier: MIT */
/*
 * Reads an ELF file, be it a program, an interpreter or an old library: bytes at an offset, and the
 * program header table. Abridges the same two functions of Linux's fs/binfmt_elf.c.
 */
#include <elf_image.h>
#include <errno.h>
#include <file.h>
#include <slab.h>

int elf_read(struct file *file, void *buf, size_t len, loff_t pos)
{
	ssize_t n = kernel_read(file, buf, len, &pos);

	if (n < 0)
		return n;
	return (size_t)n == len ? 0 : -EIO;
}

Elf64_Phdr *load_elf_phdrs(const Elf64_Ehdr *ehdr, struct file *file)
{
	size_t size = elf_phdrs_size(ehdr);
	Elf64_Phdr *phdrs = size ? kmalloc(size, GFP_KERNEL) : NULL;

	if (phdrs && elf_read(file, phdrs, size, ehdr->e_phoff) < 0) {
		kfree(phdrs);
		return NULL;
	}
	return phdrs;
}
