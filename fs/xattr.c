/* SPDX-License-Identifier: MIT */
/*
 * Extended attributes, which no file system of Exon stores. The calls look the file up, check the
 * name, and return what Linux returns for a file without attributes: -ENODATA for a name that its
 * file system takes, otherwise -EOPNOTSUPP. The one attribute that there is: a socket has the name
 * of its protocol.
 * Abridges Linux's fs/xattr.c. Left out: storing what Linux's tmpfs stores (-EOPNOTSUPP).
 * Not on the road of an exec.
 */
#include <cred.h>
#include <file.h>
#include <fs.h>
#include <namei.h>
#include <slab.h>
#include <string.h>
#include <syscalls.h>
#include <asm/uaccess.h>
#include <linux/capability.h>
#include <linux/fcntl.h>
#include <linux/limits.h>
#include <linux/magic.h>
#include <linux/xattr.h>

#define SOCKPROTONAME "system.sockprotoname"

static bool starts_with(const char *name, const char *prefix)
{
	return !strncmp(name, prefix, strlen(prefix));
}

/* May current use the attribute? Who may not read it, sees that it is not there. */
static int xattr_permission(struct inode *inode, const char *name, bool write)
{
	int denied = write ? -EPERM : -ENODATA;

	if (starts_with(name, XATTR_SECURITY_PREFIX) || starts_with(name, XATTR_SYSTEM_PREFIX))
		return 0;
	if (starts_with(name, XATTR_TRUSTED_PREFIX))
		return capable(CAP_SYS_ADMIN) ? 0 : denied;
	if (starts_with(name, XATTR_USER_PREFIX) && !S_ISREG(inode->i_mode) &&
	    !S_ISDIR(inode->i_mode))
		return denied;
	return inode_permission(inode, write ? MAY_WRITE : MAY_READ);
}

/* Does the file system have attributes of this name? tmpfs has these. Returns 0 or -errno. */
static int xattr_handler(const struct inode *inode, const char *name)
{
	if (!inode->i_sb->s_max_inodes)
		return -EOPNOTSUPP;
	if (!strcmp(name, XATTR_TRUSTED_PREFIX) || !strcmp(name, XATTR_SECURITY_PREFIX))
		return -EINVAL;
	return starts_with(name, XATTR_TRUSTED_PREFIX) ||
			       starts_with(name, XATTR_SECURITY_PREFIX) ||
			       !strcmp(name, XATTR_NAME_POSIX_ACL_ACCESS) ||
			       !strcmp(name, XATTR_NAME_POSIX_ACL_DEFAULT)
		       ? 0
		       : -EOPNOTSUPP;
}

/* The name of an attribute; -ERANGE: it is empty or too long. */
static int copy_name(char name[XATTR_NAME_MAX + 1], const char __user *from)
{
	long n = strncpy_from_user(name, from, XATTR_NAME_MAX + 1);

	if (n < 0)
		return n;
	return n && n <= XATTR_NAME_MAX ? 0 : -ERANGE;
}

/* What the four kinds of calls do with an inode. */
struct xattr_call {
	long (*op)(struct inode *inode, const char *name, const struct xattr_call *c);
	const char __user *name; /* listxattr has none */
	void __user *value;
	size_t size;
	unsigned int flags;
};

/* Copies a value of @len bytes, if there is room; with size 0 only its length is asked for. */
static long put_value(const struct xattr_call *c, const char *value, size_t len)
{
	if (!c->size)
		return len;
	if (c->size < len)
		return -ERANGE;
	return copy_to_user(c->value, value, len) ? -EFAULT : (long)len;
}

static long get(struct inode *inode, const char *name, const struct xattr_call *c)
{
	int err = xattr_permission(inode, name, false);

	if (err)
		return err;
	if (inode->i_sb->s_magic == SOCKFS_MAGIC && !strcmp(name, SOCKPROTONAME))
		return put_value(c, inode->i_private, strlen(inode->i_private) + 1);
	return xattr_handler(inode, name) ?: -ENODATA;
}

