/* SPDX-License-Identifier: MIT */
/*
 * A ring with one record for each change of a VMA and each page fault: what happened, in which
 * task, and the calls that led to it. A PTE does not show who set it: a page that padzero has
 * touched looks like one that the program has touched. Linux has no such file.
 */
#include <fs.h>
#include <mm_trace.h>
#include <sched.h>
#include <string.h>
#include <asm/cpu.h>

struct mm_trace mm_trace_ring[MM_TRACE_SIZE];
u64 mm_trace_seq;

/*
 * Follows the frames of the kernel stack, also from a trap to the code that it interrupted.
 * entry.asm has set rbp to 0 in the last frame.
 */
static void save_calls(const struct task_struct *task, unsigned long *calls)
{
	const unsigned long *frame = __builtin_frame_address(0), *stack = task->stack;
	const unsigned long *end = calls + MM_TRACE_CALLS;

	while (calls < end && (size_t)(frame - stack) < THREAD_SIZE / sizeof(long) - 1) {
		*calls++ = frame[1];
		frame = (const unsigned long *)frame[0];
	}
	if (calls < end)
		*calls = 0;
}

/* Only records of VMAs have the name of the file; that of a fault is in the record of its VMA. */
static void save_vma(struct mm_trace *t, const struct vm_area_struct *vma)
{
	t->vm_flags = vma ? vma->vm_flags : 0;
	t->pgoff = vma ? vma->vm_pgoff : 0;
	t->name[0] = '\0';
	if (vma && vma->vm_file && t->kind < MM_TRACE_PAGE)
		strscpy(t->name, vma->vm_file->f_path.dentry->d_name.name, sizeof(t->name));
}

/* Interrupts make no records, and no task is switched inside the kernel. */
noinline void mm_trace(const struct mm_struct *mm, unsigned long start, unsigned long end,
		       enum mm_trace_kind kind, const struct vm_area_struct *vma)
{
	const struct task_struct *task;
	struct mm_trace *t;
	u64 seq;

	if (!exec_trace_on)
		return;
	task = current;
	seq = mm_trace_seq + 1;
	t = &mm_trace_ring[seq % MM_TRACE_SIZE];
	t->seq = seq;
	t->stage_seq = exec_trace_seq;
	t->mm = mm;
	t->start = start;
	t->end = end;
	t->kind = kind;
	t->pid = task->pid;
	t->user_ip = task_pt_regs(task)->ip;
	t->time = rdtsc();
	t->owner = trace_owner(task);
	memcpy(t->comm, task->comm, sizeof(t->comm));
	save_vma(t, vma);
	save_calls(task, t->calls);
	mm_trace_seq = seq;
}
