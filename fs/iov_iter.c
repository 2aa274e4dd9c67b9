/* SPDX-License-Identifier: MIT */
/*
 * A vector of user buffers as one stream of bytes, for files that must get a whole vector at once:
 * a pipe, whose small writes are atomic. Or kernel memory, for splice and core dumps.
 * Abridges Linux's lib/iov_iter.c.
 * Not on the road of an exec.
 */
#include <slab.h>
#include <string.h>
#include <asm/uaccess.h>
#include "internal.h"

/* Returns the bytes not copied. */
static size_t copy_piece(const struct iov_iter *i, char *buf, size_t n, bool out)
{
	char *piece = (char *)i->v->iov_base + i->offset;

	if (i->kernel)
		memcpy(out ? piece : buf, out ? buf : piece, n);
	else if (out)
		return copy_to_user(piece, buf, n);
	else
		return copy_from_user(buf, piece, n);
	return 0;
}

size_t copy_iter(struct iov_iter *i, char *buf, size_t n, bool out)
{
	size_t done = 0, chunk, copied;

	for (n = min(n, i->count); n; n -= chunk) {
		chunk = min(n, i->v->iov_len - i->offset);
		copied = chunk - copy_piece(i, buf + done, chunk, out);
		done += copied;
		i->offset += copied;
		i->count -= copied;
		if (copied != chunk)
			break;
		if (i->offset == i->v->iov_len) {
			i->v++;
			i->offset = 0;
		}
	}
	return done;
}

struct iovec *iovec_from_user(const struct iovec __user *uv, size_t n, int too_many)
{
	struct iovec *v;
	int err = 0;

	if (n > UIO_MAXIOV)
		return ERR_PTR(too_many);
	v = kmalloc(max(n, 1UL) * sizeof(*v), GFP_KERNEL);
	if (!v)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(v, uv, n * sizeof(*v)))
		err = -EFAULT;
	for (size_t i = 0; !err && i < n; i++)
		if ((ssize_t)v[i].iov_len < 0)
			err = -EINVAL;
	if (!err)
		return v;
	kfree(v);
	return ERR_PTR(err);
}

struct iovec *import_iovec(const struct iovec __user *uv, unsigned int n, int too_many,
			   struct iov_iter *iter)
{
	struct iovec *v = iovec_from_user(uv, n, too_many);

	if (IS_ERR(v))
		return v;
	*iter = (struct iov_iter){.v = v};
	for (unsigned int i = 0; i < n; i++) {
		if (!access_ok(v[i].iov_base, v[i].iov_len)) {
			kfree(v);
			return ERR_PTR(-EFAULT);
		}
		iter->count = min(iter->count + v[i].iov_len, MAX_RW_COUNT);
	}
	return v;
}

ssize_t vfs_rw_iter(struct file *f, const struct iovec *v, unsigned long n, loff_t *pos, bool write)
{
	struct iov_iter iter = {.v = v, .pos = pos};

	for (unsigned long i = 0; i < n; i++) {
		if (!access_ok(v[i].iov_base, v[i].iov_len))
			return -EFAULT;
		iter.count = min(iter.count + v[i].iov_len, MAX_RW_COUNT);
	}
	if (can_pread(f) && !range_ok(f, *pos, iter.count))
		return -EINVAL;
	return write ? f->f_op->write_iter(f, &iter) : f->f_op->read_iter(f, &iter);
}

ssize_t kernel_write_iter(struct file *f, const void *buf, size_t n, loff_t *pos)
{
	struct iovec v = {(void *)buf, n};

	return f->f_op->write_iter(
		f, &(struct iov_iter){.v = &v, .count = n, .kernel = true, .pos = pos});
}
