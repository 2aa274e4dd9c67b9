/* SPDX-License-Identifier: MIT */
/*
 * Who made a VMA, and who a page: a ring beside the exec film, with the calls that
 * led to each. kernel/trace/who.c writes it; who-mapped of GDB reads it.
 */
#ifndef MM_TRACE_H
#define MM_TRACE_H

#include <types.h>

#define MM_TRACE_SIZE  2048
#define MM_TRACE_CALLS 12

struct mm_struct;

enum mm_trace_kind { MM_TRACE_AREA, MM_TRACE_PAGE };

struct mm_trace {
	u64 seq;		    /* counts from 1, never wraps; 0: empty slot */
	u64 stage_seq;		    /* seq of the newest record of the exec film */
	const struct mm_struct *mm; /* to compare, not to follow: it may be gone */
	unsigned long start, end;
	u32 kind; /* enum mm_trace_kind */
	s32 pid;
	unsigned long user_ip; /* the user instruction that faulted or called the kernel */
	unsigned long calls[MM_TRACE_CALLS]; /* return addresses, innermost first; 0 ends them */
};

extern struct mm_trace mm_trace_ring[MM_TRACE_SIZE];
extern u64 mm_trace_seq; /* seq of the newest record */

/* Records that [start, end) is a VMA or a page of @mm now. Any context that may use current. */
void mm_trace(const struct mm_struct *mm, unsigned long start, unsigned long end,
	      enum mm_trace_kind kind);

#endif
