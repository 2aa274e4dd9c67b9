/* SPDX-License-Identifier: MIT */
/*
 * The forms of read and write that take a vector of buffers.
 * Abridges the second half of Linux's fs/read_write.c. Left out: preadv2 and pwritev2.
 * Not on the road of an exec.
 */
#include <file.h>
#include <fs.h>
#include <slab.h>
#include <syscalls.h>
#include "internal.h"

/* A vector without a byte: the file is checked, and does not see it. Returns 0 or -errno. */
static int rw_nothing(const struct file *f, bool write)
{
	const struct file_operations *op = f->f_op;

	if (!(f->f_mode & (write ? FMODE_WRITE : FMODE_READ)))
		return -EBADF;
	if (write)
		return op->write || op->write_iter ? 0 : -EINVAL;
	return op->read || op->read_iter ? 0 : -EINVAL;
}

static long rw_vector(struct file *f, const struct iovec __user *uv, unsigned int n, loff_t *pos,
		      bool write)
{
	struct iov_iter iter;
	struct iovec *v;
	long ret;

	if (pos && !can_pread(f))
		return -ESPIPE;
	v = import_iovec(uv, n, -EINVAL, &iter);
	if (IS_ERR(v))
		return PTR_ERR(v);
	ret = iter.count ? rw_file(f, v, n, pos, write) : rw_nothing(f, write);
	kfree(v);
	return ret;
}

static long do_vector(unsigned long fd, const struct iovec __user *uv, unsigned long n, loff_t *pos,
		      bool write)
{
	struct file *f;
	long ret;

	if (pos && *pos < 0)
		return -EINVAL;
	f = fget(fd);
	if (!f)
		return -EBADF;
	ret = rw_vector(f, uv, n, pos, write);
	fput(f);
	return ret;
}

long sys_readv(unsigned long fd, const struct iovec __user *v, unsigned long n)
{
	return do_vector(fd, v, n, NULL, false);
}

long sys_writev(unsigned long fd, const struct iovec __user *v, unsigned long n)
{
	return do_vector(fd, v, n, NULL, true);
}

/* On a 64-bit machine the low word is the whole position. */
long sys_preadv(unsigned long fd, const struct iovec __user *v, unsigned long n, unsigned long lo,
		unsigned long hi __maybe_unused)
{
	return do_vector(fd, v, n, &(loff_t){lo}, false);
}

long sys_pwritev(unsigned long fd, const struct iovec __user *v, unsigned long n, unsigned long lo,
		 unsigned long hi __maybe_unused)
{
	return do_vector(fd, v, n, &(loff_t){lo}, true);
}
