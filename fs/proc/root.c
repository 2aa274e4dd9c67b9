/* SPDX-License-Identifier: MIT */
/*
 * The file system "proc" and its root directory.
 * There is one super block, which all mounts show.
 * Abridges Linux's fs/proc/root.c; left out: mount options (hidepid, gid).
 * Not on the road of an exec.
 */
#include <fs.h>
#include <slab.h>
#include <asm/page.h>
#include <asm/statfs.h>
#include <linux/limits.h>
#include <linux/magic.h>
#include "internal.h"

#define PROC_ROOT_INO 1

static const struct proc_entry proc_root =
	PROC_DIR("/proc", 0555, .children = proc_root_entries, .numbers = &proc_processes);

static int proc_statfs(struct super_block *sb, struct statfs *st)
{
	*st = (struct statfs){
		.f_type = sb->s_magic,
		.f_bsize = PAGE_SIZE,
		.f_frsize = PAGE_SIZE,
		.f_namelen = NAME_MAX,
	};
	return 0;
}

struct super_block *proc_new_super(struct file_system_type *t, unsigned long magic,
				   const struct proc_entry *dir, u64 ino)
{
	static struct kmem_cache *cache;
	struct super_block *sb;
	struct inode *root;

	cache = cache ?: kmem_cache_create("proc_inode", sizeof(struct proc_inode), 0);
	sb = cache ? alloc_super(t, magic) : NULL;
	if (!sb)
		return NULL;
	sb->s_inode_cache = cache;
	sb->statfs = proc_statfs;
	sb->evict_inode = proc_evict_inode;
	sb->s_noexec = true;
	root = proc_new_inode(sb, dir, NULL, ino);
	sb->s_root = root ? d_alloc_root(root) : NULL;
	return sb->s_root ? sb : NULL;
}

static struct super_block *proc_mount(struct file_system_type *t)
{
	static struct super_block *sb;

	if (!sb)
		sb = proc_new_super(t, PROC_SUPER_MAGIC, &proc_root, PROC_ROOT_INO);
	return sb ?: ERR_PTR(-ENOMEM);
}

static struct file_system_type proc_fs_type = {.name = "proc", .mount = proc_mount};

void proc_init(void) { register_filesystem(&proc_fs_type); }
