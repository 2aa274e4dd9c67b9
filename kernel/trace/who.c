/* SPDX-License-Identifier: MIT */
/*
 * A ring with one record for each new VMA and each new page: the calls that made it.
 * A page table entry does not say who wrote it, and a page that padzero has touched
 * looks like one that the program has touched. Linux has no such file.
 */
#include <asm/irqflags.h>
#include <mm_trace.h>
#include <sched.h>
#include <trace.h>

struct mm_trace mm_trace_ring[MM_TRACE_SIZE];
u64 mm_trace_seq;

/*
 * Follows the frames of the kernel stack, also from a trap to the code that it interrupted.
 * entry.asm has set rbp to 0 in the last frame.
 */
static void save_calls(unsigned long *calls)
{
	unsigned long bp = (unsigned long)__builtin_frame_address(0);
	unsigned long low = bp,
		      high = (unsigned long)current->stack + THREAD_SIZE - 2 * sizeof(long);

	for (int i = 0; i < MM_TRACE_CALLS && bp >= low && bp <= high && bp % sizeof(long) == 0;
	     i++) {
		const unsigned long *frame = (const unsigned long *)bp;

		calls[i] = frame[1];
		low = bp + 1;
		bp = frame[0];
	}
}

noinline void mm_trace(const struct mm_struct *mm, unsigned long start, unsigned long end,
		       enum mm_trace_kind kind)
{
	unsigned long irq = local_irq_save();
	u64 seq = mm_trace_seq + 1;
	struct mm_trace *t = &mm_trace_ring[seq % MM_TRACE_SIZE];

	*t = (struct mm_trace){
		.seq = seq,
		.stage_seq = exec_trace_seq,
		.mm = mm,
		.start = start,
		.end = end,
		.kind = kind,
		.pid = current->pid,
		.user_ip = current_pt_regs()->ip,
	};
	save_calls(t->calls);
	mm_trace_seq = seq;
	local_irq_restore(irq);
}
