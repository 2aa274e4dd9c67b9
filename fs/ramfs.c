/* SPDX-License-Identifier: MIT */
/*
 * Files that live in memory: one implementation serves the root (rootfs),
 * tmpfs, ramfs, devtmpfs, and the nameless files of shared memory. The bytes
 * are in the page cache, the names in the dentry tree, and nowhere else: each
 * name holds one reference of its dentry until it is removed.
 * Abridges Linux's mm/shmem.c, fs/ramfs/inode.c and drivers/base/devtmpfs.c.
 * Numbers follow tmpfs: inodes count from 1 in order of creation, a directory
 * is 20 bytes an entry and 40 when empty. Left out: swap, huge pages, seals;
 * size= is shown by statfs only: what stops a writer is one limit for all
 * instances together, half of the memory (mm/filemap.c).
 */
#include <fs.h>
#include <mm.h>
#include <sched.h>
#include <string.h>
#include <printk.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include "internal.h"

#define BOGO_DIRENT_SIZE  20
#define SHORT_SYMLINK_LEN 128 /* tmpfs: a longer one costs a page */

/* What a mount may hold. */
struct ramfs_info {
	unsigned int dirent_size;    /* bytes; 0: ramfs, whose directories have no size */
	u64 max_blocks;		     /* pages; 0: unlimited */
	u64 max_inodes, used_inodes; /* max 0: unlimited */
	umode_t mode;		     /* of the root */
	uid_t uid;
	gid_t gid;
	struct list_head inodes; /* of inode.i_sb_list; dcache_lock */
};

static const struct inode_operations file_iops, dir_iops, other_iops;
static struct vfsmount *shm_mnt;
static struct super_block *devtmpfs_sb;

/* The first place at or after @off with data (a page of the cache), or without; -ENXIO: none before the end. */
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
			index = ~0UL >> PAGE_SHIFT;
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

static const struct file_operations file_fops = {
	.llseek = ramfs_llseek,
	.read = generic_file_read,
	.write = generic_file_write,
	.mmap = generic_file_mmap,
};

static struct ramfs_info *info_of(const struct super_block *sb) { return sb->s_fs_info; }

/* ---- inodes ---- */

/* A file counts as one inode, each further hard link too. */
static bool reserve_inode(struct super_block *sb)
{
	struct ramfs_info *info = info_of(sb);

	if (info->max_inodes && info->used_inodes >= info->max_inodes)
		return false;
	info->used_inodes++;
	return true;
}

/* A new inode in @dir (NULL: a root or nameless). NULL: no memory, or the file system is full. */
static struct inode *ramfs_get_inode(struct super_block *sb, const struct inode *dir, umode_t mode,
				     dev_t dev)
{
	struct inode *inode;

	if (!reserve_inode(sb))
		return NULL;
	inode = new_inode(sb);
	if (!inode) {
		info_of(sb)->used_inodes--;
		return NULL;
	}
	inode->i_ino = sb->s_next_ino++;
	spin_lock(&dcache_lock);
	list_add(&inode->i_sb_list, &info_of(sb)->inodes);
	spin_unlock(&dcache_lock);
	inode_init_owner(inode, dir, mode);
	inode->i_op = &other_iops;
	switch (mode & S_IFMT) {
	case S_IFREG:
		inode->i_op = &file_iops;
		inode->i_fop = &file_fops;
		break;
	case S_IFDIR:
		inode->i_nlink = 2;
		inode->i_size = 2 * info_of(sb)->dirent_size;
		inode->i_op = &dir_iops;
		inode->i_fop = &simple_dir_operations;
		break;
	case S_IFLNK:
		break;
	default:
		init_special_inode(inode, inode->i_mode, dev);
	}
	return inode;
}

static void ramfs_evict_inode(struct inode *inode)
{
	info_of(inode->i_sb)->used_inodes--;
	spin_lock(&dcache_lock);
	list_del(&inode->i_sb_list);
	spin_unlock(&dcache_lock);
	kfree(inode->i_link);
}

