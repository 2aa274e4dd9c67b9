/* SPDX-License-Identifier: MIT */
/*
 * The exec film: a ring with one record for each stage of each exec. GDB has a breakpoint on
 * exec_stage to stop at a stage; /proc/exec_trace prints the ring. Linux has no such file: its
 * ftrace and tracepoints are far larger.
 */
#include <asm/cpu.h>
#include <asm/irqflags.h>
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

noinline void exec_stage(enum exec_stage stage, const char *function, u32 line, unsigned long start,
			 unsigned long end, unsigned long vm_flags, unsigned long pgoff, int error)
{
	unsigned long irq;
	struct exec_trace *t;
	u64 seq;

	if (!exec_trace_on)
		return;
	irq = local_irq_save();
	seq = exec_trace_seq + 1;
	t = &exec_trace_ring[seq % TRACE_RING_SIZE];
	*t = (struct exec_trace){
		.seq = seq,
		.time = rdtsc(),
		.stage = stage,
		.pid = current->pid,
		.function = function,
		.line = line,
		.error = error,
		.start = start,
		.end = end,
		.vm_flags = vm_flags,
		.pgoff = pgoff,
		.owner = trace_owner(current),
	};
	memcpy(t->comm, current->comm, sizeof(t->comm));
	exec_trace_seq = seq;
	local_irq_restore(irq);
}
