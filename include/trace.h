/* SPDX-License-Identifier: MIT */
/*
 * The exec film: a ring of records, one for each stage of each exec, with the VMA that is new or
 * changed. kernel/trace/film.c writes it; GDB, /proc/exec_trace and the graders read it. mm_trace.h
 * has the changes of VMAs and the page faults between the stages. A record does not say which task
 * made it: a third ring does, once for all records until another task runs or its name changes.
 */
#ifndef TRACE_H
#define TRACE_H

#include <exec_stages.h>
#include <mm_types.h>
#include <task.h>
#include <types.h>

#define TRACE_RING_SIZE 1024
#define TRACE_TASKS	4096

/* A place in the source that makes a record. */
struct exec_site {
	u32 stage; /* enum exec_stage */
	u32 line;
	const char *function;
};

struct exec_trace {
	u64 time; /* TSC; 0: empty slot */
	const struct exec_site *site;
	s32 error; /* 0 or -errno */
	u32 vm_flags;
	unsigned long start, end; /* the VMA; 0: none */
	unsigned long pgoff;	  /* pages */
} __attribute__((aligned(64)));

/* The task that made the records from @time on. */
struct trace_task {
	u64 time; /* TSC; 0: empty slot */
	struct trace_owner owner;
	s32 pid;
	char comm[16];
};

extern const struct vm_area_struct no_vma; /* for a record that is about none */
extern const char *const exec_stage_names[NR_EXEC_STAGES];
extern struct exec_trace exec_trace_ring[TRACE_RING_SIZE];
extern u64 exec_trace_seq; /* number of the newest record, from 1; its slot is that % the size */
extern bool exec_trace_on; /* false: no records are made */
extern struct trace_task trace_tasks[TRACE_TASKS];
extern u64 trace_task_seq;    /* number of the newest */
extern bool trace_task_known; /* it is current, as it is now */

/* Whether the owner of an address space with these flags may see its records. */
static inline bool trace_mm_open(unsigned long mm_flags)
{
	return (mm_flags & MMF_DUMPABLE_MASK) == SUID_DUMP_USER;
}

/* Adds current to trace_tasks. Changes no register. */
void trace_current(void);

/*
 * Whether records are made; the next ones are current's. gcc does not see the call, so that a
 * function that makes records does not save its arguments for it.
 */
static inline bool trace_on(void)
{
	if (likely(trace_task_known))
		return true;
	if (exec_trace_on)
		__asm__ volatile("call trace_current" : : : "memory");
	return exec_trace_on;
}

/* Makes a record of current. GDB's breakpoint is here. Any context that may use current. */
void exec_stage(const struct exec_site *site, unsigned long start, unsigned long end,
		const struct vm_area_struct *vma, int error);

/* clang-format off */
/*
 * The next slot of a ring, in a register that has no argument. As far as gcc can see the asm
 * changes it, so that it is computed once and not for each field.
 */
#define TRACE_NEXT(ring, seq) \
	({ \
		register __typeof__(&(ring)[0]) __slot __asm__("r9"); \
		(seq)++; \
		barrier(); \
		__slot = &(ring)[(seq) % ARRAY_SIZE(ring)]; \
		__asm__ volatile("" : "+r"(__slot)); \
		__slot; \
	})

#define EXEC_SITE(name) \
	({ \
		static const struct exec_site site = {EXEC_STAGE_##name, __LINE__, __func__}; \
		&site; \
	})
/* clang-format on */
#define EXEC_STAGE(stage)	   EXEC_STAGE_ERR(stage, 0)
#define EXEC_STAGE_ERR(stage, err) exec_stage(EXEC_SITE(stage), 0, 0, &no_vma, (err))
#define EXEC_STAGE_VMA(stage, v)   exec_stage(EXEC_SITE(stage), (v)->vm_start, (v)->vm_end, (v), 0)

#endif
