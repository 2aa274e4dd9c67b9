/* SPDX-License-Identifier: MIT */
/*
 * Signals: queued, ignored, picked; job control stops and continues; the
 * parent told. Abridges the machinery of kernel/signal.c; no ptrace, signalfd,
 * coredump handshake or limit on queued signals.
 *
 *   send ─> prepare_signal ─> queue (thread or process) ─> complete_signal ─> a thread wakes
 *           ignored? drop       sigqueue + bit in the set    fatal: SIGKILL to all threads
 *   way out to user mode ─> get_signal ─> stop here, or a handler's frame, or the end
 *
 * A stop of the group: the thread that takes the signal marks all of them with
 * JOBCTL_STOP_PENDING and counts them in group_stop_count; each parks itself in
 * get_signal; the last one tells the parent. SIGCONT takes all that back at
 * the moment it is sent.
 *
 * Locks: sighand->siglock for everything here, tasklist_lock outside it where
 * parents or groups are looked at. Both with interrupts off.
 */
#include <sched.h>
#include <errno.h>
#include <mm.h>
#include <printk.h>
#include <string.h>
#include <linux/capability.h>

#define JOBCTL_STOP_SIGMASK	0xffffUL
#define JOBCTL_STOP_DEQUEUED	BIT(16)		/* took a stop signal, has not acted on it yet */
#define JOBCTL_STOP_PENDING	BIT(17)		/* is to stop */
#define JOBCTL_STOP_CONSUME	BIT(18)		/* counted in group_stop_count */
#define JOBCTL_STOP_MASK	(JOBCTL_STOP_DEQUEUED | JOBCTL_STOP_PENDING | JOBCTL_STOP_CONSUME)

#define SIGNAL_CLD_MASK		(SIGNAL_CLD_STOPPED | SIGNAL_CLD_CONTINUED)
#define SIGNAL_STOP_MASK	(SIGNAL_CLD_MASK | SIGNAL_STOP_STOPPED | SIGNAL_STOP_CONTINUED)
#define SYNCHRONOUS_MASK \
	(sigmask(SIGSEGV) | sigmask(SIGBUS) | sigmask(SIGILL) | sigmask(SIGTRAP) | sigmask(SIGFPE) | \
	 sigmask(SIGSYS))
#define SA_IMMUTABLE		0x00800000UL	/* set by force_fatal_sig: sigaction may not undo it */

struct sigqueue {
	struct list_head list;
	kernel_siginfo_t info;
};

static struct kmem_cache *sigqueue_cache;

void signals_init(void)
{
	sigqueue_cache = kmem_cache_create("sigqueue", sizeof(struct sigqueue), 8);
	if (!sigqueue_cache)
		panic("no memory for signals");
}

static bool info_is_special(const kernel_siginfo_t *info)
{
	return info == SEND_SIG_NOINFO || info == SEND_SIG_PRIV;
}

static __sighandler_t sig_handler(struct task_struct *t, int sig)
{
	return t->sighand->action[sig - 1].sa.sa_handler;
}

static bool handler_ignored(__sighandler_t handler, int sig)
{
	return handler == SIG_IGN || (handler == SIG_DFL && (sigmask(sig) & SIG_KERNEL_IGNORE_MASK));
}

static bool sig_kernel_only(int sig)
{
	return sigmask(sig) & SIG_KERNEL_ONLY_MASK;
}

/* ---- is there anything to do? ----------------------------------------- */

static bool has_pending(struct task_struct *t)
{
	return (t->jobctl & JOBCTL_STOP_PENDING) ||
	       ((t->pending.signal | t->signal->shared_pending.signal) & ~t->blocked);
}

/* Only current may clear its flag: others do not know what it is about to return to. */
void recalc_sigpending(void)
{
	current->sigpending_flag = has_pending(current);
}

void signal_wake_up(struct task_struct *t, bool fatal)
{
	t->sigpending_flag = true;
	wake_up_state(t, TASK_INTERRUPTIBLE | (fatal ? TASK_WAKEKILL : 0));
}

/* ---- queues ----------------------------------------------------------- */

void flush_sigqueue(struct sigpending *q)
{
	struct sigqueue *e, *next;

	q->signal = 0;
	list_for_each_entry_safe(e, next, &q->list, list)
		kmem_cache_free(sigqueue_cache, e);
	INIT_LIST_HEAD(&q->list);
}

