/* SPDX-License-Identifier: MIT */
/*
 * From the text of a path to a (mount, dentry), and to an open file.
 *
 *   filename_lookup ─┬─> path_init ──> link_path_walk ──> lookup_last ─┐
 *   filename_parentat┘        ^ all but the last name │  the last one  │
 *   do_filp_open ─────────────┘                       └──> open_last_lookups ──> do_open
 *
 * The walk keeps one place (nd->path). A symbolic link on the way is pushed on
 * a stack with the rest of the outer path, and its text is walked first; a
 * function that meets a link returns that text, NULL when there is none.
 * Abridges Linux's fs/namei.c; mkdir to rename stand in fs/dirops.c. Left out:
 * walking without references (RCU), openat2's RESOLVE_*, automounts, O_TMPFILE.
 */
#include <fs.h>
#include <mm.h>
#include <sched.h>
#include <string.h>
#include <asm/uaccess.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include "internal.h"

#define MAXSYMLINKS	40
#define EMBEDDED_LEVELS 2
#define SHORT_NAME	(128 - sizeof(struct filename))
#define __O_TMPFILE	020000000
#define O_PATH_FLAGS	(O_DIRECTORY | O_NOFOLLOW | O_PATH | O_CLOEXEC)
#define VALID_OPEN_FLAGS                                                                           \
	(O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_SYNC |      \
	 O_DSYNC | FASYNC | O_DIRECT | O_LARGEFILE | O_DIRECTORY | O_NOFOLLOW | O_NOATIME |        \
	 O_CLOEXEC | O_PATH | __O_TMPFILE)

/* How a component is walked. */
enum { WALK_TRAILING = 1, WALK_MORE = 2, WALK_NOFOLLOW = 4 };

/* A symbolic link being walked. */
struct saved_link {
	struct path link; /* keeps the text alive */
	char *text;	  /* made by ->readlink: freed at the end; or NULL */
	const char *rest; /* of the path that the link stood in */
};

struct nameidata {
	struct path path;	      /* where we are; owns references */
	struct path root;	      /* mnt NULL: not needed yet; owns references */
	struct qstr last;	      /* the component to be walked next */
	int last_type;		      /* LAST_* */
	unsigned int flags;	      /* LOOKUP_* */
	unsigned int depth, nr_links; /* depth: links on the stack; nr_links: seen at all */
	struct saved_link *stack, internal[EMBEDDED_LEVELS];
	uid_t dir_uid; /* of the directory that holds the last component */
	umode_t dir_mode;
};

/* ---- copies of users' paths ---- */

static struct filename *alloc_filename(size_t room, const char __user *uptr)
{
	struct filename *f = kmalloc(sizeof(*f) + room, GFP_KERNEL);

	if (f) {
		f->name = f->iname;
		f->uptr = uptr;
	}
	return f;
}

struct filename *getname_flags(const char __user *name, int flags)
{
	struct filename *f = alloc_filename(SHORT_NAME, name);
	long len;

	if (!f)
		return ERR_PTR(-ENOMEM);
	len = strncpy_from_user(f->iname, name, SHORT_NAME);
	if (len == SHORT_NAME) {
		kfree(f);
		f = alloc_filename(PATH_MAX, name);
		if (!f)
			return ERR_PTR(-ENOMEM);
		len = strncpy_from_user(f->iname, name, PATH_MAX);
	}
	if (len == PATH_MAX)
		len = -ENAMETOOLONG;
	if (len == 0 && !(flags & LOOKUP_EMPTY))
		len = -ENOENT;
	if (len >= 0)
		return f;
	kfree(f);
	return ERR_PTR(len);
}

struct filename *getname(const char __user *name) { return getname_flags(name, 0); }

struct filename *getname_kernel(const char *name)
{
	size_t len = strlen(name) + 1;
	struct filename *f;

	if (len > PATH_MAX)
		return ERR_PTR(-ENAMETOOLONG);
	f = alloc_filename(len, NULL);
	if (!f)
		return ERR_PTR(-ENOMEM);
	memcpy(f->iname, name, len);
	return f;
}

/* Error pointers are fine. */
void putname(struct filename *f)
{
	if (!IS_ERR(f))
		kfree(f);
}

void path_get(const struct path *p)
{
	mntget(p->mnt);
	dget(p->dentry);
}

void path_put(const struct path *p)
{
	dput(p->dentry);
	mntput(p->mnt);
}

/* ---- permissions ---- */

