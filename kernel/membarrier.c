/* SPDX-License-Identifier: MIT */
/*
 * membarrier: a memory barrier on all CPUs that run a thread of the process. There is one CPU, and
 * entering the kernel is a barrier on it.
 * Abridges Linux's kernel/sched/membarrier.c.
 * Not on the road of an exec.
 */
#include <syscalls.h>
#include <errno.h>
#include <mm_types.h>
#include <task.h>
#include <linux/membarrier.h>

#define ALL_COMMANDS ((MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ << 1) - 1)

/* Each private command has to be registered for; the bit beside it does so. */
#define PRIVATE_COMMANDS \
	(MEMBARRIER_CMD_PRIVATE_EXPEDITED | MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE | \
	 MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ)

long sys_membarrier(int cmd, unsigned int flags, int cpu __maybe_unused)
{
	struct mm_struct *mm = current->mm;

	if (flags &&
	    (cmd != MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ || flags != MEMBARRIER_CMD_FLAG_CPU))
		return -EINVAL;
	if (cmd == MEMBARRIER_CMD_QUERY)
		return ALL_COMMANDS;
	if ((cmd & ~ALL_COMMANDS) || (cmd & (cmd - 1)))
		return -EINVAL;
	if ((cmd & PRIVATE_COMMANDS) && !(mm->membarrier & cmd << 1))
		return -EPERM;
	mm->membarrier |= cmd;
	return 0;
}
