/* SPDX-License-Identifier: MIT */
/*
 * Sending signals: which are dropped, on which queue the others wait, which thread wakes up; and
 * the masks and actions that decide about it. get_signal.c takes signals off the queues, jobctl.c
 * stops processes.
 *
 * Abridges Linux's kernel/signal.c.
 *
 *   send ─> prepare_signal ─> queue (thread or process) ─> complete_signal ─> a thread wakes up
 *           ignored? drop       sigqueue + bit in the set    fatal: SIGKILL to all threads
 *
 * Locks: sighand->siglock for everything here; where parents or groups are looked at, also
 * tasklist_lock outside it. Both with interrupts off.
 */
#include <sched.h>
#include <errno.h>
#include <slab.h>
#include <printk.h>
#include <ptrace.h>
#include <string.h>
#include <linux/capability.h>
#include "internal.h"

struct sigqueue {
	struct list_head list;
	struct user_struct *user; /* whose RLIMIT_SIGPENDING it counts to; NULL: a timer's */
	kernel_siginfo_t info;
};

static struct kmem_cache *sigqueue_cache;

void signals_init(void)
{
	sigqueue_cache = kmem_cache_create("sigqueue", sizeof(struct sigqueue), 8);
	if (!sigqueue_cache)
		panic("no memory for signals");
}

void copy_siginfo_to_external(siginfo_t *to, const kernel_siginfo_t *from)
{
	memcpy(to, from, sizeof(*from));
	memset((char *)to + sizeof(*from), 0, sizeof(*to) - sizeof(*from));
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
	return handler == SIG_IGN ||
	       (handler == SIG_DFL && (sigmask(sig) & SIG_KERNEL_IGNORE_MASK));
}

/* ---- the flag of a pending signal ---------------------------------------- */

static bool has_pending(struct task_struct *t)
{
	return (t->jobctl & JOBCTL_PENDING_MASK) ||
	       ((t->pending.signal | t->signal->shared_pending.signal) & ~t->blocked);
}

/*
 * Only current may clear its flag: another task cannot know which signals current has already
 * handled.
 */
void recalc_sigpending(void) { current->sigpending_flag = has_pending(current); }

void signal_wake_up(struct task_struct *t, bool fatal)
{
	t->sigpending_flag = true;
	wake_up_state(t, TASK_INTERRUPTIBLE | (fatal ? TASK_WAKEKILL : 0));
}

bool task_set_jobctl(struct task_struct *t, unsigned long mask)
{
	if ((t->flags & PF_EXITING) || (t->pending.signal & sigmask(SIGKILL)))
		return false;
	t->jobctl |= mask;
	return true;
}

void ptrace_signal_wake_up(struct task_struct *t, bool resume)
{
	t->sigpending_flag = true;
	wake_up_state(t, TASK_INTERRUPTIBLE | (resume ? __TASK_TRACED : 0));
}

/* The stop of a seized task's process has begun or ended: the tracer gets a stop of its own. */
void ptrace_trap_notify(struct task_struct *t)
{
	task_set_jobctl(t, JOBCTL_TRAP_NOTIFY);
	ptrace_signal_wake_up(t, t->jobctl & JOBCTL_LISTENING);
}

/* ---- queues -------------------------------------------------------------- */

/* Did a timer of timer_create send it? The timer itself counts to RLIMIT_SIGPENDING. */
static bool from_timer(const kernel_siginfo_t *info)
{
	return !info_is_special(info) && info->si_code == SI_TIMER && info->si_sys_private;
}

/* What the kernel or kill(2) sends of a standard signal is not refused by the limit. */
static bool may_exceed(int sig, const kernel_siginfo_t *info)
{
	return sig < SIGRTMIN && (info_is_special(info) || info->si_code >= 0);
}

/* NULL: no memory, or the user of @t has too much queued. */
static struct sigqueue *sigqueue_alloc(int sig, const kernel_siginfo_t *info, struct task_struct *t)
{
	u64 limit = may_exceed(sig, info) ? RLIM64_INFINITY : task_rlimit(t, RLIMIT_SIGPENDING);
	struct user_struct *user = from_timer(info) ? NULL : inc_sigpending(t->cred->uid, limit);
	struct sigqueue *e;

	if (!user && !from_timer(info))
		return NULL;
	e = kmem_cache_alloc(sigqueue_cache, GFP_KERNEL);
	if (e)
		e->user = user;
	else if (user)
		dec_sigpending(user);
	return e;
}

static void sigqueue_free(struct sigqueue *e)
{
	if (e->user)
		dec_sigpending(e->user);
	kmem_cache_free(sigqueue_cache, e);
}

