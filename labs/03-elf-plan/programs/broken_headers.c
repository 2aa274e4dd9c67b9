/* SPDX-License-Identifier: MIT */
/* Files whose ELF header is wrong in one place: the errno, or that they run all the same. */
#include "craft.h"

#define TRY(field, value) \
	do { \
		struct elf_file f = good_file(ET_EXEC, BASE); \
		f.field = (value); \
		try(#field " = " #value, &f); \
	} while (0)

int main(void)
{
	struct elf_file good = good_file(ET_EXEC, BASE), dyn = good_file(ET_DYN, 0);

	try("a good program", &good);
	try("a good ET_DYN", &dyn);
	TRY(eh.e_ident[0], 0x7e);
	TRY(eh.e_ident[1], 'e');
	TRY(eh.e_ident[3], 0);
	TRY(eh.e_ident[EI_CLASS], ELFCLASS32);
	TRY(eh.e_ident[EI_DATA], ELFDATA2MSB);
	TRY(eh.e_version, 77);
	TRY(eh.e_type, ET_NONE);
	TRY(eh.e_type, ET_REL);
	TRY(eh.e_type, ET_CORE);
	TRY(eh.e_type, ET_EXEC + 256);
	TRY(eh.e_machine, EM_386);
	TRY(eh.e_machine, EM_AARCH64);
	TRY(eh.e_ehsize, 1);
	TRY(eh.e_shoff, -1UL);
	TRY(eh.e_phentsize, sizeof(Elf64_Phdr) - 1);
	TRY(eh.e_phentsize, sizeof(Elf64_Phdr) + 1);
	TRY(eh.e_phentsize, 0);
	TRY(eh.e_phnum, 0);
	TRY(eh.e_phnum, 73);
	TRY(eh.e_phnum, 74);
	TRY(eh.e_phnum, 65535);
	TRY(eh.e_phoff, FILE_SIZE);
	TRY(eh.e_phoff, FILE_SIZE - sizeof(Elf64_Phdr) + 1);
	TRY(eh.e_phoff, -1UL);
	try_size("only 4 bytes of the file", &good, 4);
	try_size("only 63 bytes of the file", &good, 63);
	try_size("only the header", &good, 64);
	try_size("one byte of the table is missing", &good, 64 + 55);
	try_size("an empty file", &good, 0);
	return 0;
}
