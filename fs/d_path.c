/* SPDX-License-Identifier: MIT */
/*
 * The text of a path, written from the end of the buffer to the front: first
 * the last name, then up through parents and mounts to current's root.
 *
 *   buf [            | / usr / bin / ls \0 ]   prepend moves the bar to the left
 *
 * Abridges Linux's fs/d_path.c. Left out: the retry without a lock (RCU).
 * Not on the road of an exec.
 */
#include <fs.h>
#include <fs_struct.h>
#include <mount.h>
#include <namei.h>
#include <string.h>
#include <task.h>

struct prepend_buffer {
	char *buf;
	int len; /* bytes left; -1: the path did not fit */
};

static void prepend(struct prepend_buffer *p, const char *s, int n)
{
	if (p->len < n) {
		p->len = -1;
		return;
	}
	p->len -= n;
	p->buf -= n;
	memcpy(p->buf, s, n);
}

static char *extract_string(struct prepend_buffer *p)
{
	return p->len >= 0 ? p->buf : ERR_PTR(-ENAMETOOLONG);
}

/*
 * Goes up from @path to current's root, across mounts. Returns 0, or 1 if it ended at the root of a
 * tree that does not lead there.
 */
static int prepend_path(const struct path *path, struct prepend_buffer *p)
{
	const struct path *root = &current->fs->root; /* stays: nothing here sleeps */
	const struct dentry *d = path->dentry;
	const struct vfsmount *mnt = path->mnt;
	int left = p->len, unreachable = 0;

	spin_lock(&dcache_lock);
	while (d != root->dentry || mnt != root->mnt) {
		if (d == mnt->mnt_root && mnt->mnt_parent != mnt) {
			d = mnt->mnt_mountpoint;
			mnt = mnt->mnt_parent;
			continue;
		}
		if (d == mnt->mnt_root || d == d->d_parent) {
			unreachable = 1;
			break;
		}
		prepend(p, d->d_name.name, d->d_name.len);
		prepend(p, "/", 1);
		d = d->d_parent;
	}
	spin_unlock(&dcache_lock);
	if (p->len == left)
		prepend(p, "/", 1);
	return unreachable;
}

char *d_path(const struct path *path, char *buf, int len)
{
	struct prepend_buffer b = {buf + len, len};
	struct dentry *d = path->dentry;

	if (d->d_op && d->d_op->d_dname && (d != d->d_parent || d != path->mnt->mnt_root))
		return d->d_op->d_dname(d, buf, len);
	if (d_unlinked(d))
		prepend(&b, " (deleted)", sizeof(" (deleted)"));
	else
		prepend(&b, "", 1);
	prepend_path(path, &b);
	return extract_string(&b);
}

char *d_cwd_path(const struct path *path, char *buf, int len)
{
	struct prepend_buffer b = {buf + len, len};

	if (d_unlinked(path->dentry))
		return ERR_PTR(-ENOENT);
	prepend(&b, "", 1);
	if (prepend_path(path, &b))
		prepend(&b, "(unreachable)", sizeof("(unreachable)") - 1);
	return extract_string(&b);
}

char *simple_dname(struct dentry *d, char *buf, int len)
{
	struct prepend_buffer b = {buf + len, len};

	prepend(&b, " (deleted)", sizeof(" (deleted)"));
	prepend(&b, d->d_name.name, d->d_name.len);
	prepend(&b, "/", 1);
	return extract_string(&b);
}
