/* SPDX-License-Identifier: MIT */
/* Makes and tests PTEs: inline functions on the types of asm/pgtable_types.h. */
#ifndef ASM_PGTABLE_H
#define ASM_PGTABLE_H

#include <asm/page.h>
#include <asm/pgtable_types.h>

#define PTRS_PER_TABLE 512
#define PMD_SHIFT      21
#define PMD_SIZE       (1UL << PMD_SHIFT)
#define PMD_MASK       (~(PMD_SIZE - 1))
#define PUD_SHIFT      30
#define PUD_SIZE       (1UL << PUD_SHIFT)
#define PGDIR_SHIFT    39
#define PGDIR_SIZE     (1UL << PGDIR_SHIFT)

#define pgd_index(a) (((a) >> PGDIR_SHIFT) & 511)
#define pud_index(a) (((a) >> PUD_SHIFT) & 511)
#define pmd_index(a) (((a) >> PMD_SHIFT) & 511)
#define pte_index(a) (((a) >> PAGE_SHIFT) & 511)

#define __pte(x)      ((pte_t){(x)})
#define __pgprot(x)   ((pgprot_t){(x)})
#define pte_val(p)    ((p).pte)
#define pgprot_val(p) ((p).pgprot)

/* Kernel mappings. None is both writable and executable. */
#define PAGE_KERNEL \
	__pgprot(_PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_GLOBAL | _PAGE_NX)
#define PAGE_KERNEL_RO __pgprot(_PAGE_PRESENT | _PAGE_ACCESSED | _PAGE_GLOBAL | _PAGE_NX)
#define PAGE_KERNEL_RX __pgprot(_PAGE_PRESENT | _PAGE_ACCESSED | _PAGE_GLOBAL)
#define PAGE_KERNEL_IO __pgprot(pgprot_val(PAGE_KERNEL) | _PAGE_PCD | _PAGE_PWT)

static inline pte_t pfn_pte(pfn_t pfn, pgprot_t prot)
{
	return __pte(pfn << PAGE_SHIFT | pgprot_val(prot));
}

static inline pfn_t pte_pfn(pte_t p) { return (p.pte & PTE_PFN_MASK) >> PAGE_SHIFT; }

static inline bool pte_none(pte_t p) { return p.pte == 0; }

/* There is a page, even if PROT_NONE hides it from the processor. */
static inline bool pte_present(pte_t p) { return p.pte & (_PAGE_PRESENT | _PAGE_PROTNONE); }

static inline bool pte_write(pte_t p) { return p.pte & _PAGE_RW; }
static inline bool pte_dirty(pte_t p) { return p.pte & _PAGE_DIRTY; }
static inline bool pte_young(pte_t p) { return p.pte & _PAGE_ACCESSED; }
static inline bool pte_special(pte_t p) { return p.pte & _PAGE_SPECIAL; }
static inline pte_t pte_mkwrite(pte_t p) { return __pte(p.pte | _PAGE_RW); }
static inline pte_t pte_mkdirty(pte_t p) { return __pte(p.pte | _PAGE_DIRTY); }
static inline pte_t pte_mkyoung(pte_t p) { return __pte(p.pte | _PAGE_ACCESSED); }
static inline pte_t pte_mkspecial(pte_t p) { return __pte(p.pte | _PAGE_SPECIAL); }
static inline pte_t pte_wrprotect(pte_t p) { return __pte(p.pte & ~_PAGE_RW); }
static inline pte_t pte_mkold(pte_t p) { return __pte(p.pte & ~_PAGE_ACCESSED); }
static inline pte_t pte_mkclean(pte_t p) { return __pte(p.pte & ~_PAGE_DIRTY); }

/* The same frame and state bits, with other permissions. */
static inline pte_t pte_modify(pte_t p, pgprot_t prot)
{
	unsigned long keep = PTE_PFN_MASK | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_SPECIAL;

	return __pte((p.pte & keep) | (pgprot_val(prot) & ~(_PAGE_ACCESSED | _PAGE_DIRTY)));
}

#endif
