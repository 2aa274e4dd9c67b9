/* SPDX-License-Identifier: MIT */
/*
 * The life of a struct file: dentry_open makes it, dup and fork share it, __fput
 * frees it with the last reference.
 * Abridges Linux's fs/file_table.c and do_dentry_open of fs/open.c. Left out:
 * delayed fput, fsnotify, O_DIRECT (-EINVAL).
 */
#include <file.h>
#include <fs.h>
#include <mount.h>
#include <sched.h>
#include <slab.h>
#include <linux/capability.h>
#include <linux/fcntl.h>
#include "internal.h"

int nr_files;
unsigned long max_files;

static void __fput(struct file *f)
{
	struct inode *inode = f->f_inode;

	if (f->f_mode & FMODE_OPENED) {
		if (f->f_ep_release)
			f->f_ep_release(f);
		locks_remove(f, f);
		if (f->f_op->release)
			f->f_op->release(inode, f);
	}
	if (f->f_mode & FMODE_WRITER)
		put_write_access(inode);
	path_put(&f->f_path);
	nr_files--;
	kfree(f);
}

/* Opens the file at f->f_path. Returns 0 or -errno. */
static int do_dentry_open(struct file *f)
{
	static const struct file_operations empty_fops;
	struct inode *inode = f->f_path.dentry->d_inode;
	int err;

	f->f_inode = inode;
	f->f_mapping = inode->i_mapping;
	if (f->f_flags & O_PATH) {
		f->f_mode = FMODE_PATH | FMODE_OPENED;
		f->f_op = &empty_fops;
		return 0;
	}
	if ((f->f_mode & FMODE_WRITE) && !special_file(inode->i_mode)) {
		/* A file is either open for writing or executed: -ETXTBSY. */
		err = get_write_access(inode);
		if (err)
			return err;
		f->f_mode |= FMODE_WRITER;
		err = mnt_want_write(f->f_path.mnt);
		if (err)
			return err;
	}
	f->f_op = inode->i_fop;
	if (!f->f_op)
		return -ENODEV;
	err = f->f_op->open ? f->f_op->open(inode, f) : 0;
	if (err)
		return err;
	f->f_mode |= FMODE_OPENED; /* ->release must be called, even if ->open has changed f_op */
	if ((S_ISREG(inode->i_mode) || S_ISDIR(inode->i_mode)) && can_pread(f))
		f->f_mode |= FMODE_ATOMIC_POS;
	f->f_flags &= ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC);
	return f->f_flags & O_DIRECT ? -EINVAL : 0;
}

/* Opens @p without a permission check. Returns a file with one reference, or ERR_PTR. */
struct file *dentry_open(const struct path *p, int flags)
{
	struct file *f;
	int err;

	if (nr_files >= (long)max_files && !capable(CAP_SYS_ADMIN))
		return ERR_PTR(-ENFILE);
	f = kzalloc(sizeof(*f));
	if (!f)
		return ERR_PTR(-ENOMEM);
	nr_files++;
	atomic_set(&f->f_count, 1);
	f->f_flags = flags;
	f->f_mode = (flags + 1) & O_ACCMODE; /* O_RDONLY 0 -> 1, O_WRONLY 1 -> 2, O_RDWR 2 -> 3 */
	mutex_init(&f->f_pos_lock, LOCK_F_POS);
	f->f_release = __fput;
	f->f_path = *p;
	path_get(p);
	err = do_dentry_open(f);
	if (!err)
		return f;
	fput(f);
	return ERR_PTR(err);
}

void filp_close(struct file *f, struct files_struct *files)
{
	if (!(f->f_mode & FMODE_PATH))
		locks_remove(f, files);
	fput(f);
}
