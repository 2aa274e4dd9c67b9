/* SPDX-License-Identifier: MIT */
/*
 * fcntl, flock and ioctl: the calls on a descriptor that neither read nor write.
 * Abridges Linux's fs/fcntl.c and fs/ioctl.c; leaves out leases (-EINVAL).
 * The owner of a file and its signal are kept, but SIGIO is never sent.
 * Not on the road of an exec.
 */
#include <file.h>
#include <fs.h>
#include <pid.h>
#include <syscalls.h>
#include <task.h>
#include <asm/ioctls.h>
#include <asm/page.h>
#include <asm/uaccess.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include "internal.h"

#define MAX_SIGNAL 64
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

/* @who: a process, or a group as a negative number; 0: nobody. */
static long set_owner(struct file *f, int who)
{
	struct pid *pid = who == INT32_MIN ? NULL : find_get_pid(who < 0 ? -who : who);

	if (who == INT32_MIN)
		return -EINVAL;
	if (who && !pid)
		return -ESRCH;
	put_pid(pid);
	f->f_owner = who;
	return 0;
}

/* The form that glibc uses, because a group is not a negative number in it. */
static long get_owner_ex(const struct file *f, struct f_owner_ex __user *to)
{
	struct f_owner_ex owner = {.type = F_OWNER_TID, .pid = f->f_owner};

	if (f->f_owner)
		owner.type = f->f_owner < 0 ? F_OWNER_PGRP : F_OWNER_PID;
	if (f->f_owner < 0)
		owner.pid = -f->f_owner;
	return copy_to_user(to, &owner, sizeof(owner)) ? -EFAULT : 0;
}

static long set_signal(struct file *f, unsigned long sig)
{
	if (sig > MAX_SIGNAL)
		return -EINVAL;
	f->f_owner_sig = sig;
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
	case F_GETOWN:
		return f->f_owner;
	case F_GETOWN_EX:
		return get_owner_ex(f, (void __user *)arg);
	case F_SETOWN:
		return set_owner(f, arg);
	case F_GETSIG:
		return f->f_owner_sig;
	case F_SETSIG:
		return set_signal(f, arg);
	case F_ADD_SEALS:
	case F_GET_SEALS:
		return memfd_fcntl(f, cmd, arg);
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

/* FIONBIO and FIOASYNC: a flag of the file, on or off. No file here sends SIGIO. */
static long ioctl_set_flag(struct file *f, unsigned int flag, const int __user *arg)
{
	int on;

	if (get_user(on, arg))
		return -EFAULT;
	if (flag == O_NONBLOCK)
		f->f_flags = on ? f->f_flags | flag : f->f_flags & ~flag;
	else if (on)
		return -ENOTTY;
	return 0;
}

/* The ioctls that every file has. -ENOIOCTLCMD: @cmd is not one of them. */
static long do_vfs_ioctl(struct file *f, unsigned int fd, unsigned int cmd, void __user *arg)
{
	const struct inode *inode = f->f_inode;

	switch (cmd) {
	case FIOCLEX:
	case FIONCLEX:
		return do_fcntl(fd, F_SETFD, cmd == FIOCLEX ? FD_CLOEXEC : 0, f);
	case FIONBIO:
		return ioctl_set_flag(f, O_NONBLOCK, arg);
	case FIOASYNC:
		return ioctl_set_flag(f, FASYNC, arg);
	case FIGETBSZ:
		return put_user(PAGE_SIZE, (int __user *)arg);
	case FIONREAD:
		if (S_ISREG(inode->i_mode))
			return put_user(inode->i_size - f->f_pos, (int __user *)arg);
	}
	return -ENOIOCTLCMD;
}

long sys_ioctl(unsigned int fd, unsigned int cmd, unsigned long arg)
{
	struct file *f = fget(fd);
	long ret;

	if (!f)
		return -EBADF;
	ret = do_vfs_ioctl(f, fd, cmd, (void __user *)arg);
	if (ret == -ENOIOCTLCMD && f->f_op->ioctl)
		ret = f->f_op->ioctl(f, cmd, arg);
	fput(f);
	return ret == -ENOIOCTLCMD ? -ENOTTY : ret;
}
