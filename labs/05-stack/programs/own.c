/* flags: @labs/05-stack/programs/mini.flags */
/* SPDX-License-Identifier: MIT */
/* What the auxiliary vector points to, and whether /proc tells of the same stack. */
#include "execs.h"

extern const Elf64_Ehdr __ehdr_start;
extern char _start[];

static int faults;

static void check(const char *what, int holds)
{
	say("%s: %s\n", what, holds ? "yes" : "NO");
	faults += !holds;
}

static void check_pointers(long *stack)
{
	const char *platform = (const char *)aux(stack, AT_PLATFORM, 0),
		   *name = (const char *)aux(stack, AT_EXECFN, 0);
	long random = aux(stack, AT_RANDOM, 0);

	check("AT_PHDR is this program's headers",
	      aux(stack, AT_PHDR, 0) == (long)&__ehdr_start + (long)__ehdr_start.e_phoff);
	check("AT_PHNUM is their number", aux(stack, AT_PHNUM, 0) == __ehdr_start.e_phnum);
	check("AT_PHENT is the size of one", aux(stack, AT_PHENT, 0) == sizeof(Elf64_Phdr));
	check("AT_ENTRY is _start", aux(stack, AT_ENTRY, 0) == (long)_start);
	check("AT_BASE is there, and 0", aux(stack, AT_BASE, -1) == 0);
	check("AT_PLATFORM is \"x86_64\"", platform && str_eq(platform, "x86_64"));
	check("AT_EXECFN is \"/t/own\"", name && str_eq(name, "/t/own"));
	check("AT_RANDOM is above the tables", random > (long)auxv_of(stack));
	check("AT_RANDOM and AT_PLATFORM are below the strings",
	      random + 16 <= stack[1] && (long)platform + 7 <= stack[1]);
	check("AT_SYSINFO_EHDR is an ELF header",
	      *(unsigned int *)aux(stack, AT_SYSINFO_EHDR, (long)stack) == 0x464c457f);
}

/* The row of NUL-ended strings in a file of /proc is the memory at @first. */
static void check_row(const char *path, const char *first, const char *end)
{
	static char buf[4096];
	long n = read_all(path, buf, sizeof(buf));
	int same = n == end - first;

	for (long i = 0; same && i < n; i++)
		same = buf[i] == first[i];
	say("%s has %d bytes, ", path, (unsigned long)n);
	check("the same as the stack", same);
}

int main(long *stack)
{
	char **envp = env_of(stack);
	long *end = auxv_of(stack);

	check_pointers(stack);
	check_row("/proc/self/cmdline", (char *)stack[1], envp[0]);
	check_row("/proc/self/environ", envp[0], (char *)aux(stack, AT_EXECFN, 0));
	while (*end)
		end += 2;
	check_row("/proc/self/auxv", (char *)auxv_of(stack), (char *)(end + 2));
	return faults != 0;
}
