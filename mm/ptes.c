/* SPDX-License-Identifier: MIT */
/*
 * The PTEs of a VMA: remove, change permissions, move. mm/memory.c and mm/filemap.c set them.
 * Abridges the page table halves of Linux's mm/memory.c, mm/mprotect.c and mm/mremap.c; leaves out
 * huge pages, swap entries and migration.
 *
 *   munmap, exit, MADV_DONTNEED, truncate   zap_page_range       PTEs and their pages are dropped
 *   mprotect                                change_protection    pages stay, permissions change
 *   mremap, the stack of an exec            move_page_tables     pages stay, addresses change
 *
 * Callers hold mmap_lock (truncate: i_mmap_lock); page_table_lock is taken here.
 */
#include <frames.h>
#include <fs.h>
#include <mm.h>
#include "internal.h"

/* ---- zap ------------------------------------------------------------------ */

/* Inline: with @even_cows constant, the loop of an exit does not test it for each page. */
static inline void zap_ptes(struct mm_struct *mm, pte_t *pte, unsigned long n, bool even_cows)
{
	for (unsigned long i = 0; i < n; i++) {
		pte_t old = pte[i];
		struct page *page = pte_page(old);

		if (pte_none(old))
			continue;
		if (!pte_special(old)) {
			if (!even_cows && (page->flags & BIT(PG_anon)))
				continue;
			if (unlikely(!(page->flags & BIT(PG_anon))) && pte_dirty(old))
				page->flags |= BIT(PG_dirty);
			count_mapping_of(mm, page, -1);
			put_page(page);
		}
		pte[i] = __pte(0);
	}
}

/* Pages are dropped before the flush: with one CPU no user code runs until both are done. */
void zap_page_range(struct vm_area_struct *vma, unsigned long start, unsigned long end,
		    bool even_cows)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long addr = start, n = 0;
	pte_t *pte;

	spin_lock(&mm->page_table_lock);
	mm->hiwater_rss = get_mm_hiwater_rss(mm);
	for_each_pte_run(mm, pte, n, addr, end)
		even_cows ? zap_ptes(mm, pte, n, true) : zap_ptes(mm, pte, n, false);
	if (n)
		flush_tlb_range(mm, start, end);
	spin_unlock(&mm->page_table_lock);
}

void unmap_mapping_range(struct address_space *mapping, unsigned long first, unsigned long last,
			 bool even_cows)
{
	struct vm_area_struct *vma;

	mutex_lock(&mapping->i_mmap_lock);
	list_for_each_entry(vma, &mapping->i_mmap, shared_node) {
		unsigned long from = max(first, vma->vm_pgoff);
		unsigned long to = min(last, vma->vm_pgoff + vma_pages(vma) - 1);

		if (from <= to)
			zap_page_range(vma, vma->vm_start + ((from - vma->vm_pgoff) << PAGE_SHIFT),
				       vma->vm_start + ((to + 1 - vma->vm_pgoff) << PAGE_SHIFT),
				       even_cows);
	}
	mutex_unlock(&mapping->i_mmap_lock);
}

/* ---- mprotect, mremap ------------------------------------------------------ */

void change_protection(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long addr = start;
	pte_t *pte;

	spin_lock(&mm->page_table_lock);
	for_each_pte(mm, pte, addr, end)
	{
		pte_t new = pte_modify(*pte, vma->vm_page_prot);

		/* Otherwise the next write would fault only to find that no copy is needed. */
		if ((vma->vm_flags & VM_WRITE) && !pte_special(new) && pte_dirty(new) &&
		    page_anon_exclusive(pte_page(new)))
			new = pte_mkwrite(new);
		*pte = new;
	}
	flush_tlb_range(mm, start, end);
	spin_unlock(&mm->page_table_lock);
}

/* In ascending order: the ranges may overlap when pages move down (exec's stack). */
unsigned long move_page_tables(struct vm_area_struct *vma, unsigned long old_addr,
			       unsigned long new_addr, unsigned long len)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long addr = old_addr, end = old_addr + len;
	pte_t *from, *to;

	spin_lock(&mm->page_table_lock);
	for_each_pte(mm, from, addr, end)
	{
		to = walk_pte(mm, new_addr + (addr - old_addr), true);
		if (!to)
			break;
		*to = *from;
		*from = __pte(0);
	}
	flush_tlb_range(mm, old_addr, end);
	spin_unlock(&mm->page_table_lock);
	return addr - old_addr;
}
