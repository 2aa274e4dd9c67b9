/* SPDX-License-Identifier: MIT */
/*
 * File system types and super blocks.
 * Abridges Linux's fs/filesystems.c and fs/super.c. Left out: block devices,
 * freezing, modules.
 * Not on the road of an exec.
 */
#include <chrdev.h>
#include <fs.h>
#include <slab.h>
#include <string.h>
#include "internal.h"

LIST_HEAD(file_systems);
static atomic_t last_anon_bdev;

/* Called at boot only. */
void register_filesystem(struct file_system_type *t) { list_add_tail(&t->list, &file_systems); }

struct file_system_type *get_fs_type(const char *name)
{
	struct file_system_type *t;

	list_for_each_entry(t, &file_systems, list)
		if (!strcmp(t->name, name))
			return t;
	return NULL;
}

/* Returns the next device number 0:N. */
static dev_t get_anon_bdev(void) { return MKDEV(0, atomic_inc_return(&last_anon_bdev)); }

struct super_block *alloc_super(const struct file_system_type *t, unsigned long magic)
{
	struct super_block *sb = kzalloc(sizeof(*sb));

	if (!sb)
		return NULL;
	sb->s_dev = get_anon_bdev();
	sb->s_type = t;
	sb->s_magic = magic;
	sb->s_next_ino = 1;
	sb->s_inode_cache = inode_cache;
	return sb;
}
