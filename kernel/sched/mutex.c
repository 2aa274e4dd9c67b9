/* SPDX-License-Identifier: MIT */
/*
 * Locks that let a task sleep until they are free: the mutex with one owner, and the semaphore of
 * many readers or one writer.
 *
 * Abridges Linux's kernel/locking/mutex.c and rwsem.c. Left out: spinning while the owner runs,
 * handing the lock over (the task that runs first takes it).
 */
#include <sched.h>
#include <errno.h>
#include <printk.h>

void mutex_init(struct mutex *m, u8 class)
{
	m->owner = NULL;
	m->class = class;
	init_waitqueue_head(&m->wait);
}

static bool take_mutex(struct mutex *m)
{
	struct task_struct *none = NULL;

	return __atomic_compare_exchange_n(&m->owner, &none, current, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

/* Of its own, as wait_for_read: a lock that is free saves no registers for it. */
static noinline void wait_for_mutex(struct mutex *m) { wait_event(&m->wait, take_mutex(m)); }

void mutex_lock(struct mutex *m)
{
	might_sleep();
	lock_acquired(m, m->class, true);
	if (!take_mutex(m))
		wait_for_mutex(m);
}

int mutex_lock_interruptible(struct mutex *m)
{
	might_sleep();
	lock_acquired(m, m->class, true);
	if (take_mutex(m) || !wait_event_interruptible(&m->wait, take_mutex(m)))
		return 0;
	lock_released(m);
	return -EINTR;
}

/* It never waits, so its class is not checked. */
bool mutex_trylock(struct mutex *m)
{
	if (!take_mutex(m))
		return false;
	lock_acquired(m, LOCK_NONE, true);
	return true;
}

void mutex_unlock(struct mutex *m)
{
	BUG_ON(m->owner != current);
	__atomic_store_n(&m->owner, NULL, __ATOMIC_RELEASE);
	lock_released(m);
	wake_up(&m->wait);
}

void init_rwsem(struct rw_semaphore *s, u8 class)
{
	s->count = 0;
	s->writers_waiting = 0;
	s->class = class;
	init_waitqueue_head(&s->wait);
}

static bool take_read(struct rw_semaphore *s)
{
	int count = s->count;

	while (count >= 0 && !s->writers_waiting)
		if (__atomic_compare_exchange_n(&s->count, &count, count + 1, false,
						__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return true;
	return false;
}

static bool take_write(struct rw_semaphore *s)
{
	int none = 0;

	return __atomic_compare_exchange_n(&s->count, &none, -1, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

static void add_waiting_writer(struct rw_semaphore *s, int n)
{
	__atomic_add_fetch(&s->writers_waiting, n, __ATOMIC_SEQ_CST);
}

static noinline void wait_for_read(struct rw_semaphore *s) { wait_event(&s->wait, take_read(s)); }

void down_read(struct rw_semaphore *s)
{
	might_sleep();
	lock_acquired(s, s->class, true);
	if (!take_read(s))
		wait_for_read(s);
}

/* Its class is not checked, as in mutex_trylock. */
bool down_read_trylock(struct rw_semaphore *s)
{
	if (!take_read(s))
		return false;
	lock_acquired(s, LOCK_NONE, true);
	return true;
}

void up_read(struct rw_semaphore *s)
{
	lock_released(s);
	if (!__atomic_sub_fetch(&s->count, 1, __ATOMIC_SEQ_CST))
		wake_up(&s->wait);
}

int down_write_killable(struct rw_semaphore *s)
{
	int err;

	might_sleep();
	lock_acquired(s, s->class, true);
	if (take_write(s))
		return 0;
	add_waiting_writer(s, 1);
	err = wait_event_killable(&s->wait, take_write(s));
	add_waiting_writer(s, -1);
	if (!err)
		return 0;
	lock_released(s);
	wake_up(&s->wait); /* readers that this writer held off */
	return -EINTR;
}

void down_write(struct rw_semaphore *s)
{
	might_sleep();
	lock_acquired(s, s->class, true);
	if (take_write(s))
		return;
	add_waiting_writer(s, 1);
	wait_event(&s->wait, take_write(s));
	add_waiting_writer(s, -1);
}

void up_write(struct rw_semaphore *s)
{
	lock_released(s);
	__atomic_add_fetch(&s->count, 1, __ATOMIC_SEQ_CST); /* the writer's -1 */
	wake_up(&s->wait);
}
