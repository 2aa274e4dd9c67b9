/* SPDX-License-Identifier: MIT */
/*
 * A mount, and the tree of mounts: which file system is mounted where.
 *
 *   (parent, mountpoint) ──covered by──> (mnt, mnt_root)      follow_down
 *   (mnt, mnt_root) ──".."──> (mnt_parent, mnt_mountpoint)    follow_up
 *
 * A mount in the tree is in mount_list, which owns one reference; each child owns one more of its
 * parent. dcache_lock guards all links. A struct path is a location in the tree: a mount and a
 * dentry in it.
 * Abridges the first half of Linux's fs/namespace.c. Left out: namespaces, propagation, expiry.
 */
#include <fs.h>
#include <mount.h>
#include <slab.h>
#include <linux/mount.h>
#include "internal.h"

LIST_HEAD(mount_list);
struct vfsmount *root_mnt;
static int last_mnt_id;

struct vfsmount *alloc_vfsmnt(const char *devname, struct dentry *root, unsigned int flags)
{
	struct vfsmount *m = kzalloc(sizeof(*m));
	char *name = kstrdup(devname);

	if (!m || !name) {
		kfree(m);
		kfree(name);
		return NULL;
	}
	m->mnt_devname = name;
	atomic_set(&m->mnt_count, 1);
	m->mnt_parent = m;
	m->mnt_root = m->mnt_mountpoint = dget(root);
	m->mnt_sb = root->d_sb;
	atomic_inc(&m->mnt_sb->s_active);
	m->mnt_flags = flags;
	m->mnt_id = ++last_mnt_id;
	INIT_LIST_HEAD(&m->mnt_list);
	return m;
}

/* Drops a reference. The last mount of a super block frees it, too. NULL is allowed. */
void mntput(struct vfsmount *m)
{
	struct super_block *sb;

	if (!m || !refcount_dec_and_test(&m->mnt_count))
		return;
	sb = m->mnt_sb;
	dput(m->mnt_root);
	kfree(m->mnt_devname);
	kfree(m);
	if (refcount_dec_and_test(&sb->s_active) && sb->s_type->kill_sb)
		sb->s_type->kill_sb(sb);
}

struct vfsmount *vfs_kern_mount(struct file_system_type *t, unsigned int flags, const char *name)
{
	struct super_block *sb = t->mount(t);
	struct vfsmount *m;

	if (IS_ERR(sb))
		return ERR_CAST(sb);
	m = alloc_vfsmnt(name, sb->s_root, flags);
	if (m)
		return m;
	if (!atomic_read(&sb->s_active) && sb->s_type->kill_sb)
		sb->s_type->kill_sb(sb);
	return ERR_PTR(-ENOMEM);
}

struct vfsmount *kern_mount(struct file_system_type *t) { return vfs_kern_mount(t, 0, t->name); }

int mnt_want_write(const struct vfsmount *m) { return m->mnt_flags & MS_RDONLY ? -EROFS : 0; }

void path_put(const struct path *p)
{
	dput(p->dentry);
	mntput(p->mnt);
}

/* ---- the tree of mounts ---- */

static struct vfsmount *lookup_mnt_locked(const struct vfsmount *parent, const struct dentry *at)
{
	struct vfsmount *m;

	list_for_each_entry(m, &mount_list, mnt_list)
		if (m->mnt_mountpoint == at && m->mnt_parent == parent && m != parent)
			return m;
	return NULL;
}

void follow_down(struct path *p)
{
	while (p->dentry->d_flags & DCACHE_MOUNTED) {
		struct path old = *p;
		struct vfsmount *m;

		spin_lock(&dcache_lock);
		m = lookup_mnt_locked(p->mnt, p->dentry);
		if (m)
			*p = (struct path){.mnt = mntget(m), .dentry = dget(m->mnt_root)};
		spin_unlock(&dcache_lock);
		if (!m)
			break;
		path_put(&old);
	}
}

bool follow_up(struct path *p, const struct path *root)
{
	struct path up = *p, old = *p;
	bool found = false;

	spin_lock(&dcache_lock);
	while (!found && mnt_has_parent(up.mnt)) {
		up = (struct path){.mnt = up.mnt->mnt_parent, .dentry = up.mnt->mnt_mountpoint};
		if (up.mnt == root->mnt && up.dentry == root->dentry)
			break;
		found = up.dentry != up.mnt->mnt_root;
	}
	if (found)
		path_get(&up);
	spin_unlock(&dcache_lock);
	if (found) {
		*p = up;
		path_put(&old);
	}
	return found;
}

/* Mounts @m on @p. The list takes over the caller's reference. */
void commit_mnt(struct vfsmount *m, const struct path *p)
{
	spin_lock(&dcache_lock);
	m->mnt_parent = mntget(p->mnt);
	m->mnt_mountpoint = dget(p->dentry);
	p->dentry->d_flags |= DCACHE_MOUNTED;
	list_add_tail(&m->mnt_list, &mount_list);
	spin_unlock(&dcache_lock);
}

/* Removes @m from the tree, and drops the tree's references to it and its parent. */
void detach_mnt(struct vfsmount *m)
{
	struct path at = {.mnt = m->mnt_parent, .dentry = m->mnt_mountpoint};
	struct vfsmount *other;

	spin_lock(&dcache_lock);
	m->mnt_parent = m;
	m->mnt_mountpoint = m->mnt_root;
	list_del_init(&m->mnt_list);
	at.dentry->d_flags &= ~DCACHE_MOUNTED;
	list_for_each_entry(other, &mount_list, mnt_list)
		if (other->mnt_mountpoint == at.dentry && mnt_has_parent(other))
			at.dentry->d_flags |= DCACHE_MOUNTED;
	spin_unlock(&dcache_lock);
	path_put(&at);
	mntput(m);
}
