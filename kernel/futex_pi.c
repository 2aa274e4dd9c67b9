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
 *   futex_pi ──waiters──> futex_q ──> futex_q    by priority; each is in its bucket, too
 *      └──> owner ──pi_locks──> futex_pi ──> futex_pi
 *             └──pi_blocked_on──> futex_q        the lock that the owner itself waits for
 *
 * A futex has a struct futex_pi only while somebody waits: without waiters user space locks and
 * unlocks by itself. Its owner is NULL after the owner's death, until the first waiter takes the
 * lock. All words are changed with futex_lock held, and on one CPU no thread of user space runs
 * meanwhile.
 */
#include "futex.h"
#include <errno.h>
#include <frames.h>
#include <mm.h>
#include <slab.h>
#include <asm/uaccess.h>

struct futex_pi {
	struct list_head owned;	  /* in owner->pi_locks */
	struct list_head waiters; /* without those that have got the lock */
	struct futex_key key;
	struct task_struct *owner;
	int users; /* who have it in their futex_q */
};

int max_lock_depth = 1024; /* owners that wait for the next lock of a chain */

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

/* The waiter that gets the lock next, or NULL. */
static struct futex_q *next_waiter(const struct futex_pi *pi)
{
	return list_empty(&pi->waiters) ? NULL
					: list_first_entry(&pi->waiters, struct futex_q, pi_list);
}

/* Behind those of its priority. From the end: without real-time priorities that is the place. */
static void add_waiter(struct futex_q *q)
{
	struct futex_q *other;

	list_for_each_entry_reverse(other, &q->pi->waiters, pi_list)
		if (rt_priority_of(other->task) >= rt_priority_of(q->task))
			break;
	list_add(&q->pi_list, &other->pi_list);
	q->task->pi_blocked_on = q;
}

static void remove_waiter(struct futex_q *q)
{
	list_del(&q->pi_list);
	q->task->pi_blocked_on = NULL;
}

static void set_owner(struct futex_pi *pi, struct task_struct *t)
{
	if (pi->owner)
		list_del(&pi->owned);
	pi->owner = t;
	if (t)
		list_add_tail(&pi->owned, &t->pi_locks);
}

/*
 * May @t wait for @pi? Not for itself, nor behind too many owners, each of which waits for the next
 * lock.
 */
static bool may_wait(const struct futex_pi *pi, const struct task_struct *t)
{
	for (int depth = 1; pi->owner != t; depth++) {
		if (!pi->owner || !pi->owner->pi_blocked_on)
			return true;
		if (depth > max_lock_depth)
			return false;
		pi = pi->owner->pi_blocked_on->pi;
	}
	return false;
}

/* The highest priority of those who wait for a lock of @t. */
static int inherited(const struct task_struct *t)
{
	struct futex_pi *pi;
	int priority = 0;

	list_for_each_entry(pi, &t->pi_locks, owned)
		if (next_waiter(pi))
			priority = max(priority, rt_priority_of(next_waiter(pi)->task));
	return priority;
}

/*
 * A waiter with this @priority has come to @t or left it: @t runs with the highest one, and so does
 * the owner that @t waits for. Most tasks have none to pass, which costs nothing.
 */
static void pass_priority(struct task_struct *t, int priority)
{
	for (int depth = 0; priority && t && depth <= max_lock_depth; depth++) {
		struct futex_q *q = t->pi_blocked_on;

		if (!set_pi_priority(t, inherited(t)) || !q)
			return;
		remove_waiter(q);
		add_waiter(q);
		t = q->pi->owner;
	}
}

static void join_queue(struct futex_q *q, struct futex_pi *pi)
{
	q->pi = pi;
	pi->users++;
	enqueue_futex(q);
	add_waiter(q);
	pass_priority(pi->owner, rt_priority_of(q->task));
}

/* Frees @pi if nobody waits. */
static void put_state(struct futex_pi *pi)
{
	if (pi->users)
		return;
	set_owner(pi, NULL);
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

/* A state without an owner and without waiters, or NULL: no memory. */
static struct futex_pi *new_state(const struct futex_key *key)
{
	struct futex_pi *pi = kmalloc(sizeof(*pi), GFP_KERNEL);

	if (pi) {
		*pi = (struct futex_pi){.key = *key};
		INIT_LIST_HEAD(&pi->waiters);
	}
	return pi;
}

/*
 * Locks *@word for @t if it is free: 1. Otherwise 0, and *@pi is what to wait for. @more: others
 * will wait as soon as @t has it. After -ENOMEM the word is as it was.
 */
static int lock_word(u32 *word, const struct futex_key *key, struct task_struct *t, bool more,
		     struct futex_pi **pi)
{
	struct futex_q *top = first_waiter(key);
	struct task_struct *owner = t;
	u32 val = READ_ONCE(*word);
	bool free = !(val & FUTEX_TID_MASK);
	int err;

	if (is_owner(val, t))
		return -EDEADLK;
	if (top) {
		*pi = top->pi;
		return check_state(val, top->pi);
	}
	if ((more || !free) && !(*pi = new_state(key)))
		return -ENOMEM;
	if (free)
		val = (val & FUTEX_OWNER_DIED) | t->pid;
	WRITE_ONCE(*word, val | (*pi ? FUTEX_WAITERS : 0));
	err = free ? 1 : find_owner(val, &owner);
	if (*pi && err >= 0)
		set_owner(*pi, owner);
	return err;
}

/* The owner has died: the waiter that was woken writes the word by itself. */
static void take_over(struct futex_q *q, u32 *word)
{
	struct futex_q *next = next_waiter(q->pi);

	set_owner(q->pi, current);
	pass_priority(current, next ? rt_priority_of(next->task) : 0);
	WRITE_ONCE(*word, current->pid | FUTEX_WAITERS | FUTEX_OWNER_DIED);
}

/* Hands @pi over. Without an owner the next waiter takes it by itself. */
static void pass_on(struct futex_pi *pi, u32 *word)
{
	struct futex_q *next = next_waiter(pi);
	struct task_struct *before = pi->owner;

	set_owner(pi, next && word ? next->task : NULL);
	if (word)
		WRITE_ONCE(*word, next ? next->task->pid | FUTEX_WAITERS : 0);
	if (!next)
		return;
	remove_waiter(next);
	wake_futex(next);
	pass_priority(before, rt_priority_of(next->task));
	next = next_waiter(pi);
	if (next)
		pass_priority(pi->owner, rt_priority_of(next->task));
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
	pi->users--;
	if (!q->woken) {
		remove_waiter(q);
		pass_priority(pi->owner, rt_priority_of(current));
	} else {
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
	else if (!ret && !may_wait(pi, current))
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
	if (!may_wait(pi, q->task))
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
	struct futex_q *q;

	spin_lock(&futex_lock);
	q = t->pi_blocked_on;
	if (q) {
		remove_waiter(q);
		add_waiter(q);
		pass_priority(q->pi->owner, MAX_RT_PRIO);
	}
	spin_unlock(&futex_lock);
}

void exit_pi_states(struct task_struct *t)
{
	spin_lock(&futex_lock);
	while (!list_empty(&t->pi_locks))
		pass_on(list_first_entry(&t->pi_locks, struct futex_pi, owned), NULL);
	spin_unlock(&futex_lock);
}
