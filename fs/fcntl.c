/* SPDX-License-Identifier: MIT */
/*
 * fcntl, flock and ioctl: the calls on a descriptor that neither read nor write.
 * Abridges Linux's fs/fcntl.c and fs/ioctl.c; leaves out leases (-EINVAL). What it does with the
 * owner of a file is in fasync.c.
 * Not on the road of an exec.
 */
#include <fasync.h>
#include <file.h>
#include <fs.h>
#include <syscalls.h>
#include <task.h>
#include <asm/ioctls.h>
#include <asm/page.h>
#include <asm/uaccess.h>
#include <linux/capability.h>
#include <linux/fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include "internal.h"

#define SETFL_MASK (O_APPEND | O_NONBLOCK | O_NOATIME | O_DIRECT)

static long setfl(struct file *f, int fd, unsigned int arg)
{
	if ((arg & O_NOATIME) && !(f->f_flags & O_NOATIME) && !inode_owner_or_capable(f->f_inode))
		return -EPERM;
	if ((arg & O_DIRECT) && !S_ISFIFO(f->f_inode->i_mode))
		return -EINVAL;
	if (f->f_op->fasync) {
		long err = set_fasync(f, fd, arg & FASYNC);

		if (err)
			return err;
	}
	f->f_flags = (arg & SETFL_MASK) | (f->f_flags & ~SETFL_MASK);
	return 0;
}

/* How long what is written will live: kept for the file, and not used, for there is no disk. */
static long rw_hint(struct inode *inode, bool set, u64 __user *arg)
{
	u64 hint = inode->i_write_hint;

	if (!set)
		return copy_to_user(arg, &hint, sizeof(hint)) ? -EFAULT : 0;
	if (copy_from_user(&hint, arg, sizeof(hint)))
		return -EFAULT;
	if (hint > RWH_WRITE_LIFE_EXTREME)
		return -EINVAL;
	inode->i_write_hint = hint;
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
		return setfl(f, fd, arg);
	case F_GETLK:
	case F_SETLK:
	case F_SETLKW:
	case F_OFD_GETLK:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
		return fcntl_lock(f, cmd, (void __user *)arg);
	case F_GETOWN:
		return fcntl_getown(f);
	case F_SETOWN:
		return fcntl_setown(f, arg);
	case F_GETOWN_EX:
		return fcntl_getown_ex(f, (void __user *)arg);
	case F_SETOWN_EX:
		return fcntl_setown_ex(f, (void __user *)arg);
	case F_GETSIG:
		return f->f_owner.signum;
	case F_GETLEASE:
		return F_UNLCK;
	case F_SETSIG:
		return fcntl_setsig(f, arg);
	case F_GET_RW_HINT:
	case F_SET_RW_HINT:
		return rw_hint(f->f_inode, cmd == F_SET_RW_HINT, (void __user *)arg);
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
	if (op != LOCK_UN && !(f->f_mode & (FMODE_READ | FMODE_WRITE)))
		err = -EBADF;
	else
		err = flock_lock(f,
				 op == LOCK_SH	 ? F_RDLCK
				 : op == LOCK_EX ? F_WRLCK
						 : F_UNLCK,
				 !(cmd & LOCK_NB));
	fput(f);
	return err;
}

/* FIONBIO and FIOASYNC. */
static long ioctl_set_flag(struct file *f, int fd, unsigned int flag, const int __user *arg)
{
	int on;

	if (get_user(on, arg))
		return -EFAULT;
	if (flag == FASYNC)
		return set_fasync(f, fd, on);
	f->f_flags = on ? f->f_flags | flag : f->f_flags & ~flag;
	return 0;
}

