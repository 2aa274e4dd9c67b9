/* SPDX-License-Identifier: MIT */
/*
 * Finds the location (mount, dentry) of a path, and opens files.
 *
 *   filename_lookup ─┬─> path_init ──> link_path_walk ──> lookup_last ─┐
 *   filename_parentat┘        ^ all but the last name │  the last one  │
 *   do_filp_open ─────────────┘                       └──> open_last_lookups ──> do_open
 *
 * nd->path is where the walk is. The functions that take a step return the text of a symbolic link
 * that must be followed, otherwise NULL. link_path_walk then walks this text first, and keeps the
 * rest of the outer path on a stack.
 * Abridges Linux's fs/namei.c; mkdir to rename are in fs/dirops.c. Left out: walking without
 * references (RCU), automounts, protected_symlinks. Each step of openat2's walks asks nd_allows.
 */
#include <file.h>
#include <fs.h>
#include <fs_struct.h>
#include <mount.h>
#include <namei.h>
#include <slab.h>
#include <string.h>
#include <task.h>
#include <linux/fcntl.h>
#include <linux/limits.h>
#include <linux/mount.h>
#include "internal.h"

#define O_PATH_FLAGS (O_DIRECTORY | O_NOFOLLOW | O_PATH)

/* ---- one component ---- */

/* Returns a valid dentry from the cache, with a reference, or NULL. */
static struct dentry *lookup_dcache(struct dentry *dir, const struct qstr *name)
{
	struct dentry *d = d_lookup(dir, name);

	if (d && d->d_op && d->d_op->d_revalidate && !d->d_op->d_revalidate(d)) {
		d_drop(d);
		dput(d);
		d = NULL;
	}
	return d;
}

/*
 * Returns the dentry of @name in @dir, which is locked. The dentry is negative if there is no such
 * file but one could be created; otherwise ERR_PTR.
 */
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
	if (!err)
		return d;
	dput(d);
	return ERR_PTR(err);
}

/* The same for a directory that is not locked; the file must exist. */
static struct dentry *lookup_positive(const struct qstr *name, struct dentry *dir)
{
	struct inode *inode = dir->d_inode;
	struct dentry *d = lookup_dcache(dir, name);

	if (d)
		return d;
	if (!inode->i_op->lookup)
		return ERR_PTR(name->len > NAME_MAX ? -ENAMETOOLONG : -ENOENT);
	down_write(&inode->i_rwsem);
	d = lookup_one_qstr(name, dir);
	up_write(&inode->i_rwsem);
	return d;
}

/* Moves nd to @p, if that is allowed, and takes over @p's references. NULL or ERR_PTR. */
static const char *nd_set_path(struct nameidata *nd, const struct path *p, enum nd_step step)
{
	int err = nd_check(nd, p, step);

	path_put(err ? p : &nd->path);
	if (!err)
		nd->path = *p;
	return ERR_PTR(err); /* NULL if err is 0 */
}

static void set_root(struct nameidata *nd)
{
	if (!nd->root.mnt)
		get_fs_root(current->fs, &nd->root);
}

/* Returns the text of @l, NULL if the link leads directly to a location, or ERR_PTR. */
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
		return err ? ERR_PTR(err) : nd_set_path(nd, &to, ND_MAGIC);
	}
	l->text = kmalloc(LINK_TEXT_MAX, GFP_KERNEL);
	if (!l->text)
		return ERR_PTR(-ENOMEM);
	err = inode->i_op->readlink(d, l->text, LINK_TEXT_MAX);
	return err < 0 ? ERR_PTR(err) : l->text;
}

