/* SPDX-License-Identifier: MIT */
/*
 * /proc/sys: variables of the kernel, with a table for each directory, in the order
 * in which Linux lists them (by the alphabet).
 * Abridges Linux's kernel/sysctl.c; left out: variables that no program of Exon's tests reads.
 * Not on the road of an exec.
 */
#include <binfmts.h>
#include <coredump.h>
#include <cred.h>
#include <errno.h>
#include <fault_inject.h>
#include <file.h>
#include <fs.h>
#include <mm.h>
#include <printk.h>
#include <random.h>
#include <sched.h>
#include <seq_file.h>
#include <slab.h>
#include <string.h>
#include <task.h>
#include <utsname.h>
#include <asm/page.h>
#include <linux/capability.h>
#include "internal.h"

#define MAX_INTS   4
#define DIGITS_MAX 20 /* of an unsigned long */

/* Numbers that can be written. @data: ints, or with @is_long one unsigned long. */
struct sysctl_var {
	void *data;
	int count;	       /* 0: one */
	bool is_long, is_uint; /* no sign; uint: the whole text is taken */
	long min;
	unsigned long max;
	void (*changed)(void); /* after a write */
};

static int show_const(struct seq_file *m, struct task_struct *t __maybe_unused)
{
	return seq_printf(m, "%d\n", ((struct proc_inode *)m->private)->entry->arg);
}

static int show_var(struct seq_file *m, struct task_struct *t __maybe_unused)
{
	const struct sysctl_var *v = ((struct proc_inode *)m->private)->entry->data;

	if (v->is_long)
		return seq_printf(m, "%lu\n", *(unsigned long *)v->data);
	for (int i = 0; i < max(v->count, 1); i++)
		seq_printf(m, v->min < 0 ? "%s%d" : "%s%u", i ? "\t" : "", ((int *)v->data)[i]);
	return seq_printf(m, "\n");
}

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n'; }

/*
 * Reads a number of @v's range from *text, which ends at @end, and moves *text past it. Returns 0
 * or -EINVAL.
 */
static int parse_number(const struct sysctl_var *v, char **text, const char *end,
			unsigned long *value)
{
	char *from = *text, *stop;
	bool negative;
	unsigned long n;

	while (is_space(*from))
		from++;
	negative = *from == '-' && !v->is_long && !v->is_uint;
	from += negative;
	if (*from < '0' || *from > '9')
		return -EINVAL;
	n = strtoul(from, &stop, 0);
	if ((stop < end && !is_space(*stop)) || stop - from > DIGITS_MAX ||
	    (stop - from == DIGITS_MAX && strncmp(from, "18446744073709551615", DIGITS_MAX) > 0))
		return -EINVAL;
	if (n && (negative ? n > -(unsigned long)v->min || v->min >= 0 : n > v->max))
		return -EINVAL;
	if (v->min > 0 && n < (unsigned long)v->min)
		return -EINVAL;
	*value = negative ? -n : n;
	*text = stop;
	return 0;
}

/*
 * Sets as many numbers as there are; what follows the last one is not used, as on Linux. At another
 * position than 0 nothing is set.
 */
static ssize_t set_var(const struct proc_entry *e, char *text, size_t n, loff_t pos)
{
	const struct sysctl_var *v = e->data;
	char *start = text, *end = text + min(n, PAGE_SIZE - 1);
	int count = max(v->count, 1), i;
	unsigned long value;

	if (pos)
		return n;
	*end = '\0';
	for (i = 0; i < count && !parse_number(v, &text, end, &value); i++) {
		if (v->is_long)
			*(unsigned long *)v->data = value;
		else
			((int *)v->data)[i] = value;
	}
	if (!i)
		return -EINVAL;
	if (v->changed)
		v->changed();
	while (is_space(*text))
		text++;
	return v->is_uint ? end - start : text - start;
}

static int show_string(struct seq_file *m, struct task_struct *t __maybe_unused)
{
	return seq_printf(m, "%s\n", (const char *)((struct proc_inode *)m->private)->entry->data);
}

/*
 * The text up to the end of its line replaces what is at @pos and behind, cut to e->arg - 1 bytes.
 */
static ssize_t set_string(const struct proc_entry *e, char *text, size_t n, loff_t pos)
{
	char *data = e->data;
	size_t len = pos;

	if (pos > strlen(data))
		return n;
	for (size_t i = 0; i < n && len < e->arg - 1 && text[i] && text[i] != '\n'; i++)
		data[len++] = text[i];
	memset(data + len, 0, e->arg - len);
	return n;
}

/* ---- the files -------------------------------------------------------------------- */

