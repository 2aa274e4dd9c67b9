/* SPDX-License-Identifier: MIT */
/*
 * The entries of the four levels of page tables (Intel SDM vol. 3A, 4.5).
 *
 *   63 NX | 62..52 avail | 51..12 frame | 11..9 avail | G PS/PAT D A PCD PWT U W P
 */
#ifndef ASM_PGTABLE_TYPES_H
#define ASM_PGTABLE_TYPES_H

#include <types.h>

typedef struct {
	unsigned long pte;
} pte_t;
typedef struct {
	unsigned long pmd;
} pmd_t;
typedef struct {
	unsigned long pud;
} pud_t;
typedef struct {
	unsigned long pgd;
} pgd_t;
typedef struct {
	unsigned long pgprot;
} pgprot_t;

#define _PAGE_PRESENT  BIT(0)
#define _PAGE_RW       BIT(1)
#define _PAGE_USER     BIT(2)
#define _PAGE_PWT      BIT(3)
#define _PAGE_PCD      BIT(4)
#define _PAGE_ACCESSED BIT(5)
#define _PAGE_DIRTY    BIT(6)
#define _PAGE_PSE      BIT(7) /* a 2 MiB (pmd) or 1 GiB (pud) leaf */
#define _PAGE_GLOBAL   BIT(8)
/* software: the frame is not reference counted (zero page, vdso) */
#define _PAGE_SPECIAL  BIT(9)
#define _PAGE_PROTNONE BIT(8) /* software, with P clear: there is a page, but no access */
#define _PAGE_NX       BIT(63)
#define PTE_PFN_MASK   0x000ffffffffff000UL

#endif
