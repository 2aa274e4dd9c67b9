/* SPDX-License-Identifier: MIT */
/*
 * Bytes in and out of open files: the checks common to all files, regular
 * files on top of the page cache, seeking, and the many forms of read and write.
 *
 *   sys_read ─> vfs_read ─> f_op->read ─> generic_file_read ─> filemap_read (mm)
 *
 * Abridges Linux's fs/read_write.c and the file half of mm/filemap.c. A vector
 * is done piece by piece: for a pipe only each piece is atomic, not the whole.
 */
#include <fs.h>
#include <mm.h>
#include <sched.h>
#include <string.h>
#include <syscalls.h>
#include <asm/uaccess.h>
#include <linux/eventpoll.h>
#include <linux/fs.h>

#define MAX_RW_COUNT ((size_t)(INT32_MAX & PAGE_MASK))

/* ---- checks -------------------------------------------------------------- */

/* A range that no file can have is refused. 0, -EINVAL or -EOVERFLOW. */
static int rw_verify_area(loff_t pos, size_t n)
{
	if ((ssize_t)n < 0 || pos < 0)
		return -EINVAL;
	if (n > (size_t)(INT64_MAX - pos))
		return -EINVAL;
	return 0;
}

ssize_t vfs_read(struct file *f, char __user *buf, size_t n, loff_t *pos)
{
	int err;

	if (!(f->f_mode & FMODE_READ))
		return -EBADF;
	if (!f->f_op->read)
		return -EINVAL;
	if (!access_ok(buf, n))
		return -EFAULT;
	err = rw_verify_area(*pos, n);
	return err ? err : f->f_op->read(f, buf, min(n, MAX_RW_COUNT), pos);
}

ssize_t vfs_write(struct file *f, const char __user *buf, size_t n, loff_t *pos)
{
	int err;

	if (!(f->f_mode & FMODE_WRITE))
		return -EBADF;
	if (!f->f_op->write)
		return -EINVAL;
	if (!access_ok(buf, n))
		return -EFAULT;
	err = rw_verify_area(*pos, n);
	return err ? err : f->f_op->write(f, buf, min(n, MAX_RW_COUNT), pos);
}

/* ---- regular files -------------------------------------------------------- */

ssize_t generic_file_read(struct file *f, char __user *buf, size_t n, loff_t *pos)
{
	ssize_t done;

	if (!n)
		return 0;
	done = filemap_read(f, buf, n, pos, true);
	if (done >= 0)
		touch_atime(f);
	return done;
}

/*
 * Cuts *n to what the file may grow; moves *pos to the end for O_APPEND. i_rwsem held. 0 or
 * -EFBIG.
 */
static int generic_write_checks(struct file *f, loff_t *pos, size_t *n)
{
	u64 limit = rlimit(RLIMIT_FSIZE);

	if (f->f_flags & O_APPEND)
		*pos = f->f_inode->i_size;
	if (limit != RLIM_INFINITY) {
		if ((u64)*pos >= limit) {
			send_sig(SIGXFSZ, current, 0);
			return -EFBIG;
		}
		*n = min_t(u64, *n, limit - *pos);
	}
	if (*pos == INT64_MAX)
		return -EFBIG;
	*n = min_t(u64, *n, INT64_MAX - *pos);
	return 0;
}

static ssize_t write_file(struct file *f, const void *buf, size_t n, loff_t *pos, bool user)
{
	struct inode *inode = f->f_inode;
	ssize_t ret;

	if (!n)
		return 0;
	down_write(&inode->i_rwsem);
	ret = generic_write_checks(f, pos, &n);
	if (!ret)
		ret = file_remove_privs(f);
	if (!ret)
		ret = file_update_time(f);
	if (!ret)
		ret = filemap_write(f, buf, n, pos, user);
	up_write(&inode->i_rwsem);
	return ret;
}

ssize_t generic_file_write(struct file *f, const char __user *buf, size_t n, loff_t *pos)
{
	return write_file(f, buf, n, pos, true);
}

ssize_t kernel_read(struct file *f, void *buf, size_t n, loff_t *pos)
{
	ssize_t done;

	if (!(f->f_mode & FMODE_READ) || f->f_op->read != generic_file_read)
		return -EINVAL;
	done = rw_verify_area(*pos, n);
	if (done || !n)
		return done;
	done = filemap_read(f, buf, min(n, MAX_RW_COUNT), pos, false);
	if (done >= 0)
		touch_atime(f);
	return done;
}

ssize_t kernel_write(struct file *f, const void *buf, size_t n, loff_t *pos)
{
	if (!(f->f_mode & FMODE_WRITE) || f->f_op->write != generic_file_write)
		return -EINVAL;
	return write_file(f, buf, min(n, MAX_RW_COUNT), pos, false);
}

