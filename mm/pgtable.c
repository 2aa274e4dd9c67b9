/* SPDX-License-Identifier: MIT */
/*
 * The four levels of page tables: finding, making and freeing them, for the kernel half and for
 * users. Abridges Linux's arch/x86/mm/{pgtable,init_64,pgprot,tlb}.c and the table half of
 * mm/memory.c. Leaves out five levels, large pages in user space, PCIDs and shootdowns to other
 * CPUs.
 *
 *   47      39 38      30 29      21 20      12 11         0
 *  [ level 4  | level 3  | level 2  | level 1  |  offset    ]   each level: 512 entries of 8 bytes
 *     pgd        pud        pmd        pte
 *
 * All levels have the same form, so one loop walks them. Tables are reached through the direct
 * map. The top entries of the kernel half never change after boot: every address space holds
 * copies of them.
 */
#include <mm.h>
#include <printk.h>
#include <string.h>
#include "internal.h"

#define TOP_LEVEL    4
#define KERNEL_ENTRY 256  /* first top entry of the kernel half */
#define FLUSH_MAX    32UL /* pages that are flushed one by one */

pgd_t *init_pgd;
static bool boot_done; /* the kernel half of the top table is frozen */

/* What one entry of a table at @level covers, in bits of the address. */
static unsigned int level_shift(unsigned int level) { return PAGE_SHIFT + 9 * (level - 1); }

static pte_t *entry_of(pte_t *table, unsigned long va, unsigned int level)
{
	return &table[(va >> level_shift(level)) & (PTRS_PER_TABLE - 1)];
}

static pte_t *table_of(pte_t entry) { return phys_to_virt(pte_val(entry) & PTE_PFN_MASK); }

/* ---- kernel half ------------------------------------------------------- */

/* Frames that come from the buddy allocator count their entries, so that an empty one can go. */
static struct page *counting_page(pte_t *table)
{
	struct page *page = virt_to_page(table);

	return boot_done && !(page->flags & BIT(PG_reserved)) ? page : NULL;
}

static pte_t *new_kernel_table(pte_t *parent)
{
	pte_t *table = alloc_table();

	if (!table)
		return NULL;
	if (boot_done)
		virt_to_page(table)->index = 0;
	*parent = __pte(virt_to_phys(table) | _PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED);
	return table;
}

/* The entry for @va at @level, tables made on the way; NULL: no memory. */
static pte_t *kernel_entry(unsigned long va, unsigned int level)
{
	pte_t *table = (pte_t *)init_pgd;

	for (unsigned int l = TOP_LEVEL; l > level; l--) {
		pte_t *e = entry_of(table, va, l);

		BUG_ON(pte_none(*e) && l == TOP_LEVEL && boot_done);
		BUG_ON(pte_val(*e) & _PAGE_PSE);
		table = pte_none(*e) ? new_kernel_table(e) : table_of(*e);
		if (!table)
			return NULL;
	}
	return entry_of(table, va, level);
}

int map_kernel_pages(unsigned long va, phys_addr_t pa, size_t size, pgprot_t prot)
{
	while (size) {
		bool large = !((va | pa) & ~PMD_MASK) && size >= PMD_SIZE;
		size_t step = large ? PMD_SIZE : PAGE_SIZE;
		pte_t *e = kernel_entry(va, large ? 2 : 1);
		struct page *page;

		if (!e)
			return -ENOMEM;
		BUG_ON(!pte_none(*e));
		*e = __pte(pa | pgprot_val(prot) | (large ? _PAGE_PSE : 0));
		page = large ? NULL : counting_page(e);
		if (page)
			page->index++;
		va += step;
		pa += step;
		size -= step;
	}
	return 0;
}

void map_kernel_range(unsigned long va, phys_addr_t pa, size_t size, pgprot_t prot)
{
	if (map_kernel_pages(va, pa, size, prot))
		panic("no memory for the kernel's page tables");
}

/* @pte was cleared: its table goes with its last entry. */
static void drop_kernel_entry(unsigned long va, pte_t *pte)
{
	struct page *page = counting_page(pte);

	if (!page || --page->index)
		return;
	*kernel_entry(va, 2) = __pte(0);
	invlpg(va);
	free_table(page_address(page));
}

/*
 * Forgets what map_kernel_range or map_kernel_pages entered; holes are allowed, large pages must
 * lie inside.
 */
void unmap_kernel_range(unsigned long va, size_t size)
{
	unsigned long end = va + size;

	while (va < end) {
		unsigned int level;
		pte_t *pte = lookup_address(init_pgd, va, &level);

		if (!pte || pte_none(*pte)) {
			va += PAGE_SIZE;
			continue;
		}
		*pte = __pte(0);
		invlpg(va);
		if (level == 1)
			drop_kernel_entry(va, pte);
		va += 1UL << level_shift(level);
	}
}

pte_t *lookup_address(pgd_t *pgd, unsigned long va, unsigned int *level)
{
	pte_t *table = (pte_t *)pgd;

	for (*level = TOP_LEVEL;; --*level) {
		pte_t *e = entry_of(table, va, *level);

		if (*level == 1 || (pte_val(*e) & _PAGE_PSE))
			return e;
		if (!(pte_val(*e) & _PAGE_PRESENT))
			return NULL;
		table = table_of(*e);
	}
}

void reserve_kernel_pgd(unsigned long va)
{
	if (!kernel_entry(va, TOP_LEVEL - 1))
		panic("no memory for the kernel's page tables");
}

void freeze_kernel_pgd(void) { boot_done = true; }

