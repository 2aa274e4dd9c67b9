/* SPDX-License-Identifier: MIT */
/*
 * The system calls that open a file, that change its size, permissions, owner or times, and that
 * change the root or working directory of the task.
 * Abridges Linux's fs/open.c and fs/utimes.c; leaves out leases. openat2 is in openat2.c.
 * Not on the road of an exec.
 */
#include <cred.h>
#include <file.h>
#include <fs.h>
#include <fs_struct.h>
#include <mount.h>
#include <namei.h>
#include <syscalls.h>
#include <task.h>
#include <time.h>
#include <asm/uaccess.h>
#include <linux/capability.h>
#include <linux/fcntl.h>
#include <linux/time_types.h>
#include <linux/utime.h>
#include "internal.h"

/* Opens a path of the kernel's own, relative to current. Returns the file or ERR_PTR. */
struct file *filp_open(const char *name, int flags, umode_t mode)
{
	struct filename *fn = getname_kernel(name);
	struct file *f;

	if (IS_ERR(fn))
		return ERR_CAST(fn);
	f = do_filp_open(AT_FDCWD, fn, flags, mode, 0);
	putname(fn);
	return f;
}

long do_sys_open(int dfd, const char __user *name, int flags, umode_t mode, int lookup)
{
	const int wrong = O_DIRECTORY | O_CREAT;
	const bool nameless = (flags & (__O_TMPFILE | O_PATH)) == __O_TMPFILE;
	struct filename *fn;
	struct file *f;
	int fd;

	if ((flags & (wrong | O_PATH)) == wrong ||
	    (nameless && (!(flags & O_DIRECTORY) || !(flags & O_ACCMODE))))
		return -EINVAL;
	fn = getname(name);
	if (IS_ERR(fn))
		return PTR_ERR(fn);
	fd = get_unused_fd_flags(flags);
	if (fd >= 0) {
		/* A user cannot ask for __FMODE_EXEC. */
		flags = (flags & ~__FMODE_EXEC) | O_LARGEFILE;
		f = (nameless ? open_tmpfile : do_filp_open)(dfd, fn, flags, mode, lookup);
		if (IS_ERR(f)) {
			put_unused_fd(fd);
			fd = PTR_ERR(f);
		} else {
			fd_install(fd, f);
		}
	}
	putname(fn);
	return fd;
}

long sys_openat(int dfd, const char __user *name, int flags, umode_t mode)
{
	return do_sys_open(dfd, name, flags, mode, 0);
}

long sys_open(const char __user *name, int flags, umode_t mode)
{
	return sys_openat(AT_FDCWD, name, flags, mode);
}

long sys_creat(const char __user *name, umode_t mode)
{
	return sys_open(name, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

/* ---- size --------------------------------------------------------------- */

long sys_truncate(const char __user *name, long len)
{
	struct inode *inode;
	struct path p;
	long err = len < 0 ? -EINVAL : user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW, &p);

	if (err)
		return err;
	inode = p.dentry->d_inode;
	if (!S_ISREG(inode->i_mode))
		err = S_ISDIR(inode->i_mode) ? -EISDIR : -EINVAL;
	err = err
		?: mnt_want_write(p.mnt)
		?: inode_permission(inode, MAY_WRITE)
		?: get_write_access(inode);
	if (!err) {
		err = do_truncate(p.dentry, len, 0);
		put_write_access(inode);
	}
	path_put(&p);
	return err;
}

long sys_ftruncate(unsigned int fd, unsigned long len)
{
	struct file *f;
	long err = -EINVAL;

	if ((long)len < 0)
		return -EINVAL;
	f = fget(fd);
	if (!f)
		return -EBADF;
	if (S_ISREG(f->f_inode->i_mode) && (f->f_mode & FMODE_WRITE))
		err = do_truncate(f->f_path.dentry, len, ATTR_MTIME);
	fput(f);
	return err;
}

/* ---- access(2): what the real user may do ---------------------------------- */

/* Makes current act as its real user, who may have fewer permissions. Returns 0 or -ENOMEM. */
static int access_override_creds(void)
{
	struct cred *c = prepare_creds();

	if (!c)
		return -ENOMEM;
	c->fsuid = c->uid;
	c->fsgid = c->gid;
	c->cap_effective = c->uid == 0 ? c->cap_permitted : 0;
	current->cred = c;
	return 0;
}

static long access_path(const struct path *p, int mode)
{
	struct inode *inode = p->dentry->d_inode;
	long err;

	if ((mode & MAY_EXEC) && S_ISREG(inode->i_mode) && path_noexec(p))
		return -EACCES;
	err = inode_permission(inode, mode);
	if (err || !(mode & MAY_WRITE) || special_file(inode->i_mode))
		return err;
	return mnt_want_write(p->mnt);
}

long sys_faccessat2(int dfd, const char __user *name, int mode, int flags)
{
	const struct cred *old = current->cred, *used;
	struct path p;
	long err;

	if ((mode & ~07) || (flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)))
		return -EINVAL;
	if (!name)
		return -EFAULT;
	if (!(flags & AT_EACCESS) && access_override_creds())
		return -ENOMEM;
	err = user_path_flags(dfd, name, flags & ~AT_EACCESS, &p);
	if (!err) {
		err = access_path(&p, mode);
		path_put(&p);
	}
	used = current->cred;
	current->cred = old; /* first: an interrupt may ask whose task this is */
	if (used != old)
		put_cred(used);
	return err;
}

