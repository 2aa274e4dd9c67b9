/* SPDX-License-Identifier: MIT */
/*
 * open with O_TMPFILE: a new file in the file system of a directory, without a name in it. linkat
 * can name it later, by AT_EMPTY_PATH or the link in /proc/self/fd.
 * Abridges do_tmpfile of Linux's fs/namei.c and d_tmpfile of fs/dcache.c.
 * Not on the road of an exec.
 */
#include <file.h>
#include <fs.h>
#include <mount.h>
#include <namei.h>
#include <printk.h>
#include <linux/fcntl.h>
#include "internal.h"

#define NAME_SIZE 24 /* '#' and a number */

/* A dentry "#123" that is in no directory; takes over @inode's reference. NULL: no memory. */
static struct dentry *alloc_nameless(struct dentry *dir, struct inode *inode)
{
	char name[NAME_SIZE];
	int len = snprintf(name, sizeof(name), "#%lu", inode->i_ino);
	struct dentry *d = d_alloc(dir, name, len);

	if (d)
		d_instantiate(d, inode);
	else
		iput(inode);
	return d;
}

static struct file *create_in(const struct path *dir, int flags, umode_t mode)
{
	struct inode *parent = dir->dentry->d_inode, *inode;
	struct path p = {.mnt = dir->mnt};
	struct file *f;
	int err = mnt_want_write(dir->mnt) ?: inode_permission(parent, MAY_WRITE | MAY_EXEC);

	if (err)
		return ERR_PTR(err);
	if (!parent->i_op->tmpfile)
		return ERR_PTR(-EOPNOTSUPP);
	mode = S_IFREG | (mode & 07777);
	inode = parent->i_op->tmpfile(parent->i_sb, parent, vfs_prepare_mode(parent, mode), 0);
	if (!inode)
		return ERR_PTR(-ENOSPC);
	inode->i_nlink = 0;
	inode->i_linkable = !(flags & O_EXCL);
	p.dentry = alloc_nameless(dir->dentry, inode);
	if (!p.dentry)
		return ERR_PTR(-ENOMEM);
	f = dentry_open(&p, flags);
	dput(p.dentry);
	return f;
}

struct file *open_tmpfile(int dfd, struct filename *name, int flags, umode_t mode, int lookup)
{
	struct path dir;
	struct file *f;
	int err;

	flags &= VALID_OPEN_FLAGS | O_TMPFILE;
	err = filename_lookup(dfd, name->name,
			      lookup | LOOKUP_DIRECTORY | (flags & O_NOFOLLOW ? 0 : LOOKUP_FOLLOW),
			      &dir);
	if (err)
		return ERR_PTR(err);
	f = create_in(&dir, flags, mode);
	path_put(&dir);
	return f;
}
