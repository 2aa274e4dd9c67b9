/* SPDX-License-Identifier: MIT */
/*
 * Unpacks the archive that the boot loader brought into the root file system.
 * Works on dentries and inodes directly: there is no task yet whose rights
 * could be asked. The bytes go from the archive straight to the page cache.
 * Abridges Linux's init/initramfs.c: same treatment of hard links, of entries
 * that replace others, of missing parents (the entry is passed over), and of
 * times. Left out: decompression (GRUB does it), check sums.
 */
#include <cpio.h>
#include <fs.h>
#include <mm.h>
#include <printk.h>
#include <string.h>
#include "internal.h"

#define LINK_BUCKETS 64

/* A file that has several names in the archive: where the first one is. */
struct link_seen {
	struct link_seen *next;
	u32 major, minor, ino;
	struct dentry *d;
};

/* A directory gets its times when nothing is put into it any more. */
struct dir_time {
	struct dir_time *next;
	struct dentry *d;
	ktime_t mtime;
};

struct unpacker {
	char dir_name[CPIO_NAME_MAX]; /* the directory that was looked up last */
	size_t dir_len;
	struct path dir; /* mnt NULL: none */
	struct link_seen *links[LINK_BUCKETS];
	struct dir_time *dirs;
};

/* ---- where an entry goes ---- */

/* The directory @name[0..len), from the last lookup if it is the same. NULL: there is none. */
static struct dentry *find_dir(struct unpacker *u, const char *name, size_t len)
{
	if (u->dir.mnt && len == u->dir_len && !memcmp(u->dir_name, name, len) &&
	    u->dir.dentry->d_inode->i_nlink)
		return u->dir.dentry;
	if (u->dir.mnt)
		path_put(&u->dir);
	memcpy(u->dir_name, name, len);
	u->dir_name[len] = '\0';
	u->dir_len = len;
	if (kern_path(len ? u->dir_name : ".", LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &u->dir)) {
		u->dir.mnt = NULL;
		return NULL;
	}
	return u->dir.dentry;
}

/* Takes @d out of its directory, if it is no directory with something in it. */
static void remove_entry(struct inode *dir, struct dentry *d)
{
	int err = d_is_dir(d) ? dir->i_op->rmdir(dir, d) : dir->i_op->unlink(dir, d);

	if (!err)
		d_delete(d);
}

/*
 * The dentry of the entry's last name: what is there already if it is of the same type
 * @keep, else a negative one.
 */
static struct dentry *clean_path(struct dentry *parent, const struct qstr *name, umode_t keep)
{
	struct dentry *d = lookup_one_qstr(name, parent);

	if (IS_ERR(d) || !d->d_inode || (d->d_inode->i_mode & S_IFMT) == (keep & S_IFMT))
		return d;
	remove_entry(parent->d_inode, d);
	dput(d);
	return lookup_one_qstr(name, parent);
}

/* ---- hard links ---- */

static struct link_seen **link_bucket(struct unpacker *u, const struct cpio_entry *e)
{
	return &u->links[(e->ino + e->minor + (e->major << 3)) % LINK_BUCKETS];
}

/* The first name of the same file; NULL: this one is the first. */
static struct dentry *find_link(struct unpacker *u, const struct cpio_entry *e)
{
	struct link_seen *l;

	for (l = *link_bucket(u, e); l; l = l->next)
		if (l->ino == e->ino && l->minor == e->minor && l->major == e->major &&
		    (l->d->d_inode->i_mode & S_IFMT) == (e->mode & S_IFMT))
			return l->d;
	return NULL;
}

static void remember_link(struct unpacker *u, const struct cpio_entry *e, struct dentry *d)
{
	struct link_seen **bucket = link_bucket(u, e), *l = kmalloc(sizeof(*l), GFP_KERNEL);

	if (!l)
		return; /* the other names become copies */
	*l = (struct link_seen){*bucket, e->major, e->minor, e->ino, dget(d)};
	*bucket = l;
}

/* An archive ends: the numbers of the next one mean other files. */
static void forget_links(struct unpacker *u)
{
	for (int i = 0; i < LINK_BUCKETS; i++) {
		struct link_seen *l;

		while ((l = u->links[i])) {
			u->links[i] = l->next;
			dput(l->d);
			kfree(l);
		}
	}
}

/* ---- making files ---- */

static void set_times(struct inode *inode, ktime_t mtime)
{
	inode->i_atime = inode->i_mtime = mtime;
}

static void set_attributes(struct inode *inode, const struct cpio_entry *e)
{
	inode->i_uid = e->uid;
	inode->i_gid = e->gid;
	if (!S_ISLNK(inode->i_mode))
		inode->i_mode = (inode->i_mode & S_IFMT) | (e->mode & 07777);
	set_times(inode, (ktime_t)e->mtime * NSEC_PER_SEC);
}

/* The bytes of a regular file, which had none or is overwritten. 0 or -errno. */
static int write_body(struct inode *inode, const struct cpio_entry *e)
{
	struct file f = {.f_mapping = inode->i_mapping, .f_inode = inode};
	loff_t pos = 0;
	ssize_t n;

	if (!e->body_len)
		return 0;
	n = filemap_write(&f, e->body, e->body_len, &pos, false);
	if (n < 0)
		return n;
	return (size_t)n == e->body_len ? 0 : -ENOSPC;
}

