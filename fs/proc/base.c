/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID and /proc/PID/task/TID: the tables of their files, and those that show
 * its name or a location in the file tree.
 * Abridges Linux's fs/proc/base.c. Left out: the files of cgroups and of security modules.
 * access.c checks permissions, mem.c and map_files.c have the files of these names.
 * Not on the road of an exec.
 */
#include <cred.h>
#include <fs.h>
#include <fs_struct.h>
#include <mm.h>
#include <seq_file.h>
#include <string.h>
#include <task.h>
#include <asm/page.h>
#include <linux/fs.h>
#include "internal.h"

#define FIRST_NUMBER 256 /* position of process or thread 0, past all tables */

/* ---- files ------------------------------------------------------------- */

static int proc_pid_comm(struct seq_file *m, struct task_struct *t)
{
	return seq_printf(m, "%s\n", t->comm);
}

static ssize_t proc_pid_set_comm(const struct proc_entry *e __maybe_unused, struct task_struct *t,
				 char *text, size_t n)
{
	if (!same_thread_group(t, current))
		return -EINVAL;
	set_task_comm(t, text);
	return n;
}

static int proc_pid_personality(struct seq_file *m, struct task_struct *t)
{
	return seq_printf(m, "%08x\n", t->personality);
}

#define GENERIC_MAX INT32_MAX /* the largest position of a file of procfs */

/* ---- links: exe, cwd, root ---------------------------------------------- */

static int proc_exe_link(struct task_struct *t, unsigned long fd __maybe_unused, struct path *out)
{
	struct mm_struct *mm = get_task_mm(t);
	struct file *f = mm ? get_mm_exe_file(mm) : NULL;

	if (mm)
		mmput(mm);
	if (!f)
		return -ENOENT;
	*out = f->f_path;
	path_get(out);
	fput(f);
	return 0;
}

static int proc_cwd_link(struct task_struct *t, unsigned long fd __maybe_unused, struct path *out)
{
	if (!t->fs)
		return -ENOENT;
	get_fs_pwd(t->fs, out);
	return 0;
}

static int proc_root_link(struct task_struct *t, unsigned long fd __maybe_unused, struct path *out)
{
	if (!t->fs)
		return -ENOENT;
	get_fs_root(t->fs, out);
	return 0;
}

/* ---- the directories of processes and threads -------------------------- */

/* @of NULL: any process or thread, as in Linux. Otherwise a thread of @of. */
static bool pid_find(struct task_struct *of, struct proc_number *n)
{
	struct task_struct *t = find_get_task_by_vpid(n->key);

	if (t && of && !same_thread_group(t, of)) {
		put_task_struct(t);
		return false;
	}
	n->task = t;
	return t;
}

static pid_t least(pid_t from, pid_t nr, pid_t best)
{
	return nr >= from && (!best || nr < best) ? nr : best;
}

static bool pid_next(struct task_struct *of, struct proc_number *n)
{
	struct task_struct *t;
	unsigned long flags;
	pid_t best = 0;

	spin_lock_irqsave(&tasklist_lock, flags);
	if (of) {
		for_each_thread(of, t)
			best = least(n->key, t->pid, best);
	} else {
		for_each_process(t)
			best = least(n->key, t->pid, best);
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
	n->key = best;
	return best;
}

#define PID_ENTRIES(whole) \
	PROC_DIR("fd", 0500, .numbers = &proc_fd_links, .guarded = true), \
		PROC_DIR("fdinfo", 0555, .numbers = &proc_fdinfo_files, .guarded = true), \
		PROC_DIR("ns", 0511, .children = proc_ns_entries, .guarded = true), \
		PROC_REG("environ", 0400, .show_mm = proc_pid_environ, .strict = true, \
			 .max_pos = GENERIC_MAX), \
		PROC_REG("auxv", 0400, .show_mm = proc_pid_auxv, .max_pos = GENERIC_MAX), \
		PROC_REG("status", 0444, .show = proc_pid_status), \
		PROC_REG("personality", 0400, .show = proc_pid_personality), \
		PROC_REG("limits", 0444, .show = proc_pid_limits), \
		PROC_REG("comm", 0644, .show = proc_pid_comm, .store = proc_pid_set_comm, \
			 .max_text = TASK_COMM_LEN - 1), \
		PROC_REG("syscall", 0400, .show = proc_pid_syscall), \
		PROC_REG("cmdline", 0444, .show = proc_pid_cmdline, .max_pos = GENERIC_MAX), \
		PROC_REG("stat", 0444, .show = proc_pid_stat, .arg = (whole)), \
		PROC_REG("statm", 0444, .show = proc_pid_statm), \
		PROC_REG("maps", 0444, .seq = &proc_pid_maps_ops), \
		PROC_REG("mem", 0600, .rw_mm = proc_pid_mem), \
		PROC_LNK("cwd", .get_path = proc_cwd_link), \
		PROC_LNK("root", .get_path = proc_root_link), \
		PROC_LNK("exe", .get_path = proc_exe_link), \
		PROC_REG("mounts", 0444, .show = proc_pid_mounts), \
		PROC_REG("mountinfo", 0444, .show = proc_pid_mountinfo), \
		PROC_REG("clear_refs", 0200, .store = proc_pid_clear_refs, .max_text = INT_TEXT), \
		PROC_REG("smaps", 0444, .seq = &proc_pid_smaps_ops), \
		PROC_REG("smaps_rollup", 0444, .show_mm = proc_pid_smaps_rollup), \
		PROC_REG("pagemap", 0400, .rw_mm = proc_pid_pagemap), \
		PROC_REG("wchan", 0444, .show = proc_pid_wchan), \
		PROC_REG("stack", 0400, .show = proc_pid_stack), \
		PROC_REG("oom_score", 0444, .show = proc_pid_oom_score), \
		PROC_REG("oom_adj", 0644, .show = proc_pid_oom_adj, .store = proc_pid_set_oom_adj, \
			 .max_text = INT_TEXT, .max_pos = INT64_MAX), \
		PROC_REG("oom_score_adj", 0644, .show = proc_pid_oom_score_adj, \
			 .store = proc_pid_set_oom_score_adj, .max_text = INT_TEXT, \
			 .max_pos = INT64_MAX)

static const struct proc_entry tid_base_stuff[] = {PID_ENTRIES(false), {0}};

static const struct proc_entry tid_dir =
	PROC_DIR("TID", 0555, .children = tid_base_stuff, .immutable = true);

static const struct proc_numbers threads = {
	.entry = &tid_dir,
	.first = FIRST_NUMBER,
	.find = pid_find,
	.next = pid_next,
};

static const struct proc_entry tgid_base_stuff[] = {
	PROC_DIR("task", 0555, .numbers = &threads),
	PROC_DIR("map_files", 0500, .numbers = &proc_map_files, .guarded = true),
	PID_ENTRIES(true),
	PROC_REG("mountstats", 0400, .show = proc_pid_mountstats),
	PROC_REG("exec_trace", 0444, .seq = &proc_exec_trace_ops),
	PROC_REG("coredump_filter", 0644, .show = proc_pid_coredump_filter,
		 .store = proc_pid_set_coredump_filter, .max_text = U32_MAX_TEXT,
		 .max_pos = GENERIC_MAX),
	{0}};

static const struct proc_entry tgid_dir =
	PROC_DIR("PID", 0555, .children = tgid_base_stuff, .immutable = true);

const struct proc_numbers proc_processes = {
	.entry = &tgid_dir,
	.first = FIRST_NUMBER,
	.find = pid_find,
	.next = pid_next,
};
