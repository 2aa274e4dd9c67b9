/* SPDX-License-Identifier: MIT */
/*
 * Bytes between files without a user buffer: splice, tee, vmsplice, sendfile and copy_file_range.
 * All go through a pipe, whose buffers are references to pages:
 *
 *   file in memory ─ its own pages ─┐               ┌─ write ─> file, socket, terminal
 *   socket, terminal ─ new pages ───┼─> pipe buffers ┼─ moved, or shared (tee) ─> pipe
 *   user memory ─ its own pages ────┘               └─ copied ─> user memory (vmsplice)
 *
 * sendfile and copy_file_range make a pipe that nobody else sees.
 * Abridges Linux's fs/splice.c, and do_sendfile and copy_file_range of fs/read_write.c. Left out:
 * moving a page from a pipe into the page cache, which Linux 6.1 does not do either.
 * Not on the road of an exec.
 */
#include <file.h>
#include <frames.h>
#include <fs.h>
#include <mm.h>
#include <pagecache.h>
#include <pipe_fs_i.h>
#include <signal.h>
#include <slab.h>
#include <syscalls.h>
#include <task.h>
#include <asm/page.h>
#include <asm/uaccess.h>
#include <linux/fcntl.h>
#include "internal.h"

#define MAX_NEW_PAGES 256 /* of one read: a pipe holds no more, but for a privilege */

/* ---- file to pipe ---------------------------------------------------------------------- */

/*
 * Adds to the pipe @n bytes of zeros, in one page. @again: its last buffer is of the same hole,
 * and takes what fits. Returns the bytes added; 0: the pipe is full.
 */
static size_t splice_zeros(struct pipe_inode_info *pipe, size_t n, bool again)
{
	struct pipe_buffer *last = pipe_buf(pipe, pipe->head - 1);
	struct page *page;

	if (again && last->len < PAGE_SIZE) {
		n = min(n, PAGE_SIZE - last->len);
		last->len += n;
		return n;
	}
	page = pipe_full(pipe) ? NULL : alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!page)
		return 0;
	pipe_add(pipe, page, 0, n);
	return n;
}

ssize_t filemap_splice_read(struct file *in, loff_t *pos, struct pipe_inode_info *pipe, size_t len,
			    unsigned int flags __maybe_unused)
{
	loff_t end = in->f_mapping->host->i_size;
	size_t done = 0, n = 1;
	bool hole = false;

	while (done < len && *pos < end && n) {
		struct page *page = find_get_page(in->f_mapping, *pos >> PAGE_SHIFT);

		n = min_t(size_t, min(len - done, PAGE_SIZE - offset_in_page(*pos)), end - *pos);
		if (!page) {
			n = splice_zeros(pipe, n, hole);
		} else if (!pipe_full(pipe)) {
			pipe_add(pipe, page, offset_in_page(*pos), n);
		} else {
			put_page(page);
			break;
		}
		hole = !page;
		done += n;
		*pos += n;
	}
	touch_atime(in);
	return done;
}

/* @n new pages, each one piece of the vector. NULL: no memory. */
static struct iovec *alloc_page_vector(unsigned int n)
{
	struct iovec *v = kmalloc(n * sizeof(*v), GFP_KERNEL);

	for (unsigned int i = 0; v && i < n; i++) {
		v[i] = (struct iovec){__get_free_pages(GFP_KERNEL, 0), PAGE_SIZE};
		if (v[i].iov_base)
			continue;
		while (i--)
			free_pages(v[i].iov_base, 0);
		kfree(v);
		return NULL;
	}
	return v;
}

