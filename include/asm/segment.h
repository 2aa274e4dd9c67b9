/* SPDX-License-Identifier: MIT */
/*
 * The segments of the GDT, in Linux's order: user code sees cs 0x33 and ss 0x2b, and SYSRET needs
 * user32 cs, user ds and user cs in a row.
 */
#ifndef ASM_SEGMENT_H
#define ASM_SEGMENT_H

#define GDT_ENTRY_KERNEL_CS 2
#define GDT_ENTRY_KERNEL_DS 3
#define GDT_ENTRY_USER32_CS 4
#define GDT_ENTRY_USER_DS   5
#define GDT_ENTRY_USER_CS   6
#define GDT_ENTRY_TSS	    8  /* two slots */
#define GDT_ENTRIES	    16 /* the last one is GDT_ENTRY_CPUNODE: vdso.h */

#define __KERNEL_CS (GDT_ENTRY_KERNEL_CS * 8)
#define __KERNEL_DS (GDT_ENTRY_KERNEL_DS * 8)
#define __USER32_CS (GDT_ENTRY_USER32_CS * 8 + 3)
#define __USER_DS   (GDT_ENTRY_USER_DS * 8 + 3)
#define __USER_CS   (GDT_ENTRY_USER_CS * 8 + 3)

/* Slots of the interrupt stack table in the TSS; 0 in a gate means "no switch". */
#define IST_DF	1
#define IST_NMI 2
#define IST_MC	3
#define NR_IST	3

#ifndef __ASSEMBLER__
#include <types.h>

#define SEGMENT_ACCESSORS(seg) \
	static inline unsigned short read_##seg(void) \
	{ \
		unsigned short v; \
\
		__asm__ volatile("mov %%" #seg ", %0" : "=r"(v)); \
		return v; \
	} \
	static inline void load_##seg(unsigned short v) \
	{ \
		__asm__ volatile("mov %0, %%" #seg : : "r"(v) : "memory"); \
	}

SEGMENT_ACCESSORS(ds)
SEGMENT_ACCESSORS(es)
SEGMENT_ACCESSORS(fs)

static inline unsigned short read_gs(void)
{
	unsigned short v;

	__asm__ volatile("mov %%gs, %0" : "=r"(v));
	return v;
}

/* Sets the user's GS; the kernel's base stays. Interrupts off. */
static inline void load_gs_index(unsigned short v)
{
	__asm__ volatile("swapgs; mov %0, %%gs; swapgs" ::"r"(v) : "memory");
}
#endif

#endif
