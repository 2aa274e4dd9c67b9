/* SPDX-License-Identifier: MIT */
/*
 * core_pattern: the words that stand for its % sequences, and the name of a core file.
 * Abridges Linux's fs/coredump.c (format_corename). Not on the road of an exec.
 */
#include <coredump.h>
#include <cred.h>
#include <fs.h>
#include <file.h>
#include <mm.h>
#include <namei.h>
#include <printk.h>
#include <sched.h>
#include <slab.h>
#include <string.h>
#include <utsname.h>
#include <linux/limits.h>

char core_pattern[128] = "core";
int core_uses_pid;

/* @name as one component of a path: without '/', and not "", "." or "..". Returns its length. */
static int print_escaped(char *out, size_t size, const char *name)
{
	int n = snprintf(out, size, "%s", name[0] ? name : "!");

	if (n >= size)
		return n;
	if (out[0] == '.' && (n == 1 || (n == 2 && out[1] == '.')))
		out[0] = '!';
	for (char *p = out; *p; p++)
		if (*p == '/')
			*p = '!';
	return n;
}

/* The path of the program with '!' for '/', or its last component. Returns its length. */
static int print_exe_file(char *out, size_t size, bool name_only)
{
	struct file *exe = get_mm_exe_file(current->mm);
	char *buf = exe ? kmalloc(PATH_MAX, GFP_KERNEL) : NULL;
	char *path = buf ? d_path(&exe->f_path, buf, PATH_MAX) : NULL;
	int n = 0;

	if (path && !IS_ERR(path))
		n = print_escaped(out, size, name_only ? strrchr(path, '/') + 1 : path);
	kfree(buf);
	if (exe)
		fput(exe);
	return n;
}

/* One "%x" of core_pattern. Returns the length of its text. */
static int expand_specifier(char c, char *out, size_t size, int sig)
{
	switch (c) {
	case 'p':
	case 'P':
		return snprintf(out, size, "%d", current->tgid);
	case 'i':
	case 'I':
		return snprintf(out, size, "%d", current->pid);
	case 'u':
		return snprintf(out, size, "%u", current->cred->uid);
	case 'g':
		return snprintf(out, size, "%u", current->cred->gid);
	case 'd':
		return snprintf(out, size, "%d", get_dumpable(current->mm));
	case 's':
		return snprintf(out, size, "%d", sig);
	case 't':
		return snprintf(out, size, "%ld", (long)(ktime_get_real() / NSEC_PER_SEC));
	case 'h':
		return print_escaped(out, size, init_uts.nodename);
	case 'e':
		return print_escaped(out, size, current->comm);
	case 'f':
	case 'E':
		return print_exe_file(out, size, c == 'f');
	case 'c':
		return snprintf(out, size, "%lu", (unsigned long)rlimit(RLIMIT_CORE));
	case '%':
		return snprintf(out, size, "%%");
	}
	return 0;
}

size_t expand_pattern(const char **pattern, char *out, size_t size, int sig)
{
	const char *p = *pattern;

	if (*p == '%' && p[1]) {
		*pattern += 2;
		return expand_specifier(p[1], out, size, sig);
	}
	++*pattern;
	if (*p == '%') /* alone, at the end */
		return 0;
	*out = *p;
	return 1;
}

int format_corename(char *name, size_t size, int sig)
{
	const char *p = core_pattern;
	bool pid_in_pattern = false;
	size_t n = 0;

	while (*p && n < size) {
		pid_in_pattern |= p[0] == '%' && p[1] == 'p';
		n += expand_pattern(&p, name + n, size - n, sig);
	}
	if (n < size && !pid_in_pattern && core_uses_pid)
		n += snprintf(name + n, size - n, ".%d", current->tgid);
	if (n >= size)
		return -ENAMETOOLONG;
	name[n] = '\0';
	return 0;
}