/* Owner, group, others. 0 or -EACCES. */
static int mode_permission(const struct inode *inode, int mask)
{
	unsigned int mode = inode->i_mode;

	if (current->cred->fsuid == inode->i_uid)
		mode >>= 6;
	else if ((mask & (mode ^ (mode >> 3))) && in_group_p(inode->i_gid))
		mode >>= 3;
	return mask & ~mode & (MAY_READ | MAY_WRITE | MAY_EXEC) ? -EACCES : 0;
}

int generic_permission(struct inode *inode, int mask)
{
	if (!mode_permission(inode, mask))
		return 0;
	mask &= MAY_READ | MAY_WRITE | MAY_EXEC;
	if (S_ISDIR(inode->i_mode)) {
		if (!(mask & MAY_WRITE) && capable(CAP_DAC_READ_SEARCH))
			return 0;
		return capable(CAP_DAC_OVERRIDE) ? 0 : -EACCES;
	}
	if (mask == MAY_READ && capable(CAP_DAC_READ_SEARCH))
		return 0;
	if ((!(mask & MAY_EXEC) || (inode->i_mode & 0111)) && capable(CAP_DAC_OVERRIDE))
		return 0;
	return -EACCES;
}

/* May current do @mask (MAY_*) with the file? 0, -EACCES, -EROFS, or what the file system says. */
int inode_permission(struct inode *inode, int mask)
{
	umode_t mode = inode->i_mode;

	if ((mask & MAY_WRITE) && (inode->i_sb->s_flags & MS_RDONLY) &&
	    (S_ISREG(mode) || S_ISDIR(mode) || S_ISLNK(mode)))
		return -EROFS;
	return inode->i_op->permission ? inode->i_op->permission(inode, mask)
				       : generic_permission(inode, mask);
}

/* True if nothing may be executed from here. */
bool path_noexec(const struct path *p)
{
	return (p->mnt->mnt_flags | p->mnt->mnt_sb->s_flags) & MS_NOEXEC;
}

/*
 * fs.protected_symlinks = 1, as Debian: in /tmp and its like, only one's own links or the
 * directory owner's are followed.
 */
static int may_follow_link(const struct nameidata *nd, const struct inode *link)
{
	if (current->cred->fsuid == link->i_uid)
		return 0;
	if ((nd->dir_mode & (S_ISVTX | S_IWOTH)) != (S_ISVTX | S_IWOTH) ||
	    nd->dir_uid == link->i_uid)
		return 0;
	return -EACCES;
}

/* ---- one component ---- */

/* A dentry from the cache that is still true, with a reference; NULL. */
static struct dentry *lookup_dcache(struct dentry *dir, const struct qstr *name)
{
	struct dentry *d = d_lookup(dir, name->name, name->len);

	if (d && d->d_op && d->d_op->d_revalidate && !d->d_op->d_revalidate(d)) {
		d_drop(d);
		dput(d);
		d = NULL;
	}
	return d;
}

/* The dentry of @name in @dir, negative if there is no such file. Directory locked. ERR_PTR. */
struct dentry *lookup_one_qstr(const struct qstr *name, struct dentry *dir)
{
	struct inode *inode = dir->d_inode;
	struct dentry *d = lookup_dcache(dir, name);
	int err;

	if (d)
		return d;
	if (!inode->i_nlink)
		return ERR_PTR(-ENOENT);
	if (name->len > NAME_MAX)
		return ERR_PTR(-ENAMETOOLONG);
	d = d_alloc(dir, name->name, name->len);
	if (!d)
		return ERR_PTR(-ENOMEM);
	err = inode->i_op->lookup ? inode->i_op->lookup(inode, d) : 0;
	if (!err || err == -ENOENT)
		return d;
	dput(d);
	return ERR_PTR(err);
}

/* What the cache does not have: asks the file system. A positive dentry or ERR_PTR. */
static struct dentry *lookup_slow(const struct qstr *name, struct dentry *dir)
{
	struct inode *inode = dir->d_inode;
	struct dentry *d;

	if (name->len > NAME_MAX)
		return ERR_PTR(-ENAMETOOLONG);
	if (!inode->i_op->lookup)
		return ERR_PTR(-ENOENT);
	down_write(&inode->i_rwsem);
	d = lookup_one_qstr(name, dir);
	up_write(&inode->i_rwsem);
	if (!IS_ERR(d) && !d->d_inode) {
		dput(d);
		return ERR_PTR(-ENOENT);
	}
	return d;
}

