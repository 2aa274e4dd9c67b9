/* SPDX-License-Identifier: MIT */
/*
 * What the tracer prints, and how: the types of its story, and the printing that is not yours to
 * write. Everything goes out at once, for the program that is watched prints to the same file.
 */
#ifndef STORY_H
#define STORY_H

#include <elf.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_VMAS 64
#define MAPS_LINE 200

/* One line of /proc/PID/maps: text is all of it, without the newline. */
struct vma {
	unsigned long start, end; /* the first byte, and the first one behind it */
	char text[MAPS_LINE];
};

struct maps {
	int count;
	struct vma vma[MOST_VMAS];
};

enum stop {
	STOP_ENTRY,  /* of a system call: its arguments are in the registers */
	STOP_RETURN, /* of a system call: its result is in rax */
	STOP_EXEC, /* PTRACE_EVENT_EXEC: the new program is there, its first instruction is next */
	STOP_SIGNAL, /* a signal is about to be delivered */
	STOP_END,    /* no stop: the program has ended */
};

/* The program that is watched. */
struct tracee {
	int pid;
	int status;   /* of the last waitpid */
	int signal;   /* to pass on when it goes on; 0: none */
	bool in_call; /* between the entry and the return of a system call */
};

__attribute__((noreturn, format(printf, 1, 2))) static inline void panic(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	exit(70);
}

static inline const struct vma *find(const struct maps *maps, unsigned long addr)
{
	for (int i = 0; i < maps->count; i++)
		if (addr >= maps->vma[i].start && addr < maps->vma[i].end)
			return &maps->vma[i];
	return NULL;
}

/* What follows the five fields of a line of maps: a path, a name such as [heap], or nothing. */
static inline const char *name_of(const struct vma *vma)
{
	const char *name = vma ? strpbrk(vma->text, "/[") : NULL;

	return name ? name : "";
}

static inline bool is_mapped(const struct maps *maps, const char *name)
{
	for (int i = 0; i < maps->count; i++)
		if (!strcmp(name_of(&maps->vma[i]), name))
			return true;
	return false;
}

static inline bool has_line(const struct maps *maps, const char *text)
{
	for (int i = 0; i < maps->count; i++)
		if (!strcmp(maps->vma[i].text, text))
			return true;
	return false;
}

/* The lines that are gone, and those that are new. */
static inline void print_changes(const struct maps *before, const struct maps *after)
{
	for (int i = 0; i < before->count; i++)
		if (!has_line(after, before->vma[i].text))
			printf("  - %s\n", before->vma[i].text);
	for (int i = 0; i < after->count; i++)
		if (!has_line(before, after->vma[i].text))
			printf("  + %s\n", after->vma[i].text);
}

static inline void print_maps(const struct maps *maps)
{
	for (int i = 0; i < maps->count; i++)
		printf("    %s\n", maps->vma[i].text);
}

static inline void print_address(const char *what, unsigned long addr, const struct maps *maps)
{
	printf("%s %lx, in %s\n", what, addr, name_of(find(maps, addr)));
}

/* What a system call has returned, as the kernel does: an error is a small negative number. */
static inline void print_result(unsigned long rax)
{
	if (rax > -4096UL)
		printf(" = %ld\n", (long)rax);
	else
		printf(" = %lx\n", rax);
}

/* An entry of the auxiliary vector. Those that depend on the processor have no value here. */
static inline void print_aux(unsigned long type, unsigned long value, const char *string)
{
	static const struct {
		unsigned long type;
		const char *name;
	} names[] = {
		{AT_PHDR, "AT_PHDR"},
		{AT_PHENT, "AT_PHENT"},
		{AT_PHNUM, "AT_PHNUM"},
		{AT_PAGESZ, "AT_PAGESZ"},
		{AT_BASE, "AT_BASE"},
		{AT_FLAGS, "AT_FLAGS"},
		{AT_ENTRY, "AT_ENTRY"},
		{AT_UID, "AT_UID"},
		{AT_EUID, "AT_EUID"},
		{AT_GID, "AT_GID"},
		{AT_EGID, "AT_EGID"},
		{AT_PLATFORM, "AT_PLATFORM"},
		{AT_HWCAP, "AT_HWCAP"},
		{AT_CLKTCK, "AT_CLKTCK"},
		{AT_SECURE, "AT_SECURE"},
		{AT_RANDOM, "AT_RANDOM"},
		{AT_HWCAP2, "AT_HWCAP2"},
		{AT_EXECFN, "AT_EXECFN"},
		{AT_SYSINFO_EHDR, "AT_SYSINFO_EHDR"},
		{AT_MINSIGSTKSZ, "AT_MINSIGSTKSZ"},
	};
	const char *name = "another type";

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].type == type)
			name = names[i].name;
	if (type == AT_HWCAP || type == AT_HWCAP2 || type == AT_MINSIGSTKSZ)
		printf("  %-15s\n", name);
	else if (string)
		printf("  %-15s %lx -> \"%s\"\n", name, value, string);
	else
		printf("  %-15s %lx\n", name, value);
}

#endif
