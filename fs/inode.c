/* SPDX-License-Identifier: MIT */
/*
 * Inodes: birth, death, attributes and who may change them, time stamps.
 * Abridges Linux's fs/inode.c, fs/attr.c and the generic half of fs/stat.c.
 * Left out: the inode hash (a file system in memory finds its inodes through
 * dentries), write-back, quotas, ACLs, immutable and append-only files.
 */
#include <fs.h>
#include <pagecache.h>
#include <sched.h>
#include <slab.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <asm/page.h>
#include "internal.h"

#define ATIME_MAX_AGE (24L * 60 * 60 * NSEC_PER_SEC) /* relatime: refreshed once a day at least */

static struct kmem_cache *inode_cache;
static atomic_t last_ino;

static int no_open(struct inode *inode __maybe_unused, struct file *f __maybe_unused)
{
	return -ENXIO;
}

static const struct file_operations no_open_fops = {.open = no_open};
static const struct inode_operations empty_iops;

/* Called once by vfs_init, before the first inode. */
void inode_init(void) { inode_cache = kmem_cache_create("inode", sizeof(struct inode), 0); }

struct inode *new_inode(struct super_block *sb)
{
	struct inode *i = kmem_cache_alloc(inode_cache, __GFP_ZERO);

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
	atomic_inc(&i->i_count);
	return i;
}

/* Drops a reference; with the last one the pages and the inode go. May sleep. */
void iput(struct inode *i)
{
	if (!atomic_dec_and_test(&i->i_count))
		return;
	if (i->i_data.nrpages)
		truncate_inode_pages(&i->i_data);
	if (i->i_sb && i->i_sb->evict_inode)
		i->i_sb->evict_inode(i);
	kfree(i->i_link);
	kmem_cache_free(inode_cache, i);
}

/* Numbers for files whose file system has none of its own. */
unsigned long get_next_ino(void) { return (unsigned int)atomic_inc_return(&last_ino); }

/*
 * What is neither file, directory nor link. A block device can be named but never opened:
 * there is no driver.
 */
void init_special_inode(struct inode *inode, umode_t mode, dev_t dev)
{
	inode->i_mode = mode;
	if (S_ISCHR(mode) || S_ISBLK(mode))
		inode->i_rdev = dev;
	if (S_ISCHR(mode))
		inode->i_fop = &def_chr_fops;
	else if (S_ISFIFO(mode))
		inode->i_fop = &pipefifo_fops;
}

/*
 * Owner, group and mode of a new file in @dir (NULL: a root). A set-group-id directory
 * hands its group down.
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

/* ---- time stamps ---- */

ktime_t current_time(void) { return ktime_get_real(); }

void touch_path_atime(const struct path *p)
{
	struct inode *inode = p->dentry->d_inode;
	unsigned int flags = p->mnt->mnt_flags;
	ktime_t now;

	if (flags & (MS_NOATIME | MS_RDONLY))
		return;
	now = current_time();
	if ((flags & MS_RELATIME) && inode->i_mtime < inode->i_atime &&
	    inode->i_ctime < inode->i_atime && now - inode->i_atime < ATIME_MAX_AGE)
		return;
	inode->i_atime = now;
}

/* A file was read. */
void touch_atime(struct file *f)
{
	if (!(f->f_flags & O_NOATIME))
		touch_path_atime(&f->f_path);
}

/* A file was written. i_rwsem held. 0. */
int file_update_time(struct file *f)
{
	struct inode *inode = f->f_inode;

	inode->i_mtime = inode->i_ctime = current_time();
	return 0;
}

/* ---- changing attributes ---- */

/* @inode's mode after somebody has changed the file: without the bits that lend rights. */
static umode_t mode_without_set_id(const struct inode *inode)
{
	umode_t mode = inode->i_mode & ~S_ISUID;

	return (mode & S_IXGRP) || !in_group_or_capable(inode->i_gid) ? mode & ~S_ISGID : mode;
}

/* i_rwsem held. */
int file_remove_privs(struct file *f)
{
	struct inode *inode = f->f_inode;
	struct iattr attr = {.ia_valid = ATTR_FORCE | ATTR_MODE};

	if (!(inode->i_mode & (S_ISUID | S_ISGID)) || !S_ISREG(inode->i_mode) ||
	    capable(CAP_FSETID))
		return 0;
	attr.ia_mode = mode_without_set_id(inode);
	return attr.ia_mode == inode->i_mode ? 0 : notify_change(f->f_path.dentry, &attr);
}

/*
 * utimes: both times "now" needs just the right to write; anything else, also
 * one time "now" and the other kept, needs the owner. Truncation is no utimes.
 */
