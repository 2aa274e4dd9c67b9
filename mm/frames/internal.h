/* SPDX-License-Identifier: MIT */
/* What the files of mm/frames/ share. */
#ifndef MM_FRAMES_INTERNAL_H
#define MM_FRAMES_INTERNAL_H

#include <frames.h>
#include <spinlock.h>

#define MAX_ORDER_PAGES (1UL << (MAX_ORDER - 1)) /* frames of the largest block */
#define TOP_LEVEL	4			 /* of page tables; level 1 has the PTEs of pages */
#define KERNEL_ENTRY	(PTRS_PER_TABLE / 2)	 /* first top entry of the kernel half */

/* page_alloc.c: makes the lists of free blocks, all empty. */
void free_area_init(void);
/* page_alloc.c: called when all RAM is known; sets how much of it only the kernel may use. */
void set_page_reserve(void);
/*
 * page_alloc.c: counts @n frames as free, which are freed now, or later by more_frames. Boot only.
 * uncount_frames: @n of them are struct pages now. zone_lock held.
 */
void count_frames(unsigned long n);
void uncount_frames(unsigned long n);
/*
 * page_alloc.c: frees the frames [start, end), page aligned, which the allocator never had before;
 * they are counted already. Only the first struct page of each block need be initialised. At boot,
 * or zone_lock held.
 */
void free_frames(phys_addr_t start, phys_addr_t end);
/*
 * Called when no free block is large enough, zone_lock held: calls free_frames for RAM that was not
 * used so far. Returns false if there is none. mem_init.c sets it.
 */
extern bool (*more_frames)(void);

/* slab.c */
struct kmem_cache {
	spinlock_t lock;	  /* guards partial and the slabs' free lists */
	struct list_head partial; /* slabs with free objects */
	unsigned int size;	  /* of an object with its alignment */
	unsigned int order;
};

/* memblock.c: memory before the buddy allocator; from memblock_done on only alloc_table. */
struct boot_info;
struct mem_range;
void memblock_init(const struct boot_info *bi);
void memblock_done(void);
void early_reserve(phys_addr_t start, phys_addr_t end);
/* A reservation that overlaps [start, end), or NULL. */
const struct mem_range *early_conflict(phys_addr_t start, phys_addr_t end);
/* @size bytes, a power of two and aligned to itself, below 4 GiB; not zeroed. */
phys_addr_t early_alloc(size_t size);
/* A zeroed frame for a page table, by direct-map address; NULL. Before and after memblock_done. */
void *alloc_table(void);
void free_table(void *table); /* all its entries are empty */

/* pgtable.c: map_kernel_range that may fail: 0 or -ENOMEM, and then a part may be mapped. */
int map_kernel_pages(unsigned long va, phys_addr_t pa, size_t size, pgprot_t prot);
/*
 * Makes the table at @level for @va, and those above. Every pgd_alloc from now on shares it. Boot
 * only: a new top entry would be missing in the address spaces that are there already.
 */
void reserve_kernel_table(unsigned long va, unsigned int level);

#endif
