/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/mounts, mountinfo and mountstats: every mount that current can reach from its root.
 * Abridges Linux's fs/proc_namespace.c; left out: peer groups.
 * Not on the road of an exec.
 */
#include <chrdev.h>
#include <fs.h>
#include <mount.h>
#include <namei.h>
#include <seq_file.h>
#include <slab.h>
#include <string.h>
#include <asm/page.h>
#include <linux/limits.h>
#include <linux/mount.h>
#include "internal.h"

#define ESCAPED " \t\n\\#"

/* Returns the mount after @m (NULL: the first) with a reference; drops that of @m. */
static struct vfsmount *next_mount(struct vfsmount *m)
{
	struct list_head *next;
	struct vfsmount *found = NULL;

	spin_lock(&dcache_lock);
	next = m ? m->mnt_list.next : mount_list.next;
	if (next != &mount_list)
		found = mntget(list_entry(next, struct vfsmount, mnt_list));
	spin_unlock(&dcache_lock);
	if (m)
		mntput(m);
	return found;
}

static void show_mnt_opts(struct seq_file *m, const struct vfsmount *mnt)
{
	static const struct {
		unsigned int flag;
		const char *text;
	} opts[] = {
		{MS_NOSUID, ",nosuid"},		{MS_NODEV, ",nodev"},
		{MS_NOEXEC, ",noexec"},		{MS_NOATIME, ",noatime"},
		{MS_NODIRATIME, ",nodiratime"}, {MS_RELATIME, ",relatime"},
	};

	seq_puts(m, mnt->mnt_flags & MS_RDONLY ? " ro" : " rw");
	for (int i = 0; i < ARRAY_SIZE(opts); i++)
		if (mnt->mnt_flags & opts[i].flag)
			seq_puts(m, opts[i].text);
}

/* tmpfs has its limits by default; those mounted at boot show them, as on Linux. */
static void show_sb_opts(struct seq_file *m, const struct super_block *sb)
{
	const char *type = sb->s_type->name;

	if (!strcmp(type, "devpts"))
		seq_puts(m, ",mode=600,ptmxmode=000");
	if (!sb->s_max_inodes)
		return;
	if (strcmp(type, "tmpfs"))
		seq_printf(m, ",size=%luk,nr_inodes=%lu", sb->s_max_inodes * (PAGE_SIZE / 1024),
			   sb->s_max_inodes);
	if (!strcmp(type, "devtmpfs"))
		seq_puts(m, ",mode=755");
	seq_puts(m, ",inode64");
}

static void show_vfsmnt(struct seq_file *m, struct vfsmount *mnt, const struct path *p)
{
	seq_mangle(m, mnt->mnt_devname ?: "none", ESCAPED);
	seq_putc(m, ' ');
	seq_path(m, p, ESCAPED);
	seq_printf(m, " %s", mnt->mnt_sb->s_type->name);
	show_mnt_opts(m, mnt);
	show_sb_opts(m, mnt->mnt_sb);
	seq_puts(m, " 0 0\n");
}

static void show_vfsstat(struct seq_file *m, struct vfsmount *mnt, const struct path *p)
{
	seq_puts(m, "device ");
	seq_mangle(m, mnt->mnt_devname ?: "none", ESCAPED);
	seq_puts(m, " mounted on ");
	seq_path(m, p, ESCAPED);
	seq_printf(m, " with fstype %s\n", mnt->mnt_sb->s_type->name);
}

static void show_mountinfo(struct seq_file *m, struct vfsmount *mnt, const struct path *p)
{
	/* The path of the mount's root within its file system, as if that were mounted alone. */
	struct super_block *sb = mnt->mnt_sb;
	struct vfsmount alone = {.mnt_parent = &alone, .mnt_root = sb->s_root, .mnt_sb = sb};
	struct path inside = {.mnt = &alone, .dentry = mnt->mnt_root};

	seq_printf(m, "%d %d %u:%u ", mnt->mnt_id, mnt->mnt_parent->mnt_id, MAJOR(sb->s_dev),
		   MINOR(sb->s_dev));
	seq_path(m, &inside, ESCAPED);
	seq_putc(m, ' ');
	seq_path(m, p, ESCAPED);
	show_mnt_opts(m, mnt);
	seq_puts(m, mnt->mnt_flags & MS_UNBINDABLE ? " unbindable" : "");
	seq_printf(m, " - %s ", sb->s_type->name);
	seq_mangle(m, mnt->mnt_devname ?: "none", ESCAPED);
	seq_puts(m, mnt->mnt_flags & MS_RDONLY ? " ro" : " rw");
	show_sb_opts(m, sb);
	seq_putc(m, '\n');
}

static int for_each_mount(struct seq_file *m, void (*show)(struct seq_file *m, struct vfsmount *mnt,
							   const struct path *p))
{
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL);
	struct vfsmount *mnt = NULL;

	if (!buf)
		return -ENOMEM;
	while ((mnt = next_mount(mnt))) {
		struct path p = {.mnt = mnt, .dentry = mnt->mnt_root};
		char *text = d_cwd_path(&p, buf, PATH_MAX);

		if (!IS_ERR(text) && *text == '/') /* otherwise it is outside current's root */
			show(m, mnt, &p);
	}
	kfree(buf);
	return 0;
}

int proc_pid_mounts(struct seq_file *m, struct task_struct *t __maybe_unused)
{
	return for_each_mount(m, show_vfsmnt);
}

int proc_pid_mountinfo(struct seq_file *m, struct task_struct *t __maybe_unused)
{
	return for_each_mount(m, show_mountinfo);
}

int proc_pid_mountstats(struct seq_file *m, struct task_struct *t __maybe_unused)
{
	return for_each_mount(m, show_vfsstat);
}
