/* SPDX-License-Identifier: MIT */
/*
 * The four levels of page tables: finding, making and freeing them, for the kernel half and for
 * user space.
 * Abridges Linux's arch/x86/mm/{pgtable,init_64,pgprot,tlb}.c and the table half of mm/memory.c;
 * leaves out five levels, large pages in user space, PCIDs and shootdowns to other CPUs.
 *
 *   47      39 38      30 29      21 20      12 11         0
 *  [ level 4  | level 3  | level 2  | level 1  |  offset    ]   each level: 512 entries of 8 bytes
 *     pgd        pud        pmd        pte
 *
 * All levels have the same form, so one loop walks them. Tables are reached through the direct
 * map. The top entries of the kernel half never change after boot: every address space has copies
 * of them.
 */
#include <errno.h>
#include <frames.h>
#include <printk.h>
#include <string.h>
#include <asm/cpu.h>
#include "internal.h"

#define FLUSH_MAX 32UL /* pages that are flushed one by one */

pgd_t *init_pgd;

/* The number of address bits that one entry of a table at @level covers. */
static unsigned int level_shift(unsigned int level) { return PAGE_SHIFT + 9 * (level - 1); }

static pte_t *entry_of(pte_t *table, unsigned long va, unsigned int level)
{
	return &table[(va >> level_shift(level)) & (PTRS_PER_TABLE - 1)];
}

static pte_t *table_of(pte_t entry) { return phys_to_virt(pte_val(entry) & PTE_PFN_MASK); }

/* Makes the table that the empty entry @e leads to. An entry permits all: level 1 alone decides. */
static bool add_table(struct mm_struct *mm, pte_t *e)
{
	void *table = alloc_table();

	if (!table)
		return false;
	*e = __pte(virt_to_phys(table) | _PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED |
		   (mm ? _PAGE_USER : 0));
	if (mm)
		mm->pgtables_bytes += PAGE_SIZE;
	return true;
}

/*
 * Returns the entry for @va at @level; @mm NULL: in the kernel's tables. NULL: absent, or with
 * @alloc no memory; then tables made so far stay.
 */
static inline pte_t *walk(struct mm_struct *mm, unsigned long va, unsigned int level, bool alloc)
{
	pte_t *table = (pte_t *)(mm ? mm->pgd : init_pgd);

	for (unsigned int l = TOP_LEVEL; l > level; l--) {
		pte_t *e = entry_of(table, va, l);

		if (pte_none(*e) && !(alloc && add_table(mm, e)))
			return NULL;
		BUG_ON(pte_val(*e) & _PAGE_PSE);
		table = table_of(*e);
	}
	return entry_of(table, va, level);
}

/* ---- kernel half ------------------------------------------------------- */

/*
 * Uses an entry of 2 MiB wherever @va, @pa and the rest of @size permit it. After -ENOMEM a part is
 * mapped.
 */
