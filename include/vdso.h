/* SPDX-License-Identifier: MIT */
/*
 * The clocks, for the vdso: one page that every process has, read-only, as [vvar]. arch/x86/time.c
 * writes it, arch/x86/vdso/vclock.c reads it in user mode.
 *
 *   reader: do { s = seq (odd: again); now = clock; } while (seq != s)
 *   now:    *_sec + (*_snsec + ((rdtsc - cycle_last) & mask) * mult) >> shift nanoseconds
 *
 * The product stays below 2^64 for many minutes after an update; a tick updates 250 times a second.
 */
#ifndef VDSO_H
#define VDSO_H

#include <types.h>

struct vdso_data {
	u32 seq;	 /* odd while the kernel writes */
	u32 mult, shift; /* cycles * mult >> shift is nanoseconds */
	u32 clock_valid; /* 0: the TSC cannot be used; make the system call */
	u64 mask;	 /* of the difference of two TSC values */
	u64 cycle_last;	 /* TSC at the last update */
	/* CLOCK_MONOTONIC at cycle_last; snsec is ns << shift, below one second */
	u64 mono_sec, mono_snsec;
	u64 real_sec, real_snsec; /* CLOCK_REALTIME */
	/* the same at the last tick, for the _COARSE clocks */
	u64 mono_coarse_sec, mono_coarse_nsec;
	u64 real_coarse_sec, real_coarse_nsec;
	/* CLOCK_BOOTTIME minus CLOCK_MONOTONIC: 0, because Exon never suspends */
	u64 boot_offset_nsec;
	s32 tz_minuteswest, tz_dsttime; /* gettimeofday's second argument */
};

#define VDSO_DATA_PAGE_SIZE 4096
union vdso_data_store {
	struct vdso_data data;
	u8 page[VDSO_DATA_PAGE_SIZE];
};

/* The frame of [vvar]: one page, page aligned, with nothing else in it. */
extern union vdso_data_store vdso_data_page;

/* The GDT segment whose limit holds node << 12 | cpu, for `lsl`, as in Linux. */
#define GDT_ENTRY_CPUNODE 15
#define CPUNODE_SEG	  (GDT_ENTRY_CPUNODE * 8 + 3)
#define VDSO_CPUNODE_BITS 12
#define VDSO_CPUNODE_MASK 0xfff

/* The ELF image that programs see as [vdso], in whole pages: arch/x86/vdso/image.asm. */
extern const u8 vdso_image_start[], vdso_image_end[];

#endif
