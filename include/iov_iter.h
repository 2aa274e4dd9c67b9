/* SPDX-License-Identifier: MIT */
/* A vector of user buffers: fs/iov_iter.c. */
#ifndef IOV_ITER_H
#define IOV_ITER_H

#include <types.h>
#include <linux/uio.h>

/* What of a vector was not copied yet. */
struct iov_iter {
	const struct iovec *v; /* the piece that comes next, */
	size_t offset;	       /* from here on */
	size_t count;	       /* bytes, in all pieces */
	bool kernel;	       /* the pieces are kernel memory */
	bool nonblock;	       /* splice asks a stream socket not to wait, RWF_NOWAIT an eventfd */
	loff_t *pos;	       /* of the file, for a file that has one */
};

/* The bytes copied; less than @n at the end of the vector, or if user memory faults. */
size_t copy_iter(struct iov_iter *i, char *buf, size_t n, bool out);

static inline size_t copy_to_iter(const void *from, size_t n, struct iov_iter *to)
{
	return copy_iter(to, (char *)from, n, true);
}

static inline size_t copy_from_iter(void *to, size_t n, struct iov_iter *from)
{
	return copy_iter(from, to, n, false);
}

/*
 * A copy of the user's vector, to be freed. Its addresses may be of another process. ERR_PTR:
 * -EFAULT, -EINVAL, -ENOMEM; @too_many if there are more than UIO_MAXIOV pieces.
 */
struct iovec *iovec_from_user(const struct iovec __user *uv, size_t n, int too_many);
/*
 * The same with addresses of current, and *iter at its start. Only 32 bits of the user's number of
 * pieces count, as on Linux.
 */
struct iovec *import_iovec(const struct iovec __user *uv, unsigned int n, int too_many,
			   struct iov_iter *iter);

#endif
