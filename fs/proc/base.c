/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID and /proc/PID/task/TID: who may look, the directories, and the
 * files that are a process's own memory or a place in the file tree.
 *
 * Abridges Linux's fs/proc/base.c and __ptrace_may_access. Left out: hidepid,
 * map_files, namespaces, the files of cgroups and security modules.
 */
#include "internal.h"
#include <binfmts.h>
#include <mm.h>
#include <printk.h>
#include <string.h>
#include <asm/uaccess.h>
#include <linux/capability.h>
#include <linux/fs.h>

/* ---- rights ------------------------------------------------------------ */

bool ptrace_may_read(struct task_struct *t)
{
	const struct cred *c = current->cred, *tc = t->cred;
	bool same = c->fsuid == tc->euid && c->fsuid == tc->suid && c->fsuid == tc->uid &&
		    c->fsgid == tc->egid && c->fsgid == tc->sgid && c->fsgid == tc->gid;
	bool dumpable = !t->mm || get_dumpable(t->mm) == SUID_DUMP_USER;

	if (same_thread_group(t, current))
		return true;
	/* The capability is asked for last: its use leaves a mark (PF_SUPERPRIV). */
	if (same && dumpable && !(tc->cap_permitted & ~c->cap_effective))
		return true;
	return capable(CAP_SYS_PTRACE);
}

/* Files are the effective user's; root's, but for world-readable directories, if the process may not be dumped. */
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

static int proc_pid_environ(struct seq_file *m, struct mm_struct *mm)
{
	return mm->env_end ? show_remote(m, mm, mm->env_start, mm->env_end) : 0;
}

/* Up to and with the pair AT_NULL. */
static int proc_pid_auxv(struct seq_file *m, struct mm_struct *mm)
{
	size_t n = 0;

	do
		n += 2;
	while (mm->saved_auxv[n - 2] != AT_NULL && n < ARRAY_SIZE(mm->saved_auxv));
	seq_write(m, mm->saved_auxv, n * sizeof(mm->saved_auxv[0]));
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
	return ptrace_may_read(t) ? seq_printf(m, "%08x\n", t->personality) : -EPERM;
}

