/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/syscall, wchan and stack: where a task is in the kernel.
 * Abridges parts of Linux's fs/proc/base.c, lib/syscall.c and arch/x86/kernel/stacktrace.c.
 * The functions are Exon's, so stack and wchan have other names than on Linux.
 * Not on the road of an exec.
 */
#include <cred.h>
#include <errno.h>
#include <kallsyms.h>
#include <ptrace.h>
#include <sched.h>
#include <seq_file.h>
#include <asm/processor.h>
#include <asm/sections.h>
#include <linux/capability.h>
#include "internal.h"

#define MAX_CALLS 64
/* What __switch_stacks saves lies at thread.sp: five registers, then rbp and the way back. */
#define SAVED_RBP 5

/* The opener of these files may attach to the task. */
static bool may_attach(struct task_struct *t)
{
	return ptrace_may_access(t, PTRACE_MODE_ATTACH | PTRACE_MODE_FSCREDS);
}

int proc_pid_syscall(struct seq_file *m, struct task_struct *t)
{
	const struct pt_regs *r = task_pt_regs(t);

	if (!may_attach(t))
		return -EPERM;
	if (t != current && t->__state == TASK_RUNNING)
		return seq_printf(m, "running\n");
	if (!t->mm)
		return seq_printf(m, "-1 0x0 0x0\n");
	if ((long)r->orig_ax < 0)
		return seq_printf(m, "%ld 0x%lx 0x%lx\n", r->orig_ax, r->sp, r->ip);
	return seq_printf(m, "%ld 0x%lx 0x%lx 0x%lx 0x%lx 0x%lx 0x%lx 0x%lx 0x%lx\n", r->orig_ax,
			  r->di, r->si, r->dx, r->r10, r->r8, r->r9, r->sp, r->ip);
}

/*
 * Follows the frames of @t's kernel stack, each { the caller's frame, the way back }. Returns how
 * many ways back are in @calls. @t is current, or does not run.
 */
static int save_stack_trace(struct task_struct *t, unsigned long calls[MAX_CALLS])
{
	unsigned long stack = (unsigned long)t->stack;
	unsigned long *frame = __builtin_frame_address(0);
	int n = 0;

	if (t != current)
		frame = (unsigned long *)((unsigned long *)t->thread.sp)[SAVED_RBP];
	while (n < MAX_CALLS && (unsigned long)frame >= stack &&
	       (unsigned long)(frame + 2) <= stack + THREAD_SIZE) {
		calls[n++] = frame[1];
		frame = (unsigned long *)frame[0];
	}
	return n;
}

/* For root only: it shows where the kernel's functions are. */
int proc_pid_stack(struct seq_file *m, struct task_struct *t)
{
	unsigned long calls[MAX_CALLS], offset, size;
	int n;

	if (!capable(CAP_SYS_ADMIN))
		return -EACCES;
	if (!may_attach(t))
		return -EPERM;
	n = save_stack_trace(t, calls);
	for (int i = 0; i < n; i++) {
		const char *name = kallsyms_lookup_size(calls[i] - 1, &offset, &size);

		if (name)
			seq_printf(m, "[<0>] %s+0x%lx/0x%lx\n", name, offset + 1, size);
	}
	return 0;
}

/* The function that waits: the innermost one that is not of the scheduler. */
static const char *wchan(struct task_struct *t)
{
	unsigned long calls[MAX_CALLS], offset, size;
	int n;

	if (t == current || t->__state == TASK_RUNNING)
		return NULL;
	n = save_stack_trace(t, calls);
	for (int i = 0; i < n; i++)
		if (calls[i] < (unsigned long)__sched_text_start ||
		    calls[i] >= (unsigned long)__sched_text_end)
			return kallsyms_lookup_size(calls[i] - 1, &offset, &size);
	return NULL;
}

int proc_pid_wchan(struct seq_file *m, struct task_struct *t)
{
	return seq_printf(m, "%s", (ptrace_may_read(t) ? wchan(t) : NULL) ?: "0");
}