/* Saves @link, a symbolic link, and takes over its references. Returns as get_link. */
static const char *pick_link(struct nameidata *nd, const struct path *link)
{
	struct saved_link *l = &nd->links[nd->nr_links];
	enum nd_step step;
	const char *s;

	if (nd->nr_links == MAXSYMLINKS || (nd->flags & LOOKUP_NO_SYMLINKS)) {
		path_put(link);
		return ERR_PTR(-ELOOP);
	}
	nd->nr_links++;
	*l = (struct saved_link){.link = *link};
	touch_path_atime(link);
	s = get_link(nd, l);
	if (IS_ERR(s) || !s || *s != '/')
		return s;
	step = nd->root.mnt ? ND_ROOT : ND_NEW_ROOT;
	set_root(nd);
	path_get(&nd->root);
	return nd_set_path(nd, &nd->root, step) ?: s;
}

/*
 * Moves nd to @d, a name in the directory nd->path, and takes over the reference. Enters what is
 * mounted there. Returns the text of a link that is to be followed, NULL, or ERR_PTR.
 */
static const char *step_into(struct nameidata *nd, bool trailing, struct dentry *d)
{
	struct path p = {.mnt = nd->path.mnt, .dentry = d};

	if (!(d->d_flags & DCACHE_MOUNTED) && !S_ISLNK(d->d_inode->i_mode) &&
	    !(nd->flags & LOOKUP_RESTRICTED)) {
		dput(nd->path.dentry);
		nd->path.dentry = d;
		return NULL;
	}
	mntget(p.mnt);
	follow_down(&p);
	if (S_ISLNK(p.dentry->d_inode->i_mode) && (!trailing || (nd->flags & LOOKUP_FOLLOW)))
		return pick_link(nd, &p);
	return nd_set_path(nd, &p, ND_STEP);
}

/* ".." does nothing at current's root, and leaves a mount at the root of the mount. */
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
	return step_into(nd, false, parent);
}

/* Walks nd->last. @trailing: it is the last component of the path. Returns as step_into. */
static const char *walk_component(struct nameidata *nd, bool trailing)
{
	struct dentry *d;

	if (nd->last_type == LAST_DOTDOT)
		return handle_dotdot(nd);
	if (nd->last_type != LAST_NORM)
		return NULL;
	d = nd->flags & LOOKUP_CACHED
		    ? lookup_dcache(nd->path.dentry, &nd->last) ?: ERR_PTR(-EAGAIN)
		    : lookup_positive(&nd->last, nd->path.dentry);
	return IS_ERR(d) ? ERR_CAST(d) : step_into(nd, trailing, d);
}

/* ---- whole paths ---- */

/* Copies the next component of @name to nd->last. Returns what follows it, without slashes. */
static const char *next_component(struct nameidata *nd, const char *name)
{
	const char *end = name;
	unsigned int len;
	u64 hash = 0;

	do
		hash = name_hash(hash, *end++);
	while (*end && *end != '/');
	len = end - name;
	nd->last = (struct qstr){.name = name, .len = len, .hash = hash};
	nd->last_type = LAST_NORM;
	if (name[0] == '.' && len == 1)
		nd->last_type = LAST_DOT;
	else if (name[0] == '.' && name[1] == '.' && len == 2)
		nd->last_type = LAST_DOTDOT;
	while (*end == '/')
		end++;
	return end;
}

/* Walks @name but for its last component, which is then in nd->last. Returns 0 or -errno. */
static int link_path_walk(const char *name, struct nameidata *nd)
{
	/* the rest of each path in which the walk found a link */
	const char *rest[MAXSYMLINKS];
	unsigned int depth = 0;

	if (IS_ERR(name))
		return PTR_ERR(name);
	nd->last_type = LAST_ROOT;
	while (*name == '/')
		name++;
	if (!*name)
		return 0;
	for (;;) {
		int err = inode_permission(nd->path.dentry->d_inode, MAY_EXEC);
		const char *link;

		if (err)
			return err;
		name = next_component(nd, name);
		if (!*name && !depth)
			return 0;
		link = walk_component(nd, false);
		if (IS_ERR(link))
			return PTR_ERR(link);
		if (!*name)
			name = rest[--depth];
		while (link && *link == '/')
			link++;
		if (link && *link) {
			rest[depth++] = name;
			name = link;
		} else if (!d_is_dir(nd->path.dentry)) {
			return nd->flags & LOOKUP_CACHED ? -EAGAIN : -ENOTDIR;
		}
	}
}

