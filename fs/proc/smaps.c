/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/smaps: maps, and for each VMA what of it is in memory; pagemap: the page tables as a
 * file.
 * Abridges Linux's fs/proc/task_mmu.c. Left out: clear_refs, and the counting of swapped and huge
 * pages, which are 0.
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

#define PSS_SHIFT	  12 /* shares of pages are kept this much finer than bytes */
#define PM_SOFT_DIRTY	  BIT(55)
#define PM_MMAP_EXCLUSIVE BIT(56)
#define PM_FILE		  BIT(61)
#define PM_PRESENT	  BIT(63)

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
