/* SPDX-License-Identifier: MIT */
/*
 * Where a walk must not go: openat2's RESOLVE_*. namei.c asks nd_allows for each step of a walk
 * that has such rules.
 * Abridges what Linux's fs/namei.c does for LOOKUP_IS_SCOPED and its like.
 * Not on the road of an exec.
 */
#include <fs.h>
#include <mount.h>
#include <namei.h>
#include "internal.h"

#define LOOKUP_IS_SCOPED (LOOKUP_BENEATH | LOOKUP_IN_ROOT)

/* Is @p below @root, or @root itself? */
bool path_is_under(const struct path *p, const struct path *root)
{
	const struct vfsmount *mnt = p->mnt;
	const struct dentry *d = p->dentry;
	bool found;

	spin_lock(&dcache_lock);
	while (!(found = mnt == root->mnt && d == root->dentry)) {
		if (d != mnt->mnt_root && d != d->d_parent) {
			d = d->d_parent;
			continue;
		}
		if (d != mnt->mnt_root || !mnt_has_parent(mnt))
			break;
		d = mnt->mnt_mountpoint;
		mnt = mnt->mnt_parent;
	}
	spin_unlock(&dcache_lock);
	return found;
}

/* The directory where a scoped walk starts is its root. */
static int start_allowed(struct nameidata *nd)
{
	if (nd->flags & LOOKUP_UNCACHED)
		return -EAGAIN;
	if ((nd->flags & LOOKUP_BENEATH) && nd->root.mnt)
		return -EXDEV; /* the path is absolute */
	nd->mnt = nd->path.mnt;
	if (nd->flags & LOOKUP_IS_SCOPED) {
		nd->root = nd->path;
		path_get(&nd->root);
	}
	return 0;
}

/* A link in /proc that leads to a location, not to a path. */
static int magic_allowed(const struct nameidata *nd)
{
	if (nd->flags & LOOKUP_NO_MAGICLINKS)
		return -ELOOP;
	if (nd->flags & LOOKUP_CACHED)
		return -EAGAIN;
	return nd->flags & LOOKUP_IS_SCOPED ? -EXDEV : 0;
}

/* ".." at the root of the walk stays there. Another task may have moved the directory away. */
static int step_allowed(const struct nameidata *nd, const struct path *to)
{
	if (!(nd->flags & LOOKUP_IS_SCOPED))
		return 0;
	if ((nd->flags & LOOKUP_BENEATH) && to->mnt == nd->path.mnt &&
	    to->dentry == nd->path.dentry)
		return -EXDEV;
	return path_is_under(to, &nd->root) ? 0 : -EAGAIN;
}

int nd_allows(struct nameidata *nd, const struct path *to, enum nd_step step)
{
	int err = 0;

	switch (step) {
	case ND_START:
		return start_allowed(nd);
	case ND_STEP:
		err = step_allowed(nd, to);
		break;
	case ND_NEW_ROOT:
	case ND_ROOT:
		if ((nd->flags & LOOKUP_BENEATH) ||
		    (step == ND_NEW_ROOT && (nd->flags & LOOKUP_NO_XDEV)))
			return -EXDEV;
		break;
	case ND_MAGIC:
		err = magic_allowed(nd);
		break;
	case ND_END:
		if ((nd->flags & LOOKUP_IS_SCOPED) && !path_is_under(to, &nd->root))
			return -EXDEV;
	}
	if (!err && (nd->flags & LOOKUP_NO_XDEV) && to->mnt != nd->mnt)
		err = nd->flags & LOOKUP_CACHED ? -EAGAIN : -EXDEV;
	return err;
}
