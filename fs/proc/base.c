/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID and /proc/PID/task/TID: who may look, the directories, and the
 * files that are a process's own memory or a place in the file tree.
 *
 * Abridges Linux's fs/proc/base.c and __ptrace_may_access. Left out: hidepid,
 * mem, smaps, namespaces, the files of cgroups and security modules.
 */
#include "internal.h"
#include <binfmts.h>
#include <mm.h>
#include <printk.h>
#include <string.h>
#include <linux/capability.h>

/* ---- rights ------------------------------------------------------------ */

bool ptrace_may_read(struct task_struct *t)
{
	const struct cred *c = current->cred, *tc = t->cred;
	bool same = c->fsuid == tc->euid && c->fsuid == tc->suid && c->fsuid == tc->uid &&
		    c->fsgid == tc->egid && c->fsgid == tc->sgid && c->fsgid == tc->gid;

	if (same_thread_group(t, current) || capable(CAP_SYS_PTRACE))
		return true;
	if (!same || (t->mm && get_dumpable(t->mm) != SUID_DUMP_USER))
		return false;
	return !(tc->cap_permitted & ~c->cap_effective);
}

/* Files belong to the process's effective user; all but world-readable directories to root if it may not be dumped. */
void proc_pid_update_inode(struct inode *inode, struct task_struct *t)
{
	bool root = t->flags & PF_KTHREAD;

	if (inode->i_mode != (S_IFDIR | 0555))
		root |= !t->mm || get_dumpable(t->mm) != SUID_DUMP_USER;
	inode->i_uid = root ? 0 : t->cred->euid;
	inode->i_gid = root ? 0 : t->cred->egid;
}

/* A name lives as long as its process. */
static int pid_revalidate(struct dentry *d)
{
	struct task_struct *t = d->d_inode ? get_proc_task(d->d_inode) : NULL;

	if (!t)
		return 0;
	proc_pid_update_inode(d->d_inode, t);
	put_task_struct(t);
	return 1;
}

const struct dentry_operations proc_pid_dops = { .d_revalidate = pid_revalidate };

/* ---- files ------------------------------------------------------------- */

/* [start, end) of the process's memory, as far as it can be read. */
static int show_remote(struct seq_file *m, struct mm_struct *mm, unsigned long start, unsigned long end)
{
	while (start < end && m->count < m->size) {
		int n = min(end - start, m->size - m->count);
		int got = access_remote_vm(mm, start, m->buf + m->count, n, false);

		if (got <= 0)
			return 0;
		m->count += got;
		start += got;
	}
	if (start < end)
		m->count = m->size + 1;
	return 0;
}

/* setproctitle(3) wrote over the end of the arguments: one string, at most a page, maybe into the environment. */
static int show_proctitle(struct seq_file *m, struct mm_struct *mm)
{
	size_t start = m->count;
	unsigned long end = mm->env_start == mm->arg_end ? mm->env_end : mm->arg_end;
	char *nul;

	show_remote(m, mm, mm->arg_start, min(end, mm->arg_start + PAGE_SIZE));
	if (m->count > m->size)
		return 0;
	nul = memchr(m->buf + start, 0, m->count - start);
	if (nul)
		m->count = nul + 1 - m->buf;
	return 0;
}

static int proc_pid_cmdline(struct seq_file *m, struct task_struct *t)
{
	struct mm_struct *mm = get_task_mm(t);
	char last = 0;

	if (!mm)
		return 0;
	if (mm->env_end && mm->arg_start < mm->arg_end) {
		access_remote_vm(mm, mm->arg_end - 1, &last, 1, false);
		if (last)
			show_proctitle(m, mm);
		else
			show_remote(m, mm, mm->arg_start, mm->arg_end);
	}
	mmput(mm);
	return 0;
}

static int proc_pid_environ(struct seq_file *m, struct task_struct *t)
{
	struct mm_struct *mm = get_task_mm(t);

	if (!mm)
		return 0;
	if (mm->env_end)
		show_remote(m, mm, mm->env_start, mm->env_end);
	mmput(mm);
	return 0;
}

/* Up to and with the pair AT_NULL. */
static int proc_pid_auxv(struct seq_file *m, struct task_struct *t)
{
	struct mm_struct *mm = get_task_mm(t);
	size_t n = 0;

	if (!mm)
		return 0;
	do
		n += 2;
	while (mm->saved_auxv[n - 2] != AT_NULL && n < ARRAY_SIZE(mm->saved_auxv));
	seq_write(m, mm->saved_auxv, n * sizeof(mm->saved_auxv[0]));
	mmput(mm);
	return 0;
}

