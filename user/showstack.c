/* SPDX-License-Identifier: MIT */
/* Prints the stack as execve has made it, upward: argc, argv, envp and the auxiliary vector. */
#include <elf.h>
#include "mini.h"

static const struct {
	unsigned long type;
	const char *name;
	char kind; /* 'd' number, 'x' address or bits, 's' string */
} auxv_names[] = {
	{AT_SYSINFO_EHDR, "AT_SYSINFO_EHDR", 'x'},
	{AT_MINSIGSTKSZ, "AT_MINSIGSTKSZ", 'd'},
	{AT_HWCAP, "AT_HWCAP", 'x'},
	{AT_PAGESZ, "AT_PAGESZ", 'd'},
	{AT_CLKTCK, "AT_CLKTCK", 'd'},
	{AT_PHDR, "AT_PHDR", 'x'},
	{AT_PHENT, "AT_PHENT", 'd'},
	{AT_PHNUM, "AT_PHNUM", 'd'},
	{AT_BASE, "AT_BASE", 'x'},
	{AT_FLAGS, "AT_FLAGS", 'x'},
	{AT_ENTRY, "AT_ENTRY", 'x'},
	{AT_UID, "AT_UID", 'd'},
	{AT_EUID, "AT_EUID", 'd'},
	{AT_GID, "AT_GID", 'd'},
	{AT_EGID, "AT_EGID", 'd'},
	{AT_SECURE, "AT_SECURE", 'd'},
	{AT_RANDOM, "AT_RANDOM", 'x'},
	{AT_HWCAP2, "AT_HWCAP2", 'x'},
	{AT_EXECFN, "AT_EXECFN", 's'},
	{AT_PLATFORM, "AT_PLATFORM", 's'},
	{AT_EXECFD, "AT_EXECFD", 'd'},
	{AT_NULL, "AT_NULL", 'd'},
};

static void row(const long *where, const char *what)
{
	say("%x  %x  %s", (unsigned long)where, (unsigned long)*where, what);
}

/* Prints an array of string pointers, up to its NULL. Returns what follows. */
static long *show_strings(long *p, const char *name)
{
	for (unsigned long i = 0; *p; p++, i++) {
		row(p, name);
		say("[%d] \"%s\"\n", i, (const char *)*p);
	}
	row(p, name);
	say(" ends: NULL\n");
	return p + 1;
}

static void show_aux(const long *p)
{
	unsigned long i = 0;

	while (i < sizeof(auxv_names) / sizeof(auxv_names[0]) &&
	       auxv_names[i].type != (unsigned long)p[0])
		i++;
	if (i == sizeof(auxv_names) / sizeof(auxv_names[0])) {
		row(p, "auxv unknown\n");
		return;
	}
	row(p, auxv_names[i].name);
	say(" = ");
	if (auxv_names[i].kind == 's')
		say("%x \"%s\"\n", p[1], (const char *)p[1]);
	else if (auxv_names[i].kind == 'x')
		say("%x\n", p[1]);
	else
		say("%d\n", p[1]);
}

int main(long *stack)
{
	long *p = stack;

	say("address           value             what (the stack grows upward on this page)\n");
	row(p, "argc");
	say("\n");
	p = show_strings(p + 1, "argv");
	p = show_strings(p, "envp");
	for (;; p += 2) {
		show_aux(p);
		if (p[0] == AT_NULL)
			break;
	}
	return 0;
}
