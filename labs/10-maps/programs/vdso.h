/* SPDX-License-Identifier: MIT */
/* The symbols of the vdso's ELF image, from its address alone. Included after vmas.h. */
#ifndef VDSO_FIND_H
#define VDSO_FIND_H

#include <elf.h>

/* The address of function @name in the image at @base; NULL: it is not there. */
static void *vdso_find(unsigned long base, const char *name)
{
	const Elf64_Ehdr *eh = (const void *)base;
	const Elf64_Phdr *ph = (const void *)(base + eh->e_phoff);
	const Elf64_Dyn *d = NULL;
	const Elf64_Sym *sym = NULL;
	const Elf32_Word *hash = NULL;
	const char *str = NULL;

	for (int i = 0; i < eh->e_phnum; i++)
		if (ph[i].p_type == PT_DYNAMIC)
			d = (const void *)(base + ph[i].p_offset);
	for (; d && d->d_tag; d++) {
		if (d->d_tag == DT_SYMTAB)
			sym = (const void *)(base + d->d_un.d_ptr);
		if (d->d_tag == DT_STRTAB)
			str = (const void *)(base + d->d_un.d_ptr);
		if (d->d_tag == DT_HASH)
			hash = (const void *)(base + d->d_un.d_ptr);
	}
	if (!sym || !str || !hash)
		return NULL;
	for (unsigned int i = 0; i < hash[1]; i++)
		if (str_eq(str + sym[i].st_name, name) && sym[i].st_shndx)
			return (void *)(base + sym[i].st_value);
	return NULL;
}

#endif
