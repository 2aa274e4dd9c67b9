/* SPDX-License-Identifier: MIT */
/*
 * The exec film: a ring with one record for each stage of each exec. GDB has a breakpoint on
 * exec_stage to stop at a stage; /proc/exec_trace prints the ring. Linux has no such file: its
 * ftrace and tracepoints are far larger.
 */
#include <asm/cpu.h>
#include <string.h>
#include <trace.h>

const char *const exec_stage_names[NR_EXEC_STAGES] = {
#define X(constant, name, function) [EXEC_STAGE_##constant] = name,
	EXEC_STAGES(X)
#undef X
};

struct exec_trace exec_trace_ring[TRACE_RING_SIZE];
u64 exec_trace_seq;
bool exec_trace_on = true;

/* A task with capabilities or several identities keeps its addresses to itself. */
struct trace_owner trace_owner_of(const struct cred *c)
{
	bool one = c->uid == c->euid && c->uid == c->suid && c->gid == c->egid && c->gid == c->sgid;

	if (!one || c->cap_permitted)
		return (struct trace_owner){TRACE_PRIVATE, TRACE_PRIVATE};
	return (struct trace_owner){c->uid, c->gid};
}

/* Interrupts make no records, and no task is switched inside the kernel. */
noinline void exec_stage(enum exec_stage stage, const char *function, u32 line, unsigned long start,
			 unsigned long end, unsigned long vm_flags, unsigned long pgoff, int error)
{
	const struct task_struct *task;
	struct exec_trace *t;

	if (!exec_trace_on)
		return;
	task = current;
	t = &exec_trace_ring[(exec_trace_seq + 1) % TRACE_RING_SIZE];
	t->seq = ++exec_trace_seq;
	t->time = rdtsc();
	t->stage = stage;
	t->pid = task->pid;
	t->function = function;
	t->line = line;
	t->error = error;
	t->start = start;
	t->end = end;
	t->vm_flags = vm_flags;
	t->pgoff = pgoff;
	t->owner = task->mm ? trace_owner(task->cred, task->mm) : task->cred->trace_owner;
	memcpy(t->comm, task->comm, sizeof(t->comm));
}
