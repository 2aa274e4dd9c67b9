/* SPDX-License-Identifier: MIT */
/*
 * Calls that change directories: mkdir, mknod, symlink, link, unlink, rmdir,
 * rename. Each finds the parent directory, locks it, looks the last name up,
 * checks, and lets the file system do it.
 * Abridges the second half of Linux's fs/namei.c. Left out: whiteouts, leases,
 * ACLs, and the lock of a file that is merely renamed.
 */
#include <fs.h>
#include <mm.h>
#include <sched.h>
#include <syscalls.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include "internal.h"

static DEFINE_MUTEX(rename_mutex, LOCK_RENAME);

static bool in_group_or_capable(gid_t gid) { return in_group_p(gid) || capable(CAP_FSETID); }

umode_t vfs_prepare_mode(const struct inode *dir, umode_t mode, umode_t mask, umode_t type)
{
	if ((mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) && !S_ISDIR(mode) &&
	    (dir->i_mode & S_ISGID) && !in_group_or_capable(dir->i_gid))
		mode &= ~S_ISGID;
	mode &= ~current->fs->umask;
	return (mode & mask & ~S_IFMT) | (type & S_IFMT);
}

static int may_create(struct inode *dir, const struct dentry *d)
{
	if (d->d_inode)
		return -EEXIST;
	if (!dir->i_nlink)
		return -ENOENT;
	return inode_permission(dir, MAY_WRITE | MAY_EXEC);
}

/* In a sticky directory only the owners of file and directory, and CAP_FOWNER, remove names. */
static bool check_sticky(const struct inode *dir, const struct inode *inode)
{
	uid_t fsuid = current->cred->fsuid;

	return (dir->i_mode & S_ISVTX) && inode->i_uid != fsuid && dir->i_uid != fsuid &&
	       !capable(CAP_FOWNER);
}

/* May current take the name @victim out of @dir? @isdir: the call is for directories. */
static int may_delete(struct inode *dir, const struct dentry *victim, bool isdir)
{
	int err;

	if (!victim->d_inode)
		return -ENOENT;
	err = inode_permission(dir, MAY_WRITE | MAY_EXEC);
	if (err)
		return err;
	if (check_sticky(dir, victim->d_inode))
		return -EPERM;
	if (isdir != d_is_dir(victim))
		return isdir ? -ENOTDIR : -EISDIR;
	if (isdir && victim == victim->d_parent)
		return -EBUSY;
	return dir->i_nlink ? 0 : -ENOENT;
}

static bool is_mountpoint(const struct dentry *d) { return d->d_flags & DCACHE_MOUNTED; }

/*
 * Finds where @name is to be created: its parent in *path, locked, and a
 * negative dentry. LOOKUP_DIRECTORY in @flags: "name/" will do. ERR_PTR, with
 * nothing held; else done_path_create.
 */
static struct dentry *filename_create(int dfd, const struct filename *name, struct path *path,
				      unsigned int flags)
{
	struct dentry *d = ERR_PTR(-EEXIST);
	struct qstr last;
	int type, err = filename_parentat(dfd, name->name, path, &last, &type);

	if (err)
		return ERR_PTR(err);
	if (type != LAST_NORM)
		goto out;
	down_write(&path->dentry->d_inode->i_rwsem);
	d = lookup_one_qstr(&last, path->dentry);
	if (IS_ERR(d))
		goto unlock;
	if (d->d_inode)
		err = -EEXIST;
	else if (last.name[last.len] && !(flags & LOOKUP_DIRECTORY))
		err = -ENOENT;
	else
		err = mnt_want_write(path->mnt);
	if (!err)
		return d;
	dput(d);
	d = ERR_PTR(err);
unlock:
	up_write(&path->dentry->d_inode->i_rwsem);
out:
	path_put(path);
	return d;
}

static void done_path_create(struct path *path, struct dentry *d)
{
	dput(d);
	up_write(&path->dentry->d_inode->i_rwsem);
	path_put(path);
}

/* ---- mkdir, mknod, symlink ---- */

static int vfs_mkdir(struct inode *dir, struct dentry *d, umode_t mode)
{
	int err = may_create(dir, d);

	if (err)
		return err;
	if (!dir->i_op->mkdir)
		return -EPERM;
	return dir->i_op->mkdir(dir, d, vfs_prepare_mode(dir, mode, 01777, S_IFDIR));
}

