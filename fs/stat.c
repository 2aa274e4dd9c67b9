/* SPDX-License-Identifier: MIT */
/*
 * The stat family, statx, statfs, and readlink. vfs_getattr fills in a struct kstat;
 * the calls copy it to the user in their form.
 * Abridges Linux's fs/stat.c and fs/statfs.c; leaves out birth times,
 * mount ids and attributes.
 * Not on the road of an exec.
 */
#include <chrdev.h>
#include <fs.h>
#include <mount.h>
#include <namei.h>
#include <slab.h>
#include <string.h>
#include <syscalls.h>
#include <time.h>
#include <asm/page.h>
#include <asm/stat.h>
#include <asm/statfs.h>
#include <asm/uaccess.h>
#include <linux/fcntl.h>
#include <linux/limits.h>
#include <linux/mount.h>
#include "internal.h"

#define ST_RELATIME 0x1000
#define ST_VALID    0x20 /* f_flags is used; not in Linux's UAPI headers */

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
		.blocks = 0,
		.blksize = PAGE_SIZE,
		.atime = inode->i_atime,
		.mtime = inode->i_mtime,
		.ctime = inode->i_ctime,
	};
	return 0;
}

static int vfs_getattr(const struct path *p, struct kstat *st)
{
	struct inode *inode = p->dentry->d_inode;

	return inode->i_op->getattr ? inode->i_op->getattr(p, st) : generic_getattr(p, st);
}

static long cp_new_stat(const struct kstat *k, struct stat __user *ust)
{
	struct __kernel_timespec a = ns_to_timespec(k->atime), m = ns_to_timespec(k->mtime),
				 c = ns_to_timespec(k->ctime);
	struct stat st;

	INIT_STRUCT_STAT_PADDING(st);
	st.st_dev = new_encode_dev(k->dev);
	st.st_ino = k->ino;
	st.st_nlink = k->nlink;
	st.st_mode = k->mode;
	st.st_uid = k->uid;
	st.st_gid = k->gid;
	st.st_rdev = new_encode_dev(k->rdev);
	st.st_size = k->size;
	st.st_blksize = k->blksize;
	st.st_blocks = k->blocks;
	st.st_atime = a.tv_sec;
	st.st_atime_nsec = a.tv_nsec;
	st.st_mtime = m.tv_sec;
	st.st_mtime_nsec = m.tv_nsec;
	st.st_ctime = c.tv_sec;
	st.st_ctime_nsec = c.tv_nsec;
	return copy_to_user(ust, &st, sizeof(st)) ? -EFAULT : 0;
}

static long do_stat(int dfd, const char __user *name, struct stat __user *ust, int flags)
{
	struct kstat st;
	struct path p;
	long err = user_path_flags(dfd, name, flags & ~AT_NO_AUTOMOUNT, &p);

	if (err)
		return err;
	err = vfs_getattr(&p, &st);
	path_put(&p);
	return err ? err : cp_new_stat(&st, ust);
}

long sys_newfstatat(int dfd, const char __user *name, struct stat __user *ust, int flags)
{
	return name ? do_stat(dfd, name, ust, flags) : -EFAULT;
}

long sys_stat(const char __user *name, struct stat __user *st)
{
	return do_stat(AT_FDCWD, name, st, 0);
}

long sys_lstat(const char __user *name, struct stat __user *st)
{
	return do_stat(AT_FDCWD, name, st, AT_SYMLINK_NOFOLLOW);
}

long sys_fstat(unsigned int fd, struct stat __user *st)
{
	return do_stat(only_fd(fd), NULL, st, AT_EMPTY_PATH);
}

static struct statx_timestamp statx_time(ktime_t t)
{
	struct __kernel_timespec ts = ns_to_timespec(t);

	return (struct statx_timestamp){.tv_sec = ts.tv_sec, .tv_nsec = ts.tv_nsec};
}

static long cp_statx(const struct path *p, const struct kstat *k, struct statx __user *ust)
{
	struct statx st = {
		.stx_mask = STATX_BASIC_STATS | STATX_MNT_ID,
		.stx_mnt_id = p->mnt->mnt_id,
		.stx_attributes_mask = STATX_ATTR_MOUNT_ROOT,
		.stx_attributes = p->dentry == p->mnt->mnt_root ? STATX_ATTR_MOUNT_ROOT : 0,
		.stx_blksize = k->blksize,
		.stx_nlink = k->nlink,
		.stx_uid = k->uid,
		.stx_gid = k->gid,
		.stx_mode = k->mode,
		.stx_ino = k->ino,
		.stx_size = k->size,
		.stx_blocks = k->blocks,
		.stx_atime = statx_time(k->atime),
		.stx_ctime = statx_time(k->ctime),
		.stx_mtime = statx_time(k->mtime),
		.stx_rdev_major = MAJOR(k->rdev),
		.stx_rdev_minor = MINOR(k->rdev),
		.stx_dev_major = MAJOR(k->dev),
		.stx_dev_minor = MINOR(k->dev),
	};

	return copy_to_user(ust, &st, sizeof(st)) ? -EFAULT : 0;
}