void flush_sigqueue(struct sigpending *q)
{
	struct sigqueue *e, *next;

	q->signal = 0;
	list_for_each_entry_safe(e, next, &q->list, list)
		sigqueue_free(e);
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
			sigqueue_free(e);
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

/*
 * Without memory or above the limit only the bit is set and the siginfo is lost. -EAGAIN for a
 * real-time signal whose siginfo must not be lost.
 */
static int queue_signal(int sig, const kernel_siginfo_t *info, struct task_struct *t,
			struct sigpending *q)
{
	struct sigqueue *e = sig == SIGKILL ? NULL : sigqueue_alloc(sig, info, t);

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

/* The bit in the set stays while another entry of @sig is queued. */
void collect_signal(int sig, struct sigpending *q, kernel_siginfo_t *info)
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
		sigqueue_free(first);
	} else {
		memset(info, 0, sizeof(*info));
		info->si_signo = sig;
		info->si_code = SI_USER;
	}
}

/* Copies the entry number @n of a queue of @t. False: there is none. */
bool peek_queued(struct task_struct *t, bool shared, unsigned long n, kernel_siginfo_t *info)
{
	struct sigpending *q = shared ? &t->signal->shared_pending : &t->pending;
	struct sigqueue *e;
	unsigned long flags;
	bool found = false;

	spin_lock_irqsave(&t->sighand->siglock, flags);
	list_for_each_entry(e, &q->list, list) {
		found = !n--;
		if (found) {
			*info = e->info;
			break;
		}
	}
	spin_unlock_irqrestore(&t->sighand->siglock, flags);
	return found;
}

/* ---- sending ------------------------------------------------------------- */

static bool sig_ignored(struct task_struct *t, int sig, bool force)
{
	__sighandler_t handler = sig_handler(t, sig);

	if ((t->blocked | t->real_blocked) & sigmask(sig))
		return false;
	if (t->ptrace && sig != SIGKILL)
		return false; /* the tracer sees it */
	if (t->tgid == 1 && sig_kernel_only(sig))
		return true;
	if ((t->signal->flags & SIGNAL_UNKILLABLE) && handler == SIG_DFL &&
	    !(force && sig_kernel_only(sig)))
		return true;
	return handler_ignored(handler, sig);
}

/* Sending SIGCONT continues a stopped process, even if the signal is ignored or blocked. */
static void continue_process(struct task_struct *t)
{
	struct signal_struct *sig = t->signal;
	struct task_struct *p;
	unsigned int why = 0;

	flush_mask_of_process(t, SIG_KERNEL_STOP_MASK);
	for_each_thread(t, p) {
		p->jobctl &= ~JOBCTL_STOP_MASK;
		if (p->ptrace & PT_SEIZED)
			ptrace_trap_notify(p);
		else
			wake_up_state(p, __TASK_STOPPED);
	}
	if (sig->flags & SIGNAL_STOP_STOPPED)
		why = SIGNAL_CLD_CONTINUED;
	else if (sig->group_stop_count)
		why = SIGNAL_CLD_STOPPED;
	if (why) {
		/* The first thread that runs again reports it to the parent, in get_signal. */
		sig->flags = (sig->flags & ~SIGNAL_STOP_MASK) | why | SIGNAL_STOP_CONTINUED;
		sig->group_stop_count = 0;
		sig->group_exit_code = 0;
	}
}

/*
 * The effects of sending that happen even if the signal is then dropped. Returns whether to queue
 * it.
 */
static bool prepare_signal(int sig, struct task_struct *t, bool force)
{
	if ((t->signal->flags & SIGNAL_GROUP_EXIT) ||
	    ((t->signal->flags & SIGNAL_DUMPING) && sig != SIGKILL &&
	     !(force && (sigmask(sig) & SIG_KERNEL_COREDUMP_MASK))))
		return false;
	if (sigmask(sig) & SIG_KERNEL_STOP_MASK)
		flush_mask_of_process(t, sigmask(SIGCONT));
	else if (sig == SIGCONT)
		continue_process(t);
	return !sig_ignored(t, sig, force);
}

/* Can @t take @sig now? */
static bool wants_signal(int sig, struct task_struct *t)
{
	if ((t->blocked & sigmask(sig)) || (t->flags & PF_EXITING))
		return false;
	if (sig == SIGKILL)
		return true;
	if (t->__state & (__TASK_STOPPED | __TASK_TRACED))
		return false;
	return t == current || !t->sigpending_flag;
}

static bool sig_fatal(struct task_struct *t, int sig)
{
	return !(sigmask(sig) & (SIG_KERNEL_IGNORE_MASK | SIG_KERNEL_STOP_MASK)) &&
	       sig_handler(t, sig) == SIG_DFL;
}

