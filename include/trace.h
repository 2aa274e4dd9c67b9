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
	s32 error;		  /* 0 or -errno */
	unsigned long start, end; /* the VMA; 0: none */
	unsigned long vm_flags;
	unsigned long pgoff; /* pages */
};

/* The task that made the records from @time on. */
struct trace_task {
	u64 time; /* TSC; 0: empty slot */
	struct trace_owner owner;
	s32 pid;
	char comm[16];
};

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

/* Adds current, which has made a record at @time, to trace_tasks. */
void trace_current(u64 time);

/* Makes a record of current. GDB's breakpoint is here. Any context that may use current. */
void exec_stage(const struct exec_site *site, unsigned long start, unsigned long end,
		const struct vm_area_struct *vma, int error);

/* clang-format off */
#define EXEC_SITE(name) \
	({ \
		static const struct exec_site site = {EXEC_STAGE_##name, __LINE__, __func__}; \
		&site; \
	})
/* clang-format on */
#define EXEC_STAGE(stage)	   EXEC_STAGE_ERR(stage, 0)
#define EXEC_STAGE_ERR(stage, err) exec_stage(EXEC_SITE(stage), 0, 0, NULL, (err))
#define EXEC_STAGE_VMA(stage, v)   exec_stage(EXEC_SITE(stage), (v)->vm_start, (v)->vm_end, (v), 0)

#endif