static void put_link(struct nameidata *nd)
{
	struct saved_link *l = &nd->stack[--nd->depth];

	kfree(l->text);
	path_put(&l->link);
}

/* Moves nd to @p, taking over its references. */
static void nd_set_path(struct nameidata *nd, const struct path *p)
{
	path_put(&nd->path);
	nd->path = *p;
}

static void set_root(struct nameidata *nd)
{
	if (!nd->root.mnt)
		get_fs_root(current->fs, &nd->root);
}

static void nd_jump_root(struct nameidata *nd)
{
	set_root(nd);
	path_get(&nd->root);
	nd_set_path(nd, &nd->root);
}

/* Room for one more link. 0, -ELOOP, -ENOMEM. */
static int reserve_stack(struct nameidata *nd)
{
	struct saved_link *s;

	if (nd->nr_links++ >= MAXSYMLINKS)
		return -ELOOP;
	if (nd->depth != EMBEDDED_LEVELS || nd->stack != nd->internal)
		return 0;
	s = kmalloc(MAXSYMLINKS * sizeof(*s), GFP_KERNEL);
	if (!s)
		return -ENOMEM;
	memcpy(s, nd->internal, sizeof(nd->internal));
	nd->stack = s;
	return 0;
}

/* The text of the link on top of the stack; NULL if it led straight to a place. ERR_PTR. */
static const char *get_link(struct nameidata *nd, struct saved_link *l)
{
	struct dentry *d = l->link.dentry;
	struct inode *inode = d->d_inode;
	struct path to;
	int err;

	if (inode->i_link)
		return inode->i_link;
	if (inode->i_op->get_path) {
		err = inode->i_op->get_path(d, &to);
		if (!err)
			nd_set_path(nd, &to);
		return ERR_PTR(err); /* 0: NULL */
	}
	l->text = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!l->text)
		return ERR_PTR(-ENOMEM);
	err = inode->i_op->readlink ? inode->i_op->readlink(d, l->text, PATH_MAX) : -EINVAL;
	return err < 0 ? ERR_PTR(err) : l->text;
}

/*
 * Pushes the symbolic link @link, taking over its references, and returns the text to walk;
 * NULL: nothing left.
 */
static const char *pick_link(struct nameidata *nd, const struct path *link, int flags)
{
	struct saved_link *l;
	const char *s;
	int err = reserve_stack(nd);

	if (err) {
		path_put(link);
		return ERR_PTR(err);
	}
	l = &nd->stack[nd->depth++];
	*l = (struct saved_link){.link = *link};
	if (flags & WALK_TRAILING) {
		err = may_follow_link(nd, link->dentry->d_inode);
		if (err)
			return ERR_PTR(err);
	}
	if (link->mnt->mnt_flags & MS_NOSYMFOLLOW)
		return ERR_PTR(-ELOOP);
	touch_path_atime(link);
	s = get_link(nd, l);
	if (IS_ERR(s))
		return s;
	if (s && *s == '/') {
		nd_jump_root(nd);
		while (*s == '/')
			s++;
	}
	if (s && *s)
		return s;
	put_link(nd);
	return NULL;
}

/*
 * Goes to @d, a name in the current directory, whose reference it takes over; enters
 * mounts, picks up links.
 */
static const char *step_into(struct nameidata *nd, int flags, struct dentry *d)
{
	struct path p = {.mnt = mntget(nd->path.mnt), .dentry = d};

	follow_down(&p);
	if (!S_ISLNK(p.dentry->d_inode->i_mode) || (flags & WALK_NOFOLLOW) ||
	    ((flags & WALK_TRAILING) && !(nd->flags & LOOKUP_FOLLOW))) {
		nd_set_path(nd, &p);
		return NULL;
	}
	return pick_link(nd, &p, flags);
}

/* ".." stops at the task's root and leaves mounts. */
static const char *handle_dotdot(struct nameidata *nd)
{
	struct dentry *parent;
	bool in_root;

	set_root(nd);
	in_root = nd->path.mnt == nd->root.mnt && nd->path.dentry == nd->root.dentry;
	if (!in_root && nd->path.dentry == nd->path.mnt->mnt_root)
		in_root = !follow_up(&nd->path, &nd->root);
	spin_lock(&dcache_lock);
	parent = dget(in_root ? nd->path.dentry : nd->path.dentry->d_parent);
	spin_unlock(&dcache_lock);
	return step_into(nd, WALK_NOFOLLOW, parent);
}