long sys_faccessat(int dfd, const char __user *name, int mode)
{
	return sys_faccessat2(dfd, name, mode, 0);
}

long sys_access(const char __user *name, int mode)
{
	return sys_faccessat2(AT_FDCWD, name, mode, 0);
}

/* ---- root and working directory -------------------------------------------- */

static long change_dir(int dfd, const char __user *name, bool root)
{
	struct path p;
	long err = user_path_flags(dfd, name, name ? 0 : AT_EMPTY_PATH, &p);

	if (err)
		return err;
	err = d_is_dir(p.dentry) ? inode_permission(p.dentry->d_inode, MAY_EXEC) : -ENOTDIR;
	if (!err && root && !capable(CAP_SYS_CHROOT))
		err = -EPERM;
	if (!err)
		(root ? set_fs_root : set_fs_pwd)(current->fs, &p);
	path_put(&p);
	return err;
}

long sys_chdir(const char __user *name) { return change_dir(AT_FDCWD, name, false); }

long sys_fchdir(unsigned int fd) { return change_dir(only_fd(fd), NULL, false); }

long sys_chroot(const char __user *name) { return change_dir(AT_FDCWD, name, true); }

long sys_umask(int mask)
{
	int old = current->fs->umask;

	current->fs->umask = mask & 0777;
	return old;
}

/* ---- permissions and owner ------------------------------------------------- */

/* @attr NULL: it is invalid, which is looked at after the path. @name NULL: the open file @dfd. */
static long change_attr(int dfd, const char __user *name, int flags, struct iattr *attr)
{
	struct path p;
	long err = user_path_flags(dfd, name, flags, &p);

	if (err)
		return err;
	err = attr ? mnt_want_write(p.mnt) : -EINVAL;
	if (!err) {
		down_write(&p.dentry->d_inode->i_rwsem);
		err = notify_change(p.dentry, attr);
		up_write(&p.dentry->d_inode->i_rwsem);
	}
	path_put(&p);
	return err;
}

static long do_chmod(int dfd, const char __user *name, umode_t mode)
{
	struct iattr attr = {.ia_valid = ATTR_MODE, .ia_mode = mode & 07777};

	return change_attr(dfd, name, 0, &attr);
}

long sys_fchmodat(int dfd, const char __user *name, umode_t mode)
{
	return name ? do_chmod(dfd, name, mode) : -EFAULT;
}

long sys_chmod(const char __user *name, umode_t mode) { return do_chmod(AT_FDCWD, name, mode); }

long sys_fchmod(unsigned int fd, umode_t mode) { return do_chmod(only_fd(fd), NULL, mode); }

/* -1 leaves an id as it is. */
static long do_chown(int dfd, const char __user *name, uid_t uid, gid_t gid, int flags)
{
	struct iattr attr = {.ia_valid = ATTR_KILL_SUID, .ia_uid = uid, .ia_gid = gid};

	if (uid != (uid_t)-1)
		attr.ia_valid |= ATTR_UID;
	if (gid != (gid_t)-1)
		attr.ia_valid |= ATTR_GID;
	return change_attr(dfd, name, flags, &attr);
}

