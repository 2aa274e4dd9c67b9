/* SPDX-License-Identifier: MIT */
/*
 * From a path to an open file and back: struct file is born here and dies in
 * __fput. Below it the calls that change a file by name or descriptor: size,
 * rights, owner, times, and those that move the task in the tree.
 * Abridges Linux's fs/open.c, fs/file_table.c, fs/utimes.c, fs/sync.c; leaves
 * out leases, fsnotify, O_DIRECT (-EINVAL) and the holes of fallocate.
 */
#include <fs.h>
#include <mm.h>
#include <sched.h>
#include <string.h>
#include <syscalls.h>
#include <asm/uaccess.h>
#include <linux/capability.h>
#include <linux/fadvise.h>
#include <linux/falloc.h>
#include <linux/mount.h>
#include <linux/securebits.h>

/* ---- the life of a struct file ---------------------------------------- */

static void __fput(struct file *f)
{
	struct inode *inode = f->f_inode;

	if (f->f_mode & FMODE_OPENED) {
		if ((f->f_flags & FASYNC) && f->f_op->fasync)
			f->f_op->fasync(-1, f, 0);
		locks_remove_file(f);
		if (f->f_op->release)
			f->f_op->release(inode, f);
	}
	if (f->f_mode & FMODE_WRITER)
		put_write_access(inode);
	if (f->f_owner)
		put_pid(f->f_owner);
	if (f->f_path.dentry)
		path_put(&f->f_path);
	kfree(f);
}

struct file *alloc_empty_file(int flags)
{
	struct file *f = kzalloc(sizeof(*f));

	if (!f)
		return ERR_PTR(-ENOMEM);
	atomic_set(&f->f_count, 1);
	f->f_flags = flags;
	f->f_mode = (flags + 1) & O_ACCMODE; /* O_RDONLY 0 -> 1, O_WRONLY 1 -> 2, O_RDWR 2 -> 3 */
	if (flags & __FMODE_EXEC)
		f->f_mode |= FMODE_EXEC;
	mutex_init(&f->f_pos_lock, LOCK_F_POS);
	f->f_release = __fput;
	return f;
}

static bool path_readonly(const struct path *p)
{
	return p->mnt->mnt_flags & MS_RDONLY;
}

static bool special_file(umode_t mode)
{
	return S_ISCHR(mode) || S_ISBLK(mode) || S_ISFIFO(mode) || S_ISSOCK(mode);
}

/* A regular file is counted as written, which keeps execve off it. 0, -ETXTBSY, -EROFS. */
static int file_get_write_access(struct file *f)
{
	int err = get_write_access(f->f_inode);

	if (err)
		return err;
	if (path_readonly(&f->f_path)) {
		put_write_access(f->f_inode);
		return -EROFS;
	}
	f->f_mode |= FMODE_WRITER;
	return 0;
}

int do_dentry_open(struct file *f)
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
		err = file_get_write_access(f);
		if (err)
			return err;
	}
	if (S_ISREG(inode->i_mode) || S_ISDIR(inode->i_mode))
		f->f_mode |= FMODE_ATOMIC_POS;
	f->f_op = inode->i_fop;
	if (!f->f_op)
		return -ENODEV;
	f->f_mode |= FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE;
	err = f->f_op->open ? f->f_op->open(inode, f) : 0;
	if (err)
		return err;
	f->f_mode |= FMODE_OPENED; /* ->open may have put other operations in place */
	if (!f->f_op->llseek)
		f->f_mode &= ~FMODE_LSEEK;
	if (f->f_op->llseek == no_llseek)
		f->f_mode &= ~(FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE);
	f->f_flags &= ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC);
	return f->f_flags & O_DIRECT ? -EINVAL : 0;
}

/* Opens @p, without a permission check. ERR_PTR. */
struct file *dentry_open(const struct path *p, int flags)
{
	struct file *f = alloc_empty_file(flags);
	int err;

	if (IS_ERR(f))
		return f;
	f->f_path = *p;
	path_get(p);
	err = do_dentry_open(f);
	if (!err)
		return f;
	fput(f);
	return ERR_PTR(err);
}

/* @f gets @p's references and is open at once: no ->open is called. */
static void file_set_opened(struct file *f, const struct path *p, const struct file_operations *fop)
{
	f->f_path = *p;
	f->f_inode = p->dentry->d_inode;
	f->f_mapping = f->f_inode->i_mapping;
	f->f_op = fop;
	f->f_mode |= FMODE_OPENED;
	if (fop->llseek && fop->llseek != no_llseek)
		f->f_mode |= FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE;
	if (S_ISREG(f->f_inode->i_mode)) {
		f->f_mode |= FMODE_ATOMIC_POS;
		if ((f->f_mode & FMODE_WRITE) && !get_write_access(f->f_inode))
			f->f_mode |= FMODE_WRITER;
	}
}

