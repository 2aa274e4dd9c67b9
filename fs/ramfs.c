/* SPDX-License-Identifier: MIT */
/*
 * File systems in memory: rootfs, tmpfs, ramfs and devtmpfs, and the nameless files
 * of shared memory. The bytes are only in the page cache, the names only in the
 * dentry tree: each name holds one reference to its dentry until it is removed.
 * Numbers are those of tmpfs: inodes count from 1 in order of creation, and the
 * size of a directory is 40 bytes plus 20 for each entry. All instances together
 * may use half of the memory (mm/filemap.c).
 * Abridges Linux's mm/shmem.c, fs/ramfs/inode.c and drivers/base/devtmpfs.c.
 * Left out: swap, huge pages, seals, mount options.
 */
#include <chrdev.h>
#include <file.h>
#include <frames.h>
#include <fs.h>
#include <mount.h>
#include <namei.h>
#include <pagecache.h>
#include <printk.h>
#include <slab.h>
#include <string.h>
#include <asm/page.h>
#include <asm/statfs.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include "internal.h"

#define BOGO_DIRENT_SIZE  20
#define SHORT_SYMLINK_LEN 128 /* tmpfs: a longer one costs a page */

static const struct inode_operations ramfs_iops;
static struct vfsmount *shm_mnt;

/*
 * Returns the first position at or after @off that is in a page of the cache (SEEK_DATA) or is not
 * (SEEK_HOLE); -ENXIO if there is none before the end.
 */
static loff_t seek_hole_data(struct inode *inode, loff_t off, int whence)
{
	struct address_space *mapping = inode->i_mapping;
	unsigned long index = off >> PAGE_SHIFT, last = index;
	loff_t eof = inode->i_size;

	if (off < 0 || off >= eof)
		return -ENXIO;
	spin_lock(&mapping->tree_lock);
	if (whence == SEEK_DATA) {
		if (!radix_tree_next(&mapping->pages, &index))
			index = (eof >> PAGE_SHIFT) + 1;
	} else {
		while (radix_tree_next(&mapping->pages, &index) && index == last)
			index = ++last;
		index = last;
	}
	spin_unlock(&mapping->tree_lock);
	if (index != (unsigned long)off >> PAGE_SHIFT)
		off = (loff_t)index << PAGE_SHIFT;
	if (off < eof)
		return off;
	return whence == SEEK_HOLE ? eof : -ENXIO;
}

static loff_t ramfs_llseek(struct file *f, loff_t off, int whence)
{
	if (whence == SEEK_DATA || whence == SEEK_HOLE) {
		off = seek_hole_data(f->f_inode, off, whence);
		if (off < 0)
			return off;
		whence = SEEK_SET;
	}
	return generic_file_llseek(f, off, whence);
}

static int ramfs_mmap(struct file *f, struct vm_area_struct *vma)
{
	return seal_check_mmap(f->f_inode, vma) ?: generic_file_mmap(f, vma);
}

static const struct file_operations file_fops = {
	.llseek = ramfs_llseek,
	.read = generic_file_read,
	.write = generic_file_write,
	.splice_read = filemap_splice_read,
	.splice_write = iter_file_splice_write,
	.mmap = ramfs_mmap,
	.fallocate = shmem_fallocate,
	.fsync = noop_fsync,
};

/* ---- inodes ---- */

/*
 * For devices, fifos and sockets. A block device can be created but not opened, because there is
 * no driver for one.
 */
static void init_special_inode(struct inode *inode, umode_t mode, dev_t dev)
{
	inode->i_mode = mode;
	if (S_ISCHR(mode) || S_ISBLK(mode))
		inode->i_rdev = dev;
	if (S_ISCHR(mode))
		inode->i_fop = &def_chr_fops;
	else if (S_ISFIFO(mode))
		inode->i_fop = &pipefifo_fops;
}

/* False: @sb has no inode left. A hard link counts as one, too. */
static bool reserve_inode(struct super_block *sb)
{
	if (sb->s_max_inodes && sb->s_inodes >= sb->s_max_inodes)
		return false;
	sb->s_inodes++;
	return true;
}

static void ramfs_evict_inode(struct inode *inode) { inode->i_sb->s_inodes--; }

