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

const struct vm_area_struct no_vma;
struct exec_trace exec_trace_ring[TRACE_RING_SIZE];
u64 exec_trace_seq;
bool exec_trace_on = true;
struct trace_task trace_tasks[TRACE_TASKS];
u64 trace_task_seq;
bool trace_task_known;

/*
 * A task with capabilities or several identities keeps its addresses to itself, and so does one
 * that is not dumpable. At least as strict as ptrace_may_read.
 */
static struct trace_owner owner_of(const struct task_struct *task)
{
	const struct cred *c = task->cred;

	if (c->cap_permitted || c->uid != c->euid || c->uid != c->suid || c->gid != c->egid ||
	    c->gid != c->sgid || (task->mm && !trace_mm_open(task->mm->flags)))
		return (struct trace_owner){TRACE_PRIVATE, TRACE_PRIVATE};
	return (struct trace_owner){c->uid, c->gid};
}

/* A change of task, of its name, its credentials or who may look into it ends trace_task_known. */
__attribute__((no_caller_saved_registers)) void trace_current(void)
{
	const struct task_struct *task = current;
	struct trace_task *t = &trace_tasks[++trace_task_seq % TRACE_TASKS];

	rdtsc_store(&t->time);
	t->pid = task->pid;
	t->owner = owner_of(task);
	memcpy(t->comm, task->comm, sizeof(t->comm));
	trace_task_known = true;
}

/*
 * A record is stored by moves alone, first from the registers that rdtsc changes; whatever can be
 * found out later is left to the reader. Interrupts make no records, and no task is switched inside
 * the kernel.
 */
noinline void exec_stage(const struct exec_site *site, unsigned long start, unsigned long end,
			 const struct vm_area_struct *vma, int error)
{
	struct exec_trace *t;

	if (!trace_on())
		return;
	t = TRACE_NEXT(exec_trace_ring, exec_trace_seq);
	t->error = error;
	t->end = end;
	t->vm_flags = vma->vm_flags;
	t->pgoff = vma->vm_pgoff;
	rdtsc_store(&t->time);
	t->start = start;
	t->site = site;
}