/* Sets nd to the starting point. 0, -EBADF or -ENOTDIR; terminate_walk must follow even then. */
static int path_init(struct nameidata *nd, int dfd, const char *name, unsigned int flags)
{
	struct file *f;

	memset(nd, 0, offsetof(struct nameidata, links));
	nd->flags = flags;
	if (*name == '/' && !(flags & LOOKUP_IN_ROOT)) {
		set_root(nd);
		nd->path = nd->root;
		path_get(&nd->path);
	} else if (dfd == AT_FDCWD) {
		get_fs_pwd(current->fs, &nd->path);
	} else {
		f = fget_raw(dfd);
		if (!f)
			return -EBADF;
		nd->path = f->f_path;
		path_get(&nd->path);
		fput(f);
		if (*name && !d_is_dir(nd->path.dentry))
			return -ENOTDIR;
	}
	return nd_check(nd, &nd->path, ND_START);
}

static void terminate_walk(struct nameidata *nd)
{
	while (nd->nr_links) {
		struct saved_link *l = &nd->links[--nd->nr_links];

		kfree(l->text);
		path_put(&l->link);
	}
	path_put(&nd->path);
	path_put(&nd->root);
}

/* A slash after the last component: it must be a directory, and links are followed. */
static bool trailing_slash(const struct nameidata *nd)
{
	return nd->last_type == LAST_NORM && nd->last.name[nd->last.len];
}

static const char *lookup_last(struct nameidata *nd)
{
	if (trailing_slash(nd))
		nd->flags |= LOOKUP_FOLLOW | LOOKUP_DIRECTORY;
	return walk_component(nd, true);
}

int filename_lookup(int dfd, const char *name, unsigned int flags, struct path *path)
{
	struct nameidata nd;
	int err = path_init(&nd, dfd, name, flags);

	while (!err && name && !(err = link_path_walk(name, &nd)))
		name = lookup_last(&nd);
	err = err ?: nd_check(&nd, &nd.path, ND_END);
	if (!err && (nd.flags & LOOKUP_DIRECTORY) && !d_is_dir(nd.path.dentry))
		err = -ENOTDIR;
	if (!err) {
		*path = nd.path;
		nd.path = (struct path){};
	}
	terminate_walk(&nd);
	return err;
}