static const char *walk_component(struct nameidata *nd, int flags)
{
	struct dentry *d;

	if (nd->last_type != LAST_NORM) {
		if (!(flags & WALK_MORE) && nd->depth)
			put_link(nd);
		return nd->last_type == LAST_DOTDOT ? handle_dotdot(nd) : NULL;
	}
	d = lookup_dcache(nd->path.dentry, &nd->last);
	if (!d)
		d = lookup_slow(&nd->last, nd->path.dentry);
	if (IS_ERR(d))
		return ERR_CAST(d);
	if (!(flags & WALK_MORE) && nd->depth)
		put_link(nd);
	return step_into(nd, flags, d);
}

/* ---- whole paths ---- */

/* Cuts the next component off @name into nd->last. Returns what follows it, slashes skipped. */
static const char *next_component(struct nameidata *nd, const char *name)
{
	unsigned int len = 1;

	while (name[len] && name[len] != '/')
		len++;
	nd->last = (struct qstr){.name = name, .len = len};
	nd->last_type = LAST_NORM;
	if (name[0] == '.' && len == 1)
		nd->last_type = LAST_DOT;
	else if (name[0] == '.' && name[1] == '.' && len == 2)
		nd->last_type = LAST_DOTDOT;
	name += len;
	while (*name == '/')
		name++;
	return name;
}

/* Walks all but the last component of @name, which it leaves in nd->last. 0 or -errno. */
static int link_path_walk(const char *name, struct nameidata *nd)
{
	unsigned int depth = 0; /* links whose rest is ours to walk; at most nd->depth */

	if (IS_ERR(name))
		return PTR_ERR(name);
	nd->last_type = LAST_ROOT;
	while (*name == '/')
		name++;
	if (!*name) {
		nd->dir_mode = 0;
		return 0;
	}
	for (;;) {
		int err = inode_permission(nd->path.dentry->d_inode, MAY_EXEC);
		const char *link;

		if (err)
			return err;
		name = next_component(nd, name);
		if (!*name && !depth) {
			nd->dir_uid = nd->path.dentry->d_inode->i_uid;
			nd->dir_mode = nd->path.dentry->d_inode->i_mode;
			return 0;
		}
		if (*name) {
			link = walk_component(nd, WALK_MORE);
		} else {
			name = nd->stack[--depth].rest;
			link = walk_component(nd, 0);
		}
		if (IS_ERR(link))
			return PTR_ERR(link);
		if (link) {
			nd->stack[depth++].rest = name;
			name = link;
			continue;
		}
		if (!d_is_dir(nd->path.dentry))
			return -ENOTDIR;
	}
}

/* Prepares nd and finds the starting point. 0, -EBADF, -ENOTDIR; terminate_walk either way. */
static int path_init(struct nameidata *nd, int dfd, const char *name, unsigned int flags)
{
	struct file *f;
	int err = 0;

	memset(nd, 0, offsetof(struct nameidata, internal));
	nd->stack = nd->internal;
	nd->flags = flags;
	if (*name == '/') {
		set_root(nd);
		nd->path = nd->root;
		path_get(&nd->path);
		return 0;
	}
	if (dfd == AT_FDCWD) {
		get_fs_pwd(current->fs, &nd->path);
		return 0;
	}
	f = fget_raw(dfd);
	if (!f)
		return -EBADF;
	if (*name && !d_is_dir(f->f_path.dentry)) {
		err = -ENOTDIR;
	} else {
		nd->path = f->f_path;
		path_get(&nd->path);
	}
	fput(f);
	return err;
}

static void terminate_walk(struct nameidata *nd)
{
	while (nd->depth)
		put_link(nd);
	if (nd->path.mnt)
		path_put(&nd->path);
	if (nd->root.mnt)
		path_put(&nd->root);
	if (nd->stack != nd->internal)
		kfree(nd->stack);
}

/* A trailing slash asks for a directory, through links. */
static bool trailing_slash(const struct nameidata *nd)
{
	return nd->last_type == LAST_NORM && nd->last.name[nd->last.len];
}

static const char *lookup_last(struct nameidata *nd)
{
	if (trailing_slash(nd))
		nd->flags |= LOOKUP_FOLLOW | LOOKUP_DIRECTORY;
	return walk_component(nd, WALK_TRAILING);
}

static int path_lookupat(struct nameidata *nd, const char *s)
{
	int err;

	while (!(err = link_path_walk(s, nd))) {
		s = lookup_last(nd);
		if (!s)
			break;
	}
	if (!err && (nd->flags & LOOKUP_DIRECTORY) && !d_is_dir(nd->path.dentry))
		err = -ENOTDIR;
	return err;
}