/* Where a sleeping task sleeps is not told: as on Linux for those who may not know. */
static int proc_pid_wchan(struct seq_file *m, struct task_struct *t __maybe_unused)
{
	seq_putc(m, '0');
	return 0;
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

/* A number and perhaps the end of the line. 0, -EINVAL, -ERANGE. */
static int parse_uint(const char *text, unsigned int *v)
{
	char *end;
	unsigned long n = strtoul(text, &end, 0);

	if (end == text || (*end && *end != '\n'))
		return -EINVAL;
	*v = n;
	return n > UINT32_MAX ? -ERANGE : 0;
}

static ssize_t proc_pid_set_coredump_filter(const struct proc_entry *e __maybe_unused, struct task_struct *t,
					    char *text, size_t n)
{
	struct mm_struct *mm;
	unsigned int filter;
	int err = parse_uint(text, &filter);

	if (err)
		return err;
	mm = get_task_mm(t);
	if (!mm)
		return -ESRCH;
	mm->flags = (mm->flags & ~MMF_DUMP_FILTER_MASK) |
		    (((unsigned long)filter << MMF_DUMP_FILTER_SHIFT) & MMF_DUMP_FILTER_MASK);
	mmput(mm);
	return n;
}

static int proc_pid_oom_score_adj(struct seq_file *m, struct task_struct *t)
{
	return seq_printf(m, "%d\n", t->signal->oom_score_adj);
}

/* -1000 to 1000; below 0 and below what it was only with CAP_SYS_RESOURCE. */
static ssize_t proc_pid_set_oom_score_adj(const struct proc_entry *e __maybe_unused, struct task_struct *t,
					  char *text, size_t n)
{
	bool negative = *text == '-';
	unsigned int v;
	int adj, err = parse_uint(text + negative, &v);

	if (err || v > 1000)
		return err ?: -EINVAL;
	adj = negative ? -(int)v : (int)v;
	if (adj < min(0, t->signal->oom_score_adj) && !capable(CAP_SYS_RESOURCE))
		return -EACCES;
	t->signal->oom_score_adj = adj;
	return n;
}

/* ---- mem: the address space as a file ---------------------------------- */

int proc_mem_release(struct inode *inode __maybe_unused, struct file *f)
{
	if (f->private_data)
		mmdrop(f->private_data);
	return 0;
}

int proc_mem_file_open(struct inode *inode, struct file *f)
{
	struct mm_struct *mm = proc_mem_open(inode);

	if (IS_ERR(mm))
		return PTR_ERR(mm);
	f->private_data = mm;
	return 0;
}

/* Page by page through @page; areas that the process itself may not write are written too, as a debugger does. */
static ssize_t mem_rw_user(struct mm_struct *mm, char *page, char __user *buf, size_t n, unsigned long addr,
			   bool write)
{
	ssize_t done = 0;

	while (done < n) {
		size_t len = min(n - done, PAGE_SIZE);

		if (write && copy_from_user(page, buf + done, len))
			return -EFAULT;
		len = access_remote_vm(mm, addr + done, page, len, write);
		if (!len)
			return done ?: -EIO;
		if (!write && copy_to_user(buf + done, page, len))
			return -EFAULT;
		done += len;
	}
	return done;
}

static ssize_t mem_rw(struct file *f, char __user *buf, size_t n, loff_t *pos, bool write)
{
	struct mm_struct *mm = f->private_data;
	ssize_t ret = -ENOMEM;
	char *page;

	if (!mm || !atomic_inc_not_zero(&mm->mm_users))
		return 0;
	page = kmalloc(PAGE_SIZE, GFP_KERNEL);
	if (page)
		ret = mem_rw_user(mm, page, buf, n, *pos, write);
	kfree(page);
	mmput(mm);
	if (ret > 0)
		*pos += ret;
	return ret;
}

static ssize_t mem_read(struct file *f, char __user *buf, size_t n, loff_t *pos)
{
	return mem_rw(f, buf, n, pos, false);
}

static ssize_t mem_write(struct file *f, const char __user *buf, size_t n, loff_t *pos)
{
	return mem_rw(f, (char __user *)buf, n, pos, true);
}

/* Every address is a place. */
loff_t proc_mem_lseek(struct file *f, loff_t off, int whence)
{
	if (whence != SEEK_SET && whence != SEEK_CUR)
		return -EINVAL;
	return f->f_pos = whence == SEEK_CUR ? f->f_pos + off : off;
}

static const struct file_operations proc_mem_fops = {
	.llseek = proc_mem_lseek,
	.read = mem_read,
	.write = mem_write,
	.open = proc_mem_file_open,
	.release = proc_mem_release,
};

/* ---- places ------------------------------------------------------------ */

static int proc_exe_link(struct task_struct *t, unsigned int fd __maybe_unused, struct path *out)
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

static int proc_cwd_link(struct task_struct *t, unsigned int fd __maybe_unused, struct path *out)
{
	if (!t->fs)
		return -ENOENT;
	get_fs_pwd(t->fs, out);
	return 0;
}

static int proc_root_link(struct task_struct *t, unsigned int fd __maybe_unused, struct path *out)
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
	PROC_DIR("fd", 0500, .children = proc_fd_links, .iop = &proc_fd_iops, .fop = &proc_fd_fops), \
	PROC_DIR("fdinfo", 0555, .children = proc_fdinfo_files, .iop = &proc_fdinfo_iops, .fop = &proc_fd_fops), \
	PROC_REG("environ", 0400, .show_mm = proc_pid_environ), \
	PROC_REG("auxv", 0400, .show_mm = proc_pid_auxv), \
	PROC_REG("status", 0444, .show = proc_pid_status), \
	PROC_REG("personality", 0400, .show = proc_pid_personality), \
	PROC_REG("limits", 0444, .show = proc_pid_limits), \
	PROC_REG("comm", 0644, .show = proc_pid_comm, .store = proc_pid_set_comm), \
	PROC_REG("cmdline", 0444, .show = proc_pid_cmdline), \
	PROC_REG("stat", 0444, .show = stat_fn), \
	PROC_REG("statm", 0444, .show = proc_pid_statm), \
	PROC_REG("maps", 0444, .show_mm = proc_pid_maps), \
	PROC_REG("mem", 0600, .fop = &proc_mem_fops), \
	PROC_LNK("cwd", .get_path = proc_cwd_link), \
	PROC_LNK("root", .get_path = proc_root_link), \
	PROC_LNK("exe", .get_path = proc_exe_link), \
	PROC_REG("mounts", 0444, .show = proc_pid_mounts), \
	PROC_REG("mountinfo", 0444, .show = proc_pid_mountinfo), \
	PROC_REG("smaps", 0444, .show_mm = proc_pid_smaps), \
	PROC_REG("smaps_rollup", 0444, .show_mm = proc_pid_smaps_rollup), \
	PROC_REG("pagemap", 0400, .fop = &proc_pagemap_fops), \
	PROC_REG("wchan", 0444, .show = proc_pid_wchan), \
	PROC_REG("oom_score_adj", 0644, .show = proc_pid_oom_score_adj, .store = proc_pid_set_oom_score_adj)

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

static const struct inode_operations proc_task_iops = {
	.lookup = proc_task_lookup,
	.setattr = proc_setattr,
	.getattr = proc_getattr,
};
static const struct file_operations proc_task_fops = {
	.llseek = generic_file_llseek,
	.iterate = proc_task_iterate,
};