/* Queues SIGKILL to each thread of @t's process but @spared; returns their number. siglock held. */
static int zap_threads(struct task_struct *t, struct task_struct *spared)
{
	struct task_struct *p;
	int count = 0;

	t->signal->group_stop_count = 0;
	for_each_thread(t, p) {
		if (p == spared)
			continue;
		p->jobctl &= ~(JOBCTL_STOP_MASK | JOBCTL_TRAP_MASK | JOBCTL_TRAPPING);
		count++;
		if (p->exit_state)
			continue;
		p->pending.signal |= sigmask(SIGKILL);
		signal_wake_up(p, true);
	}
	return count;
}

int zap_other_threads(struct task_struct *t) { return zap_threads(t, t); }

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
		return; /* the thread that unblocks it takes it */
	if (sig_fatal(t, sig) && !(t->signal->flags & SIGNAL_GROUP_EXIT) &&
	    !(taker->real_blocked & sigmask(sig)) && !(sigmask(sig) & SIG_KERNEL_COREDUMP_MASK) &&
	    (sig == SIGKILL || !taker->ptrace)) {
		t->signal->flags = SIGNAL_GROUP_EXIT;
		t->signal->group_exit_code = sig;
		zap_threads(t, NULL);
	} else {
		signal_wake_up(taker, sig == SIGKILL);
	}
}

int send_signal_locked(int sig, kernel_siginfo_t *info, struct task_struct *t, bool group,
		       bool force)
{
	struct sigpending *q = group ? &t->signal->shared_pending : &t->pending;
	int ret;

	if (!prepare_signal(sig, t, force))
		return 0;
	if (sig < SIGRTMIN && (q->signal & sigmask(sig)))
		return 0; /* standard signals do not queue: one is pending already */
	ret = queue_signal(sig, info, t, q);
	if (ret)
		return ret;
	wake_up(&t->sighand->signalfd_wqh);
	complete_signal(sig, t, group);
	return ret;
}

/* Returns the sighand of @t, locked; NULL if @t is already reaped. */
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

/* May current send @sig to @t? 0, -EINVAL or -EPERM. A signal of the kernel always may. */
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

/* ---- forced on current --------------------------------------------------- */

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
		t->blocked &= ~sigmask(sig);
	}
	if (ka->sa.sa_handler == SIG_DFL && !t->ptrace)
		t->signal->flags &= ~SIGNAL_UNKILLABLE;
	send_signal_locked(sig, info, t, false, true);
	if (!t->sigpending_flag) /* it was pending already, and blocked until now */
		signal_wake_up(t, false);
	spin_unlock_irqrestore(&t->sighand->siglock, flags);
}

void force_sig(int sig)
{
	force_sig_info(&(kernel_siginfo_t){.si_signo = sig, .si_code = SI_KERNEL}, false);
}

void force_fatal_sig(int sig)
{
	force_sig_info(&(kernel_siginfo_t){.si_signo = sig, .si_code = SI_KERNEL}, true);
}

void force_sig_fault(int sig, int code, void __user *addr)
{
	kernel_siginfo_t info = {.si_signo = sig, .si_code = code};

	info.si_addr = addr;
	force_sig_info(&info, false);
}

/* ---- masks and actions --------------------------------------------------- */

void retarget_shared_pending(struct task_struct *t, sigset_t which)
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
	struct sighand_struct *sh = t->sighand;

	for (sigset_t left = sh->changed; left; left &= left - 1) {
		struct k_sigaction *ka = &sh->action[__builtin_ctzl(left)];
		bool ignored = !force_default && ka->sa.sa_handler == SIG_IGN;

		*ka = (struct k_sigaction){.sa.sa_handler = ignored ? SIG_IGN : SIG_DFL};
	}
}

int do_sigaction(int sig, const struct k_sigaction *act, struct k_sigaction *old)
{
	static const unsigned long known_flags = SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO |
						 SA_ONSTACK | SA_RESTART | SA_NODEFER |
						 SA_RESETHAND | SA_EXPOSE_TAGBITS | SA_RESTORER;
	struct task_struct *t = current;
	struct k_sigaction *k;
	unsigned long flags;

	if (sig < 1 || sig > _NSIG || (act && sig_kernel_only(sig)))
		return -EINVAL;
	k = &t->sighand->action[sig - 1];
	spin_lock_irqsave(&t->sighand->siglock, flags);
	if (old) {
		*old = *k;
		old->sa.sa_flags &= known_flags;
	}
	if (act) {
		*k = *act;
		t->sighand->changed |= sigmask(sig);
		k->sa.sa_flags &= known_flags;
		k->sa.sa_mask &= ~SIG_KERNEL_ONLY_MASK;
		/* POSIX 3.3.1.3: a signal that becomes ignored is discarded where it is pending. */
		if (handler_ignored(k->sa.sa_handler, sig))
			flush_mask_of_process(t, sigmask(sig));
	}
	spin_unlock_irqrestore(&t->sighand->siglock, flags);
	return 0;
}
