/* SPDX-License-Identifier: MIT */
/*
 * Unpacks the archive that the boot loader loaded into the root file system. Works on dentries and
 * inodes directly, without permission checks.
 *
 *   pages:    |           |           |           |           |           |
 *   archive:  |header name 0 0 0 body  body  body  bo|header name body he|...
 *                          `- the page -´`- cache -´ `copied´
 *
 * A page that contains only bytes of one file becomes page cache without a copy. The rest is
 * copied. The tail of a file is copied too: the next header follows it in the same page, and must
 * not be visible in a mapping. The archive has one reference to each of its pages, and the page
 * cache takes another. The archive's reference is dropped when the page is unpacked, so a page that
 * the cache has not taken is free then.
 *
 * Abridges Linux's init/initramfs.c, which copies every byte: hard links, entries that replace
 * others, missing parents (the entry is skipped) and times are treated as there. Left out: other
 * compression than gzip, check sums.
 * Not on the road of an exec.
 */
#include <chrdev.h>
#include <cpio.h>
#include <frames.h>
#include <fs.h>
#include <inflate.h>
#include <pagecache.h>
#include <printk.h>
#include <slab.h>
#include <string.h>
#include <time.h>
#include <asm/page.h>
#include <linux/fcntl.h>
#include <linux/limits.h>
#include "internal.h"

/* Memory that holds archives, one after the other. */
struct archive {
	const u8 *data;
	size_t size, pos;  /* before pos all is unpacked */
	bool compressed;   /* it was: the memory is vmalloc's, not the boot loader's */
	phys_addr_t freed; /* the archive's memory is freed up to here */
};

/* A file that has several names in the archive, and the dentry of the first. */
struct link_seen {
	struct link_seen *next;
	u32 major, minor, ino;
	struct dentry *d;
};

/* ---- hard links ---- */

/* Returns the first name of the same file, or NULL if @e is the first. */
static struct dentry *find_link(const struct link_seen *l, const struct cpio_entry *e)
{
	for (; l; l = l->next)
		if (l->ino == e->ino && l->minor == e->minor && l->major == e->major)
			return l->d;
	return NULL;
}

static void remember_link(struct link_seen **links, const struct cpio_entry *e, struct dentry *d)
{
	struct link_seen *l = kmalloc(sizeof(*l), GFP_KERNEL);

	if (!l)
		return; /* the other names become copies */
	*l = (struct link_seen){*links, e->major, e->minor, e->ino, dget(d)};
	*links = l;
}

/* At the end of an archive: inode numbers of the next one mean other files. */
static void forget_links(struct link_seen **links)
{
	struct link_seen *l;

	while ((l = *links)) {
		*links = l->next;
		dput(l->d);
		kfree(l);
	}
}

/* ---- making files ---- */

/*
 * Returns the dentry of @name. A file that is there and not of the type @keep is removed first,
 * and the dentry is negative; a directory that is not empty stays.
 */
static struct dentry *clean_path(struct dentry *parent, const struct qstr *name, umode_t keep)
{
	const struct inode_operations *op = parent->d_inode->i_op;
	struct dentry *d = lookup_one_qstr(name, parent);

	if (IS_ERR(d) || !d->d_inode || (d->d_inode->i_mode & S_IFMT) == keep)
		return d;
	if ((d_is_dir(d) ? op->rmdir : op->unlink)(parent->d_inode, d))
		return d;
	d_drop(d);
	dput(d);
	return lookup_one_qstr(name, parent);
}

static void set_attributes(struct inode *inode, const struct cpio_entry *e)
{
	inode->i_uid = e->uid;
	inode->i_gid = e->gid;
	if (!S_ISLNK(inode->i_mode))
		inode->i_mode = (inode->i_mode & S_IFMT) | (e->mode & 07777);
	inode->i_atime = inode->i_mtime = (ktime_t)e->mtime * NSEC_PER_SEC;
}

/*
 * Makes the whole, aligned pages of the body page cache; i_size is after them. Returns 0 or
 * -ENOMEM.
 */