ssize_t simple_read_from_buffer(char __user *to, size_t n, loff_t *pos, const void *from,
				size_t available)
{
	size_t left;

	if (*pos < 0)
		return -EINVAL;
	if ((u64)*pos >= available || !n)
		return 0;
	n = min(n, available - (size_t)*pos);
	left = copy_to_user(to, (const char *)from + *pos, n);
	if (left == n)
		return -EFAULT;
	*pos += n - left;
	return n - left;
}

/* ---- seeking ---------------------------------------------------------------- */

loff_t no_llseek(struct file *f __maybe_unused, loff_t off __maybe_unused,
		 int whence __maybe_unused)
{
	return -ESPIPE;
}

/* A file without holes: data up to the end, and one hole behind it. */
loff_t generic_file_llseek(struct file *f, loff_t off, int whence)
{
	loff_t eof = f->f_inode->i_size;

	switch (whence) {
	case SEEK_END:
		off = (u64)off + eof;
		break;
	case SEEK_CUR:
		off = (u64)off + f->f_pos;
		break;
	case SEEK_DATA:
	case SEEK_HOLE:
		if ((u64)off >= (u64)eof)
			return -ENXIO;
		if (whence == SEEK_HOLE)
			off = eof;
		break;
	}
	if (off < 0)
		return -EINVAL;
	f->f_pos = off;
	return off;
}

/*
 * A descriptor whose f_pos is about to be used: with a reference, and with
 * f_pos_lock held where others could move f_pos meanwhile. NULL: not open.
 */
static struct file *fdget_pos(unsigned int fd)
{
	struct file *f = fget(fd);

	if (f && (f->f_mode & FMODE_ATOMIC_POS))
		mutex_lock(&f->f_pos_lock);
	return f;
}

static void fdput_pos(struct file *f)
{
	if (f->f_mode & FMODE_ATOMIC_POS)
		mutex_unlock(&f->f_pos_lock);
	fput(f);
}

long sys_lseek(unsigned int fd, loff_t off, unsigned int whence)
{
	struct file *f = fdget_pos(fd);
	loff_t ret = -EINVAL;

	if (!f)
		return -EBADF;
	if (whence <= SEEK_HOLE)
		ret = f->f_mode & FMODE_LSEEK ? f->f_op->llseek(f, off, whence) : -ESPIPE;
	fdput_pos(f);
	return ret;
}

/* ---- read and write ---------------------------------------------------------- */

long sys_read(unsigned int fd, char __user *buf, size_t n)
{
	struct file *f = fdget_pos(fd);
	long ret;

	if (!f)
		return -EBADF;
	ret = vfs_read(f, buf, n, &f->f_pos);
	fdput_pos(f);
	return ret;
}

long sys_write(unsigned int fd, const char __user *buf, size_t n)
{
	struct file *f = fdget_pos(fd);
	long ret;

	if (!f)
		return -EBADF;
	ret = vfs_write(f, buf, n, &f->f_pos);
	fdput_pos(f);
	return ret;
}

long sys_pread64(unsigned int fd, char __user *buf, size_t n, loff_t pos)
{
	struct file *f;
	long ret;

	if (pos < 0)
		return -EINVAL;
	f = fget(fd);
	if (!f)
		return -EBADF;
	ret = f->f_mode & FMODE_PREAD ? vfs_read(f, buf, n, &pos) : -ESPIPE;
	fput(f);
	return ret;
}

long sys_pwrite64(unsigned int fd, const char __user *buf, size_t n, loff_t pos)
{
	struct file *f;
	long ret;

	if (pos < 0)
		return -EINVAL;
	f = fget(fd);
	if (!f)
		return -EBADF;
	ret = f->f_mode & FMODE_PWRITE ? vfs_write(f, buf, n, &pos) : -ESPIPE;
	fput(f);
	return ret;
}

/* ---- vectors -------------------------------------------------------------------- */

/* A checked kernel copy, its sum cut to MAX_RW_COUNT. ERR_PTR(-EINVAL, -EFAULT, -ENOMEM). */
static struct iovec *import_iovec(const struct iovec __user *uv, unsigned long n)
{
	size_t room = MAX_RW_COUNT;
	struct iovec *v;

	if (n > UIO_MAXIOV)
		return ERR_PTR(-EINVAL);
	v = kmalloc(max(n, 1UL) * sizeof(*v), GFP_KERNEL);
	if (!v)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(v, uv, n * sizeof(*v))) {
		kfree(v);
		return ERR_PTR(-EFAULT);
	}
	for (unsigned long i = 0; i < n; i++) {
		int err = (ssize_t)v[i].iov_len < 0		   ? -EINVAL
			  : access_ok(v[i].iov_base, v[i].iov_len) ? 0
								   : -EFAULT;

		if (err) {
			kfree(v);
			return ERR_PTR(err);
		}
		v[i].iov_len = min(v[i].iov_len, room);
		room -= v[i].iov_len;
	}
	return v;
}

