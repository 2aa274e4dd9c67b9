/* SPDX-License-Identifier: MIT */
/*
 * Job control of processes: stopping them, reporting stops, continues and deaths to the parent, and
 * process groups that became orphaned. kernel/tty/jobctrl.c has the part of the terminal.
 *
 * Abridges Linux's kernel/signal.c (do_signal_stop, do_notify_parent) and the orphaned groups of
 * kernel/exit.c.
 *
 * A stop of the process: the thread that takes the signal marks all threads with
 * JOBCTL_STOP_PENDING and counts them in group_stop_count; each of them stops in get_signal; the
 * last one notifies the parent. SIGCONT undoes all that when it is sent: continue_process in
 * signal.c.
 */
#include <ptrace.h>
#include <sched.h>
#include <string.h>
#include "internal.h"

/* ---- notifying the parent ------------------------------------------------ */

/* The siginfo of a SIGCHLD about @t. Its times are those of the whole process. */
static void fill_child_info(kernel_siginfo_t *info, struct task_struct *t, int sig)
{
	u64 utime, stime;

	memset(info, 0, sizeof(*info));
	thread_group_cputime(t, &utime, &stime);
	info->si_signo = sig;
	info->si_pid = t->pid;
	info->si_uid = t->cred->uid;
	info->si_utime = nsec_to_clock_t(utime);
	info->si_stime = nsec_to_clock_t(stime);
}

/* Wakes a parent in wait(2), and sends the signal if @send. tasklist_lock and its siglock held. */
static void notify_parent(struct task_struct *parent, kernel_siginfo_t *info, bool send)
{
	if (send)
		send_signal_locked(info->si_signo, info, parent, true, false);
	__wake_up(&parent->signal->wait_chldexit, TASK_NORMAL, 0, 0);
}

int exit_cause(int exit_code, int *status)
{
	*status = exit_code & 0x7f ?: exit_code >> 8;
	if (!(exit_code & 0x7f))
		return CLD_EXITED;
	return exit_code & 0x80 ? CLD_DUMPED : CLD_KILLED;
}

bool ignores_children(struct task_struct *t)
{
	struct k_sigaction *ka = &t->sighand->action[SIGCHLD - 1];

	return ka->sa.sa_handler == SIG_IGN || (ka->sa.sa_flags & SA_NOCLDWAIT);
}

bool do_notify_parent(struct task_struct *t, int sig)
{
	struct task_struct *parent = t->parent;
	struct k_sigaction *ka = &parent->sighand->action[SIGCHLD - 1];
	kernel_siginfo_t info;
	unsigned long flags;
	bool autoreap = false;

	wake_up_all(&t->thread_pid->wait_pidfd);
	fill_child_info(&info, t, sig);
	info.si_code = exit_cause(t->exit_code, &info.si_status);
	spin_lock_irqsave(&parent->sighand->siglock, flags);
	/* POSIX: no zombie if the parent ignores SIGCHLD, or has SA_NOCLDWAIT and still gets it. */
	if (!t->ptrace && sig == SIGCHLD && ignores_children(parent)) {
		autoreap = true;
		if (ka->sa.sa_handler == SIG_IGN)
			sig = 0;
	}
	notify_parent(parent, &info, sig > 0 && sig <= _NSIG);
	spin_unlock_irqrestore(&parent->sighand->siglock, flags);
	return autoreap;
}

static int cldstop_status(struct task_struct *t, int why)
{
	if (why == CLD_CONTINUED)
		return SIGCONT;
	return (why == CLD_TRAPPED ? t->exit_code : t->signal->group_exit_code) & 0x7f;
}

void do_notify_parent_cldstop(struct task_struct *t, bool for_ptracer, int why)
{
	struct task_struct *parent = for_ptracer ? t->parent : t->group_leader->real_parent;
	struct k_sigaction *ka = &parent->sighand->action[SIGCHLD - 1];
	kernel_siginfo_t info;
	unsigned long flags;

	fill_child_info(&info, for_ptracer ? t : t->group_leader, SIGCHLD);
	info.si_code = why;
	info.si_status = cldstop_status(t, why);
	spin_lock_irqsave(&parent->sighand->siglock, flags);
	notify_parent(parent, &info,
		      ka->sa.sa_handler != SIG_IGN && !(ka->sa.sa_flags & SA_NOCLDSTOP));
	spin_unlock_irqrestore(&parent->sighand->siglock, flags);
}

/* current's process stopped or continued. @ptracer: also for another process that traces it. */
static void notify_cldstop(int why, bool ptracer)
{
	struct task_struct *leader = current->group_leader;
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	do_notify_parent_cldstop(current, false, why);
	if (ptracer && ptrace_reparented(leader))
		do_notify_parent_cldstop(leader, true, why);
	spin_unlock_irqrestore(&tasklist_lock, flags);
}

/* ---- orphaned process groups --------------------------------------------- */

/* Orphaned: no member has its parent in another group of the same session. tasklist_lock held. */
static bool is_orphaned_pgrp(struct pid *pgrp, struct task_struct *ignored)
{
	struct task_struct *t;

	do_each_pid_task(pgrp, PIDTYPE_PGID, t) {
		if (t == ignored || (t->exit_state && thread_group_empty(t)) ||
		    t->real_parent->tgid == 1)
			continue;
		if (task_pgrp(t->real_parent) != pgrp &&
		    task_session(t->real_parent) == task_session(t))
			return false;
	}
	return true;
}

