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
void free_table(void *table);

/* pgtable.c: map_kernel_range that may fail: 0 or -ENOMEM, and then a part may be mapped. */
int map_kernel_pages(unsigned long va, phys_addr_t pa, size_t size, pgprot_t prot);
/*
 * Makes the second-level table for @va, so that every pgd_alloc from now on shares it. Boot only.
 */
void reserve_kernel_pgd(unsigned long va);
/* From here on new top entries are a bug, and tables come from the buddy allocator. */
void freeze_kernel_pgd(void);

/*
 * Walks the page tables that exist in [*addr, end): moves *addr to the first address that has a
 * lowest-level table, sets *stop to the end of its part of the range and returns the entry;
 * NULL: no more.
 */
pte_t *next_pte_range(struct mm_struct *mm, unsigned long *addr, unsigned long end,
		      unsigned long *stop);

/*
 * memory.c: enters @page at @pte, which is empty and belongs to vmf->vma; takes over the
 * caller's reference and counts. page_table_lock held.
 */
void do_set_pte(struct vm_fault *vmf, pte_t *pte, struct page *page, bool write);

#endif
