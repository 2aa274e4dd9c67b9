/* SPDX-License-Identifier: MIT */
/*
 * sync and fadvise: all files are in memory only, so there is nothing to do after
 * the arguments are checked.
 * Abridges Linux's fs/sync.c, mm/fadvise.c and mm/readahead.c. Left out: writing anything back.
 * Not on the road of an exec.
 */
#include <file.h>
#include <fs.h>
#include <syscalls.h>
#include <linux/fadvise.h>
#include <linux/fs.h>

int noop_fsync(struct file *f __maybe_unused) { return 0; }

long sys_sync(void) { return 0; }

long sys_syncfs(int fd)
{
	struct file *f = fget(fd);

	if (!f)
		return -EBADF;
	fput(f);
	return 0;
}

long sys_fsync(unsigned int fd)
{
	struct file *f = fget(fd);
	long err;

	if (!f)
		return -EBADF;
	err = f->f_op->fsync ? f->f_op->fsync(f) : -EINVAL;
	fput(f);
	return err;
}

long sys_fdatasync(unsigned int fd) { return sys_fsync(fd); }

long sys_fadvise64(int fd, loff_t off __maybe_unused, size_t len, int advice)
{
	struct file *f = fget(fd);
	long err = 0;

	if (!f)
		return -EBADF;
	if (S_ISFIFO(f->f_inode->i_mode))
		err = -ESPIPE;
	else if ((loff_t)len < 0 || advice < POSIX_FADV_NORMAL || advice > POSIX_FADV_NOREUSE)
		err = -EINVAL;
	fput(f);
	return err;
}

/* Nothing has to be written: all files are in memory. */
long sys_sync_file_range(int fd, loff_t off, loff_t len, unsigned int flags)
{
	struct file *f = fget(fd);
	umode_t mode;

	if (!f)
		return -EBADF;
	mode = f->f_inode->i_mode;
	fput(f);
	if ((flags & ~SYNC_FILE_RANGE_WRITE_AND_WAIT) || off < 0 || len < 0 || off + len < off)
		return -EINVAL;
	return S_ISREG(mode) || S_ISDIR(mode) || S_ISLNK(mode) || S_ISBLK(mode) ? 0 : -ESPIPE;
}

long sys_readahead(int fd, loff_t off __maybe_unused, size_t n)
{
	struct file *f = fget(fd);
	long err = -EBADF;

	if (!f)
		return -EBADF;
	if (f->f_mode & FMODE_READ)
		err = S_ISREG(f->f_inode->i_mode) && (ssize_t)n >= 0 ? 0 : -EINVAL;
	fput(f);
	return err;
}
