/* SPDX-License-Identifier: MIT */
/*
 * Finds the location of a path (namei.c), and the path of a location (d_path.c). Errors are -errno
 * or ERR_PTR; a struct path is returned with references.
 */
#ifndef NAMEI_H
#define NAMEI_H

#include <types.h>
#include <linux/fcntl.h>

struct dentry;
struct file;
struct path;

#define LOOKUP_FOLLOW	 0x1 /* follow a symbolic link at the end, too */
#define LOOKUP_DIRECTORY 0x2
#define LOOKUP_EMPTY	 0x4000 /* "" is allowed: @dfd itself */
/* What openat2 forbids. */
#define LOOKUP_NO_SYMLINKS   0x010000
#define LOOKUP_NO_MAGICLINKS 0x020000
#define LOOKUP_NO_XDEV	     0x040000
#define LOOKUP_BENEATH	     0x080000
#define LOOKUP_IN_ROOT	     0x100000
#define LOOKUP_CACHED	     0x200000
#define LOOKUP_UNCACHED	     0x400000 /* what is asked cannot be done by the cache alone */
#define LOOKUP_RESTRICTED    0x7f0000

/* A kernel copy of a user's path. */
struct filename {
	const char *name; /* in the same allocation */
	char iname[];
};

/* -EFAULT, -ENOENT (""), -ENAMETOOLONG, -ENOMEM. */
struct filename *getname(const char __user *name);
struct filename *getname_flags(const char __user *name, int flags); /* LOOKUP_EMPTY or 0 */
struct filename *getname_kernel(const char *name);
void putname(struct filename *f);

/* Walk @name from @dfd (AT_FDCWD: the working directory); @flags LOOKUP_*. */
int kern_path(const char *name, unsigned int flags, struct path *path);
int user_path_at(int dfd, const char __user *name, unsigned int flags, struct path *path);
/*
 * The same for the AT_* @flags of a system call; -EINVAL for flags that only few calls have.
 * @name NULL: the open file @dfd itself, with AT_EMPTY_PATH an O_PATH one too.
 */
int user_path_flags(int dfd, const char __user *name, int flags, struct path *p);

/* For calls that take an open file only: AT_FDCWD is not one. */
static inline int only_fd(int fd) { return fd == AT_FDCWD ? -1 : fd; }

#define __FMODE_EXEC 0x20 /* in @flags: checks MAY_EXEC instead of MAY_READ */
/* Open by name; @flags O_*; @lookup: LOOKUP_RESTRICTED or some of it. */
struct file *do_filp_open(int dfd, struct filename *name, int flags, umode_t mode, int lookup);
/* open.c: what all open calls do. The descriptor or -errno. */
long do_sys_open(int dfd, const char __user *name, int flags, umode_t mode, int lookup);
struct file *filp_open(const char *name, int flags, umode_t mode); /* open.c */
/* dirops.c: a new fifo or socket, as current would make it. 0 or -errno. */
int kern_mknod(const char *name, umode_t mode);
/* unlink, or with AT_REMOVEDIR rmdir, of @name, which it takes over, also an ERR_PTR. */
int do_unlinkat(int dfd, struct filename *name, int flag);

/*
 * The absolute path of @p as current sees it, at the end of buf; " (deleted)" is added where it
 * applies. Returns its first byte, or ERR_PTR(-ENAMETOOLONG).
 */
char *d_path(const struct path *p, char *buf, int len);
/* For getcwd(2): -ENOENT if deleted; "(unreachable)" in front if outside current's root. */
char *d_cwd_path(const struct path *p, char *buf, int len);
/* A dentry_operations.d_dname: "/name (deleted)". */
char *simple_dname(struct dentry *d, char *buf, int len);

#endif