/* ---- user half --------------------------------------------------------- */

pgd_t *pgd_alloc(void)
{
	pgd_t *pgd = __get_free_pages(GFP_KERNEL, 0);

	if (!pgd)
		return NULL;
	memset(pgd, 0, KERNEL_ENTRY * sizeof(*pgd));
	memcpy(pgd + KERNEL_ENTRY, init_pgd + KERNEL_ENTRY, KERNEL_ENTRY * sizeof(*pgd));
	return pgd;
}

/* The user half must be empty: free_pgtables has been over all of it. */
void pgd_free(pgd_t *pgd) { free_pages(pgd, 0); }

static pte_t *new_user_table(struct mm_struct *mm, pte_t *parent)
{
	pte_t *table = __get_free_pages(GFP_ZERO, 0);

	if (!table)
		return NULL;
	mm->pgtables_bytes += PAGE_SIZE;
	*parent =
		__pte(virt_to_phys(table) | _PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_ACCESSED);
	return table;
}

pte_t *walk_pte(struct mm_struct *mm, unsigned long addr, bool alloc)
{
	pte_t *table = (pte_t *)mm->pgd;

	for (unsigned int level = TOP_LEVEL; level > 1; level--) {
		pte_t *e = entry_of(table, addr, level);

		if (!pte_none(*e))
			table = table_of(*e);
		else if (!alloc || !(table = new_user_table(mm, e)))
			return NULL;
	}
	return entry_of(table, addr, 1);
}

/* The end of the piece of [.., end) that one entry at @level covers from @addr on. */
static unsigned long addr_end(unsigned long addr, unsigned long end, unsigned int level)
{
	unsigned long size = 1UL << level_shift(level);

	return min((addr & ~(size - 1)) + size, end);
}

pte_t *next_pte_range(struct mm_struct *mm, unsigned long *addr, unsigned long end,
		      unsigned long *stop)
{
	while (*addr < end) {
		pte_t *table = (pte_t *)mm->pgd;
		unsigned int level;

		for (level = TOP_LEVEL; level > 1; level--) {
			pte_t *e = entry_of(table, *addr, level);

			if (pte_none(*e))
				break;
			table = table_of(*e);
		}
		if (level == 1) {
			*stop = addr_end(*addr, end, 2);
			return entry_of(table, *addr, 1);
		}
		*addr = addr_end(*addr, end, level);
	}
	return NULL;
}

/*
 * Frees the tables below @table (of @level) that [start, end) touches and that nothing outside
 * [floor, ceiling) needs. A table whose whole reach lies inside goes, for an area outside
 * [start, end) but inside the bounds does not exist.
 */
static void free_level(struct mm_struct *mm, pte_t *table, unsigned int level, unsigned long start,
		       unsigned long end, unsigned long floor, unsigned long ceiling)
{
	unsigned long size = 1UL << level_shift(level), next;

	for (unsigned long addr = start; addr < end; addr = next) {
		unsigned long base = addr & ~(size - 1);
		pte_t *e = entry_of(table, addr, level);

		next = addr_end(addr, end, level);
		if (pte_none(*e))
			continue;
		if (level > 2)
			free_level(mm, table_of(*e), level - 1, addr, next, floor, ceiling);
		if (base < floor || base + size - 1 > ceiling - 1)
			continue;
		free_pages(table_of(*e), 0);
		*e = __pte(0);
		mm->pgtables_bytes -= PAGE_SIZE;
	}
}

/*
 * A @ceiling of 0 is the end of the address space, as Linux counts. The PTEs must have been
 * zapped.
 */
void free_pgtables(struct mm_struct *mm, unsigned long start, unsigned long end,
		   unsigned long floor, unsigned long ceiling)
{
	unsigned long before = mm->pgtables_bytes;

	free_level(mm, (pte_t *)mm->pgd, TOP_LEVEL, start, end, floor, ceiling);
	if (mm->pgtables_bytes != before)
		flush_tlb_mm(mm);
}

/* ---- TLB and rights ---------------------------------------------------- */

/* The processor may hold entries of @mm. Any other mm's went when CR3 was loaded. */
static bool mm_is_loaded(struct mm_struct *mm)
{
	return (read_cr3() & PTE_PFN_MASK) == virt_to_phys(mm->pgd);
}

/* The processor forgets all of @mm; kernel entries, being global, stay. */
void flush_tlb_mm(struct mm_struct *mm)
{
	if (mm_is_loaded(mm))
		write_cr3(read_cr3());
}

/* The processor forgets [start, end) of @mm. */
void flush_tlb_range(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	if (!mm_is_loaded(mm))
		return;
	if (end - start > FLUSH_MAX << PAGE_SHIFT) {
		write_cr3(read_cr3());
		return;
	}
	for (; start < end; start += PAGE_SIZE)
		invlpg(start);
}

/*
 * The first rights of a page in an area. A private writable page starts read-only: its first
 * write is where it becomes a copy. x86 has no write-only and no execute-only pages.
 */
pgprot_t vm_get_page_prot(unsigned long vm_flags)
{
	unsigned long prot = _PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED;

	if (!(vm_flags & VM_ACCESS_FLAGS))
		return __pgprot(_PAGE_PROTNONE | _PAGE_ACCESSED);
	if ((vm_flags & (VM_WRITE | VM_SHARED)) == (VM_WRITE | VM_SHARED))
		prot |= _PAGE_RW;
	if (!(vm_flags & VM_EXEC))
		prot |= _PAGE_NX;
	return __pgprot(prot);
}
