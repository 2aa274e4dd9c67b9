/* SPDX-License-Identifier: MIT */
/*
 * Tracing: a tracer stops its tracees and reads and writes them, by ptrace(2).
 *
 *   kernel/task/traced.c     the tracee: where it stops, and how the tracer learns of it
 *   kernel/ptrace.c          the tracer: the requests
 *   arch/x86/ptrace_regs.c   registers of a tracee that is stopped
 */
#ifndef PTRACE_H
#define PTRACE_H

#include <task.h>
#include <linux/ptrace.h>

/* task->ptrace: 0 of a task that is not traced. PTRACE_O_* stand PT_OPT_SHIFT bits higher. */
#define PT_PTRACED	BIT(0)
#define PT_OPT_SHIFT	3
#define PT_SEIZED	BIT(16) /* by PTRACE_SEIZE */
#define PT_OPT(o)	((unsigned int)(o) << PT_OPT_SHIFT)
#define PT_EVENT(event) PT_OPT(BIT(event))
#define PT_OPTIONS	PT_OPT(PTRACE_O_MASK)

/* task->syscall_work: what a system call stops for */
#define SYSCALL_WORK_TRACE     BIT(0) /* PTRACE_SYSCALL */
#define SYSCALL_WORK_EMU       BIT(1) /* PTRACE_SYSEMU: the call is not carried out */
#define SYSCALL_WORK_EXIT_TRAP BIT(2) /* a step ends behind the SYSCALL instruction */

/* task->jobctl */
#define JOBCTL_TRAP_STOP   BIT(19) /* traced: is to stop, by the stop of its process or a request */
#define JOBCTL_TRAP_NOTIFY BIT(20) /* seized: the stop of its process has begun or ended */
#define JOBCTL_TRAPPING	   BIT(21) /* on its way from stopped to traced; the tracer waits */
#define JOBCTL_LISTENING   BIT(22) /* PTRACE_LISTEN: stopped, but not for its tracer */
#define JOBCTL_TRAP_MASK   (JOBCTL_TRAP_STOP | JOBCTL_TRAP_NOTIFY)

#define PTRACE_MODE_READ      0x01
#define PTRACE_MODE_ATTACH    0x02
#define PTRACE_MODE_FSCREDS   0x08
#define PTRACE_MODE_REALCREDS 0x10

/* Is the tracer of @t another process than its parent? */
static inline bool ptrace_reparented(const struct task_struct *t)
{
	return !same_thread_group(t->real_parent, t->parent);
}

/* kernel/task/traced.c */
/*
 * current reports PTRACE_EVENT_@event, if its tracer has set that option, and stops. Without the
 * option an exec sends SIGTRAP. Nothing if current is not traced.
 */
void ptrace_event(int event, unsigned long message);
/* current stops and reports @exit_code. Returns the signal with which the tracer continues it. */
int ptrace_notify(int exit_code, unsigned long message);
/* A system call ends a step. */
void ptrace_report_step(void);
/*
 * @p, which does not run yet, is current's new child. It is traced too, if the option of
 * the event is set or with CLONE_PTRACE.
 * Returns the PTRACE_EVENT_* to report, or 0.
 */
int ptrace_init_child(struct task_struct *p, u64 clone_flags, int exit_signal);
/* Around a call, if current->syscall_work. The first returns the number of the call, or -1. */
unsigned int syscall_trace_enter(struct pt_regs *regs);
void syscall_trace_exit(void);
/* May a program that @t execs gain privileges, although it is traced? */
bool ptracer_capable(const struct task_struct *t);
/* These four are called with tasklist_lock held. */
void ptrace_link(struct task_struct *t, struct task_struct *tracer, const struct cred *cred);
void ptrace_unlink(struct task_struct *t);
/* Returns whether @t is dead, and the caller releases it. */
bool ptrace_detach_locked(struct task_struct *tracer, struct task_struct *t);
/* @tracer exits. Tracees that nobody waits for go to @dead. */
void exit_ptrace(struct task_struct *tracer, struct list_head *dead);
/* kernel/task/signal.c */
/* Sets bits of jobctl, unless @t is about to die. siglock held. */
bool task_set_jobctl(struct task_struct *t, unsigned long mask);
/* @t looks at its jobctl; with @resume even if it is stopped for its tracer. siglock held. */
void ptrace_signal_wake_up(struct task_struct *t, bool resume);
/* Copies the entry number @n of a queue of signals of @t. False: there is none. */
bool peek_queued(struct task_struct *t, bool shared, unsigned long n, kernel_siginfo_t *info);

/* kernel/ptrace.c: PTRACE_MODE_*. */
bool ptrace_may_access(struct task_struct *t, unsigned int mode);

/* arch/x86/ptrace_regs.c. @t is stopped. */
#define PTRACE_NR_REGS 27 /* words of Linux's struct user_regs_struct */
unsigned long ptrace_get_reg(struct task_struct *t, unsigned int i);
int ptrace_set_reg(struct task_struct *t, unsigned int i, unsigned long value); /* 0 or -EIO */
#define FXSAVE_SIZE 512 /* the part of the FPU state that each x86-64 has, bytes */
/*
 * The FPU state of @t as user code sees it. @whole, with XSAVE only: the reserved bytes have its
 * features. They are zeros if only the first FXSAVE_SIZE bytes are wanted.
 */
const void *ptrace_get_fpu(struct task_struct *t, bool whole);
/* Sets the first @n bytes, FXSAVE's 512 or all. 0 or -EINVAL. */
int ptrace_set_fpu(struct task_struct *t, const void *state, size_t n);
/* PEEKUSER and POKEUSER of debug register @n. 0, -EIO or -EINVAL. */
unsigned long ptrace_get_debugreg(struct task_struct *t, unsigned int n);
int ptrace_set_debugreg(struct task_struct *t, unsigned int n, unsigned long value);
/* The breakpoints of the task that runs next; and current execs. */
void load_debug_registers(const struct thread_struct *th);
void flush_debug_registers(struct thread_struct *th);
/* #DB in user mode: notes the breakpoints that were hit. */
void note_debug_trap(struct pt_regs *regs, unsigned long dr6);
void ptrace_single_step(struct task_struct *t, bool on);

#endif