static int take_pages(struct inode *inode, const struct cpio_entry *e)
{
	const char *body = e->body;
	loff_t end = offset_in_page(body) ? 0 : PAGE_ALIGN_DOWN(e->body_len);

	for (loff_t pos = 0; pos < end; pos += PAGE_SIZE) {
		struct page *page = is_vmalloc_addr(body + pos) ? vmalloc_to_page(body + pos)
								: virt_to_page(body + pos);
		int err = add_to_page_cache(inode->i_mapping, page, pos >> PAGE_SHIFT);

		if (err)
			return err;
		page->flags |= BIT(PG_dirty);
	}
	inode->i_size = end;
	return 0;
}

/* Replaces the contents of a regular file. Returns 0 or -errno. */
static int write_body(struct inode *inode, const struct cpio_entry *e)
{
	struct file f = {.f_mapping = inode->i_mapping, .f_inode = inode};
	loff_t pos;
	ssize_t n;
	int err;

	inode->i_size = 0;
	truncate_pagecache(inode, 0);
	err = take_pages(inode, e);
	if (err)
		return err;
	pos = inode->i_size;
	n = filemap_write(&f, (const char *)e->body + pos, e->body_len - pos, &pos, false);
	if (n < 0)
		return n;
	return (size_t)pos == e->body_len ? 0 : -ENOSPC;
}

static int make_symlink(struct inode *dir, struct dentry *d, const struct cpio_entry *e)
{
	char *target = e->body_len < PATH_MAX ? kzalloc(e->body_len + 1) : NULL;
	int err;

	if (!target)
		return e->body_len < PATH_MAX ? -ENOMEM : -ENAMETOOLONG;
	memcpy(target, e->body, e->body_len);
	err = dir->i_op->symlink(dir, d, target);
	kfree(target);
	return err;
}

/* Creates @e at @d, or overwrites the file of the same type. Returns 0 or -errno. */
static int make_entry(struct inode *dir, struct dentry *d, const struct cpio_entry *e,
		      struct dentry *first_name)
{
	int err = 0;

	if (d->d_inode && (first_name || ((d->d_inode->i_mode ^ e->mode) & S_IFMT)))
		return -EEXIST; /* a directory that is not empty is in the way */
	if (first_name)
		err = dir->i_op->link(first_name, dir, d);
	else if (!d->d_inode && S_ISLNK(e->mode))
		err = make_symlink(dir, d, e);
	else if (!d->d_inode)
		err = dir->i_op->mknod(dir, d, e->mode, MKDEV(e->rmajor, e->rminor));
	if (!err && S_ISREG(e->mode) && (e->body_len || !first_name))
		err = write_body(d->d_inode, e);
	if (!err)
		set_attributes(d->d_inode, e);
	return err;
}

/* @parent is locked. The times of the directory do not change. Returns 0 or -errno. */
static int place_entry(struct link_seen **links, struct dentry *parent, const struct qstr *name,
		       const struct cpio_entry *e)
{
	bool linked = e->nlink >= 2 && !S_ISDIR(e->mode) && !S_ISLNK(e->mode);
	struct dentry *first_name = linked ? find_link(*links, e) : NULL;
	bool keep = !first_name && !S_ISLNK(e->mode);
	struct dentry *d = clean_path(parent, name, keep ? e->mode & S_IFMT : 0);
	ktime_t mtime = parent->d_inode->i_mtime;
	int err;

	if (IS_ERR(d))
		return PTR_ERR(d);
	err = make_entry(parent->d_inode, d, e, first_name);
	parent->d_inode->i_mtime = mtime;
	if (!err && linked && !first_name)
		remember_link(links, e, d);
	dput(d);
	return err;
}

/*
 * Returns -errno if the unpacking must stop. An entry that cannot be created for another
 * reason is skipped, and 0 returned.
 */