long sys_mkdirat(int dfd, const char __user *uname, umode_t mode)
{
	struct filename *name = getname(uname);
	struct dentry *d;
	struct path path;
	long err;

	if (IS_ERR(name))
		return PTR_ERR(name);
	d = filename_create(dfd, name, &path, LOOKUP_DIRECTORY);
	err = PTR_ERR(d);
	if (!IS_ERR(d)) {
		err = vfs_mkdir(path.dentry->d_inode, d, mode);
		done_path_create(&path, d);
	}
	putname(name);
	return err;
}

long sys_mkdir(const char __user *name, umode_t mode) { return sys_mkdirat(AT_FDCWD, name, mode); }

static int may_mknod(umode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
	case 0:
		return 0;
	case S_IFDIR:
		return -EPERM;
	}
	return -EINVAL;
}

static int vfs_mknod(struct inode *dir, struct dentry *d, umode_t mode, dev_t dev)
{
	bool device = S_ISCHR(mode) || S_ISBLK(mode);
	bool whiteout = S_ISCHR(mode) && dev == 0;
	int err = may_create(dir, d);

	if (err)
		return err;
	if (!(mode & S_IFMT) || S_ISREG(mode)) {
		if (!dir->i_op->create)
			return -EACCES;
		return dir->i_op->create(dir, d, vfs_prepare_mode(dir, mode, 07777, S_IFREG));
	}
	if (device && !whiteout && !capable(CAP_MKNOD))
		return -EPERM;
	if (!dir->i_op->mknod)
		return -EPERM;
	return dir->i_op->mknod(dir, d, vfs_prepare_mode(dir, mode, 07777, mode), device ? dev : 0);
}

long sys_mknodat(int dfd, const char __user *uname, umode_t mode, unsigned int dev)
{
	struct filename *name = getname(uname);
	struct dentry *d;
	struct path path;
	long err;

	if (IS_ERR(name))
		return PTR_ERR(name);
	err = may_mknod(mode);
	if (err)
		goto out;
	d = filename_create(dfd, name, &path, 0);
	err = PTR_ERR(d);
	if (!IS_ERR(d)) {
		err = vfs_mknod(path.dentry->d_inode, d, mode, new_decode_dev(dev));
		done_path_create(&path, d);
	}
out:
	putname(name);
	return err;
}

long sys_mknod(const char __user *name, umode_t mode, unsigned int dev)
{
	return sys_mknodat(AT_FDCWD, name, mode, dev);
}

static int vfs_symlink(struct inode *dir, struct dentry *d, const char *target)
{
	int err = may_create(dir, d);

	if (err)
		return err;
	return dir->i_op->symlink ? dir->i_op->symlink(dir, d, target) : -EPERM;
}

long sys_symlinkat(const char __user *utarget, int dfd, const char __user *uname)
{
	struct filename *target = getname(utarget), *name;
	struct dentry *d;
	struct path path;
	long err = PTR_ERR(target);

	if (IS_ERR(target))
		return err;
	name = getname(uname);
	err = PTR_ERR(name);
	if (IS_ERR(name))
		goto out;
	d = filename_create(dfd, name, &path, 0);
	err = PTR_ERR(d);
	if (!IS_ERR(d)) {
		err = vfs_symlink(path.dentry->d_inode, d, target->name);
		done_path_create(&path, d);
	}
	putname(name);
out:
	putname(target);
	return err;
}

long sys_symlink(const char __user *target, const char __user *name)
{
	return sys_symlinkat(target, AT_FDCWD, name);
}

/* ---- link ---- */

/*
 * A file that others may hard-link although it is not theirs: fs.protected_hardlinks = 1,
 * as Debian.
 */
