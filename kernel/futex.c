/* SPDX-License-Identifier: MIT */
/*
 * Futexes: a task sleeps on a word of user memory until another task changes it and wakes it. Also
 * what an exiting thread does with its robust futexes, clear_child_tid and vfork.
 *
 * Abridges Linux's kernel/futex/ and mm_release of kernel/fork.c. Locks with priority inheritance
 * are in futex_pi.c.
 *
 *   bucket[hash(key)] ──> waiter ──> waiter ...       each on its task's kernel stack
 *   key: private   (mm, address)
 *        shared    (file's pages, byte in the file) where a file is mapped shared
 *
 * A waiter queues itself BEFORE it reads the word; a waker changes the word BEFORE it looks at the
 * queue. So either the waiter sees the new value, or the waker sees the waiter.
 */
#include "futex.h"
#include <errno.h>
#include <mm.h>
#include <syscalls.h>
#include <asm/uaccess.h>
#include <linux/capability.h>

/* ---- wake -------------------------------------------------------------- */

/*
 * Wakes up to @nr (at least one) waiters on @key that share a bit of @bitset. -EINVAL: one waits
 * for a lock. futex_lock held.
 */
static int wake_key(const struct futex_key *key, int nr, u32 bitset)
{
	struct futex_q *q, *next;
	int woken = 0;

	list_for_each_entry_safe(q, next, bucket_of(key), list) {
		if (!same_key(&q->key, key))
			continue;
		if (q->pi || q->requeue_pi)
			return -EINVAL;
		if (!(q->bitset & bitset))
			continue;
		list_del_init(&q->list);
		wake_futex(q);
		if (++woken >= nr)
			break;
	}
	return woken;
}

/* Returns the number of woken waiters, or -errno. */
static long futex_wake(u32 __user *uaddr, bool shared, int nr, u32 bitset)
{
	struct futex_key key;
	long ret;

	if (!bitset)
		return -EINVAL;
	ret = get_futex_key(uaddr, shared, &key);
	if (ret)
		return ret;
	spin_lock(&futex_lock);
	ret = wake_key(&key, nr, bitset);
	spin_unlock(&futex_lock);
	return ret;
}

/* The low 12 bits of @v, as a signed number. */
static int signed_12(u32 v) { return (int)(v << 20) >> 20; }

/* Changes *@word by the operation of @code. 0 and its old value, or -ENOSYS: there is none such. */
static int futex_atomic_op(u32 *word, u32 code, u32 *old)
{
	u32 arg = signed_12(code >> 12);

	if (code & (u32)FUTEX_OP_OPARG_SHIFT << 28)
		arg = 1U << (arg & 31);
	switch (code >> 28 & 7) {
	case FUTEX_OP_SET:
		*old = __atomic_exchange_n(word, arg, __ATOMIC_SEQ_CST);
		return 0;
	case FUTEX_OP_ADD:
		*old = __atomic_fetch_add(word, arg, __ATOMIC_SEQ_CST);
		return 0;
	case FUTEX_OP_OR:
		*old = __atomic_fetch_or(word, arg, __ATOMIC_SEQ_CST);
		return 0;
	case FUTEX_OP_ANDN:
		*old = __atomic_fetch_and(word, ~arg, __ATOMIC_SEQ_CST);
		return 0;
	case FUTEX_OP_XOR:
		*old = __atomic_fetch_xor(word, arg, __ATOMIC_SEQ_CST);
		return 0;
	}
	return -ENOSYS;
}

/* Compares @old as @code says. 0 or 1, or -ENOSYS. */
static int futex_compare(int old, u32 code)
{
	int arg = signed_12(code);

	switch (code >> 24 & 15) {
	case FUTEX_OP_CMP_EQ:
		return old == arg;
	case FUTEX_OP_CMP_NE:
		return old != arg;
	case FUTEX_OP_CMP_LT:
		return old < arg;
	case FUTEX_OP_CMP_GE:
		return old >= arg;
	case FUTEX_OP_CMP_LE:
		return old <= arg;
	case FUTEX_OP_CMP_GT:
		return old > arg;
	}
	return -ENOSYS;
}

