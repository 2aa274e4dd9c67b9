/* SPDX-License-Identifier: MIT */
/* What the futex files share: keys, waiters, and the buckets that these are queued in. */
#ifndef KERNEL_FUTEX_H
#define KERNEL_FUTEX_H

#include <sched.h>
#include <linux/futex.h>

struct futex_pi;

struct futex_key {
	void *object; /* mm_struct or address_space: compared, never followed */
	u64 offset;   /* user address, or byte in the file */
};

struct futex_q {
	struct list_head list;
	struct futex_key key;
	struct task_struct *task;
	u32 bitset;
	bool woken;
	bool requeue_pi; /* waits for CMP_REQUEUE_PI to move it to pi_key */
	struct futex_key pi_key;
	struct futex_pi *pi;	  /* futex_pi.c: what it waits for is a lock */
	struct list_head pi_list; /* in pi->waiters, until it gets the lock */
};

extern spinlock_t futex_lock; /* all buckets and every queued futex_q */

/* kernel/futex_queue.c */
struct list_head *bucket_of(const struct futex_key *key);
bool same_key(const struct futex_key *a, const struct futex_key *b);
int get_futex_key(u32 __user *uaddr, bool shared, struct futex_key *key);
u32 *pin_word(u32 __user *uaddr, bool write);
void unpin_word(u32 *word);
/* Puts @q into its bucket, behind all of its priority. futex_lock held. */
void enqueue_futex(struct futex_q *q);
/*
 * Queues @q, and reads the word afterwards. 0, -EFAULT, or -EAGAIN if it is not @val. @q is in its
 * bucket whatever is returned.
 */
int futex_wait_setup(u32 __user *uaddr, u32 val, struct futex_q *q);
bool unqueue_me(struct futex_q *q);
void wake_futex(struct futex_q *q);
long sleep_on_futex(struct futex_q *q, ktime_t expires);

/* kernel/futex_pi.c; @expires: CLOCK_MONOTONIC, INT64_MAX: no timeout */
long futex_lock_pi(u32 __user *uaddr, bool shared, ktime_t expires, bool try);
long futex_unlock_pi(u32 __user *uaddr, bool shared);
long futex_wait_requeue_pi(u32 __user *uaddr, bool shared, u32 val, ktime_t expires,
			   u32 __user *uaddr2);
long futex_cmp_requeue_pi(u32 __user *uaddr, bool shared, u32 __user *uaddr2, int nr_wake,
			  int nr_requeue, u32 cmpval);
/* The priority of @t, or who waits with it, has changed. */
void adjust_pi(struct task_struct *t);
/* @t, current, will not unlock what it still owns. */
void exit_pi_states(struct task_struct *t);

#endif
