/* SPDX-License-Identifier: MIT */
/*
 * Taking signals: current, on its way to user mode, takes pending signals off its queues until one
 * of them has to run a handler or end the process. A stopped task sleeps in here.
 *
 * Abridges get_signal and dequeue_signal of Linux's kernel/signal.c.
 * Not on the road of an exec.
 */
#include <sched.h>
#include <string.h>
#include "internal.h"

#define SYNCHRONOUS_MASK \
	(sigmask(SIGSEGV) | sigmask(SIGBUS) | sigmask(SIGILL) | sigmask(SIGTRAP) | \
	 sigmask(SIGFPE) | sigmask(SIGSYS))

/* The lowest number that is pending and not in @mask; the thread's own faults first. 0: none. */
static int next_signal(const struct sigpending *q, const sigset_t *mask)
{
	sigset_t set = q->signal & ~*mask;

	if (set & SYNCHRONOUS_MASK)
		set &= SYNCHRONOUS_MASK;
	return set ? __builtin_ctzl(set) + 1 : 0;
}

int dequeue_signal(struct task_struct *t, const sigset_t *mask, kernel_siginfo_t *info)
{
	struct sigpending *q = &t->pending;
	int sig = next_signal(q, mask);

	if (!sig) {
		q = &t->signal->shared_pending;
		sig = next_signal(q, mask);
	}
	if (sig) {
		collect_signal(sig, q, info);
		if (info->si_code == SI_TIMER)
			posix_timer_dequeued(info);
		if (sigmask(sig) & SIG_KERNEL_STOP_MASK)
			t->jobctl |= JOBCTL_STOP_DEQUEUED;
	}
	recalc_sigpending();
	return sig;
}

/* What to do next. ACT_RELOCK: siglock was released, so check the queues again. */
enum action { ACT_NEXT, ACT_RELOCK, ACT_HANDLE, ACT_DIE };

/* The default action of a stop signal. siglock held. */
static enum action default_stop(int sig, unsigned long flags)
{
	if (sig != SIGSTOP) {
		/* No shell could continue an orphaned group that the keyboard has stopped. */
		spin_unlock_irqrestore(&current->sighand->siglock, flags);
		if (is_current_pgrp_orphaned())
			return ACT_RELOCK;
		spin_lock_irqsave(&current->sighand->siglock, flags);
	}
	return do_signal_stop(sig, flags) ? ACT_RELOCK : ACT_NEXT;
}

/* Decides what to do with the signal in @ksig, which was just dequeued. siglock held. */
static enum action decide(struct ksignal *ksig, unsigned long flags)
{
	struct k_sigaction *ka = &current->sighand->action[ksig->sig - 1];

	if (ka->sa.sa_handler == SIG_IGN)
		return ACT_NEXT;
	if (ka->sa.sa_handler != SIG_DFL) {
		ksig->ka = *ka;
		if (ka->sa.sa_flags & SA_RESETHAND)
			ka->sa.sa_handler = SIG_DFL;
		return ACT_HANDLE;
	}
	if (sigmask(ksig->sig) & SIG_KERNEL_IGNORE_MASK)
		return ACT_NEXT;
	if ((current->signal->flags & SIGNAL_UNKILLABLE) && !sig_kernel_only(ksig->sig))
		return ACT_NEXT;
	if (sigmask(ksig->sig) & SIG_KERNEL_STOP_MASK)
		return default_stop(ksig->sig, flags);
	return ACT_DIE;
}

static enum action take_signal(struct ksignal *ksig)
{
	struct task_struct *t = current;
	struct signal_struct *s = t->signal;
	enum action act = ACT_NEXT;
	unsigned long flags;

	spin_lock_irqsave(&t->sighand->siglock, flags);
	if (report_cld(flags))
		return ACT_RELOCK;
	while (act == ACT_NEXT) {
		if ((s->flags & SIGNAL_GROUP_EXIT) || s->group_exec_task) {
			t->pending.signal &= ~sigmask(SIGKILL);
			recalc_sigpending();
			memset(&ksig->info, 0, sizeof(ksig->info));
			ksig->info.si_signo = ksig->sig = SIGKILL;
			act = ACT_DIE;
			break;
		}
		if ((t->jobctl & JOBCTL_STOP_PENDING) && do_signal_stop(0, flags))
			return ACT_RELOCK;
		if (t->jobctl & JOBCTL_TRAP_MASK) {
			do_jobctl_trap(flags);
			return ACT_RELOCK;
		}
		ksig->sig = dequeue_signal(t, &t->blocked, &ksig->info);
		if (!ksig->sig)
			break;
		if (t->ptrace)
			ptrace_signal(ksig, flags);
		act = ksig->sig ? decide(ksig, flags) : ACT_NEXT;
		if (act == ACT_RELOCK)
			return ACT_RELOCK;
	}
	spin_unlock_irqrestore(&t->sighand->siglock, flags);
	return act;
}

bool get_signal(struct ksignal *ksig)
{
	enum action act;

	do {
		ksig->sig = 0;
		act = take_signal(ksig);
	} while (act == ACT_RELOCK);
	if (act == ACT_DIE) {
		current->flags |= PF_SIGNALED;
		memset(&ksig->ka, 0, sizeof(ksig->ka));
		ksig->ka.sa.sa_handler = SIG_DFL;
	}
	return act != ACT_NEXT;
}
