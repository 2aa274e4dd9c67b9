/* SPDX-License-Identifier: MIT */
/* What the files of kernel/task/ that deal with signals share: signal.c, jobctl.c, get_signal.c. */
#ifndef TASK_INTERNAL_H
#define TASK_INTERNAL_H

#include <ptrace.h>
#include <sched.h>

/* task->jobctl; ptrace.h has the other bits */
#define JOBCTL_STOP_SIGMASK  0xffffUL
#define JOBCTL_STOP_DEQUEUED BIT(16) /* took a stop signal, has not acted on it yet */
#define JOBCTL_STOP_PENDING  BIT(17) /* is to stop */
#define JOBCTL_STOP_CONSUME  BIT(18) /* counted in group_stop_count */
#define JOBCTL_PENDING_MASK  (JOBCTL_STOP_PENDING | JOBCTL_TRAP_MASK)
#define JOBCTL_STOP_MASK     (JOBCTL_STOP_DEQUEUED | JOBCTL_STOP_PENDING | JOBCTL_STOP_CONSUME)

#define SIGNAL_CLD_MASK	 (SIGNAL_CLD_STOPPED | SIGNAL_CLD_CONTINUED)
#define SIGNAL_STOP_MASK (SIGNAL_CLD_MASK | SIGNAL_STOP_STOPPED | SIGNAL_STOP_CONTINUED)

static inline bool sig_kernel_only(int sig) { return sigmask(sig) & SIG_KERNEL_ONLY_MASK; }

/* signal.c, all with siglock held. @force: the kernel sends it, to init too. */
int send_signal_locked(int sig, kernel_siginfo_t *info, struct task_struct *t, bool group,
		       bool force);
void ptrace_trap_notify(struct task_struct *t);
/* Takes the first queued @sig out of @q into *info. */
void collect_signal(int sig, struct sigpending *q, kernel_siginfo_t *info);
/* user.c: one signal more for @uid, or NULL: no memory, or @limit signals are queued already. */
struct user_struct *inc_sigpending(uid_t uid, u64 limit);
void dec_sigpending(struct user_struct *user);
/* @t no longer takes signals of @which: those that wait for its process wake another thread. */
void retarget_shared_pending(struct task_struct *t, sigset_t which);

/* jobctl.c */
/* Does @t leave no zombies of its children? POSIX: SIGCHLD is ignored, or SA_NOCLDWAIT. */
bool ignores_children(struct task_struct *t);
/* @t stops now. Returns whether it was the last, so that the parent is notified. siglock held. */
bool participate_in_stop(struct task_struct *t);
/*
 * Reports a stop or continuation (@why: CLD_*) of @t to its tracer, or of its process to the
 * parent. tasklist_lock held.
 */
void do_notify_parent_cldstop(struct task_struct *t, bool for_ptracer, int why);
/* Both are called with siglock held and return whether they released it. */
bool do_signal_stop(int sig, unsigned long flags);
bool report_cld(unsigned long flags);

/* traced.c: stops current for its tracer, as its jobctl asks for. siglock held; releases it. */
void do_jobctl_trap(unsigned long flags);
/*
 * The tracer sees the signal in @ksig first, and may change it or make it 0. siglock held, and
 * released in between.
 */
void ptrace_signal(struct ksignal *ksig, unsigned long flags);

#endif
