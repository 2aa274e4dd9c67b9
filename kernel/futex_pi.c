/* SPDX-License-Identifier: MIT */
/*
 * Futexes that are locks with priority inheritance: the word names the owner, which runs with the
 * priority of who waits, and an unlock hands the lock to the waiter of the highest priority.
 * Not on the road of an exec.
 *
 * Abridges Linux's kernel/futex/pi.c, requeue.c and kernel/locking/rtmutex.c. Left out: a waiter
 * of higher priority that overtakes the one which an unlock has chosen.
 *
 *   word:  0 free | thread id of the owner | FUTEX_WAITERS | FUTEX_OWNER_DIED
 *   futex_pi <── waiters: their futex_q in the bucket; the first one is next
 *      └──> owner; NULL after its death, until the first waiter takes the lock
 *
 * A futex has a struct futex_pi only while somebody waits: without waiters user space locks and
 * unlocks by itself. All words are changed with futex_lock held, and on one CPU no thread of user
 * space runs meanwhile.
 */
#include "futex.h"
#include <errno.h>
#include <frames.h>
#include <mm.h>
#include <slab.h>
#include <asm/uaccess.h>

struct futex_pi {
	struct list_head list; /* in states */
	struct futex_key key;
	struct task_struct *owner;
	int waiters; /* who have it in their futex_q */
};

static LIST_HEAD(states); /* futex_lock */

static bool is_owner(u32 val, const struct task_struct *t)
{
	return (val & FUTEX_TID_MASK) == (u32)t->pid;
}

/* ---- states and their waiters, with futex_lock held ----------------------- */

static struct futex_q *first_waiter(const struct futex_key *key)
{
	struct futex_q *q;

	list_for_each_entry(q, bucket_of(key), list)
		if (same_key(&q->key, key))
			return q;
	return NULL;
}

/* The waiter that gets the lock next. One that has got it may still be in the bucket. */
static struct futex_q *next_waiter(const struct futex_pi *pi)
{
	struct futex_q *q, *best = NULL;

	list_for_each_entry(q, bucket_of(&pi->key), list)
		if (q->pi == pi && !q->woken &&
		    (!best || rt_priority_of(q->task) > rt_priority_of(best->task)))
			best = q;
	return best;
}

/* What @t waits for, or NULL. */
static struct futex_pi *blocked_on(const struct task_struct *t)
{
	struct futex_pi *pi;
	struct futex_q *q;

	list_for_each_entry(pi, &states, list)
		list_for_each_entry(q, bucket_of(&pi->key), list)
			if (q->pi == pi && q->task == t && !q->woken)
				return pi;
	return NULL;
}

/* Would @t wait for itself? Each owner on the way waits for one lock at most. */
static bool is_deadlock(const struct futex_pi *pi, const struct task_struct *t)
{
	while (pi && pi->owner) {
		if (pi->owner == t)
			return true;
		pi = blocked_on(pi->owner);
	}
	return false;
}

/* The highest priority of those who wait for a lock of @t. */
static int inherited(const struct task_struct *t)
{
	struct futex_pi *pi;
	int priority = 0;

	list_for_each_entry(pi, &states, list) {
		struct futex_q *q = pi->owner == t ? next_waiter(pi) : NULL;

		if (q)
			priority = max(priority, rt_priority_of(q->task));
	}
	return priority;
}

/* @t runs with the priority of who waits for it, and so does the owner that @t waits for. */
static void pass_priority(struct task_struct *t)
{
	struct futex_pi *pi;

	while (t && set_pi_priority(t, inherited(t))) {
		pi = blocked_on(t);
		t = pi ? pi->owner : NULL;
	}
}

static void join_queue(struct futex_q *q, struct futex_pi *pi)
{
	q->pi = pi;
	pi->waiters++;
	enqueue_futex(q);
	pass_priority(pi->owner);
}

/* Frees @pi if nobody waits. */
static void put_state(struct futex_pi *pi)
{
	if (pi->waiters)
		return;
	list_del(&pi->list);
	kfree(pi);
}

/* ---- to lock, with futex_lock held ------------------------------------------ */

/* May a task wait for @pi, whose word is @val? NULL: somebody waits there, but not for a lock. */
static int check_state(u32 val, const struct futex_pi *pi)
{
	bool free = !(val & FUTEX_TID_MASK) && (val & FUTEX_OWNER_DIED);

	if (!pi)
		return -EINVAL;
	if (free || (pi->owner && is_owner(val, pi->owner)))
		return 0;
	return -EINVAL;
}

/* The owner must be a task that will unlock or exit. -EBUSY: it is exiting now, ask again. */
static int find_owner(u32 val, struct task_struct **owner)
{
	struct task_struct *t = find_get_task_by_vpid(val & FUTEX_TID_MASK);
	int ret = 0;

	if (!t)
		return -ESRCH;
	if (t->flags & PF_EXITING)
		ret = t->mm ? -EBUSY : -ESRCH;
	*owner = t; /* its exit ends what it owns before the struct is gone */
	put_task_struct(t);
	return ret;
}

