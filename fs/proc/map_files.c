/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/map_files: a link for each VMA that maps a file, named by its start and end. It leads
 * to the file itself, even if the file was deleted.
 * Abridges the map_files part of Linux's fs/proc/base.c. Left out: the capability that Linux
 * requires to follow such a link.
 * Not on the road of an exec.
 */
#include <fs.h>
#include <mm.h>
#include <asm/page.h>
#include "internal.h"

/* The first VMA at or after @from that maps a file, or NULL. mmap_lock held. */
static struct vm_area_struct *next_file_vma(struct mm_struct *mm, unsigned long from)
{
	struct vm_area_struct *vma = find_vma(mm, from);

	while (vma && (!vma->vm_file || vma->vm_start < from))
		vma = vma->vm_next;
	return vma;
}

static bool map_files_next(struct task_struct *of, struct proc_number *n)
{
	struct mm_struct *mm = get_task_mm(of);
	struct vm_area_struct *vma;

	if (!mm)
		return false;
	mmap_read_lock(mm);
	vma = next_file_vma(mm, n->key);
	if (vma) {
		unsigned int mode = vma->vm_file->f_mode;

		n->key = vma->vm_start;
		n->end = vma->vm_end;
		n->mode = (mode & FMODE_READ ? 0400 : 0) | (mode & FMODE_WRITE ? 0200 : 0);
	}
	mmap_read_unlock(mm);
	mmput(mm);
	return vma;
}

static bool map_files_find(struct task_struct *of, struct proc_number *n)
{
	unsigned long start = n->key;

	return map_files_next(of, n) && n->key == start;
}

static int map_files_link(struct task_struct *t, unsigned long start, struct path *out)
{
	struct mm_struct *mm = get_task_mm(t);
	struct vm_area_struct *vma;
	int err = -ENOENT;

	if (!mm)
		return err;
	mmap_read_lock(mm);
	vma = next_file_vma(mm, start);
	if (vma && vma->vm_start == start) {
		*out = vma->vm_file->f_path;
		path_get(out);
		err = 0;
	}
	mmap_read_unlock(mm);
	mmput(mm);
	return err;
}

static const struct proc_entry map_files_entry = {.mode = S_IFLNK, .get_path = map_files_link};

const struct proc_numbers proc_map_files = {
	.entry = &map_files_entry,
	.ranges = true,
	.ino = PROC_MAP_FILES_INO,
	.key_size = PAGE_SIZE,
	.first = 2,
	.find = map_files_find,
	.next = map_files_next,
};
