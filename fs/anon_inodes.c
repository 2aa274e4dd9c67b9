/* SPDX-License-Identifier: MIT */
/*
 * File systems that are mounted nowhere, and files that are in no directory: an eventfd, an epoll,
 * a pidfd. All of these share one inode, and each has its own dentry, whose name /proc/PID/fd
 * shows. Abridges Linux's fs/anon_inodes.c and the pseudo file systems of fs/libfs.c.
 * Not on the road of an exec.
 */
#include <anon_inodes.h>
#include <cred.h>
#include <file.h>
#include <mount.h>
#include <printk.h>
#include <slab.h>
#include <string.h>
#include <task.h>
#include <linux/fcntl.h>
#include <linux/magic.h>

struct super_block *pseudo_mount(struct file_system_type *t)
{
	struct super_block *sb = alloc_super(t, container_of(t, struct pseudo_fs, type)->magic);
	struct inode *root = sb ? new_inode(sb) : NULL;

	if (!root)
		return ERR_PTR(-ENOMEM);
	root->i_mode = S_IFDIR | 0600;
	root->i_ino = get_next_ino();
	sb->s_root = d_alloc_root(root);
	return sb->s_root ? sb : ERR_PTR(-ENOMEM);
}

/* Returns the mount of @fs, or NULL without memory. */
static struct vfsmount *pseudo_mnt(struct pseudo_fs *fs)
{
	struct vfsmount *mnt = fs->mnt ?: kern_mount(&fs->type);

	if (IS_ERR(mnt))
		return NULL;
	return fs->mnt = mnt;
}

int pseudo_path(struct pseudo_fs *fs, const char *name, struct inode *inode, struct path *p)
{
	p->dentry = d_alloc(fs->mnt->mnt_root, name, strlen(name));
	if (!p->dentry) {
		iput(inode);
		return -ENOMEM;
	}
	p->dentry->d_op = fs->d_op;
	d_instantiate(p->dentry, inode);
	p->mnt = mntget(fs->mnt);
	return 0;
}

int pseudo_new(struct pseudo_fs *fs, umode_t mode, struct path *p)
{
	struct vfsmount *mnt = pseudo_mnt(fs);
	struct inode *inode = mnt ? new_inode(mnt->mnt_sb) : NULL;

	if (!inode)
		return -ENOMEM;
	inode->i_ino = get_next_ino();
	inode->i_mode = mode;
	inode->i_uid = current->cred->fsuid;
	inode->i_gid = current->cred->fsgid;
	return pseudo_path(fs, "", inode, p);
}

struct file *alloc_file_pseudo(struct path *p, int flags, const struct file_operations *fops,
			       void *priv)
{
	struct file *f = dentry_open(p, flags | O_PATH); /* which does not call ->open */

	path_put(p);
	if (!IS_ERR(f)) {
		f->f_flags = flags;
		f->f_mode = ((flags + 1) & O_ACCMODE) | FMODE_OPENED;
		f->f_op = fops;
		f->private_data = priv;
	}
	return f;
}

static char *anon_inode_dname(struct dentry *d, char *buf, int len)
{
	if (snprintf(buf, len, "anon_inode:%s", d->d_name.name) >= len)
		return ERR_PTR(-ENAMETOOLONG);
	return buf;
}

/* The inode of all anonymous files, with a reference; NULL without memory. */
static struct inode *anon_inode(struct pseudo_fs *fs)
{
	static struct inode *inode;
	struct path p;

	if (!inode) {
		if (pseudo_new(fs, 0600, &p))
			return NULL;
		inode = igrab(p.dentry->d_inode);
		inode->i_uid = inode->i_gid = 0;
		path_put(&p);
	}
	return igrab(inode);
}

/* A file "anon_inode:NAME". ERR_PTR. */
static struct file *anon_inode_getfile(const char *name, const struct file_operations *fops,
				       void *priv, int flags)
{
	static const struct dentry_operations dops = {.d_dname = anon_inode_dname};
	static struct pseudo_fs fs = {
		.type = {.name = "anon_inodefs", .mount = pseudo_mount},
		.magic = ANON_INODE_FS_MAGIC,
		.d_op = &dops,
	};
	struct inode *inode = anon_inode(&fs);
	struct path p;

	if (!inode || pseudo_path(&fs, name, inode, &p))
		return ERR_PTR(-ENOMEM);
	return alloc_file_pseudo(&p, flags & (O_ACCMODE | O_NONBLOCK), fops, priv);
}

int fd_install_new(struct file *f, int flags)
{
	int fd = get_unused_fd_flags(flags);

	if (fd < 0)
		fput(f);
	else
		fd_install(fd, f);
	return fd;
}

int anon_inode_prepare(const char *name, const struct file_operations *fops, void *priv, int flags,
		       struct file **f)
{
	int fd = get_unused_fd_flags(flags);

	if (fd < 0)
		return fd;
	*f = anon_inode_getfile(name, fops, priv, flags);
	if (!IS_ERR(*f))
		return fd;
	put_unused_fd(fd);
	return PTR_ERR(*f);
}

int anon_inode_getfd(const char *name, const struct file_operations *fops, void *priv, int flags)
{
	struct file *f;
	int fd = anon_inode_prepare(name, fops, priv, flags, &f);

	if (fd < 0)
		kfree(priv);
	else
		fd_install(fd, f);
	return fd;
}

int anon_inode_release(struct inode *inode __maybe_unused, struct file *f)
{
	kfree(f->private_data);
	return 0;
}

struct file *anon_inode_fget(int fd, const struct file_operations *fops)
{
	struct file *f = fget(fd);

	if (!f)
		return ERR_PTR(-EBADF);
	if (f->f_op == fops)
		return f;
	fput(f);
	return ERR_PTR(-EINVAL);
}