long sys_fchownat(int dfd, const char __user *name, uid_t uid, gid_t gid, int flags)
{
	if (!name && !(flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)))
		return -EFAULT;
	return do_chown(dfd, name, uid, gid, flags);
}

long sys_chown(const char __user *name, uid_t uid, gid_t gid)
{
	return do_chown(AT_FDCWD, name, uid, gid, 0);
}

long sys_lchown(const char __user *name, uid_t uid, gid_t gid)
{
	return do_chown(AT_FDCWD, name, uid, gid, AT_SYMLINK_NOFOLLOW);
}

long sys_fchown(unsigned int fd, uid_t uid, gid_t gid)
{
	return do_chown(only_fd(fd), NULL, uid, gid, 0);
}

/* ---- times ------------------------------------------------------------------ */

#define UTIME_NOW  ((1L << 30) - 1) /* not in Linux's UAPI headers: POSIX, <sys/stat.h> */
#define UTIME_OMIT ((1L << 30) - 2)

static bool nsec_valid(long nsec)
{
	return nsec == UTIME_OMIT || nsec == UTIME_NOW || (nsec >= 0 && nsec < NSEC_PER_SEC);
}

/* Without ATTR_*_SET notify_change needs only write permission. */
static long do_utimes(int dfd, const char __user *name, const struct __kernel_timespec *ts,
		      int flags)
{
	struct iattr attr = {.ia_valid = ATTR_ATIME | ATTR_MTIME};
	bool valid = nsec_valid(ts[0].tv_nsec) && nsec_valid(ts[1].tv_nsec);

	if (ts[0].tv_nsec == UTIME_OMIT && ts[1].tv_nsec == UTIME_OMIT)
		return 0;
	for (int i = 0; i < 2; i++) {
		if (ts[i].tv_nsec == UTIME_OMIT)
			attr.ia_valid &= ~(i ? ATTR_MTIME : ATTR_ATIME);
		else if (ts[i].tv_nsec != UTIME_NOW)
			attr.ia_valid |= i ? ATTR_MTIME_SET : ATTR_ATIME_SET;
	}
	attr.ia_atime = timespec_to_ns(&ts[0]);
	attr.ia_mtime = timespec_to_ns(&ts[1]);
	return change_attr(dfd, name, flags, valid ? &attr : NULL);
}

#define BOTH_NOW \
	{ \
		{.tv_nsec = UTIME_NOW}, { .tv_nsec = UTIME_NOW } \
	} /* if no times are given */

long sys_utimensat(int dfd, const char __user *name, struct __kernel_timespec __user *uts,
		   int flags)
{
	struct __kernel_timespec ts[2] = BOTH_NOW;

	if (uts && copy_from_user(ts, uts, sizeof(ts)))
		return -EFAULT;
	return do_utimes(dfd, name, ts, flags);
}

/* The older forms, in microseconds and in seconds. */
long sys_futimesat(int dfd, const char __user *name, struct __kernel_old_timeval __user *utv)
{
	struct __kernel_timespec ts[2] = BOTH_NOW;
	struct __kernel_old_timeval tv[2];

	if (utv && copy_from_user(tv, utv, sizeof(tv)))
		return -EFAULT;
	for (int i = 0; utv && i < 2; i++) {
		if (tv[i].tv_usec < 0 || tv[i].tv_usec >= 1000000)
			return -EINVAL;
		ts[i].tv_sec = tv[i].tv_sec;
		ts[i].tv_nsec = tv[i].tv_usec * (NSEC_PER_SEC / 1000000);
	}
	return do_utimes(dfd, name, ts, 0);
}

long sys_utimes(const char __user *name, struct __kernel_old_timeval __user *utv)
{
	return sys_futimesat(AT_FDCWD, name, utv);
}

long sys_utime(const char __user *name, struct utimbuf __user *times)
{
	struct __kernel_timespec ts[2] = BOTH_NOW;
	struct utimbuf t;

	if (times) {
		if (copy_from_user(&t, times, sizeof(t)))
			return -EFAULT;
		ts[0] = (struct __kernel_timespec){.tv_sec = t.actime};
		ts[1] = (struct __kernel_timespec){.tv_sec = t.modtime};
	}
	return do_utimes(AT_FDCWD, name, ts, 0);
}