static int ramfs_setattr(struct dentry *d, struct iattr *attr)
{
	struct inode *inode = d->d_inode;
	loff_t old = inode->i_size;

	if (!(attr->ia_valid & ATTR_SIZE) || attr->ia_size == old)
		return 0;
	inode->i_size = attr->ia_size;
	if (attr->ia_size < old)
		truncate_pagecache(inode, attr->ia_size);
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

/* ---- directories; all called with the directory locked ---- */

static void touch_dir(struct inode *dir, int entries)
{
	dir->i_size += entries * (int)info_of(dir->i_sb)->dirent_size;
	dir->i_mtime = dir->i_ctime = current_time();
}

/* Gives @inode, whose reference it takes over, the name @d, which is pinned from now on. */
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
	return 0;
}

static int ramfs_create(struct inode *dir, struct dentry *d, umode_t mode)
{
	return ramfs_mknod(dir, d, mode | S_IFREG, 0);
}

static int ramfs_mkdir(struct inode *dir, struct dentry *d, umode_t mode)
{
	int err = ramfs_mknod(dir, d, mode | S_IFDIR, 0);

	if (!err)
		dir->i_nlink++;
	return err;
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

	if (!reserve_inode(dir->i_sb))
		return -ENOSPC;
	add_entry(dir, d, igrab(inode));
	inode->i_ctime = dir->i_ctime;
	inode->i_nlink++;
	return 0;
}

