/* SPDX-License-Identifier: MIT */
/*
 * fallocate: allocates pages for a part of a file before it is written, or makes a hole. In a file
 * system in memory the new pages are zeros. Abridges vfs_fallocate of Linux 6.1's fs/open.c and
 * shmem_fallocate of mm/shmem.c. Left out: what tmpfs cannot do (FALLOC_FL_COLLAPSE_RANGE,
 * INSERT_RANGE, ZERO_RANGE).
 * Not on the road of an exec.
 */
#include <file.h>
#include <frames.h>
#include <fs.h>
#include <mount.h>
#include <pagecache.h>
#include <sched.h>
#include <syscalls.h>
#include <linux/falloc.h>
#include "internal.h"

#define FALLOC_FL_SUPPORTED_MASK \
	(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_COLLAPSE_RANGE | \
	 FALLOC_FL_ZERO_RANGE | FALLOC_FL_INSERT_RANGE | FALLOC_FL_UNSHARE_RANGE)

/* Fills the holes from page @first to before @end. An error undoes that. 0 or -errno. */
static int add_pages(struct inode *inode, unsigned long first, unsigned long end)
{
	struct address_space *mapping = inode->i_mapping;

	for (unsigned long index = first; index < end; index++) {
		struct page *page = signal_pending(current) ? ERR_PTR(-EINTR)
							    : read_mapping_page(mapping, index);

		if (IS_ERR(page)) {
			if (index > first)
				invalidate_mapping_pages(mapping, first, index - 1);
			return PTR_ERR(page);
		}
		put_page(page);
	}
	return 0;
}

int shmem_fallocate(struct file *f, int mode, loff_t offset, loff_t len)
{
	struct inode *inode = f->f_inode;
	loff_t end = offset + len;
	int err = 0;

	if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE))
		return -EOPNOTSUPP;
	down_write(&inode->i_rwsem);
	if (mode & FALLOC_FL_PUNCH_HOLE) {
		err = seal_check_write(inode, 0);
		if (!err)
			truncate_pagecache_range(inode, offset, end);
	} else {
		err = seal_check_size(inode, max(end, inode->i_size))
			      ?: inode_newsize_ok(inode, end);
		if (!err && len >> PAGE_SHIFT > (loff_t)totalram_pages() / 2)
			err = -ENOSPC;
		if (!err)
			err = add_pages(inode, offset >> PAGE_SHIFT,
					DIV_ROUND_UP((unsigned long)end, PAGE_SIZE));
		if (!err && !(mode & FALLOC_FL_KEEP_SIZE))
			inode->i_size = max(inode->i_size, end);
	}
	if (!err)
		err = file_remove_privs(f);
	if (!err)
		err = file_update_time(f);
	up_write(&inode->i_rwsem);
	return err;
}

/* Are the flags valid together? The file is not used here. 0 or -errno. */
static int check_mode(int mode)
{
	if (mode & ~FALLOC_FL_SUPPORTED_MASK)
		return -EOPNOTSUPP;
	if ((mode & FALLOC_FL_PUNCH_HOLE) &&
	    ((mode & FALLOC_FL_ZERO_RANGE) || !(mode & FALLOC_FL_KEEP_SIZE)))
		return -EOPNOTSUPP;
	if ((mode & FALLOC_FL_COLLAPSE_RANGE) && mode != FALLOC_FL_COLLAPSE_RANGE)
		return -EINVAL;
	if ((mode & FALLOC_FL_INSERT_RANGE) && mode != FALLOC_FL_INSERT_RANGE)
		return -EINVAL;
	if ((mode & FALLOC_FL_UNSHARE_RANGE) &&
	    (mode & ~(FALLOC_FL_UNSHARE_RANGE | FALLOC_FL_KEEP_SIZE)))
		return -EINVAL;
	return 0;
}

static int vfs_fallocate(struct file *f, int mode, loff_t offset, loff_t len)
{
	umode_t type = f->f_inode->i_mode;
	loff_t end;
	int err = offset < 0 || len <= 0 ? -EINVAL : check_mode(mode);

	if (err)
		return err;
	if (!(f->f_mode & FMODE_WRITE))
		return -EBADF;
	if (S_ISFIFO(type))
		return -ESPIPE;
	if (S_ISDIR(type))
		return -EISDIR;
	if (!S_ISREG(type) && !S_ISBLK(type))
		return -ENODEV;
	if (__builtin_add_overflow(offset, len, &end))
		return -EFBIG;
	return f->f_op->fallocate ? f->f_op->fallocate(f, mode, offset, len) : -EOPNOTSUPP;
}

long sys_fallocate(int fd, int mode, long offset, long len)
{
	struct file *f = fget(fd);
	int err;

	if (!f)
		return -EBADF;
	err = vfs_fallocate(f, mode, offset, len);
	fput(f);
	return err;
}
