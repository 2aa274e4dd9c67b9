/* SPDX-License-Identifier: MIT */
/*
 * fcntl, ioctl and flock: what can be asked of a descriptor and of an open file.
 * Abridges Linux's fs/fcntl.c, fs/ioctl.c and fs/locks.c; leaves out locks of byte
 * ranges, owners and signals of files, leases, seals, other pipe sizes (all -EINVAL),
 * and the ioctls common to all files (-ENOTTY): an ioctl goes to the driver.
 */
#include <fs.h>
#include <sched.h>
#include <syscalls.h>
#include <linux/fs.h>

#define SETFL_MASK (O_APPEND | O_NONBLOCK | O_NOATIME)

static long setfl(struct file *f, unsigned int arg)
{
	if ((arg & O_NOATIME) && !(f->f_flags & O_NOATIME) && !inode_owner_or_capable(f->f_inode))
		return -EPERM;
	if (arg & O_DIRECT)
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
	if (cmd == F_GETPIPE_SZ)
		return f->f_op == &pipefifo_fops ? PIPE_SIZE : -EBADF;
	return cmd == F_SETFL ? setfl(f, arg) : -EINVAL;
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

/* ---- flock: one lock a file, owned by the open file ------------------------------------- */

static DECLARE_WAIT_QUEUE_HEAD(flock_wait);

/* Takes the lock, LOCK_SH or LOCK_EX, if no other open file is in the way. */
static bool flock_try(struct file *f, unsigned int type)
{
	struct inode *inode = f->f_inode;

	if (inode->i_flocks < 0 || (type == LOCK_EX && inode->i_flocks))
		return false;
	inode->i_flocks += type == LOCK_EX ? -1 : 1;
	f->f_flock = type;
	return true;
}

void flock_release(struct file *f)
{
	if (!f->f_flock)
		return;
	f->f_inode->i_flocks += f->f_flock == LOCK_EX ? 1 : -1;
	f->f_flock = 0;
	wake_up_all(&flock_wait);
}

/* Another type is taken anew: the old lock goes first, as in Linux. */
long sys_flock(unsigned int fd, unsigned int cmd)
{
	unsigned int type = cmd & ~LOCK_NB;
	struct file *f;
	long err = 0;

	if (type != LOCK_SH && type != LOCK_EX && type != LOCK_UN)
		return -EINVAL;
	f = fget(fd);
	if (!f)
		return -EBADF;
	flock_release(f);
	if (type != LOCK_UN && !flock_try(f, type))
		err = cmd & LOCK_NB ? -EAGAIN
				    : wait_event_interruptible(&flock_wait, flock_try(f, type));
	fput(f);
	return err;
}