/* Returns a new inode for a file in @dir (NULL: a root, or nameless); NULL: limit, or no memory. */
static struct inode *ramfs_get_inode(struct super_block *sb, const struct inode *dir, umode_t mode,
				     dev_t dev)
{
	struct inode *inode;

	if (!reserve_inode(sb))
		return NULL;
	inode = new_inode(sb);
	if (!inode) {
		sb->s_inodes--;
		return NULL;
	}
	inode->i_ino = sb->s_next_ino++;
	inode_init_owner(inode, dir, mode);
	inode->i_op = &ramfs_iops;
	if (S_ISREG(mode)) {
		inode->i_fop = &file_fops;
		inode->i_seals = SEALABLE | F_SEAL_SEAL;
	} else if (S_ISDIR(mode)) {
		inode->i_nlink = 2;
		inode->i_size = 2 * BOGO_DIRENT_SIZE;
		inode->i_fop = &simple_dir_operations;
	} else if (!S_ISLNK(mode)) {
		init_special_inode(inode, inode->i_mode, dev);
	}
	return inode;
}

static int ramfs_setattr(struct dentry *d, struct iattr *attr)
{
	struct inode *inode = d->d_inode;
	loff_t old = inode->i_size;

	if (!(attr->ia_valid & ATTR_SIZE))
		return 0;
	if (seal_check_size(inode, attr->ia_size))
		return -EPERM;
	inode->i_size = attr->ia_size;
	if (attr->ia_size <= old) /* beyond the size there may be pages of fallocate */
		truncate_pagecache(inode, attr->ia_size);
	if (attr->ia_size != old)
		inode->i_mtime = inode->i_ctime = current_time();
	return 0;
}

static int ramfs_getattr(const struct path *p, struct kstat *st)
{
	struct inode *inode = p->dentry->d_inode;

	generic_getattr(p, st);
	st->blocks = inode->i_data.nrpages * (PAGE_SIZE / 512);
	if (S_ISLNK(inode->i_mode) && inode->i_size >= SHORT_SYMLINK_LEN)
		st->blocks = PAGE_SIZE / 512;
	return 0;
}

/* ---- directories; the caller has locked the directory ---- */

static void touch_dir(struct inode *dir, int entries)
{
	dir->i_size += entries * BOGO_DIRENT_SIZE;
	dir->i_mtime = dir->i_ctime = current_time();
}

/* Links @d to @inode and pins @d. Takes over the inode's reference. */
static void add_entry(struct inode *dir, struct dentry *d, struct inode *inode)
{
	touch_dir(dir, 1);
	d_add(d, inode);
	dget(d);
}

static int ramfs_mknod(struct inode *dir, struct dentry *d, umode_t mode, dev_t dev)
{
	struct inode *inode = ramfs_get_inode(dir->i_sb, dir, mode, dev);

	if (!inode)
		return -ENOSPC;
	add_entry(dir, d, inode);
	if (S_ISDIR(mode))
		dir->i_nlink++;
	return 0;
}

static int ramfs_symlink(struct inode *dir, struct dentry *d, const char *target)
{
	size_t len = strlen(target);
	struct inode *inode;

	if (len + 1 > PAGE_SIZE)
		return -ENAMETOOLONG;
	inode = ramfs_get_inode(dir->i_sb, dir, S_IFLNK | 0777, 0);
	if (!inode)
		return -ENOSPC;
	inode->i_size = len;
	inode->i_link = kmemdup(target, len + 1);
	if (!inode->i_link) {
		iput(inode);
		return -ENOMEM;
	}
	add_entry(dir, d, inode);
	return 0;
}

static int ramfs_link(struct dentry *old, struct inode *dir, struct dentry *d)
{
	struct inode *inode = old->d_inode;

	if (inode->i_nlink && !reserve_inode(dir->i_sb))
		return -ENOSPC;
	add_entry(dir, d, igrab(inode));
	inode->i_ctime = dir->i_ctime;
	inode->i_nlink++;
	return 0;
}

static int ramfs_unlink(struct inode *dir, struct dentry *d)
{
	struct inode *inode = d->d_inode;

	touch_dir(dir, -1);
	inode->i_ctime = dir->i_ctime;
	if (inode->i_nlink > 1 && !S_ISDIR(inode->i_mode))
		inode->i_sb->s_inodes--;
	inode->i_nlink--;
	dput(d); /* the pin; the caller has a reference too */
	return 0;
}