int filename_lookup(int dfd, const char *name, unsigned int flags, struct path *path)
{
	struct nameidata nd;
	int err = path_init(&nd, dfd, name, flags);

	if (!err)
		err = path_lookupat(&nd, name);
	if (!err) {
		*path = nd.path;
		nd.path.mnt = NULL;
	}
	terminate_walk(&nd);
	return err;
}

int filename_parentat(int dfd, const char *name, struct path *parent, struct qstr *last, int *type)
{
	struct nameidata nd;
	int err = path_init(&nd, dfd, name, LOOKUP_PARENT);

	if (!err)
		err = link_path_walk(name, &nd);
	if (!err) {
		*parent = nd.path;
		nd.path.mnt = NULL;
		*last = nd.last;
		*type = nd.last_type;
	}
	terminate_walk(&nd);
	return err;
}

int kern_path(const char *name, unsigned int flags, struct path *path)
{
	return filename_lookup(AT_FDCWD, name, flags, path);
}

int user_path_at(int dfd, const char __user *name, unsigned int flags, struct path *path)
{
	struct filename *f = getname_flags(name, flags);
	int err;

	if (IS_ERR(f))
		return PTR_ERR(f);
	err = filename_lookup(dfd, f->name, flags, path);
	putname(f);
	return err;
}

/* ---- open ---- */

/* From open(2)'s flags to what the walk and the checks need. 0 or -EINVAL. */
static int build_open_flags(int flags, umode_t mode, struct open_flags *op)
{
	static const u8 acc_modes[] = {MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE,
				       MAY_READ | MAY_WRITE};

	flags &= VALID_OPEN_FLAGS | __FMODE_EXEC;
	if (flags & O_PATH)
		flags &= O_PATH_FLAGS;
	flags &= ~O_CLOEXEC;
	if ((flags & (O_DIRECTORY | O_CREAT)) == (O_DIRECTORY | O_CREAT))
		return -EINVAL;
	op->acc_mode = flags & __FMODE_EXEC ? MAY_EXEC : acc_modes[flags & O_ACCMODE];
	if ((flags & __O_TMPFILE) && (!(flags & O_DIRECTORY) || !(op->acc_mode & MAY_WRITE)))
		return -EINVAL;
	if ((flags & O_SYNC) == O_SYNC)
		flags |= O_DSYNC;
	if (flags & O_PATH)
		op->acc_mode = 0;
	op->open_flag = flags;
	op->mode = flags & O_CREAT ? (mode & 07777) | S_IFREG : 0;
	if (flags & O_TRUNC)
		op->acc_mode |= MAY_WRITE;
	op->lookup_flags = flags & O_DIRECTORY ? LOOKUP_DIRECTORY : 0;
	if (!(flags & O_NOFOLLOW) && (flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL))
		op->lookup_flags |= LOOKUP_FOLLOW;
	return 0;
}

/* O_CREAT found no file: makes it. Directory locked. 0 or -errno. */
static int open_create(struct nameidata *nd, struct dentry *d, const struct open_flags *op)
{
	struct inode *dir = nd->path.dentry->d_inode;
	int err = mnt_want_write(nd->path.mnt);

	if (!err)
		err = inode_permission(dir, MAY_WRITE | MAY_EXEC);
	if (err)
		return err;
	if (!dir->i_op->create)
		return -EACCES;
	return dir->i_op->create(dir, d, vfs_prepare_mode(dir, op->mode, 07777, S_IFREG));
}

/*
 * The last component under O_CREAT. *created tells whether the file is new. A positive
 * dentry or ERR_PTR.
 */
static struct dentry *lookup_open(struct nameidata *nd, const struct open_flags *op, bool *created)
{
	struct dentry *dir = nd->path.dentry, *d;
	int err;

	down_write(&dir->d_inode->i_rwsem);
	d = lookup_one_qstr(&nd->last, dir);
	if (!IS_ERR(d) && !d->d_inode) {
		err = open_create(nd, d, op);
		*created = !err;
		if (err) {
			dput(d);
			d = ERR_PTR(err);
		}
	}
	up_write(&dir->d_inode->i_rwsem);
	return d;
}

/*
 * Walks the last component of an open. NULL: nd->path is the file; else a link's text, or
 * ERR_PTR.
 */
