/* SPDX-License-Identifier: MIT */
/*
 * /proc/sys: variables of the kernel, with a table for each directory, in the order
 * in which Linux lists them (by the alphabet).
 * Abridges Linux's kernel/sysctl.c and fs/proc/proc_sysctl.c; left out: variables
 * that no program of Exon's tests reads.
 * Not on the road of an exec.
 */
#include <binfmts.h>
#include <coredump.h>
#include <cred.h>
#include <errno.h>
#include <mm.h>
#include <seq_file.h>
#include <string.h>
#include <utsname.h>
#include "internal.h"

/* A variable, or the constant e->arg. */
static int show_int(struct seq_file *m, struct task_struct *t __maybe_unused)
{
	const struct proc_entry *e = ((struct proc_inode *)m->private)->entry;

	return seq_printf(m, "%d\n", e->data ? *(int *)e->data : e->arg);
}

/* Sets the variable to a number from 0 to e->arg. */
static ssize_t store_int(const struct proc_entry *e, struct task_struct *t __maybe_unused,
			 char *text, size_t n)
{
	char *end;
	unsigned long v = strtoul(text, &end, 0);

	if (end == text || (*end && *end != '\n') || v > (unsigned int)e->arg)
		return -EINVAL;
	*(int *)e->data = v;
	return n;
}

static int show_string(struct seq_file *m, struct task_struct *t __maybe_unused)
{
	return seq_printf(m, "%s\n", (const char *)((struct proc_inode *)m->private)->entry->data);
}

/* Sets the variable to the first line, cut to e->arg - 1 bytes. */
static ssize_t store_string(const struct proc_entry *e, struct task_struct *t __maybe_unused,
			    char *text, size_t n)
{
	char *eol = strchr(text, '\n');

	if (eol)
		*eol = '\0';
	memset(e->data, 0, e->arg);
	strscpy(e->data, text, e->arg);
	return n;
}

#define SYSCTL_CONST(n, value) PROC_REG(n, 0444, .show = show_int, .arg = (value))
#define SYSCTL_INT(n, var, hi) \
	PROC_REG(n, 0644, .show = show_int, .store = store_int, .data = &(var), .arg = (hi))
#define SYSCTL_NAME(n, var) PROC_REG(n, 0444, .show = show_string, .data = (var))
#define SYSCTL_STRING(n, var) \
	PROC_REG(n, 0644, .show = show_string, .store = store_string, .data = (var), \
		 .arg = sizeof(var))

static int binfmt_test;

static ssize_t store_binfmt_test(const struct proc_entry *e, struct task_struct *t, char *text,
				 size_t n)
{
	int old = binfmt_test;
	ssize_t taken = store_int(e, t, text, n);
	int err = taken > 0 ? binfmt_test_switch(binfmt_test) : 0;

	if (err)
		binfmt_test = old;
	return err ? err : taken;
}

static const struct proc_entry fs_table[] = {PROC_REG("binfmt_test", 0644, .show = show_int,
						      .store = store_binfmt_test,
						      .data = &binfmt_test, .arg = 2),
					     SYSCTL_INT("suid_dumpable", suid_dumpable, 2),
					     {0}};

static const struct proc_entry kern_table[] = {SYSCTL_CONST("cap_last_cap", 40),
					       SYSCTL_STRING("core_pattern", core_pattern),
					       SYSCTL_INT("core_uses_pid", core_uses_pid,
							  INT32_MAX),
					       SYSCTL_STRING("domainname", init_uts.domainname),
					       SYSCTL_STRING("hostname", init_uts.nodename),
					       SYSCTL_CONST("ngroups_max", NGROUPS_MAX_EXON),
					       SYSCTL_NAME("osrelease", init_uts.release),
					       SYSCTL_NAME("ostype", init_uts.sysname),
					       SYSCTL_CONST("pid_max", 32768),
					       SYSCTL_INT("randomize_va_space", randomize_va_space,
							  INT32_MAX),
					       SYSCTL_NAME("version", init_uts.version),
					       {0}};

static const struct proc_entry vm_table[] = {SYSCTL_CONST("max_map_count", MAX_MAP_COUNT),
					     SYSCTL_CONST("mmap_min_addr", MMAP_MIN_ADDR),
					     SYSCTL_CONST("overcommit_memory", 0),
					     {0}};

const struct proc_entry proc_sys_entries[] = {PROC_DIR("fs", 0555, .children = fs_table),
					      PROC_DIR("kernel", 0555, .children = kern_table),
					      PROC_DIR("vm", 0555, .children = vm_table),
					      {0}};
