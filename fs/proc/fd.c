/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/fd: a link for each open descriptor, with the permissions that it was opened with;
 * fdinfo: a text for each.
 * Abridges Linux's fs/proc/fd.c; left out: the locks in fdinfo.
 * Not on the road of an exec.
 */
#include <file.h>
#include <fs.h>
#include <mount.h>
#include <seq_file.h>
#include <task.h>
#include <linux/fcntl.h>
#include "internal.h"

static bool proc_fd_find(struct task_struct *of, struct proc_number *n)
{
	struct file *f = fget_task(of, n->key);

	if (!f)
		return false;
	n->mode = (f->f_mode & FMODE_READ ? 0500 : 0) | (f->f_mode & FMODE_WRITE ? 0300 : 0);
	fput(f);
	return true;
}

static bool proc_fd_next(struct task_struct *of, struct proc_number *n)
{
	while (of->files && n->key < of->files->max_fds) {
		if (proc_fd_find(of, n))
			return true;
		n->key++;
	}
	return false;
}

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
	unsigned int fd = ((struct proc_inode *)m->private)->key;
	struct file *f = fget_task(t, fd);
	unsigned int flags;

	if (!f)
		return -ENOENT;
	flags = f->f_flags | (get_close_on_exec(t->files, fd) ? O_CLOEXEC : 0);
	seq_printf(m, "pos:\t%ld\nflags:\t0%o\nmnt_id:\t%d\nino:\t%lu\n", (long)f->f_pos, flags,
		   f->f_path.mnt->mnt_id, f->f_inode->i_ino);
	if (f->f_op->show_fdinfo)
		f->f_op->show_fdinfo(f, m, seq_printf);
	fput(f);
	return 0;
}

static const struct proc_entry fd_link = {.mode = S_IFLNK, .get_path = proc_fd_link};
static const struct proc_entry fdinfo_file =
	PROC_REG("FD", 0444, .show = proc_fdinfo_show, .guarded = true);

const struct proc_numbers proc_fd_links = {
	.entry = &fd_link,
	.ino = PROC_FD_INO,
	.key_size = 1,
	.first = 2,
	.find = proc_fd_find,
	.next = proc_fd_next,
};
const struct proc_numbers proc_fdinfo_files = {
	.entry = &fdinfo_file,
	.ino = PROC_FDINFO_INO,
	.key_size = 1,
	.first = 2,
	.find = proc_fd_find,
	.next = proc_fd_next,
};
