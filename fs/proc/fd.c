/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/fd: a link for each open descriptor, with the rights it was opened with;
 * fdinfo: a text for each. The directory's one table entry is what its names are.
 * Abridges Linux's fs/proc/fd.c; left out: the locks in fdinfo.
 * Not on the road of an exec.
 */
#include <file.h>
#include <fs.h>
#include <mount.h>
#include <printk.h>
#include <seq_file.h>
#include <task.h>
#include <linux/fcntl.h>
#include "internal.h"

static int proc_fd_link(struct task_struct *t, unsigned long fd, struct path *out)
{
	struct file *f = fget_task(t, fd);

	if (!f)
		return -ENOENT;
	*out = f->f_path;
	path_get(out);
	fput(f);
	return 0;
}

static int proc_fdinfo_show(struct seq_file *m, struct task_struct *t)
{
	unsigned int fd = ((struct proc_inode *)m->private)->fd;
	struct file *f = fget_task(t, fd);
	unsigned int flags;

	if (!f)
		return -ENOENT;
	flags = f->f_flags | (get_close_on_exec(t->files, fd) ? O_CLOEXEC : 0);
	seq_printf(m, "pos:\t%ld\nflags:\t0%o\nmnt_id:\t%d\nino:\t%lu\n", (long)f->f_pos, flags,
		   f->f_path.mnt->mnt_id, f->f_inode->i_ino);
	fput(f);
	return 0;
}

const struct proc_entry proc_fd_links[] = {
	{ .name = "fd", .mode = S_IFLNK, .get_path = proc_fd_link },
	{ 0 }
};
const struct proc_entry proc_fdinfo_files[] = {
	PROC_REG("fdinfo", 0444, .show = proc_fdinfo_show, .iop = &proc_fd_iops),
	{ 0 }
};

static void fd_update_inode(struct inode *inode, struct task_struct *t, unsigned int f_mode)
{
	if (S_ISLNK(inode->i_mode))
		inode->i_mode = S_IFLNK | (f_mode & FMODE_READ ? 0500 : 0) | (f_mode & FMODE_WRITE ? 0300 : 0);
	proc_pid_update_inode(inode, t);
}

/* The descriptor must still be open. */
static int fd_revalidate(struct dentry *d)
{
	struct task_struct *t = d->d_inode ? get_proc_task(d->d_inode) : NULL;
	struct file *f;

	if (!t)
		return 0;
	f = fget_task(t, PROC_I(d->d_inode)->fd);
	if (f) {
		fd_update_inode(d->d_inode, t, f->f_mode);
		fput(f);
	}
	put_task_struct(t);
	return f != NULL;
}

static const struct dentry_operations fd_dops = { .d_revalidate = fd_revalidate };

/* Of the name for @fd in the directory @dir of process @nr. */
static u64 fd_ino(const struct inode *dir, pid_t nr, unsigned int fd)
{
	bool link = S_ISLNK(PROC_I(dir)->entry->children->mode);

	return PROC_PID_INO(nr, (link ? PROC_FD_INO : PROC_FDINFO_INO) + fd);
}

static int proc_fd_lookup(struct inode *dir, struct dentry *d)
{
	struct task_struct *t = get_proc_task(dir);
	struct pid *pid = PROC_I(dir)->pid;
	struct inode *inode = NULL;
	struct file *f = NULL;
	unsigned int fd;

	if (t && proc_name_to_int(&d->d_name, &fd))
		f = fget_task(t, fd);
	if (f)
		inode = proc_new_inode(dir->i_sb, PROC_I(dir)->entry->children, pid, fd_ino(dir, pid->nr, fd));
	if (inode) {
		PROC_I(inode)->fd = fd;
		inode->i_size = S_ISLNK(inode->i_mode) ? 64 : 0;
		fd_update_inode(inode, t, f->f_mode);
		d->d_op = &fd_dops;
		d_add(d, inode);
	}
	put_task_struct(t);
	if (!f)
		return -ENOENT;
	fput(f);
	return inode ? 0 : -ENOMEM;
}

int proc_fd_permission(struct inode *inode, int mask __maybe_unused)
{
	struct task_struct *t = get_proc_task(inode);
	bool allowed = t && ptrace_may_read(t);

	put_task_struct(t);
	return allowed ? 0 : -EACCES;
}

/* Entry 2 + fd is descriptor fd. */
static int proc_fd_iterate(struct file *dir, struct dir_context *ctx)
{
	struct task_struct *t = get_proc_task(file_inode(dir));
	char name[12];

	if (!t)
		return -ENOENT;
	if (!proc_emit_dots(dir, ctx))
		goto out;
	for (; t->files && ctx->pos - 2 < t->files->max_fds; ctx->pos++) {
		unsigned int fd = ctx->pos - 2;
		struct file *f = fget_task(t, fd);
		int len;

		if (!f)
			continue;
		fput(f);
		len = snprintf(name, sizeof(name), "%u", fd);
		if (!ctx->actor(ctx, name, len, ctx->pos, fd_ino(file_inode(dir), t->pid, fd),
				PROC_I(file_inode(dir))->entry->children->mode >> 12))
			break;
	}
out:
	put_task_struct(t);
	return 0;
}

const struct inode_operations proc_fd_iops = {
	.lookup = proc_fd_lookup,
	.permission = proc_fd_permission,
	.setattr = proc_setattr,
	.getattr = proc_getattr,
};
const struct file_operations proc_fd_fops = {
	.llseek = generic_file_llseek,
	.iterate = proc_fd_iterate,
};
