/* SPDX-License-Identifier: MIT */
/*
 * What mount(2) and umount2(2) do with mounts that are there: bind them to another place, with what
 * is mounted below (MS_REC), move them, and take a whole tree away (MNT_DETACH).
 * Abridges do_loopback, do_move_mount, do_change_type and umount_tree of Linux's fs/namespace.c.
 * Nothing is propagated between mounts: MS_SHARED is -EINVAL.
 * Not on the road of an exec.
 */
#include <fs.h>
#include <mount.h>
#include <namei.h>
#include <slab.h>
#include <linux/mount.h>
#include "internal.h"

/* The mounts of a tree; each has a reference. */
struct mount_set {
	unsigned int n;
	struct {
		struct vfsmount *mnt, *copy; /* copy: not yet made, or mounted */
	} at[];
};

/* ---- sets of mounts --------------------------------------------------------- */

/* All mounts, in their order. NULL: no memory. */
static struct mount_set *all_mounts(void)
{
	struct mount_set *set;
	struct vfsmount *m;
	unsigned int room = 0;

	list_for_each_entry(m, &mount_list, mnt_list)
		room++;
	set = kzalloc(sizeof(*set) + room * sizeof(set->at[0]));
	if (!set)
		return NULL;
	spin_lock(&dcache_lock);
	list_for_each_entry(m, &mount_list, mnt_list)
		if (set->n < room)
			set->at[set->n++].mnt = mntget(m);
	spin_unlock(&dcache_lock);
	return set;
}

static void put_mounts(struct mount_set *set)
{
	for (unsigned int i = 0; set && i < set->n; i++)
		mntput(set->at[i].mnt);
	kfree(set);
}

/* The mounts below @top, at any depth. NULL: no memory. */
static struct mount_set *mounts_below(const struct path *top)
{
	struct mount_set *set = all_mounts();
	unsigned int n = 0;

	for (unsigned int i = 0; set && i < set->n; i++) {
		struct vfsmount *m = set->at[i].mnt;
		struct path on = {.mnt = m->mnt_parent, .dentry = m->mnt_mountpoint};

		if (mnt_has_parent(m) && path_is_under(&on, top))
			set->at[n++].mnt = m;
		else
			mntput(m);
	}
	if (set)
		set->n = n;
	return set;
}

/* ---- MS_BIND ---------------------------------------------------------------- */

static struct vfsmount *clone_mnt(const struct vfsmount *m, struct dentry *root)
{
	return alloc_vfsmnt(m->mnt_devname, root, m->mnt_flags);
}

int graft_mnt(struct vfsmount *m, const struct path *p)
{
	int err = 0;

	if (d_unlinked(p->dentry))
		err = -ENOENT;
	else if (d_is_dir(p->dentry) != d_is_dir(m->mnt_root))
		err = -ENOTDIR;
	if (err)
		mntput(m);
	else
		commit_mnt(m, p);
	return err;
}

/* Mounts a copy of mount @i of the set where its parent has been copied to. False: nowhere yet. */
static bool copy_one(struct mount_set *set, unsigned int i, const struct vfsmount *top,
		     struct vfsmount *copy_of_top)
{
	struct vfsmount *m = set->at[i].mnt, *parent = m->mnt_parent == top ? copy_of_top : NULL;
	struct path on = {.dentry = m->mnt_mountpoint};

	for (unsigned int j = 0; j < set->n; j++)
		if (set->at[j].mnt == m->mnt_parent)
			parent = set->at[j].copy;
	on.mnt = parent;
	if (!parent || set->at[i].copy || (m->mnt_flags & MS_UNBINDABLE))
		return false;
	set->at[i].copy = clone_mnt(m, m->mnt_root);
	if (set->at[i].copy)
		commit_mnt(set->at[i].copy, &on);
	return set->at[i].copy;
}

/* A moved mount may stand before its parent in the set: until no more can be copied. */
static void copy_below(struct mount_set *set, const struct vfsmount *top, struct vfsmount *copy)
{
	bool more;

	do {
		more = false;
		for (unsigned int i = 0; i < set->n; i++)
			more |= copy_one(set, i, top, copy);
	} while (more);
}

