/* SPDX-License-Identifier: MIT */
/*
 * Timers: one list sorted by time, which the tick looks at; and sleeps that end at a time.
 *
 * Abridges Linux's kernel/time/timer.c and hrtimer.c. Left out: anything between two ticks, though
 * times are in nanoseconds.
 *
 *   timers ──> 40 ──> 70 ──> 70 ──> 90     by time, then in the order of mod_timer
 *              │             │      │
 *   by_time    40            70     90     a tree that finds where a timer belongs
 */
#include <sched.h>
#include <errno.h>
#include <random.h>

static DEFINE_SPINLOCK(timer_lock, LOCK_TIMER); /* guards the list and the tree */
static LIST_HEAD(timers);			/* earliest first */
static struct treap_node *by_time;		/* of timers of the same time only the last */

void timer_setup(struct timer_list *t, void (*function)(struct timer_list *t))
{
	INIT_LIST_HEAD(&t->entry);
	t->expires = 0;
	t->function = function;
	t->node.rank = get_random_u64();
}

/* timer_lock held. */
static void link_timer(struct timer_list *t)
{
	struct treap_node *before = treap_floor(by_time, t->node.key);

	if (before && before->key == t->node.key)
		treap_erase(&by_time, before);
	list_add(&t->entry,
		 before ? &container_of(before, struct timer_list, node)->entry : &timers);
	treap_insert(&by_time, &t->node);
}

/* The timer at @entry has the time of @t. */
static bool same_time(const struct list_head *entry, const struct timer_list *t)
{
	return entry != &timers &&
	       list_entry(entry, struct timer_list, entry)->node.key == t->node.key;
}

/* timer_lock held. */
static void unlink_timer(struct timer_list *t)
{
	if (!same_time(t->entry.next, t)) {
		treap_erase(&by_time, &t->node);
		if (same_time(t->entry.prev, t))
			treap_insert(&by_time,
				     &list_entry(t->entry.prev, struct timer_list, entry)->node);
	}
	list_del_init(&t->entry);
}

void mod_timer(struct timer_list *t, ktime_t expires)
{
	unsigned long flags;

	spin_lock_irqsave(&timer_lock, flags);
	if (timer_pending(t))
		unlink_timer(t);
	t->expires = t->node.key = expires;
	link_timer(t);
	spin_unlock_irqrestore(&timer_lock, flags);
}

bool del_timer(struct timer_list *t)
{
	unsigned long flags;
	bool armed;

	spin_lock_irqsave(&timer_lock, flags);
	armed = timer_pending(t);
	if (armed)
		unlink_timer(t);
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
		unlink_timer(t);
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
