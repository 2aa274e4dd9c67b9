/* SPDX-License-Identifier: MIT */
/*
 * The segments of the GDT, at Linux's places: user code sees cs 0x33 and ss 0x2b,
 * and SYSRET wants user32 cs, user ds, user cs in a row.
 */
#ifndef ASM_SEGMENT_H
#define ASM_SEGMENT_H

#define GDT_ENTRY_KERNEL_CS	2
#define GDT_ENTRY_KERNEL_DS	3
#define GDT_ENTRY_USER32_CS	4
#define GDT_ENTRY_USER_DS	5
#define GDT_ENTRY_USER_CS	6
#define GDT_ENTRY_TSS		8	/* two slots */
#define GDT_ENTRIES		16	/* the last one is GDT_ENTRY_CPUNODE: vdso.h */

#define __KERNEL_CS		(GDT_ENTRY_KERNEL_CS * 8)
#define __KERNEL_DS		(GDT_ENTRY_KERNEL_DS * 8)
#define __USER32_CS		(GDT_ENTRY_USER32_CS * 8 + 3)
#define __USER_DS		(GDT_ENTRY_USER_DS * 8 + 3)
#define __USER_CS		(GDT_ENTRY_USER_CS * 8 + 3)

/* Slots of the interrupt stack table in the TSS; 0 in a gate means "no switch". */
#define IST_DF			1
#define IST_NMI			2
#define IST_MC			3
#define NR_IST			3

#endif
