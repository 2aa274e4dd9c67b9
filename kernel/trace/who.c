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
static struct mm_trace *newest = mm_trace_ring; /* its record number mm_trace_seq */

/* Follows the frames of the kernel stack, also from a trap to the code that it interrupted. */
static void save_calls(const unsigned long *frame, unsigned long *calls)
{
#pragma GCC unroll 12
	for (int i = 0; i < MM_TRACE_CALLS; i++) {
		calls[i] = frame[1];
		frame = (const unsigned long *)frame[0];
		if (!frame) { /* entry.asm has set rbp to 0 in the last frame */
			if (i + 1 < MM_TRACE_CALLS)
				calls[i + 1] = 0;
			return;
		}
	}
}

/*
 * A record is stored by moves alone, because each page fault makes one; whatever can be found out
 * later is left to the reader. That of a fault has no name: the record of its VMA has it.
 * Interrupts make no records, and no task is switched inside the kernel.
 */
noinline void mm_trace(const struct mm_struct *mm, unsigned long start, unsigned long end,
		       enum mm_trace_kind kind, const struct vm_area_struct *vma)
{
	const struct task_struct *task;
	struct mm_trace *t;

	if (!exec_trace_on)
		return;
	task = current;
	if (++newest == mm_trace_ring + MM_TRACE_SIZE)
		newest = mm_trace_ring;
	t = newest;
	t->seq = ++mm_trace_seq;
	t->stage_seq = exec_trace_seq;
	t->mm = mm;
	t->start = start;
	t->end = end;
	t->kind = kind;
	t->pid = task->pid;
	t->user_ip = task_pt_regs(task)->ip;
	t->time = rdtsc();
	t->owner = trace_owner(task->cred, mm);
	memcpy(t->comm, task->comm, sizeof(t->comm));
	t->vm_flags = vma ? vma->vm_flags : 0;
	t->pgoff = vma ? vma->vm_pgoff : 0;
	t->name[0] = '\0';
	if (kind < MM_TRACE_UNMAP && vma->vm_file) {
		memcpy(t->name, vma->vm_file->f_path.dentry->d_name.name, sizeof(t->name));
		t->name[sizeof(t->name) - 1] = '\0';
	}
	save_calls(__builtin_frame_address(0), t->calls);
}
