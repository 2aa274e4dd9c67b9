/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/map_files: a link for each area that maps a file, named by its
 * ends. It leads to the file itself, even when its name is gone. After the
 * map_files part of Linux's fs/proc/base.c. Left out: the capability that
 * Linux wants of those who follow a link and not only read it.
 * Not on the road of an exec.
 */
#include <file.h>
#include <fs.h>
#include <mm.h>
#include <printk.h>
#include <string.h>
#include <task.h>
#include <asm/page.h>
#include "internal.h"

/* The area of @t that begins at @start, if it maps a file: its end, rights and file (with a reference). False: there is none. */
static bool mapped_file(struct task_struct *t, unsigned long start, struct vm_area_struct *copy)
{
	struct mm_struct *mm = get_task_mm(t);
	struct vm_area_struct *v;
	bool found;

	if (!mm)
		return false;
	mmap_read_lock(mm);
	v = find_vma(mm, start);
	found = v && v->vm_start == start && v->vm_file;
	if (found) {
		*copy = *v;
		get_file(v->vm_file);
	}
	mmap_read_unlock(mm);
	mmput(mm);
	return found;
}

static int map_files_link(struct task_struct *t, unsigned long start, struct path *out)
{
	struct vm_area_struct v;

	if (!mapped_file(t, start, &v))
		return -ENOENT;
	*out = v.vm_file->f_path;
	path_get(out);
	fput(v.vm_file);
	return 0;
}

const struct proc_entry proc_map_files_links[] = {
	{ .name = "map_files", .mode = S_IFLNK, .get_path = map_files_link },
	{ 0 }
};

static int area_name(char *name, size_t size, const struct vm_area_struct *v)
{
	return snprintf(name, size, "%lx-%lx", v->vm_start, v->vm_end);
}

static u64 area_ino(pid_t nr, unsigned long start)
{
	return PROC_PID_INO(nr, PROC_MAP_FILES_INO + (start >> PAGE_SHIFT) % PROC_MAP_FILES_INO);
}

/* The link for @v of @t, with the rights that its file was opened with. NULL: no memory. */
static struct inode *map_files_inode(struct inode *dir, struct task_struct *t, const struct vm_area_struct *v)
{
	struct pid *pid = PROC_I(dir)->pid;
	struct inode *inode = proc_new_inode(dir->i_sb, proc_map_files_links, pid, area_ino(pid->nr, v->vm_start));

	if (!inode)
		return NULL;
	PROC_I(inode)->fd = v->vm_start;
	inode->i_size = 64;
	inode->i_mode = S_IFLNK | (v->vm_file->f_mode & FMODE_READ ? 0400 : 0) |
			(v->vm_file->f_mode & FMODE_WRITE ? 0200 : 0);
	proc_pid_update_inode(inode, t);
	return inode;
}

/* The area may be gone, or have another end, or other rights: looked up anew each time. */
static int map_files_revalidate(struct dentry *d __maybe_unused)
{
	return 0;
}

static const struct dentry_operations map_files_dops = { .d_revalidate = map_files_revalidate };

static int map_files_lookup(struct inode *dir, struct dentry *d)
{
	struct task_struct *t = get_proc_task(dir);
	struct inode *inode = NULL;
	struct vm_area_struct v;
	char name[40];
	int err = -ENOENT;

	if (t && mapped_file(t, strtoul(d->d_name.name, NULL, 16), &v)) {
		area_name(name, sizeof(name), &v);
		if (!strcmp(name, d->d_name.name)) {
			inode = map_files_inode(dir, t, &v);
			err = inode ? 0 : -ENOMEM;
		}
		fput(v.vm_file);
	}
	if (inode) {
		d->d_op = &map_files_dops;
		d_add(d, inode);
	}
	put_task_struct(t);
	return err;
}

/* Position 2 + the start of the area that comes next. */
static int map_files_iterate(struct file *dir, struct dir_context *ctx)
{
	struct task_struct *t = get_proc_task(file_inode(dir));
	struct mm_struct *mm = t ? get_task_mm(t) : NULL;
	struct vm_area_struct *v;
	char name[40];

	if (mm && proc_emit_dots(dir, ctx)) {
		mmap_read_lock(mm);
		for (v = find_vma(mm, ctx->pos - 2); v; v = v->vm_next) {
			if (!v->vm_file || v->vm_start < (unsigned long)ctx->pos - 2)
				continue;
			ctx->pos = v->vm_start + 2;
			if (!ctx->actor(ctx, name, area_name(name, sizeof(name), v), ctx->pos,
					area_ino(t->pid, v->vm_start), S_IFLNK >> 12))
				break;
			ctx->pos++;
		}
		mmap_read_unlock(mm);
	}
	if (mm)
		mmput(mm);
	put_task_struct(t);
	return t ? 0 : -ENOENT;
}

const struct inode_operations proc_map_files_iops = {
	.lookup = map_files_lookup,
	.permission = proc_fd_permission,
	.setattr = proc_setattr,
	.getattr = proc_getattr,
};
const struct file_operations proc_map_files_fops = {
	.llseek = generic_file_llseek,
	.iterate = map_files_iterate,
};
