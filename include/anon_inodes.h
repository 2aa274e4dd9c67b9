/* SPDX-License-Identifier: MIT */
/* Files without a name in any directory: fs/anon_inodes.c. */
#ifndef ANON_INODES_H
#define ANON_INODES_H

#include <fs.h>

/* A file system that is mounted nowhere: pipes, sockets, the inode of all anonymous files. */
struct pseudo_fs {
	struct file_system_type type; /* .mount is pseudo_mount */
	unsigned long magic;
	const struct dentry_operations *d_op;
	struct vfsmount *mnt; /* NULL until it is first needed */
};

struct super_block *pseudo_mount(struct file_system_type *t);
/* A new inode of current's user and a dentry for it; *p owns references. 0, -ENOMEM. */
int pseudo_new(struct pseudo_fs *fs, umode_t mode, struct path *p);
/* A dentry with the name @name for @inode, whose reference it takes over. */
int pseudo_path(struct pseudo_fs *fs, const char *name, struct inode *inode, struct path *p);
/* Opens @p, whose references it takes over. Its inode cannot be opened again: -ENXIO. ERR_PTR. */
struct file *alloc_file_pseudo(struct path *p, int flags, const struct file_operations *fops,
			       void *priv);

/*
 * A file "anon_inode:NAME" with these operations, and a number for it, which the caller installs.
 * @flags: O_RDWR and the like; O_CLOEXEC is for the descriptor. The number or -errno.
 */
int anon_inode_prepare(const char *name, const struct file_operations *fops, void *priv, int flags,
		       struct file **f);
/* The same, installed. @priv is of kmalloc: it is freed if there is no file, */
int anon_inode_getfd(const char *name, const struct file_operations *fops, void *priv, int flags);
/* and by this ->release. */
int anon_inode_release(struct inode *inode, struct file *f);
/* The open file @fd with a reference. ERR_PTR: -EBADF; -EINVAL if it has other operations. */
struct file *anon_inode_fget(int fd, const struct file_operations *fops);
/* Installs @f, an open file, as a descriptor of current, or drops it. The number or -errno. */
int fd_install_new(struct file *f, int flags);

#endif
