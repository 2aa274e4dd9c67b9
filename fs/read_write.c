/* SPDX-License-Identifier: MIT */
/*
 * Reading, writing and seeking: the checks common to all files, the methods of
 * regular files on top of the page cache, and read and write; readv and its like are in readv.c.
 *
 *   sys_read ─> do_rw ─> vfs_rw ─> f_op->read ─> generic_file_read ─> filemap_read (mm)
 *
 * A plain read is a vector of one piece. A vector is read or written piece by piece; a pipe gets it
 * whole, because its small writes are atomic.
 * Abridges Linux's fs/read_write.c and the file half of mm/filemap.c. Left out: asynchronous and
 * direct I/O.
 */
#include <file.h>
#include <fs.h>
#include <pagecache.h>
#include <signal.h>
#include <slab.h>
#include <syscalls.h>
#include <task.h>
#include <asm/uaccess.h>
#include <linux/eventpoll.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/uio.h>
#include "internal.h"

/*
 * Passes one piece to the file's ->read or ->write, after checking that its range is possible.
 * Returns the bytes done or -errno.
 */
static ssize_t vfs_rw(struct file *f, const struct iovec *v, loff_t *pos, bool write)
{
	const struct file_operations *op = f->f_op;
	size_t n = v->iov_len;

	if (write ? !op->write : !op->read)
		return -EINVAL;
	if (!access_ok(v->iov_base, n))
		return -EFAULT;
	if (!range_ok(f, *pos, n))
		return -EINVAL;
	n = min(n, MAX_RW_COUNT);
	return write ? op->write(f, v->iov_base, n, pos) : op->read(f, v->iov_base, n, pos);
}

/* ---- regular files -------------------------------------------------------- */

static ssize_t read_file(struct file *f, void *buf, size_t n, loff_t *pos, bool user)
{
	ssize_t done = n ? filemap_read(f, buf, n, pos, user) : 0;

	if (n && done >= 0)
		touch_atime(f);
	return done;
}

ssize_t generic_file_read(struct file *f, char __user *buf, size_t n, loff_t *pos)
{
	return read_file(f, buf, n, pos, true);
}

/*
 * Moves *pos to the end for O_APPEND, and cuts *n to what RLIMIT_FSIZE allows. i_rwsem held.
 * Returns 0 or -EFBIG.
 */
static int generic_write_checks(struct file *f, loff_t *pos, size_t *n)
{
	u64 limit = min_t(u64, rlimit(RLIMIT_FSIZE), INT64_MAX);

	if ((f->f_flags & O_APPEND) || *pos == RW_AT_END)
		*pos = f->f_inode->i_size;
	if ((u64)*pos >= limit) {
		if (limit != INT64_MAX)
			send_sig(SIGXFSZ, current, 0);
		return -EFBIG;
	}
	*n = min_t(u64, *n, limit - *pos);
	return seal_check_write(f->f_inode, *pos + *n);
}

static ssize_t write_file(struct file *f, const void *buf, size_t n, loff_t *pos, bool user)
{
	struct inode *inode = f->f_inode;
	loff_t at = *pos;
	ssize_t ret;

	if (!n)
		return 0;
	down_write(&inode->i_rwsem);
	ret = generic_write_checks(f, &at, &n) ?: file_remove_privs(f) ?: file_update_time(f);
	if (!ret)
		ret = filemap_write(f, buf, n, &at, user);
	up_write(&inode->i_rwsem);
	*pos = ret > 0 ? at : *pos;
	return ret;
}

ssize_t generic_file_write(struct file *f, const char __user *buf, size_t n, loff_t *pos)
{
	return write_file(f, buf, n, pos, true);
}

ssize_t kernel_read(struct file *f, void *buf, size_t n, loff_t *pos)
{
	if (!(f->f_mode & FMODE_READ) || f->f_op->read != generic_file_read)
		return -EINVAL;
	if (*pos < 0 || n > (size_t)(INT64_MAX - *pos))
		return -EINVAL;
	return read_file(f, buf, min(n, MAX_RW_COUNT), pos, false);
}

ssize_t kernel_write(struct file *f, const void *buf, size_t n, loff_t *pos)
{
	if (!(f->f_mode & FMODE_WRITE) || f->f_op->write != generic_file_write)
		return -EINVAL;
	return write_file(f, buf, min(n, MAX_RW_COUNT), pos, false);
}

