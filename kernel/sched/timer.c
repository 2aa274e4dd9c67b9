/* SPDX-License-Identifier: MIT */
/*
 * Timers: one list sorted by time, looked at by the tick; sleeps that end by
 * time; and the limits on a process's CPU time. Abridges kernel/time/timer.c,
 * hrtimer.c and posix-cpu-timers.c: times are nanoseconds, but nothing happens
 * between two ticks, and a list serves as few timers as there are sleepers.
 */
#include <sched.h>
#include <errno.h>

static DEFINE_SPINLOCK(timer_lock, LOCK_TIMER);
static LIST_HEAD(timers);		/* earliest first */

void timer_setup(struct timer_list *t, void (*function)(struct timer_list *t))
{
	INIT_LIST_HEAD(&t->entry);
	t->expires = 0;
	t->function = function;
}

void mod_timer(struct timer_list *t, ktime_t expires)
{
	struct timer_list *pos;
	unsigned long flags;

	spin_lock_irqsave(&timer_lock, flags);
	if (timer_pending(t))
		list_del(&t->entry);
	t->expires = expires;
	list_for_each_entry(pos, &timers, entry) {
		if (pos->expires > expires)
			break;
	}
	list_add_tail(&t->entry, &pos->entry);
	spin_unlock_irqrestore(&timer_lock, flags);
}

bool del_timer(struct timer_list *t)
{
	unsigned long flags;
	bool armed;

	spin_lock_irqsave(&timer_lock, flags);
	armed = timer_pending(t);
	if (armed)
		list_del_init(&t->entry);
	spin_unlock_irqrestore(&timer_lock, flags);
	return armed;
}

void run_timers(void)
{
	ktime_t now;

	if (list_empty(&timers))
		return;
	now = ktime_get();
	spin_lock(&timer_lock);
	while (!list_empty(&timers)) {
		struct timer_list *t = list_first_entry(&timers, struct timer_list, entry);

		if (t->expires > now)
			break;
		list_del_init(&t->entry);
		spin_unlock(&timer_lock);
		t->function(t);
		spin_lock(&timer_lock);
	}
	spin_unlock(&timer_lock);
}

struct sleeper {
	struct timer_list timer;
	struct task_struct *task;	/* NULL once the time has come */
};

static void wake_sleeper(struct timer_list *t)
{
	struct sleeper *s = container_of(t, struct sleeper, timer);
	struct task_struct *task = s->task;

	s->task = NULL;
	wake_up_process(task);
}

/* @expires is absolute, CLOCK_MONOTONIC; INT64_MAX: no end by time. */
int schedule_hrtimeout(ktime_t expires)
{
	struct sleeper s = { .task = current };

	if (expires == INT64_MAX) {
		schedule();
		return -EINTR;
	}
	if (expires <= ktime_get()) {
		__set_current_state(TASK_RUNNING);
		return 0;
	}
	timer_setup(&s.timer, wake_sleeper);
	mod_timer(&s.timer, expires);
	schedule();
	del_timer(&s.timer);
	__set_current_state(TASK_RUNNING);
	return READ_ONCE(s.task) ? -EINTR : 0;
}

/* ITIMER_VIRTUAL (@i 0) or ITIMER_PROF (1): @used is the CPU time of the process so far. */
static void check_cpu_itimer(struct task_struct *t, int i, u64 used)
{
	struct signal_struct *sig = t->signal;

	if (!sig->it[i].expires || used < sig->it[i].expires)
		return;
	sig->it[i].expires = sig->it[i].incr ? sig->it[i].expires + sig->it[i].incr : 0;
	send_sig_info(i ? SIGPROF : SIGVTALRM, SEND_SIG_PRIV, t, true);
}

/* SIGXCPU once a second past the soft limit, which moves on as Linux's does; SIGKILL at the hard one. */
static void check_cpu_rlimit(struct task_struct *t, u64 used)
{
	struct rlimit64 *r = &t->signal->rlim[RLIMIT_CPU];
	u64 seconds = used / NSEC_PER_SEC;

	if (seconds >= r->rlim_max) {
		send_sig_info(SIGKILL, SEND_SIG_PRIV, t, true);
	} else if (seconds >= r->rlim_cur) {
		r->rlim_cur++;
		send_sig_info(SIGXCPU, SEND_SIG_PRIV, t, true);
	}
}

void run_cpu_timers(struct task_struct *t)
{
	struct signal_struct *sig = t->signal;
	u64 utime, stime;

	if (t->exit_state || (!sig->it[0].expires && !sig->it[1].expires &&
			      sig->rlim[RLIMIT_CPU].rlim_cur == RLIM64_INFINITY))
		return;
	thread_group_cputime(t, &utime, &stime);
	check_cpu_itimer(t, 0, utime);
	check_cpu_itimer(t, 1, utime + stime);
	check_cpu_rlimit(t, utime + stime);
}
