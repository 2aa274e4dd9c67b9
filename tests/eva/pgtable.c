/* reads: -include tests/host/machine.h mm/frames/pgtable.c */
/* eva: -eva-precision 1 -eva-auto-loop-unroll 4 -eva-unroll-recursive-calls 4 */
/* alarm: mm/frames/pgtable.c assert \valid_read(e); */
/* SPDX-License-Identifier: MIT */
/*
 * Page tables whose entries are any mixture of none, any table below, and any bits. The physical
 * address of table n is n pages. Any address is walked, looked up, and searched: no index leaves
 * its table. EVA cannot follow an integer back to a pointer, so phys_to_virt picks the table.
 */
#include <frames.h>
#include <mm_types.h>
#include "../../mm/frames/internal.h"
#include "any.h"

#define TABLES 4 /* of each level: any of them may be below any entry */

static pte_t tables[TABLES][PTRS_PER_TABLE];
static struct mm_struct mm;
u64 seen;

void *phys_to_virt(phys_addr_t pa) { return tables[(pa >> PAGE_SHIFT) % TABLES]; }
phys_addr_t virt_to_phys(const void *va) { return va ? any_u64 & PTE_PFN_MASK : 0; }
void *alloc_table(void) { return any_u64 & 1 ? tables[any_u64 % TABLES] : NULL; }
void free_table(void *table) { *(pte_t *)table = __pte(0); }
void free_pages(void *addr, unsigned int order) { *(char *)addr = order; }
void invlpg(unsigned long addr) { seen = addr; }
unsigned long read_cr3(void) { return any_u64; }
void write_cr3(unsigned long v) { seen = v; }

/* Ends there, as a panic does. */
/*@ ensures \false; assigns \nothing; */
void panic(const char *fmt, ...);

static void in_user_half(unsigned long addr, unsigned long end)
{
	pte_t *e = walk_pte(&mm, addr, any_u64 & 1);

	if (e)
		seen = pte_val(*e);
	e = walk_to_table(&mm, addr);
	if (e)
		seen = pte_val(*e);
	e = next_pte(&mm, &addr, end);
	if (e)
		seen = pte_val(*e);
	free_pgtables(&mm, addr, end, any_u64, any_u64);
	flush_tlb_range(&mm, addr, end);
}

void eva_main(void)
{
	unsigned int level;
	pte_t *e;

	any_bytes(tables, sizeof(tables));
	init_pgd = (pgd_t *)tables[0];
	mm.pgd = (pgd_t *)tables[1];
	in_user_half(any_u64, any_u64);
	e = lookup_address(init_pgd, any_u64, &level);
	if (e)
		seen = pte_val(*e) + level;
	map_kernel_range(any_u64, any_u64, any_u64, __pgprot(any_u64));
	reserve_kernel_table(any_u64, 1 + any_u64 % 4);
	mm.pgd = pgd_alloc();
	if (mm.pgd)
		pgd_free(mm.pgd);
	seen = pgprot_val(vm_get_page_prot(any_u64));
}
