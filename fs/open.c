/* SPDX-License-Identifier: MIT */
/*
 * From a path to an open file and back: struct file is born here and dies in
 * __fput. Below it the calls that change a file by name or descriptor: size,
 * rights, owner, times, and those that move the task in the tree.
 * Abridges Linux's fs/open.c, fs/file_table.c, fs/utimes.c, fs/sync.c; leaves
 * out leases, fsnotify, O_DIRECT (-EINVAL), fallocate and advice.
 */
#include <fs.h>
#include <sched.h>
#include <slab.h>
#include <string.h>
#include <syscalls.h>
#include <asm/uaccess.h>
#include <linux/fadvise.h>
#include <linux/capability.h>
#include <linux/mount.h>

/* ---- the life of a struct file ---------------------------------------- */

static void __fput(struct file *f)
{
	struct inode *inode = f->f_inode;

	if (f->f_mode & FMODE_OPENED) {
		locks_remove(f, f);
		if (f->f_op->release)
			f->f_op->release(inode, f);
	}
	if (f->f_mode & FMODE_WRITER)
		put_write_access(inode);
	path_put(&f->f_path);
	kfree(f);
}

static bool special_file(umode_t mode)
{
	return S_ISCHR(mode) || S_ISBLK(mode) || S_ISFIFO(mode) || S_ISSOCK(mode);
}

/* f->f_path is set: opens what is there. 0 or -errno. */
static int do_dentry_open(struct file *f)
{
	static const struct file_operations empty_fops;
	struct inode *inode = f->f_path.dentry->d_inode;
	int err;

	f->f_inode = inode;
	f->f_mapping = inode->i_mapping;
	if (f->f_flags & O_PATH) {
		f->f_mode = FMODE_PATH | FMODE_OPENED;
		f->f_op = &empty_fops;
		return 0;
	}
	if ((f->f_mode & FMODE_WRITE) && !special_file(inode->i_mode)) {
		/* Counted as written, which keeps execve off it. */
		err = get_write_access(inode);
		if (err)
			return err;
		f->f_mode |= FMODE_WRITER;
		err = mnt_want_write(f->f_path.mnt);
		if (err)
			return err;
	}
	f->f_op = inode->i_fop;
	if (!f->f_op)
		return -ENODEV;
	err = f->f_op->open ? f->f_op->open(inode, f) : 0;
	if (err)
		return err;
	f->f_mode |= FMODE_OPENED; /* ->open may have put other operations in place */
	f->f_flags &= ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC);
	return f->f_flags & O_DIRECT ? -EINVAL : 0;
}

/* Opens @p, without a permission check. ERR_PTR. */
struct file *dentry_open(const struct path *p, int flags)
{
	struct file *f = kzalloc(sizeof(*f));
	int err;

	if (!f)
		return ERR_PTR(-ENOMEM);
	atomic_set(&f->f_count, 1);
	f->f_flags = flags;
	f->f_mode = (flags + 1) & O_ACCMODE; /* O_RDONLY 0 -> 1, O_WRONLY 1 -> 2, O_RDWR 2 -> 3 */
	mutex_init(&f->f_pos_lock, LOCK_F_POS);
	f->f_release = __fput;
	f->f_path = *p;
	path_get(p);
	err = do_dentry_open(f);
	if (!err)
		return f;
	fput(f);
	return ERR_PTR(err);
}

/* Opens by a kernel path, from the root or directory of current. ERR_PTR. */
struct file *filp_open(const char *name, int flags, umode_t mode)
{
	struct filename *fn = getname_kernel(name);
	struct file *f;

	if (IS_ERR(fn))
		return ERR_CAST(fn);
	f = do_filp_open(AT_FDCWD, fn, flags | O_LARGEFILE, mode);
	putname(fn);
	return f;
}

void filp_close(struct file *f, struct files_struct *files)
{
	locks_remove(f, files);
	fput(f);
}

/* ---- open -------------------------------------------------------------- */

int user_path_flags(int dfd, const char __user *name, int flags, struct path *p)
{
	unsigned int lookup = (flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) |
			      (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0);
	struct file *f;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (name || dfd == AT_FDCWD)
		return user_path_at(dfd, name, lookup, p);
	f = flags & AT_EMPTY_PATH ? fget_raw(dfd) : fget(dfd);
	if (!f)
		return -EBADF;
	*p = f->f_path;
	path_get(p);
	fput(f);
	return 0;
}

long sys_openat(int dfd, const char __user *name, int flags, umode_t mode)
{
	struct filename *fn = getname(name);
	struct file *f;
	int fd;

	if (IS_ERR(fn))
		return PTR_ERR(fn);
	fd = get_unused_fd_flags(flags);
	if (fd >= 0) {
		/* __FMODE_EXEC is not the user's to set. */
		f = do_filp_open(dfd, fn, (flags & ~__FMODE_EXEC) | O_LARGEFILE, mode);
		if (IS_ERR(f)) {
			put_unused_fd(fd);
			fd = PTR_ERR(f);
		} else {
			fd_install(fd, f);
		}
	}
	putname(fn);
	return fd;
}

