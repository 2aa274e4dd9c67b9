/* SPDX-License-Identifier: MIT */
/* Single instructions that have no C spelling: inlines only, so that any floor may use them. */
#ifndef ASM_CPU_H
#define ASM_CPU_H

#include <types.h>

static inline void cpuid_count(u32 leaf, u32 subleaf, u32 *a, u32 *b, u32 *c, u32 *d)
{
	__asm__ volatile("cpuid" : "=a"(*a), "=b"(*b), "=c"(*c), "=d"(*d) : "a"(leaf), "c"(subleaf));
}

static inline u64 rdtsc(void)
{
	u32 lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (u64)hi << 32 | lo;
}

/* The processor must have RDRAND (CPUID.1:ECX bit 30). False: it had no number ready. */
static inline bool rdrand(u64 *x)
{
	bool ok;

	__asm__ volatile("rdrand %0; setc %1" : "=r"(*x), "=qm"(ok) :: "cc");
	return ok;
}

/* Waits for the next interrupt; with interrupts off, for ever. */
static inline void halt(void)
{
	__asm__ volatile("hlt" ::: "memory");
}

#endif