/* A regular file, fifo, socket or device; maybe one more name of an earlier entry. 0 or -errno. */
static int make_file(struct unpacker *u, struct dentry *parent, const struct qstr *name,
		     const struct cpio_entry *e)
{
	struct inode *dir = parent->d_inode;
	struct dentry *first = e->nlink >= 2 ? find_link(u, e) : NULL;
	struct dentry *d = clean_path(parent, name, first ? 0 : e->mode);
	int err = 0;

	if (IS_ERR(d))
		return PTR_ERR(d);
	if (d->d_inode) {
		if (first || ((d->d_inode->i_mode ^ e->mode) & S_IFMT))
			goto out; /* a directory with something in it is in the way */
		d->d_inode->i_size = 0;
		truncate_pagecache(d->d_inode, 0);
	} else {
		err = first ? dir->i_op->link(first, dir, d)
			    : dir->i_op->mknod(dir, d, e->mode, MKDEV(e->rmajor, e->rminor));
	}
	if (err)
		goto out;
	if (e->nlink >= 2 && !first)
		remember_link(u, e, d);
	if (S_ISREG(e->mode))
		err = write_body(d->d_inode, e);
	set_attributes(d->d_inode, e);
out:
	dput(d);
	return err;
}

static int make_dir(struct unpacker *u, struct dentry *parent, const struct qstr *name,
		    const struct cpio_entry *e)
{
	struct dir_time *t = kmalloc(sizeof(*t), GFP_KERNEL);
	struct dentry *d = name->len ? clean_path(parent, name, S_IFDIR) : dget(parent);
	int err = 0;

	if (IS_ERR(d) || !t) {
		kfree(t);
		return IS_ERR(d) ? PTR_ERR(d) : -ENOMEM;
	}
	if (!d->d_inode)
		err = parent->d_inode->i_op->mkdir(parent->d_inode, d, e->mode);
	if (err || !d_is_dir(d)) {
		dput(d);
		kfree(t);
		return err;
	}
	set_attributes(d->d_inode, e);
	*t = (struct dir_time){u->dirs, d, d->d_inode->i_mtime};
	u->dirs = t;
	return 0;
}

static int make_symlink(struct dentry *parent, const struct qstr *name, const struct cpio_entry *e)
{
	struct dentry *d;
	char *target;
	int err;

	if (!e->body_len || e->body_len > PATH_MAX)
		return 0;
	target = kmalloc(e->body_len + 1, GFP_KERNEL);
	if (!target)
		return -ENOMEM;
	memcpy(target, e->body, e->body_len);
	target[e->body_len] = '\0';
	d = clean_path(parent, name, 0);
	err = PTR_ERR(d);
	if (!IS_ERR(d)) {
		err = d->d_inode ? 0 : parent->d_inode->i_op->symlink(parent->d_inode, d, target);
		if (!err && d->d_inode && S_ISLNK(d->d_inode->i_mode))
			set_attributes(d->d_inode, e);
		dput(d);
	}
	kfree(target);
	return err;
}

/*
 * One entry. Errors are those that end the unpacking; an entry that cannot be placed is
 * passed over.
 */
static int unpack_entry(struct unpacker *u, const struct cpio_entry *e)
{
	size_t len = e->name_len, dir_len;
	struct dentry *parent;
	struct qstr last;
	int err;

	while (len && e->name[len - 1] == '/')
		len--;
	for (dir_len = len; dir_len && e->name[dir_len - 1] != '/'; dir_len--)
		;
	last = (struct qstr){.name = e->name + dir_len, .len = len - dir_len};
	if (last.len == 1 && last.name[0] == '.')
		last.len = 0; /* the directory itself */
	parent = find_dir(u, e->name, dir_len);
	if (!parent || (!last.len && !S_ISDIR(e->mode)) ||
	    (last.len == 2 && !memcmp(last.name, "..", 2)))
		return 0;
	down_write(&parent->d_inode->i_rwsem);
	if (S_ISDIR(e->mode))
		err = make_dir(u, parent, &last, e);
	else if (S_ISLNK(e->mode))
		err = make_symlink(parent, &last, e);
	else if (e->mode & S_IFMT)
		err = make_file(u, parent, &last, e);
	else
		err = 0;
	up_write(&parent->d_inode->i_rwsem);
	return err == -ENOMEM || err == -ENOSPC ? err : 0;
}

/* ---- the whole archive ---- */

static void finish(struct unpacker *u)
{
	struct dir_time *t;

	while ((t = u->dirs)) {
		u->dirs = t->next;
		set_times(t->d->d_inode, t->mtime);
		dput(t->d);
		kfree(t);
	}
	forget_links(u);
	if (u->dir.mnt)
		path_put(&u->dir);
	kfree(u);
}

int unpack_initramfs(const void *data, size_t size)
{
	struct unpacker *u = kzalloc(sizeof(*u));
	struct cpio_entry e;
	size_t pos = 0;
	int kind, err = 0;

	if (!u)
		return -ENOMEM;
	while (!err && (kind = cpio_next(data, size, &pos, &e)) != CPIO_END) {
		if (kind < 0) {
			printk(KERN_ERR "initramfs: %s, at byte %zu of %zu\n", e.error, pos, size);
			err = kind;
		} else if (kind == CPIO_TRAILER) {
			forget_links(u);
		} else {
			err = unpack_entry(u, &e);
			if (err)
				printk(KERN_ERR
				       "initramfs: no room for %s, before byte %zu of %zu\n",
				       e.name, pos, size);
		}
	}
	finish(u);
	return err;
}