long sys_open(const char __user *name, int flags, umode_t mode)
{
	return sys_openat(AT_FDCWD, name, flags, mode);
}

long sys_creat(const char __user *name, umode_t mode)
{
	return sys_open(name, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

/* ---- size --------------------------------------------------------------- */

int do_truncate(struct dentry *d, loff_t len, unsigned int time_attrs)
{
	struct inode *inode = d->d_inode;
	struct iattr attr = {.ia_valid = ATTR_SIZE | time_attrs, .ia_size = len};
	umode_t kill = inode->i_mode & S_ISUID;
	int err;

	if (inode->i_mode & S_IXGRP)
		kill |= inode->i_mode & S_ISGID;
	if (kill && !capable(CAP_FSETID)) {
		attr.ia_valid |= ATTR_MODE | ATTR_FORCE;
		attr.ia_mode = inode->i_mode & ~kill;
	}
	down_write(&inode->i_rwsem);
	err = notify_change(d, &attr);
	up_write(&inode->i_rwsem);
	return err;
}

long sys_truncate(const char __user *name, long len)
{
	struct inode *inode;
	struct path p;
	long err = len < 0 ? -EINVAL : user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW, &p);

	if (err)
		return err;
	inode = p.dentry->d_inode;
	if (!S_ISREG(inode->i_mode))
		err = S_ISDIR(inode->i_mode) ? -EISDIR : -EINVAL;
	if (!err)
		err = mnt_want_write(p.mnt);
	if (!err)
		err = inode_permission(inode, MAY_WRITE);
	if (!err)
		err = get_write_access(inode);
	if (!err) {
		err = do_truncate(p.dentry, len, 0);
		put_write_access(inode);
	}
	path_put(&p);
	return err;
}

long sys_ftruncate(unsigned int fd, unsigned long len)
{
	struct file *f;
	long err = -EINVAL;

	if ((long)len < 0)
		return -EINVAL;
	f = fget(fd);
	if (!f)
		return -EBADF;
	if (S_ISREG(f->f_inode->i_mode) && (f->f_mode & FMODE_WRITE))
		err = do_truncate(f->f_path.dentry, len, ATTR_MTIME);
	fput(f);
	return err;
}

/* ---- access: what the real user may do ----------------------------------- */

/* Makes current act as its real user, who may have fewer rights. 0 or -ENOMEM. */
static int access_override_creds(void)
{
	struct cred *c = prepare_creds();

	if (!c)
		return -ENOMEM;
	c->fsuid = c->uid;
	c->fsgid = c->gid;
	c->cap_effective = c->uid == 0 ? c->cap_permitted : 0;
	current->cred = c;
	return 0;
}

static long access_path(const struct path *p, int mode)
{
	struct inode *inode = p->dentry->d_inode;
	long err;

	if ((mode & MAY_EXEC) && S_ISREG(inode->i_mode) && path_noexec(p))
		return -EACCES;
	err = inode_permission(inode, mode);
	if (err || !(mode & MAY_WRITE) || special_file(inode->i_mode))
		return err;
	return mnt_want_write(p->mnt);
}

long sys_faccessat2(int dfd, const char __user *name, int mode, int flags)
{
	const struct cred *old = current->cred;
	struct path p;
	long err;

	if (mode & ~07)
		return -EINVAL;
	if (!(flags & AT_EACCESS) && access_override_creds())
		return -ENOMEM;
	err = user_path_flags(dfd, name, flags & ~AT_EACCESS, &p);
	if (!err) {
		err = access_path(&p, mode);
		path_put(&p);
	}
	if (current->cred != old) {
		put_cred(current->cred);
		current->cred = old;
	}
	return err;
}

long sys_faccessat(int dfd, const char __user *name, int mode)
{
	return sys_faccessat2(dfd, name, mode, 0);
}

long sys_access(const char __user *name, int mode)
{
	return sys_faccessat2(AT_FDCWD, name, mode, 0);
}

/* ---- where the task stands ------------------------------------------------ */

static long change_dir(int dfd, const char __user *name, bool root)
{
	struct path p;
	long err = user_path_flags(dfd, name, name ? 0 : AT_EMPTY_PATH, &p);

	if (err)
		return err;
	err = d_is_dir(p.dentry) ? inode_permission(p.dentry->d_inode, MAY_EXEC) : -ENOTDIR;
	if (!err && root && !capable(CAP_SYS_CHROOT))
		err = -EPERM;
	if (!err)
		(root ? set_fs_root : set_fs_pwd)(current->fs, &p);
	path_put(&p);
	return err;
}

long sys_chdir(const char __user *name) { return change_dir(AT_FDCWD, name, false); }

long sys_fchdir(unsigned int fd) { return change_dir(fd, NULL, false); }

long sys_chroot(const char __user *name) { return change_dir(AT_FDCWD, name, true); }

long sys_umask(int mask)
{
	int old = current->fs->umask;

	current->fs->umask = mask & 0777;
	return old;
}

/* ---- rights and owner ------------------------------------------------------ */

/* @name NULL: of the open file @dfd. */
static long change_attr(int dfd, const char __user *name, int flags, struct iattr *attr)
{
	struct path p;
	long err = user_path_flags(dfd, name, flags, &p);

	if (err)
		return err;
	err = mnt_want_write(p.mnt);
	if (!err) {
		down_write(&p.dentry->d_inode->i_rwsem);
		err = notify_change(p.dentry, attr);
		up_write(&p.dentry->d_inode->i_rwsem);
	}
	path_put(&p);
	return err;
}

long sys_fchmodat(int dfd, const char __user *name, umode_t mode)
{
	struct iattr attr = {.ia_valid = ATTR_MODE, .ia_mode = mode & 07777};

	return change_attr(dfd, name, 0, &attr);
}

long sys_chmod(const char __user *name, umode_t mode) { return sys_fchmodat(AT_FDCWD, name, mode); }

long sys_fchmod(unsigned int fd, umode_t mode) { return sys_fchmodat(fd, NULL, mode); }

/* -1 leaves an id as it is. */
long sys_fchownat(int dfd, const char __user *name, uid_t uid, gid_t gid, int flags)
{
	struct iattr attr = {.ia_uid = uid, .ia_gid = gid};

	if (uid != (uid_t)-1)
		attr.ia_valid |= ATTR_UID;
	if (gid != (gid_t)-1)
		attr.ia_valid |= ATTR_GID;
	return change_attr(dfd, name, flags, &attr);
}

long sys_chown(const char __user *name, uid_t uid, gid_t gid)
{
	return sys_fchownat(AT_FDCWD, name, uid, gid, 0);
}

long sys_lchown(const char __user *name, uid_t uid, gid_t gid)
{
	return sys_fchownat(AT_FDCWD, name, uid, gid, AT_SYMLINK_NOFOLLOW);
}

long sys_fchown(unsigned int fd, uid_t uid, gid_t gid)
{
	return sys_fchownat(fd, NULL, uid, gid, 0);
}

/* ---- times ------------------------------------------------------------------ */

#define UTIME_NOW  ((1L << 30) - 1) /* not in Linux's UAPI headers: POSIX, <sys/stat.h> */
#define UTIME_OMIT ((1L << 30) - 2)

static bool nsec_valid(long nsec)
{
	return nsec == UTIME_OMIT || nsec == UTIME_NOW || (nsec >= 0 && nsec < NSEC_PER_SEC);
}

/* No @uts: both now. notify_change tells setting from touching, which asks for less. */
long sys_utimensat(int dfd, const char __user *name, struct __kernel_timespec __user *uts,
		   int flags)
{
	struct __kernel_timespec ts[2] = {{.tv_nsec = UTIME_NOW}, {.tv_nsec = UTIME_NOW}};
	struct iattr attr = {.ia_valid = ATTR_ATIME | ATTR_MTIME};

	if (uts && copy_from_user(ts, uts, sizeof(ts)))
		return -EFAULT;
	if (ts[0].tv_nsec == UTIME_OMIT && ts[1].tv_nsec == UTIME_OMIT)
		return 0;
	for (int i = 0; i < 2; i++) {
		if (!nsec_valid(ts[i].tv_nsec))
			return -EINVAL;
		if (ts[i].tv_nsec == UTIME_OMIT)
			attr.ia_valid &= ~(i ? ATTR_MTIME : ATTR_ATIME);
		else if (ts[i].tv_nsec != UTIME_NOW)
			attr.ia_valid |= i ? ATTR_MTIME_SET : ATTR_ATIME_SET;
	}
	attr.ia_atime = timespec_to_ns(&ts[0]);
	attr.ia_mtime = timespec_to_ns(&ts[1]);
	return change_attr(dfd, name, flags, &attr);
}

/* ---- sync: memory is all the disk we have --------------------------- */

long sys_sync(void) { return 0; }

long sys_syncfs(int fd)
{
	struct file *f = fget(fd);

	if (!f)
		return -EBADF;
	fput(f);
	return 0;
}

long sys_fsync(unsigned int fd)
{
	struct file *f = fget(fd);
	long err;

	if (!f)
		return -EBADF;
	err = special_file(f->f_inode->i_mode) ? -EINVAL : 0;
	fput(f);
	return err;
}

long sys_fdatasync(unsigned int fd) { return sys_fsync(fd); }

/* Advice on files that are in memory: checked, then not needed. */
long sys_fadvise64(int fd, loff_t off __maybe_unused, size_t len, int advice)
{
	struct file *f = fget(fd);
	long err = 0;

	if (!f)
		return -EBADF;
	if (S_ISFIFO(f->f_inode->i_mode))
		err = -ESPIPE;
	else if ((loff_t)len < 0 || advice < POSIX_FADV_NORMAL || advice > POSIX_FADV_NOREUSE)
		err = -EINVAL;
	fput(f);
	return err;
}