ssize_t generic_file_splice_read(struct file *in, loff_t *pos, struct pipe_inode_info *pipe,
				 size_t len, unsigned int flags)
{
	unsigned int n = min_t(size_t, DIV_ROUND_UP(len, PAGE_SIZE), MAX_NEW_PAGES);
	struct iovec *v = alloc_page_vector(n);
	struct iov_iter to = {.v = v,
			      .count = min(len, n * PAGE_SIZE),
			      .kernel = true,
			      .nonblock = flags & SPLICE_F_NONBLOCK,
			      .pos = pos};
	ssize_t ret = v ? in->f_op->read_iter(in, &to) : -ENOMEM, left = ret;

	for (unsigned int i = 0; v && i < n; i++, left -= PAGE_SIZE) {
		if (left > 0)
			pipe_add(pipe, virt_to_page(v[i].iov_base), 0,
				 min(left, (ssize_t)PAGE_SIZE));
		else
			free_pages(v[i].iov_base, 0);
	}
	kfree(v);
	if (ret > 0)
		touch_atime(in);
	return ret;
}

/* @pos and its end are not negative. */
static bool area_ok(const struct file *f, loff_t pos, size_t len)
{
	return pos >= 0 && (ssize_t)len >= 0 && range_ok(f, pos, len);
}

/* Not more than the pipe, whose mutex is held, has room for. */
static ssize_t do_splice_to(struct file *in, loff_t *pos, struct pipe_inode_info *pipe, size_t len,
			    unsigned int flags)
{
	size_t room = (pipe->ring_size - (pipe->head - pipe->tail)) * PAGE_SIZE;

	if (!(in->f_mode & FMODE_READ))
		return -EBADF;
	len = min(len, room);
	if (!area_ok(in, *pos, len) || !in->f_op->splice_read)
		return -EINVAL;
	return in->f_op->splice_read(in, pos, pipe, min(len, MAX_RW_COUNT), flags);
}

static ssize_t splice_file_to_pipe(struct file *in, struct pipe_inode_info *pipe, loff_t *pos,
				   size_t len, unsigned int flags)
{
	ssize_t ret;

	mutex_lock(&pipe->mutex);
	ret = pipe_wait_space(pipe, flags & SPLICE_F_NONBLOCK);
	if (!ret)
		ret = do_splice_to(in, pos, pipe, len, flags);
	mutex_unlock(&pipe->mutex);
	if (ret > 0)
		pipe_wake_readers(pipe);
	return ret;
}

/* ---- pipe to file ---------------------------------------------------------------------- */

/* Waits for the first bytes. mutex held. 1; 0: no more will come, or @done; or -errno. */
static int splice_from_pipe_next(struct pipe_inode_info *pipe, bool done, bool nonblock)
{
	int err = signal_pending(current) ? -ERESTARTSYS : 0;

	while (!err) {
		while (!pipe_empty(pipe) && !pipe_buf(pipe, pipe->tail)->len)
			pipe_consume(pipe, 0); /* see pipe_append */
		if (!pipe_empty(pipe))
			return 1;
		if (done || !pipe->writers)
			return 0;
		err = pipe_wait_readable(pipe, nonblock);
	}
	return err;
}

ssize_t splice_from_pipe(struct pipe_inode_info *pipe, void *to, loff_t *pos, size_t len,
			 unsigned int flags, splice_actor *actor)
{
	size_t done = 0;
	ssize_t ret = 0;

	mutex_lock(&pipe->mutex);
	while (done < len) {
		struct pipe_buffer *buf;

		ret = splice_from_pipe_next(pipe, done, flags & SPLICE_F_NONBLOCK);
		if (ret <= 0)
			break;
		buf = pipe_buf(pipe, pipe->tail);
		ret = actor(to, (char *)page_address(buf->page) + buf->offset,
			    min(len - done, (size_t)buf->len), pos);
		if (ret <= 0)
			break;
		pipe_consume(pipe, ret);
		done += ret;
	}
	mutex_unlock(&pipe->mutex);
	if (done)
		pipe_wake_writers(pipe);
	return done ? (ssize_t)done : ret;
}

