/* SPDX-License-Identifier: MIT */
/*
 * The calls that change directories: mkdir, mknod, symlink, link, unlink, rmdir, rename. Each walks
 * to the parent directory, locks it, looks the last name up, checks permissions, and calls the file
 * system.
 * Abridges the second half of Linux's fs/namei.c. Left out: whiteouts, leases, ACLs,
 * protected_hardlinks, and the lock of a file that is only renamed.
 * Not on the road of an exec.
 */
#include <chrdev.h>
#include <cred.h>
#include <fs.h>
#include <mount.h>
#include <namei.h>
#include <syscalls.h>
#include <task.h>
#include <linux/capability.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include "internal.h"

static DEFINE_MUTEX(rename_mutex, LOCK_RENAME);

/* The directory of a name, which need not exist yet. */
struct parent {
	struct filename *name;
	struct path path; /* the directory */
	struct qstr last; /* the name in it; points into @name */
	int type;	  /* of last: LAST_* */
};

/* Takes over @name, also an ERR_PTR. Returns 0, and then put_parent must follow; or -errno. */
static int find_parent(int dfd, struct filename *name, struct parent *p)
{
	int err = PTR_ERR(name);

	if (IS_ERR(name))
		return err;
	p->name = name;
	err = filename_parentat(dfd, name->name, &p->path, &p->last, &p->type);
	if (err)
		putname(name);
	return err;
}

static void put_parent(struct parent *p)
{
	path_put(&p->path);
	putname(p->name);
}

static struct inode *dir_of(const struct parent *p) { return p->path.dentry->d_inode; }

static bool trailing_slash(const struct parent *p) { return p->last.name[p->last.len]; }

static bool is_mountpoint(const struct dentry *d) { return d->d_flags & DCACHE_MOUNTED; }

/* ---- mkdir, mknod, symlink, link ---- */

/* What is to be created. */
struct new_entry {
	umode_t mode;		/* with the type */
	dev_t dev;		/* of a device */
	const char *target;	/* of a symbolic link */
	const struct path *old; /* link: the file that gets one more name; nothing else is set */
};

static int vfs_link(struct dentry *old, struct inode *dir, struct dentry *d)
{
	struct inode *inode = old->d_inode;
	int err;

	if (S_ISDIR(inode->i_mode))
		return -EPERM;
	down_write(&inode->i_rwsem);
	err = inode->i_nlink || inode->i_linkable ? dir->i_op->link(old, dir, d) : -ENOENT;
	inode->i_linkable &= !!err;
	up_write(&inode->i_rwsem);
	return err;
}

/* The directory is locked; @d is the dentry of the name. Returns 0 or -errno. */
static int create_locked(const struct parent *p, struct dentry *d, const struct new_entry *new)
{
	struct inode *dir = dir_of(p);
	umode_t mode = new->mode;
	int err;

	if (d->d_inode)
		return -EEXIST;
	if (trailing_slash(p) && !S_ISDIR(mode))
		return -ENOENT;
	err = mnt_want_write(p->path.mnt);
	if (err)
		return err;
	if (new->old &&new->old->mnt != p->path.mnt)
		return -EXDEV;
	err = inode_permission(dir, MAY_WRITE | MAY_EXEC);
	if (err)
		return err;
	if (new->old)
		return vfs_link(new->old->dentry, dir, d);
	if (S_ISLNK(mode))
		return dir->i_op->symlink(dir, d, new->target);
	if ((S_ISCHR(mode) || S_ISBLK(mode)) && !capable(CAP_MKNOD))
		return -EPERM;
	return dir->i_op->mknod(dir, d, vfs_prepare_mode(dir, mode), new->dev);
}

/* Takes over @name, also an ERR_PTR. */
static int create_named(int dfd, struct filename *name, const struct new_entry *new)
{
	struct dentry *d;
	struct parent p;
	int err = find_parent(dfd, name, &p);

	if (err)
		return err;
	err = -EEXIST;
	if (p.type == LAST_NORM) {
		down_write(&dir_of(&p)->i_rwsem);
		d = lookup_one_qstr(&p.last, p.path.dentry);
		err = PTR_ERR(d);
		if (!IS_ERR(d)) {
			err = create_locked(&p, d, new);
			dput(d);
		}
		up_write(&dir_of(&p)->i_rwsem);
	}
	put_parent(&p);
	return err;
}

static int create_at(int dfd, const char __user *name, const struct new_entry *new)
{
	return create_named(dfd, getname(name), new);
}

int kern_mknod(const char *name, umode_t mode)
{
	return create_named(AT_FDCWD, getname_kernel(name), &(struct new_entry){.mode = mode});
}

long sys_mkdirat(int dfd, const char __user *name, umode_t mode)
{
	return create_at(dfd, name, &(struct new_entry){.mode = S_IFDIR | (mode & 01777)});
}

long sys_mkdir(const char __user *name, umode_t mode) { return sys_mkdirat(AT_FDCWD, name, mode); }

