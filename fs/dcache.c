/* SPDX-License-Identifier: MIT */
/*
 * The dentry tree: names of files, found by (parent, name). A dentry is hashed as long as its name
 * exists. It is then also in its parent's list, which for a file system in memory is the directory.
 *
 *   d_alloc ──> unhashed, negative ──d_add──> hashed, in d_subdirs
 *                                                │ d_drop, d_move over it
 *               freed <──last dput── unhashed <──┘ (open files still hold it)
 *
 * Abridges Linux's fs/dcache.c. Left out: cached negative dentries, walking
 * without locks, reclaim (only procfs dentries could be reclaimed, and they are
 * freed with their last reference).
 */
#include <fs.h>
#include <slab.h>
#include <string.h>
#include "internal.h"

#define D_HASH_SIZE 4096

DEFINE_SPINLOCK(dcache_lock, LOCK_DCACHE);
static struct list_head d_hashtable[D_HASH_SIZE];
static struct kmem_cache *dentry_cache;

/* Called once by vfs_init, before the first dentry. */
void dcache_init(void)
{
	for (int i = 0; i < D_HASH_SIZE; i++)
		INIT_LIST_HEAD(&d_hashtable[i]);
	dentry_cache = kmem_cache_create("dentry", sizeof(struct dentry), 0);
}

static struct list_head *d_bucket(const struct dentry *parent, u64 hash)
{
	u64 mixed = (hash + (unsigned long)parent) * 0x9e3779b97f4a7c15UL;

	return &d_hashtable[mixed / (~0UL / D_HASH_SIZE + 1)];
}

static char *copy_name(const char *name, unsigned int len)
{
	char *copy = kmalloc(max(len + 1, DNAME_ROOM), GFP_KERNEL);

	if (copy) {
		memcpy(copy, name, len);
		copy[len] = '\0';
	}
	return copy;
}

/*
 * Returns a new negative, unhashed dentry with one reference, or NULL without memory. If
 * @parent is NULL, it is its own parent.
 */
struct dentry *d_alloc(struct dentry *parent, const char *name, unsigned int len)
{
	struct dentry *d = kmem_cache_alloc(dentry_cache, __GFP_ZERO);
	char *copy = d ? copy_name(name, len) : NULL;

	if (!copy) {
		if (d)
			kmem_cache_free(dentry_cache, d);
		return NULL;
	}
	d->d_name = (struct qstr){.name = copy, .len = len};
	while (*copy)
		d->d_name.hash = name_hash(d->d_name.hash, *copy++);
	atomic_set(&d->d_count, 1);
	d->d_flags = DCACHE_UNHASHED;
	d->d_parent = parent ? dget(parent) : d;
	d->d_sb = parent ? parent->d_sb : NULL;
	INIT_LIST_HEAD(&d->d_hash);
	INIT_LIST_HEAD(&d->d_child);
	INIT_LIST_HEAD(&d->d_subdirs);
	return d;
}

/* Makes the root of a tree. Takes over the inode's reference, also on failure. */
struct dentry *d_alloc_root(struct inode *inode)
{
	struct dentry *d = d_alloc(NULL, "/", 1);

	if (!d) {
		iput(inode);
		return NULL;
	}
	d_instantiate(d, inode);
	return d;
}

static bool same_name(const struct qstr *a, const struct qstr *b)
{
	return a->hash == b->hash && a->len == b->len &&
	       (a->len <= EXACT_HASH || !memcmp(a->name, b->name, a->len));
}

struct dentry *d_lookup(struct dentry *parent, const struct qstr *name)
{
	struct list_head *bucket = d_bucket(parent, name->hash);
	struct dentry *d, *found = NULL;

	spin_lock(&dcache_lock);
	list_for_each_entry(d, bucket, d_hash) {
		if (d->d_parent != parent || !same_name(&d->d_name, name))
			continue;
		found = dget(d);
		break;
	}
	spin_unlock(&dcache_lock);
	return found;
}

static void d_rehash_locked(struct dentry *d)
{
	d->d_flags &= ~DCACHE_UNHASHED;
	d->d_seq = 0;
	list_add(&d->d_hash, d_bucket(d->d_parent, d->d_name.hash));
	if (d->d_parent != d)
		list_add(&d->d_child, &d->d_parent->d_subdirs);
}

static void d_drop_locked(struct dentry *d)
{
	d->d_flags |= DCACHE_UNHASHED;
	list_del_init(&d->d_hash);
	list_del_init(&d->d_child);
}

/* Attaches an inode to a negative dentry; takes over the reference. */
void d_instantiate(struct dentry *d, struct inode *inode)
{
	d->d_inode = inode;
	if (inode && !d->d_sb)
		d->d_sb = inode->i_sb;
}

void d_add(struct dentry *d, struct inode *inode)
{
	d_instantiate(d, inode);
	spin_lock(&dcache_lock);
	if (d->d_flags & DCACHE_UNHASHED)
		d_rehash_locked(d);
	spin_unlock(&dcache_lock);
}

/* Removes the name: no lookup finds it any more. References to @d stay valid. */
void d_drop(struct dentry *d)
{
	spin_lock(&dcache_lock);
	d_drop_locked(d);
	spin_unlock(&dcache_lock);
}

/* @target keeps its name, because it may be open. Without memory for a copy it gets that of @d. */
void d_move(struct dentry *d, struct dentry *target)
{
	char *copy = copy_name(target->d_name.name, target->d_name.len);
	struct dentry *old_parent = d->d_parent;
	struct qstr old = d->d_name;

	spin_lock(&dcache_lock);
	d_drop_locked(d);
	d_drop_locked(target);
	d->d_name = target->d_name;
	if (copy)
		d->d_name.name = copy;
	else
		target->d_name = old;
	d->d_parent = dget(target->d_parent);
	d_rehash_locked(d);
	spin_unlock(&dcache_lock);
	if (copy)
		kfree(old.name);
	dput(old_parent);
}

void d_exchange(struct dentry *a, struct dentry *b)
{
	struct dentry *parent = a->d_parent;
	struct qstr name = a->d_name;

	spin_lock(&dcache_lock);
	d_drop_locked(a);
	d_drop_locked(b);
	a->d_parent = b->d_parent;
	a->d_name = b->d_name;
	b->d_parent = parent;
	b->d_name = name;
	d_rehash_locked(b);
	d_rehash_locked(a);
	spin_unlock(&dcache_lock);
}

/* Frees @d, which has no reference left; dcache_lock is held. Returns the parent, or NULL. */
static noinline struct dentry *dentry_kill(struct dentry *d)
{
	struct dentry *parent = d->d_parent == d ? NULL : d->d_parent;

	d_drop_locked(d);
	spin_unlock(&dcache_lock);
	if (d->d_inode)
		iput(d->d_inode);
	kfree(d->d_name.name);
	kmem_cache_free(dentry_cache, d);
	return parent;
}

/*
 * Drops a reference. The last one frees the dentry, and then the parents that only this
 * dentry held. NULL is allowed.
 */
void dput(struct dentry *d)
{
	while (d) {
		spin_lock(&dcache_lock);
		if (!refcount_dec_and_test(&d->d_count)) {
			spin_unlock(&dcache_lock);
			return;
		}
		d = dentry_kill(d);
	}
}
