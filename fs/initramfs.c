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
 * others, missing parents (the entry is skipped) and times are treated as there. If an archive is
 * damaged, what was unpacked before stays, and the boot goes on. Left out: other compression than
 * gzip.
 * Not on the road of an exec.
 */
#include <chrdev.h>
#include <cpio.h>
#include <frames.h>
#include <fs.h>
#include <inflate.h>
#include <namei.h>
#include <pagecache.h>
#include <printk.h>
#include <slab.h>
#include <string.h>
#include <time.h>
#include <asm/page.h>
#include <linux/fcntl.h>
#include <linux/limits.h>
#include "internal.h"

/* What is known across all archives. */
struct unpacking {
	struct link_seen *links;
	const char *error; /* why the unpacking stops */
	bool at_end;	   /* the last entry was complete */
};

/* Memory that holds archives, one after the other. */
struct archive {
	struct unpacking *u;
	const u8 *data;
	size_t size, pos;  /* before pos all is unpacked */
	bool compressed;   /* it was: the memory is vmalloc's, not the boot loader's */
	bool after_entry;  /* an entry is before pos, not a gzip file */
	phys_addr_t freed; /* the archive's memory is freed up to here */
};

/* A file that has several names in the archive, and the first of them. */
struct link_seen {
	struct link_seen *next;
	u32 major, minor, ino, type;
	char name[];
};

/* ---- hard links ---- */

static bool same_file(const struct link_seen *l, const struct cpio_entry *e)
{
	return l->ino == e->ino && l->minor == e->minor && l->major == e->major &&
	       l->type == (e->mode & S_IFMT);
}

/*
 * Returns the first name of the same file. If @e is the first, its name is remembered, even if no
 * file can be made there, and NULL returned.
 */
static const char *first_name(struct link_seen **links, const struct cpio_entry *e)
{
	struct link_seen *l;
	size_t len;

	if (e->nlink < 2 || S_ISDIR(e->mode) || S_ISLNK(e->mode))
		return NULL;
	for (l = *links; l; l = l->next)
		if (same_file(l, e))
			return l->name;
	len = strlen(e->name) + 1;
	l = kmalloc(sizeof(*l) + len, GFP_KERNEL);
	if (!l)
		return NULL; /* the other names become copies */
	*l = (struct link_seen){*links, e->major, e->minor, e->ino, e->mode & S_IFMT};
	memcpy(l->name, e->name, len);
	*links = l;
	return NULL;
}

