/* SPDX-License-Identifier: MIT */
/* The tree of mounts: fs/mount.c. */
#ifndef MOUNT_H
#define MOUNT_H

#include <atomic.h>
#include <list.h>
#include <types.h>

struct dentry;
struct file_system_type;
struct path;
struct super_block;

/* A file system that is mounted at one point of the tree. dcache_lock guards all fields. */
struct vfsmount {
	atomic_t mnt_count;
	struct vfsmount *mnt_parent;   /* itself at the root */
	struct dentry *mnt_mountpoint; /* in the parent */
	struct dentry *mnt_root;
	struct super_block *mnt_sb;
	unsigned int mnt_flags; /* the MS_* bits of mount(2) */
	char *mnt_devname;
	int mnt_id;
	struct list_head mnt_list; /* in mount_list */
};

extern struct list_head mount_list; /* all, in order of mounting: /proc/mounts */
extern struct vfsmount *root_mnt;

static inline struct vfsmount *mntget(struct vfsmount *m)
{
	refcount_inc(&m->mnt_count);
	return m;
}
void mntput(struct vfsmount *m);
/* A mount for the kernel's own use, in no tree. ERR_PTR. */
struct vfsmount *kern_mount(struct file_system_type *t);
int mnt_want_write(const struct vfsmount *m); /* 0, or -EROFS if it is read-only */
/* Enters what is mounted on @p, all layers; *p keeps owning its references. */
void follow_down(struct path *p);
/* Leaves a mount's root for its mountpoint. False: @root was reached. */
bool follow_up(struct path *p, const struct path *root);

#endif
