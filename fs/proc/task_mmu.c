/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/maps, byte for byte as Linux 6.1 writes it.
 * Abridges Linux's fs/proc/task_mmu.c; left out: smaps, pagemap, clear_refs,
 * names of anonymous areas.
 *
 *   00400000-0049c000 r-xp 00001000 00:02 17          <padding>   /bin/busybox
 *   start-end         rights offset dev    inode       name at column 73
 */
#include "internal.h"
#include <mm.h>

#define NAME_COLUMN	72		/* then one more blank */

static void show_vma_header_prefix(struct seq_file *m, const struct vm_area_struct *vma)
{
	unsigned long flags = vma->vm_flags, pgoff = 0, ino = 0;
	dev_t dev = 0;

	if (vma->vm_file) {
		struct inode *inode = file_inode(vma->vm_file);

		dev = inode->i_sb->s_dev;
		ino = inode->i_ino;
		pgoff = vma->vm_pgoff << PAGE_SHIFT;
	}
	seq_printf(m, "%08lx-%08lx %c%c%c%c %08lx %02x:%02x %lu ", vma->vm_start, vma->vm_end,
		   flags & VM_READ ? 'r' : '-', flags & VM_WRITE ? 'w' : '-', flags & VM_EXEC ? 'x' : '-',
		   flags & VM_MAYSHARE ? 's' : 'p', pgoff, MAJOR(dev), MINOR(dev), ino);
}

/* The name of an area without a file; NULL: it has none. */
static const char *vma_name(struct vm_area_struct *vma)
{
	struct mm_struct *mm = vma->vm_mm;
	const char *name = vma->vm_ops && vma->vm_ops->name ? vma->vm_ops->name(vma) : NULL;

	if (!name)
		name = arch_vma_name(vma);
	if (name)
		return name;
	if (!mm)
		return "[vdso]";
	if (vma->vm_start <= mm->brk && vma->vm_end >= mm->start_brk)
		return "[heap]";
	if (vma->vm_start <= mm->start_stack && vma->vm_end >= mm->start_stack)
		return "[stack]";
	return NULL;
}

static void show_map_vma(struct seq_file *m, struct vm_area_struct *vma)
{
	const char *name = vma->vm_file ? NULL : vma_name(vma);
	size_t start = m->count;

	show_vma_header_prefix(m, vma);
	if (vma->vm_file || name) {
		seq_pad(m, start, NAME_COLUMN);
		seq_putc(m, ' ');
	}
	if (vma->vm_file)
		seq_file_path(m, vma->vm_file, "\n");
	else if (name)
		seq_puts(m, name);
	seq_putc(m, '\n');
}

int proc_pid_maps(struct seq_file *m, struct task_struct *t)
{
	struct mm_struct *mm = get_task_mm(t);
	struct vm_area_struct *vma;

	if (!mm)
		return 0;
	mmap_read_lock(mm);
	for (vma = mm->mmap; vma && m->count <= m->size; vma = vma->vm_next)
		show_map_vma(m, vma);
	vma = get_gate_vma(mm);
	if (vma)
		show_map_vma(m, vma);
	mmap_read_unlock(mm);
	mmput(mm);
	return 0;
}