/* The mode alone decides, for root too, and by the effective user. */
int proc_sys_permission(const struct inode *inode, int mask)
{
	unsigned int mode = inode->i_mode;

	if (!current->cred->euid)
		mode >>= 6;
	else if (!current->cred->egid || in_group_p(0))
		mode >>= 3;
	return mask & ~mode & (MAY_READ | MAY_WRITE | MAY_EXEC) ? -EACCES : 0;
}

#define SYSCTL_DIR(n, table) PROC_DIR(n, 0555, .children = (table), .sysctl = true)
#define SYSCTL_REG(n, m, ...) \
	PROC_REG(n, m, .strict = true, .sysctl = true, .max_pos = INT64_MAX, __VA_ARGS__)
#define SYSCTL_CONST(n, value) SYSCTL_REG(n, 0444, .show = show_const, .arg = (value), .once = true)
#define SYSCTL_VAR(n, var, ...) \
	SYSCTL_REG(n, 0644, .show = show_var, .set = set_var, .once = true, \
		   .data = &(struct sysctl_var){.data = &(var), __VA_ARGS__})
#define SYSCTL_RANGE(n, var, lo, hi) SYSCTL_VAR(n, var, .min = (lo), .max = (hi))
#define SYSCTL_INT(n, var)	     SYSCTL_RANGE(n, var, INT32_MIN, INT32_MAX)
#define SYSCTL_NAME(n, var)	     SYSCTL_REG(n, 0444, .show = show_string, .data = (var))
#define SYSCTL_STRING(n, var) \
	SYSCTL_REG(n, 0644, .show = show_string, .set = set_string, .data = (var), \
		   .arg = sizeof(var))

/* ---- random ---------------------------------------------------------------------- */

static int show_uuid(struct seq_file *m, const u8 *u)
{
	for (int i = 0; i < 16; i++)
		seq_printf(m, "%s%02x", i >= 4 && i <= 10 && i % 2 == 0 ? "-" : "", u[i]);
	return seq_printf(m, "\n");
}

/* A random one, by RFC 4122: version 4. */
static void make_uuid(u8 *u)
{
	get_random_bytes(u, 16);
	u[6] = (u[6] & 0x0f) | 0x40;
	u[8] = (u[8] & 0x3f) | 0x80;
}

static int show_boot_id(struct seq_file *m, struct task_struct *t __maybe_unused)
{
	static u8 boot_id[16];

	if (!boot_id[8])
		make_uuid(boot_id);
	return show_uuid(m, boot_id);
}

static int show_new_uuid(struct seq_file *m, struct task_struct *t __maybe_unused)
{
	u8 u[16];

	make_uuid(u);
	return show_uuid(m, u);
}

static const struct proc_entry random_table[] = {SYSCTL_REG("boot_id", 0444, .show = show_boot_id),
						 SYSCTL_CONST("entropy_avail", 256),
						 SYSCTL_CONST("poolsize", 256),
						 SYSCTL_REG("uuid", 0444, .show = show_new_uuid),
						 {0}};

/* ---- debug: only in debug builds ------------------------------------------------- */

static int __maybe_unused show_slab_objects(struct seq_file *m,
					    struct task_struct *t __maybe_unused)
{
	dput(xchg(&proc_last_found, NULL)); /* no leak */
	return seq_printf(m, "%lu\n", count_slab_objects());
}

static const struct proc_entry debug_table[] __maybe_unused = {DEBUG_VARS{0}};

/* ---- fs -------------------------------------------------------------------------- */

static int binfmt_test;

static ssize_t set_binfmt_test(const struct proc_entry *e, char *text, size_t n, loff_t pos)
{
	int old = binfmt_test;
	ssize_t taken = set_var(e, text, n, pos);
	int err = taken > 0 ? binfmt_test_switch(binfmt_test) : 0;

	if (err)
		binfmt_test = old;
	return err ? err : taken;
}

static void round_pipe_max_size(void) { pipe_max_size = round_pipe_size(pipe_max_size); }

static int show_file_nr(struct seq_file *m, struct task_struct *t __maybe_unused)
{
	return seq_printf(m, "%d\t0\t%lu\n", nr_files, max_files);
}