int map_kernel_pages(unsigned long va, phys_addr_t pa, size_t size, pgprot_t prot)
{
	while (size) {
		bool large = !((va | pa) & ~PMD_MASK) && size >= PMD_SIZE;
		size_t step = large ? PMD_SIZE : PAGE_SIZE;
		pte_t *e = walk(NULL, va, large ? 2 : 1, true);

		if (!e)
			return -ENOMEM;
		BUG_ON(!pte_none(*e));
		*e = __pte(pa | pgprot_val(prot) | (large ? _PAGE_PSE : 0));
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

pte_t *lookup_address(pgd_t *pgd, unsigned long va, unsigned int *level)
{
	pte_t *table = (pte_t *)pgd;

	for (*level = TOP_LEVEL;; --*level) {
		pte_t *e = entry_of(table, va, *level);

		if (*level == 1 || (pte_val(*e) & _PAGE_PSE))
			return e;
		if (pte_none(*e))
			return NULL;
		table = table_of(*e);
	}
}

void reserve_kernel_table(unsigned long va, unsigned int level)
{
	if (!walk(NULL, va, level, true))
		panic("no memory for the kernel's page tables");
}

/* ---- user half --------------------------------------------------------- */

#define MAX_CLEAN_PGDS 4

/* Freed top tables: the user half is empty, the kernel half is set up. */
static pgd_t *clean_pgds[MAX_CLEAN_PGDS];
static unsigned int nr_clean_pgds;

pgd_t *pgd_alloc(void)
{
	pgd_t *pgd;

	if (nr_clean_pgds)
		return clean_pgds[--nr_clean_pgds];
	pgd = alloc_table();
	if (pgd)
		memcpy(pgd + KERNEL_ENTRY, init_pgd + KERNEL_ENTRY, KERNEL_ENTRY * sizeof(*pgd));
	return pgd;
}

/* The user half must be empty: free_pgtables has freed its tables. */
void pgd_free(pgd_t *pgd)
{
	if (nr_clean_pgds < MAX_CLEAN_PGDS)
		clean_pgds[nr_clean_pgds++] = pgd;
	else
		free_pages(pgd, 0);
}

pte_t *walk_pte(struct mm_struct *mm, unsigned long addr, bool alloc)
{
	return walk(mm, addr, 1, alloc);
}

pte_t *walk_to_table(struct mm_struct *mm, unsigned long addr)
{
	pte_t *e = walk(mm, addr, 2, true);

	return e && !pte_none(*e) ? entry_of(table_of(*e), addr, 1) : NULL;
}

/* Returns the end of what the entry at @level for @addr covers, or @end if that is lower. */
static unsigned long addr_end(unsigned long addr, unsigned long end, unsigned int level)
{
	unsigned long size = 1UL << level_shift(level);

	return min((addr & ~(size - 1)) + size, end);
}

/*
 * Skips a missing table in one step, because ranges may be many TiB long. A PTE that is not zero
 * counts even if it is not present (PROT_NONE). page_table_lock held.
 */
pte_t *next_pte(struct mm_struct *mm, unsigned long *addr, unsigned long end)
{
	while (*addr < end) {
		unsigned int level = TOP_LEVEL;
		pte_t *e = entry_of((pte_t *)mm->pgd, *addr, level);

		while (level > 1 && !pte_none(*e))
			e = entry_of(table_of(*e), *addr, --level);
		if (level == 1) /* the rest of this table */
			for (unsigned long stop = addr_end(*addr, end, 2); *addr < stop;
			     e++, *addr += PAGE_SIZE) {
				if (!pte_none(*e))
					return e;
			}
		else
			*addr = addr_end(*addr, end, level);
	}
	return NULL;
}

/*
 * Frees the tables below @table that are wholly within [@floor, @ceiling), where no VMA outside
 * [@start, @end) is. @ceiling 0 is the end of the address space: hence ceiling - 1.
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
		free_table(table_of(*e));
		*e = __pte(0);
		mm->pgtables_bytes -= PAGE_SIZE;
	}
}

/*
 * A @ceiling of 0 is the end of the address space, as in Linux. The PTEs must be empty already
 * (zap_page_range).
 */
void free_pgtables(struct mm_struct *mm, unsigned long start, unsigned long end,
		   unsigned long floor, unsigned long ceiling)
{
	unsigned long before = mm->pgtables_bytes;

	/* A neighbour uses the lowest table of the range, so it needs all tables above, too. */
	if (ALIGN_DOWN(end - 1, PMD_SIZE) < floor || (start | (PMD_SIZE - 1)) > ceiling - 1)
		return;
	free_level(mm, (pte_t *)mm->pgd, TOP_LEVEL, start, end, floor, ceiling);
	if (mm->pgtables_bytes != before)
		flush_tlb_range(mm, 0, TASK_SIZE);
}

/* ---- TLB and permissions ----------------------------------------------- */

/* Flushes [start, end) from the TLB, if @mm is the address space in use. */
void flush_tlb_range(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	if (phys_to_virt(read_cr3() & PTE_PFN_MASK) != mm->pgd)
		return;
	if (end - start > FLUSH_MAX << PAGE_SHIFT)
		write_cr3(read_cr3()); /* flushes all but the kernel's global entries */
	else
		for (; start < end; start += PAGE_SIZE)
			invlpg(start);
}

/*
 * A private writable page starts read-only: its first write must fault, and copies it. x86 has no
 * write-only and no execute-only pages.
 */
pgprot_t vm_get_page_prot(unsigned long vm_flags)
{
	bool writable = (vm_flags & (VM_WRITE | VM_SHARED)) == (VM_WRITE | VM_SHARED);

	if (!(vm_flags & VM_ACCESS_FLAGS))
		return __pgprot(_PAGE_PROTNONE | _PAGE_ACCESSED);
	return __pgprot(_PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED | (writable ? _PAGE_RW : 0) |
			(vm_flags & VM_EXEC ? 0 : _PAGE_NX));
}
