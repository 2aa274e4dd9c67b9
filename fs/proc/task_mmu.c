/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/maps, byte for byte as Linux 6.1 writes it; smaps, the same with
 * what of each area is in memory; pagemap, the page tables as a file.
 * Abridges Linux's fs/proc/task_mmu.c; left out: clear_refs, names of
 * anonymous areas, and the counting of swapped and huge pages, which are 0.
 * Not on the road of an exec.
 *
 *   00400000-0049c000 r-xp 00001000 00:02 17          <padding>   /bin/busybox
 *   start-end         rights offset dev    inode       name at column 73
 */
#include <chrdev.h>
#include <cred.h>
#include <frames.h>
#include <fs.h>
#include <mm.h>
#include <seq_file.h>
#include <string.h>
#include <asm/page.h>
#include <asm/uaccess.h>
#include <linux/capability.h>
#include "internal.h"

#define NAME_COLUMN 72 /* then one more blank */
/* three 16-digit numbers, a device, an inode, and put_hex's slack */
#define HEADER_ROOM	  128
#define PSS_SHIFT	  12 /* shares of pages are kept this much finer than bytes */
#define PM_SOFT_DIRTY	  BIT(55)
#define PM_MMAP_EXCLUSIVE BIT(56)
#define PM_FILE		  BIT(61)
#define PM_PRESENT	  BIT(63)

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
	unsigned long flags = vma->vm_flags;
	char *p = seq_get_buf(m, HEADER_ROOM);

	if (!p)
		return;
	p = put_hex(p, vma->vm_start, 8);
	*p++ = '-';
	p = put_hex(p, vma->vm_end, 8);
	p[0] = ' ';
	p[1] = flags & VM_READ ? 'r' : '-';
	p[2] = flags & VM_WRITE ? 'w' : '-';
	p[3] = flags & VM_EXEC ? 'x' : '-';
	p[4] = flags & VM_MAYSHARE ? 's' : 'p';
	p[5] = ' ';
	seq_commit(m, put_file_columns(p + 6, vma));
}

/*
 * A VMA without an mm is kept from Linux: the only one is the gate's, which has a name. What only
 * touches the range of the heap is [heap], too.
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
		seq_path(m, &vma->vm_file->f_path, "\n");
	else if (name)
		seq_puts(m, name);
	seq_putc(m, '\n');
}

/* ---- one VMA after the other ------------------------------------------- */

/* Places: the start of the next VMA; behind all others the gate's, then the end. */
#define AT_GATE ((loff_t)-2)
#define AT_END	((loff_t)-1)

static void *vma_or_gate(struct mm_struct *mm, struct vm_area_struct *vma, loff_t *pos)
{
	*pos = vma ? (loff_t)vma->vm_start : AT_GATE;
	return vma ?: get_gate_vma(mm);
}

/* Between two reads VMAs come and go: the text goes on with the first that ends above *pos. */
static void *m_start(struct seq_file *m, loff_t *pos)
{
	struct proc_file *pf = container_of(m, struct proc_file, seq);

	pf->mm_held = *pos != AT_END && pf->mm && atomic_inc_not_zero(&pf->mm->mm_users);
	if (!pf->mm_held)
		return NULL;
	mmap_read_lock(pf->mm);
	return vma_or_gate(pf->mm, *pos == AT_GATE ? NULL : find_vma(pf->mm, *pos), pos);
}

static void *m_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct proc_file *pf = container_of(m, struct proc_file, seq);

	if (*pos != AT_GATE)
		return vma_or_gate(pf->mm, ((struct vm_area_struct *)v)->vm_next, pos);
	*pos = AT_END;
	return NULL;
}

static void m_stop(struct seq_file *m, void *v __maybe_unused)
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

/* ---- smaps ------------------------------------------------------------- */

/* Bytes; pss in bytes << PSS_SHIFT. [0]: clean, [1]: dirty. */
struct mem_size_stats {
	u64 resident, referenced, anonymous, shared[2], private[2], pss, pss_dirty;
};

/* The counted page that @pte maps, or NULL. */
static struct page *vm_normal_page(pte_t pte)
{
	return pte_present(pte) && !pte_special(pte) ? pfn_to_page(pte_pfn(pte)) : NULL;
}

static void smaps_account(struct mem_size_stats *mss, pte_t pte, const struct page *page)
{
	bool dirty = pte_dirty(pte) || (page->flags & BIT(PG_dirty));
	int mapcount = max(atomic_read(&page->_mapcount), 1);
	u64 pss = (PAGE_SIZE << PSS_SHIFT) / mapcount;

	mss->resident += PAGE_SIZE;
	mss->referenced += pte_young(pte) ? PAGE_SIZE : 0;
	mss->anonymous += page->flags & BIT(PG_anon) ? PAGE_SIZE : 0;
	*(mapcount > 1 ? &mss->shared[dirty] : &mss->private[dirty]) += PAGE_SIZE;
	mss->pss += pss;
	mss->pss_dirty += dirty ? pss : 0;
}

