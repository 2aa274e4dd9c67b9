/* SPDX-License-Identifier: MIT */
/*
 * Extended attributes, which no file system of ours stores. The calls make all
 * of Linux's checks and then answer as a tmpfs of Linux 6.1 that has none set:
 * user.* is not supported; security.* and trusted.* are known name spaces.
 * Abridges Linux's fs/xattr.c. Left out: setting anything (EOPNOTSUPP).
 */
#include <fs.h>
#include <mm.h>
#include <string.h>
#include <syscalls.h>
#include <asm/uaccess.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <sched.h>
#include <linux/xattr.h>

static bool has_prefix(const char *name, const char *prefix)
{
	return !strncmp(name, prefix, strlen(prefix));
}

/*
 * Checks a user's attribute name and copies it into @name, of XATTR_NAME_MAX + 1 bytes. 0,
 * -ERANGE, -EFAULT.
 */
static int copy_name(char *name, const char __user *uname)
{
	long n = strncpy_from_user(name, uname, XATTR_NAME_MAX + 1);

	if (n == 0 || n == XATTR_NAME_MAX + 1)
		return -ERANGE;
	return n < 0 ? n : 0;
}

/* @mask: MAY_READ or MAY_WRITE. 0 or -errno. */
static int xattr_permission(struct inode *inode, const char *name, int mask)
{
	bool write = mask & MAY_WRITE;

	if (has_prefix(name, XATTR_SECURITY_PREFIX) || has_prefix(name, XATTR_SYSTEM_PREFIX))
		return 0;
	if (has_prefix(name, XATTR_TRUSTED_PREFIX)) {
		if (capable(CAP_SYS_ADMIN))
			return 0;
		return write ? -EPERM : -ENODATA;
	}
	if (has_prefix(name, XATTR_USER_PREFIX)) {
		if (!S_ISREG(inode->i_mode) && !S_ISDIR(inode->i_mode))
			return write ? -EPERM : -ENODATA;
		if (S_ISDIR(inode->i_mode) && (inode->i_mode & S_ISVTX) && write &&
		    !inode_owner_or_capable(inode))
			return -EPERM;
	}
	return inode_permission(inode, mask);
}

/* What a file system that knows security.* and trusted.* says of an attribute that is not there. */
static int absent(const struct inode *inode, const char *name)
{
	static const char *const known[] = {XATTR_SECURITY_PREFIX, XATTR_TRUSTED_PREFIX,
					    XATTR_POSIX_ACL_ACCESS, XATTR_POSIX_ACL_DEFAULT};

	if (inode->i_sb->s_magic != TMPFS_MAGIC)
		return -EOPNOTSUPP;
	for (unsigned int i = 0; i < ARRAY_SIZE(known); i++)
		if (has_prefix(name, known[i]))
			return -ENODATA;
	return -EOPNOTSUPP;
}

static long do_getxattr(const struct path *p, const char __user *uname)
{
	struct inode *inode = p->dentry->d_inode;
	char name[XATTR_NAME_MAX + 1];
	int err = copy_name(name, uname);

	if (!err)
		err = xattr_permission(inode, name, MAY_READ);
	return err ? err : absent(inode, name);
}

static long do_setxattr(const struct path *p, const char __user *uname, const void __user *v,
			size_t n, int flags)
{
	struct inode *inode = p->dentry->d_inode;
	char name[XATTR_NAME_MAX + 1];
	int err = mnt_want_write(p->mnt);

	if (err)
		return err;
	if (flags & ~(XATTR_CREATE | XATTR_REPLACE))
		return -EINVAL;
	err = copy_name(name, uname);
	if (err)
		return err;
	if (n > XATTR_SIZE_MAX)
		return -E2BIG;
	if (n && !access_ok(v, n))
		return -EFAULT;
	err = xattr_permission(inode, name, MAY_WRITE);
	return err ? err : -EOPNOTSUPP;
}