int is_current_pgrp_orphaned(void)
{
	unsigned long flags;
	int ret;

	spin_lock_irqsave(&tasklist_lock, flags);
	ret = is_orphaned_pgrp(task_pgrp(current), NULL);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return ret;
}

static bool has_stopped_jobs(struct pid *pgrp)
{
	struct task_struct *t;

	do_each_pid_task(pgrp, PIDTYPE_PGID, t) {
		if (t->signal->flags & SIGNAL_STOP_STOPPED)
			return true;
	}
	return false;
}

/*
 * @t exits (@parent NULL), or its @parent does. If that orphans @t's group, no shell can continue
 * its stopped jobs any more: they get SIGHUP and SIGCONT. tasklist_lock held.
 */
void kill_orphaned_pgrp(struct task_struct *t, struct task_struct *parent)
{
	struct pid *pgrp = task_pgrp(t);
	struct task_struct *ignored = parent ? NULL : t;

	if (!parent)
		parent = t->real_parent;
	if (task_pgrp(parent) == pgrp || task_session(parent) != task_session(t))
		return;
	if (is_orphaned_pgrp(pgrp, ignored) && has_stopped_jobs(pgrp)) {
		__kill_pgrp_info(SIGHUP, SEND_SIG_PRIV, pgrp);
		__kill_pgrp_info(SIGCONT, SEND_SIG_PRIV, pgrp);
	}
}

/* ---- stopping ------------------------------------------------------------ */

/* A thread that exits or is killed takes no part in a stop. siglock held. */
static bool mark_for_stop(struct task_struct *t, int sig)
{
	if (!task_set_jobctl(t, JOBCTL_STOP_PENDING | JOBCTL_STOP_CONSUME))
		return false;
	t->jobctl = (t->jobctl & ~JOBCTL_STOP_SIGMASK) | sig;
	return true;
}

static void start_group_stop(int sig)
{
	struct signal_struct *s = current->signal;
	struct task_struct *t;

	if (!(s->flags & SIGNAL_STOP_STOPPED))
		s->group_exit_code = sig;
	s->group_stop_count = 0;
	for_each_thread(current, t) {
		if ((t->__state & __TASK_STOPPED) || !mark_for_stop(t, sig))
			continue;
		s->group_stop_count++;
		if (t != current && (t->ptrace & PT_SEIZED))
			ptrace_trap_notify(t);
		else if (t != current)
			signal_wake_up(t, false);
	}
}

bool participate_in_stop(struct task_struct *t)
{
	struct signal_struct *s = t->signal;
	bool consume = t->jobctl & JOBCTL_STOP_CONSUME;

	t->jobctl &= ~JOBCTL_STOP_MASK;
	if (!consume)
		return false;
	if (s->group_stop_count > 0)
		s->group_stop_count--;
	if (s->group_stop_count || (s->flags & SIGNAL_STOP_STOPPED))
		return false;
	s->flags = (s->flags & ~SIGNAL_STOP_MASK) | SIGNAL_STOP_STOPPED;
	return true;
}

/*
 * Stops current, and with @sig the whole process; returns when SIGCONT comes. False: no stop, or
 * one for the tracer, which is to follow; siglock is still held.
 */
bool do_signal_stop(int sig, unsigned long flags)
{
	struct task_struct *t = current;
	struct signal_struct *s = t->signal;
	bool last;

	if (!(t->jobctl & JOBCTL_STOP_PENDING)) {
		/* If a SIGCONT or a kill came while the lock was not held, there is no stop. */
		if (!(t->jobctl & JOBCTL_STOP_DEQUEUED) || (s->flags & SIGNAL_GROUP_EXIT) ||
		    s->group_exec_task)
			return false;
		start_group_stop(sig);
	}
	if (t->ptrace) {
		t->jobctl |= JOBCTL_TRAP_STOP;
		return false;
	}
	last = participate_in_stop(t);
	set_current_state(TASK_STOPPED);
	spin_unlock_irqrestore(&t->sighand->siglock, flags);
	if (last)
		notify_cldstop(CLD_STOPPED, false);
	schedule();
	return true;
}

/* One thread of a continued (or half stopped, then continued) process reports that. */
bool report_cld(unsigned long flags)
{
	struct signal_struct *s = current->signal;
	int why;

	if (!(s->flags & SIGNAL_CLD_MASK))
		return false;
	why = s->flags & SIGNAL_CLD_CONTINUED ? CLD_CONTINUED : CLD_STOPPED;
	s->flags &= ~SIGNAL_CLD_MASK;
	spin_unlock_irqrestore(&current->sighand->siglock, flags);
	notify_cldstop(why, true);
	return true;
}

/* current exits: it takes no more signals, and a stop must not wait for it. */
void exit_signals(struct task_struct *t)
{
	unsigned long flags;
	bool stopped = false;

	spin_lock_irqsave(&t->sighand->siglock, flags);
	t->flags |= PF_EXITING;
	if (!thread_group_empty(t) && !(t->signal->flags & SIGNAL_GROUP_EXIT) &&
	    t->sigpending_flag) {
		retarget_shared_pending(t, ~t->blocked);
		if (t->jobctl & JOBCTL_STOP_PENDING)
			stopped = participate_in_stop(t);
	}
	spin_unlock_irqrestore(&t->sighand->siglock, flags);
	if (stopped)
		notify_cldstop(CLD_STOPPED, false);
}