static struct mem_size_stats smap_gather_stats(struct vm_area_struct *vma)
{
	struct mem_size_stats mss = {0};
	struct mm_struct *mm = vma->vm_mm;
	pte_t *pte;

	if (!mm)
		return mss;
	spin_lock(&mm->page_table_lock);
	for (unsigned long addr = vma->vm_start; (pte = next_pte(mm, &addr, vma->vm_end));
	     addr += PAGE_SIZE) {
		struct page *page = vm_normal_page(*pte);

		if (page)
			smaps_account(&mss, *pte, page);
	}
	spin_unlock(&mm->page_table_lock);
	return mss;
}

static void show_smap_vma_flags(struct seq_file *m, unsigned long flags)
{
	static const char *const mnemonics[32] = {
		"rd", "wr", "ex", "sh", "mr", "mw", "me", "ms", "gd", "um", "pf",
		"??", "uw", "lo", "io", "sr", "rr", "dc", "de", "??", "ac", "nr",
		"ht", "sf", "ar", "wf", "dd", "sd", "mm", "hg", "nh", "mg",
	};

	seq_puts(m, "VmFlags: ");
	for (int i = 0; i < ARRAY_SIZE(mnemonics); i++)
		if (flags & BIT(i))
			seq_printf(m, "%s ", mnemonics[i]);
	seq_putc(m, '\n');
}

static int show_smap(struct seq_file *m, void *v)
{
	struct vm_area_struct *vma = v;
	struct mem_size_stats mss = smap_gather_stats(vma);
	const struct {
		const char *name;
		u64 bytes;
	} lines[] = {
		{"Size:", vma->vm_end - vma->vm_start},
		{"KernelPageSize:", PAGE_SIZE},
		{"MMUPageSize:", PAGE_SIZE},
		{"Rss:", mss.resident},
		{"Pss:", mss.pss >> PSS_SHIFT},
		{"Pss_Dirty:", mss.pss_dirty >> PSS_SHIFT},
		{"Shared_Clean:", mss.shared[0]},
		{"Shared_Dirty:", mss.shared[1]},
		{"Private_Clean:", mss.private[0]},
		{"Private_Dirty:", mss.private[1]},
		{"Referenced:", mss.referenced},
		{"Anonymous:", mss.anonymous},
		{"LazyFree:", 0},
		{"AnonHugePages:", 0},
		{"ShmemPmdMapped:", 0},
		{"FilePmdMapped:", 0},
		{"Shared_Hugetlb:", 0},
		{"Private_Hugetlb:", 0},
		{"Swap:", 0},
		{"SwapPss:", 0},
		{"Locked:", vma->vm_flags & VM_LOCKED ? mss.pss >> PSS_SHIFT : 0},
	};

	show_map_vma(m, vma);
	for (int i = 0; i < ARRAY_SIZE(lines); i++)
		seq_printf(m, "%-16s%8lu kB\n", lines[i].name, lines[i].bytes >> 10);
	seq_puts(m, "THPeligible:    0\n");
	show_smap_vma_flags(m, vma->vm_flags);
	return 0;
}

const struct seq_operations proc_pid_smaps_ops = {
	.start = m_start,
	.next = m_next,
	.stop = m_stop,
	.show = show_smap,
};

/* ---- pagemap: 8 bytes for each page of the address space --------------- */

/* mmap_lock held. Frame numbers are only for @show_pfn. */
static u64 pagemap_entry(struct mm_struct *mm, unsigned long addr, bool show_pfn)
{
	struct vm_area_struct *vma = find_vma(mm, addr);
	struct page *page;
	u64 entry = 0;
	pte_t *pte;

	if (!vma || addr < vma->vm_start)
		return 0;
	if (vma->vm_flags & VM_SOFTDIRTY)
		entry |= PM_SOFT_DIRTY;
	spin_lock(&mm->page_table_lock);
	pte = walk_pte(mm, addr, false);
	if (pte && pte_present(*pte)) {
		entry |= PM_PRESENT | (show_pfn ? pte_pfn(*pte) : 0);
		page = vm_normal_page(*pte);
		if (page && !(page->flags & BIT(PG_anon)))
			entry |= PM_FILE;
		if (page && atomic_read(&page->_mapcount) == 1)
			entry |= PM_MMAP_EXCLUSIVE;
	}
	spin_unlock(&mm->page_table_lock);
	return entry;
}

ssize_t proc_pid_pagemap(struct mm_struct *mm, char __user *buf, size_t n, loff_t pos, bool write)
{
	bool show_pfn = capable(CAP_SYS_ADMIN);
	size_t done;

	if (write || (pos | n) % sizeof(u64))
		return -EINVAL;
	for (done = 0; done < n; done += sizeof(u64)) {
		unsigned long page = (pos + done) / sizeof(u64);
		u64 entry;

		if (page >= TASK_SIZE >> PAGE_SHIFT)
			break;
		mmap_read_lock(mm);
		entry = pagemap_entry(mm, page << PAGE_SHIFT, show_pfn);
		mmap_read_unlock(mm);
		if (put_user(entry, (u64 __user *)(buf + done)))
			return -EFAULT;
	}
	return done;
}
