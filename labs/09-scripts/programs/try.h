/* SPDX-License-Identifier: MIT */
/*
 * What the programs of this lab share: make a file, execute it in a child, and
 * print what came of it. Each case begins with a line "== ...", so that a diff
 * of two outputs says which case is wrong.
 */
#ifndef TRY_H
#define TRY_H

#include <mini.h>
#include <fcntl.h>
#include <errno.h>

#define STATUS_NOT_RUN 99 /* the child's exit status when execve came back */

/* @n bytes as a C string would have them. */
static void put_bytes(const char *s, size_t n)
{
	put("\"");
	for (size_t i = 0; i < n; i++) {
		unsigned char c = s[i];

		if (c == '\n')
			put("\\n");
		else if (c == '\t')
			put("\\t");
		else if (c < ' ' || c > '~')
			put("\\"), put_number(c, 8, 3);
		else
			say("%c", c);
	}
	put("\"");
}

__attribute__((unused)) static void put_file(const char *path, const char *bytes, size_t n,
					     int mode)
{
	long fd;

	syscall1(__NR_unlink, path);
	fd = syscall3(__NR_open, path, O_CREAT | O_EXCL | O_WRONLY, 0600);
	if (fd < 0 || syscall3(__NR_write, fd, bytes, n) != (long)n)
		say("cannot write %s\n", path);
	syscall2(__NR_fchmod, fd, mode);
	syscall1(__NR_close, fd);
}

/* All of a file; returns its length. */
__attribute__((unused)) static long get_file(const char *path, char *buf, size_t size)
{
	long fd = syscall2(__NR_open, path, O_RDONLY), n, all = 0;

	while ((n = syscall3(__NR_read, fd, buf + all, size - all)) > 0)
		all += n;
	syscall1(__NR_close, fd);
	return all;
}

static void put_errno(long e)
{
	static const struct {
		int number;
		const char *name;
	} names[] = {
		{ENOENT, "ENOENT"},   {ENOEXEC, "ENOEXEC"}, {EACCES, "EACCES"},
		{ENOTDIR, "ENOTDIR"}, {ETXTBSY, "ETXTBSY"}, {E2BIG, "E2BIG"},
		{ELOOP, "ELOOP"},     {EFAULT, "EFAULT"},   {ENAMETOOLONG, "ENAMETOOLONG"},
		{EINVAL, "EINVAL"},   {EIO, "EIO"},	    {ELIBBAD, "ELIBBAD"},
		{ENOMEM, "ENOMEM"},   {EISDIR, "EISDIR"},   {EBADF, "EBADF"},
		{EPERM, "EPERM"},     {EEXIST, "EEXIST"},   {EAGAIN, "EAGAIN"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].number == e) {
			put(names[i].name);
			return;
		}
	}
	say("errno %d", e);
}

/* What execve gave back to its caller: it should not have come here if @e is 0. */
__attribute__((unused)) static void put_failure(long ret)
{
	put("   execve returned ");
	if (ret < 0)
		put_errno(-ret);
	else
		say("%d", ret);
	put("\n");
}

/* How the child @pid ended, if not well. */
static void put_end(long pid)
{
	int status = -1;

	syscall4(__NR_wait4, pid, &status, 0, NULL);
	if (status & 127)
		say("   killed by signal %d\n", (unsigned long)(status & 127));
	else if (status && status >> 8 != STATUS_NOT_RUN)
		say("   ended with status %d\n", (unsigned long)(status >> 8));
}

/* Executes @path in a child and prints what execve returned, or how the program ended. */
__attribute__((unused)) static void run(const char *path, const char *const *argv,
					const char *const *envp)
{
	long pid = syscall0(__NR_fork);

	if (pid == 0) {
		put_failure(syscall3(__NR_execve, path, argv, envp));
		syscall1(__NR_exit_group, STATUS_NOT_RUN);
	}
	put_end(pid);
}

/* The same for a script of these bytes, as /tmp/script with the arguments "dropped" "kept" "". */
__attribute__((unused)) static void run_script(const char *bytes, size_t n)
{
	const char *argv[] = {"dropped", "kept", "", NULL};

	put("== script ");
	put_bytes(bytes, n > 100 ? 40 : n);
	if (n > 100)
		say(" .. and so on, %d bytes", n);
	put("\n");
	put_file("/tmp/script", bytes, n, 0755);
	run("/tmp/script", argv, argv + 3);
}

#define SCRIPT(text) run_script(text, sizeof(text) - 1)

#endif