static int add_state(const struct futex_key *key, struct task_struct *owner, struct futex_pi **pi)
{
	*pi = kmalloc(sizeof(**pi), GFP_KERNEL);
	if (!*pi)
		return -ENOMEM;
	**pi = (struct futex_pi){.key = *key, .owner = owner};
	list_add_tail(&(*pi)->list, &states);
	return 0;
}

/*
 * Locks *@word for @t if it is free: 1. Otherwise 0, and *@pi is what to wait for. @more: others
 * will wait as soon as @t has it.
 */
static int lock_word(u32 *word, const struct futex_key *key, struct task_struct *t, bool more,
		     struct futex_pi **pi)
{
	struct futex_q *top = first_waiter(key);
	struct task_struct *owner;
	u32 val = READ_ONCE(*word);
	int err;

	if (is_owner(val, t))
		return -EDEADLK;
	if (top) {
		*pi = top->pi;
		return check_state(val, top->pi);
	}
	if (!(val & FUTEX_TID_MASK)) {
		WRITE_ONCE(*word, (val & FUTEX_OWNER_DIED) | t->pid | (more ? FUTEX_WAITERS : 0));
		return (more ? add_state(key, t, pi) : 0) ?: 1;
	}
	WRITE_ONCE(*word, val | FUTEX_WAITERS);
	err = find_owner(val, &owner);
	return err ?: add_state(key, owner, pi);
}

/* The owner has died: the waiter that was woken writes the word by itself. */
static void take_over(struct futex_q *q, u32 *word)
{
	q->pi->owner = current;
	pass_priority(current);
	WRITE_ONCE(*word, current->pid | FUTEX_WAITERS | FUTEX_OWNER_DIED);
}

/* Hands @pi over. Without an owner the next waiter takes it by itself. */
static void pass_on(struct futex_pi *pi, u32 *word)
{
	struct futex_q *next = next_waiter(pi);
	struct task_struct *before = pi->owner;

	pi->owner = next && word ? next->task : NULL;
	if (word)
		WRITE_ONCE(*word, next ? next->task->pid | FUTEX_WAITERS : 0);
	if (next)
		wake_futex(next);
	pass_priority(before);
	pass_priority(pi->owner);
}

/*
 * The end of a wait for q->pi: current has been woken, or has not and returns @ret. -EFAULT: it
 * cannot write the word that it got from a dead owner, so the next one gets it.
 */
static long leave_queue(u32 __user *uaddr, struct futex_q *q, long ret)
{
	struct futex_pi *pi = q->pi;
	u32 *word = pin_word(uaddr, true);

	spin_lock(&futex_lock);
	list_del_init(&q->list);
	pi->waiters--;
	pass_priority(pi->owner);
	if (q->woken) {
		ret = 0;
		if (!pi->owner && IS_ERR(word)) {
			ret = -EFAULT;
			pass_on(pi, NULL);
		} else if (!pi->owner) {
			take_over(q, word);
		}
	}
	put_state(pi);
	spin_unlock(&futex_lock);
	unpin_word(word);
	return ret;
}

/* ---- the calls ------------------------------------------------------------- */

/* 1: current has the lock. 0: @q is queued. -EBUSY: the owner is exiting. */
static int start_lock(u32 __user *uaddr, struct futex_q *q, bool try)
{
	struct futex_pi *pi = NULL;
	u32 *word = pin_word(uaddr, true);
	int ret;

	if (IS_ERR(word))
		return PTR_ERR(word);
	spin_lock(&futex_lock);
	ret = lock_word(word, &q->key, current, false, &pi);
	if (!ret && try)
		ret = -EAGAIN;
	else if (!ret && is_deadlock(pi, current))
		ret = -EDEADLK;
	else if (!ret)
		join_queue(q, pi);
	if (pi)
		put_state(pi);
	spin_unlock(&futex_lock);
	unpin_word(word);
	return ret;
}

long futex_lock_pi(u32 __user *uaddr, bool shared, ktime_t expires, bool try)
{
	struct futex_q q = {.task = current, .bitset = FUTEX_BITSET_MATCH_ANY};
	long ret = get_futex_key(uaddr, shared, &q.key);

	if (ret)
		return ret;
	while ((ret = start_lock(uaddr, &q, try)) == -EBUSY)
		yield();
	if (ret)
		return ret > 0 ? 0 : ret;
	ret = leave_queue(uaddr, &q, sleep_on_futex(&q, expires));
	return ret == -ERESTARTSYS ? -ERESTARTNOINTR : ret;
}

