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

static long rw_vector(struct file *f, const struct iovec __user *uv, unsigned long n, loff_t *pos,
		      bool write)
{
	struct iov_iter iter;
	struct iovec *v;
	long ret;

	if (pos && !f->f_op->llseek)
		return -ESPIPE;
	v = import_iovec(uv, n, -EINVAL, &iter);
	if (IS_ERR(v))
		return PTR_ERR(v);
	ret = rw_file(f, v, n, pos, write);
	kfree(v);
	return ret;
}

static long do_vector(unsigned long fd, const struct iovec __user *uv, unsigned long n, loff_t *pos,
		      bool write)
{
	struct file *f = fget_at(fd, pos);
	long ret;

	if (IS_ERR(f))
		return PTR_ERR(f);
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
