/* SPDX-License-Identifier: MIT */
/* What the files of kernel/task/ that deal with signals share: signal.c, jobctl.c, get_signal.c. */
#ifndef TASK_INTERNAL_H
#define TASK_INTERNAL_H

#include <sched.h>

/* task->jobctl */
#define JOBCTL_STOP_SIGMASK  0xffffUL
#define JOBCTL_STOP_DEQUEUED BIT(16) /* took a stop signal, has not acted on it yet */
#define JOBCTL_STOP_PENDING  BIT(17) /* is to stop */
#define JOBCTL_STOP_CONSUME  BIT(18) /* counted in group_stop_count */
#define JOBCTL_STOP_MASK     (JOBCTL_STOP_DEQUEUED | JOBCTL_STOP_PENDING | JOBCTL_STOP_CONSUME)

#define SIGNAL_CLD_MASK	 (SIGNAL_CLD_STOPPED | SIGNAL_CLD_CONTINUED)
#define SIGNAL_STOP_MASK (SIGNAL_CLD_MASK | SIGNAL_STOP_STOPPED | SIGNAL_STOP_CONTINUED)

static inline bool sig_kernel_only(int sig) { return sigmask(sig) & SIG_KERNEL_ONLY_MASK; }

/* signal.c, all with siglock held. @force: the kernel sends it, to init too. */
int send_signal_locked(int sig, kernel_siginfo_t *info, struct task_struct *t, bool group,
		       bool force);
/* Takes the first queued @sig out of @q into *info. */
void collect_signal(int sig, struct sigpending *q, kernel_siginfo_t *info);
/* user.c: one signal more for @uid, or NULL: no memory, or @limit signals are queued already. */
struct user_struct *inc_sigpending(uid_t uid, u64 limit);
void dec_sigpending(struct user_struct *user);
/* @t no longer takes signals of @which: those that wait for its process wake another thread. */
void retarget_shared_pending(struct task_struct *t, sigset_t which);

/* jobctl.c. Both are called with siglock held and return whether they released it. */
bool do_signal_stop(int sig, unsigned long flags);
bool report_cld(unsigned long flags);

#endif
