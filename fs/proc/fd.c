/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/fd: a link for each open descriptor, with the rights it was opened with.
 * Abridges Linux's fs/proc/fd.c; left out: fdinfo.
 */
#include "internal.h"
#include <printk.h>

static int proc_fd_get_path(struct dentry *d, struct path *out)
{
	struct task_struct *t = get_proc_task(d->d_inode);
	struct file *f;
	int err = -ENOENT;

	if (!t)
		return err;
	if (!ptrace_may_read(t)) {
		err = -EACCES;
	} else if ((f = fget_task(t, PROC_I(d->d_inode)->fd))) {
		*out = f->f_path;
		path_get(out);
		fput(f);
		err = 0;
	}
	put_task_struct(t);
	return err;
}

static const struct inode_operations proc_fd_link_iops = { .get_path = proc_fd_get_path };
static const struct proc_entry fd_link = { .name = "fd", .mode = S_IFLNK, .iop = &proc_fd_link_iops };

static void fd_update_inode(struct inode *inode, struct task_struct *t, unsigned int f_mode)
{
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
		inode = proc_new_inode(dir->i_sb, &fd_link, pid, PROC_PID_INO(pid->nr, PROC_FD_INO + fd));
	if (inode) {
		PROC_I(inode)->fd = fd;
		inode->i_size = 64;
		fd_update_inode(inode, t, f->f_mode);
		d->d_op = &fd_dops;
		d_add(d, inode);
	}
	if (t)
		put_task_struct(t);
	if (!f)
		return -ENOENT;
	fput(f);
	return inode ? 0 : -ENOMEM;
}

/* A process may always look at its own. */
static int proc_fd_permission(struct inode *inode, int mask)
{
	struct task_struct *t;
	int err = generic_permission(inode, mask);

	if (!err)
		return 0;
	t = get_proc_task(inode);
	if (t && same_thread_group(t, current))
		err = 0;
	if (t)
		put_task_struct(t);
	return err;
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
		if (!ctx->actor(ctx, name, len, ctx->pos, PROC_PID_INO(t->pid, PROC_FD_INO + fd), S_IFLNK >> 12))
			break;
	}
out:
	put_task_struct(t);
	return 0;
}

const struct inode_operations proc_fd_iops = { .lookup = proc_fd_lookup, .permission = proc_fd_permission };
const struct file_operations proc_fd_fops = {
	.llseek = generic_file_llseek,
	.read = generic_read_dir,
	.iterate = proc_fd_iterate,
};