/* FICLONE and FICLONERANGE: no file system can share blocks. */
static long ioctl_clone(const struct file *to, int from_fd)
{
	struct file *from = fget(from_fd);
	umode_t a, b = to->f_inode->i_mode;
	long err = -EOPNOTSUPP;

	if (!from)
		return -EBADF;
	a = from->f_inode->i_mode;
	if (from->f_path.mnt != to->f_path.mnt)
		err = -EXDEV;
	else if (S_ISDIR(a) || S_ISDIR(b))
		err = -EISDIR;
	else if (!S_ISREG(a) || !S_ISREG(b))
		err = -EINVAL;
	else if (!(from->f_mode & FMODE_READ) || !(to->f_mode & FMODE_WRITE) ||
		 (to->f_flags & O_APPEND))
		err = -EBADF;
	fput(from);
	return err;
}

/* The flags of a file, in a file system that keeps files: none is ever set. */
static long ioctl_flags(const struct file *f, unsigned int cmd, void __user *arg)
{
	struct fsxattr attr = {0};

	if (cmd == FS_IOC_SETFLAGS && get_user(attr.fsx_xflags, (const u32 __user *)arg))
		return -EFAULT;
	if (cmd == FS_IOC_FSSETXATTR && copy_from_user(&attr, arg, sizeof(attr)))
		return -EFAULT;
	if (!f->f_op->fsync)
		return -ENOIOCTLCMD;
	if (cmd == FS_IOC_FSGETXATTR)
		return copy_to_user(arg, &attr, sizeof(attr)) ? -EFAULT : 0;
	if (cmd == FS_IOC_GETFLAGS)
		return put_user(0, (int __user *)arg);
	if (!inode_owner_or_capable(f->f_inode))
		return -EPERM;
	return attr.fsx_xflags ? -EOPNOTSUPP : 0;
}

/* What a disk can do: here no file has blocks, extents or attributes. */
static long ioctl_of_disks(struct file *f, unsigned int cmd, void __user *arg)
{
	umode_t mode = f->f_inode->i_mode;
	s64 range[4];

	switch (cmd) {
	case FS_IOC_FIEMAP:
		return -EOPNOTSUPP;
	case FIFREEZE:
	case FITHAW:
		if (!capable(CAP_SYS_ADMIN))
			return -EPERM;
		return cmd == FIFREEZE ? -EOPNOTSUPP : -EINVAL;
	case FICLONE:
		return ioctl_clone(f, (unsigned long)arg);
	case FICLONERANGE:
		return copy_from_user(range, arg, sizeof(range)) ? -EFAULT
								 : ioctl_clone(f, range[0]);
	case FIDEDUPERANGE:
		if (copy_from_user(range, arg, sizeof(struct file_dedupe_range)))
			return -EFAULT;
		return S_ISDIR(mode) ? -EISDIR : S_ISREG(mode) ? -EOPNOTSUPP : -EINVAL;
	case FIBMAP:
		if (!S_ISREG(mode))
			return -ENOIOCTLCMD;
		if (!capable(CAP_SYS_RAWIO))
			return -EPERM;
		return copy_from_user(range, arg, sizeof(int)) ? -EFAULT : -EINVAL;
	case FIOQSIZE:
		if (!S_ISREG(mode) && !S_ISDIR(mode))
			return -ENOTTY;
		return put_user(f->f_inode->i_size, (loff_t __user *)arg);
	case FS_IOC_GETFLAGS:
	case FS_IOC_SETFLAGS:
	case FS_IOC_FSGETXATTR:
	case FS_IOC_FSSETXATTR:
		return ioctl_flags(f, cmd, arg);
	}
	return -ENOIOCTLCMD;
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
		return ioctl_set_flag(f, fd, O_NONBLOCK, arg);
	case FIOASYNC:
		return ioctl_set_flag(f, fd, FASYNC, arg);
	case FIGETBSZ:
		return put_user(PAGE_SIZE, (int __user *)arg);
	case FIONREAD:
		if (S_ISREG(inode->i_mode))
			return put_user(inode->i_size - f->f_pos, (int __user *)arg);
	}
	return ioctl_of_disks(f, cmd, arg);
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
