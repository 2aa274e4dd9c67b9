/* SPDX-License-Identifier: MIT */
/*
 * fcntl and ioctl: what can be asked of a descriptor and of an open file. The
 * commands common to all files are served here, the rest goes to the file.
 * Abridges Linux's fs/fcntl.c and fs/ioctl.c; leaves out leases, dnotify,
 * F_SETOWN_EX, file seals (-EINVAL) and the ioctls of block file systems.
 */
#include <fs.h>
#include <mm.h>
#include <sched.h>
#include <syscalls.h>
#include <asm/uaccess.h>
#include <linux/fs.h>
#include <asm/ioctls.h>

#define SETFL_MASK (O_APPEND | O_NONBLOCK | O_NDELAY | O_DIRECT | O_NOATIME)

/* Tells the driver when FASYNC changes. 0 or -errno. */
static int set_fasync(int fd, struct file *f, bool on)
{
	int err = 0;

	if (on == !!(f->f_flags & FASYNC))
		return 0;
	if (f->f_op->fasync)
		err = f->f_op->fasync(fd, f, on);
	if (err < 0)
		return err;
	f->f_flags = on ? f->f_flags | FASYNC : f->f_flags & ~FASYNC;
	return 0;
}

static long setfl(int fd, struct file *f, unsigned int arg)
{
	struct inode *inode = f->f_inode;
	int err = 0;

	if ((arg & O_NOATIME) && !(f->f_flags & O_NOATIME) && !inode_owner_or_capable(inode))
		return -EPERM;
	if ((arg & O_DIRECT) && !S_ISFIFO(inode->i_mode))
		return -EINVAL;
	if (f->f_op->fasync)
		err = set_fasync(fd, f, arg & FASYNC);
	if (!err)
		f->f_flags = (arg & SETFL_MASK) | (f->f_flags & ~SETFL_MASK);
	return err;
}

/* @arg: a process, or minus a group; 0: nobody. 0, -EINVAL, -ESRCH. */
static long f_setown(struct file *f, int arg)
{
	struct pid *pid = NULL, *old = f->f_owner;

	if (arg == INT32_MIN)
		return -EINVAL;
	if (arg) {
		pid = find_get_pid(arg < 0 ? -arg : arg);
		if (!pid)
			return -ESRCH;
	}
	f->f_owner = pid;
	f->f_owner_pgrp = arg < 0;
	if (old)
		put_pid(old);
	return 0;
}

static long f_setsig(struct file *f, unsigned long sig)
{
	if (sig > SIGNAL_COUNT)
		return -EINVAL;
	f->f_owner_sig = sig;
	return 0;
}

static long do_fcntl(int fd, unsigned int cmd, unsigned long arg, struct file *f)
{
	switch (cmd) {
	case F_DUPFD:
		return f_dupfd(arg, f, 0);
	case F_DUPFD_CLOEXEC:
		return f_dupfd(arg, f, O_CLOEXEC);
	case F_GETFD:
		return get_close_on_exec(fd) ? FD_CLOEXEC : 0;
	case F_SETFD:
		set_close_on_exec(fd, arg & FD_CLOEXEC);
		return 0;
	case F_GETFL:
		return f->f_flags;
	case F_SETFL:
		return setfl(fd, f, arg);
	case F_GETLK:
	case F_OFD_GETLK:
		return fcntl_getlk(f, cmd, (void __user *)arg);
	case F_SETLK:
	case F_SETLKW:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
		return fcntl_setlk(f, cmd, (void __user *)arg);
	case F_GETOWN:
		return f->f_owner_pgrp ? -pid_nr(f->f_owner) : pid_nr(f->f_owner);
	case F_SETOWN:
		return f_setown(f, arg);
	case F_GETSIG:
		return f->f_owner_sig;
	case F_SETSIG:
		return f_setsig(f, arg);
	case F_GETPIPE_SZ:
	case F_SETPIPE_SZ:
		return pipe_fcntl(f, cmd, arg);
	}
	return -EINVAL;
}

/* What may be asked of a file that was opened with O_PATH. */
static bool check_fcntl_cmd(unsigned int cmd)
{
	return cmd == F_DUPFD || cmd == F_DUPFD_CLOEXEC || cmd == F_GETFD || cmd == F_SETFD ||
	       cmd == F_GETFL;
}

long sys_fcntl(unsigned int fd, unsigned int cmd, unsigned long arg)
{
	struct file *f = fget_raw(fd);
	long ret = -EBADF;

	if (!f)
		return -EBADF;
	if (!(f->f_mode & FMODE_PATH) || check_fcntl_cmd(cmd))
		ret = do_fcntl(fd, cmd, arg, f);
	fput(f);
	return ret;
}

/* ---- ioctl ------------------------------------------------------------------------- */

static long ioctl_fionbio(struct file *f, int __user *arg)
{
	int on;

	if (get_user(on, arg))
		return -EFAULT;
	f->f_flags = on ? f->f_flags | O_NONBLOCK : f->f_flags & ~O_NONBLOCK;
	return 0;
}

static long ioctl_fioasync(int fd, struct file *f, int __user *arg)
{
	int on;

	if (get_user(on, arg))
		return -EFAULT;
	if (!!on != !!(f->f_flags & FASYNC) && !f->f_op->fasync)
		return -ENOTTY;
	return set_fasync(fd, f, on);
}

/* The file's own commands; -ENOTTY if there are none. */
static long vfs_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	long ret = f->f_op->ioctl ? f->f_op->ioctl(f, cmd, arg) : -ENOTTY;

	return ret == -ENOIOCTLCMD ? -ENOTTY : ret;
}

static long do_vfs_ioctl(struct file *f, unsigned int fd, unsigned int cmd, unsigned long arg)
{
	struct inode *inode = f->f_inode;

	switch (cmd) {
	case FIOCLEX:
		set_close_on_exec(fd, true);
		return 0;
	case FIONCLEX:
		set_close_on_exec(fd, false);
		return 0;
	case FIONBIO:
		return ioctl_fionbio(f, (int __user *)arg);
	case FIOASYNC:
		return ioctl_fioasync(fd, f, (int __user *)arg);
	case FIGETBSZ:
		return put_user((int)PAGE_SIZE, (int __user *)arg);
	case FIONREAD:
		if (S_ISREG(inode->i_mode))
			return put_user((int)(inode->i_size - f->f_pos), (int __user *)arg);
	}
	return vfs_ioctl(f, cmd, arg);
}

long sys_ioctl(unsigned int fd, unsigned int cmd, unsigned long arg)
{
	struct file *f = fget(fd);
	long ret;

	if (!f)
		return -EBADF;
	ret = do_vfs_ioctl(f, fd, cmd, arg);
	fput(f);
	return ret;
}
