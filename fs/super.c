/* SPDX-License-Identifier: MIT */
/*
 * File system types and super blocks, and how the first root comes to be.
 * Abridges Linux's fs/filesystems.c, fs/super.c and mnt_init of
 * fs/namespace.c. Left out: block devices, freezing, modules.
 */
#include <fs.h>
#include <mm.h>
#include <sched.h>
#include <string.h>
#include "internal.h"

LIST_HEAD(file_systems);
static DEFINE_SPINLOCK(file_systems_lock, LOCK_NONE);

/* 0, or -EBUSY if the name is taken. */
int register_filesystem(struct file_system_type *t)
{
	if (get_fs_type(t->name))
		return -EBUSY;
	spin_lock(&file_systems_lock);
	list_add_tail(&t->list, &file_systems);
	spin_unlock(&file_systems_lock);
	return 0;
}

/* NULL: unknown. */
struct file_system_type *get_fs_type(const char *name)
{
	struct file_system_type *t, *found = NULL;

	spin_lock(&file_systems_lock);
	list_for_each_entry(t, &file_systems, list)
		if (!strcmp(t->name, name))
			found = t;
	spin_unlock(&file_systems_lock);
	return found;
}

struct super_block *alloc_super(const struct file_system_type *t, unsigned long magic)
{
	struct super_block *sb = kzalloc(sizeof(*sb));

	if (!sb)
		return NULL;
	sb->s_dev = get_anon_bdev();
	sb->s_type = t;
	sb->s_magic = magic;
	sb->s_next_ino = 1;
	return sb;
}

/*
 * Builds the caches and mounts the root file system, rootfs, as the root and
 * working directory of current (init_task). The anonymous device numbers are
 * Linux's: 0:1 is shared memory, 0:2 the root. Panics without memory.
 */
void vfs_init(void)
{
	struct path root;

	dcache_init();
	inode_init();
	ramfs_register();
	mount_rootfs(&rootfs_fs_type);
	root = (struct path){.mnt = root_mnt, .dentry = root_mnt->mnt_root};
	set_fs_root(current->fs, &root);
	set_fs_pwd(current->fs, &root);
}
