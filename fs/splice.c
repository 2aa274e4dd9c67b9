/* SPDX-License-Identifier: MIT */
/*
 * sendfile and copy_file_range: bytes from file to file without a user buffer.
 * Abridges do_sendfile and copy_file_range of Linux's fs/read_write.c, and what
 * they need of fs/splice.c; pages are copied, not moved. Left out: splice, tee,
 * vmsplice.
 * Not on the road of an exec.
 */
#include <file.h>
#include <fs.h>
#include <slab.h>
#include <syscalls.h>
#include <task.h>
#include <asm/page.h>
#include <asm/uaccess.h>
#include <linux/fcntl.h>
#include "internal.h"

/* To a file in the page cache, or one that takes kernel memory. Returns bytes done or -errno. */
static ssize_t write_out(struct file *out, const void *buf, size_t n, loff_t *pos)
{
	if (out->f_op->splice_write)
		return out->f_op->splice_write(out, buf, n);
	return kernel_write(out, buf, n, pos);
}

/* @in: a file in the page cache. Returns the bytes done or -errno. */
static ssize_t copy_bytes(struct file *in, loff_t *in_pos, struct file *out, loff_t *out_pos,
			  size_t n)
{
	char *buf = kmalloc(PAGE_SIZE, GFP_KERNEL);
	size_t done = 0;
	ssize_t ret = buf ? 0 : -ENOMEM;

	if (buf && out->f_op->splice_write) /* a pipe is looked at even if nothing will be sent */
		ret = out->f_op->splice_write(out, buf, 0);
	while (!ret && done < n && !signal_pending(current)) {
		loff_t pos = *in_pos;

		ret = kernel_read(in, buf, min(n - done, PAGE_SIZE), &pos);
		if (ret > 0)
			ret = write_out(out, buf, ret, out_pos);
		if (ret <= 0)
			break;
		*in_pos += ret;
		done += ret;
		ret = 0;
	}
	kfree(buf);
	return done ? (ssize_t)done : ret;
}

/* With @uin or @uout this offset is used and moved, not the file's position. */
static long copy_at(struct file *in, loff_t __user *uin, struct file *out, loff_t __user *uout,
		    size_t n, unsigned int flags,
		    long (*check)(struct file *in, loff_t from, struct file *out, loff_t to,
				  size_t *n))
{
	loff_t from = in->f_pos, to = out->f_pos;
	long ret;

	if ((uin && get_user(from, uin)) || (uout && get_user(to, uout)))
		return -EFAULT;
	if (flags)
		return -EINVAL;
	n = min(n, MAX_RW_COUNT);
	ret = check(in, from, out, to, &n);
	if (!ret)
		ret = copy_bytes(in, &from, out, &to, n);
	if (ret <= 0)
		return ret;
	if (!uin)
		in->f_pos = from;
	if (!uout)
		out->f_pos = to;
	if ((uin && put_user(from, uin)) || (uout && put_user(to, uout)))
		return -EFAULT;
	return ret;
}

static long check_sendfile(struct file *in, loff_t from __maybe_unused, struct file *out,
			   loff_t to __maybe_unused, size_t *n __maybe_unused)
{
	if (!(in->f_mode & FMODE_READ) || !(out->f_mode & FMODE_WRITE))
		return -EBADF;
	/* A pipe has no end to append at. */
	return (out->f_flags & O_APPEND) && !S_ISFIFO(out->f_inode->i_mode) ? -EINVAL : 0;
}

/* Cuts *n at the end of @in. */
static long check_copy_range(struct file *in, loff_t from, struct file *out, loff_t to, size_t *n)
{
	const struct inode *a = in->f_inode, *b = out->f_inode;

	if (S_ISDIR(a->i_mode) || S_ISDIR(b->i_mode))
		return -EISDIR;
	if (!S_ISREG(a->i_mode) || !S_ISREG(b->i_mode))
		return -EINVAL;
	if (!(in->f_mode & FMODE_READ) || !(out->f_mode & FMODE_WRITE) || (out->f_flags & O_APPEND))
		return -EBADF;
	if (a->i_sb != b->i_sb)
		return -EXDEV;
	if (from < 0 || to < 0)
		return -EINVAL;
	if (*n > (size_t)(INT64_MAX - from) || *n > (size_t)(INT64_MAX - to))
		return -EOVERFLOW;
	*n = from < a->i_size ? min_t(size_t, *n, a->i_size - from) : 0;
	if (a == b && *n && to + *n > (size_t)from && (size_t)to < from + *n)
		return -EINVAL;
	return 0;
}

static long copy_between(int in_fd, loff_t __user *uin, int out_fd, loff_t __user *uout, size_t n,
			 unsigned int flags, bool range)
{
	struct file *in = fget(in_fd), *out = fget(out_fd);
	long ret = -EBADF;

	if (in && out)
		ret = copy_at(in, uin, out, uout, n, flags,
			      range ? check_copy_range : check_sendfile);
	if (in)
		fput(in);
	if (out)
		fput(out);
	return ret;
}

long sys_sendfile(int out_fd, int in_fd, loff_t __user *off, size_t n)
{
	loff_t from;
	long ret;

	if (off && get_user(from, off)) /* before the descriptors */
		return -EFAULT;
	ret = copy_between(in_fd, off, out_fd, NULL, n, 0, false);
	if (ret <= 0 && off && put_user(from, off)) /* written back although nothing was sent */
		return -EFAULT;
	return ret;
}

long sys_copy_file_range(int in_fd, loff_t __user *off_in, int out_fd, loff_t __user *off_out,
			 size_t n, unsigned int flags)
{
	return copy_between(in_fd, off_in, out_fd, off_out, n, flags, true);
}
