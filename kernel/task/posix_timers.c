/* SPDX-License-Identifier: MIT */
/*
 * The timers of timer_create: any number for each process, each with its own signal. They are on
 * this floor, not in kernel/, because get_signal.c calls posix_timer_dequeued.
 *
 * Abridges Linux's kernel/time/posix-timers.c and posix-cpu-timers.c. Left out: a change of
 * CLOCK_REALTIME while a timer on it runs, waking a machine that sleeps (the ALARM clocks).
 * Not on the road of an exec.
 *
 *   signal->posix_timers ──> k_itimer, and all others, in a tree by id
 *                             └─timer─> tick: signal, or overrun + 1 while the last one is pending
 */
#include <syscalls.h>
#include <errno.h>
#include <random.h>
#include <slab.h>
#include <sched.h>
#include <asm/uaccess.h>
#include <linux/capability.h>
#include "internal.h"

#define DELAYTIMER_MAX INT32_MAX

/*
 * Owned by its process. It needs no lock: only that process uses it, the kernel is not preempted,
 * and the callback runs in the tick.
 */
struct k_itimer {
	struct treap_node node; /* in signal->posix_timers; key: id */
	/* expires: the next or last time, CLOCK_MONOTONIC; or CPU time, 0 when disarmed */
	struct timer_list timer;
	struct pid *cpu_pid; /* whose CPU time counts; owns a reference; NULL: a usual clock */
	struct k_itimer *next_armed; /* in cpu_armed */
	int id, clock;
	int notify, signo; /* SIGEV_*; which signal */
	sigval_t value;
	struct pid *pid;	  /* whom to signal; owns a reference */
	struct user_struct *user; /* whose RLIMIT_SIGPENDING it counts to */
	ktime_t interval;	  /* 0: once */
	bool queued;		  /* its signal was sent, and not taken yet */
	s64 overrun;		  /* expirations while its signal was pending */
	s64 overrun_last;	  /* those of the signal that was taken last */
};

static bool counts_real_time(int clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_ALARM || clock == CLOCK_TAI;
}

bool posix_clock_now(int clock, ktime_t *now)
{
	bool monotonic = clock == CLOCK_MONOTONIC || clock == CLOCK_BOOTTIME ||
			 clock == CLOCK_BOOTTIME_ALARM;

	if (counts_real_time(clock))
		*now = ktime_get_real();
	else if (monotonic)
		*now = ktime_get();
	return monotonic || counts_real_time(clock);
}

ktime_t posix_clock_expiry(int clock, ktime_t t, bool abs)
{
	ktime_t mono = ktime_get();

	if (!abs)
		return t > INT64_MAX - mono ? INT64_MAX : mono + t;
	if (t == INT64_MAX || !counts_real_time(clock))
		return t;
	return max_t(ktime_t, t - ktime_real_offset(), 0);
}

static bool signals_thread(const struct k_itimer *t) { return t->notify & SIGEV_THREAD_ID; }

/*
 * A standard signal is pending once, whoever has sent it; a real-time signal once for each timer.
 * tasklist_lock held.
 */
static bool signal_still_pending(const struct k_itimer *t, const struct sigpending *q)
{
	return (q->signal & sigmask(t->signo)) && (t->queued || t->signo < SIGRTMIN);
}

/* tasklist_lock held. */
static void send_timer_signal(struct k_itimer *t)
{
	struct task_struct *task = pid_task(t->pid, signals_thread(t) ? PIDTYPE_PID : PIDTYPE_TGID);
	struct sigpending *q;
	kernel_siginfo_t info = {0};

	if (!task || !task->sighand)
		return;
	q = signals_thread(t) ? &task->pending : &task->signal->shared_pending;
	if (signal_still_pending(t, q)) {
		t->overrun++;
		return;
	}
	info.si_signo = t->signo;
	info.si_code = SI_TIMER;
	info.si_tid = t->id;
	info.si_value = t->value;
	info.si_sys_private = 1; /* really from a timer: see from_timer */
	t->queued = true;
	send_sig_info(t->signo, &info, task, !signals_thread(t));
}