static const char *open_last_lookups(struct nameidata *nd, const struct open_flags *op,
				     bool *created)
{
	struct dentry *d;

	if (!(op->open_flag & O_CREAT) || nd->last_type != LAST_NORM)
		return lookup_last(nd);
	if (trailing_slash(nd))
		return ERR_PTR(-EISDIR);
	d = lookup_open(nd, op, created);
	if (IS_ERR(d))
		return ERR_CAST(d);
	if (nd->depth)
		put_link(nd);
	return step_into(nd, WALK_TRAILING, d);
}

/* May current open the file this way? 0 or -errno. */
static int may_open(const struct path *p, int acc_mode, int flags)
{
	struct inode *inode = p->dentry->d_inode;
	int err;

	switch (inode->i_mode & S_IFMT) {
	case S_IFLNK:
		return -ELOOP;
	case S_IFDIR:
		if (acc_mode & MAY_WRITE)
			return -EISDIR;
		break;
	case S_IFBLK:
	case S_IFCHR:
		if ((p->mnt->mnt_flags | p->mnt->mnt_sb->s_flags) & MS_NODEV)
			return -EACCES;
		break;
	case S_IFREG:
		if ((acc_mode & MAY_EXEC) && path_noexec(p))
			return -EACCES;
		break;
	}
	if ((acc_mode & MAY_EXEC) && !S_ISREG(inode->i_mode))
		return -EACCES;
	err = inode_permission(inode, acc_mode);
	if (err)
		return err;
	return (flags & O_NOATIME) && !inode_owner_or_capable(inode) ? -EPERM : 0;
}

static int handle_truncate(struct file *f)
{
	int err = get_write_access(f->f_inode);

	if (err)
		return err;
	err = do_truncate(f->f_path.dentry, 0, ATTR_MTIME);
	put_write_access(f->f_inode);
	return err;
}

/* The walk has ended at the file: checks, then opens. ERR_PTR. */
static struct file *do_open(struct nameidata *nd, const struct open_flags *op, bool created)
{
	struct dentry *d = nd->path.dentry;
	int err, flags = op->open_flag, acc_mode = created ? 0 : op->acc_mode;
	bool truncate = !created && (flags & O_TRUNC) && S_ISREG(d->d_inode->i_mode);
	struct file *f;

	if (flags & O_CREAT) {
		if ((flags & O_EXCL) && !created)
			return ERR_PTR(-EEXIST);
		if (d_is_dir(d))
			return ERR_PTR(-EISDIR);
	}
	if ((nd->flags & LOOKUP_DIRECTORY) && !d_is_dir(d))
		return ERR_PTR(-ENOTDIR);
	err = truncate ? mnt_want_write(nd->path.mnt) : 0;
	if (!err)
		err = may_open(&nd->path, acc_mode, flags);
	if (err)
		return ERR_PTR(err);
	f = dentry_open(&nd->path, flags);
	if (IS_ERR(f) || !truncate)
		return f;
	err = handle_truncate(f);
	if (!err)
		return f;
	fput(f);
	return ERR_PTR(err);
}

/*
 * O_TMPFILE: the checks of the directory, then the refusal that no file system of ours can
 * avoid.
 */
static int do_tmpfile(struct nameidata *nd, const char *name)
{
	int err = path_lookupat(nd, name);

	if (!err)
		err = mnt_want_write(nd->path.mnt);
	if (!err)
		err = inode_permission(nd->path.dentry->d_inode, MAY_WRITE | MAY_EXEC);
	return err ? err : -EOPNOTSUPP;
}

static struct file *path_openat(struct nameidata *nd, const char *s, const struct open_flags *op)
{
	bool created = false;
	int err;

	if (op->open_flag & __O_TMPFILE)
		return ERR_PTR(do_tmpfile(nd, s));
	if (op->open_flag & O_PATH) {
		err = path_lookupat(nd, s);
		return err ? ERR_PTR(err) : dentry_open(&nd->path, op->open_flag);
	}
	while (!(err = link_path_walk(s, nd))) {
		s = open_last_lookups(nd, op, &created);
		if (!s)
			return do_open(nd, op, created);
	}
	return ERR_PTR(err);
}

struct file *do_filp_open(int dfd, struct filename *name, int flags, umode_t mode)
{
	struct open_flags op;
	struct nameidata nd;
	struct file *f;
	int err = build_open_flags(flags, mode, &op);

	if (err)
		return ERR_PTR(err);
	err = path_init(&nd, dfd, name->name, op.lookup_flags);
	f = err ? ERR_PTR(err) : path_openat(&nd, name->name, &op);
	terminate_walk(&nd);
	return f;
}