static ssize_t pipe_to_file(void *to, const void *bytes, size_t n, loff_t *pos)
{
	struct file *out = to;

	return (out->f_op->write_iter ? kernel_write_iter : kernel_write)(out, bytes, n, pos);
}

ssize_t iter_file_splice_write(struct pipe_inode_info *pipe, struct file *out, loff_t *pos,
			       size_t len, unsigned int flags)
{
	return splice_from_pipe(pipe, out, pos, len, flags, pipe_to_file);
}

static ssize_t do_splice_from(struct pipe_inode_info *pipe, struct file *out, loff_t *pos,
			      size_t len, unsigned int flags)
{
	if (!out->f_op->splice_write)
		return -EINVAL;
	return out->f_op->splice_write(pipe, out, pos, len, flags);
}

/* ---- file to file ---------------------------------------------------------------------- */

/* A pipeful from @in to @out. Returns the bytes; fewer than *n, which were read, are the last. */
static ssize_t splice_pipeful(struct pipe_inode_info *pipe, struct file *in, loff_t *pos,
			      struct file *out, loff_t *opos, size_t *n)
{
	loff_t from = *pos;
	ssize_t ret = do_splice_to(in, &from, pipe, *n, 0);

	if (ret <= 0)
		return ret;
	*n = ret;
	ret = do_splice_from(pipe, out, opos, *n, 0);
	if (ret > 0)
		*pos = (size_t)ret == *n ? from : *pos + ret;
	return ret;
}

/* The offsets move by what was done. What was read and not written is read again next time. */
static ssize_t do_splice_direct(struct file *in, loff_t *pos, struct file *out, loff_t *opos,
				size_t len)
{
	struct pipe_inode_info *pipe;
	size_t done = 0, n;
	ssize_t ret;

	if (!can_pread(in)) /* it cannot be read again */
		return -EINVAL;
	pipe = alloc_pipe_info();
	if (!pipe)
		return -ENOMEM;
	pipe->readers = 1;
	do {
		n = len - done;
		ret = n ? splice_pipeful(pipe, in, pos, out, opos, &n) : 0;
		done += max(ret, 0L);
	} while (ret > 0 && (size_t)ret == n);
	touch_atime(in);
	free_pipe_info(pipe);
	return done ? (ssize_t)done : ret;
}

/* @pos NULL: the file's own. A file NULL: its descriptor is not open. */
static ssize_t do_sendfile(struct file *in, loff_t *pos, struct file *out, size_t n)
{
	struct pipe_inode_info *pipe;
	loff_t from, to;
	ssize_t ret;

	if (!in || !(in->f_mode & FMODE_READ))
		return -EBADF;
	if (pos && !can_pread(in))
		return -ESPIPE;
	from = pos ? *pos : in->f_pos;
	if (!area_ok(in, from, n))
		return -EINVAL;
	if (!out || !(out->f_mode & FMODE_WRITE))
		return -EBADF;
	pipe = get_pipe_info(out);
	to = out->f_pos;
	n = min(n, MAX_RW_COUNT);
	if (pipe)
		ret = splice_file_to_pipe(in, pipe, &from, n,
					  out->f_flags & O_NONBLOCK ? SPLICE_F_NONBLOCK : 0);
	else if ((out->f_flags & O_APPEND) || !area_ok(out, to, n))
		ret = -EINVAL;
	else
		ret = do_splice_direct(in, &from, out, &to, n);
	if (ret <= 0)
		return ret;
	*(pos ?: &in->f_pos) = from;
	out->f_pos = to;
	return ret;
}

static void put_files(struct file *in, struct file *out)
{
	if (in)
		fput(in);
	if (out)
		fput(out);
}

long sys_sendfile(int out_fd, int in_fd, loff_t __user *off, size_t n)
{
	struct file *in, *out;
	loff_t from;
	long ret;

	if (off && get_user(from, off)) /* before the descriptors */
		return -EFAULT;
	in = fget(in_fd);
	out = fget(out_fd);
	ret = do_sendfile(in, off ? &from : NULL, out, n);
	put_files(in, out);
	return off && put_user(from, off) ? -EFAULT : ret;
}

