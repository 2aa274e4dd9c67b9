/* SPDX-License-Identifier: MIT */
/*
 * What the programs of this lab share: each tells where it, its interpreter and
 * its entry are, and shows its map. Look at one with
 * `readelf -lW build/labs/06-interpreter/programs/NAME`.
 */
#ifndef WHERE_H
#define WHERE_H

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <mini.h>

/* The value of @type in the auxiliary vector; @missing if it is not there. */
static inline long aux(long *stack, long type, long missing)
{
	long *p = stack + 1 + stack[0] + 1;

	while (*p++)
		;
	for (; p[0] != AT_NULL; p += 2)
		if (p[0] == type)
			return p[1];
	return missing;
}

static inline void show_maps(void)
{
	char buf[1024];
	int fd = syscall3(__NR_open, "/proc/self/maps", O_RDONLY, 0);
	long n;

	while ((n = syscall3(__NR_read, fd, buf, sizeof(buf))) > 0)
		syscall3(__NR_write, 1, buf, n);
	syscall1(__NR_close, fd);
}

extern const Elf64_Ehdr __ehdr_start __attribute__((visibility("hidden")));
extern char _start[] __attribute__((visibility("hidden")));

static inline void show_where(const char *who, long *stack)
{
	say("%s: headers at %x, _start at %x\n", who, (unsigned long)&__ehdr_start,
	    (unsigned long)_start);
	say("AT_PHDR %x AT_ENTRY %x AT_BASE %x\n", aux(stack, AT_PHDR, -1),
	    aux(stack, AT_ENTRY, -1), aux(stack, AT_BASE, -1));
}

/* True if [p, end) is all zero. */
static inline int all_zero(const char *p, const char *end)
{
	while (p < end && !*p)
		p++;
	return p == end;
}

/* What an interpreter does at last: goes to the program, with the stack as the kernel made it. */
static inline __attribute__((noreturn)) void go_to_program(long *stack)
{
	__asm__ volatile("mov %0, %%rsp\n\tjmp *%1" : : "r"(stack), "r"(aux(stack, AT_ENTRY, 0)));
	__builtin_unreachable();
}

/* The wait status of @path; -errno when it could not be executed. */
static __attribute__((noinline, unused)) long run(const char *path)
{
	static volatile long failed;
	const char *argv[] = {path, NULL};
	int status = -1;
	long pid;

	failed = 0;
	pid = syscall0(__NR_vfork);
	if (pid == 0) {
		failed = syscall3(__NR_execve, path, argv, argv + 1);
		syscall1(__NR_exit, 127);
	}
	if (pid > 0)
		syscall4(__NR_wait4, pid, &status, 0, NULL);
	return failed ? failed : status;
}

#endif