static const struct proc_entry fs_table[] = {
	SYSCTL_REG("binfmt_test", 0644, .show = show_var, .set = set_binfmt_test,
		   .data = &(struct sysctl_var){.data = &binfmt_test, .max = 2}),
	SYSCTL_VAR("file-max", max_files, .is_long = true, .max = INT64_MAX),
	SYSCTL_REG("file-nr", 0444, .show = show_file_nr, .once = true),
	SYSCTL_RANGE("nr_open", sysctl_nr_open, 64, 2147483584),
	SYSCTL_VAR("pipe-max-size", pipe_max_size, .is_uint = true, .max = 1UL << 31,
		   .changed = round_pipe_max_size),
	SYSCTL_VAR("pipe-user-pages-hard", pipe_user_pages_hard, .is_long = true, .max = -1UL),
	SYSCTL_VAR("pipe-user-pages-soft", pipe_user_pages_soft, .is_long = true, .max = -1UL),
	SYSCTL_RANGE("suid_dumpable", suid_dumpable, 0, 2),
	{0}};

/* ---- kernel ---------------------------------------------------------------------- */

static int printk_levels[] = {7, 4, 1, 7}; /* console, default, least, console's default */

static int show_printk(struct seq_file *m, struct task_struct *t)
{
	printk_levels[0] = console_loglevel;
	return show_var(m, t);
}

static void set_console_loglevel(void) { console_loglevel = printk_levels[0]; }

static ssize_t set_dmesg_restrict(const struct proc_entry *e, char *text, size_t n, loff_t pos)
{
	return capable(CAP_SYS_ADMIN) ? set_var(e, text, n, pos) : -EPERM;
}

static const struct proc_entry kern_table[] = {
	SYSCTL_CONST("cap_last_cap", 40),
	SYSCTL_STRING("core_pattern", core_pattern),
	SYSCTL_INT("core_pipe_limit", core_pipe_limit),
	SYSCTL_INT("core_uses_pid", core_uses_pid),
	SYSCTL_REG("dmesg_restrict", 0644, .show = show_var, .set = set_dmesg_restrict,
		   .once = true, .data = &(struct sysctl_var){.data = &dmesg_restrict, .max = 1}),
	SYSCTL_STRING("domainname", init_uts.domainname),
	SYSCTL_STRING("hostname", init_uts.nodename),
	SYSCTL_INT("max_lock_depth", max_lock_depth),
	SYSCTL_CONST("ngroups_max", NGROUPS_MAX_EXON),
	SYSCTL_NAME("osrelease", init_uts.release),
	SYSCTL_NAME("ostype", init_uts.sysname),
	SYSCTL_INT("panic", panic_timeout),
	SYSCTL_RANGE("pid_max", pid_max, 301, 4194304),
	SYSCTL_REG("printk", 0644, .show = show_printk, .set = set_var, .once = true,
		   .data = &(struct sysctl_var){.data = printk_levels,
						.count = MAX_INTS,
						.min = INT32_MIN,
						.max = INT32_MAX,
						.changed = set_console_loglevel}),
	SYSCTL_DIR("random", random_table),
	SYSCTL_INT("randomize_va_space", randomize_va_space),
	SYSCTL_CONST("sched_rr_timeslice_ms", 100),
	SYSCTL_CONST("sched_rt_period_us", 1000000),
	SYSCTL_CONST("sched_rt_runtime_us", 950000),
	SYSCTL_RANGE("threads-max", max_threads, 1, 1073741823),
	SYSCTL_NAME("version", init_uts.version),
	{0}};

/* ---- vm -------------------------------------------------------------------------- */

/* The one that is written last counts. */
static void use_ratio(void) { sysctl_overcommit_kbytes = 0; }
static void use_kbytes(void) { sysctl_overcommit_ratio = 0; }

static int drop_caches; /* files are in memory alone: nothing can be dropped */

static const struct proc_entry vm_table[] = {
	SYSCTL_REG("drop_caches", 0200, .set = set_var, .once = true,
		   .data = &(struct sysctl_var){.data = &drop_caches, .min = 1, .max = 4}),
	SYSCTL_RANGE("max_map_count", sysctl_max_map_count, 0, INT32_MAX),
	SYSCTL_CONST("mmap_min_addr", MMAP_MIN_ADDR),
	SYSCTL_VAR("overcommit_kbytes", sysctl_overcommit_kbytes, .is_long = true, .max = ~0UL,
		   .changed = use_kbytes),
	SYSCTL_RANGE("overcommit_memory", sysctl_overcommit_memory, 0, 2),
	SYSCTL_VAR("overcommit_ratio", sysctl_overcommit_ratio, .min = INT32_MIN, .max = INT32_MAX,
		   .changed = use_ratio),
	{0}};

const struct proc_entry proc_sys_entries[] = {DEBUG_DIR SYSCTL_DIR("fs", fs_table),
					      SYSCTL_DIR("kernel", kern_table),
					      SYSCTL_DIR("vm", vm_table),
					      {0}};
