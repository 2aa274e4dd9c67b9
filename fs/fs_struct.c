/* SPDX-License-Identifier: MIT */
/*
 * A task's view of the tree: its root, working directory and umask. fork copies
 * it, unless CLONE_FS shares it. fs->lock guards the two paths.
 * Abridges Linux's fs/fs_struct.c; leaves out the sequence count of its readers.
 */
#include <fs.h>
#include <fs_struct.h>
#include <slab.h>
#include <task.h>

static void get_path(struct fs_struct *fs, const struct path *from, struct path *to)
{
	spin_lock(&fs->lock);
	*to = *from;
	path_get(to);
	spin_unlock(&fs->lock);
}

void get_fs_root(struct fs_struct *fs, struct path *p) { get_path(fs, &fs->root, p); }

void get_fs_pwd(struct fs_struct *fs, struct path *p) { get_path(fs, &fs->pwd, p); }

/* The caller keeps its references to @p; *place gets new ones. */
static void set_path(struct fs_struct *fs, struct path *place, const struct path *p)
{
	struct path old;

	path_get(p);
	spin_lock(&fs->lock);
	old = *place;
	*place = *p;
	spin_unlock(&fs->lock);
	if (old.dentry)
		path_put(&old);
}

void set_fs_pwd(struct fs_struct *fs, const struct path *p) { set_path(fs, &fs->pwd, p); }

void set_fs_root(struct fs_struct *fs, const struct path *p) { set_path(fs, &fs->root, p); }

/* Returns a copy with one user, or NULL without memory. */
struct fs_struct *copy_fs_struct(struct fs_struct *old)
{
	struct fs_struct *fs = kzalloc(sizeof(*fs));

	if (!fs)
		return NULL;
	atomic_set(&fs->users, 1);
	spin_lock_init(&fs->lock, LOCK_FILES);
	fs->umask = old->umask;
	get_fs_root(old, &fs->root);
	get_fs_pwd(old, &fs->pwd);
	return fs;
}

void change_fs(struct task_struct *t, struct fs_struct *fs)
{
	struct fs_struct *old = t->fs;

	t->fs = fs;
	if (!old || !refcount_dec_and_test(&old->users))
		return;
	path_put(&old->root);
	path_put(&old->pwd);
	kfree(old);
}
