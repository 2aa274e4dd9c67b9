/* SPDX-License-Identifier: MIT */
/*
 * The files of /proc/sys: a vector that is read or written is one text. sysctl.c has the variables.
 * Abridges Linux's fs/proc/proc_sysctl.c.
 * Not on the road of an exec.
 */
#include <errno.h>
#include <fs.h>
#include <iov_iter.h>
#include <slab.h>
#include "internal.h"

#define MAX_TEXT (4 << 20) /* bytes of one write */

/* A vector gets all of the text that fits, or EFAULT. */
static ssize_t proc_sys_read(struct file *f, struct iov_iter *to)
{
	loff_t pos = *to->pos;
	ssize_t done = 0;

	if (PROC_I(file_inode(f))->entry->once && pos)
		return 0;
	for (size_t n; to->count; to->count -= n, to->v++) {
		ssize_t ret;

		n = min(to->count, to->v->iov_len);
		ret = proc_reg_read(f, to->v->iov_base, n, &pos);
		if (ret < 0)
			return ret;
		done += ret;
		if ((size_t)ret < n)
			break;
	}
	*to->pos = pos;
	return done;
}

/* A vector is one text. */
static ssize_t proc_sys_write(struct file *f, struct iov_iter *from)
{
	const struct proc_entry *e = PROC_I(file_inode(f))->entry;
	size_t n = from->count;
	char *text;
	ssize_t ret;

	if (!n)
		return 0;
	text = n < MAX_TEXT ? kzalloc(n + 1) : NULL;
	if (!text)
		return -ENOMEM;
	ret = copy_from_iter(text, n, from) == n ? e->set(e, text, n, *from->pos) : -EFAULT;
	kfree(text);
	if (ret > 0)
		*from->pos += ret;
	return ret;
}

const struct file_operations proc_sys_fops = {
	.llseek = proc_reg_llseek,
	.read_iter = proc_sys_read,
	.write_iter = proc_sys_write,
	.poll = proc_reg_poll,
	.open = proc_reg_open,
	.release = proc_reg_release,
};