ktime_t timer_next(ktime_t expires, ktime_t interval)
{
	ktime_t now = ktime_get();

	return expires > now ? expires : expires + ((now - expires) / interval + 1) * interval;
}

/* Moves the expiry past @now by whole intervals. All but the first are overruns. */
static void timer_forward(struct k_itimer *t, ktime_t now)
{
	s64 steps;

	if (t->timer.expires > now)
		return;
	steps = (now - t->timer.expires) / t->interval + 1;
	t->overrun += steps - 1;
	t->timer.expires += steps * t->interval;
}

/* The tick: interrupts are off. */
static void posix_timer_fn(struct timer_list *timer)
{
	struct k_itimer *t = container_of(timer, struct k_itimer, timer);
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	send_timer_signal(t);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	if (t->interval) {
		timer_forward(t, ktime_get());
		mod_timer(&t->timer, t->timer.expires);
	}
}

/* ---- CPU time --------------------------------------------------------------- */

/*
 * The number of such a clock is negative: the complement of a pid or thread id (0: the caller's),
 * then three bits: a thread's, and which part of its time.
 */
#define CPUCLOCK_VIRT	   1 /* user mode only */
#define CPUCLOCK_SCHED	   2
#define CPUCLOCK_WHICH	   3 /* as a value: no clock, but a file descriptor */
#define CPUCLOCK_PERTHREAD 4
#define PROCESS_CLOCK	   ((int)~7 | CPUCLOCK_SCHED)
#define THREAD_CLOCK	   ((int)~7 | CPUCLOCK_SCHED | CPUCLOCK_PERTHREAD)

static struct k_itimer *cpu_armed; /* all timers that wait for CPU time; tasklist_lock */

/* Its negative number, or 0 if @clock does not count CPU time. */
static int cpu_clock_number(int clock)
{
	if (clock == CLOCK_PROCESS_CPUTIME_ID)
		return PROCESS_CLOCK;
	if (clock == CLOCK_THREAD_CPUTIME_ID)
		return THREAD_CLOCK;
	return clock < 0 && (clock & 7) != CPUCLOCK_WHICH ? clock : 0;
}

/* With a reference; NULL: no such clock. Of other processes the threads have none. */
static struct pid *pid_for_clock(int clock)
{
	bool thread = clock & CPUCLOCK_PERTHREAD;
	struct pid *own = thread ? current->thread_pid : current->signal->pids[PIDTYPE_TGID];
	pid_t nr = ~(clock >> 3);
	struct task_struct *t;
	struct pid *pid = NULL;

	if ((clock & CPUCLOCK_WHICH) == CPUCLOCK_WHICH)
		return NULL;
	if (!nr)
		return get_pid(own);
	t = find_get_task_by_vpid(nr);
	if (!t)
		return NULL;
	if (thread && same_thread_group(t, current))
		pid = get_pid(t->thread_pid);
	else if (!thread && (t == current || thread_group_leader(t)))
		pid = get_pid(t->signal->pids[PIDTYPE_TGID]);
	put_task_struct(t);
	return pid;
}

/* tasklist_lock held. Returns false if no task has @pid any more. */
static bool cpu_clock_sample(int clock, struct pid *pid, ktime_t *now)
{
	bool thread = clock & CPUCLOCK_PERTHREAD;
	struct task_struct *t = pid_task(pid, thread ? PIDTYPE_PID : PIDTYPE_TGID);
	u64 utime, stime;

	if (!t)
		return false;
	if (thread) {
		utime = t->utime;
		stime = t->stime;
	} else {
		thread_group_cputime(t, &utime, &stime);
	}
	*now = (clock & CPUCLOCK_WHICH) == CPUCLOCK_VIRT ? utime : utime + stime;
	/* As in Linux, this one clock is exact, not only at each tick. */
	if ((clock & CPUCLOCK_WHICH) == CPUCLOCK_SCHED &&
	    (thread ? t == current : same_thread_group(t, current)))
		*now += unaccounted_ns();
	return true;
}

