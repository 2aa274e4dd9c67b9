/* SPDX-License-Identifier: MIT */
/*
 * Descriptor tables. arch/x86/ldt.c: the local table (LDT) of an address space, whose segments a
 * program makes with modify_ldt(2). arch/x86/cpu.c: the global one (GDT).
 */
#ifndef ASM_DESC_H
#define ASM_DESC_H

#include <types.h>

struct mm_struct;

#define SEGMENT_LDT 4 /* in a selector: it is of the LDT */

/* In whole pages of the vmalloc range, so that the CPU can always read it. */
struct ldt_struct {
	unsigned int nr_entries;
	u64 entries[];
};

/* ldt.c. NULL stands for an address space without a table. */

/* Sets an entry of @mm, which is current's, and makes or extends the table. 0 or -ENOMEM. */
int ldt_set_entry(struct mm_struct *mm, unsigned int n, u64 desc); /* mmap_lock: for writing */
struct ldt_struct *ldt_copy(const struct ldt_struct *ldt);	   /* NULL: no memory */
/* fork: @mm gets a copy of @old's table. 0 or -ENOMEM. */
int ldt_dup_context(struct mm_struct *mm, const struct mm_struct *old);
void destroy_context_ldt(struct mm_struct *mm);
/* Does the processor use a table, or has @mm one? */
extern const struct ldt_struct *loaded_ldt;
void load_mm_ldt(const struct mm_struct *mm); /* @mm may be NULL */
/* Where the segment of user code begins: 0 for those of the GDT. */
unsigned long user_segment_base(unsigned short selector);
/* Sets the user's GS, or 0 if the processor refuses @selector. Interrupts off. */
void load_gs_index(unsigned short selector);

/* cpu.c: LDTR. @base NULL: no table, so that all of its selectors fault. */
void set_ldt(const void *base, unsigned int entries);
/* cpu.c: the I/O ports of user code: a 0 in @bitmap permits one. NULL: none. */
void set_io_bitmap(const u8 *bitmap);

#endif