long futex_unlock_pi(u32 __user *uaddr, bool shared)
{
	struct futex_key key;
	struct futex_q *top;
	u32 *word, val;
	long ret;

	if (get_user(val, uaddr))
		return -EFAULT;
	if (!is_owner(val, current))
		return -EPERM;
	ret = get_futex_key(uaddr, shared, &key);
	if (ret)
		return ret;
	word = pin_word(uaddr, true);
	if (IS_ERR(word))
		return PTR_ERR(word);
	spin_lock(&futex_lock);
	top = first_waiter(&key);
	if (!top)
		WRITE_ONCE(*word, 0);
	else if (top->pi && top->pi->owner == current)
		pass_on(top->pi, word);
	else
		ret = -EINVAL;
	spin_unlock(&futex_lock);
	unpin_word(word);
	return ret;
}

/* ---- to wait, and to be moved to a lock ------------------------------------ */

long futex_wait_requeue_pi(u32 __user *uaddr, bool shared, u32 val, ktime_t expires,
			   u32 __user *uaddr2)
{
	struct futex_q q = {.task = current, .bitset = FUTEX_BITSET_MATCH_ANY, .requeue_pi = true};
	long ret = uaddr == uaddr2 ? -EINVAL : get_futex_key(uaddr2, shared, &q.pi_key);

	if (!ret)
		ret = get_futex_key(uaddr, shared, &q.key);
	if (ret)
		return ret;
	ret = futex_wait_setup(uaddr, val, &q);
	if (!ret && same_key(&q.key, &q.pi_key))
		ret = -EINVAL;
	if (!ret)
		ret = sleep_on_futex(&q, expires);
	if (q.pi) {
		ret = leave_queue(uaddr2, &q, ret);
		/* The word at @uaddr is another one by now. */
		return ret == -ERESTARTSYS ? -EAGAIN : ret;
	}
	if (unqueue_me(&q))
		return 0;
	return ret == -ERESTARTSYS ? -ERESTARTNOINTR : ret;
}

/* Moves one waiter to the lock @key2, which is @pi's. */
static int move_waiter(struct futex_q *q, const struct futex_key *key2, struct futex_pi *pi)
{
	if (!q->requeue_pi || q->pi || !same_key(&q->pi_key, key2))
		return -EINVAL;
	if (is_deadlock(pi, q->task))
		return -EDEADLK;
	list_del_init(&q->list);
	q->key = *key2;
	join_queue(q, pi);
	return 0;
}

/* The first waiter gets the lock, if it is free; @nr others, or one more, wait for it. */
static long move_waiters(const struct futex_key *key, u32 *word, const struct futex_key *key2,
			 int nr)
{
	struct futex_q *q = first_waiter(key), *next;
	struct futex_pi *pi = NULL;
	long err, count = 0;

	if (!q)
		return 0;
	if (!q->requeue_pi || !same_key(&q->pi_key, key2))
		return -EINVAL;
	err = lock_word(word, key2, q->task, nr > 0, &pi);
	if (err > 0) {
		list_del_init(&q->list);
		wake_futex(q);
		count = 1;
		err = 0;
	}
	list_for_each_entry_safe(q, next, bucket_of(key), list) {
		if (err || count > nr)
			break;
		if (!same_key(&q->key, key))
			continue;
		err = move_waiter(q, key2, pi);
		count += !err;
	}
	if (pi)
		put_state(pi);
	return err ?: count;
}

long futex_cmp_requeue_pi(u32 __user *uaddr, bool shared, u32 __user *uaddr2, int nr_wake,
			  int nr_requeue, u32 cmpval)
{
	struct futex_key key, key2;
	u32 *word, *word2;
	long ret;

	if (nr_requeue < 0 || nr_wake != 1 || uaddr == uaddr2)
		return -EINVAL;
	ret = get_futex_key(uaddr, shared, &key) ?: get_futex_key(uaddr2, shared, &key2);
	if (!ret && same_key(&key, &key2))
		ret = -EINVAL;
	if (ret)
		return ret;
	word = pin_word(uaddr, false);
	word2 = pin_word(uaddr2, true);
	ret = IS_ERR(word) || IS_ERR(word2) ? -EFAULT : -EBUSY;
	while (ret == -EBUSY) {
		spin_lock(&futex_lock);
		ret = READ_ONCE(*word) == cmpval ? move_waiters(&key, word2, &key2, nr_requeue)
						 : -EAGAIN;
		spin_unlock(&futex_lock);
		if (ret == -EBUSY)
			yield();
	}
	unpin_word(word2);
	unpin_word(word);
	return ret;
}

/* ---- priorities and exit -------------------------------------------------------------------- */

void adjust_pi(struct task_struct *t)
{
	struct futex_pi *pi;

	spin_lock(&futex_lock);
	pi = blocked_on(t);
	pass_priority(pi ? pi->owner : NULL);
	spin_unlock(&futex_lock);
}

void exit_pi_states(struct task_struct *t)
{
	struct futex_pi *pi;

	spin_lock(&futex_lock);
	list_for_each_entry(pi, &states, list)
		if (pi->owner == t)
			pass_on(pi, NULL);
	spin_unlock(&futex_lock);
}