static int ramfs_rmdir(struct inode *dir, struct dentry *d)
{
	if (!list_empty(&d->d_subdirs))
		return -ENOTEMPTY;
	d->d_inode->i_nlink--;
	dir->i_nlink--;
	return ramfs_unlink(dir, d);
}

/* The caller moves the dentries afterwards. Returns 0 or -ENOTEMPTY. */
static int ramfs_rename(struct inode *old_dir, struct dentry *old, struct inode *new_dir,
			struct dentry *new_d, unsigned int flags)
{
	bool exchange = flags & RENAME_EXCHANGE;
	int dirs = d_is_dir(old) - (exchange && d_is_dir(new_d)); /* more in new_dir */

	if (new_d->d_inode && !exchange) {
		int err = dirs ? ramfs_rmdir(new_dir, new_d) : ramfs_unlink(new_dir, new_d);

		if (err)
			return err;
	}
	old_dir->i_nlink -= dirs;
	new_dir->i_nlink += dirs;
	touch_dir(old_dir, exchange ? 0 : -1);
	touch_dir(new_dir, exchange ? 0 : 1);
	old->d_inode->i_ctime = new_dir->i_ctime;
	if (exchange)
		new_d->d_inode->i_ctime = new_dir->i_ctime;
	return 0;
}

/* For all types of files; the methods that take a name are only called for directories. */
static const struct inode_operations ramfs_iops = {
	.link = ramfs_link,
	.unlink = ramfs_unlink,
	.symlink = ramfs_symlink,
	.rmdir = ramfs_rmdir,
	.mknod = ramfs_mknod,
	.tmpfile = ramfs_get_inode,
	.rename = ramfs_rename,
	.setattr = ramfs_setattr,
	.getattr = ramfs_getattr,
};

/* ---- super blocks ---- */

/* do_statfs has set what is common to all file systems. ramfs has no limits, and shows none. */
static int ramfs_statfs(struct super_block *sb, struct statfs *st)
{
	u64 total = sb->s_max_inodes; /* the limit of pages is the same number */

	if (!sb->s_max_inodes)
		return 0;
	st->f_fsid.val[0] = sb->s_dev;
	st->f_blocks = total;
	st->f_bfree = st->f_bavail = total - min(total, nr_file_pages());
	st->f_files = sb->s_max_inodes;
	st->f_ffree = sb->s_max_inodes - sb->s_inodes;
	return 0;
}

/* Returns a new super block with its root directory, or ERR_PTR. */
static struct super_block *fill_super(struct file_system_type *t, unsigned long magic, umode_t mode)
{
	struct super_block *sb = alloc_super(t, magic);
	struct inode *root = sb ? ramfs_get_inode(sb, NULL, S_IFDIR | mode, 0) : NULL;

	if (root)
		sb->s_root = d_alloc_root(root);
	if (root && sb->s_root) {
		sb->statfs = ramfs_statfs;
		sb->evict_inode = ramfs_evict_inode;
		return sb;
	}
	kfree(sb);
	return ERR_PTR(-ENOMEM);
}

/* For tmpfs and rootfs: as many inodes as half of the memory has pages. */
static struct super_block *tmpfs_mount(struct file_system_type *t)
{
	struct super_block *sb = fill_super(t, TMPFS_MAGIC, 01777);

	if (!IS_ERR(sb))
		sb->s_max_inodes = totalram_pages() / 2;
	return sb;
}

static struct super_block *ramfs_mount(struct file_system_type *t)
{
	return fill_super(t, RAMFS_MAGIC, 0755);
}

/* After the last mount is gone: unpins all names, the lowest first, and frees everything. */
static void ramfs_kill_sb(struct super_block *sb)
{
	struct dentry *root = sb->s_root;

	for (;;) {
		struct dentry *d = root;

		spin_lock(&dcache_lock);
		while (!list_empty(&d->d_subdirs))
			d = list_first_entry(&d->d_subdirs, struct dentry, d_child);
		spin_unlock(&dcache_lock);
		if (d == root)
			break;
		d_drop(d);
		dput(d);
	}
	dput(root);
	kfree(sb);
}