long sys_mknodat(int dfd, const char __user *name, umode_t mode, unsigned int dev)
{
	struct new_entry new = {.mode = mode & S_IFMT ? mode : mode | S_IFREG,
				.dev = new_decode_dev(dev)};

	switch (new.mode &S_IFMT) {
	case S_IFREG:
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
		return create_at(dfd, name, &new);
	case S_IFDIR:
		return -EPERM;
	}
	return -EINVAL;
}

long sys_mknod(const char __user *name, umode_t mode, unsigned int dev)
{
	return sys_mknodat(AT_FDCWD, name, mode, dev);
}

long sys_symlinkat(const char __user *utarget, int dfd, const char __user *name)
{
	struct filename *target = getname(utarget);
	long err = PTR_ERR(target);

	if (IS_ERR(target))
		return err;
	err = create_at(dfd, name, &(struct new_entry){.mode = S_IFLNK, .target = target->name});
	putname(target);
	return err;
}

long sys_symlink(const char __user *target, const char __user *name)
{
	return sys_symlinkat(target, AT_FDCWD, name);
}

long sys_linkat(int odfd, const char __user *old_name, int ndfd, const char __user *name, int flags)
{
	struct path old;
	long err;

	if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if ((flags & AT_EMPTY_PATH) && !capable(CAP_DAC_READ_SEARCH))
		return -ENOENT;
	err = user_path_at(odfd, old_name,
			   (flags & AT_SYMLINK_FOLLOW ? LOOKUP_FOLLOW : 0) |
				   (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0),
			   &old);
	if (err)
		return err;
	err = create_at(ndfd, name, &(struct new_entry){.old = &old});
	path_put(&old);
	return err;
}

long sys_link(const char __user *old, const char __user *name)
{
	return sys_linkat(AT_FDCWD, old, AT_FDCWD, name, 0);
}

/* ---- unlink, rmdir ---- */

/*
 * Returns 0 if current may remove @victim from @dir, otherwise -errno. @isdir: it must be a
 * directory. In a sticky directory only the owner of the file or of the directory may.
 */
static int may_delete(struct inode *dir, const struct dentry *victim, bool isdir)
{
	uid_t fsuid = current->cred->fsuid;
	int err;

	if (!victim->d_inode)
		return -ENOENT;
	err = inode_permission(dir, MAY_WRITE | MAY_EXEC);
	if (err)
		return err;
	if ((dir->i_mode & S_ISVTX) && victim->d_inode->i_uid != fsuid && dir->i_uid != fsuid &&
	    !capable(CAP_FOWNER))
		return -EPERM;
	if (isdir != d_is_dir(victim))
		return isdir ? -ENOTDIR : -EISDIR;
	return 0;
}

static int vfs_remove(struct inode *dir, struct dentry *d, bool isdir)
{
	int (*op)(struct inode *, struct dentry *) = isdir ? dir->i_op->rmdir : dir->i_op->unlink;
	int err = may_delete(dir, d, isdir);

	if (err)
		return err;
	if (!op)
		return -EPERM;
	if (is_mountpoint(d))
		return -EBUSY;
	down_write(&d->d_inode->i_rwsem);
	err = op(dir, d);
	up_write(&d->d_inode->i_rwsem);
	if (!err)
		d_drop(d);
	return err;
}

static int remove_locked(const struct parent *p, bool isdir)
{
	struct dentry *d = lookup_one_qstr(&p->last, p->path.dentry);
	int err = PTR_ERR(d);

	if (IS_ERR(d))
		return err;
	if (isdir || !trailing_slash(p) || !d->d_inode)
		err = vfs_remove(dir_of(p), d, isdir);
	else
		err = d_is_dir(d) ? -EISDIR : -ENOTDIR;
	dput(d);
	return err;
}

int do_unlinkat(int dfd, struct filename *name, int flag)
{
	static const int rmdir_refusals[] = {
		[LAST_DOTDOT] = -ENOTEMPTY, [LAST_DOT] = -EINVAL, [LAST_ROOT] = -EBUSY};
	struct parent p;
	int err = find_parent(dfd, name, &p);

	if (err)
		return err;
	if (p.type == LAST_NORM)
		err = mnt_want_write(p.path.mnt);
	else
		err = flag ? rmdir_refusals[p.type] : -EISDIR;
	if (!err) {
		down_write(&dir_of(&p)->i_rwsem);
		err = remove_locked(&p, flag);
		up_write(&dir_of(&p)->i_rwsem);
	}
	put_parent(&p);
	return err;
}

long sys_unlinkat(int dfd, const char __user *name, int flag)
{
	return flag & ~AT_REMOVEDIR ? -EINVAL : do_unlinkat(dfd, getname(name), flag);
}

long sys_unlink(const char __user *name) { return sys_unlinkat(AT_FDCWD, name, 0); }

long sys_rmdir(const char __user *name) { return sys_unlinkat(AT_FDCWD, name, AT_REMOVEDIR); }

/* ---- rename ---- */

