/* SPDX-License-Identifier: MIT */
/* What the files of mm/ tell only each other. */
#ifndef MM_INTERNAL_H
#define MM_INTERNAL_H

#include <mm.h>

/*
 * page_alloc.c: a zeroed frame for a page table, by direct-map address; NULL. Also works before
 * the buddy allocator does.
 */
void *alloc_table(void);

/* pgtable.c: map_kernel_range that may fail: 0 or -ENOMEM, and then a part may be mapped. */
int map_kernel_pages(unsigned long va, phys_addr_t pa, size_t size, pgprot_t prot);
/*
 * Makes the second-level table for @va, so that every pgd_alloc from now on shares it. Boot only:
 * a new top entry would be missing in the address spaces that are.
 */
void reserve_kernel_pgd(unsigned long va);

/* The first entry in [*addr, end) that is not empty, *addr becoming its address; NULL: no more. */
pte_t *next_pte(struct mm_struct *mm, unsigned long *addr, unsigned long end);

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