static int may_set_times(struct inode *inode, unsigned int valid)
{
	unsigned int times = valid & (ATTR_ATIME | ATTR_MTIME | ATTR_ATIME_SET | ATTR_MTIME_SET);

	if (!times || (valid & (ATTR_SIZE | ATTR_FORCE)) || inode_owner_or_capable(inode))
		return 0;
	if (times == (ATTR_ATIME | ATTR_MTIME))
		return inode_permission(inode, MAY_WRITE);
	return -EPERM;
}

static bool chown_ok(const struct inode *inode, uid_t uid)
{
	return (current->cred->fsuid == inode->i_uid && uid == inode->i_uid) || capable(CAP_CHOWN);
}

static bool chgrp_ok(const struct inode *inode, gid_t gid)
{
	if (current->cred->fsuid == inode->i_uid && (gid == inode->i_gid || in_group_p(gid)))
		return true;
	return capable(CAP_CHOWN);
}

static int newsize_ok(const struct inode *inode, loff_t size)
{
	u64 limit = rlimit(RLIMIT_FSIZE);

	if (size < 0)
		return -EINVAL;
	if (size > inode->i_size && limit != RLIM64_INFINITY && (u64)size > limit) {
		send_sig(SIGXFSZ, current, 0);
		return -EFBIG;
	}
	return 0;
}

/*
 * May current do this? Takes the set-group-id bit from a mode that current may not give. 0
 * or -errno.
 */
static int setattr_prepare(struct inode *inode, struct iattr *attr)
{
	unsigned int valid = attr->ia_valid;
	int err = valid & ATTR_SIZE ? newsize_ok(inode, attr->ia_size) : 0;

	if (err || (valid & ATTR_FORCE))
		return err;
	if ((valid & ATTR_UID) && !chown_ok(inode, attr->ia_uid))
		return -EPERM;
	if ((valid & ATTR_GID) && !chgrp_ok(inode, attr->ia_gid))
		return -EPERM;
	if (!(valid & ATTR_MODE))
		return 0;
	if (!inode_owner_or_capable(inode))
		return -EPERM;
	if (!in_group_or_capable(valid & ATTR_GID ? attr->ia_gid : inode->i_gid))
		attr->ia_mode &= ~S_ISGID;
	return 0;
}

static void setattr_copy(struct inode *inode, const struct iattr *attr)
{
	ktime_t now = current_time();
	unsigned int valid = attr->ia_valid;

	if (valid & ATTR_UID)
		inode->i_uid = attr->ia_uid;
	if (valid & ATTR_GID)
		inode->i_gid = attr->ia_gid;
	if (valid & ATTR_ATIME)
		inode->i_atime = valid & ATTR_ATIME_SET ? attr->ia_atime : now;
	if (valid & ATTR_MTIME)
		inode->i_mtime = valid & ATTR_MTIME_SET ? attr->ia_mtime : now;
	if (valid & ATTR_MODE)
		inode->i_mode = (inode->i_mode & S_IFMT) | (attr->ia_mode & ~S_IFMT);
	if (valid & ~(ATTR_SIZE | ATTR_FORCE)) /* a new size alone: ->setattr knows if it is new */
		inode->i_ctime = now;
}

/*
 * Changes attributes, with Linux's checks unless ATTR_FORCE. i_rwsem held for write. 0 or
 * -errno.
 */
int notify_change(struct dentry *d, struct iattr *attr)
{
	struct inode *inode = d->d_inode;
	int err = may_set_times(inode, attr->ia_valid);

	if (err)
		return err;
	if ((attr->ia_valid & ATTR_MODE) && S_ISLNK(inode->i_mode))
		return -EOPNOTSUPP;
	if ((attr->ia_valid & (ATTR_UID | ATTR_GID)) && !S_ISDIR(inode->i_mode) &&
	    mode_without_set_id(inode) != inode->i_mode) {
		attr->ia_valid |= ATTR_MODE;
		attr->ia_mode = mode_without_set_id(inode);
	}
	err = setattr_prepare(inode, attr);
	if (!err && inode->i_op->setattr)
		err = inode->i_op->setattr(d, attr);
	if (!err)
		setattr_copy(inode, attr);
	return err;
}

/* ---- reading attributes ---- */

int generic_getattr(const struct path *p, struct kstat *st)
{
	struct inode *inode = p->dentry->d_inode;

	*st = (struct kstat){
		.dev = inode->i_sb->s_dev,
		.rdev = inode->i_rdev,
		.ino = inode->i_ino,
		.mode = inode->i_mode,
		.nlink = inode->i_nlink,
		.uid = inode->i_uid,
		.gid = inode->i_gid,
		.size = inode->i_size,
		.blocks = inode->i_blocks,
		.blksize = PAGE_SIZE,
		.atime = inode->i_atime,
		.mtime = inode->i_mtime,
		.ctime = inode->i_ctime,
	};
	return 0;
}

int vfs_getattr(const struct path *p, struct kstat *st)
{
	struct inode *inode = p->dentry->d_inode;

	return inode->i_op->getattr ? inode->i_op->getattr(p, st) : generic_getattr(p, st);
}
