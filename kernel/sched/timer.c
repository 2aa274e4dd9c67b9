/* SPDX-License-Identifier: MIT */
/*
 * Timers: one list sorted by time, which the tick looks at; and sleeps that end at a time.
 *
 * Abridges Linux's kernel/time/timer.c and hrtimer.c. Left out: anything between two ticks, though
 * times are in nanoseconds; the wheel and the tree that serve many timers.
 */
#include <sched.h>
#include <errno.h>

static DEFINE_SPINLOCK(timer_lock, LOCK_TIMER);
static LIST_HEAD(timers); /* earliest first */

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
	struct task_struct *task; /* NULL once the time has come */
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
	struct sleeper s = {.task = current};

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
