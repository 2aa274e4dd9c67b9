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

#endif
