/* SPDX-License-Identifier: MIT */
/*
 * The forms of read and write that take a vector of buffers.
 * Abridges the second half of Linux's fs/read_write.c.
 * Not on the road of an exec.
 */
#include <file.h>
#include <fs.h>
#include <slab.h>
#include <syscalls.h>
#include <linux/fs.h>
#include "internal.h"

/* Can the file be read, or written to? A vector without a byte only asks this. 0 or -errno. */
static int rw_check(const struct file *f, bool write)
{
	const struct file_operations *op = f->f_op;

	if (!(f->f_mode & (write ? FMODE_WRITE : FMODE_READ)))
		return -EBADF;
	if (write)
		return op->write || op->write_iter ? 0 : -EINVAL;
	return op->read || op->read_iter ? 0 : -EINVAL;
}

/* All bytes are in memory: RWF_HIPRI, RWF_DSYNC and RWF_SYNC have nothing to do. */
static int rwf_check(const struct file *f, unsigned int flags, bool write)
{
	unsigned int known = RWF_SUPPORTED;

	if (f->f_op->no_rwf & (write ? FMODE_WRITE : FMODE_READ) || S_ISDIR(f->f_inode->i_mode))
		known = RWF_HIPRI;
	else if (!f->f_op->nowait)
		known &= ~RWF_NOWAIT;
	return flags & ~known ? -EOPNOTSUPP : 0;
}

/* RWF_APPEND to a file with a size. @pos NULL: the file's position is at the end then. */
static long append_vector(struct file *f, const struct iovec *v, unsigned int n, const loff_t *pos)
{
	loff_t end = RW_AT_END;
	long ret;

	mutex_lock(&f->f_pos_lock);
	ret = rw_file(f, v, n, &end, true);
	if (ret > 0 && !pos)
		f->f_pos = end;
	mutex_unlock(&f->f_pos_lock);
	return ret;
}

/* RWF_NOWAIT. A write needs no such case: files with RWF_NOWAIT do not wait for room. */
static long read_nowait(struct file *f, struct iov_iter *to, loff_t *pos)
{
	to->nonblock = true;
	to->pos = pos ?: &f->f_pos;
	return f->f_op->read_iter(f, to);
}

static long rw_vector(struct file *f, const struct iovec __user *uv, unsigned int n, loff_t *pos,
		      unsigned int flags, bool write)
{
	struct iov_iter iter;
	struct iovec *v;
	long ret;

	if (pos && (!can_pread(f) || (write && (f->f_mode & FMODE_NO_PWRITE))))
		return -ESPIPE;
	v = import_iovec(uv, n, -EINVAL, &iter);
	if (IS_ERR(v))
		return PTR_ERR(v);
	ret = rw_check(f, write);
	if (!ret && iter.count)
		ret = rwf_check(f, flags, write);
	if (!ret && iter.count && !write && (flags & RWF_NOWAIT) && f->f_op->read_iter)
		ret = read_nowait(f, &iter, pos);
	else if (!ret && iter.count)
		ret = write && (flags & RWF_APPEND) && f->f_op->write == generic_file_write
			      ? append_vector(f, v, n, pos)
			      : rw_file(f, v, n, pos, write);
	kfree(v);
	return ret;
}

static long do_vector(unsigned long fd, const struct iovec __user *uv, unsigned long n, loff_t *pos,
		      unsigned int flags, bool write)
{
	struct file *f;
	long ret;

	if (pos && *pos < 0)
		return -EINVAL;
	f = fget(fd);
	if (!f)
		return -EBADF;
	ret = rw_vector(f, uv, n, pos, flags, write);
	fput(f);
	return ret;
}

long sys_readv(unsigned long fd, const struct iovec __user *v, unsigned long n)
{
	return do_vector(fd, v, n, NULL, 0, false);
}

long sys_writev(unsigned long fd, const struct iovec __user *v, unsigned long n)
{
	return do_vector(fd, v, n, NULL, 0, true);
}

/* On a 64-bit machine the low word is the whole position. */
long sys_preadv(unsigned long fd, const struct iovec __user *v, unsigned long n, unsigned long lo,
		unsigned long hi __maybe_unused)
{
	return do_vector(fd, v, n, &(loff_t){lo}, 0, false);
}

long sys_pwritev(unsigned long fd, const struct iovec __user *v, unsigned long n, unsigned long lo,
		 unsigned long hi __maybe_unused)
{
	return do_vector(fd, v, n, &(loff_t){lo}, 0, true);
}

/* The position -1 is the file's own. */
long sys_preadv2(unsigned long fd, const struct iovec __user *v, unsigned long n, unsigned long lo,
		 unsigned long hi __maybe_unused, int flags)
{
	loff_t pos = lo;

	return do_vector(fd, v, n, pos == -1 ? NULL : &pos, flags, false);
}

long sys_pwritev2(unsigned long fd, const struct iovec __user *v, unsigned long n, unsigned long lo,
		  unsigned long hi __maybe_unused, int flags)
{
	loff_t pos = lo;

	return do_vector(fd, v, n, pos == -1 ? NULL : &pos, flags, true);
}