int filename_parentat(int dfd, const char *name, struct path *parent, struct qstr *last, int *type)
{
	struct nameidata nd;
	int err = path_init(&nd, dfd, name, 0) ?: link_path_walk(name, &nd);

	if (!err) {
		*parent = nd.path;
		nd.path = (struct path){};
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

/* ---- open ---- */

/*
 * Looks up the last component of an open with O_CREAT, and creates the file if there is none.
 * Returns a positive dentry or ERR_PTR. *created: the file is new.
 */
static struct dentry *lookup_open(struct nameidata *nd, umode_t mode, bool *created)
{
	struct dentry *d;
	struct inode *dir = nd->path.dentry->d_inode;
	int err;

	down_write(&dir->i_rwsem);
	d = lookup_one_qstr(&nd->last, nd->path.dentry);
	if (!IS_ERR(d) && !d->d_inode) {
		mode = S_IFREG | (mode & 07777);
		err = mnt_want_write(nd->path.mnt)
			?: inode_permission(dir, MAY_WRITE | MAY_EXEC)
			?: dir->i_op->mknod(dir, d, vfs_prepare_mode(dir, mode), 0);
		*created = !err;
		if (err) {
			dput(d);
			d = ERR_PTR(err);
		}
	}
	up_write(&dir->i_rwsem);
	return d;
}

/*
 * Walks the last component of an open. Returns NULL if nd->path is the file, the text of a link,
 * or ERR_PTR.
 */
static const char *open_last_lookups(struct nameidata *nd, int flags, umode_t mode, bool *created)
{
	struct dentry *d;

	if (!(flags & O_CREAT) || nd->last_type != LAST_NORM)
		return lookup_last(nd);
	if (trailing_slash(nd))
		return ERR_PTR(-EISDIR);
	d = lookup_open(nd, mode, created);
	return IS_ERR(d) ? ERR_CAST(d) : step_into(nd, true, d);
}

/* Returns 0 if current may open the file this way, otherwise -errno. */
static int may_open(const struct path *p, int acc_mode, int flags)
{
	struct inode *inode = p->dentry->d_inode;

	if (S_ISLNK(inode->i_mode))
		return -ELOOP;
	if (S_ISDIR(inode->i_mode) && (acc_mode & MAY_WRITE))
		return -EISDIR;
	if ((S_ISBLK(inode->i_mode) || S_ISCHR(inode->i_mode)) && (p->mnt->mnt_flags & MS_NODEV))
		return -EACCES;
	if ((acc_mode & MAY_EXEC) && (!S_ISREG(inode->i_mode) || path_noexec(p)))
		return -EACCES;
	return inode_permission(inode, acc_mode)
		       ?: (flags & O_NOATIME) && !inode_owner_or_capable(inode) ? -EPERM
										: 0;
}

/* Returns the permissions (MAY_*) that the @flags of open(2) need. */
static int acc_mode_of(int flags)
{
	static const u8 modes[] = {MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE, MAY_READ | MAY_WRITE};
	int acc_mode = flags & __FMODE_EXEC ? MAY_EXEC : modes[flags & O_ACCMODE];

	return flags & O_TRUNC ? acc_mode | MAY_WRITE : acc_mode;
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

/* The walk has ended at the file. Checks, then opens it. Returns the file or ERR_PTR. */
static struct file *do_open(struct nameidata *nd, int flags, bool created)
{
	struct dentry *d = nd->path.dentry;
	bool truncate = !created && (flags & O_TRUNC) && S_ISREG(d->d_inode->i_mode);
	struct file *f;
	int err;

	if ((flags & O_CREAT) && (flags & O_EXCL) && !created)
		return ERR_PTR(-EEXIST);
	if ((flags & O_CREAT) && d_is_dir(d))
		return ERR_PTR(-EISDIR);
	if ((nd->flags & LOOKUP_DIRECTORY) && !d_is_dir(d))
		return ERR_PTR(-ENOTDIR);
	err = truncate ? mnt_want_write(nd->path.mnt) : 0;
	if (!err && !(flags & O_PATH))
		err = may_open(&nd->path, created ? 0 : acc_mode_of(flags), flags);
	if (err)
		return ERR_PTR(err);
	f = dentry_open(&nd->path, flags);
	err = !IS_ERR(f) && truncate ? handle_truncate(f) : 0;
	if (!err)
		return f;
	fput(f);
	return ERR_PTR(err);
}

struct file *do_filp_open(int dfd, struct filename *name, int flags, umode_t mode, int lookup)
{
	struct nameidata nd;
	struct file *f;
	const char *s = name->name;
	bool created = false;
	int err;

	flags &= flags & O_PATH ? O_PATH_FLAGS : VALID_OPEN_FLAGS;
	lookup |= flags & O_DIRECTORY ? LOOKUP_DIRECTORY : 0;
	if (!(flags & O_NOFOLLOW) && (flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL))
		lookup |= LOOKUP_FOLLOW;
	err = path_init(&nd, dfd, s, lookup);
	while (!err && s && !(err = link_path_walk(s, &nd)))
		s = open_last_lookups(&nd, flags, mode, &created);
	err = err ?: nd_check(&nd, &nd.path, ND_END);
	f = err ? ERR_PTR(err) : do_open(&nd, flags, created);
	terminate_walk(&nd);
	return f;
}