/* Changes the word at @uaddr2, wakes at @uaddr and, if the old value compares, at @uaddr2. */
static long futex_wake_op(u32 __user *uaddr, bool shared, u32 __user *uaddr2, int nr, int nr2,
			  u32 code)
{
	struct futex_key key, key2;
	u32 *word, old;
	long ret, ret2 = 0;

	ret = get_futex_key(uaddr, shared, &key) ?: get_futex_key(uaddr2, shared, &key2);
	if (ret)
		return ret;
	word = pin_word(uaddr2, true);
	if (IS_ERR(word))
		return PTR_ERR(word);
	spin_lock(&futex_lock);
	ret = futex_atomic_op(word, code, &old) ?: futex_compare(old, code);
	if (ret > 0)
		ret2 = 1;
	if (ret >= 0)
		ret = wake_key(&key, nr, FUTEX_BITSET_MATCH_ANY);
	if (ret >= 0 && ret2)
		ret2 = wake_key(&key2, nr2, FUTEX_BITSET_MATCH_ANY);
	spin_unlock(&futex_lock);
	unpin_word(word);
	return ret < 0 || ret2 < 0 ? min(ret, ret2) : ret + ret2;
}

/* @cmpval NULL: the value does not matter. Returns the number of woken and moved waiters. */
static long futex_requeue(u32 __user *uaddr, bool shared, u32 __user *uaddr2, int nr_wake,
			  int nr_requeue, const u32 *cmpval)
{
	struct futex_key key, key2;
	struct futex_q *q, *next;
	long ret, count = 0;
	u32 *word = NULL;
	bool same;

	if (nr_wake < 0 || nr_requeue < 0)
		return -EINVAL;
	ret = get_futex_key(uaddr, shared, &key) ?: get_futex_key(uaddr2, shared, &key2);
	if (ret)
		return ret;
	same = same_key(&key, &key2);
	if (cmpval)
		word = pin_word(uaddr, false);
	if (IS_ERR(word))
		return PTR_ERR(word);
	spin_lock(&futex_lock);
	if (cmpval && READ_ONCE(*word) != *cmpval) {
		count = -EAGAIN;
		goto out;
	}
	list_for_each_entry_safe(q, next, bucket_of(&key), list) {
		if (count - nr_wake >= nr_requeue)
			break;
		if (!same_key(&q->key, &key))
			continue;
		if (q->pi || q->requeue_pi) {
			count = -EINVAL;
			break;
		}
		if (++count > nr_wake && same) /* it is there already */
			continue;
		list_del_init(&q->list);
		if (count <= nr_wake) {
			wake_futex(q);
		} else {
			q->key = key2;
			enqueue_futex(q);
		}
	}
out:
	spin_unlock(&futex_lock);
	if (word)
		unpin_word(word);
	return count;
}

/* ---- wait -------------------------------------------------------------- */

/* @expires: CLOCK_MONOTONIC, INT64_MAX: no timeout. */
static long futex_wait(u32 __user *uaddr, bool shared, u32 val, ktime_t expires, u32 bitset)
{
	struct futex_q q = {.task = current, .bitset = bitset};
	long ret;

	if (!bitset)
		return -EINVAL;
	ret = get_futex_key(uaddr, shared, &q.key);
	if (ret)
		return ret;
	ret = futex_wait_setup(uaddr, val, &q);
	if (!ret)
		ret = sleep_on_futex(&q, expires);
	return unqueue_me(&q) ? 0 : ret;
}

static long futex_wait_restart(struct restart_block *rb);

/* A wait that is restarted after a signal ends at the same time as before. */
static long futex_wait_timed(u32 __user *uaddr, bool shared, u32 val, ktime_t expires, u32 bitset)
{
	long ret = futex_wait(uaddr, shared, val, expires, bitset);

	if (ret != -ERESTARTSYS || expires == INT64_MAX)
		return ret;
	current->restart_block = (struct restart_block){
		.fn = futex_wait_restart,
		.arg = {(u64)uaddr, shared, val, expires, bitset},
	};
	return -ERESTART_RESTARTBLOCK;
}

static long futex_wait_restart(struct restart_block *rb)
{
	return futex_wait_timed((u32 __user *)rb->arg[0], rb->arg[1], rb->arg[2], rb->arg[3],
				rb->arg[4]);
}

