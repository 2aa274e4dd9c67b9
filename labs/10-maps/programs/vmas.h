/* SPDX-License-Identifier: MIT */
/* What the programs of this lab share: the auxiliary vector, /proc files, mmap, children. */
#ifndef VMAS_H
#define VMAS_H

#include <mini.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/auxvec.h>
#include <linux/mman.h>
#include <asm/mman.h>

#define PAGE 4096UL

static char text[65536]; /* of read_text() */

/* An entry of the auxiliary vector; 0: not there. */
__attribute__((unused)) static unsigned long aux_value(const long *stack, long type)
{
	const long *aux = stack + 1 + stack[0] + 1;

	while (*aux)
		aux++;
	for (aux++; aux[0] != AT_NULL; aux += 2)
		if (aux[0] == type)
			return aux[1];
	return 0;
}

/* The file, cut to the buffer, ended by NUL. */
__attribute__((unused)) static char *read_text(const char *path)
{
	long fd = syscall2(__NR_open, path, O_RDONLY), n, all = 0;

	while ((n = syscall3(__NR_read, fd, text + all, sizeof(text) - 1 - all)) > 0)
		all += n;
	syscall1(__NR_close, fd);
	text[all] = '\0';
	return text;
}

/* /proc/self/maps, as it is. */
__attribute__((unused)) static void show_maps(const char *title)
{
	say("== %s\n", title);
	put(read_text("/proc/self/maps"));
}

__attribute__((unused)) static unsigned long hex(const char **p)
{
	unsigned long v = 0;

	for (;; ++*p) {
		if (**p >= '0' && **p <= '9')
			v = v * 16 + **p - '0';
		else if (**p >= 'a' && **p <= 'f')
			v = v * 16 + **p - 'a' + 10;
		else
			return v;
	}
}

/* Does the line at @p (up to its newline) end with @end? */
__attribute__((unused)) static int line_ends_with(const char *p, const char *end)
{
	size_t n = 0, m = str_len(end);

	while (p[n] && p[n] != '\n')
		n++;
	if (n < m)
		return 0;
	for (size_t i = 0; i < m; i++)
		if (p[n - m + i] != end[i])
			return 0;
	return 1;
}

__attribute__((unused)) static unsigned long map(unsigned long addr, unsigned long len, long prot,
						 long flags, long fd, long offset)
{
	return syscall6(__NR_mmap, addr, len, prot, flags, fd, offset);
}

/* Anonymous, private, at a fixed place if @addr is not 0. */
__attribute__((unused)) static unsigned long anon(unsigned long addr, unsigned long len, long prot)
{
	return map(addr, len, prot, MAP_PRIVATE | MAP_ANONYMOUS | (addr ? MAP_FIXED : 0), -1, 0);
}

/* Runs fn(arg) in a child; returns wait's status. */
__attribute__((unused)) static int child(void (*fn)(unsigned long), unsigned long arg)
{
	int status = -1;
	long pid = syscall0(__NR_fork);

	if (pid == 0) {
		fn(arg);
		syscall1(__NR_exit_group, 0);
	}
	syscall4(__NR_wait4, pid, &status, 0, NULL);
	return status;
}

__attribute__((unused)) static void read_at(unsigned long p) { (void)*(volatile char *)p; }

__attribute__((unused)) static void write_at(unsigned long p) { *(volatile char *)p = 1; }

/* "fine", or the signal that killed a child which did fn(at). */
__attribute__((unused)) static void try(const char *what, void (*fn)(unsigned long),
					unsigned long at)
{
	int status = child(fn, at);

	if (status & 127)
		say("%s: killed by signal %d\n", what, (unsigned long)(status & 127));
	else
		say("%s: fine\n", what);
}

#endif
