/* SPDX-License-Identifier: MIT */
/*
 * Wait queues and completions: lists of tasks that sleep until something happens.
 *
 * Abridges Linux's kernel/sched/wait.c and completion.c. Left out: bookmarks, bit waits.
 *
 * The sleeper queues itself and sets its state BEFORE it tests the condition; the waker makes the
 * condition true BEFORE it looks at the queue. So one of them always sees the other.
 */
#include <sched.h>
#include <errno.h>

void init_waitqueue_head(wait_queue_head_t *q)
{
	spin_lock_init(&q->lock, LOCK_WAITQUEUE);
	INIT_LIST_HEAD(&q->head);
}

int default_wake_function(struct wait_queue_entry *e, unsigned int mode,
			  unsigned int key __maybe_unused)
{
	return wake_up_state(e->private, mode);
}

int autoremove_wake_function(struct wait_queue_entry *e, unsigned int mode, unsigned int key)
{
	int ret = default_wake_function(e, mode, key);

	if (ret)
		list_del_init(&e->entry);
	return ret;
}

/* Exclusive waiters are at the tail, so that a wake-up reaches all others first. */
static void __add_wait_queue(wait_queue_head_t *q, struct wait_queue_entry *e)
{
	if (e->flags & WQ_FLAG_EXCLUSIVE)
		list_add_tail(&e->entry, &q->head);
	else
		list_add(&e->entry, &q->head);
}

void add_wait_queue(wait_queue_head_t *q, struct wait_queue_entry *e)
{
	unsigned long flags;

	spin_lock_irqsave(&q->lock, flags);
	__add_wait_queue(q, e);
	spin_unlock_irqrestore(&q->lock, flags);
}

void remove_wait_queue(wait_queue_head_t *q, struct wait_queue_entry *e)
{
	unsigned long flags;

	spin_lock_irqsave(&q->lock, flags);
	list_del_init(&e->entry);
	spin_unlock_irqrestore(&q->lock, flags);
}

void prepare_to_wait(wait_queue_head_t *q, struct wait_queue_entry *e, unsigned int state)
{
	unsigned long flags;

	spin_lock_irqsave(&q->lock, flags);
	if (list_empty(&e->entry))
		__add_wait_queue(q, e);
	set_current_state(state);
	spin_unlock_irqrestore(&q->lock, flags);
}

void finish_wait(wait_queue_head_t *q, struct wait_queue_entry *e)
{
	__set_current_state(TASK_RUNNING);
	if (!list_empty_careful(&e->entry))
		remove_wait_queue(q, e);
}

void wake_up_waiters(wait_queue_head_t *q, unsigned int mode, int nr, unsigned int key)
{
	struct wait_queue_entry *e, *next;
	unsigned long flags;

	spin_lock_irqsave(&q->lock, flags);
	list_for_each_entry_safe(e, next, &q->head, entry) {
		bool exclusive = e->flags & WQ_FLAG_EXCLUSIVE;

		if (e->func(e, mode, key) && exclusive && !--nr)
			break;
	}
	spin_unlock_irqrestore(&q->lock, flags);
}

void init_completion(struct completion *c)
{
	c->done = 0;
	init_waitqueue_head(&c->wait);
}

/* Any context. @c may be on the stack of the task that waits, so nothing touches it afterwards. */
void complete(struct completion *c)
{
	struct wait_queue_entry *e, *next;
	unsigned long flags;

	spin_lock_irqsave(&c->wait.lock, flags);
	c->done++;
	list_for_each_entry_safe(e, next, &c->wait.head, entry) {
		if (e->func(e, TASK_NORMAL, 0))
			break;
	}
	spin_unlock_irqrestore(&c->wait.lock, flags);
}

static bool try_completion(struct completion *c)
{
	unsigned long flags;
	bool done;

	spin_lock_irqsave(&c->wait.lock, flags);
	done = c->done;
	if (done)
		c->done--;
	spin_unlock_irqrestore(&c->wait.lock, flags);
	return done;
}

void wait_for_completion(struct completion *c)
{
	might_sleep();
	wait_event(&c->wait, try_completion(c));
}

int wait_for_completion_killable(struct completion *c)
{
	might_sleep();
	return wait_event_killable(&c->wait, try_completion(c));
}