/* Creates @name in @parent without permission checks. Returns 0 or -errno. */
static int make_node(struct dentry *parent, const char *name, umode_t mode, dev_t dev)
{
	struct inode *dir = parent->d_inode;
	struct dentry *d = d_alloc(parent, name, strlen(name));
	int err;

	if (!d)
		return -ENOMEM;
	down_write(&dir->i_rwsem);
	err = ramfs_mknod(dir, d, mode, dev);
	up_write(&dir->i_rwsem);
	dput(d);
	return err;
}

/* There is one instance for all mounts. The first mount makes a node for each registered device. */
static struct super_block *devtmpfs_mount(struct file_system_type *t)
{
	static struct super_block *devtmpfs;
	struct super_block *sb = devtmpfs ? devtmpfs : fill_super(t, TMPFS_MAGIC, 0755);
	struct chrdev *c;

	if (devtmpfs || IS_ERR(sb))
		return sb;
	sb->s_max_inodes = totalram_pages() / 2;
	list_for_each_entry(c, &chrdevs, list)
		if (make_node(sb->s_root, c->name, S_IFCHR | c->mode, c->dev))
			printk("devtmpfs: cannot create %s\n", c->name);
	devtmpfs = sb;
	return sb;
}

struct file_system_type rootfs_fs_type = {.name = "rootfs",
					  .mount = tmpfs_mount,
					  .kill_sb = ramfs_kill_sb};
static struct file_system_type tmpfs_fs_type = {.name = "tmpfs",
						.mount = tmpfs_mount,
						.kill_sb = ramfs_kill_sb};
static struct file_system_type ramfs_fs_type = {.name = "ramfs",
						.mount = ramfs_mount,
						.kill_sb = ramfs_kill_sb};
static struct file_system_type devtmpfs_fs_type = {.name = "devtmpfs", .mount = devtmpfs_mount};

/* Called by vfs_init. Shared memory is mounted first, so its device number is 0:1. */
void ramfs_register(void)
{
	register_filesystem(&tmpfs_fs_type);
	shm_mnt = kern_mount(&tmpfs_fs_type);
	if (!IS_ERR(shm_mnt))
		shm_mnt->mnt_sb->s_max_inodes = 0; /* as for each mount of the kernel's own */
	else
		panic("cannot mount shared memory: error %ld", PTR_ERR(shm_mnt));
}

/* ---- shared memory ---- */

static const struct dentry_operations shm_dops = {.d_dname = simple_dname};

/* Opens a new file of @size bytes in no directory; maps shows @name. Returns it or ERR_PTR. */
static struct file *shm_file_setup(const char *name, loff_t size)
{
	struct dentry *d = d_alloc(NULL, name, strlen(name));
	struct inode *inode = ramfs_get_inode(shm_mnt->mnt_sb, NULL, S_IFREG | 0777, 0);
	struct path p = {.mnt = shm_mnt, .dentry = d};
	struct file *f;

	if (!d || !inode) {
		dput(d);
		if (inode)
			iput(inode);
		return ERR_PTR(-ENOMEM);
	}
	inode->i_size = size;
	inode->i_nlink = 0;
	d->d_op = &shm_dops;
	d_instantiate(d, inode);
	f = dentry_open(&p, O_RDWR);
	dput(d);
	return f;
}

/*
 * Called after vfs_init. Makes the files of Linux's built-in archive, so that inode numbers are
 * the same, and sets the pointer by which mm/ makes shared memory.
 */
void ramfs_init(void)
{
	struct dentry *root = root_mnt->mnt_root;
	int err = make_node(root, "dev", S_IFDIR | 0755, 0);

	if (!err) /* the newest child is dev */
		err = make_node(list_first_entry(&root->d_subdirs, struct dentry, d_child),
				"console", S_IFCHR | 0600, MKDEV(5, 1));
	if (!err)
		err = make_node(root, "root", S_IFDIR | 0700, 0);
	if (err)
		panic("cannot fill the root file system: error %d", err);
	shmem_file_setup = shm_file_setup;
	register_filesystem(&devtmpfs_fs_type);
	register_filesystem(&ramfs_fs_type);
}