/* Cuts *n at the end of @in. */
static long copy_range_check(struct file *in, loff_t from, struct file *out, loff_t to, size_t *n)
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

/* With @uin or @uout this offset is used and moved, not the file's position. */
static long do_copy_file_range(struct file *in, loff_t __user *uin, struct file *out,
			       loff_t __user *uout, size_t n, unsigned int flags)
{
	loff_t from = in->f_pos, to = out->f_pos;
	long ret;

	if ((uin && get_user(from, uin)) || (uout && get_user(to, uout)))
		return -EFAULT;
	if (flags)
		return -EINVAL;
	ret = copy_range_check(in, from, out, to, &n);
	if (!ret && n)
		ret = do_splice_direct(in, &from, out, &to, min(n, MAX_RW_COUNT));
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

long sys_copy_file_range(int in_fd, loff_t __user *off_in, int out_fd, loff_t __user *off_out,
			 size_t n, unsigned int flags)
{
	struct file *in = fget(in_fd), *out = fget(out_fd);
	long ret = -EBADF;

	if (in && out)
		ret = do_copy_file_range(in, off_in, out, off_out, n, flags);
	put_files(in, out);
	return ret;
}

/* ---- pipe to pipe ---------------------------------------------------------------------- */

/* Adds up to @len bytes of @buf, whose page the two pipes share then. */
static size_t share_buffer(struct pipe_inode_info *out, const struct pipe_buffer *buf, size_t len)
{
	struct pipe_buffer *copy = pipe_buf(out, out->head++);

	get_page(buf->page);
	*copy = *buf;
	copy->len = min(len, (size_t)buf->len);
	copy->own = false;
	return copy->len;
}

/* The first buffer as it is, or if it is longer than @len a part of it. Returns the bytes. */
static size_t move_buffer(struct pipe_inode_info *in, struct pipe_inode_info *out, size_t len)
{
	struct pipe_buffer *buf = pipe_buf(in, in->tail);

	if (buf->len > len) {
		pipe_consume(in, share_buffer(out, buf, len));
		return len;
	}
	*pipe_buf(out, out->head++) = *buf;
	in->tail++;
	return buf->len;
}

/*
 * Moves (@tee: shares) the buffers that are there, as far as there is room. Both mutexes held.
 * Returns the bytes; 0: there is nothing, and no more will come; -EAGAIN; or -EPIPE.
 */
static ssize_t splice_buffers(struct pipe_inode_info *in, struct pipe_inode_info *out, size_t len,
			      bool tee)
{
	unsigned int next = in->tail;
	size_t done = 0;

	while (done < len) {
		if (pipe_wait_space(out, true) == -EPIPE)
			return done ? (ssize_t)done : -EPIPE;
		if (next == in->head || pipe_full(out))
			break;
		if (tee)
			done += share_buffer(out, pipe_buf(in, next), len - done);
		else
			done += move_buffer(in, out, len - done);
		next = tee ? next + 1 : in->tail;
	}
	return done || tee || (pipe_empty(in) && !in->writers) ? (ssize_t)done : -EAGAIN;
}

/* Waits for bytes in @in, then for room in @out. */
static int pipes_prep(struct pipe_inode_info *in, struct pipe_inode_info *out, bool nonblock)
{
	int err;

	mutex_lock(&in->mutex);
	err = pipe_wait_readable(in, nonblock);
	mutex_unlock(&in->mutex);
	if (err)
		return err;
	mutex_lock(&out->mutex);
	err = pipe_wait_space(out, nonblock);
	mutex_unlock(&out->mutex);
	return err;
}

/* Again and again, if others take the bytes or the room meanwhile. */
static ssize_t splice_pipe_to_pipe(struct pipe_inode_info *in, struct pipe_inode_info *out,
				   size_t len, bool nonblock, bool tee)
{
	ssize_t ret;

	do {
		ret = pipes_prep(in, out, nonblock);
		if (ret)
			return ret;
		pipe_double_lock(in, out);
		ret = splice_buffers(in, out, len, tee);
		mutex_unlock(&in->mutex);
		mutex_unlock(&out->mutex);
	} while (ret == -EAGAIN && !nonblock);
	if (ret > 0) {
		pipe_wake_readers(out);
		if (!tee)
			pipe_wake_writers(in);
	}
	return ret;
}

static bool any_nonblock(const struct file *in, const struct file *out, unsigned int flags)
{
	return (flags & SPLICE_F_NONBLOCK) || ((in->f_flags | out->f_flags) & O_NONBLOCK);
}

static long do_tee(struct file *in, struct file *out, size_t len, unsigned int flags)
{
	struct pipe_inode_info *ipipe = get_pipe_info(in), *opipe = get_pipe_info(out);

	if (!(in->f_mode & FMODE_READ) || !(out->f_mode & FMODE_WRITE))
		return -EBADF;
	if (!ipipe || !opipe || ipipe == opipe)
		return -EINVAL;
	return splice_pipe_to_pipe(ipipe, opipe, len, any_nonblock(in, out, flags), true);
}

long sys_tee(int in_fd, int out_fd, size_t len, unsigned int flags)
{
	struct file *in, *out;
	long ret = -EBADF;

	if (flags & ~SPLICE_F_ALL)
		return -EINVAL;
	if (!len)
		return 0;
	in = fget(in_fd);
	out = fget(out_fd);
	if (in && out)
		ret = do_tee(in, out, len, flags);
	put_files(in, out);
	return ret;
}

/* ---- splice ---------------------------------------------------------------------------- */

/* @pos: of the file that is no pipe; *pos moves. @at: it is an argument, not the file's own. */
static ssize_t do_splice(struct file *in, struct file *out, loff_t *pos, bool at, size_t len,
			 unsigned int flags)
{
	struct pipe_inode_info *ipipe = get_pipe_info(in), *opipe = get_pipe_info(out);

	if (!(in->f_mode & FMODE_READ) || !(out->f_mode & FMODE_WRITE))
		return -EBADF;
	if (ipipe == opipe) /* one pipe, or none */
		return -EINVAL;
	if (ipipe && opipe)
		return splice_pipe_to_pipe(ipipe, opipe, len, any_nonblock(in, out, flags), false);
	if (at && !can_pread(ipipe ? out : in))
		return -EINVAL;
	if ((ipipe ? in : out)->f_flags & O_NONBLOCK)
		flags |= SPLICE_F_NONBLOCK;
	if (opipe)
		return splice_file_to_pipe(in, opipe, pos, len, flags);
	if ((out->f_flags & O_APPEND) || !area_ok(out, *pos, len))
		return -EINVAL;
	return do_splice_from(ipipe, out, pos, len, flags);
}

/* With @uin or @uout this offset is used and moved, not the file's position. */
static long splice_at(struct file *in, loff_t __user *uin, struct file *out, loff_t __user *uout,
		      size_t len, unsigned int flags)
{
	struct file *file = get_pipe_info(in) ? out : in; /* which has a position */
	loff_t __user *at = uin ?: uout;
	loff_t pos = file->f_pos;
	ssize_t ret;

	if ((uin && get_pipe_info(in)) || (uout && get_pipe_info(out)))
		return -ESPIPE;
	if ((uout && get_user(pos, uout)) || (uin && get_user(pos, uin)))
		return -EFAULT;
	ret = do_splice(in, out, &pos, at, len, flags);
	if (!at)
		file->f_pos = pos;
	return at && ret >= 0 && put_user(pos, at) ? -EFAULT : ret;
}

long sys_splice(int in_fd, loff_t __user *off_in, int out_fd, loff_t __user *off_out, size_t len,
		unsigned int flags)
{
	struct file *in, *out;
	long ret = -EBADF;

	if (!len)
		return 0;
	if (flags & ~SPLICE_F_ALL)
		return -EINVAL;
	in = fget(in_fd);
	out = fget(out_fd);
	if (in && out)
		ret = splice_at(in, off_in, out, off_out, len, flags);
	put_files(in, out);
	return ret;
}

/* ---- user memory ----------------------------------------------------------------------- */

static ssize_t pipe_to_user(void *to, const void *bytes, size_t n, loff_t *pos __maybe_unused)
{
	return copy_to_iter(bytes, n, to) == n ? (ssize_t)n : -EFAULT;
}

/* Adds the page at @p, with @n bytes. mutex held. 0; -EAGAIN: the pipe is full; or -errno. */
static int user_page_to_pipe(char __user *p, size_t n, struct pipe_inode_info *pipe)
{
	struct mm_struct *mm = current->mm;
	struct page *page;

	if (pipe_full(pipe))
		return -EAGAIN;
	mmap_read_lock(mm);
	page = get_user_page(mm, (unsigned long)p, false, false);
	mmap_read_unlock(mm);
	if (IS_ERR(page))
		return PTR_ERR(page);
	pipe_add(pipe, page, offset_in_page(p), n);
	return 0;
}

/* The pages themselves: what the program writes to them later is read from the pipe. */
static ssize_t iter_to_pipe(const struct iov_iter *from, struct pipe_inode_info *pipe)
{
	const struct iovec *v = from->v;
	size_t done = 0, at = 0;
	int err = 0;

	while (done < from->count && !err) {
		char __user *p = (char __user *)v->iov_base + at;
		size_t n = min(v->iov_len - at, PAGE_SIZE - offset_in_page(p));

		n = min(n, from->count - done);
		if (n)
			err = user_page_to_pipe(p, n, pipe);
		done += err ? 0 : n;
		at += n;
		if (at == v->iov_len) {
			v++;
			at = 0;
		}
	}
	return done ? (ssize_t)done : err;
}

static ssize_t vmsplice_to_pipe(struct pipe_inode_info *pipe, const struct iov_iter *from,
				unsigned int flags)
{
	ssize_t ret;

	mutex_lock(&pipe->mutex);
	ret = pipe_wait_space(pipe, flags & SPLICE_F_NONBLOCK);
	if (!ret)
		ret = iter_to_pipe(from, pipe);
	mutex_unlock(&pipe->mutex);
	if (ret > 0)
		pipe_wake_readers(pipe);
	return ret;
}

static long do_vmsplice(struct file *f, const struct iovec __user *uv, unsigned long n,
			unsigned int flags)
{
	struct pipe_inode_info *pipe = get_pipe_info(f);
	struct iov_iter iter;
	struct iovec *v;
	long ret = 0;

	if (!(f->f_mode & (FMODE_READ | FMODE_WRITE)))
		return -EBADF;
	v = import_iovec(uv, n, -EINVAL, &iter);
	if (IS_ERR(v))
		return PTR_ERR(v);
	if (iter.count && !pipe)
		ret = -EBADF;
	else if (iter.count && (f->f_mode & FMODE_WRITE))
		ret = vmsplice_to_pipe(pipe, &iter, flags);
	else if (iter.count)
		ret = splice_from_pipe(pipe, &iter, NULL, iter.count, flags, pipe_to_user);
	kfree(v);
	return ret;
}

long sys_vmsplice(int fd, const struct iovec __user *uv, unsigned long n, unsigned int flags)
{
	struct file *f;
	long ret;

	if (flags & ~SPLICE_F_ALL)
		return -EINVAL;
	f = fget(fd);
	if (!f)
		return -EBADF;
	ret = do_vmsplice(f, uv, n, flags);
	fput(f);
	return ret;
}