static bool safe_hardlink_source(struct inode *inode)
{
	umode_t mode = inode->i_mode;

	if (!S_ISREG(mode) || (mode & S_ISUID) ||
	    (mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
		return false;
	return !inode_permission(inode, MAY_READ | MAY_WRITE);
}

static int vfs_link(struct dentry *old, struct inode *dir, struct dentry *d)
{
	struct inode *inode = old->d_inode;
	int err;

	if (!safe_hardlink_source(inode) && !inode_owner_or_capable(inode))
		return -EPERM;
	err = may_create(dir, d);
	if (err)
		return err;
	if (dir->i_sb != inode->i_sb)
		return -EXDEV;
	if (!dir->i_op->link || S_ISDIR(inode->i_mode))
		return -EPERM;
	down_write(&inode->i_rwsem);
	err = inode->i_nlink ? dir->i_op->link(old, dir, d) : -ENOENT;
	up_write(&inode->i_rwsem);
	return err;
}

static int do_linkat(int odfd, const struct filename *old, int ndfd, const struct filename *name,
		     int flags)
{
	struct path old_path, new_path;
	struct dentry *d;
	int err;

	if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if ((flags & AT_EMPTY_PATH) && !capable(CAP_DAC_READ_SEARCH))
		return -ENOENT;
	err = filename_lookup(odfd, old->name, flags & AT_SYMLINK_FOLLOW ? LOOKUP_FOLLOW : 0,
			      &old_path);
	if (err)
		return err;
	d = filename_create(ndfd, name, &new_path, 0);
	err = PTR_ERR(d);
	if (!IS_ERR(d)) {
		err = -EXDEV;
		if (old_path.mnt == new_path.mnt)
			err = vfs_link(old_path.dentry, new_path.dentry->d_inode, d);
		done_path_create(&new_path, d);
	}
	path_put(&old_path);
	return err;
}

long sys_linkat(int odfd, const char __user *uold, int ndfd, const char __user *uname, int flags)
{
	struct filename *old = getname_flags(uold, flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0), *name;
	long err = PTR_ERR(old);

	if (IS_ERR(old))
		return err;
	name = getname(uname);
	err = PTR_ERR(name);
	if (!IS_ERR(name)) {
		err = do_linkat(odfd, old, ndfd, name, flags);
		putname(name);
	}
	putname(old);
	return err;
}

long sys_link(const char __user *old, const char __user *name)
{
	return sys_linkat(AT_FDCWD, old, AT_FDCWD, name, 0);
}

/* ---- rmdir, unlink ---- */

static int vfs_rmdir(struct inode *dir, struct dentry *d)
{
	int err = may_delete(dir, d, true);

	if (err)
		return err;
	if (!dir->i_op->rmdir)
		return -EPERM;
	down_write(&d->d_inode->i_rwsem);
	err = is_mountpoint(d) ? -EBUSY : dir->i_op->rmdir(dir, d);
	up_write(&d->d_inode->i_rwsem);
	if (!err)
		d_delete(d);
	return err;
}

static int do_rmdir(int dfd, const struct filename *name)
{
	static const int refusals[] = {
		[LAST_DOTDOT] = -ENOTEMPTY,
		[LAST_DOT] = -EINVAL,
		[LAST_ROOT] = -EBUSY,
		[LAST_NORM] = 0,
	};
	struct dentry *d;
	struct path path;
	struct qstr last;
	int type, err = filename_parentat(dfd, name->name, &path, &last, &type);

	if (err)
		return err;
	err = refusals[type];
	if (!err)
		err = mnt_want_write(path.mnt);
	if (err)
		goto out;
	down_write(&path.dentry->d_inode->i_rwsem);
	d = lookup_one_qstr(&last, path.dentry);
	err = PTR_ERR(d);
	if (!IS_ERR(d)) {
		err = vfs_rmdir(path.dentry->d_inode, d);
		dput(d);
	}
	up_write(&path.dentry->d_inode->i_rwsem);
out:
	path_put(&path);
	return err;
}

static int vfs_unlink(struct inode *dir, struct dentry *d)
{
	int err = may_delete(dir, d, false);

	if (err)
		return err;
	if (!dir->i_op->unlink)
		return -EPERM;
	down_write(&d->d_inode->i_rwsem);
	err = is_mountpoint(d) ? -EBUSY : dir->i_op->unlink(dir, d);
	up_write(&d->d_inode->i_rwsem);
	if (!err)
		d_delete(d);
	return err;
}

/* What unlink("name/") says. */
static int unlink_slashes(const struct dentry *d)
{
	if (!d->d_inode)
		return -ENOENT;
	return d_is_dir(d) ? -EISDIR : -ENOTDIR;
}

int do_unlinkat(int dfd, const struct filename *name)
{
	struct dentry *d;
	struct path path;
	struct qstr last;
	int type, err = filename_parentat(dfd, name->name, &path, &last, &type);

	if (err)
		return err;
	err = type == LAST_NORM ? mnt_want_write(path.mnt) : -EISDIR;
	if (err)
		goto out;
	down_write(&path.dentry->d_inode->i_rwsem);
	d = lookup_one_qstr(&last, path.dentry);
	err = PTR_ERR(d);
	if (!IS_ERR(d))
		err = last.name[last.len] ? unlink_slashes(d) : vfs_unlink(path.dentry->d_inode, d);
	up_write(&path.dentry->d_inode->i_rwsem);
	if (!IS_ERR(d))
		dput(d); /* the pages may go here, outside the directory's lock */
out:
	path_put(&path);
	return err;
}

long sys_unlinkat(int dfd, const char __user *uname, int flag)
{
	struct filename *name;
	long err;

	if (flag & ~AT_REMOVEDIR)
		return -EINVAL;
	name = getname(uname);
	if (IS_ERR(name))
		return PTR_ERR(name);
	err = flag & AT_REMOVEDIR ? do_rmdir(dfd, name) : do_unlinkat(dfd, name);
	putname(name);
	return err;
}

long sys_unlink(const char __user *name) { return sys_unlinkat(AT_FDCWD, name, 0); }

long sys_rmdir(const char __user *name) { return sys_unlinkat(AT_FDCWD, name, AT_REMOVEDIR); }

/* ---- rename ---- */

/* Below @ancestor: its child that is @d or leads to it; else NULL. */
static struct dentry *d_ancestor(struct dentry *ancestor, struct dentry *d)
{
	for (; d != d->d_parent; d = d->d_parent)
		if (d->d_parent == ancestor)
			return d;
	return NULL;
}

/*
 * Locks both parents, ancestor first. Returns the trap: the dentry in one of
 * them through which the other is reached, and which therefore must not move.
 */
static struct dentry *lock_rename(struct dentry *a, struct dentry *b)
{
	struct dentry *trap;

	if (a == b) {
		down_write(&a->d_inode->i_rwsem);
		return NULL;
	}
	mutex_lock(&rename_mutex);
	trap = d_ancestor(b, a);
	if (trap) {
		down_write(&b->d_inode->i_rwsem);
		down_write(&a->d_inode->i_rwsem);
		return trap;
	}
	down_write(&a->d_inode->i_rwsem);
	down_write(&b->d_inode->i_rwsem);
	return d_ancestor(a, b);
}

static void unlock_rename(struct dentry *a, struct dentry *b)
{
	up_write(&a->d_inode->i_rwsem);
	if (a == b)
		return;
	up_write(&b->d_inode->i_rwsem);
	mutex_unlock(&rename_mutex);
}

/*
 * Rights of a rename. A directory that changes its parent must be writable itself, for its
 * ".." changes.
 */
static int may_rename(struct inode *old_dir, struct dentry *old, struct inode *new_dir,
		      struct dentry *new_d, unsigned int flags)
{
	bool is_dir = d_is_dir(old), new_is_dir = d_is_dir(new_d);
	int err = may_delete(old_dir, old, is_dir);

	if (err)
		return err;
	if (!new_d->d_inode)
		err = may_create(new_dir, new_d);
	else
		err = may_delete(new_dir, new_d, flags & RENAME_EXCHANGE ? new_is_dir : is_dir);
	if (err)
		return err;
	if (!old_dir->i_op->rename)
		return -EPERM;
	if (new_dir != old_dir && is_dir)
		err = inode_permission(old->d_inode, MAY_WRITE);
	if (!err && new_dir != old_dir && (flags & RENAME_EXCHANGE) && new_is_dir)
		err = inode_permission(new_d->d_inode, MAY_WRITE);
	return err;
}

static int vfs_rename(struct inode *old_dir, struct dentry *old, struct inode *new_dir,
		      struct dentry *new_d, unsigned int flags)
{
	struct inode *target = new_d->d_inode;
	int err;

	if (old->d_inode == target)
		return 0;
	err = may_rename(old_dir, old, new_dir, new_d, flags);
	if (err)
		return err;
	if (is_mountpoint(old) || is_mountpoint(new_d))
		return -EBUSY;
	if (target)
		down_write(&target->i_rwsem);
	err = old_dir->i_op->rename(old_dir, old, new_dir, new_d, flags);
	if (target)
		up_write(&target->i_rwsem);
	if (err)
		return err;
	if (flags & RENAME_EXCHANGE)
		d_exchange(old, new_d);
	else
		d_move(old, new_d);
	return 0;
}

/* What the names alone forbid, once both are looked up. 0 or -errno. */
static int check_rename_names(const struct dentry *old, const struct qstr *old_last,
			      const struct dentry *new_d, const struct qstr *new_last,
			      const struct dentry *trap, unsigned int flags)
{
	bool exchange = flags & RENAME_EXCHANGE;
	bool new_slash = new_last->name[new_last->len];

	if ((flags & RENAME_NOREPLACE) && new_d->d_inode)
		return -EEXIST;
	if (exchange && !new_d->d_inode)
		return -ENOENT;
	if (exchange && new_slash && !d_is_dir(new_d))
		return -ENOTDIR;
	if (!d_is_dir(old) && (old_last->name[old_last->len] || (!exchange && new_slash)))
		return -ENOTDIR;
	if (old == trap)
		return -EINVAL;
	if (new_d == trap)
		return exchange ? -EINVAL : -ENOTEMPTY;
	return 0;
}

/* Both parents locked: looks the names up and renames. 0 or -errno. */
static int rename_locked(const struct path *old_path, const struct qstr *old_last,
			 const struct path *new_path, const struct qstr *new_last,
			 const struct dentry *trap, unsigned int flags)
{
	struct dentry *old = lookup_one_qstr(old_last, old_path->dentry), *new_d;
	int err = PTR_ERR(old);

	if (IS_ERR(old))
		return err;
	err = -ENOENT;
	if (!old->d_inode)
		goto out;
	new_d = lookup_one_qstr(new_last, new_path->dentry);
	err = PTR_ERR(new_d);
	if (IS_ERR(new_d))
		goto out;
	err = check_rename_names(old, old_last, new_d, new_last, trap, flags);
	if (!err)
		err = vfs_rename(old_path->dentry->d_inode, old, new_path->dentry->d_inode, new_d,
				 flags);
	dput(new_d);
out:
	dput(old);
	return err;
}

static int do_renameat2(int odfd, const struct filename *from, int ndfd, const struct filename *to,
			unsigned int flags)
{
	struct path old_path, new_path;
	struct qstr old_last, new_last;
	struct dentry *trap;
	int err, old_type, new_type;

	if ((flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE)) ||
	    flags == (RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	err = filename_parentat(odfd, from->name, &old_path, &old_last, &old_type);
	if (err)
		return err;
	err = filename_parentat(ndfd, to->name, &new_path, &new_last, &new_type);
	if (err)
		goto out_old;
	if (old_path.mnt != new_path.mnt)
		err = -EXDEV;
	else if (old_type != LAST_NORM)
		err = -EBUSY;
	else if (new_type != LAST_NORM)
		err = flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
	else
		err = mnt_want_write(old_path.mnt);
	if (!err) {
		trap = lock_rename(new_path.dentry, old_path.dentry);
		err = rename_locked(&old_path, &old_last, &new_path, &new_last, trap, flags);
		unlock_rename(new_path.dentry, old_path.dentry);
	}
	path_put(&new_path);
out_old:
	path_put(&old_path);
	return err;
}

long sys_renameat2(int odfd, const char __user *uold, int ndfd, const char __user *uname,
		   unsigned int flags)
{
	struct filename *from = getname(uold), *to;
	long err = PTR_ERR(from);

	if (IS_ERR(from))
		return err;
	to = getname(uname);
	err = PTR_ERR(to);
	if (!IS_ERR(to)) {
		err = do_renameat2(odfd, from, ndfd, to, flags);
		putname(to);
	}
	putname(from);
	return err;
}

long sys_renameat(int odfd, const char __user *old, int ndfd, const char __user *name)
{
	return sys_renameat2(odfd, old, ndfd, name, 0);
}

long sys_rename(const char __user *old, const char __user *name)
{
	return sys_renameat2(AT_FDCWD, old, AT_FDCWD, name, 0);
}
