/* SPDX-License-Identifier: MIT */
/*
 * What happens to an address space: each VMA that is made, changed or removed, and each page
 * fault, with the calls that led to it. The records stand between those of the exec film (trace.h).
 * kernel/trace/who.c writes them; /proc/exec_trace and GDB's who-mapped read them.
 */
#ifndef MM_TRACE_H
#define MM_TRACE_H

#include <trace.h>
#include <types.h>

#define MM_TRACE_SIZE	  8192
#define MM_TRACE_SHOWN	  4096 /* the newest; behind them the first of a group is still there */
#define MM_TRACE_CALLS	  12
#define MM_TRACE_NAME_LEN 24

struct mm_struct;
struct vm_area_struct;

/*
 * X(constant, name): what happened to [start, end). VMA to UNMAP are about a VMA, and the range is
 * the one that it has after the change: linked (new, or split off), merged with neighbours, moved
 * edges, a stack that has grown, new permissions, removed. PAGE to AGAIN are faults, of one page.
 */
/* clang-format off */
#define MM_TRACE_KINDS(X) \
	X(VMA,		"map") \
	X(MERGE,	"merge") \
	X(MOVE,		"move") \
	X(STACK,	"grow-stack") \
	X(PROTECT,	"protect") \
	X(UNMAP,	"unmap") \
	X(PAGE,		"file") \
	X(SHARED,	"shared") \
	X(FILE_COPY,	"file-copy") \
	X(COW,		"cow") \
	X(ANON,		"anon") \
	X(ZERO,		"zero") \
	X(AGAIN,	"again")
/* clang-format on */

/* Added to the kind of a fault of user mode: its calls are always mm_trace_user_calls. */
#define MM_TRACE_USER 0x40
/* Added to that of a VMA of a fork: calls, user_ip and mm_flags are those of the record before. */
#define MM_TRACE_SAME  0x80
#define MM_TRACE_GROUP 64 /* a record whose number it divides never has this */

enum mm_trace_kind {
#define X(constant, name) MM_TRACE_##constant,
	MM_TRACE_KINDS(X)
#undef X
		NR_MM_TRACE_KINDS
};

struct mm_trace {
	u64 time;		    /* TSC; 0: empty slot */
	const struct mm_struct *mm; /* to compare, not to follow: it may be gone */
	unsigned long start, end;
	u16 kind;     /* enum mm_trace_kind, MM_TRACE_USER or MM_TRACE_SAME */
	u16 mm_flags; /* MMF_*: who may look into mm */
	u32 vm_flags;
	unsigned long user_ip; /* the user instruction that faulted or called the kernel */
	unsigned long pgoff;
	char name[MM_TRACE_NAME_LEN]; /* of the VMA's file, without its folder; "": none */
	u32 calls[MM_TRACE_CALLS];    /* low halves of return addresses, innermost first; 0 ends */
};

extern struct mm_trace mm_trace_ring[MM_TRACE_SIZE];
extern u64 mm_trace_seq; /* number of the newest record, as in trace.h */
extern u32 mm_trace_user_calls[MM_TRACE_CALLS];

/* Records [start, end) of @mm, and of @vma or no_vma. Not from an interrupt. */
void mm_trace(const struct mm_struct *mm, unsigned long start, unsigned long end,
	      enum mm_trace_kind kind, const struct vm_area_struct *vma);

#endif