static void flush_mask(sigset_t mask, struct sigpending *q)
{
	struct sigqueue *e, *next;

	if (!(q->signal & mask))
		return;
	q->signal &= ~mask;
	list_for_each_entry_safe(e, next, &q->list, list) {
		if (sigmask(e->info.si_signo) & mask) {
			list_del(&e->list);
			kmem_cache_free(sigqueue_cache, e);
		}
	}
}

static void flush_mask_of_process(struct task_struct *t, sigset_t mask)
{
	struct task_struct *p;

	flush_mask(mask, &t->signal->shared_pending);
	for_each_thread(t, p)
		flush_mask(mask, &p->pending);
}

static void fill_special_info(kernel_siginfo_t *to, int sig, const kernel_siginfo_t *info)
{
	memset(to, 0, sizeof(*to));
	to->si_signo = sig;
	if (info == SEND_SIG_PRIV) {
		to->si_code = SI_KERNEL;
	} else {
		to->si_code = SI_USER;
		to->si_pid = current->tgid;
		to->si_uid = current->cred->uid;
	}
}

/* Puts @sig into @q. -EAGAIN: no memory for what must not be lost. */
static int queue_signal(int sig, const kernel_siginfo_t *info, struct sigpending *q)
{
	struct sigqueue *e = NULL;

	if (sig != SIGKILL)
		e = kmem_cache_alloc(sigqueue_cache, GFP_KERNEL);
	if (e) {
		if (info_is_special(info))
			fill_special_info(&e->info, sig, info);
		else
			e->info = *info;
		list_add_tail(&e->list, &q->list);
	} else if (sig >= SIGRTMIN && !info_is_special(info) && info->si_code != SI_USER) {
		return -EAGAIN;
	}
	q->signal |= sigmask(sig);
	return 0;
}

/* ---- sending ---------------------------------------------------------- */

static bool sig_ignored(struct task_struct *t, int sig, bool force)
{
	__sighandler_t handler = sig_handler(t, sig);

	if ((t->blocked | t->real_blocked) & sigmask(sig))
		return false;
	if (t->tgid == 1 && sig_kernel_only(sig))
		return true;
	if ((t->signal->flags & SIGNAL_UNKILLABLE) && handler == SIG_DFL &&
	    !(force && sig_kernel_only(sig)))
		return true;
	return handler_ignored(handler, sig);
}

/* A stopped process goes on when SIGCONT is sent, even if it is ignored or blocked. */
static void continue_process(struct task_struct *t)
{
	struct signal_struct *sig = t->signal;
	struct task_struct *p;
	unsigned int why = 0;

	flush_mask_of_process(t, SIG_KERNEL_STOP_MASK);
	for_each_thread(t, p) {
		p->jobctl &= ~JOBCTL_STOP_MASK;
		wake_up_state(p, __TASK_STOPPED);
	}
	if (sig->flags & SIGNAL_STOP_STOPPED)
		why = SIGNAL_CLD_CONTINUED;
	else if (sig->group_stop_count)
		why = SIGNAL_CLD_STOPPED;
	if (why) {
		/* The first thread to run again tells the parent, in get_signal. */
		sig->flags = (sig->flags & ~SIGNAL_STOP_MASK) | why | SIGNAL_STOP_CONTINUED;
		sig->group_stop_count = 0;
		sig->group_exit_code = 0;
	}
}

/* What sending does even if the signal is then dropped. True: it is to be queued. */
static bool prepare_signal(int sig, struct task_struct *t, bool force)
{
	if (t->signal->flags & SIGNAL_GROUP_EXIT)
		return false;
	if (sigmask(sig) & SIG_KERNEL_STOP_MASK)
		flush_mask_of_process(t, sigmask(SIGCONT));
	else if (sig == SIGCONT)
		continue_process(t);
	return !sig_ignored(t, sig, force);
}

/* Would @t take @sig now? */
static bool wants_signal(int sig, struct task_struct *t)
{
	if ((t->blocked & sigmask(sig)) || (t->flags & PF_EXITING))
		return false;
	if (sig == SIGKILL)
		return true;
	if (t->__state & __TASK_STOPPED)
		return false;
	return t == current || !t->sigpending_flag;
}

static bool sig_fatal(struct task_struct *t, int sig)
{
	return !(sigmask(sig) & (SIG_KERNEL_IGNORE_MASK | SIG_KERNEL_STOP_MASK)) &&
	       sig_handler(t, sig) == SIG_DFL;
}