static long do_removexattr(const struct path *p, const char __user *uname)
{
	struct inode *inode = p->dentry->d_inode;
	char name[XATTR_NAME_MAX + 1];
	int err = mnt_want_write(p->mnt);

	if (!err)
		err = copy_name(name, uname);
	if (!err)
		err = xattr_permission(inode, name, MAY_WRITE);
	return err ? err : absent(inode, name);
}

/* ---- the calls: by path, by path without following a last link, by descriptor ---- */

static long path_getxattr(const char __user *path, const char __user *name, unsigned int lookup)
{
	struct path p;
	long err = user_path_at(AT_FDCWD, path, lookup, &p);

	if (err)
		return err;
	err = do_getxattr(&p, name);
	path_put(&p);
	return err;
}

long sys_getxattr(const char __user *path, const char __user *name, void __user *v __maybe_unused,
		  size_t n __maybe_unused)
{
	return path_getxattr(path, name, LOOKUP_FOLLOW);
}

long sys_lgetxattr(const char __user *path, const char __user *name, void __user *v __maybe_unused,
		   size_t n __maybe_unused)
{
	return path_getxattr(path, name, 0);
}

long sys_fgetxattr(int fd, const char __user *name, void __user *v __maybe_unused,
		   size_t n __maybe_unused)
{
	struct file *f = fget(fd);
	long err;

	if (!f)
		return -EBADF;
	err = do_getxattr(&f->f_path, name);
	fput(f);
	return err;
}

static long path_setxattr(const char __user *path, const char __user *name, const void __user *v,
			  size_t n, int flags, unsigned int lookup)
{
	struct path p;
	long err = user_path_at(AT_FDCWD, path, lookup, &p);

	if (err)
		return err;
	err = do_setxattr(&p, name, v, n, flags);
	path_put(&p);
	return err;
}

long sys_setxattr(const char __user *path, const char __user *name, const void __user *v, size_t n,
		  int flags)
{
	return path_setxattr(path, name, v, n, flags, LOOKUP_FOLLOW);
}

long sys_lsetxattr(const char __user *path, const char __user *name, const void __user *v, size_t n,
		   int flags)
{
	return path_setxattr(path, name, v, n, flags, 0);
}

long sys_fsetxattr(int fd, const char __user *name, const void __user *v, size_t n, int flags)
{
	struct file *f = fget(fd);
	long err;

	if (!f)
		return -EBADF;
	err = do_setxattr(&f->f_path, name, v, n, flags);
	fput(f);
	return err;
}

/* There are none: the list is empty. */
static long path_listxattr(const char __user *path, unsigned int lookup)
{
	struct path p;
	long err = user_path_at(AT_FDCWD, path, lookup, &p);

	if (!err)
		path_put(&p);
	return err;
}

long sys_listxattr(const char __user *path, char __user *list __maybe_unused,
		   size_t n __maybe_unused)
{
	return path_listxattr(path, LOOKUP_FOLLOW);
}

long sys_llistxattr(const char __user *path, char __user *list __maybe_unused,
		    size_t n __maybe_unused)
{
	return path_listxattr(path, 0);
}

long sys_flistxattr(int fd, char __user *list __maybe_unused, size_t n __maybe_unused)
{
	struct file *f = fget(fd);

	if (!f)
		return -EBADF;
	fput(f);
	return 0;
}

static long path_removexattr(const char __user *path, const char __user *name, unsigned int lookup)
{
	struct path p;
	long err = user_path_at(AT_FDCWD, path, lookup, &p);

	if (err)
		return err;
	err = do_removexattr(&p, name);
	path_put(&p);
	return err;
}

long sys_removexattr(const char __user *path, const char __user *name)
{
	return path_removexattr(path, name, LOOKUP_FOLLOW);
}

long sys_lremovexattr(const char __user *path, const char __user *name)
{
	return path_removexattr(path, name, 0);
}

long sys_fremovexattr(int fd, const char __user *name)
{
	struct file *f = fget(fd);
	long err;

	if (!f)
		return -EBADF;
	err = do_removexattr(&f->f_path, name);
	fput(f);
	return err;
}
