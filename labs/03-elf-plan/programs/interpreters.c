/* SPDX-License-Identifier: MIT */
/* PT_INTERP in all its forms. The interpreter is a file made by hand as well. */
#include "craft.h"

static struct elf_file with_interp(const char *path)
{
	struct elf_file f = good_file(ET_EXEC, BASE);

	add_interp(&f, path);
	return f;
}

int main(void)
{
	struct elf_file f, loader = good_file(ET_DYN, 0);

	write_file("/tmp/ld", &loader, FILE_SIZE);
	f = with_interp("/tmp/ld");
	show("with an interpreter", &f);
	f.ph[1].p_filesz = 0;
	try("a path of 0 bytes", &f);
	f.ph[1].p_filesz = 1;
	try("a path of 1 byte", &f);
	f.ph[1].p_filesz--;
	f = with_interp("/tmp/ld");
	f.ph[1].p_filesz--;
	try("a path without NUL", &f);
	f = with_interp("x");
	try("a path of 2 bytes, which is not there", &f);
	f = with_interp("/tmp/ld");
	f.ph[1].p_filesz = PATH_MAX;
	try("a path of PATH_MAX bytes", &f);
	f.ph[1].p_filesz = PATH_MAX + 1;
	try("a path of PATH_MAX + 1 bytes", &f);
	f.ph[1].p_filesz = -1UL;
	try("a path of 2^64 - 1 bytes", &f);
	f = with_interp("/tmp/ld");
	f.ph[1].p_memsz = 0;
	try("p_memsz of PT_INTERP does not matter", &f);
	add_interp(&f, "/tmp/ld")->p_filesz = 0;
	try("a second PT_INTERP that is broken does not matter", &f);
	f = with_interp("/tmp/ld");
	f.ph[1].p_filesz = 0;
	add_interp(&f, "/tmp/ld");
	try("a first PT_INTERP that is broken matters", &f);
	f = with_interp("/tmp/ld");
	f.ph[2] = f.ph[0], f.ph[0] = f.ph[1], f.ph[1] = f.ph[2];
	try("PT_INTERP behind or before PT_LOAD", &f);
	f = with_interp("/tmp/ld");
	loader.eh.e_machine = EM_386;
	write_file("/tmp/ld", &loader, FILE_SIZE);
	try("an interpreter for another machine", &f);
	loader = good_file(ET_DYN, 0);
	loader.eh.e_phentsize = 55;
	write_file("/tmp/ld", &loader, FILE_SIZE);
	try("an interpreter with a wrong e_phentsize", &f);
	loader = good_file(ET_DYN, 0);
	add_interp(&loader, "/none")->p_filesz = 0;
	write_file("/tmp/ld", &loader, FILE_SIZE);
	try("an interpreter with an interpreter", &f);
	return 0;
}
