/* SPDX-License-Identifier: MIT */
/*
 * What the programs of this lab share: running another program, and finding things on their own
 * stack.
 */
#ifndef EXECS_H
#define EXECS_H

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <mini.h>

/* The wait status of @path with these arguments; -errno when it could not be executed. */
static __attribute__((noinline, unused)) long run(const char *path, const void *argv,
						  const void *envp)
{
	static volatile long failed;
	int status = -1;
	long pid;

	failed = 0;
	pid = syscall0(__NR_vfork);
	if (pid == 0) {
		failed = syscall3(__NR_execve, path, argv, envp);
		syscall1(__NR_exit, 127);
	}
	if (pid > 0)
		syscall4(__NR_wait4, pid, &status, 0, NULL);
	return failed ? failed : status;
}

/* envp of the stack that main got, and the auxiliary vector behind it. */
static inline char **env_of(long *stack) { return (char **)stack + 1 + stack[0] + 1; }

static inline long *auxv_of(long *stack)
{
	char **p = env_of(stack);

	while (*p)
		p++;
	return (long *)(p + 1);
}

/* The value of @type; @missing if it is not there. */
static inline long aux(long *stack, long type, long missing)
{
	for (long *p = auxv_of(stack); p[0] != AT_NULL; p += 2)
		if (p[0] == type)
			return p[1];
	return missing;
}

/* Reads a whole file of at most @size bytes; its length, or -errno. */
static inline long read_all(const char *path, char *buf, long size)
{
	int fd = syscall3(__NR_open, path, O_RDONLY, 0);
	long n, got = 0;

	if (fd < 0)
		return fd;
	while (got < size && (n = syscall3(__NR_read, fd, buf + got, size - got)) > 0)
		got += n;
	syscall1(__NR_close, fd);
	return got;
}

#endif