/* Each thread of @t's process but @spared (may be NULL) finds SIGKILL; how many there are. siglock held. */
static int zap_threads(struct task_struct *t, struct task_struct *spared)
{
	struct task_struct *p;
	int count = 0;

	t->signal->group_stop_count = 0;
	for_each_thread(t, p) {
		if (p == spared)
			continue;
		p->jobctl &= ~JOBCTL_STOP_MASK;
		count++;
		if (p->exit_state)
			continue;
		p->pending.signal |= sigmask(SIGKILL);
		signal_wake_up(p, true);
	}
	return count;
}

int zap_other_threads(struct task_struct *t)
{
	return zap_threads(t, t);
}

static void complete_signal(int sig, struct task_struct *t, bool group)
{
	struct task_struct *p, *taker = NULL;

	if (wants_signal(sig, t)) {
		taker = t;
	} else if (group) {
		for_each_thread(t, p) {
			if (wants_signal(sig, p)) {
				taker = p;
				break;
			}
		}
	}
	if (!taker)
		return;		/* whoever unblocks it will find it */
	if (sig_fatal(t, sig) && !(t->signal->flags & SIGNAL_GROUP_EXIT) &&
	    !(taker->real_blocked & sigmask(sig)) && !(sigmask(sig) & SIG_KERNEL_COREDUMP_MASK)) {
		t->signal->flags = SIGNAL_GROUP_EXIT;
		t->signal->group_exit_code = sig;
		zap_threads(t, NULL);
	} else {
		signal_wake_up(taker, sig == SIGKILL);
	}
}

/* siglock held. @force: the kernel means it, init too. */
static int send_signal_locked(int sig, kernel_siginfo_t *info, struct task_struct *t, bool group,
			      bool force)
{
	struct sigpending *q = group ? &t->signal->shared_pending : &t->pending;
	int ret;

	if (!prepare_signal(sig, t, force))
		return 0;
	if (sig < SIGRTMIN && (q->signal & sigmask(sig)))
		return 0;	/* the old signals do not count */
	ret = queue_signal(sig, info, q);
	if (!ret)
		complete_signal(sig, t, group);
	return ret;
}

/* The sighand of @t, locked; NULL when it is already reaped. */
static struct sighand_struct *lock_sighand(struct task_struct *t, unsigned long *flags)
{
	struct sighand_struct *sighand;

	*flags = local_irq_save();
	sighand = t->sighand;
	if (sighand)
		spin_lock(&sighand->siglock);
	else
		local_irq_restore(*flags);
	return sighand;
}

int send_sig_info(int sig, kernel_siginfo_t *info, struct task_struct *t, bool group)
{
	struct sighand_struct *sighand;
	unsigned long flags;
	int ret;

	if (sig < 0 || sig > _NSIG)
		return -EINVAL;
	if (!sig)
		return 0;
	sighand = lock_sighand(t, &flags);
	if (!sighand)
		return -ESRCH;
	ret = send_signal_locked(sig, info, t, group, info == SEND_SIG_PRIV);
	spin_unlock_irqrestore(&sighand->siglock, flags);
	return ret;
}

int send_sig(int sig, struct task_struct *t, int priv)
{
	return send_sig_info(sig, priv ? SEND_SIG_PRIV : SEND_SIG_NOINFO, t, false);
}

/* 0, -EINVAL or -EPERM: may current send @sig to @t? The kernel's own always may. */
int check_kill_permission(int sig, kernel_siginfo_t *info, struct task_struct *t)
{
	const struct cred *me = current->cred, *c = t->cred;

	if (sig < 0 || sig > _NSIG)
		return -EINVAL;
	if (info == SEND_SIG_PRIV || (info != SEND_SIG_NOINFO && info->si_code > 0))
		return 0;
	if (same_thread_group(current, t) || me->euid == c->suid || me->euid == c->uid ||
	    me->uid == c->suid || me->uid == c->uid || capable(CAP_KILL))
		return 0;
	if (sig == SIGCONT && task_session(current) == task_session(t))
		return 0;
	return -EPERM;
}

int group_send_sig_info(int sig, kernel_siginfo_t *info, struct task_struct *t)
{
	int ret = check_kill_permission(sig, info, t);

	return ret || !sig ? ret : send_sig_info(sig, info, t, true);
}

int __kill_pgrp_info(int sig, kernel_siginfo_t *info, struct pid *pgrp)
{
	struct task_struct *t;
	int ret = -ESRCH;
	bool success = false;

	do_each_pid_task(pgrp, PIDTYPE_PGID, t) {
		ret = group_send_sig_info(sig, info, t);
		success |= !ret;
	}
	return success ? 0 : ret;
}

