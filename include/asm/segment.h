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
#define GDT_ENTRY_LDT	    10 /* two slots */
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
#include <asm/uaccess.h>

/* Loads %0, or 0 if the processor refuses it: a program may have removed the segment. */
#define LOAD_SEGMENT(seg) \
	"1:\tmov %0, %%" seg "\n\tjmp 3f\n2:\txor %0, %0\n\tjmp 1b\n3:" ASM_EXTABLE(1b, 2b)

#define READ_SEGMENT(seg) \
	static inline unsigned short read_##seg(void) \
	{ \
		unsigned short v; \
\
		__asm__ volatile("mov %%" #seg ", %0" : "=r"(v)); \
		return v; \
	}
#define SEGMENT_ACCESSORS(seg) \
	READ_SEGMENT(seg) \
	static inline void load_##seg(unsigned short v) \
	{ \
		__asm__ volatile(LOAD_SEGMENT(#seg) : "+r"(v) : : "memory"); \
	}

SEGMENT_ACCESSORS(ds)
SEGMENT_ACCESSORS(es)
SEGMENT_ACCESSORS(fs)
READ_SEGMENT(gs) /* load_gs_index of asm/desc.h sets it */
#endif

#endif
