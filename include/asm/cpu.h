/* SPDX-License-Identifier: MIT */
/*
 * Single instructions that have no C spelling: CPUID, the time-stamp counter, control registers.
 * Inlines only, so that any floor may use them.
 */
#ifndef ASM_CPU_H
#define ASM_CPU_H

#include <types.h>

#define IO_PORTS	65536UL
#define IO_BITMAP_BYTES (IO_PORTS / 8)
#define XFEATURE_MAX	19 /* kinds of XSAVE state that Linux 6.1 has numbers for */

struct cpuid_regs {
	u32 eax, ebx, ecx, edx;
};

static inline struct cpuid_regs cpuid(u32 leaf, u32 subleaf)
{
	struct cpuid_regs r;

	__asm__ volatile("cpuid"
			 : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
			 : "a"(leaf), "c"(subleaf));
	return r;
}

static inline u64 rdtsc(void)
{
	u32 lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (u64)hi << 32 | lo;
}

/* Stores the counter as it comes: shorter than to join its halves first. */
static inline void rdtsc_store(u64 *tsc)
{
	u32 lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	((u32 *)tsc)[0] = lo;
	((u32 *)tsc)[1] = hi;
}

/* Waits until all earlier instructions are done. */
static inline u64 rdtsc_ordered(void)
{
	__asm__ volatile("lfence" : : : "memory");
	return rdtsc();
}

/* The processor must have RDRAND (CPUID.1:ECX bit 30). False: no number was ready. */
static inline bool rdrand(u64 *x)
{
	bool ok;

	__asm__ volatile("rdrand %0; setc %1" : "=r"(*x), "=qm"(ok)::"cc");
	return ok;
}

/* In a loop that waits for another CPU or for a device. */
static inline void cpu_relax(void) { __asm__ volatile("pause"); }

/* Waits for the next interrupt; with interrupts off, forever. */
static inline void halt(void) { __asm__ volatile("hlt" : : : "memory"); }

static inline unsigned long read_cr0(void)
{
	unsigned long v;

	__asm__ volatile("movq %%cr0, %0" : "=r"(v));
	return v;
}

static inline void write_cr0(unsigned long v)
{
	__asm__ volatile("movq %0, %%cr0" : : "r"(v) : "memory");
}

static inline unsigned long read_cr2(void)
{
	unsigned long v;

	__asm__ volatile("movq %%cr2, %0" : "=r"(v));
	return v;
}

static inline void invlpg(unsigned long addr)
{
	__asm__ volatile("invlpg (%0)" : : "r"(addr) : "memory");
}

static inline unsigned long read_cr3(void)
{
	unsigned long v;

	__asm__ volatile("movq %%cr3, %0" : "=r"(v));
	return v;
}

/* Also drops all entries of the TLB that are not global. */
static inline void write_cr3(unsigned long v)
{
	__asm__ volatile("movq %0, %%cr3" : : "r"(v) : "memory");
}

static inline unsigned long read_cr4(void)
{
	unsigned long v;

	__asm__ volatile("movq %%cr4, %0" : "=r"(v));
	return v;
}

static inline void write_cr4(unsigned long v)
{
	__asm__ volatile("movq %0, %%cr4" : : "r"(v) : "memory");
}

#define DR6_RESERVED 0xffff0ff0UL /* DR6 when nothing has happened */

static inline unsigned long read_dr6(void)
{
	unsigned long v;

	__asm__ volatile("movq %%db6, %0" : "=r"(v));
	return v;
}

static inline void write_dr6(unsigned long v) { __asm__ volatile("movq %0, %%db6" : : "r"(v)); }

static inline void write_dr7(unsigned long v) { __asm__ volatile("movq %0, %%db7" : : "r"(v)); }

static inline unsigned long rdfsbase(void)
{
	unsigned long v;

	__asm__ volatile("rdfsbase %0" : "=r"(v));
	return v;
}

static inline void wrfsbase(unsigned long v)
{
	__asm__ volatile("wrfsbase %0" : : "r"(v) : "memory");
}

/* With SMAP, AC must be set to access user pages. Only on a CPU that has SMAP. */
static inline void stac(void) { __asm__ volatile("stac" : : : "memory"); }

static inline void clac(void) { __asm__ volatile("clac" : : : "memory"); }

#endif