long sys_statx(int dfd, const char __user *name, unsigned int flags, unsigned int mask,
	       struct statx __user *ust)
{
	struct kstat st;
	struct path p;
	long err;

	if ((mask & STATX__RESERVED) || (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
		return -EINVAL;
	if (!name)
		return -EFAULT;
	err = user_path_flags(dfd, name, flags & ~(AT_NO_AUTOMOUNT | AT_STATX_SYNC_TYPE), &p);
	if (err)
		return err;
	err = vfs_getattr(&p, &st) ?: cp_statx(&p, &st, ust);
	path_put(&p);
	return err;
}

/* ---- symbolic links ---------------------------------------------------------- */

/* Sets *text to the text of the link @p; @buf is a page for it. Returns the length or -errno. */
static int link_text(const struct path *p, char *buf, const char **text)
{
	struct inode *inode = p->dentry->d_inode;
	struct path target;
	int err;

	*text = buf;
	if (inode->i_link) {
		*text = inode->i_link;
		return strlen(inode->i_link);
	}
	if (inode->i_op->readlink)
		return inode->i_op->readlink(p->dentry, buf, PAGE_SIZE);
	if (!inode->i_op->get_path) /* not a link */
		return -EINVAL;
	err = inode->i_op->get_path(p->dentry, &target);
	if (err)
		return err;
	*text = d_path(&target, buf, PAGE_SIZE);
	path_put(&target);
	return IS_ERR(*text) ? PTR_ERR(*text) : (int)strlen(*text);
}

/* An empty name means the link @dfd itself. If that is not a link, the error is -ENOENT. */
static bool name_is_empty(const char __user *name)
{
	char first;

	return !get_user(first, name) && !first;
}

long sys_readlinkat(int dfd, const char __user *name, char __user *ubuf, int n)
{
	char *buf = kmalloc(PAGE_SIZE, GFP_KERNEL);
	const char *text;
	struct path p;
	int len;

	if (!buf)
		return -ENOMEM;
	len = n <= 0 ? -EINVAL : user_path_at(dfd, name, LOOKUP_EMPTY, &p);
	if (!len) {
		len = link_text(&p, buf, &text);
		if (len >= 0)
			touch_path_atime(&p);
		else if (len == -EINVAL && name_is_empty(name))
			len = -ENOENT;
		len = min(len, n);
		if (len > 0 && copy_to_user(ubuf, text, len))
			len = -EFAULT;
		path_put(&p);
	}
	kfree(buf);
	return len;
}

long sys_readlink(const char __user *name, char __user *buf, int n)
{
	return sys_readlinkat(AT_FDCWD, name, buf, n);
}

/* ---- file systems --------------------------------------------------------------- */

static long do_statfs(int dfd, const char __user *name, int flags, struct statfs __user *ust)
{
	struct statfs st = {.f_bsize = PAGE_SIZE, .f_frsize = PAGE_SIZE, .f_namelen = NAME_MAX};
	struct super_block *sb;
	struct path p;
	long err = user_path_flags(dfd, name, flags, &p);

	if (err)
		return err;
	sb = p.dentry->d_sb;
	st.f_type = sb->s_magic;
	if (sb->statfs)
		err = sb->statfs(sb, &st);
	/* The ST_* are the same bits as the MS_*, but for this one. */
	st.f_flags = ST_VALID | (p.mnt->mnt_flags & MNT_FLAGS) |
		     (p.mnt->mnt_flags & MS_RELATIME ? ST_RELATIME : 0);
	path_put(&p);
	return err ? err : copy_to_user(ust, &st, sizeof(st)) ? -EFAULT : 0;
}

long sys_statfs(const char __user *name, struct statfs __user *st)
{
	return do_statfs(AT_FDCWD, name, 0, st);
}

long sys_fstatfs(unsigned int fd, struct statfs __user *st)
{
	return do_statfs(only_fd(fd), NULL, AT_EMPTY_PATH, st);
}
