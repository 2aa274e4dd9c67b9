/* SPDX-License-Identifier: MIT */
/*
 * Page frames, and the page tables that are made of them: mm/frames/. All higher floors may use
 * them, even the scheduler.
 */
#ifndef FRAMES_H
#define FRAMES_H

#include <gfp.h>
#include <kasan.h>
#include <mm_types.h>
#include <asm/pgtable.h>

struct boot_info;

/* ---- frames: page_alloc.c, mem_init.c --------------------------------- */

#define MAX_ORDER 11 /* largest block: 2^10 pages */

#define pfn_to_page(pfn) ((struct page *)VMEMMAP_START + (pfn))
#define page_to_pfn(p)	 ((pfn_t)((p) - (struct page *)VMEMMAP_START))
#define page_to_phys(p)	 ((phys_addr_t)(page_to_pfn(p) << PAGE_SHIFT))
#define page_address(p)	 phys_to_virt(page_to_phys(p))
#define virt_to_page(v)	 pfn_to_page(virt_to_phys(v) >> PAGE_SHIFT)
/* pfn_to_page(pte_pfn(pte)) with one shift, not two */
#define pte_page(pte) \
	((struct page *)(VMEMMAP_START + \
			 (pte_val(pte) & PTE_PFN_MASK) / (PAGE_SIZE / sizeof(struct page))))

/*
 * Builds the direct map, vmemmap and the buddy allocator from the memory map in @bi. What @bi
 * reserves (kernel, initramfs, boot tables) is not used until free_reserved. Panics if there is too
 * little RAM.
 */
void mem_init(const struct boot_info *bi);
/*
 * Drops the boot loader's reference to each page of a range that was reserved at boot (the
 * initramfs). A page without other references becomes free. @start and @end are page aligned.
 */
void free_reserved(phys_addr_t start, phys_addr_t end);

/* 2^order contiguous frames with one reference, or NULL. Never sleeps. Any context. */
struct page *alloc_pages(gfp_t gfp, unsigned int order);
static inline struct page *alloc_page(gfp_t gfp) { return alloc_pages(gfp, 0); }
/* Drops a reference; the last one frees the 2^order frames. */
void __free_pages(struct page *page, unsigned int order);
void *__get_free_pages(gfp_t gfp, unsigned int order); /* the same two by virtual address */
void free_pages(void *addr, unsigned int order);
static inline void get_page(struct page *p) { refcount_inc(&p->_refcount); }
void __put_page(struct page *page);	    /* after the last reference */
static inline void put_page(struct page *p) /* __free_pages, with the order of the block */
{
	if (atomic_dec_is_last(&p->_refcount))
		__put_page(p);
}
unsigned long nr_free_pages(void);
unsigned long totalram_pages(void);
void copy_page(void *to, const void *from);
extern struct page *zero_page; /* one frame of zeros, mapped read-only and special */

/* ---- page tables, the kernel's half: pgtable.c -------------------------- */

extern pgd_t *init_pgd; /* the kernel's own top table */
/* Maps [va, va + size) to @pa. Panics when no frame is left for a table. */
void map_kernel_range(unsigned long va, phys_addr_t pa, size_t size, pgprot_t prot);
/*
 * Returns the leaf entry for @va in the kernel's or a user's tables, NULL if a level is absent.
 * *level: 1 = 4 KiB, 2 = 2 MiB, 3 = 1 GiB.
 */
pte_t *lookup_address(pgd_t *pgd, unsigned long va, unsigned int *level);
/* ptdump.c: panics if a kernel page is writable and executable; empty unless DEBUG=1. */
#ifdef DEBUG
void ptdump_check_wx(void);
#else
static inline void ptdump_check_wx(void) {}
#endif

/* ---- page tables of an address space: pgtable.c --------------------------- */

pgd_t *pgd_alloc(void); /* a top table whose kernel half is init_pgd's; NULL */
void pgd_free(pgd_t *pgd);
/*
 * Returns the PTE for @addr; makes missing tables if @alloc. NULL: absent, or no memory.
 * page_table_lock held, or @mm is private.
 */
pte_t *walk_pte(struct mm_struct *mm, unsigned long addr, bool alloc);
/* Makes the tables above the lowest one. The PTE, or NULL: the lowest is missing, or no memory. */
pte_t *walk_to_table(struct mm_struct *mm, unsigned long addr);
/*
 * Returns the first PTE in [*addr, end) that is not empty, and sets *addr to its address. NULL: no
 * more.
 */
pte_t *next_pte(struct mm_struct *mm, unsigned long *addr, unsigned long end);
/* The same after @pte, which one of these two returned for *addr: mostly it is the next one. */
static inline pte_t *pte_after(struct mm_struct *mm, pte_t *pte, unsigned long *addr,
			       unsigned long end)
{
	*addr += PAGE_SIZE;
	if (*addr < end && (*addr & ~PMD_MASK) && !pte_none(pte[1]))
		return pte + 1;
	return next_pte(mm, addr, end);
}
#define for_each_pte(mm, pte, addr, end) \
	for (pte = next_pte(mm, &(addr), end); pte; pte = pte_after(mm, pte, &(addr), end))
/* The same in runs: pte[0] to pte[n - 1] are those of @addr and up in one table, some are empty. */
#define for_each_pte_run(mm, pte, n, addr, end) \
	for (; (pte = next_pte(mm, &(addr), end)) && \
	       (n = (min(((addr) | ~PMD_MASK) + 1, end) - (addr)) >> PAGE_SHIFT); \
	     addr += n << PAGE_SHIFT)
/* Frees the tables that are wholly within [floor, ceiling) and have no VMA left in [start, end). */
void free_pgtables(struct mm_struct *mm, unsigned long start, unsigned long end,
		   unsigned long floor, unsigned long ceiling);
void flush_tlb_range(struct mm_struct *mm, unsigned long start, unsigned long end);
pgprot_t vm_get_page_prot(unsigned long vm_flags);

#endif
