/* SPDX-License-Identifier: MIT */
/*
 * Inodes: allocating and freeing them, owner and mode of a new file, time stamps.
 * Abridges Linux's fs/inode.c. Left out: the inode hash (a file system in
 * memory finds its inodes through dentries), write-back.
 */
#include <cred.h>
#include <fs.h>
#include <fs_struct.h>
#include <mount.h>
#include <pagecache.h>
#include <slab.h>
#include <task.h>
#include <time.h>
#include <linux/fcntl.h>
#include <linux/mount.h>
#include "internal.h"

#define ATIME_MAX_AGE (24L * 60 * 60 * NSEC_PER_SEC) /* relatime: refreshed once a day at least */

struct kmem_cache *inode_cache;
static atomic_t last_ino;

static int no_open(struct inode *inode __maybe_unused, struct file *f __maybe_unused)
{
	return -ENXIO;
}

static const struct file_operations no_open_fops = {.open = no_open};
static const struct inode_operations empty_iops;

/* Called once by vfs_init. */
void inode_init(void) { inode_cache = kmem_cache_create("inode", sizeof(struct inode), 0); }

struct inode *new_inode(struct super_block *sb)
{
	struct inode *i = kmem_cache_alloc(sb->s_inode_cache, __GFP_ZERO);

	if (!i)
		return NULL;
	atomic_set(&i->i_count, 1);
	i->i_nlink = 1;
	i->i_sb = sb;
	i->i_op = &empty_iops;
	i->i_fop = &no_open_fops;
	i->i_atime = i->i_mtime = i->i_ctime = current_time();
	init_rwsem(&i->i_rwsem, LOCK_INODE);
	INIT_LIST_HEAD(&i->i_locks);
	i->i_mapping = &i->i_data;
	i->i_data.host = i;
	spin_lock_init(&i->i_data.tree_lock, LOCK_TREE);
	mutex_init(&i->i_data.i_mmap_lock, LOCK_I_MMAP);
	INIT_LIST_HEAD(&i->i_data.i_mmap);
	return i;
}

struct inode *igrab(struct inode *i)
{
	refcount_inc(&i->i_count);
	return i;
}

/* Drops a reference. The last one frees the pages of the file and the inode. May sleep. */
void iput(struct inode *i)
{
	if (!refcount_dec_and_test(&i->i_count))
		return;
	if (i->i_data.nrpages)
		truncate_inode_pages(&i->i_data);
	if (i->i_sb->evict_inode)
		i->i_sb->evict_inode(i);
	kfree(i->i_link);
	kmem_cache_free(i->i_sb->s_inode_cache, i);
}

/* Inode numbers for file systems that do not number their files themselves. */
unsigned long get_next_ino(void) { return (unsigned int)atomic_inc_return(&last_ino); }

/*
 * Sets owner, group and mode of a new file in @dir (NULL: the root of a file system). In a
 * set-group-id directory the file gets the group of the directory.
 */
void inode_init_owner(struct inode *inode, const struct inode *dir, umode_t mode)
{
	inode->i_uid = current->cred->fsuid;
	inode->i_gid = current->cred->fsgid;
	if (dir && (dir->i_mode & S_ISGID)) {
		inode->i_gid = dir->i_gid;
		if (S_ISDIR(mode))
			mode |= S_ISGID;
	}
	inode->i_mode = mode;
}

umode_t vfs_prepare_mode(const struct inode *dir, umode_t mode)
{
	if ((mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) && !S_ISDIR(mode) &&
	    (dir->i_mode & S_ISGID) && !in_group_or_capable(dir->i_gid))
		mode &= ~S_ISGID;
	return mode & ~current->fs->umask;
}

/* ---- time stamps ---- */

ktime_t current_time(void) { return ktime_get_coarse_real(); }

void touch_path_atime(const struct path *p)
{
	struct inode *inode = p->dentry->d_inode;
	unsigned int flags = p->mnt->mnt_flags;
	ktime_t now;

	if ((flags & (MS_NOATIME | MS_RDONLY)) ||
	    ((flags & MS_NODIRATIME) && S_ISDIR(inode->i_mode)))
		return;
	now = current_time();
	if ((flags & MS_RELATIME) && inode->i_mtime < inode->i_atime &&
	    inode->i_ctime < inode->i_atime && now - inode->i_atime < ATIME_MAX_AGE)
		return;
	inode->i_atime = now;
}

/* Called after a read. */
void touch_atime(struct file *f)
{
	if (!(f->f_flags & O_NOATIME))
		touch_path_atime(&f->f_path);
}

/* Called at a write, with i_rwsem held. Returns 0. */
int file_update_time(struct file *f)
{
	struct inode *inode = f->f_inode;

	inode->i_mtime = inode->i_ctime = current_time();
	return 0;
}