static int unpack_entry(struct link_seen **links, const struct cpio_entry *e)
{
	struct path parent;
	struct qstr last;
	int type, err = filename_parentat(AT_FDCWD, e->name, &parent, &last, &type);

	if (err)
		return 0;
	down_write(&parent.dentry->d_inode->i_rwsem);
	if (type == LAST_NORM && (e->mode & S_IFMT))
		err = place_entry(links, parent.dentry, &last, e);
	else if (type == LAST_DOT && S_ISDIR(e->mode))
		set_attributes(parent.dentry->d_inode, e);
	up_write(&parent.dentry->d_inode->i_rwsem);
	path_put(&parent);
	return err == -ENOMEM || err == -ENOSPC ? err : 0;
}

/* ---- archives ---- */

/*
 * Unpacks the gzip file at @data to memory of vmalloc. *used becomes the length of the file, *made
 * that of the result. If nothing follows the file, its last four bytes are the size; otherwise the
 * room is doubled until it is enough. ERR_PTR(-EINVAL) or ERR_PTR(-ENOMEM).
 */
static void *unzip(const u8 *data, size_t size, size_t *used, size_t *made)
{
	size_t most = totalram_pages() * PAGE_SIZE, room = 4 * size;
	u32 told;

	memcpy(&told, data + size - sizeof(told), sizeof(told));
	if (told > size && told < most)
		room = told;
	for (; room <= most; room *= 2) {
		void *out = vmalloc(PAGE_ALIGN(room));
		int err;

		if (!out)
			return ERR_PTR(-ENOMEM);
		*used = size;
		*made = room;
		err = gunzip(data, used, out, made);
		if (!err)
			return out;
		vfree(out);
		if (err != -ENOSPC)
			return ERR_PTR(err);
	}
	return ERR_PTR(-ENOMEM);
}

/* Drops the boot loader's references to the pages that end before a->pos. */
static void give_back(struct archive *a)
{
	phys_addr_t end;

	if (a->compressed)
		return;
	end = PAGE_ALIGN_DOWN(virt_to_phys(a->data + a->pos));
	if (a->freed < end) {
		free_reserved(a->freed, end);
		a->freed = end;
	}
}

static int unpack_archives(struct archive *a);

/* A gzip file with archives in it, at a->pos. Returns 0 or -errno. */
static int unpack_gzip(struct archive *a)
{
	size_t left = a->size - a->pos, used = 0;
	struct archive inner = {.compressed = true};
	int err;

	inner.data =
		left < 18 ? ERR_PTR(-EINVAL) : unzip(a->data + a->pos, left, &used, &inner.size);
	if (IS_ERR(inner.data)) {
		err = PTR_ERR(inner.data);
		printk(KERN_ERR "initramfs: the gzip file at byte %zu of %zu is %s\n", a->pos,
		       a->size, err == -EINVAL ? "damaged" : "too large for this machine's memory");
		return err;
	}
	a->pos += used;
	give_back(a);
	err = unpack_archives(&inner);
	vfree((void *)inner.data);
	return err;
}

static int unpack_archives(struct archive *a)
{
	struct link_seen *links = NULL;
	struct cpio_entry e;
	int kind, err = 0;

	while (!err && (kind = cpio_next(a->data, a->size, &a->pos, &e)) != CPIO_END) {
		if (kind < 0 && !a->compressed && is_gzip(a->data + a->pos, a->size - a->pos)) {
			err = unpack_gzip(a);
		} else if (kind < 0) {
			printk(KERN_ERR "initramfs: %s, at byte %zu of %zu\n", e.error, a->pos,
			       a->size);
			err = kind;
		} else if (kind == CPIO_TRAILER) {
			forget_links(&links);
		} else {
			err = unpack_entry(&links, &e);
			if (err)
				printk(KERN_ERR
				       "initramfs: no room for %s, before byte %zu of %zu\n",
				       e.name, a->pos, a->size);
		}
		give_back(a);
	}
	forget_links(&links);
	return err;
}

int unpack_initramfs(phys_addr_t start, size_t size)
{
	struct archive a = {phys_to_virt(start), size, .freed = PAGE_ALIGN(start)};

	return unpack_archives(&a);
}
