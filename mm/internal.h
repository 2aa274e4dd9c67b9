/* SPDX-License-Identifier: MIT */
/* What the files of mm/ tell only each other. */
#ifndef MM_INTERNAL_H
#define MM_INTERNAL_H

#include <mm.h>

/*
 * memory.c: enters @page at @pte, which is empty and belongs to vmf->vma; takes over the
 * caller's reference and counts. page_table_lock held.
 */
void do_set_pte(struct vm_fault *vmf, pte_t *pte, struct page *page, bool write);

/* ---- memory.c, ptes.c and cow.c ---- */

static inline struct page *pte_page(pte_t pte) { return pfn_to_page(pte_pfn(pte)); }

static inline pte_t maybe_mkwrite(pte_t pte, const struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_WRITE ? pte_mkwrite(pte) : pte;
}

/* @mm gains (1) or has lost (-1) an entry that shows @page. page_table_lock held, or mm private. */
void count_mapping_of(struct mm_struct *mm, struct page *page, int change);
/* A page of the area's own; NULL: no memory. */
struct page *alloc_anon_page(struct vm_area_struct *vma, gfp_t gfp);
/*
 * Replaces a present entry if it is still the one that faulted: true. Takes page_table_lock and
 * gives it back; makes the processor forget the old entry.
 */
bool replace_pte(struct vm_fault *vmf, pte_t entry);
/* The file changes through the mapping. */
void fault_dirty_shared_page(struct vm_fault *vmf, struct page *page);
/* A private page that only this entry shows: it may be written without a copy. */
bool is_ours_alone(const struct page *page);
/* A write to a page that is there but read-only. VM_FAULT_*. */
vm_fault_t do_wp_page(struct vm_fault *vmf);

#endif
