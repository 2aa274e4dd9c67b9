/* SPDX-License-Identifier: MIT */
/*
 * Extended attributes, which no file system of Exon stores. The calls look the file up and return
 * what Linux's tmpfs returns for a file without attributes: an empty list, -ENODATA, and
 * -EOPNOTSUPP for setting one.
 * Abridges Linux's fs/xattr.c. Left out: all checks of an attribute's name.
 * Not on the road of an exec.
 */
#include <file.h>
#include <fs.h>
#include <namei.h>
#include <syscalls.h>
#include <linux/fcntl.h>

/* Returns @answer if the file exists, otherwise -errno. */
static long answer_path(const char __user *name, unsigned int lookup, long answer)
{
	struct path p;
	long err = user_path_at(AT_FDCWD, name, lookup, &p);

	if (err)
		return err;
	path_put(&p);
	return answer;
}

static long answer_fd(int fd, long answer)
{
	struct file *f = fget(fd);

	if (!f)
		return -EBADF;
	fput(f);
	return answer;
}

long sys_getxattr(const char __user *path) { return answer_path(path, LOOKUP_FOLLOW, -ENODATA); }
long sys_lgetxattr(const char __user *path) { return answer_path(path, 0, -ENODATA); }
long sys_fgetxattr(int fd) { return answer_fd(fd, -ENODATA); }
long sys_setxattr(const char __user *path) { return answer_path(path, LOOKUP_FOLLOW, -EOPNOTSUPP); }
long sys_lsetxattr(const char __user *path) { return answer_path(path, 0, -EOPNOTSUPP); }
long sys_fsetxattr(int fd) { return answer_fd(fd, -EOPNOTSUPP); }
long sys_listxattr(const char __user *path) { return answer_path(path, LOOKUP_FOLLOW, 0); }
long sys_llistxattr(const char __user *path) { return answer_path(path, 0, 0); }
long sys_flistxattr(int fd) { return answer_fd(fd, 0); }
long sys_removexattr(const char __user *path) { return answer_path(path, LOOKUP_FOLLOW, -ENODATA); }
long sys_lremovexattr(const char __user *path) { return answer_path(path, 0, -ENODATA); }
long sys_fremovexattr(int fd) { return answer_fd(fd, -ENODATA); }
