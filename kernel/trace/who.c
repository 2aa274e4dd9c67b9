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
static struct mm_trace *newest = mm_trace_ring;
unsigned long mm_trace_user_calls[MM_TRACE_CALLS];

/*
 * Follows the frames of the kernel stack, also from a trap to the code that it interrupted. In the
 * last of them entry.asm has set rbp to 0. There are at least three.
 */
static void save_calls(const unsigned long *frame, unsigned long *calls)
{
#pragma GCC unroll 12
	for (int i = 0; i < MM_TRACE_CALLS; i++) {
		calls[i] = frame[1];
		frame = (const unsigned long *)frame[0];
		if (i >= 2 && !frame) {
			if (i + 1 < MM_TRACE_CALLS)
				calls[i + 1] = 0;
			return;
		}
	}
}

/*
 * Stored like a record of the exec film (film.c). That of a fault has no name: the record of its
 * VMA has it. All faults of user mode have the same calls, which are stored once.
 */
noinline void mm_trace(const struct mm_struct *mm, unsigned long start, unsigned long end,
		       enum mm_trace_kind kind, const struct vm_area_struct *vma)
{
	unsigned long *calls;
	struct mm_trace *t;

	if (!exec_trace_on)
		return;
	if (++newest == mm_trace_ring + MM_TRACE_SIZE)
		newest = mm_trace_ring;
	t = newest;
	mm_trace_seq++;
	t->mm = mm;
	t->mm_flags = mm->flags;
	t->start = start;
	t->end = end;
	t->kind = kind;
	t->user_ip = current_pt_regs()->ip;
	t->vm_flags = vma ? vma->vm_flags : 0;
	t->pgoff = vma ? vma->vm_pgoff : 0;
	t->name[0] = '\0';
	if (kind < MM_TRACE_UNMAP && vma->vm_file)
		memcpy(t->name, vma->vm_file->f_path.dentry->d_name.name, sizeof(t->name) - 1);
	rdtsc_store(&t->time);
	calls = kind & MM_TRACE_USER ? mm_trace_user_calls : t->calls;
	if (calls == t->calls || unlikely(!calls[0]))
		save_calls(__builtin_frame_address(0), calls);
	if (unlikely(!trace_task_known))
		trace_current(t->time);
}