/* Would a further read sleep? Then a vector that has got something ends here. */
static bool would_block(struct file *f)
{
	return f->f_op->poll && !(f->f_op->poll(f, NULL) & (EPOLLIN | EPOLLHUP));
}

static ssize_t loop_readv_writev(struct file *f, const struct iovec *v, unsigned long n,
				 loff_t *pos, bool write)
{
	ssize_t done = 0, ret;

	if (!n)
		return f->f_mode & (write ? FMODE_WRITE : FMODE_READ) ? 0 : -EBADF;
	for (unsigned long i = 0; i < n; i++) {
		if (done && !v[i].iov_len)
			continue;
		if (done && !write && would_block(f))
			break;
		ret = write ? vfs_write(f, v[i].iov_base, v[i].iov_len, pos)
			    : vfs_read(f, v[i].iov_base, v[i].iov_len, pos);
		if (ret < 0)
			return done ? done : ret;
		done += ret;
		if ((size_t)ret != v[i].iov_len)
			break;
	}
	return done;
}

static ssize_t do_readv_writev(struct file *f, const struct iovec __user *uv, unsigned long n,
			       loff_t *pos, bool write)
{
	struct iovec *v;
	ssize_t ret;

	if (!(f->f_mode & (write ? FMODE_WRITE : FMODE_READ)))
		return -EBADF;
	v = import_iovec(uv, n);
	if (IS_ERR(v))
		return PTR_ERR(v);
	ret = loop_readv_writev(f, v, n, pos, write);
	kfree(v);
	return ret;
}

static long do_vector(unsigned long fd, const struct iovec __user *v, unsigned long n, bool write)
{
	struct file *f = fdget_pos(fd);
	long ret;

	if (!f)
		return -EBADF;
	ret = do_readv_writev(f, v, n, &f->f_pos, write);
	fdput_pos(f);
	return ret;
}

static long do_pvector(unsigned long fd, const struct iovec __user *v, unsigned long n, loff_t pos,
		       bool write)
{
	struct file *f;
	long ret = -ESPIPE;

	if (pos < 0)
		return -EINVAL;
	f = fget(fd);
	if (!f)
		return -EBADF;
	if (f->f_mode & (write ? FMODE_PWRITE : FMODE_PREAD))
		ret = do_readv_writev(f, v, n, &pos, write);
	fput(f);
	return ret;
}

long sys_readv(unsigned long fd, const struct iovec __user *v, unsigned long n)
{
	return do_vector(fd, v, n, false);
}

long sys_writev(unsigned long fd, const struct iovec __user *v, unsigned long n)
{
	return do_vector(fd, v, n, true);
}

/* On a 64-bit machine the low word is the whole position. */
long sys_preadv(unsigned long fd, const struct iovec __user *v, unsigned long n, unsigned long lo,
		unsigned long hi __maybe_unused)
{
	return do_pvector(fd, v, n, lo, false);
}

long sys_pwritev(unsigned long fd, const struct iovec __user *v, unsigned long n, unsigned long lo,
		 unsigned long hi __maybe_unused)
{
	return do_pvector(fd, v, n, lo, true);
}

/* ---- from file to file ------------------------------------------------------------- */

/* Up to one page's worth from @in's cache into @out: no copy in between. */
static ssize_t copy_file_page(struct file *in, loff_t *in_pos, struct file *out, loff_t *out_pos,
			      size_t n)
{
	size_t offset = offset_in_page(*in_pos);
	struct page *page;
	ssize_t ret;

	if (*in_pos >= in->f_inode->i_size)
		return 0;
	n = min_t(u64, min(n, PAGE_SIZE - offset), in->f_inode->i_size - *in_pos);
	page = read_mapping_page(in->f_mapping, *in_pos >> PAGE_SHIFT);
	if (IS_ERR(page))
		return PTR_ERR(page);
	if (S_ISFIFO(out->f_inode->i_mode))
		ret = pipe_write_kernel(out, page_address(page) + offset, n);
	else
		ret = kernel_write(out, page_address(page) + offset, n, out_pos);
	put_page(page);
	if (ret > 0)
		*in_pos += ret;
	return ret;
}

ssize_t copy_file_pages(struct file *in, loff_t *in_pos, struct file *out, loff_t *out_pos,
			size_t n)
{
	ssize_t done = 0, ret = 0;

	n = min(n, MAX_RW_COUNT);
	while ((size_t)done < n) {
		ret = copy_file_page(in, in_pos, out, out_pos, n - done);
		if (ret <= 0)
			break;
		done += ret;
		if (signal_pending(current))
			break;
	}
	touch_atime(in);
	return done ? done : ret;
}