static int ramfs_unlink(struct inode *dir, struct dentry *d)
{
	struct inode *inode = d->d_inode;

	if (inode->i_nlink > 1 && !S_ISDIR(inode->i_mode))
		info_of(inode->i_sb)->used_inodes--;
	touch_dir(dir, -1);
	inode->i_ctime = dir->i_ctime;
	inode->i_nlink--;
	dput(d); /* the pin; the caller holds a reference of its own */
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

static int rename_exchange(struct inode *old_dir, struct dentry *old, struct inode *new_dir,
			   struct dentry *new_d)
{
	int dirs_gained = (int)d_is_dir(old) - (int)d_is_dir(new_d);

	if (old_dir != new_dir) {
		new_dir->i_nlink += dirs_gained;
		old_dir->i_nlink -= dirs_gained;
	}
	touch_dir(old_dir, 0);
	touch_dir(new_dir, 0);
	old->d_inode->i_ctime = new_d->d_inode->i_ctime = new_dir->i_ctime;
	return 0;
}

/* The dentries are moved by the caller, afterwards. */
static int ramfs_rename(struct inode *old_dir, struct dentry *old, struct inode *new_dir,
			struct dentry *new_d, unsigned int flags)
{
	bool dirs = d_is_dir(old);

	if (flags & RENAME_EXCHANGE)
		return rename_exchange(old_dir, old, new_dir, new_d);
	if (new_d->d_inode) {
		if (!list_empty(&new_d->d_subdirs))
			return -ENOTEMPTY;
		ramfs_unlink(new_dir, new_d);
		if (dirs) {
			new_d->d_inode->i_nlink--;
			old_dir->i_nlink--;
		}
	} else if (dirs) {
		old_dir->i_nlink--;
		new_dir->i_nlink++;
	}
	touch_dir(old_dir, -1);
	touch_dir(new_dir, 1);
	old->d_inode->i_ctime = new_dir->i_ctime;
	return 0;
}

static const struct inode_operations file_iops = {.setattr = ramfs_setattr,
						  .getattr = ramfs_getattr};
static const struct inode_operations other_iops = {.getattr = ramfs_getattr};
static const struct inode_operations dir_iops = {
	.create = ramfs_create,
	.link = ramfs_link,
	.unlink = ramfs_unlink,
	.symlink = ramfs_symlink,
	.mkdir = ramfs_mkdir,
	.rmdir = ramfs_rmdir,
	.mknod = ramfs_mknod,
	.rename = ramfs_rename,
	.getattr = ramfs_getattr,
};

/* ---- super blocks ---- */

/* Pages that the files of @info's super block hold. */
static u64 used_blocks(struct ramfs_info *info)
{
	struct inode *inode;
	u64 n = 0;

	spin_lock(&dcache_lock);
	list_for_each_entry(inode, &info->inodes, i_sb_list)
		n += inode->i_data.nrpages;
	spin_unlock(&dcache_lock);
	return n;
}

static int ramfs_statfs(struct super_block *sb, struct statfs *st)
{
	struct ramfs_info *info = info_of(sb);

	memset(st, 0, sizeof(*st));
	st->f_type = sb->s_magic;
	st->f_bsize = st->f_frsize = PAGE_SIZE;
	st->f_namelen = NAME_MAX;
	st->f_fsid.val[0] = sb->s_dev;
	if (info->max_blocks) {
		st->f_blocks = info->max_blocks;
		st->f_bfree = st->f_bavail =
			info->max_blocks - min(info->max_blocks, used_blocks(info));
	}
	if (info->max_inodes) {
		st->f_files = info->max_inodes;
		st->f_ffree = info->max_inodes - min(info->max_inodes, info->used_inodes);
	}
	return 0;
}

/* "123", "64k", "1g", or "50%" of the memory in bytes. *end is the first byte not read. */
static u64 parse_size(const char *s, char **end)
{
	u64 n = strtoul(s, end, 0);

	switch (**end) {
	case '%':
		(*end)++;
		return n * totalram_pages() / 100 * PAGE_SIZE;
	case 'g':
	case 'G':
		n <<= 10; /* fall through */
	case 'm':
	case 'M':
		n <<= 10; /* fall through */
	case 'k':
	case 'K':
		n <<= 10;
		(*end)++;
	}
	return n;
}

/* One "name=value"; *end is set behind it. 0 or -EINVAL. */
static int parse_option(struct ramfs_info *info, const char *opt, char **end)
{
	const char *value = strchr(opt, '=');
	size_t len = value ? (size_t)(value - opt) : 0;

	if (!value)
		return -EINVAL;
	value++;
	if (len == 4 && !memcmp(opt, "size", len))
		info->max_blocks = DIV_ROUND_UP(parse_size(value, end), PAGE_SIZE);
	else if (len == 9 && !memcmp(opt, "nr_blocks", len))
		info->max_blocks = parse_size(value, end);
	else if (len == 9 && !memcmp(opt, "nr_inodes", len))
		info->max_inodes = parse_size(value, end);
	else if (len == 4 && !memcmp(opt, "mode", len))
		info->mode = strtoul(value, end, 8) & 07777;
	else if (len == 3 && !memcmp(opt, "uid", len))
		info->uid = strtoul(value, end, 10);
	else if (len == 3 && !memcmp(opt, "gid", len))
		info->gid = strtoul(value, end, 10);
	else
		return -EINVAL;
	return *end == value || (**end && **end != ',') ? -EINVAL : 0;
}

static int parse_options(struct ramfs_info *info, const char *data)
{
	while (data && *data) {
		char *end;
		int err = parse_option(info, data, &end);

		if (err)
			return err;
		data = *end ? end + 1 : end;
	}
	return 0;
}

/* A super block with its root directory; takes over @info. ERR_PTR. */
static struct super_block *fill_super(struct file_system_type *t, unsigned long magic,
				      struct ramfs_info *info)
{
	struct super_block *sb = alloc_super(t, magic);
	struct inode *root;

	if (!sb) {
		kfree(info);
		return ERR_PTR(-ENOMEM);
	}
	INIT_LIST_HEAD(&info->inodes);
	sb->s_fs_info = info;
	sb->statfs = ramfs_statfs;
	sb->evict_inode = ramfs_evict_inode;
	root = ramfs_get_inode(sb, NULL, S_IFDIR | info->mode, 0);
	if (root) {
		root->i_uid = info->uid;
		root->i_gid = info->gid;
		sb->s_root = d_alloc_root(root);
	}
	if (sb->s_root)
		return sb;
	kfree(info);
	kfree(sb);
	return ERR_PTR(-ENOMEM);
}

/* @t is tmpfs or the root; the kernel's own mounts know no limits. */
static struct super_block *tmpfs_mount(struct file_system_type *t, unsigned int flags,
				       const char *data)
{
	struct ramfs_info *info = kzalloc(sizeof(*info));
	int err;

	if (!info)
		return ERR_PTR(-ENOMEM);
	info->dirent_size = BOGO_DIRENT_SIZE;
	info->mode = 01777;
	info->uid = current->cred->fsuid;
	info->gid = current->cred->fsgid;
	if (!(flags & MS_KERNMOUNT))
		info->max_blocks = info->max_inodes = totalram_pages() / 2;
	err = parse_options(info, data);
	if (!err)
		return fill_super(t, TMPFS_MAGIC, info);
	kfree(info);
	return ERR_PTR(err);
}

/* Options that it does not know are ignored, as ever; only "mode=" is known. */
static struct super_block *ramfs_mount(struct file_system_type *t,
				       unsigned int flags __maybe_unused, const char *data)
{
	struct ramfs_info *info = kzalloc(sizeof(*info));
	char *end;

	if (!info)
		return ERR_PTR(-ENOMEM);
	info->mode = 0755;
	if (data && !strncmp(data, "mode=", 5))
		info->mode = strtoul(data + 5, &end, 8) & 07777;
	info->uid = current->cred->fsuid;
	info->gid = current->cred->fsgid;
	return fill_super(t, RAMFS_MAGIC, info);
}

/* The last mount is gone: unpins every name, leaves first, and frees all. */
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
	kfree(sb->s_fs_info);
	kfree(sb);
}

