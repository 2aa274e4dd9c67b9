/* SPDX-License-Identifier: MIT */
/*
 * The file system "proc" and its root directory: first the table of
 * generic.c, then a directory for each process.
 * Abridges Linux's fs/proc/root.c; left out: mount options (hidepid, gid).
 * There is one super block: all mounts show the same tree.
 */
#include "internal.h"
#include <asm/page.h>
#include <linux/magic.h>

#define PROC_ROOT_INO		1
#define FIRST_PROCESS_ENTRY	256		/* ctx->pos of process 0 */

static int proc_root_lookup(struct inode *dir, struct dentry *d)
{
	int err = proc_table_lookup(dir, d);

	return err == -ENOENT ? proc_pid_lookup(dir, d) : err;
}

static int proc_root_iterate(struct file *f, struct dir_context *ctx)
{
	if (ctx->pos < FIRST_PROCESS_ENTRY) {
		if (!proc_table_emit(f, ctx))
			return 0;
		ctx->pos = FIRST_PROCESS_ENTRY;
	}
	return proc_pid_readdir(f, ctx, FIRST_PROCESS_ENTRY);
}

static const struct inode_operations proc_root_iops = {
	.lookup = proc_root_lookup,
	.setattr = proc_setattr,
	.getattr = proc_getattr,
};
static const struct file_operations proc_root_fops = {
	.llseek = generic_file_llseek,
	.iterate = proc_root_iterate,
};

static const struct proc_entry proc_root =
	PROC_DIR("/proc", 0555, .children = proc_root_entries, .iop = &proc_root_iops, .fop = &proc_root_fops);

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
	sb->evict_inode = proc_evict_inode;
	root = proc_new_inode(sb, &proc_root, NULL, PROC_ROOT_INO);
	sb->s_root = root ? d_alloc_root(root) : NULL;
	if (!sb->s_root)
		return ERR_PTR(-ENOMEM);
	proc_sb = sb;
	return sb;
}

static struct file_system_type proc_fs_type = { .name = "proc", .mount = proc_mount };

void proc_init(void)
{
	register_filesystem(&proc_fs_type);
}