/* ---- seeking ---------------------------------------------------------------- */

/* For files that have no position, but can be asked to move: it stays 0. */
loff_t noop_llseek(struct file *f, loff_t off __maybe_unused, int whence __maybe_unused)
{
	return f->f_pos;
}

loff_t generic_file_llseek(struct file *f, loff_t off, int whence)
{
	if (whence > SEEK_END)
		return -EINVAL;
	if (whence == SEEK_END)
		off = (u64)off + f->f_inode->i_size;
	else if (whence == SEEK_CUR)
		off = (u64)off + f->f_pos;
	if (off < 0)
		return -EINVAL;
	f->f_pos = off;
	return off;
}

long sys_lseek(unsigned int fd, loff_t off, unsigned int whence)
{
	struct file *f = fget(fd);
	loff_t ret = -EINVAL;

	if (!f)
		return -EBADF;
	mutex_lock(&f->f_pos_lock);
	if (whence <= SEEK_HOLE)
		ret = f->f_op->llseek ? f->f_op->llseek(f, off, whence) : -ESPIPE;
	mutex_unlock(&f->f_pos_lock);
	fput(f);
	return ret;
}

/* ---- read and write ---------------------------------------------------------- */

/* True if another read would sleep. A vector that has read something ends then. */
static bool would_block(struct file *f)
{
	return f->f_op->poll && !(f->f_op->poll(f, NULL) & (EPOLLIN | EPOLLHUP));
}

static noinline ssize_t rw_pieces(struct file *f, const struct iovec *v, unsigned long n,
				  loff_t *pos, bool write)
{
	ssize_t done = 0, ret;

	for (unsigned long i = 0; i < n; i++) {
		if (done && !write && would_block(f))
			break;
		ret = vfs_rw(f, &v[i], pos, write);
		if (ret < 0)
			return done ? done : ret;
		done += ret;
		if ((size_t)ret != v[i].iov_len)
			break;
	}
	return done;
}

static ssize_t vfs_rw_vector(struct file *f, const struct iovec *v, unsigned long n, loff_t *pos,
			     bool write)
{
	if (!(f->f_mode & (write ? FMODE_WRITE : FMODE_READ)))
		return -EBADF;
	if (write ? f->f_op->write_iter : f->f_op->read_iter)
		return vfs_rw_iter(f, v, n, pos, write);
	return n == 1 ? vfs_rw(f, v, pos, write) : rw_pieces(f, v, n, pos, write);
}

/* No other thread moves f_pos meanwhile. */
static noinline long rw_locked(struct file *f, const struct iovec *v, unsigned long n, bool write)
{
	long ret;

	mutex_lock(&f->f_pos_lock);
	ret = vfs_rw_vector(f, v, n, &f->f_pos, write);
	mutex_unlock(&f->f_pos_lock);
	return ret;
}

long rw_file(struct file *f, const struct iovec *v, unsigned long n, loff_t *pos, bool write)
{
	if (!pos && (f->f_mode & FMODE_ATOMIC_POS))
		return rw_locked(f, v, n, write);
	if (pos && (!can_pread(f) || (write && (f->f_mode & FMODE_NO_PWRITE))))
		return -ESPIPE;
	return vfs_rw_vector(f, v, n, pos ?: &f->f_pos, write);
}

static inline long do_rw(unsigned int fd, const struct iovec *v, loff_t *pos, bool write)
{
	struct file *f = fget(fd);
	long ret;

	if (!f)
		return -EBADF;
	ret = rw_file(f, v, 1, pos, write);
	fput(f);
	return ret;
}

long sys_read(unsigned int fd, char __user *buf, size_t n)
{
	return do_rw(fd, &(struct iovec){buf, n}, NULL, false);
}

long sys_write(unsigned int fd, const char __user *buf, size_t n)
{
	return do_rw(fd, &(struct iovec){(void *)buf, n}, NULL, true);
}

long sys_pread64(unsigned int fd, char __user *buf, size_t n, loff_t pos)
{
	return pos < 0 ? -EINVAL : do_rw(fd, &(struct iovec){buf, n}, &pos, false);
}

long sys_pwrite64(unsigned int fd, const char __user *buf, size_t n, loff_t pos)
{
	return pos < 0 ? -EINVAL : do_rw(fd, &(struct iovec){(void *)buf, n}, &pos, true);
}
