/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/maps, byte for byte as Linux 6.1 writes it.
 * Abridges Linux's fs/proc/task_mmu.c; left out: names of anonymous VMAs. The rest of that file
 * is in smaps.c.
 * Not on the road of an exec.
 *
 *   00400000-0049c000 r-xp 00001000 00:02 17          <padding>   /bin/busybox
 *   start-end         perms offset  dev    inode       name at column 73
 */
#include <chrdev.h>
#include <cred.h>
#include <fs.h>
#include <mm.h>
#include <seq_file.h>
#include <string.h>
#include <asm/page.h>
#include "internal.h"

#define NAME_COLUMN 72 /* then one more blank */

#define HEADER_ROOM 128 /* three 16-digit numbers, a device and an inode */

/* Offset, device and inode; zeros without a file. */
static char *put_file_columns(char *p, const struct vm_area_struct *vma)
{
	static const char no_file[] = "00000000 00:00 0 ";
	const struct inode *inode;

	if (!vma->vm_file)
		return (char *)memcpy(p, no_file, sizeof(no_file) - 1) + sizeof(no_file) - 1;
	inode = file_inode(vma->vm_file);
	p = put_hex(p, vma->vm_pgoff << PAGE_SHIFT, 8);
	*p++ = ' ';
	p = put_hex(p, MAJOR(inode->i_sb->s_dev), 2);
	*p++ = ':';
	p = put_hex(p, MINOR(inode->i_sb->s_dev), 2);
	*p++ = ' ';
	p = put_decimal(p, inode->i_ino);
	*p++ = ' ';
	return p;
}

/*
 * See the drawing above. A VMA that was mapped shared shows s even if it can no longer be written
 * to, hence VM_MAYSHARE.
 */
static void show_vma_header_prefix(struct seq_file *m, const struct vm_area_struct *vma)
{
	static const char perms[8][4] = {" ---", " r--", " -w-", " rw-",
					 " --x", " r-x", " -wx", " rwx"};
	char line[HEADER_ROOM], *p = put_hex(line, vma->vm_start, 8);

	*p++ = '-';
	p = put_hex(p, vma->vm_end, 8);
	memcpy(p, perms[vma->vm_flags & (VM_READ | VM_WRITE | VM_EXEC)], 4);
	p[4] = vma->vm_flags & VM_MAYSHARE ? 's' : 'p';
	p[5] = ' ';
	seq_write(m, line, put_file_columns(p + 6, vma) - line);
}

/*
 * As in Linux, a VMA without an mm is [vdso]; the only one is the gate VMA, which has its own name.
 * A VMA that only touches the range of the heap is [heap], too.
 */
static const char *vma_name(struct vm_area_struct *vma)
{
	struct mm_struct *mm = vma->vm_mm;
	const char *name = arch_vma_name(vma);

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

/* A newline in a path becomes \012, so that a line stays one line. */
void show_map_vma(struct seq_file *m, struct vm_area_struct *vma)
{
	const char *name = vma->vm_file ? NULL : vma_name(vma);
	size_t start = m->count;

	show_vma_header_prefix(m, vma);
	if (vma->vm_file || name) {
		seq_pad(m, start, NAME_COLUMN);
		seq_putc(m, ' ');
	}
	if (vma->vm_file)
		seq_path(m, &vma->vm_file->f_path, "\n");
	else if (name)
		seq_puts(m, name);
	seq_putc(m, '\n');
}

/* ---- one VMA after the other ------------------------------------------- */

/* A position is the start of the next VMA; then comes AT_GATE, for the gate VMA, then the end. */
#define AT_GATE ((loff_t)-2)
#define AT_END	((loff_t)-1)

static void *vma_or_gate(struct mm_struct *mm, struct vm_area_struct *vma, loff_t *pos)
{
	*pos = vma ? (loff_t)vma->vm_start : AT_GATE;
	return vma ?: get_gate_vma(mm);
}

/* VMAs may change between two reads: the text continues with the first that ends above *pos. */
void *m_start(struct seq_file *m, loff_t *pos)
{
	struct proc_file *pf = container_of(m, struct proc_file, seq);

	pf->mm_held = *pos != AT_END && pf->mm && refcount_inc_not_zero(&pf->mm->mm_users);
	if (!pf->mm_held)
		return NULL;
	mmap_read_lock(pf->mm);
	return vma_or_gate(pf->mm, *pos == AT_GATE ? NULL : find_vma(pf->mm, *pos), pos);
}

void *m_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct proc_file *pf = container_of(m, struct proc_file, seq);

	if (*pos != AT_GATE)
		return vma_or_gate(pf->mm, ((struct vm_area_struct *)v)->vm_next, pos);
	*pos = AT_END;
	return NULL;
}

void m_stop(struct seq_file *m, void *v __maybe_unused)
{
	struct proc_file *pf = container_of(m, struct proc_file, seq);

	if (!pf->mm_held)
		return;
	mmap_read_unlock(pf->mm);
	mmput(pf->mm);
}

static int show_map(struct seq_file *m, void *v)
{
	show_map_vma(m, v);
	return 0;
}

const struct seq_operations proc_pid_maps_ops = {
	.start = m_start,
	.next = m_next,
	.stop = m_stop,
	.show = show_map,
};
