/* SPDX-License-Identifier: MIT */
/*
 * The exec film: a ring of records, one for each stage of each exec, with the VMA that is new or
 * changed. kernel/trace/film.c writes it; GDB, /proc/exec_trace and the graders read it. mm_trace.h
 * has the changes of VMAs and the page faults between the stages.
 */
#ifndef TRACE_H
#define TRACE_H

#include <exec_stages.h>
#include <mm_types.h>
#include <task.h>
#include <types.h>

#define TRACE_RING_SIZE 1024

struct exec_trace {
	u64 seq;   /* counts from 1, never wraps; 0: empty slot */
	u64 time;  /* TSC */
	u32 stage; /* enum exec_stage */
	s32 pid;
	const char *function; /* the function and line that made the record */
	u32 line;
	s32 error; /* 0 or -errno */
	char comm[16];
	unsigned long start, end; /* the VMA; 0: none */
	unsigned long vm_flags;
	unsigned long pgoff; /* pages */
	struct trace_owner owner;
};

extern const char *const exec_stage_names[NR_EXEC_STAGES];
extern struct exec_trace exec_trace_ring[TRACE_RING_SIZE];
extern u64 exec_trace_seq; /* seq of the newest record */
extern bool exec_trace_on; /* false: no records are made */

/* What cred->trace_owner must be. At least as strict as ptrace_may_read. */
struct trace_owner trace_owner_of(const struct cred *c);

/* The owner of a record that a task with @c makes of @mm. */
static inline struct trace_owner trace_owner(const struct cred *c, const struct mm_struct *mm)
{
	if ((mm->flags & MMF_DUMPABLE_MASK) == SUID_DUMP_USER)
		return c->trace_owner;
	return (struct trace_owner){TRACE_PRIVATE, TRACE_PRIVATE};
}

/* Makes a record of current. GDB's breakpoint is here. Any context that may use current. */
void exec_stage(enum exec_stage stage, const char *function, u32 line, unsigned long start,
		unsigned long end, unsigned long vm_flags, unsigned long pgoff, int error);

#define EXEC_STAGE(stage) EXEC_STAGE_ERR(stage, 0)
#define EXEC_STAGE_ERR(stage, err) \
	exec_stage(EXEC_STAGE_##stage, __func__, __LINE__, 0, 0, 0, 0, (err))
#define EXEC_STAGE_VMA(stage, v) \
	exec_stage(EXEC_STAGE_##stage, __func__, __LINE__, (v)->vm_start, (v)->vm_end, \
		   (v)->vm_flags, (v)->vm_pgoff, 0)

#endif
