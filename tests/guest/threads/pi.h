/* SPDX-License-Identifier: MIT */
/* What the tests of futexes with priority inheritance share: the calls themselves, and threads. */
#ifndef PI_H
#define PI_H

#include "check.h"
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>

#define SOON 50000000L /* ns */

/* The call, or -errno. */
static inline long pi_call(unsigned int *word, int op, long val, const void *timeout,
			   unsigned int *word2, unsigned int val3)
{
	long ret = syscall(SYS_futex, word, op | FUTEX_PRIVATE_FLAG, val, timeout, word2, val3);

	return ret < 0 ? -errno : ret;
}

static inline long lock(unsigned int *word)
{
	return pi_call(word, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
}

static inline long trylock(unsigned int *word)
{
	return pi_call(word, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0);
}

static inline long unlock(unsigned int *word)
{
	return pi_call(word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
}

static inline long wait_requeue(unsigned int *word, unsigned int val, unsigned int *word2)
{
	return pi_call(word, FUTEX_WAIT_REQUEUE_PI, val, NULL, word2, 0);
}

static inline long cmp_requeue(unsigned int *word, int wake, long requeue, unsigned int *word2,
			       unsigned int val)
{
	return pi_call(word, FUTEX_CMP_REQUEUE_PI, wake, (void *)requeue, word2, val);
}

/* @ns from now on @clock. */
static inline struct timespec after(clockid_t clock, long ns)
{
	struct timespec t;

	OK(clock_gettime(clock, &t));
	t.tv_nsec += ns;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

/* A thread, and its id as soon as it runs. */
struct thread {
	pthread_t handle;
	volatile pid_t tid;
	long (*fn)(void);
	long result;
};

static inline void *thread_main(void *arg)
{
	struct thread *t = arg;

	t->tid = (pid_t)syscall(SYS_gettid);
	t->result = t->fn();
	return NULL;
}

static inline void start(struct thread *t, long (*fn)(void))
{
	*t = (struct thread){.fn = fn};
	EQ(pthread_create(&t->handle, NULL, thread_main, t), 0);
	while (!t->tid)
		sleep_ms(1);
}

/* Starts a thread, and waits until it sleeps. */
static inline void start_sleeper(struct thread *t, long (*fn)(void))
{
	start(t, fn);
	while (state_of(t->tid) != 'S')
		sleep_ms(1);
}

static inline long join(struct thread *t)
{
	EQ(pthread_join(t->handle, NULL), 0);
	return t->result;
}

#endif
