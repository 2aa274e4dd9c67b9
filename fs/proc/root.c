/* SPDX-License-Identifier: MIT */
/*
 * The file system "proc" and its root directory.
 * There is one super block, which all mounts show.
 * Abridges Linux's fs/proc/root.c; left out: mount options (hidepid, gid).
 * Not on the road of an exec.
 */
#include <fs.h>
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

static struct super_block *proc_mount(struct file_system_type *t)
{
	static struct super_block *proc_sb;
	struct super_block *sb = proc_sb;
	struct inode *root;

	if (sb)
		return sb;
	sb = alloc_super(t, PROC_SUPER_MAGIC);
	if (!sb)
		return ERR_PTR(-ENOMEM);
	sb->statfs = proc_statfs;
	sb->evict_inode = proc_evict_inode;
	root = proc_new_inode(sb, &proc_root, NULL, PROC_ROOT_INO);
	sb->s_root = root ? d_alloc_root(root) : NULL;
	if (!sb->s_root)
		return ERR_PTR(-ENOMEM);
	return proc_sb = sb;
}

static struct file_system_type proc_fs_type = {.name = "proc", .mount = proc_mount};

void proc_init(void) { register_filesystem(&proc_fs_type); }