/* ---- the calls ---------------------------------------------------------- */

static bool has_timeout(int cmd)
{
	return cmd == FUTEX_WAIT || cmd == FUTEX_WAIT_BITSET || cmd == FUTEX_LOCK_PI ||
	       cmd == FUTEX_LOCK_PI2 || cmd == FUTEX_WAIT_REQUEUE_PI;
}

/* When a wait by @cmd ends, on CLOCK_MONOTONIC. 0, -EFAULT or -EINVAL. */
static int futex_deadline(const struct __kernel_timespec __user *ts, int cmd, bool realtime,
			  ktime_t *expires)
{
	struct __kernel_timespec t;
	ktime_t base = 0;

	*expires = INT64_MAX;
	if (!ts || !has_timeout(cmd))
		return 0;
	if (copy_from_user(&t, ts, sizeof(t)))
		return -EFAULT;
	if (!timespec_valid(&t))
		return -EINVAL;
	if (cmd == FUTEX_WAIT)
		base = ktime_get(); /* relative */
	else if (realtime || cmd == FUTEX_LOCK_PI)
		base = ktime_get() - ktime_get_real(); /* negative: cannot overflow */
	if (__builtin_add_overflow(timespec_to_ns(&t), base, expires))
		*expires = INT64_MAX;
	return 0;
}

long sys_futex(u32 __user *uaddr, int op, u32 val, const struct __kernel_timespec __user *ts,
	       u32 __user *uaddr2, u32 val3)
{
	int cmd = op & FUTEX_CMD_MASK, val2 = (int)(unsigned long)ts;
	bool shared = !(op & FUTEX_PRIVATE_FLAG), realtime = op & FUTEX_CLOCK_REALTIME;
	ktime_t expires;
	int ret = futex_deadline(ts, cmd, realtime, &expires);

	if (ret)
		return ret;
	if (realtime && cmd != FUTEX_WAIT_BITSET && cmd != FUTEX_WAIT_REQUEUE_PI &&
	    cmd != FUTEX_LOCK_PI2)
		return -ENOSYS;
	switch (cmd) {
	case FUTEX_WAIT:
		return futex_wait_timed(uaddr, shared, val, expires, FUTEX_BITSET_MATCH_ANY);
	case FUTEX_WAIT_BITSET:
		return futex_wait_timed(uaddr, shared, val, expires, val3);
	case FUTEX_WAKE:
		return futex_wake(uaddr, shared, val, FUTEX_BITSET_MATCH_ANY);
	case FUTEX_WAKE_BITSET:
		return futex_wake(uaddr, shared, val, val3);
	case FUTEX_WAKE_OP:
		return futex_wake_op(uaddr, shared, uaddr2, val, val2, val3);
	case FUTEX_REQUEUE:
		return futex_requeue(uaddr, shared, uaddr2, val, val2, NULL);
	case FUTEX_CMP_REQUEUE:
		return futex_requeue(uaddr, shared, uaddr2, val, val2, &val3);
	case FUTEX_LOCK_PI:
	case FUTEX_LOCK_PI2:
		return futex_lock_pi(uaddr, shared, expires, false);
	case FUTEX_TRYLOCK_PI:
		return futex_lock_pi(uaddr, shared, INT64_MAX, true);
	case FUTEX_UNLOCK_PI:
		return futex_unlock_pi(uaddr, shared);
	case FUTEX_WAIT_REQUEUE_PI:
		return futex_wait_requeue_pi(uaddr, shared, val, expires, uaddr2);
	case FUTEX_CMP_REQUEUE_PI:
		return futex_cmp_requeue_pi(uaddr, shared, uaddr2, val, val2, val3);
	}
	return -ENOSYS;
}

long sys_set_robust_list(void __user *head, size_t len)
{
	if (len != sizeof(struct robust_list_head))
		return -EINVAL;
	current->robust_list = head;
	return 0;
}

/* Of another process only with the same identity, or as root: the head is an address in it. */
static bool may_see_robust_list(struct task_struct *t)
{
	const struct cred *mine = current->cred, *c = t->cred;

	return same_thread_group(t, current) || capable(CAP_SYS_PTRACE) ||
	       (mine->uid == c->uid && mine->uid == c->euid && mine->uid == c->suid &&
		mine->gid == c->gid && mine->gid == c->egid && mine->gid == c->sgid);
}

