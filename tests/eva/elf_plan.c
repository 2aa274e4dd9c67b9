/* reads: exec/elf_plan.c lib/string.c */
/* eva: -eva-precision 0 -eva-auto-loop-unroll 4 */
/* SPDX-License-Identifier: MIT */
/*
 * Any header, and a table of any program headers that ends where its memory ends. The plan starts
 * as garbage: what elf_plan leaves out is read uninitialised here.
 */
#include <binfmts.h>
#include <elf_image.h>
#include <string.h>
#include "any.h"

#define MOST (PAGE_SIZE / sizeof(Elf64_Phdr))

static Elf64_Phdr table[MOST];
static Elf64_Ehdr ehdr;
unsigned long seen; /* what is read below must be initialised */

static void plan_of(unsigned int n)
{
	const Elf64_Phdr *phdr = table + MOST - n;
	struct elf_image img;
	int err;

	ehdr.e_phnum = n;
	err = elf_plan(&ehdr, phdr, &img);
	seen = img.total_size + img.alignment + img.phdr_addr + img.start_code + img.end_code;
	seen = img.start_data + img.end_data + img.brk + img.executable_stack;
	if (!err && img.interp)
		seen = img.interp->p_filesz;
	if (n)
		seen = elf_segment_fits(phdr, any_u64);
}

void eva_main(void)
{
	char path[64];

	any_bytes(&ehdr, sizeof(ehdr));
	any_bytes(table, sizeof(table));
	seen = elf_header_ok(&ehdr);
	seen = 1 / (elf_phdrs_size(&ehdr) <= PAGE_SIZE);
	//@ loop unroll 9;
	for (unsigned int n = 0; n < 9; n++)
		plan_of(n);
	plan_of(MOST - 1);
	plan_of(MOST);
	any_bytes(path, sizeof(path));
	//@ loop unroll 64;
	for (size_t len = 1; len <= sizeof(path); len++)
		seen = elf_interp_path_ok(path + sizeof(path) - len, len);
}