static int proc_pid_comm(struct seq_file *m, struct task_struct *t)
{
	return seq_printf(m, "%s\n", t->comm);
}

static ssize_t proc_pid_set_comm(const struct proc_entry *e __maybe_unused, struct task_struct *t, char *text,
				 size_t n)
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

static int proc_pid_coredump_filter(struct seq_file *m, struct task_struct *t)
{
	struct mm_struct *mm = get_task_mm(t);

	if (!mm)
		return 0;
	seq_printf(m, "%08lx\n", (mm->flags & MMF_DUMP_FILTER_MASK) >> MMF_DUMP_FILTER_SHIFT);
	mmput(mm);
	return 0;
}

static ssize_t proc_pid_set_coredump_filter(const struct proc_entry *e __maybe_unused, struct task_struct *t,
					    char *text, size_t n)
{
	char *end;
	unsigned long filter = strtoul(text, &end, 0);
	struct mm_struct *mm;

	if (end == text || (*end && *end != '\n'))
		return -EINVAL;
	mm = get_task_mm(t);
	if (!mm)
		return -ESRCH;
	mm->flags = (mm->flags & ~MMF_DUMP_FILTER_MASK) |
		    ((filter << MMF_DUMP_FILTER_SHIFT) & MMF_DUMP_FILTER_MASK);
	mmput(mm);
	return n;
}

/* ---- places ------------------------------------------------------------ */

static int proc_exe_link(struct task_struct *t, struct path *out)
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

static int proc_cwd_link(struct task_struct *t, struct path *out)
{
	if (!t->fs)
		return -ENOENT;
	get_fs_pwd(t->fs, out);
	return 0;
}

static int proc_root_link(struct task_struct *t, struct path *out)
{
	if (!t->fs)
		return -ENOENT;
	get_fs_root(t->fs, out);
	return 0;
}

int proc_self_text(char *buf, int len)
{
	return snprintf(buf, len, "%d", current->tgid);
}

int proc_thread_self_text(char *buf, int len)
{
	return snprintf(buf, len, "%d/task/%d", current->tgid, current->pid);
}

/* ---- directories ------------------------------------------------------- */

static const struct inode_operations proc_task_iops;
static const struct file_operations proc_task_fops;

#define PID_ENTRIES(stat_fn) \
	PROC_DIR("fd", 0500, .iop = &proc_fd_iops, .fop = &proc_fd_fops), \
	PROC_REG("environ", 0400, .show = proc_pid_environ, .ptrace = true), \
	PROC_REG("auxv", 0400, .show = proc_pid_auxv, .ptrace = true), \
	PROC_REG("status", 0444, .show = proc_pid_status), \
	PROC_REG("personality", 0400, .show = proc_pid_personality, .ptrace = true), \
	PROC_REG("limits", 0444, .show = proc_pid_limits), \
	PROC_REG("comm", 0644, .show = proc_pid_comm, .store = proc_pid_set_comm), \
	PROC_REG("cmdline", 0444, .show = proc_pid_cmdline), \
	PROC_REG("stat", 0444, .show = stat_fn), \
	PROC_REG("statm", 0444, .show = proc_pid_statm), \
	PROC_REG("maps", 0444, .show = proc_pid_maps, .ptrace = true), \
	PROC_LNK("cwd", .get_path = proc_cwd_link, .ptrace = true), \
	PROC_LNK("root", .get_path = proc_root_link, .ptrace = true), \
	PROC_LNK("exe", .get_path = proc_exe_link, .ptrace = true), \
	PROC_REG("mounts", 0444, .show = proc_pid_mounts), \
	PROC_REG("mountinfo", 0444, .show = proc_pid_mountinfo)

static const struct proc_entry tgid_base_stuff[] = {
	PROC_DIR("task", 0555, .iop = &proc_task_iops, .fop = &proc_task_fops),
	PID_ENTRIES(proc_tgid_stat),
	PROC_REG("coredump_filter", 0644, .show = proc_pid_coredump_filter, .store = proc_pid_set_coredump_filter),
	{ 0 }
};