/* Sources are files in the page cache; sinks those and pipes. 0 or -errno. */
static int sendfile_checks(struct file *in, struct file *out, bool explicit_off)
{
	if (!(in->f_mode & FMODE_READ))
		return -EBADF;
	if (explicit_off && !(in->f_mode & FMODE_PREAD))
		return -ESPIPE;
	if (!(out->f_mode & FMODE_WRITE))
		return -EBADF;
	if (in->f_op->read != generic_file_read || (out->f_flags & O_APPEND))
		return -EINVAL;
	if (!S_ISFIFO(out->f_inode->i_mode) && out->f_op->write != generic_file_write)
		return -EINVAL;
	return 0;
}

static long do_sendfile(struct file *in, loff_t *pos, struct file *out, bool explicit_off, size_t n)
{
	int err = sendfile_checks(in, out, explicit_off);

	if (!err)
		err = rw_verify_area(*pos, n);
	return err ? err : copy_file_pages(in, pos, out, &out->f_pos, n);
}

long sys_sendfile(int out_fd, int in_fd, loff_t __user *off, size_t n)
{
	struct file *in, *out;
	long ret = -EBADF;
	loff_t pos = 0;

	if (off && copy_from_user(&pos, off, sizeof(pos)))
		return -EFAULT;
	in = fget(in_fd);
	out = fget(out_fd);
	if (in && out)
		ret = do_sendfile(in, off ? &pos : &in->f_pos, out, off, n);
	if (off && ret >= 0 && put_user(pos, off))
		ret = -EFAULT;
	if (in)
		fput(in);
	if (out)
		fput(out);
	return ret;
}

/*
 * Both regular, right ways open, same file system, no overlap; cuts *n at the end of @in. 0 or
 * -errno.
 */
static int copy_range_checks(struct file *in, loff_t pos_in, struct file *out, loff_t pos_out,
			     size_t *n)
{
	struct inode *src = in->f_inode, *dst = out->f_inode;

	if (S_ISDIR(src->i_mode) || S_ISDIR(dst->i_mode))
		return -EISDIR;
	if (!S_ISREG(src->i_mode) || !S_ISREG(dst->i_mode))
		return -EINVAL;
	if (!(in->f_mode & FMODE_READ) || !(out->f_mode & FMODE_WRITE) || (out->f_flags & O_APPEND))
		return -EBADF;
	if (src->i_sb != dst->i_sb)
		return -EXDEV;
	if (in->f_op->read != generic_file_read || out->f_op->write != generic_file_write)
		return -EINVAL;
	if (pos_in < 0 || pos_out < 0)
		return -EINVAL;
	if (*n > (size_t)(INT64_MAX - pos_in) || *n > (size_t)(INT64_MAX - pos_out))
		return -EOVERFLOW;
	*n = pos_in >= src->i_size ? 0 : min_t(u64, *n, src->i_size - pos_in);
	if (src == dst && (u64)pos_out + *n > (u64)pos_in && (u64)pos_out < (u64)pos_in + *n)
		return -EINVAL;
	return 0;
}

static long do_copy_range(struct file *in, loff_t __user *off_in, struct file *out,
			  loff_t __user *off_out, size_t n)
{
	loff_t pos_in = in->f_pos, pos_out = out->f_pos;
	long ret;

	if (off_in && copy_from_user(&pos_in, off_in, sizeof(pos_in)))
		return -EFAULT;
	if (off_out && copy_from_user(&pos_out, off_out, sizeof(pos_out)))
		return -EFAULT;
	ret = copy_range_checks(in, pos_in, out, pos_out, &n);
	if (!ret && n)
		ret = copy_file_pages(in, &pos_in, out, &pos_out, n);
	if (ret <= 0)
		return ret;
	if (!off_in)
		in->f_pos = pos_in;
	else if (put_user(pos_in, off_in))
		return -EFAULT;
	if (!off_out)
		out->f_pos = pos_out;
	else if (put_user(pos_out, off_out))
		return -EFAULT;
	return ret;
}

long sys_copy_file_range(int in_fd, loff_t __user *off_in, int out_fd, loff_t __user *off_out,
			 size_t n, unsigned int flags)
{
	struct file *in = fget(in_fd), *out = fget(out_fd);
	long ret = -EBADF;

	if (in && out)
		ret = flags ? -EINVAL : do_copy_range(in, off_in, out, off_out, n);
	if (in)
		fput(in);
	if (out)
		fput(out);
	return ret;
}