/* At the end of an archive: inode numbers of the next one mean other files. */
static void forget_links(struct link_seen **links)
{
	struct link_seen *l;

	while ((l = *links)) {
		*links = l->next;
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
	if (e->uid != (uid_t)-1)
		inode->i_uid = e->uid;
	if (e->gid != (gid_t)-1)
		inode->i_gid = e->gid;
	if (!S_ISLNK(inode->i_mode))
		inode->i_mode = (inode->i_mode & S_IFMT) | (e->mode & 07777);
	if (e->body_here == e->body_len)
		inode->i_atime = inode->i_mtime = (ktime_t)e->mtime * NSEC_PER_SEC;
}

/*
 * Makes the whole, aligned pages of the body page cache; i_size is after them. Returns 0 or
 * -ENOMEM.
 */
static int take_pages(struct inode *inode, const struct cpio_entry *e)
{
	const char *body = e->body;
	loff_t end = offset_in_page(body) ? 0 : PAGE_ALIGN_DOWN(e->body_here);

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

/*
 * Replaces the contents of a regular file. What the archive does not have of it is a hole. Returns
 * 0 or -errno.
 */
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
	n = filemap_write(&f, (const char *)e->body + pos, e->body_here - pos, &pos, false);
	if (n < 0)
		return n;
	if ((size_t)pos != e->body_here)
		return -ENOSPC;
	if (e->body_here < e->body_len) {
		/* Linux never closes the file: it cannot be executed. */
		inode->i_size = e->body_len;
		return get_write_access(inode);
	}
	return 0;
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

/* Links @d to @first, unless that name is gone (ERR_PTR), or it was just removed. */
static int make_link(struct inode *dir, struct dentry *d, const struct dentry *first)
{
	if (IS_ERR(first) || !first->d_inode || d_is_dir(first) || !first->d_inode->i_nlink)
		return -ENOENT;
	return dir->i_op->link((struct dentry *)first, dir, d);
}

/* Creates @e at @d, or overwrites the file of the same type. Returns 0 or -errno. */
static int make_entry(struct inode *dir, struct dentry *d, const struct cpio_entry *e,
		      const struct dentry *first)
{
	int err = 0;

	if (d->d_inode && (first || ((d->d_inode->i_mode ^ e->mode) & S_IFMT)))
		return -EEXIST; /* a directory that is not empty is in the way */
	if (first)
		err = make_link(dir, d, first);
	else if (!d->d_inode && S_ISLNK(e->mode))
		err = make_symlink(dir, d, e);
	else if (!d->d_inode)
		err = dir->i_op->mknod(dir, d, e->mode, MKDEV(e->rmajor, e->rminor));
	if (!err && S_ISREG(e->mode) && (e->body_len || !first))
		err = write_body(d->d_inode, e);
	if (!err)
		set_attributes(d->d_inode, e);
	return err;
}

static bool has_type(const struct cpio_entry *e)
{
	return S_ISREG(e->mode) || S_ISDIR(e->mode) || S_ISLNK(e->mode) || special_file(e->mode);
}

/*
 * @parent is locked. @first: the dentry of the file's first name, ERR_PTR if there is none any
 * more, or NULL. The times of the directory do not change. Returns 0 or -errno.
 */
static int place_entry(struct dentry *parent, const struct qstr *name, const struct cpio_entry *e,
		       const struct dentry *first)
{
	bool keep = !first && !S_ISLNK(e->mode);
	struct dentry *d = clean_path(parent, name, keep ? e->mode & S_IFMT : 0);
	ktime_t mtime = parent->d_inode->i_mtime;
	int err;

	if (IS_ERR(d))
		return PTR_ERR(d);
	err = has_type(e) ? make_entry(parent->d_inode, d, e, first) : -EINVAL;
	parent->d_inode->i_mtime = mtime;
	dput(d);
	return err;
}

/* A name that ends in a slash is that of a directory, and removes no other file. */
static bool name_fits(const struct path *parent, const struct qstr *last,
		      const struct cpio_entry *e)
{
	struct dentry *d;
	bool fits;

	if (e->name[strlen(e->name) - 1] != '/')
		return true;
	d = lookup_one_qstr(last, parent->dentry);
	if (IS_ERR(d))
		return false;
	fits = S_ISDIR(e->mode) && (!d->d_inode || d_is_dir(d));
	dput(d);
	return fits;
}

/* @first: as for place_entry. Returns 0 or -errno. */
static int place_at(const struct cpio_entry *e, const struct dentry *first)
{
	struct path parent;
	struct qstr last;
	int type, err = filename_parentat(AT_FDCWD, e->name, &parent, &last, &type);

	if (err)
		return err;
	down_write(&parent.dentry->d_inode->i_rwsem);
	if (type == LAST_NORM && name_fits(&parent, &last, e))
		err = place_entry(parent.dentry, &last, e, first);
	else if (type == LAST_DOT && S_ISDIR(e->mode))
		set_attributes(parent.dentry->d_inode, e);
	up_write(&parent.dentry->d_inode->i_rwsem);
	path_put(&parent);
	return err;
}

/*
 * Returns -errno if the unpacking must stop. An entry that cannot be created for another
 * reason is skipped, and 0 returned.
 */
static int unpack_entry(struct link_seen **links, const struct cpio_entry *e)
{
	const char *name = first_name(links, e);
	struct path first = {0};
	int err = name ? kern_path(name, 0, &first) : 0;

	err = place_at(e, err ? ERR_PTR(err) : first.dentry);
	if (first.dentry)
		path_put(&first);
	return err == -ENOMEM || err == -ENOSPC ? err : 0;
}

/* ---- archives ---- */

/* Nothing after this place is unpacked. @error is in Linux's words. */
static void stop(const struct archive *a, const char *error, const char *hint)
{
	printk(KERN_ERR "initramfs: %s, at byte %zu of %zu\n", hint, a->pos, a->size);
	a->u->error = error;
}

static bool has_sum(const struct cpio_entry *e)
{
	const u8 *body = e->body;
	u32 sum = 0;

	for (size_t i = 0; i < e->body_len; i++)
		sum += body[i];
	return sum == e->check;
}

/* What cpio_next found, after which a->pos is. Returns 0 or -errno. */
static int unpack_found(struct archive *a, int kind, const struct cpio_entry *e)
{
	int err = 0;

	a->after_entry = true;
	a->u->at_end = !e->cut;
	if (e->cut)
		printk(KERN_ERR "initramfs: %s cut off, at byte %zu of %zu\n",
		       kind == CPIO_ENTRY ? "file" : "header", a->pos, a->size);
	if (kind == CPIO_TRAILER)
		forget_links(&a->u->links);
	else if (kind == CPIO_ENTRY)
		err = unpack_entry(&a->u->links, e);
	if (err)
		printk(KERN_ERR "initramfs: no room for %s, before byte %zu of %zu\n", e->name,
		       a->pos, a->size);
	else if (kind == CPIO_ENTRY && S_ISREG(e->mode) && e->has_check && !e->cut && !has_sum(e))
		stop(a, "bad data checksum", "bad data checksum");
	return err;
}

/*
 * Unpacks the gzip file at @data to memory of vmalloc, which *out becomes. *used becomes the length
 * of the file, *made that of the result. If nothing follows the file, its last four bytes are the
 * size; otherwise the room is doubled until it is enough. Returns as gunzip does, or -ENOMEM
 * without
 * a result.
 */
static int unzip(const u8 *data, size_t size, size_t *used, void **out, size_t *made)
{
	size_t most = totalram_pages() * PAGE_SIZE, room = 4 * size;
	u32 told = 0;
	int err;

	if (size > sizeof(told))
		memcpy(&told, data + size - sizeof(told), sizeof(told));
	if (told > size && told < most / 2)
		room = told;
	for (; room <= most; room *= 2) {
		*out = vmalloc(PAGE_ALIGN(room));
		if (!*out)
			return -ENOMEM;
		*used = size;
		*made = room;
		err = gunzip(data, used, *out, made);
		if (err != -ENOSPC)
			return err;
		vfree(*out);
	}
	return -ENOMEM;
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

/* Says what is wrong with the gzip file at a->pos, unless an archive in it was damaged before. */
static void stop_gzip(const struct archive *a, int err)
{
	const u8 *p = a->data + a->pos;

	if (a->u->error)
		return;
	printk(KERN_ERR "initramfs: the gzip file at byte %zu of %zu is damaged\n", a->pos,
	       a->size);
	if (a->size - a->pos < 10 || p[1] != 0x8b || p[2] != 8)
		a->u->error = "Not a gzip file";
	else if (!err)
		a->u->error = "junk at the end of compressed archive";
	else
		a->u->error = err == -EIO ? "read error" : "uncompression error";
}

/* A gzip file with archives in it, at a->pos. Returns 0 or -errno. */
static int unpack_gzip(struct archive *a)
{
	struct archive inner = {a->u, .compressed = true, .after_entry = a->u->at_end};
	size_t used;
	void *out;
	int broken, err = 0;

	broken = unzip(a->data + a->pos, a->size - a->pos, &used, &out, &inner.size);
	if (broken == -ENOMEM) {
		printk(KERN_ERR "initramfs: the gzip file at byte %zu of %zu is too large for this "
				"machine's memory\n",
		       a->pos, a->size);
		return broken;
	}
	inner.data = out;
	if (!a->u->at_end && inner.size >= CPIO_HEADER_SIZE && !*inner.data)
		stop(&inner, "no cpio magic", "no cpio magic"); /* zeros come after an archive */
	else if (a->u->at_end || inner.size >= CPIO_HEADER_SIZE)
		err = unpack_archives(&inner);
	if (broken || !a->u->at_end)
		stop_gzip(a, broken);
	a->pos += used;
	a->after_entry = false;
	give_back(a);
	vfree(out);
	return err;
}

/* At a->pos there is no entry. Returns 0 or -errno. */
static int unpack_other(struct archive *a, const struct cpio_entry *e)
{
	const u8 *p = a->data + a->pos;

	if ((a->pos & 3) && a->after_entry)
		stop(a, "broken padding", "broken padding");
	else if (*p == '0' && (a->pos & 3))
		stop(a, "invalid magic at start of compressed archive", "broken padding");
	else if (*p == '0')
		stop(a, e->error, e->hint);
	else if (a->compressed)
		stop(a, a->u->at_end ? "junk within compressed archive" : "no cpio magic", e->hint);
	else if (is_gzip(p, a->size - a->pos))
		return unpack_gzip(a);
	else
		stop(a, e->error, e->hint);
	return 0;
}

static int unpack_archives(struct archive *a)
{
	struct cpio_entry e;
	int kind, err = 0;

	while (!err && !a->u->error &&
	       (kind = cpio_next(a->data, a->size, &a->pos, &e)) != CPIO_END) {
		err = kind < 0 ? unpack_other(a, &e) : unpack_found(a, kind, &e);
		give_back(a);
	}
	return err;
}

int unpack_initramfs(phys_addr_t start, size_t size)
{
	struct unpacking u = {0};
	struct archive a = {&u, phys_to_virt(start), size, .freed = PAGE_ALIGN(start)};
	int err = unpack_archives(&a);

	forget_links(&u.links);
	if (u.error)
		printk(KERN_EMERG "Initramfs unpacking failed: %s\n", u.error);
	return err;
}
