/* SPDX-License-Identifier: MIT */
/*
 * fcntl, flock and ioctl: the calls on a descriptor that neither read nor write.
 * Abridges Linux's fs/fcntl.c and fs/ioctl.c; leaves out owners and signals of
 * files, leases, seals (all -EINVAL), and the ioctls common to
 * all files (-ENOTTY): an ioctl goes to the driver.
 * Not on the road of an exec.
 */
#include <file.h>
#include <fs.h>
#include <syscalls.h>
#include <task.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include "internal.h"

#define SETFL_MASK (O_APPEND | O_NONBLOCK | O_NOATIME | O_DIRECT)

static long setfl(struct file *f, unsigned int arg)
{
	if ((arg & O_NOATIME) && !(f->f_flags & O_NOATIME) && !inode_owner_or_capable(f->f_inode))
		return -EPERM;
	if ((arg & O_DIRECT) && !S_ISFIFO(f->f_inode->i_mode))
		return -EINVAL;
	f->f_flags = (arg & SETFL_MASK) | (f->f_flags & ~SETFL_MASK);
	return 0;
}

static long do_fcntl(unsigned int fd, unsigned int cmd, unsigned long arg, struct file *f)
{
	switch (cmd) {
	case F_DUPFD:
		return f_dupfd(arg, f, 0);
	case F_DUPFD_CLOEXEC:
		return f_dupfd(arg, f, O_CLOEXEC);
	case F_GETFD:
		return get_close_on_exec(current->files, fd) ? FD_CLOEXEC : 0;
	case F_SETFD:
		current->files->fd[fd].cloexec = arg & FD_CLOEXEC;
		return 0;
	case F_GETFL:
		return f->f_flags;
	}
	if (f->f_mode & FMODE_PATH)
		return -EBADF;
	switch (cmd) {
	case F_SETFL:
		return setfl(f, arg);
	case F_GETLK:
	case F_SETLK:
	case F_SETLKW:
	case F_OFD_GETLK:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
		return fcntl_lock(f, cmd, (void __user *)arg);
	case F_GETPIPE_SZ:
	case F_SETPIPE_SZ:
		return pipe_fcntl(f, cmd, arg);
	}
	return -EINVAL;
}

long sys_fcntl(unsigned int fd, unsigned int cmd, unsigned long arg)
{
	struct file *f = fget_raw(fd);
	long ret;

	if (!f)
		return -EBADF;
	ret = do_fcntl(fd, cmd, arg, f);
	fput(f);
	return ret;
}

long sys_flock(unsigned int fd, unsigned int cmd)
{
	unsigned int op = cmd & ~LOCK_NB;
	struct file *f;
	long err;

	if (cmd & LOCK_MAND)
		return 0; /* an obsolete kind of lock, ignored by Linux too */
	if (op != LOCK_SH && op != LOCK_EX && op != LOCK_UN)
		return -EINVAL;
	f = fget(fd);
	if (!f)
		return -EBADF;
	err = flock_lock(f,
			 op == LOCK_SH	 ? F_RDLCK
			 : op == LOCK_EX ? F_WRLCK
					 : F_UNLCK,
			 !(cmd & LOCK_NB));
	fput(f);
	return err;
}

long sys_ioctl(unsigned int fd, unsigned int cmd, unsigned long arg)
{
	struct file *f = fget(fd);
	long ret = -ENOTTY;

	if (!f)
		return -EBADF;
	if (f->f_op->ioctl)
		ret = f->f_op->ioctl(f, cmd, arg);
	fput(f);
	return ret == -ENOIOCTLCMD ? -ENOTTY : ret;
}
