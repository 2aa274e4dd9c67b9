/* SPDX-License-Identifier: MIT */
/* Wait queues, completions and sleeping locks: kernel/sched/wait.c, kernel/sched/mutex.c. */
#ifndef WAIT_H
#define WAIT_H

#include <list.h>
#include <spinlock.h>

struct task_struct;
struct wait_queue_entry;

/*
 * Called by wake_up with the lock of the queue held. @key: the EPOLL* bits that came true, 0: any.
 * Returns nonzero if it woke the task.
 */
typedef int (*wait_queue_func_t)(struct wait_queue_entry *e, unsigned int mode, unsigned int key);

typedef struct wait_queue_head {
	spinlock_t lock;
	struct list_head head;
} wait_queue_head_t;

struct wait_queue_entry {
	unsigned int flags; /* WQ_FLAG_EXCLUSIVE */
	void *private;	    /* the task, for default_wake_function */
	wait_queue_func_t func;
	struct list_head entry;
};

#define WQ_FLAG_EXCLUSIVE 1

#define WAIT_QUEUE_HEAD_INIT(n) \
	{ \
		SPIN_LOCK_INIT(LOCK_WAITQUEUE), LIST_HEAD_INIT((n).head) \
	}
#define DECLARE_WAIT_QUEUE_HEAD(n) wait_queue_head_t n = WAIT_QUEUE_HEAD_INIT(n)
#define DEFINE_WAIT(n) \
	struct wait_queue_entry n = {.private = current, \
				     .func = autoremove_wake_function, \
				     .entry = LIST_HEAD_INIT(n.entry)}

void init_waitqueue_head(wait_queue_head_t *q);
int default_wake_function(struct wait_queue_entry *e, unsigned int mode, unsigned int key);
int autoremove_wake_function(struct wait_queue_entry *e, unsigned int mode, unsigned int key);
void add_wait_queue(wait_queue_head_t *q, struct wait_queue_entry *e);
void remove_wait_queue(wait_queue_head_t *q, struct wait_queue_entry *e);
/* Queues @e (once) and sets the task's state; call before testing the condition. */
void prepare_to_wait(wait_queue_head_t *q, struct wait_queue_entry *e, unsigned int state);
void finish_wait(wait_queue_head_t *q, struct wait_queue_entry *e);
/*
 * Wakes all tasks that are not exclusive, and @nr exclusive ones (0: all), whose state is in @mode.
 * Any context.
 */
void wake_up_waiters(wait_queue_head_t *q, unsigned int mode, int nr, unsigned int key);

static inline bool waitqueue_active(wait_queue_head_t *q) { return !list_empty(&q->head); }

/* Mostly nobody waits. */
static inline void __wake_up(wait_queue_head_t *q, unsigned int mode, int nr, unsigned int key)
{
	if (waitqueue_active(q))
		wake_up_waiters(q, mode, nr, key);
}

#define wake_up(q)			   __wake_up(q, TASK_NORMAL, 1, 0)
#define wake_up_all(q)			   __wake_up(q, TASK_NORMAL, 0, 0)
#define wake_up_interruptible(q)	   __wake_up(q, TASK_INTERRUPTIBLE, 1, 0)
#define wake_up_poll(q, key)		   __wake_up(q, TASK_NORMAL, 1, key)
#define wake_up_interruptible_poll(q, key) __wake_up(q, TASK_INTERRUPTIBLE, 1, key)

#define __wait_event(q, cond, state, on_signal) \
	({ \
		long __ret = 0; \
		DEFINE_WAIT(__w); \
		for (;;) { \
			prepare_to_wait(q, &__w, state); \
			if (cond) \
				break; \
			if (on_signal) { \
				__ret = -ERESTARTSYS; \
				break; \
			} \
			schedule(); \
		} \
		finish_wait(q, &__w); \
		__ret; \
	})
/* Sleep until @cond; the interruptible and killable kinds return -ERESTARTSYS on a signal. */
#define wait_event(q, cond) ((void)__wait_event(q, cond, TASK_UNINTERRUPTIBLE, false))
#define wait_event_interruptible(q, cond) \
	__wait_event(q, cond, TASK_INTERRUPTIBLE, signal_pending(current))
#define wait_event_killable(q, cond) \
	__wait_event(q, cond, TASK_KILLABLE, fatal_signal_pending(current))

/* The interruptible kind for a file. With @nonblock it returns -EAGAIN instead of sleeping. */
#define wait_event_nonblock(q, nonblock, cond) \
	((nonblock) ? (cond) ? 0 : -EAGAIN : wait_event_interruptible(q, cond))

struct completion {
	unsigned int done;
	wait_queue_head_t wait;
};

void init_completion(struct completion *c);
void complete(struct completion *c);
void wait_for_completion(struct completion *c);
/* 0, or -ERESTARTSYS when a fatal signal came. */
int wait_for_completion_killable(struct completion *c);

/* A sleeping lock with one owner. Not recursive. */
struct mutex {
	struct task_struct *owner;
	u8 class;
	wait_queue_head_t wait;
};

#define MUTEX_INIT(n, cls) \
	{ \
		.class = (cls), .wait = WAIT_QUEUE_HEAD_INIT((n).wait) \
	}
#define DEFINE_MUTEX(n, cls) struct mutex n = MUTEX_INIT(n, cls)

void mutex_init(struct mutex *m, u8 class);
void mutex_lock(struct mutex *m);
int mutex_lock_interruptible(struct mutex *m); /* 0 or -EINTR */
bool mutex_trylock(struct mutex *m);
void mutex_unlock(struct mutex *m);

/* Many readers or one writer; a waiting writer holds off new readers. */
struct rw_semaphore {
	int count; /* > 0 readers, -1 a writer */
	int writers_waiting;
	u8 class;
	wait_queue_head_t wait;
};

void init_rwsem(struct rw_semaphore *s, u8 class);
bool down_read_trylock(struct rw_semaphore *s);
void down_read(struct rw_semaphore *s);
void up_read(struct rw_semaphore *s);
void down_write(struct rw_semaphore *s);
int down_write_killable(struct rw_semaphore *s); /* 0 or -EINTR */
void up_write(struct rw_semaphore *s);

#endif
