/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/smaps: maps, and for each VMA what of it is in memory; smaps_rollup, clear_refs;
 * pagemap: the page tables as a file.
 * Abridges Linux's fs/proc/task_mmu.c. Left out: the counting of swapped and huge pages, which
 * are 0.
 * Not on the road of an exec.
 */
#include <cred.h>
#include <errno.h>
#include <frames.h>
#include <mm.h>
#include <seq_file.h>
#include <asm/page.h>
#include <asm/uaccess.h>
#include <linux/capability.h>
#include "internal.h"

#define ROLLUP_COLUMN	  73
#define PSS_SHIFT	  12 /* shares of pages are kept this much finer than bytes */
#define PM_SOFT_DIRTY	  BIT(55)
#define PM_MMAP_EXCLUSIVE BIT(56)
#define PM_FILE		  BIT(61)
#define PM_PRESENT	  BIT(63)

/* ---- smaps ------------------------------------------------------------- */

/* Bytes; pss and locked in bytes << PSS_SHIFT. [0]: clean, [1]: dirty. */
struct mem_size_stats {
	u64 resident, referenced, anonymous, shared[2], private[2], pss, pss_dirty, pss_anon,
		locked;
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
	mss->pss_anon += page->flags & BIT(PG_anon) ? pss : 0;
}

/* Adds what of @vma is in memory. */
static void smap_gather_stats(struct vm_area_struct *vma, struct mem_size_stats *mss)
{
	struct mm_struct *mm = vma->vm_mm;
	u64 before = mss->pss;
	pte_t *pte;

	if (!mm)
		return;
	spin_lock(&mm->page_table_lock);
	for (unsigned long addr = vma->vm_start; (pte = next_pte(mm, &addr, vma->vm_end));
	     addr += PAGE_SIZE) {
		struct page *page = vm_normal_page(*pte);

		if (page)
			smaps_account(mss, *pte, page);
	}
	spin_unlock(&mm->page_table_lock);
	mss->locked += vma->vm_flags & VM_LOCKED ? mss->pss - before : 0;
}

struct smaps_line {
	const char *name;
	u64 bytes;
};

static void show_lines(struct seq_file *m, const struct smaps_line *lines, int n)
{
	for (int i = 0; i < n; i++)
		seq_printf(m, "%-16s%8lu kB\n", lines[i].name, lines[i].bytes >> 10);
}

/* The lines that smaps and smaps_rollup have in common; @rollup has three more. */
static void show_stats(struct seq_file *m, const struct mem_size_stats *mss, bool rollup)
{
	const struct smaps_line head[] = {
		{"Rss:", mss->resident},
		{"Pss:", mss->pss >> PSS_SHIFT},
		{"Pss_Dirty:", mss->pss_dirty >> PSS_SHIFT},
	};
	/* A file is in tmpfs, whose pages are shared memory. */
	const struct smaps_line kinds[] = {
		{"Pss_Anon:", mss->pss_anon >> PSS_SHIFT},
		{"Pss_File:", 0},
		{"Pss_Shmem:", (mss->pss - mss->pss_anon) >> PSS_SHIFT},
	};
	const struct smaps_line tail[] = {
		{"Shared_Clean:", mss->shared[0]},
		{"Shared_Dirty:", mss->shared[1]},
		{"Private_Clean:", mss->private[0]},
		{"Private_Dirty:", mss->private[1]},
		{"Referenced:", mss->referenced},
		{"Anonymous:", mss->anonymous},
		{"LazyFree:", 0},
		{"AnonHugePages:", 0},
		{"ShmemPmdMapped:", 0},
		{"FilePmdMapped:", 0},
		{"Shared_Hugetlb:", 0},
		{"Private_Hugetlb:", 0},
		{"Swap:", 0},
		{"SwapPss:", 0},
		{"Locked:", mss->locked >> PSS_SHIFT},
	};

	show_lines(m, head, ARRAY_SIZE(head));
	if (rollup)
		show_lines(m, kinds, ARRAY_SIZE(kinds));
	show_lines(m, tail, ARRAY_SIZE(tail));
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
	struct mem_size_stats mss = {0};
	const struct smaps_line sizes[] = {
		{"Size:", vma->vm_end - vma->vm_start},
		{"KernelPageSize:", PAGE_SIZE},
		{"MMUPageSize:", PAGE_SIZE},
	};

	smap_gather_stats(vma, &mss);
	show_map_vma(m, vma);
	show_lines(m, sizes, ARRAY_SIZE(sizes));
	show_stats(m, &mss, false);
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

/* ---- smaps_rollup: the sum ---------------------------------------------- */

int proc_pid_smaps_rollup(struct seq_file *m, struct mm_struct *mm)
{
	struct mem_size_stats mss = {0};
	unsigned long start = 0, end = 0;

	mmap_read_lock(mm);
	if (mm->mmap)
		start = mm->mmap->vm_start;
	for (struct vm_area_struct *vma = mm->mmap; vma; vma = vma->vm_next) {
		smap_gather_stats(vma, &mss);
		end = vma->vm_end;
	}
	mmap_read_unlock(mm);
	seq_printf(m, "%08lx-%08lx ---p 00000000 00:00 0", start, end);
	seq_pad(m, 0, ROLLUP_COLUMN);
	seq_puts(m, "[rollup]\n");
	show_stats(m, &mss, true);
	return 0;
}

/* ---- clear_refs: what was used until now is forgotten --------------------- */

enum clear_refs_types {
	CLEAR_REFS_ALL = 1,
	CLEAR_REFS_ANON,
	CLEAR_REFS_MAPPED,
	CLEAR_REFS_SOFT_DIRTY,
	CLEAR_REFS_MM_HIWATER_RSS,
	CLEAR_REFS_LAST,
};

static void clear_refs(struct vm_area_struct *vma)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long addr = vma->vm_start;
	pte_t *pte;

	spin_lock(&mm->page_table_lock);
	for_each_pte(mm, pte, addr, vma->vm_end) if (vm_normal_page(*pte)) *pte = pte_mkold(*pte);
	spin_unlock(&mm->page_table_lock);
}

/* Which page is written to after CLEAR_REFS_SOFT_DIRTY is not recorded. */
static void clear_refs_of(struct mm_struct *mm, int type)
{
	mmap_write_lock(mm);
	if (type == CLEAR_REFS_MM_HIWATER_RSS)
		mm->hiwater_rss = get_mm_rss(mm);
	for (struct vm_area_struct *vma = mm->mmap; vma; vma = vma->vm_next) {
		int kind = vma->vm_file ? CLEAR_REFS_MAPPED : CLEAR_REFS_ANON;

		if (type == CLEAR_REFS_SOFT_DIRTY)
			vma->vm_flags &= ~VM_SOFTDIRTY;
		else if (type == CLEAR_REFS_ALL || type == kind)
			clear_refs(vma);
	}
	flush_tlb_range(mm, 0, TASK_SIZE);
	mmap_write_unlock(mm);
}

ssize_t proc_pid_clear_refs(const struct proc_entry *e __maybe_unused, struct task_struct *t,
			    char *text, size_t n)
{
	struct mm_struct *mm;
	long type;
	int err = proc_parse_int(text, 10, &type);

	if (err)
		return err;
	if (type < CLEAR_REFS_ALL || type >= CLEAR_REFS_LAST)
		return -EINVAL;
	mm = get_task_mm(t);
	if (mm) {
		clear_refs_of(mm, type);
		mmput(mm);
	}
	return min(n, INT_TEXT);
}

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