/* Takes over the caller's reference to @inode, on success only. ERR_PTR(-ENOMEM). */
struct file *alloc_file_pseudo(struct inode *inode, const char *name, int flags,
			       const struct file_operations *fop,
			       const struct dentry_operations *dop)
{
	struct path p = {.mnt = pipefs_mount()};
	struct file *f;

	if (!p.mnt)
		return ERR_PTR(-ENOMEM);
	p.dentry = d_alloc(inode->i_sb->s_root, name, strlen(name));
	if (!p.dentry)
		return ERR_PTR(-ENOMEM);
	f = alloc_empty_file(flags);
	if (IS_ERR(f)) {
		dput(p.dentry);
		return f;
	}
	p.dentry->d_op = dop;
	d_instantiate(p.dentry, inode);
	mntget(p.mnt);
	file_set_opened(f, &p, fop);
	return f;
}

struct file *alloc_file_clone(struct file *base, int flags, const struct file_operations *fop)
{
	struct file *f = alloc_empty_file(flags);

	if (IS_ERR(f))
		return f;
	path_get(&base->f_path);
	file_set_opened(f, &base->f_path, fop);
	return f;
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

/* Drops a descriptor's reference; @files (may be NULL) loses its POSIX locks on the file. 0. */
int filp_close(struct file *f, struct files_struct *files)
{
	if (!(f->f_mode & FMODE_PATH))
		locks_remove_posix(f, files);
	fput(f);
	return 0;
}

/* ---- open and close ---------------------------------------------------- */

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
	return sys_openat(AT_FDCWD, name, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

long sys_close(unsigned int fd) { return close_fd(fd); }

/* ---- size --------------------------------------------------------------- */

int do_truncate(struct dentry *d, loff_t len, unsigned int time_attrs)
{
	struct inode *inode = d->d_inode;
	struct iattr attr = {.ia_valid = ATTR_SIZE | time_attrs, .ia_size = len};
	umode_t kill = inode->i_mode & S_ISUID;
	int err;

	if (len < 0)
		return -EINVAL;
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

/* Checks rights and that nobody executes it. 0 or -errno. */
int vfs_truncate(const struct path *p, loff_t len)
{
	struct inode *inode = p->dentry->d_inode;
	int err;

	if (S_ISDIR(inode->i_mode))
		return -EISDIR;
	if (!S_ISREG(inode->i_mode))
		return -EINVAL;
	if (path_readonly(p))
		return -EROFS;
	err = inode_permission(inode, MAY_WRITE);
	if (err)
		return err;
	err = get_write_access(inode);
	if (err)
		return err;
	err = do_truncate(p->dentry, len, 0);
	put_write_access(inode);
	return err;
}

long sys_truncate(const char __user *name, long len)
{
	struct path p;
	long err;

	if (len < 0)
		return -EINVAL;
	err = user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW, &p);
	if (err)
		return err;
	err = vfs_truncate(&p, len);
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

static long vfs_fallocate(struct file *f, int mode, loff_t off, loff_t len)
{
	umode_t type = f->f_inode->i_mode;

	if (off < 0 || len <= 0)
		return -EINVAL;
	if (mode & ~FALLOC_FL_KEEP_SIZE)
		return -EOPNOTSUPP;
	if (!(f->f_mode & FMODE_WRITE))
		return -EBADF;
	if (S_ISFIFO(type))
		return -ESPIPE;
	if (S_ISDIR(type))
		return -EISDIR;
	if (!S_ISREG(type))
		return -ENODEV;
	if (off > INT64_MAX - len)
		return -EFBIG;
	if (mode || off + len <= f->f_inode->i_size)
		return 0;
	return do_truncate(f->f_path.dentry, off + len, ATTR_MTIME);
}

/* Sets sizes only: pages come when they are touched. */
long sys_fallocate(int fd, int mode, loff_t off, loff_t len)
{
	struct file *f = fget(fd);
	long err;

	if (!f)
		return -EBADF;
	err = vfs_fallocate(f, mode, off, len);
	fput(f);
	return err;
}

/* ---- access: what the real user may do ----------------------------------- */

/* Makes current act as its real user. *old is to come back by revert_creds. 0 or -ENOMEM. */
static int access_override_creds(const struct cred **old)
{
	struct cred *c = prepare_creds();

	if (!c)
		return -ENOMEM;
	c->fsuid = c->uid;
	c->fsgid = c->gid;
	if (!(c->securebits & SECBIT_NO_SETUID_FIXUP))
		c->cap_effective = c->uid == 0 ? c->cap_permitted : 0;
	*old = current->cred;
	current->cred = c;
	return 0;
}

static void revert_creds(const struct cred *old)
{
	const struct cred *c = current->cred;

	current->cred = old;
	put_cred(c);
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
	return path_readonly(p) ? -EROFS : 0;
}

long sys_faccessat2(int dfd, const char __user *name, int mode, int flags)
{
	unsigned int lookup = flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
	const struct cred *old = NULL;
	struct path p;
	long err;

	if (mode & ~07)
		return -EINVAL;
	if (flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (flags & AT_EMPTY_PATH)
		lookup |= LOOKUP_EMPTY;
	if (!(flags & AT_EACCESS)) {
		err = access_override_creds(&old);
		if (err)
			return err;
	}
	err = user_path_at(dfd, name, lookup, &p);
	if (!err) {
		err = access_path(&p, mode);
		path_put(&p);
	}
	if (old)
		revert_creds(old);
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

long sys_chdir(const char __user *name)
{
	struct path p;
	long err = user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &p);

	if (err)
		return err;
	err = inode_permission(p.dentry->d_inode, MAY_EXEC);
	if (!err)
		set_fs_pwd(current->fs, &p);
	path_put(&p);
	return err;
}

long sys_fchdir(unsigned int fd)
{
	struct file *f = fget_raw(fd);
	long err = -ENOTDIR;

	if (!f)
		return -EBADF;
	if (S_ISDIR(f->f_inode->i_mode))
		err = inode_permission(f->f_inode, MAY_EXEC);
	if (!err)
		set_fs_pwd(current->fs, &f->f_path);
	fput(f);
	return err;
}

long sys_chroot(const char __user *name)
{
	struct path p;
	long err = user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &p);

	if (err)
		return err;
	err = inode_permission(p.dentry->d_inode, MAY_EXEC);
	if (!err && !capable(CAP_SYS_CHROOT))
		err = -EPERM;
	if (!err)
		set_fs_root(current->fs, &p);
	path_put(&p);
	return err;
}

long sys_umask(int mask)
{
	int old = current->fs->umask;

	current->fs->umask = mask & 0777;
	return old;
}

/* ---- rights and owner ------------------------------------------------------ */

static long change_attr(const struct path *p, struct iattr *attr)
{
	struct inode *inode = p->dentry->d_inode;
	long err;

	if (path_readonly(p))
		return -EROFS;
	down_write(&inode->i_rwsem);
	err = notify_change(p->dentry, attr);
	up_write(&inode->i_rwsem);
	return err;
}

static long chmod_common(const struct path *p, umode_t mode)
{
	struct iattr attr = {.ia_valid = ATTR_MODE};

	attr.ia_mode = (mode & 07777) | (p->dentry->d_inode->i_mode & ~07777);
	return change_attr(p, &attr);
}

/* -1 leaves an id as it is. */
static long chown_common(const struct path *p, uid_t uid, gid_t gid)
{
	struct iattr attr = {.ia_uid = uid, .ia_gid = gid};

	if (uid != (uid_t)-1)
		attr.ia_valid |= ATTR_UID;
	if (gid != (gid_t)-1)
		attr.ia_valid |= ATTR_GID;
	return change_attr(p, &attr);
}

long sys_fchmodat(int dfd, const char __user *name, umode_t mode)
{
	struct path p;
	long err = user_path_at(dfd, name, LOOKUP_FOLLOW, &p);

	if (err)
		return err;
	err = chmod_common(&p, mode);
	path_put(&p);
	return err;
}

long sys_chmod(const char __user *name, umode_t mode) { return sys_fchmodat(AT_FDCWD, name, mode); }

long sys_fchmod(unsigned int fd, umode_t mode)
{
	struct file *f = fget(fd);
	long err;

	if (!f)
		return -EBADF;
	err = chmod_common(&f->f_path, mode);
	fput(f);
	return err;
}

long sys_fchownat(int dfd, const char __user *name, uid_t uid, gid_t gid, int flags)
{
	unsigned int lookup = flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
	struct path p;
	long err;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (flags & AT_EMPTY_PATH)
		lookup |= LOOKUP_EMPTY;
	err = user_path_at(dfd, name, lookup, &p);
	if (err)
		return err;
	err = chown_common(&p, uid, gid);
	path_put(&p);
	return err;
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
	struct file *f = fget(fd);
	long err;

	if (!f)
		return -EBADF;
	err = chown_common(&f->f_path, uid, gid);
	fput(f);
	return err;
}

/* ---- times ------------------------------------------------------------------ */

#define UTIME_NOW  ((1L << 30) - 1) /* not in Linux's UAPI headers: POSIX, <sys/stat.h> */
#define UTIME_OMIT ((1L << 30) - 2)

static bool nsec_valid(long nsec)
{
	return nsec == UTIME_OMIT || nsec == UTIME_NOW || (nsec >= 0 && nsec < NSEC_PER_SEC);
}

/* @ts NULL: both now. notify_change tells setting from touching, which asks for less. */
static long vfs_utimes(const struct path *p, const struct __kernel_timespec *ts)
{
	struct iattr attr = {.ia_valid = ATTR_ATIME | ATTR_MTIME};

	if (!ts)
		return change_attr(p, &attr);
	if (!nsec_valid(ts[0].tv_nsec) || !nsec_valid(ts[1].tv_nsec))
		return -EINVAL;
	for (int i = 0; i < 2; i++) {
		if (ts[i].tv_nsec == UTIME_OMIT)
			attr.ia_valid &= ~(i ? ATTR_MTIME : ATTR_ATIME);
		else if (ts[i].tv_nsec != UTIME_NOW)
			attr.ia_valid |= i ? ATTR_MTIME_SET : ATTR_ATIME_SET;
	}
	attr.ia_atime = timespec_to_ns(&ts[0]);
	attr.ia_mtime = timespec_to_ns(&ts[1]);
	return change_attr(p, &attr);
}

static long do_utimes_fd(int fd, const struct __kernel_timespec *ts, int flags)
{
	struct file *f;
	long err;

	if (flags)
		return -EINVAL;
	f = fget(fd);
	if (!f)
		return -EBADF;
	err = vfs_utimes(&f->f_path, ts);
	fput(f);
	return err;
}

static long do_utimes(int dfd, const char __user *name, const struct __kernel_timespec *ts,
		      int flags)
{
	unsigned int lookup = flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
	struct path p;
	long err;

	if (!name && dfd != AT_FDCWD)
		return do_utimes_fd(dfd, ts, flags);
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (flags & AT_EMPTY_PATH)
		lookup |= LOOKUP_EMPTY;
	err = user_path_at(dfd, name, lookup, &p);
	if (err)
		return err;
	err = vfs_utimes(&p, ts);
	path_put(&p);
	return err;
}

long sys_utimensat(int dfd, const char __user *name, struct __kernel_timespec __user *uts,
		   int flags)
{
	struct __kernel_timespec ts[2];

	if (!uts)
		return do_utimes(dfd, name, NULL, flags);
	if (copy_from_user(ts, uts, sizeof(ts)))
		return -EFAULT;
	if (ts[0].tv_nsec == UTIME_OMIT && ts[1].tv_nsec == UTIME_OMIT)
		return 0;
	return do_utimes(dfd, name, ts, flags);
}

long sys_futimesat(int dfd, const char __user *name, struct __kernel_old_timeval __user *utv)
{
	struct __kernel_old_timeval tv[2];
	struct __kernel_timespec ts[2];

	if (!utv)
		return do_utimes(dfd, name, NULL, 0);
	if (copy_from_user(tv, utv, sizeof(tv)))
		return -EFAULT;
	for (int i = 0; i < 2; i++) {
		if (tv[i].tv_usec < 0 || tv[i].tv_usec >= 1000000)
			return -EINVAL;
		ts[i].tv_sec = tv[i].tv_sec;
		ts[i].tv_nsec = tv[i].tv_usec * NSEC_PER_USEC;
	}
	return do_utimes(dfd, name, ts, 0);
}

long sys_utimes(const char __user *name, struct __kernel_old_timeval __user *tv)
{
	return sys_futimesat(AT_FDCWD, name, tv);
}

long sys_utime(const char __user *name, void __user *times)
{
	__kernel_old_time_t t[2]; /* struct utimbuf: actime, modtime */
	struct __kernel_timespec ts[2];

	if (!times)
		return do_utimes(AT_FDCWD, name, NULL, 0);
	if (copy_from_user(t, times, sizeof(t)))
		return -EFAULT;
	for (int i = 0; i < 2; i++)
		ts[i] = (struct __kernel_timespec){.tv_sec = t[i]};
	return do_utimes(AT_FDCWD, name, ts, 0);
}

/* ---- sync and advice: memory is all the disk we have --------------------------- */

int noop_fsync(struct file *f __maybe_unused) { return 0; }

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
	err = f->f_op->fsync ? f->f_op->fsync(f) : -EINVAL;
	fput(f);
	return err;
}

long sys_fdatasync(unsigned int fd) { return sys_fsync(fd); }

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

long sys_readahead(int fd, loff_t off __maybe_unused, size_t n __maybe_unused)
{
	struct file *f = fget(fd);
	long err = 0;

	if (!f)
		return -EBADF;
	if (!(f->f_mode & FMODE_READ))
		err = -EBADF;
	else if (!S_ISREG(f->f_inode->i_mode))
		err = -EINVAL;
	fput(f);
	return err;
}