static long set(struct inode *inode, const char *name, const struct xattr_call *c)
{
	void *value;
	bool fault;

	if (c->size > XATTR_SIZE_MAX)
		return -E2BIG;
	value = kmalloc(c->size ?: 1, GFP_KERNEL);
	if (!value)
		return -ENOMEM;
	fault = copy_from_user(value, c->value, c->size);
	kfree(value);
	if (fault)
		return -EFAULT;
	return xattr_permission(inode, name, true) ?: xattr_handler(inode, name) ?: -EOPNOTSUPP;
}

static long remove(struct inode *inode, const char *name, const struct xattr_call *c __maybe_unused)
{
	return xattr_permission(inode, name, true) ?: xattr_handler(inode, name) ?: -ENODATA;
}

static long list(struct inode *inode, const char *name __maybe_unused, const struct xattr_call *c)
{
	if (inode->i_sb->s_magic != SOCKFS_MAGIC)
		return 0;
	return put_value(c, SOCKPROTONAME, sizeof(SOCKPROTONAME));
}

static long call_inode(struct inode *inode, const struct xattr_call *c)
{
	char name[XATTR_NAME_MAX + 1];
	int err = c->flags & ~(XATTR_CREATE | XATTR_REPLACE) ? -EINVAL : 0;

	if (!err && c->op != list)
		err = copy_name(name, c->name);
	return err ?: c->op(inode, name, c);
}

static long call_path(const char __user *path, unsigned int lookup, const struct xattr_call *c)
{
	struct path p;
	long ret = user_path_at(AT_FDCWD, path, lookup, &p);

	if (ret)
		return ret;
	ret = call_inode(p.dentry->d_inode, c);
	path_put(&p);
	return ret;
}

static long call_fd(int fd, const struct xattr_call *c)
{
	struct file *f = fget(fd);
	long ret;

	if (!f)
		return -EBADF;
	ret = call_inode(f->f_inode, c);
	fput(f);
	return ret;
}

#define CALL(...) (&(struct xattr_call){__VA_ARGS__})

long sys_getxattr(const char __user *path, const char __user *name, void __user *value, size_t size)
{
	return call_path(path, LOOKUP_FOLLOW,
			 CALL(get, .name = name, .value = value, .size = size));
}

long sys_lgetxattr(const char __user *path, const char __user *name, void __user *value,
		   size_t size)
{
	return call_path(path, 0, CALL(get, .name = name, .value = value, .size = size));
}

long sys_fgetxattr(int fd, const char __user *name, void __user *value, size_t size)
{
	return call_fd(fd, CALL(get, .name = name, .value = value, .size = size));
}

long sys_setxattr(const char __user *path, const char __user *name, void __user *value, size_t size,
		  unsigned int flags)
{
	return call_path(path, LOOKUP_FOLLOW, CALL(set, name, value, size, flags));
}

long sys_lsetxattr(const char __user *path, const char __user *name, void __user *value,
		   size_t size, unsigned int flags)
{
	return call_path(path, 0, CALL(set, name, value, size, flags));
}

long sys_fsetxattr(int fd, const char __user *name, void __user *value, size_t size,
		   unsigned int flags)
{
	return call_fd(fd, CALL(set, name, value, size, flags));
}

long sys_listxattr(const char __user *path, void __user *value, size_t size)
{
	return call_path(path, LOOKUP_FOLLOW, CALL(list, .value = value, .size = size));
}

long sys_llistxattr(const char __user *path, void __user *value, size_t size)
{
	return call_path(path, 0, CALL(list, .value = value, .size = size));
}

long sys_flistxattr(int fd, void __user *value, size_t size)
{
	return call_fd(fd, CALL(list, .value = value, .size = size));
}

long sys_removexattr(const char __user *path, const char __user *name)
{
	return call_path(path, LOOKUP_FOLLOW, CALL(remove, .name = name));
}

long sys_lremovexattr(const char __user *path, const char __user *name)
{
	return call_path(path, 0, CALL(remove, .name = name));
}

long sys_fremovexattr(int fd, const char __user *name)
{
	return call_fd(fd, CALL(remove, .name = name));
}
