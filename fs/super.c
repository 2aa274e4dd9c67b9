/* SPDX-License-Identifier: MIT */
/*
 * File system types and super blocks, and how the first root comes to be.
 * Abridges Linux's fs/filesystems.c, fs/super.c and mnt_init of
 * fs/namespace.c. Left out: block devices, freezing, modules.
 */
#include <fs.h>
#include <sched.h>
#include <slab.h>
#include <string.h>
#include "internal.h"

LIST_HEAD(file_systems);

/* At boot only. */
void register_filesystem(struct file_system_type *t) { list_add_tail(&t->list, &file_systems); }

/* NULL: unknown. */
struct file_system_type *get_fs_type(const char *name)
{
	struct file_system_type *t;

	list_for_each_entry(t, &file_systems, list)
		if (!strcmp(t->name, name))
			return t;
	return NULL;
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
