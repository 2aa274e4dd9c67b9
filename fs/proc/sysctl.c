/* SPDX-License-Identifier: MIT */
/*
 * /proc/sys: the kernel's variables. Those with min = max are fixed: they can
 * be read, and written only as they are.
 * Abridges Linux's kernel/sysctl.c and fs/proc/proc_sysctl.c.
 */
#include "internal.h"
#include <binfmts.h>
#include <coredump.h>
#include <mm.h>
#include <string.h>
#include <utsname.h>

static int pid_max = 32768, ngroups_max = NGROUPS_MAX_EXON, cap_last_cap = 40;
static int overcommit_memory, mmap_min_addr = MMAP_MIN_ADDR, max_map_count = MAX_MAP_COUNT;
static int file_max = 1024 * 1024, nr_open = 1024 * 1024, pipe_max_size = 1024 * 1024;

static int show_int(struct seq_file *m, struct task_struct *t __maybe_unused)
{
	const struct proc_entry *e = ((struct proc_inode *)m->private)->entry;

	return seq_printf(m, "%d\n", *(int *)e->data);
}

/* A number with blanks around it. */
static ssize_t store_int(const struct proc_entry *e, struct task_struct *t __maybe_unused, char *text, size_t n)
{
	bool negative;
	long v;
	char *end;

	while (*text == ' ' || *text == '\t' || *text == '\n')
		text++;
	negative = *text == '-';
	v = strtoul(text + negative, &end, 0);
	if (end == text + negative || (*end && *end != ' ' && *end != '\t' && *end != '\n'))
		return -EINVAL;
	if (v < 0)
		return -EINVAL;
	if (negative)
		v = -v;
	if (v < e->min || v > e->max)
		return -EINVAL;
	*(int *)e->data = v;
	return n;
}

static int show_string(struct seq_file *m, struct task_struct *t __maybe_unused)
{
	const struct proc_entry *e = ((struct proc_inode *)m->private)->entry;

	return seq_printf(m, "%s\n", (char *)e->data);
}

/* The first line, cut to max - 1 bytes. */
static ssize_t store_string(const struct proc_entry *e, struct task_struct *t __maybe_unused, char *text, size_t n)
{
	char *eol = strchr(text, '\n');

	if (eol)
		*eol = '\0';
	memset(e->data, 0, e->max);
	strscpy(e->data, text, e->max);
	return n;
}

/* What is not writable is not, capabilities or no; root is who has user id 0. */
static int proc_sys_permission(struct inode *inode, int mask)
{
	unsigned int mode = inode->i_mode;

	if (current->cred->euid == 0)
		mode >>= 6;
	else if (in_group_p(0))
		mode >>= 3;
	return mask & ~mode & (MAY_READ | MAY_WRITE | MAY_EXEC) ? -EACCES : 0;
}

static const struct inode_operations proc_sys_iops = {
	.lookup = proc_table_lookup,
	.permission = proc_sys_permission,
	.setattr = proc_setattr,
	.getattr = proc_getattr,
};

#define SYSCTL_REG(n, mode, ...)	PROC_REG(n, mode, .iop = &proc_sys_iops, __VA_ARGS__)
#define SYSCTL_INT(n, var, lo, hi) \
	SYSCTL_REG(n, 0644, .show = show_int, .store = store_int, .data = &(var), .min = (lo), .max = (hi))
#define SYSCTL_FIXED(n, var, value)	SYSCTL_INT(n, var, value, value)
#define SYSCTL_RO(n, var)		SYSCTL_REG(n, 0444, .show = show_int, .data = &(var))
#define SYSCTL_NAME(n, mode, var, ...) \
	SYSCTL_REG(n, mode, .show = show_string, .data = (var), .max = sizeof(var), __VA_ARGS__)

static int binfmt_test;

static ssize_t store_binfmt_test(const struct proc_entry *e, struct task_struct *t, char *text, size_t n)
{
	ssize_t taken = store_int(e, t, text, n);

	if (taken > 0)
		binfmt_test_switch(binfmt_test);
	return taken;
}

/* All tables in alphabetical order, as Linux lists them. */
static const struct proc_entry fs_table[] = {
	SYSCTL_REG("binfmt_test", 0644, .show = show_int, .store = store_binfmt_test, .data = &binfmt_test, .max = 1),
	SYSCTL_FIXED("file-max", file_max, 1024 * 1024),
	SYSCTL_FIXED("nr_open", nr_open, 1024 * 1024),
	SYSCTL_FIXED("pipe-max-size", pipe_max_size, 1024 * 1024),
	SYSCTL_INT("suid_dumpable", suid_dumpable, 0, 2),
	{ 0 }
};

static const struct proc_entry kern_table[] = {
	SYSCTL_RO("cap_last_cap", cap_last_cap),
	SYSCTL_NAME("core_pattern", 0644, core_pattern, .store = store_string),
	SYSCTL_INT("core_uses_pid", core_uses_pid, INT32_MIN, INT32_MAX),
	SYSCTL_NAME("domainname", 0644, init_uts.domainname, .store = store_string),
	SYSCTL_NAME("hostname", 0644, init_uts.nodename, .store = store_string),
	SYSCTL_RO("ngroups_max", ngroups_max),
	SYSCTL_NAME("osrelease", 0444, init_uts.release),
	SYSCTL_NAME("ostype", 0444, init_uts.sysname),
	SYSCTL_FIXED("pid_max", pid_max, 32768),
	SYSCTL_INT("randomize_va_space", randomize_va_space, INT32_MIN, INT32_MAX),
	SYSCTL_NAME("version", 0444, init_uts.version),
	{ 0 }
};

static const struct proc_entry vm_table[] = {
	SYSCTL_FIXED("max_map_count", max_map_count, MAX_MAP_COUNT),
	SYSCTL_FIXED("mmap_min_addr", mmap_min_addr, MMAP_MIN_ADDR),
	SYSCTL_FIXED("overcommit_memory", overcommit_memory, 0),
	{ 0 }
};

#define SYSCTL_DIR(n, table)	PROC_DIR(n, 0555, .children = (table), .iop = &proc_sys_iops)

const struct proc_entry proc_sys_entries[] = {
	SYSCTL_DIR("fs", fs_table),
	SYSCTL_DIR("kernel", kern_table),
	SYSCTL_DIR("vm", vm_table),
	{ 0 }
};
