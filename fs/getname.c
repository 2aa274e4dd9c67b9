/* SPDX-License-Identifier: MIT */
/*
 * Paths that user space passes to a system call: copies their text, and finds their location for
 * calls that take a path or a descriptor. namei.c walks the paths.
 * Abridges these functions of Linux's fs/namei.c. Left out: audit, names without a copy.
 */
#include <file.h>
#include <fs.h>
#include <namei.h>
#include <slab.h>
#include <string.h>
#include <asm/uaccess.h>
#include <linux/fcntl.h>
#include <linux/limits.h>
#include "internal.h"

/* @len includes the NUL. Returns the struct or ERR_PTR. */
static struct filename *alloc_filename(size_t len)
{
	struct filename *f = kmalloc(sizeof(*f) + len, GFP_KERNEL);

	if (!f)
		return ERR_PTR(-ENOMEM);
	f->name = f->iname;
	return f;
}

struct filename *getname_flags(const char __user *name, int flags)
{
	long len = strnlen_user(name, PATH_MAX);
	struct filename *f;

	if (!len)
		return ERR_PTR(-EFAULT);
	if (len > PATH_MAX)
		return ERR_PTR(-ENAMETOOLONG);
	if (len == 1 && !(flags & LOOKUP_EMPTY))
		return ERR_PTR(-ENOENT);
	f = alloc_filename(len);
	if (!IS_ERR(f) && copy_from_user(f->iname, name, len)) {
		kfree(f);
		return ERR_PTR(-EFAULT);
	}
	if (!IS_ERR(f))
		f->iname[len - 1] = '\0'; /* another thread may have overwritten the NUL */
	return f;
}

struct filename *getname(const char __user *name) { return getname_flags(name, 0); }

struct filename *getname_kernel(const char *name)
{
	size_t len = strlen(name) + 1;
	struct filename *f = len > PATH_MAX ? ERR_PTR(-ENAMETOOLONG) : alloc_filename(len);

	if (!IS_ERR(f))
		memcpy(f->iname, name, len);
	return f;
}

/* An ERR_PTR is allowed. */
void putname(struct filename *f)
{
	if (!IS_ERR(f))
		kfree(f);
}

int user_path_at(int dfd, const char __user *name, unsigned int flags, struct path *path)
{
	struct filename *f = getname_flags(name, flags);
	int err;

	if (IS_ERR(f))
		return PTR_ERR(f);
	err = filename_lookup(dfd, f->name, flags, path);
	putname(f);
	return err;
}

int user_path_flags(int dfd, const char __user *name, int flags, struct path *p)
{
	unsigned int lookup = (flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) |
			      (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0);
	struct file *f;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (name || dfd == AT_FDCWD)
		return user_path_at(dfd, name, lookup, p);
	f = flags & AT_EMPTY_PATH ? fget_raw(dfd) : fget(dfd);
	if (!f)
		return -EBADF;
	*p = f->f_path;
	path_get(p);
	fput(f);
	return 0;
}