int kill_pgrp(struct pid *pgrp, int sig, int priv)
{
	unsigned long flags;
	int ret;

	spin_lock_irqsave(&tasklist_lock, flags);
	ret = __kill_pgrp_info(sig, priv ? SEND_SIG_PRIV : SEND_SIG_NOINFO, pgrp);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return ret;
}

int kill_pid_info(int sig, kernel_siginfo_t *info, struct pid *pid)
{
	struct task_struct *t;
	unsigned long flags;
	int ret = -ESRCH;

	spin_lock_irqsave(&tasklist_lock, flags);
	t = pid_task(pid, PIDTYPE_PID);
	if (t)
		ret = group_send_sig_info(sig, info, t);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return ret;
}

/* ---- forced on current ------------------------------------------------ */

static void force_sig_info(kernel_siginfo_t *info, bool fatal)
{
	struct task_struct *t = current;
	int sig = info->si_signo;
	struct k_sigaction *ka = &t->sighand->action[sig - 1];
	bool blocked = t->blocked & sigmask(sig);
	unsigned long flags;

	spin_lock_irqsave(&t->sighand->siglock, flags);
	if (blocked || ka->sa.sa_handler == SIG_IGN || fatal) {
		ka->sa.sa_handler = SIG_DFL;
		if (fatal)
			ka->sa.sa_flags |= SA_IMMUTABLE;
		t->blocked &= ~sigmask(sig);
	}
	if (ka->sa.sa_handler == SIG_DFL)
		t->signal->flags &= ~SIGNAL_UNKILLABLE;
	send_signal_locked(sig, info, t, false, true);
	if (!t->sigpending_flag)	/* it was pending already, and blocked until now */
		signal_wake_up(t, false);
	spin_unlock_irqrestore(&t->sighand->siglock, flags);
}

void force_sig(int sig)
{
	force_sig_info(&(kernel_siginfo_t){ .si_signo = sig, .si_code = SI_KERNEL }, false);
}

void force_fatal_sig(int sig)
{
	force_sig_info(&(kernel_siginfo_t){ .si_signo = sig, .si_code = SI_KERNEL }, true);
}

void force_sig_fault(int sig, int code, void __user *addr)
{
	kernel_siginfo_t info = { .si_signo = sig, .si_code = code };

	info.si_addr = addr;
	force_sig_info(&info, false);
}

