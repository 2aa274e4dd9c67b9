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
u32 mm_trace_user_calls[MM_TRACE_CALLS];

/*
 * Follows the frames of the kernel stack, also from a trap to the code that it interrupted. Nothing
 * ends the walk early: last_frame leads to itself.
 */
static void save_calls(const unsigned long *frame, u32 *calls)
{
#pragma GCC unroll 12
	for (int i = 0; i < MM_TRACE_CALLS; i++) {
		calls[i] = frame[1];
		frame = (const unsigned long *)frame[0];
	}
}

/*
 * Stored like a record of the exec film (film.c). That of a fault has no name: the record of its
 * VMA has it. All faults of user mode have the same calls, which are stored once. So have the VMAs
 * of a fork between which nothing else is recorded.
 */
noinline void mm_trace(const struct mm_struct *mm, unsigned long start, unsigned long end,
		       enum mm_trace_kind kind, const struct vm_area_struct *vma)
{
	struct mm_trace *t;

	if (!trace_on())
		return;
	t = TRACE_NEXT(mm_trace_ring, mm_trace_seq);
	t->end = end;
	t->vm_flags = vma->vm_flags;
	t->pgoff = vma->vm_pgoff;
	if (kind < MM_TRACE_UNMAP && vma->vm_file)
		memcpy(t->name, vma->vm_file->f_path.dentry->d_name.name, sizeof(t->name) - 1);
	else
		t->name[0] = '\0';
	rdtsc_store(&t->time);
	t->mm = mm;
	t->start = start;
	t->kind = kind;
	if (mm->flags & MMF_COPYING && mm_trace_seq % MM_TRACE_GROUP && t[-1].mm == mm &&
	    t[-1].kind % MM_TRACE_SAME == MM_TRACE_VMA) {
		t->kind |= MM_TRACE_SAME;
		return;
	}
	t->mm_flags = mm->flags;
	t->user_ip = current_pt_regs()->ip;
	if (!(kind & MM_TRACE_USER))
		save_calls(__builtin_frame_address(0), t->calls);
	else if (unlikely(!mm_trace_user_calls[0]))
		save_calls(__builtin_frame_address(0), mm_trace_user_calls);
}
