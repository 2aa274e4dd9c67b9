/*
 * AT_EXECFN is the path as given, AT_RANDOM 16 bytes that differ each time, AT_PHDR the program
 * headers.
 */
#include "check.h"
#include <elf.h>
#include <sys/auxv.h>

int main(int argc, char **argv)
{
	extern char __ehdr_start[];
	unsigned char *r = (unsigned char *)getauxval(AT_RANDOM);
	Elf64_Ehdr *eh = (Elf64_Ehdr *)__ehdr_start;

	if (argc == 1) {
		char hex[33], *args[] = {"zero", hex, NULL};
		for (int i = 0; i < 16; i++)
			sprintf(hex + 2 * i, "%02x", r[i]);
		OK(chdir("/"));
		execv(self() + 1, args);
		return 1;
	}
	char now[33];
	for (int i = 0; i < 16; i++)
		sprintf(now + 2 * i, "%02x", r[i]);
	CHECK(strcmp(now, argv[1]));
	EQ(((char *)getauxval(AT_EXECFN))[0] == '/', 0);
	EQ(getauxval(AT_PAGESZ), 4096);
	EQ(getauxval(AT_CLKTCK), 100);
	EQ(getauxval(AT_PHENT), 56);
	EQ(getauxval(AT_PHNUM), eh->e_phnum);
	EQ(getauxval(AT_PHDR), __ehdr_start + eh->e_phoff);
	EQ(getauxval(AT_ENTRY) & 0xfff, eh->e_entry & 0xfff);
	EQ(getauxval(AT_HWCAP2) & ~3UL, 0);
	EQ(getauxval(AT_FLAGS), 0);
	STREQ((char *)getauxval(AT_PLATFORM), "x86_64");
	CHECK(getauxval(AT_MINSIGSTKSZ) >= 1000);
	return 0;
}