static const struct proc_entry tid_base_stuff[] = {
	PID_ENTRIES(proc_tid_stat),
	{ 0 }
};

static const struct proc_entry tgid_dir = PROC_DIR("PID", 0555, .children = tgid_base_stuff);
static const struct proc_entry tid_dir = PROC_DIR("TID", 0555, .children = tid_base_stuff);

/* A decimal number without leading zeros. */
bool proc_name_to_int(const struct qstr *name, unsigned int *nr)
{
	unsigned int n = 0;

	if (!name->len || (name->len > 1 && name->name[0] == '0'))
		return false;
	for (unsigned int i = 0; i < name->len; i++) {
		unsigned int digit = name->name[i] - '0';

		if (digit > 9 || n > (UINT32_MAX - 9) / 10)
			return false;
		n = n * 10 + digit;
	}
	*nr = n;
	return true;
}

/* Makes @d the directory of @t, which is given up. */
static int add_pid_dir(struct dentry *d, struct super_block *sb, const struct proc_entry *e, struct task_struct *t)
{
	struct inode *inode = proc_new_inode(sb, e, t->thread_pid, PROC_PID_INO(t->pid, (unsigned long)e & 0xffff));

	if (inode) {
		proc_pid_update_inode(inode, t);
		d->d_op = &proc_pid_dops;
		d_add(d, inode);
	}
	put_task_struct(t);
	return inode ? 0 : -ENOMEM;
}

int proc_pid_lookup(struct inode *dir, struct dentry *d)
{
	struct task_struct *t;
	unsigned int nr;

	if (!proc_name_to_int(&d->d_name, &nr))
		return -ENOENT;
	t = find_get_task_by_vpid(nr);
	return t ? add_pid_dir(d, dir->i_sb, &tgid_dir, t) : -ENOENT;
}

static int proc_task_lookup(struct inode *dir, struct dentry *d)
{
	struct task_struct *leader, *t;
	unsigned int nr;

	if (!proc_name_to_int(&d->d_name, &nr))
		return -ENOENT;
	leader = get_proc_task(dir);
	if (!leader)
		return -ENOENT;
	t = find_get_task_by_vpid(nr);
	if (t && !same_thread_group(t, leader)) {
		put_task_struct(t);
		t = NULL;
	}
	put_task_struct(leader);
	return t ? add_pid_dir(d, dir->i_sb, &tid_dir, t) : -ENOENT;
}

/* The least number >= @from of a process (@of NULL) or of a thread of @of; 0: none. */
static pid_t next_nr(struct task_struct *of, pid_t from)
{
	struct task_struct *t;
	unsigned long flags;
	pid_t best = 0;

	spin_lock_irqsave(&tasklist_lock, flags);
	if (of) {
		for_each_thread(of, t)
			if (t->pid >= from && (!best || t->pid < best))
				best = t->pid;
	} else {
		for_each_process(t)
			if (t->pid >= from && (!best || t->pid < best))
				best = t->pid;
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return best;
}

/* Entry @first + nr is the directory of number nr. */
static int emit_numbers(struct dir_context *ctx, struct task_struct *of, loff_t first)
{
	const struct proc_entry *e = of ? &tid_dir : &tgid_dir;
	char name[12];
	pid_t nr;

	while ((nr = next_nr(of, max_t(pid_t, ctx->pos - first, 1)))) {
		int len = snprintf(name, sizeof(name), "%d", nr);

		ctx->pos = first + nr;
		if (!ctx->actor(ctx, name, len, ctx->pos, PROC_PID_INO(nr, (unsigned long)e & 0xffff), S_IFDIR >> 12))
			return 0;
		ctx->pos++;
	}
	return 0;
}

int proc_pid_readdir(struct file *f __maybe_unused, struct dir_context *ctx, loff_t first)
{
	return emit_numbers(ctx, NULL, first);
}

static int proc_task_iterate(struct file *f, struct dir_context *ctx)
{
	struct task_struct *leader = get_proc_task(file_inode(f));

	if (!leader)
		return -ENOENT;
	if (proc_emit_dots(f, ctx))
		emit_numbers(ctx, leader, 2);
	put_task_struct(leader);
	return 0;
}

static const struct inode_operations proc_task_iops = { .lookup = proc_task_lookup };
static const struct file_operations proc_task_fops = {
	.llseek = generic_file_llseek,
	.read = generic_read_dir,
	.iterate = proc_task_iterate,
};