/* Makes @name in @parent as the kernel itself. 0 or -errno. */
static int make_node(struct dentry *parent, const char *name, umode_t mode, dev_t dev)
{
	struct inode *dir = parent->d_inode;
	struct dentry *d = d_alloc(parent, name, strlen(name));
	int err;

	if (!d)
		return -ENOMEM;
	down_write(&dir->i_rwsem);
	err = S_ISDIR(mode) ? ramfs_mkdir(dir, d, mode) : ramfs_mknod(dir, d, mode, dev);
	up_write(&dir->i_rwsem);
	dput(d);
	return err;
}

/*
 * One instance, however often it is mounted; filled at the first mount with what the
 * drivers have announced.
 */
static struct super_block *devtmpfs_mount(struct file_system_type *t,
					  unsigned int flags __maybe_unused,
					  const char *data __maybe_unused)
{
	struct chrdev *c;
	struct super_block *sb;

	if (devtmpfs_sb)
		return devtmpfs_sb;
	sb = tmpfs_mount(t, 0, "mode=0755");
	if (IS_ERR(sb))
		return sb;
	list_for_each_entry(c, &chrdevs, list)
		if (make_node(sb->s_root, c->name, S_IFCHR | c->mode, c->dev))
			printk("devtmpfs: cannot create %s\n", c->name);
	devtmpfs_sb = sb;
	return sb;
}

struct file_system_type rootfs_fs_type = {
	.name = "rootfs", .mount = tmpfs_mount, .kill_sb = ramfs_kill_sb};
static struct file_system_type tmpfs_fs_type = {
	.name = "tmpfs", .mount = tmpfs_mount, .kill_sb = ramfs_kill_sb};
static struct file_system_type ramfs_fs_type = {
	.name = "ramfs", .mount = ramfs_mount, .kill_sb = ramfs_kill_sb};
static struct file_system_type devtmpfs_fs_type = {.name = "devtmpfs", .mount = devtmpfs_mount};

/* Part of vfs_init. The mount for shared memory comes first: its device number is 0:1. */
void ramfs_register(void)
{
	register_filesystem(&tmpfs_fs_type);
	shm_mnt = kern_mount(&tmpfs_fs_type);
	if (IS_ERR(shm_mnt))
		panic("cannot mount shared memory: error %ld", PTR_ERR(shm_mnt));
}

/* ---- shared memory ---- */

static const struct dentry_operations shm_dops = {.d_dname = simple_dname};

/* A file of @size bytes without a name in any directory; @name is for /proc/PID/maps. ERR_PTR. */
static struct file *shm_file_setup(const char *name, loff_t size)
{
	struct inode *inode = ramfs_get_inode(shm_mnt->mnt_sb, NULL, S_IFREG | 0777, 0);
	struct dentry *d = inode ? d_alloc(NULL, name, strlen(name)) : NULL;
	struct path p = {.mnt = shm_mnt, .dentry = d};
	struct file *f;

	if (!d) {
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
 * After vfs_init: what Linux's built-in archive holds, so that inode numbers agree, and the
 * door for mm/.
 */
void ramfs_init(void)
{
	struct dentry *root = root_mnt->mnt_root, *dev;
	int err = make_node(root, "dev", S_IFDIR | 0755, 0);

	dev = d_lookup(root, "dev", 3);
	if (!err && dev)
		err = make_node(dev, "console", S_IFCHR | 0600, MKDEV(5, 1));
	if (!err)
		err = make_node(root, "root", S_IFDIR | 0700, 0);
	dput(dev);
	if (err)
		panic("cannot fill the root file system: error %d", err);
	shmem_file_setup = shm_file_setup;
	register_filesystem(&devtmpfs_fs_type);
	register_filesystem(&ramfs_fs_type);
}