static int bind_path(const struct path *old, const struct path *p, bool recurse)
{
	struct mount_set *set = recurse ? mounts_below(old) : NULL;
	struct vfsmount *m = clone_mnt(old->mnt, old->dentry);
	int err = -ENOMEM;

	if (m && !(recurse && !set))
		err = graft_mnt(m, p);
	else
		mntput(m);
	if (!err && set)
		copy_below(set, old->mnt, m);
	put_mounts(set);
	return err;
}

int do_loopback(const char *name, const struct path *p, bool recurse)
{
	struct path old;
	int err = *name ? kern_path(name, LOOKUP_FOLLOW, &old) : -EINVAL;

	if (err)
		return err;
	err = check_mnt(old.mnt) && !(old.mnt->mnt_flags & MS_UNBINDABLE)
		      ? bind_path(&old, p, recurse)
		      : -EINVAL;
	path_put(&old);
	return err;
}

/* ---- MS_MOVE and the propagation types ---------------------------------------- */

/* Is @below mounted on @m, or on what is mounted there, and so on? */
static bool mounted_below(const struct vfsmount *below, const struct vfsmount *m)
{
	bool found;

	spin_lock(&dcache_lock);
	while (!(found = below == m) && mnt_has_parent(below))
		below = below->mnt_parent;
	spin_unlock(&dcache_lock);
	return found;
}

static int move_mount_to(struct vfsmount *m, const struct path *p)
{
	struct list_head *place = m->mnt_list.prev;

	if (d_unlinked(p->dentry))
		return -ENOENT;
	if (!check_mnt(m) || !mnt_has_parent(m) || d_is_dir(p->dentry) != d_is_dir(m->mnt_root))
		return -EINVAL;
	if (mounted_below(p->mnt, m))
		return -ELOOP;
	mntget(m);
	detach_mnt(m);
	commit_mnt(m, p);
	spin_lock(&dcache_lock);
	list_del(&m->mnt_list);
	list_add(&m->mnt_list, place);
	spin_unlock(&dcache_lock);
	return 0;
}

static int do_move_mount(const char *name, const struct path *p)
{
	struct path old;
	int err = *name ? kern_path(name, LOOKUP_FOLLOW, &old) : -EINVAL;

	if (err)
		return err;
	err = old.dentry == old.mnt->mnt_root ? move_mount_to(old.mnt, p) : -EINVAL;
	path_put(&old);
	return err;
}

static void set_bindable(struct vfsmount *m, bool bindable)
{
	m->mnt_flags = bindable ? m->mnt_flags & ~MS_UNBINDABLE : m->mnt_flags | MS_UNBINDABLE;
}

/* Every mount is private, and a private mount that is made a slave stays private. */
static int do_change_type(const struct path *p, unsigned long flags)
{
	unsigned long type = flags & ~(MS_REC | MS_SILENT);
	struct mount_set *set;

	if (p->dentry != p->mnt->mnt_root)
		return -EINVAL;
	if (type != MS_PRIVATE && type != MS_SLAVE && type != MS_UNBINDABLE)
		return -EINVAL;
	set = flags & MS_REC ? mounts_below(p) : NULL;
	if ((flags & MS_REC) && !set)
		return -ENOMEM;
	set_bindable(p->mnt, type != MS_UNBINDABLE);
	for (unsigned int i = 0; set && i < set->n; i++)
		set_bindable(set->at[i].mnt, type != MS_UNBINDABLE);
	put_mounts(set);
	return 0;
}

int do_change_mount(const char *name, const struct path *p, unsigned long flags)
{
	return flags & MS_PROPAGATION ? do_change_type(p, flags) : do_move_mount(name, p);
}

/* ---- MNT_DETACH --------------------------------------------------------------- */

int umount_tree(struct vfsmount *m)
{
	struct path top = {.mnt = m, .dentry = m->mnt_root};
	struct mount_set *set = mounts_below(&top);

	if (!set)
		return -ENOMEM;
	for (unsigned int i = 0; i < set->n; i++)
		detach_mnt(set->at[i].mnt);
	detach_mnt(m);
	put_mounts(set);
	return 0;
}