long sys_get_robust_list(pid_t pid, void __user *__user *head, size_t __user *len)
{
	struct task_struct *t = pid ? find_get_task_by_vpid(pid) : NULL;
	void __user *list = pid ? NULL : current->robust_list;
	int err = pid && !t ? -ESRCH : 0;

	if (t) {
		list = t->robust_list;
		err = may_see_robust_list(t) ? 0 : -EPERM;
		put_task_struct(t);
	}
	if (err)
		return err;
	return put_user(sizeof(struct robust_list_head), len) || put_user(list, head) ? -EFAULT : 0;
}

/* ---- exit ---------------------------------------------------------------- */

/*
 * Marks a lock that current still owns with FUTEX_OWNER_DIED and wakes one waiter. -1: the list is
 * broken.
 */
static int handle_futex_death(u32 __user *uaddr, bool pi, bool pending_op)
{
	u32 *word, old, dead;

	if ((unsigned long)uaddr % sizeof(u32))
		return -1;
	word = pin_word(uaddr, true);
	if (IS_ERR(word))
		return -1;
	old = READ_ONCE(*word);
	/* current has unlocked it but has not woken a waiter yet, and nobody else will. */
	if (pending_op && !pi && !old) {
		unpin_word(word);
		futex_wake(uaddr, true, 1, FUTEX_BITSET_MATCH_ANY);
		return 0;
	}
	while ((old & FUTEX_TID_MASK) == (u32)current->pid) {
		dead = (old & FUTEX_WAITERS) | FUTEX_OWNER_DIED;
		if (__atomic_compare_exchange_n(word, &old, dead, false, __ATOMIC_SEQ_CST,
						__ATOMIC_SEQ_CST)) {
			if (!pi && (old & FUTEX_WAITERS))
				futex_wake(uaddr, true, 1, FUTEX_BITSET_MATCH_ANY);
			break;
		}
	}
	unpin_word(word);
	return 0;
}

/* Reads a pointer of the list. Its lowest bit marks a PI futex. 0 or -EFAULT. */
static int fetch_entry(unsigned long *entry, void __user *from, bool *pi)
{
	unsigned long v;

	if (get_user(v, (unsigned long __user *)from))
		return -EFAULT;
	*entry = v & ~1UL;
	*pi = v & 1;
	return 0;
}

/* Walks current's list of robust locks. It is user memory, so it may be wrong or endless. */
static void exit_robust_list(struct robust_list_head __user *head)
{
	unsigned long entry, next = 0, pending;
	bool pi, next_pi = false, pending_pi;
	int limit = ROBUST_LIST_LIMIT, err;
	long offset;

	if (fetch_entry(&entry, &head->list.next, &pi) || get_user(offset, &head->futex_offset) ||
	    fetch_entry(&pending, &head->list_op_pending, &pending_pi))
		return;
	while (entry != (unsigned long)&head->list) {
		/* Read this first: the entry may be freed as soon as its owner is marked dead. */
		err = fetch_entry(&next, (void __user *)entry, &next_pi);
		if (entry != pending &&
		    handle_futex_death((u32 __user *)(entry + offset), pi, false))
			return;
		if (err || !--limit)
			return;
		entry = next;
		pi = next_pi;
	}
	if (pending)
		handle_futex_death((u32 __user *)(pending + offset), pending_pi, true);
}

/* @t is current. It is about to drop @mm, which is still its address space. */
void mm_release(struct task_struct *t, struct mm_struct *mm)
{
	struct completion *vfork;

	if (t->robust_list) {
		exit_robust_list(t->robust_list);
		t->robust_list = NULL;
	}
	exit_pi_states(t);
	if (t->clear_child_tid) {
		/* Nobody is left to wait for it if the mm has no other user. */
		if (atomic_read(&mm->mm_users) > 1 && !put_user(0, t->clear_child_tid))
			futex_wake((u32 __user *)t->clear_child_tid, true, 1,
				   FUTEX_BITSET_MATCH_ANY);
		t->clear_child_tid = NULL;
	}
	vfork = t->vfork_done;
	t->vfork_done = NULL;
	if (vfork)
		complete(vfork);
}