/* Returns the child of @ancestor that is @d or is above it; NULL if @d is not below @ancestor. */
static struct dentry *d_ancestor(struct dentry *ancestor, struct dentry *d)
{
	for (; d != d->d_parent; d = d->d_parent)
		if (d->d_parent == ancestor)
			return d;
	return NULL;
}

/*
 * Locks both parents, the ancestor first. If one is below the other, returns the "trap": the
 * child of the upper one through which the lower one is reached. It must not be moved.
 */
static struct dentry *lock_rename(struct dentry *a, struct dentry *b)
{
	struct dentry *trap;

	mutex_lock(&rename_mutex);
	trap = d_ancestor(b, a);
	if (trap)
		down_write(&b->d_inode->i_rwsem);
	down_write(&a->d_inode->i_rwsem);
	if (!trap && a != b)
		down_write(&b->d_inode->i_rwsem);
	return trap ? trap : d_ancestor(a, b);
}

static void unlock_rename(struct dentry *a, struct dentry *b)
{
	up_write(&a->d_inode->i_rwsem);
	if (a != b)
		up_write(&b->d_inode->i_rwsem);
	mutex_unlock(&rename_mutex);
}

/* A directory that moves to another parent must be writable, because its ".." changes. */
static int vfs_rename(struct inode *old_dir, struct dentry *old, struct inode *new_dir,
		      struct dentry *new_d, unsigned int flags)
{
	struct inode *target = new_d->d_inode;
	bool exchange = flags & RENAME_EXCHANGE, is_dir = d_is_dir(old);
	int err;

	if (old->d_inode == target)
		return 0;
	err = may_delete(old_dir, old, is_dir);
	if (!err)
		err = target ? may_delete(new_dir, new_d, exchange ? d_is_dir(new_d) : is_dir)
			     : inode_permission(new_dir, MAY_WRITE | MAY_EXEC);
	if (!err && new_dir != old_dir && is_dir)
		err = inode_permission(old->d_inode, MAY_WRITE);
	if (!err && new_dir != old_dir && exchange && d_is_dir(new_d))
		err = inode_permission(target, MAY_WRITE);
	if (err)
		return err;
	if (!old_dir->i_op->rename)
		return -EPERM;
	if (is_mountpoint(old) || is_mountpoint(new_d))
		return -EBUSY;
	if (target)
		down_write(&target->i_rwsem);
	err = old_dir->i_op->rename(old_dir, old, new_dir, new_d, flags);
	if (target)
		up_write(&target->i_rwsem);
	if (!err)
		(exchange ? d_exchange : d_move)(old, new_d);
	return err;
}

/* Both parents are locked and both names looked up. Returns 0 or -errno. */
static int rename_locked(const struct parent *from, struct dentry *old, const struct parent *to,
			 struct dentry *new_d, const struct dentry *trap, unsigned int flags)
{
	bool exchange = flags & RENAME_EXCHANGE;

	if (!old->d_inode)
		return -ENOENT;
	if ((flags & RENAME_NOREPLACE) && new_d->d_inode)
		return -EEXIST;
	if (exchange && !new_d->d_inode)
		return -ENOENT;
	if (!d_is_dir(old) && trailing_slash(from))
		return -ENOTDIR;
	if (!d_is_dir(exchange ? new_d : old) && trailing_slash(to))
		return -ENOTDIR;
	if (old == trap)
		return -EINVAL;
	if (new_d == trap)
		return exchange ? -EINVAL : -ENOTEMPTY;
	return vfs_rename(dir_of(from), old, dir_of(to), new_d, flags);
}

static int do_rename(const struct parent *from, const struct parent *to, unsigned int flags)
{
	struct dentry *trap, *old, *new_d;
	int err;

	if (from->path.mnt != to->path.mnt)
		return -EXDEV;
	if (from->type != LAST_NORM)
		return -EBUSY;
	if (to->type != LAST_NORM)
		return flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
	err = mnt_want_write(from->path.mnt);
	if (err)
		return err;
	trap = lock_rename(to->path.dentry, from->path.dentry);
	old = lookup_one_qstr(&from->last, from->path.dentry);
	new_d = IS_ERR(old) ? old : lookup_one_qstr(&to->last, to->path.dentry);
	err = PTR_ERR(new_d);
	if (!IS_ERR(new_d)) {
		err = rename_locked(from, old, to, new_d, trap, flags);
		dput(new_d);
	}
	if (!IS_ERR(old))
		dput(old);
	unlock_rename(to->path.dentry, from->path.dentry);
	return err;
}

long sys_renameat2(int odfd, const char __user *old, int ndfd, const char __user *name,
		   unsigned int flags)
{
	struct parent from, to;
	int err;

	if (flags && flags != RENAME_NOREPLACE && flags != RENAME_EXCHANGE)
		return -EINVAL;
	err = find_parent(odfd, getname(old), &from);
	if (err)
		return err;
	err = find_parent(ndfd, getname(name), &to);
	if (!err) {
		err = do_rename(&from, &to, flags);
		put_parent(&to);
	}
	put_parent(&from);
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
