/* SPDX-License-Identifier: MIT */
/*
 * Job control of processes: stopping them, reporting stops, continues and deaths to the parent,
 * and process groups that became orphaned. What a terminal has to do with it is in kernel/tty/.
 *
 * Abridges Linux's kernel/signal.c (do_signal_stop, do_notify_parent) and the orphaned groups of
 * kernel/exit.c. Left out: ptrace.
 *
 * A stop of the process: the thread that takes the signal marks all threads with
 * JOBCTL_STOP_PENDING and counts them in group_stop_count; each of them stops in get_signal; the
 * last one notifies the parent. SIGCONT undoes all that when it is sent: continue_process in
 * signal.c.
 */
#include <sched.h>
#include <string.h>
#include "internal.h"

/* ---- telling the parent -------------------------------------------------- */

/* A SIGCHLD's siginfo about @t. @times of the process in USER_HZ. */
static void fill_child_info(kernel_siginfo_t *info, struct task_struct *t, int sig)
{
	u64 utime, stime;

	memset(info, 0, sizeof(*info));
	thread_group_cputime(t, &utime, &stime);
	info->si_signo = sig;
	info->si_pid = t->pid;
	info->si_uid = t->cred->uid;
	info->si_utime = utime / (NSEC_PER_SEC / USER_HZ);
	info->si_stime = stime / (NSEC_PER_SEC / USER_HZ);
}

/* tasklist_lock held: the parent cannot go. */
static void tell_parent(struct task_struct *parent, kernel_siginfo_t *info, bool send)
{
	if (send)
		send_signal_locked(info->si_signo, info, parent, true, false);
	__wake_up(&parent->signal->wait_chldexit, TASK_INTERRUPTIBLE, 0);
}

int exit_cause(int exit_code, int *status)
{
	*status = exit_code & 0x7f ?: exit_code >> 8;
	if (!(exit_code & 0x7f))
		return CLD_EXITED;
	return exit_code & 0x80 ? CLD_DUMPED : CLD_KILLED;
}

bool do_notify_parent(struct task_struct *t, int sig)
{
	struct task_struct *parent = t->parent;
	struct k_sigaction *ka = &parent->sighand->action[SIGCHLD - 1];
	kernel_siginfo_t info;
	unsigned long flags;
	bool autoreap = false;

	fill_child_info(&info, t, sig);
	info.si_code = exit_cause(t->exit_code, &info.si_status);
	spin_lock_irqsave(&parent->sighand->siglock, flags);
	/*
	 * POSIX: who ignores SIGCHLD wants no zombies; with SA_NOCLDWAIT it still gets the signal.
	 */
	if (sig == SIGCHLD && (ka->sa.sa_handler == SIG_IGN || (ka->sa.sa_flags & SA_NOCLDWAIT))) {
		autoreap = true;
		if (ka->sa.sa_handler == SIG_IGN)
			sig = 0;
	}
	tell_parent(parent, &info, sig > 0 && sig <= _NSIG);
	spin_unlock_irqrestore(&parent->sighand->siglock, flags);
	return autoreap;
}

bool do_notify_parent_cldstop(struct task_struct *t, int why)
{
	struct task_struct *leader = t->group_leader, *parent = leader->real_parent;
	struct k_sigaction *ka = &parent->sighand->action[SIGCHLD - 1];
	kernel_siginfo_t info;
	unsigned long flags;

	fill_child_info(&info, leader, SIGCHLD);
	info.si_code = why;
	info.si_status = why == CLD_CONTINUED ? SIGCONT : leader->signal->group_exit_code & 0x7f;
	spin_lock_irqsave(&parent->sighand->siglock, flags);
	tell_parent(parent, &info,
		    ka->sa.sa_handler != SIG_IGN && !(ka->sa.sa_flags & SA_NOCLDSTOP));
	spin_unlock_irqrestore(&parent->sighand->siglock, flags);
	return true;
}

static void notify_cldstop(int why)
{
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	do_notify_parent_cldstop(current, why);
	spin_unlock_irqrestore(&tasklist_lock, flags);
}

/* ---- orphaned process groups --------------------------------------------- */

/* tasklist_lock held. Orphaned: no member's parent is of another group of the same session. */
bool is_orphaned_pgrp(struct pid *pgrp, struct task_struct *ignored)
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
 * @t leaves (@parent NULL: it exits; else @parent exits): if that orphans its
 * group and a job there is stopped, nobody could ever continue it.
 * tasklist_lock held.
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

/* A dying or already killed thread takes no part. siglock held. */
static bool mark_for_stop(struct task_struct *t, int sig)
{
	if ((t->flags & PF_EXITING) || (t->pending.signal & sigmask(SIGKILL)))
		return false;
	t->jobctl = (t->jobctl & ~JOBCTL_STOP_SIGMASK) | sig | JOBCTL_STOP_PENDING |
		    JOBCTL_STOP_CONSUME;
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
		if (t != current)
			signal_wake_up(t, false);
	}
}

/* @t has come to rest. True: it was the last, the parent is to know. siglock held. */
static bool participate_in_stop(struct task_struct *t)
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
 * Stops current, and with @sig the whole process. Called with siglock held;
 * true: it was released (and the stop is over); false: still held, no stop.
 */
bool do_signal_stop(int sig, unsigned long flags)
{
	struct task_struct *t = current;
	struct signal_struct *s = t->signal;
	bool last;

	if (!(t->jobctl & JOBCTL_STOP_PENDING)) {
		/* A SIGCONT or a kill came while the lock was not held: it wins. */
		if (!(t->jobctl & JOBCTL_STOP_DEQUEUED) || (s->flags & SIGNAL_GROUP_EXIT) ||
		    s->group_exec_task)
			return false;
		start_group_stop(sig);
	}
	last = participate_in_stop(t);
	set_current_state(TASK_STOPPED);
	spin_unlock_irqrestore(&t->sighand->siglock, flags);
	if (last)
		notify_cldstop(CLD_STOPPED);
	schedule();
	return true;
}

/*
 * A continued (or half stopped and continued) process reports it once. siglock held; true: it was
 * released.
 */
bool report_cld(unsigned long flags)
{
	struct signal_struct *s = current->signal;
	int why;

	if (!(s->flags & SIGNAL_CLD_MASK))
		return false;
	why = s->flags & SIGNAL_CLD_CONTINUED ? CLD_CONTINUED : CLD_STOPPED;
	s->flags &= ~SIGNAL_CLD_MASK;
	spin_unlock_irqrestore(&current->sighand->siglock, flags);
	notify_cldstop(why);
	return true;
}

/* current is about to die: it takes no more signals, and a stop must not wait for it. */
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
		notify_cldstop(CLD_STOPPED);
}
