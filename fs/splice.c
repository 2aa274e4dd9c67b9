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
#include "internal.h"

/* @in: a file in the page cache; @out: such a file or a pipe. Returns the bytes done or -errno. */
static ssize_t copy_bytes(struct file *in, loff_t *in_pos, struct file *out, loff_t *out_pos,
			  size_t n)
{
	char *buf = kmalloc(PAGE_SIZE, GFP_KERNEL);
	size_t done = 0;
	ssize_t ret = buf ? 0 : -ENOMEM;

	while (!ret && done < n && !signal_pending(current)) {
		loff_t pos = *in_pos;

		ret = kernel_read(in, buf, min(n - done, PAGE_SIZE), &pos);
		if (ret > 0 && S_ISFIFO(out->f_inode->i_mode))
			ret = pipe_write_kernel(out, buf, ret);
		else if (ret > 0)
			ret = kernel_write(out, buf, ret, out_pos);
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
static long copy_between(int in_fd, loff_t __user *uin, int out_fd, loff_t __user *uout, size_t n)
{
	struct file *in = fget(in_fd), *out = fget(out_fd);
	loff_t from = 0, to = 0;
	long ret = -EBADF;

	if (!in || !out || !(in->f_mode & FMODE_READ) || !(out->f_mode & FMODE_WRITE))
		goto out;
	ret = -EFAULT;
	if ((uin && get_user(from, uin)) || (uout && get_user(to, uout)))
		goto out;
	ret = copy_bytes(in, uin ? &from : &in->f_pos, out, uout ? &to : &out->f_pos,
			 min(n, MAX_RW_COUNT));
	if ((uin && put_user(from, uin)) || (uout && put_user(to, uout)))
		ret = -EFAULT;
out:
	if (in)
		fput(in);
	if (out)
		fput(out);
	return ret;
}

long sys_sendfile(int out_fd, int in_fd, loff_t __user *off, size_t n)
{
	return copy_between(in_fd, off, out_fd, NULL, n);
}

long sys_copy_file_range(int in_fd, loff_t __user *off_in, int out_fd, loff_t __user *off_out,
			 size_t n, unsigned int flags)
{
	return flags ? -EINVAL : copy_between(in_fd, off_in, out_fd, off_out, n);
}