/* ---- telling the parent ----------------------------------------------- */

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
	/* POSIX: who ignores SIGCHLD wants no zombies; with SA_NOCLDWAIT it still gets the signal. */
	if (sig == SIGCHLD &&
	    (ka->sa.sa_handler == SIG_IGN || (ka->sa.sa_flags & SA_NOCLDWAIT))) {
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

/* ---- orphaned process groups ------------------------------------------ */

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

/* ---- stopping --------------------------------------------------------- */

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
static bool do_signal_stop(int sig, unsigned long flags)
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

/* ---- taking ----------------------------------------------------------- */

/* The lowest number, but the faults of the thread itself first. */
static int next_signal(const struct sigpending *q, const sigset_t *mask)
{
	sigset_t set = q->signal & ~*mask;

	if (set & SYNCHRONOUS_MASK)
		set &= SYNCHRONOUS_MASK;
	return set ? __builtin_ctzl(set) + 1 : 0;
}

/* Takes the first entry of @sig; the bit stays while there are more. */
static void collect_signal(int sig, struct sigpending *q, kernel_siginfo_t *info)
{
	struct sigqueue *e, *first = NULL;
	bool more = false;

	list_for_each_entry(e, &q->list, list) {
		if (e->info.si_signo != sig)
			continue;
		if (first) {
			more = true;
			break;
		}
		first = e;
	}
	if (!more)
		q->signal &= ~sigmask(sig);
	if (first) {
		*info = first->info;
		list_del(&first->list);
		kmem_cache_free(sigqueue_cache, first);
	} else {
		memset(info, 0, sizeof(*info));
		info->si_signo = sig;
		info->si_code = SI_USER;
	}
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

/* A continued (or half stopped and continued) process reports it once. siglock held; true: it was released. */
static bool report_cld(unsigned long flags)
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

enum action { ACT_NEXT, ACT_RELOCK, ACT_HANDLE, ACT_DIE };

/* Default action of a stop signal; siglock held unless ACT_RELOCK is returned. */
static enum action default_stop(int sig, unsigned long flags)
{
	if (sig != SIGSTOP) {
		/* A stop from the keyboard would leave an orphaned group stopped for ever. */
		spin_unlock_irqrestore(&current->sighand->siglock, flags);
		if (is_current_pgrp_orphaned())
			return ACT_RELOCK;
		spin_lock_irqsave(&current->sighand->siglock, flags);
	}
	return do_signal_stop(sig, flags) ? ACT_RELOCK : ACT_NEXT;
}

/* What @ksig's signal, just dequeued, asks for. siglock held unless ACT_RELOCK is returned. */
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

/* One look at the queues under siglock, which is taken here and dropped on the way out. */
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
		ksig->sig = dequeue_signal(t, &t->blocked, &ksig->info);
		if (!ksig->sig)
			break;
		act = decide(ksig, flags);
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

/* ---- masks and actions ------------------------------------------------ */

/* current will not take @which any more: signals to the process go to another thread. siglock held. */
static void retarget_shared_pending(struct task_struct *t, sigset_t which)
{
	sigset_t retarget = t->signal->shared_pending.signal & which;
	struct task_struct *p;

	for_each_thread(t, p) {
		if (!retarget)
			return;
		if (p == t || (p->flags & PF_EXITING) || !(retarget & ~p->blocked))
			continue;
		retarget &= p->blocked;
		if (!p->sigpending_flag)
			signal_wake_up(p, false);
	}
}

void set_current_blocked(sigset_t mask)
{
	struct task_struct *t = current;
	unsigned long flags;

	mask &= ~SIG_KERNEL_ONLY_MASK;
	if (t->blocked == mask)
		return;
	spin_lock_irqsave(&t->sighand->siglock, flags);
	if (t->sigpending_flag && !thread_group_empty(t))
		retarget_shared_pending(t, mask & ~t->blocked);
	t->blocked = mask;
	recalc_sigpending();
	spin_unlock_irqrestore(&t->sighand->siglock, flags);
}

void flush_signal_handlers(struct task_struct *t, bool force_default)
{
	struct k_sigaction *ka = t->sighand->action;

	for (int i = 0; i < SIGNAL_COUNT; i++, ka++) {
		if (force_default || ka->sa.sa_handler != SIG_IGN)
			ka->sa.sa_handler = SIG_DFL;
		ka->sa.sa_flags = 0;
		ka->sa.sa_restorer = NULL;
		ka->sa.sa_mask = 0;
	}
}

int do_sigaction(int sig, const struct k_sigaction *act, struct k_sigaction *old)
{
	static const unsigned long known_flags = SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_ONSTACK |
		SA_RESTART | SA_NODEFER | SA_RESETHAND | SA_EXPOSE_TAGBITS | SA_RESTORER;
	struct task_struct *t = current;
	struct k_sigaction *k;
	unsigned long flags;
	int ret = 0;

	if (sig < 1 || sig > _NSIG || (act && sig_kernel_only(sig)))
		return -EINVAL;
	k = &t->sighand->action[sig - 1];
	spin_lock_irqsave(&t->sighand->siglock, flags);
	if (old) {
		*old = *k;
		old->sa.sa_flags &= known_flags;
	}
	if (k->sa.sa_flags & SA_IMMUTABLE) {
		ret = -EINVAL;
	} else if (act) {
		*k = *act;
		k->sa.sa_flags &= known_flags;
		k->sa.sa_mask &= ~SIG_KERNEL_ONLY_MASK;
		/* POSIX 3.3.1.3: to ignore a signal discards it where it is pending. */
		if (handler_ignored(k->sa.sa_handler, sig))
			flush_mask_of_process(t, sigmask(sig));
	}
	spin_unlock_irqrestore(&t->sighand->siglock, flags);
	return ret;
}

/* current is about to die: it takes no more signals, and a stop must not wait for it. */
void exit_signals(struct task_struct *t)
{
	unsigned long flags;
	bool stopped = false;

	spin_lock_irqsave(&t->sighand->siglock, flags);
	t->flags |= PF_EXITING;
	if (!thread_group_empty(t) && !(t->signal->flags & SIGNAL_GROUP_EXIT) && t->sigpending_flag) {
		retarget_shared_pending(t, ~t->blocked);
		if (t->jobctl & JOBCTL_STOP_PENDING)
			stopped = participate_in_stop(t);
	}
	spin_unlock_irqrestore(&t->sighand->siglock, flags);
	if (stopped)
		notify_cldstop(CLD_STOPPED);
}
