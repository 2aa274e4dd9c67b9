/* SPDX-License-Identifier: MIT */
/*
 * What the steps of a twin program are made of. The program says each step as a statement of C, so
 * that tools/twin.py can write the guest test of a program that differs.
 */
#ifndef STEPS_H
#define STEPS_H

#include "check.h"

/* What a system call returned: -errno for an error. */
#define call(...) \
	({ \
		long r_ = syscall(__VA_ARGS__); \
		r_ == -1 ? -errno : r_; \
	})

/* What a touch of @addr causes: the byte there, or - the signal. */
static inline int touch(unsigned long addr, int write)
{
	struct fault fault = fault_of(write ? write_byte : read_byte, (void *)addr);

	return fault.sig ? -(fault.sig * 10 + fault.code) : *(volatile unsigned char *)addr;
}

static inline int status_of(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return status;
}

/* A file of /proc, from a buffer that is always the same. */
static inline char *proc_text(const char *name)
{
	static char text[1 << 16];
	int fd = open(name, O_RDONLY);
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += n;
	close(fd);
	text[len] = 0;
	return text;
}

#endif