int cpu_clock_get(int clock, ktime_t *now)
{
	int nr = cpu_clock_number(clock);
	struct pid *pid = nr ? pid_for_clock(nr) : NULL;
	unsigned long flags;
	bool alive;

	if (!pid)
		return -EINVAL;
	spin_lock_irqsave(&tasklist_lock, flags);
	alive = cpu_clock_sample(nr, pid, now);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	put_pid(pid);
	return alive ? 0 : -EINVAL;
}

/* tasklist_lock held. */
static void disarm_cpu_timer(struct k_itimer *t)
{
	struct k_itimer **p = &cpu_armed;

	while (*p && *p != t)
		p = &(*p)->next_armed;
	if (*p)
		*p = t->next_armed;
	t->timer.expires = 0;
}

/* Returns whether it goes on. tasklist_lock held. */
static bool fire_cpu_timer(struct k_itimer *t, ktime_t now)
{
	if (t->notify != SIGEV_NONE)
		send_timer_signal(t);
	if (t->interval)
		timer_forward(t, now);
	else
		t->timer.expires = 0;
	return t->interval;
}

void posix_cpu_timers_tick(void)
{
	struct pid *mine[] = {current->signal->pids[PIDTYPE_TGID], current->thread_pid};
	struct k_itimer *t, **p = &cpu_armed;
	unsigned long flags;
	ktime_t now;

	if (!cpu_armed)
		return;
	spin_lock_irqsave(&tasklist_lock, flags);
	while ((t = *p)) {
		if (t->cpu_pid == mine[!!(t->clock & CPUCLOCK_PERTHREAD)] &&
		    cpu_clock_sample(t->clock, t->cpu_pid, &now) && now >= t->timer.expires &&
		    !fire_cpu_timer(t, now))
			*p = t->next_armed;
		else
			p = &t->next_armed;
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
}

/* 0, or -ESRCH: whose time it counts is gone. */
static int set_cpu_timer(struct k_itimer *t, int flags, const struct __kernel_itimerspec *v)
{
	ktime_t now, value = timespec_to_ns(&v->it_value);
	unsigned long irq;
	bool alive;

	spin_lock_irqsave(&tasklist_lock, irq);
	alive = cpu_clock_sample(t->clock, t->cpu_pid, &now);
	if (alive) {
		disarm_cpu_timer(t);
		t->overrun = t->overrun_last = 0;
		t->interval = value ? timespec_to_ns(&v->it_interval) : 0;
	}
	if (alive && value) {
		if (!(flags & TIMER_ABSTIME))
			value = value > INT64_MAX - now ? INT64_MAX : now + value;
		t->timer.expires = value;
		if (now < value || fire_cpu_timer(t, now)) {
			t->next_armed = cpu_armed;
			cpu_armed = t;
		}
	}
	spin_unlock_irqrestore(&tasklist_lock, irq);
	return alive ? 0 : -ESRCH;
}

static struct __kernel_itimerspec get_cpu_timer(struct k_itimer *t)
{
	struct __kernel_itimerspec v = {.it_interval = ns_to_timespec(t->interval)};
	unsigned long flags;
	ktime_t now;

	spin_lock_irqsave(&tasklist_lock, flags);
	if (cpu_clock_sample(t->clock, t->cpu_pid, &now) && t->timer.expires)
		v.it_value = ns_to_timespec(max_t(ktime_t, t->timer.expires - now, 1));
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return v;
}

/* ---- the timers of a process -------------------------------------------------- */

/* current's timer @id, or NULL. */
static struct k_itimer *find_timer(int id)
{
	struct treap_node *node = treap_floor(current->signal->posix_timers, id);

	return node && node->key == id ? container_of(node, struct k_itimer, node) : NULL;
}

void posix_timer_dequeued(kernel_siginfo_t *info)
{
	struct k_itimer *t = find_timer(info->si_tid);

	info->si_sys_private = 0;
	if (!t)
		return;
	t->overrun_last = min_t(s64, t->overrun, DELAYTIMER_MAX);
	t->overrun = 0;
	t->queued = false;
	info->si_overrun = t->overrun_last;
}

static void free_timer(struct k_itimer *t)
{
	unsigned long flags;

	del_timer(&t->timer);
	if (t->cpu_pid) {
		spin_lock_irqsave(&tasklist_lock, flags);
		disarm_cpu_timer(t);
		spin_unlock_irqrestore(&tasklist_lock, flags);
		put_pid(t->cpu_pid);
	}
	put_pid(t->pid);
	dec_sigpending(t->user);
	kfree(t);
}

/* NULL: no memory, or current's user has too much queued. */
static struct k_itimer *alloc_timer(void)
{
	struct user_struct *user = inc_sigpending(current->cred->uid, rlimit(RLIMIT_SIGPENDING));
	struct k_itimer *t = user ? kzalloc(sizeof(*t)) : NULL;

	if (t)
		t->user = user;
	else if (user)
		dec_sigpending(user);
	return t;
}

void exit_itimers(struct task_struct *t)
{
	struct treap_node *node;

	while ((node = t->signal->posix_timers)) {
		treap_erase(&t->signal->posix_timers, node);
		free_timer(container_of(node, struct k_itimer, node));
	}
}

/* The pid that an event is for, with a reference. NULL: the event is not valid. */
static struct pid *good_sigevent(const struct sigevent *ev)
{
	struct task_struct *t;
	struct pid *pid = NULL;

	switch (ev->sigev_notify) {
	case SIGEV_SIGNAL | SIGEV_THREAD_ID:
		t = find_get_task_by_vpid(ev->sigev_notify_thread_id);
		if (!t)
			return NULL;
		if (same_thread_group(t, current))
			pid = get_pid(t->thread_pid);
		put_task_struct(t);
		break;
	case SIGEV_SIGNAL:
	case SIGEV_THREAD:
		pid = get_pid(current->signal->pids[PIDTYPE_TGID]);
		break;
	case SIGEV_NONE:
		return get_pid(current->signal->pids[PIDTYPE_TGID]);
	default:
		return NULL;
	}
	if (ev->sigev_signo <= 0 || ev->sigev_signo > _NSIG) {
		put_pid(pid);
		return NULL;
	}
	return pid;
}

static int next_timer_id(void)
{
	struct signal_struct *sig = current->signal;
	int id;

	do {
		id = sig->next_posix_timer_id;
		sig->next_posix_timer_id = (id + 1) & INT32_MAX;
	} while (find_timer(id));
	return id;
}

/* Can @clock have timers? 0 or -errno. */
static int check_timer_clock(int clock)
{
	ktime_t now;

	if (cpu_clock_number(clock))
		return 0;
	if ((clock == CLOCK_REALTIME_ALARM || clock == CLOCK_BOOTTIME_ALARM) &&
	    !capable(CAP_WAKE_ALARM))
		return -EPERM;
	if (posix_clock_now(clock, &now))
		return 0;
	return clock < 0 || clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_REALTIME_COARSE ||
			       clock == CLOCK_MONOTONIC_COARSE
		       ? -EOPNOTSUPP
		       : -EINVAL;
}

long sys_timer_create(int clock, void __user *uev, int __user *uid)
{
	struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
	int err, cpu_clock = cpu_clock_number(clock);
	struct k_itimer *t;

	if (uev && copy_from_user(&ev, uev, sizeof(ev)))
		return -EFAULT;
	err = check_timer_clock(clock);
	if (err)
		return err;
	t = alloc_timer();
	if (!t)
		return -EAGAIN;
	timer_setup(&t->timer, posix_timer_fn);
	t->pid = good_sigevent(&ev);
	if (!t->pid) {
		free_timer(t);
		return -EINVAL;
	}
	t->id = next_timer_id();
	if (!uev)
		ev.sigev_value.sival_int = t->id;
	t->clock = cpu_clock ? cpu_clock : clock;
	t->notify = ev.sigev_notify;
	t->signo = ev.sigev_signo;
	t->value = ev.sigev_value;
	t->cpu_pid = cpu_clock ? pid_for_clock(cpu_clock) : NULL;
	if (put_user(t->id, uid))
		err = -EFAULT;
	else if (cpu_clock && !t->cpu_pid)
		err = -EINVAL;
	if (err) {
		free_timer(t);
		return err;
	}
	t->node.key = t->id;
	t->node.rank = get_random_u64();
	treap_insert(&current->signal->posix_timers, &t->node);
	return 0;
}

/* The time left, at least 1 ns while a signal is still to come. SIGEV_NONE timers only count. */
static struct __kernel_itimerspec timer_get(struct k_itimer *t)
{
	struct __kernel_itimerspec v = {.it_interval = ns_to_timespec(t->interval)};
	bool silent = t->notify == SIGEV_NONE;
	ktime_t left;

	if (t->cpu_pid)
		return get_cpu_timer(t);
	if (silent ? !t->timer.expires : !timer_pending(&t->timer))
		return v;
	if (silent && t->interval)
		timer_forward(t, ktime_get());
	left = t->timer.expires - ktime_get();
	if (left > 0)
		v.it_value = ns_to_timespec(left);
	else if (!silent)
		v.it_value.tv_nsec = 1;
	return v;
}

static void timer_set(struct k_itimer *t, int flags, const struct __kernel_itimerspec *v)
{
	ktime_t value = timespec_to_ns(&v->it_value);

	del_timer(&t->timer);
	t->interval = t->timer.expires = t->overrun = t->overrun_last = 0;
	if (!value)
		return;
	t->interval = timespec_to_ns(&v->it_interval);
	value = posix_clock_expiry(t->clock, value, flags & TIMER_ABSTIME);
	if (t->notify == SIGEV_NONE)
		t->timer.expires = value;
	else
		mod_timer(&t->timer, value);
}

long sys_timer_settime(int id, int flags, const struct __kernel_itimerspec __user *v,
		       struct __kernel_itimerspec __user *old)
{
	struct __kernel_itimerspec new_v, old_v;
	struct k_itimer *t;
	int err = 0;

	if (!v)
		return -EINVAL;
	if (copy_from_user(&new_v, v, sizeof(new_v)))
		return -EFAULT;
	if (!timespec_valid(&new_v.it_interval) || !timespec_valid(&new_v.it_value))
		return -EINVAL;
	t = find_timer(id);
	if (!t)
		return -EINVAL;
	old_v = timer_get(t);
	if (t->cpu_pid)
		err = set_cpu_timer(t, flags, &new_v);
	else
		timer_set(t, flags, &new_v);
	if (err)
		return err;
	return old && copy_to_user(old, &old_v, sizeof(old_v)) ? -EFAULT : 0;
}

long sys_timer_gettime(int id, struct __kernel_itimerspec __user *v)
{
	struct k_itimer *t = find_timer(id);
	struct __kernel_itimerspec now;

	if (!t)
		return -EINVAL;
	now = timer_get(t);
	return copy_to_user(v, &now, sizeof(now)) ? -EFAULT : 0;
}

long sys_timer_getoverrun(int id)
{
	struct k_itimer *t = find_timer(id);

	return t ? t->overrun_last : -EINVAL;
}

long sys_timer_delete(int id)
{
	struct k_itimer *t = find_timer(id);

	if (!t)
		return -EINVAL;
	treap_erase(&current->signal->posix_timers, &t->node);
	free_timer(t);
	return 0;
}
