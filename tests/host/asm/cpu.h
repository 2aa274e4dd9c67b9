/* SPDX-License-Identifier: MIT */
/*
 * Of <asm/cpu.h> what the files of host tests need. They have one thread and never wait for another
 * CPU; the TLB and CR3 are functions of the test that needs them.
 */
#ifndef HOST_ASM_CPU_H
#define HOST_ASM_CPU_H

static inline void cpu_relax(void) {}

void invlpg(unsigned long addr);
unsigned long read_cr3(void);
void write_cr3(unsigned long v);

#endif
