/* SPDX-License-Identifier: MIT */
/*
 * What a user has in all processes together, and the limit of each:
 *   tasks                                                      RLIMIT_NPROC
 *   queued signals with siginfo, and timers, which keep one    RLIMIT_SIGPENDING
 *   pages that all pipes may hold            /proc/sys/fs/pipe-user-pages-soft and -hard
 *   files that were sent over a socket and not received        RLIMIT_NOFILE
 * Abridges Linux's kernel/ucount.c and user.c; leaves out user namespaces and the other counts.
 * Not on the road of an exec.
 */
#include <cred.h>
#include <errno.h>
#include <slab.h>
#include <spinlock.h>
#include "internal.h"

struct user_struct {
	struct user_struct *next;
	uid_t uid;
	u64 count[USER_COUNTS]; /* one is at least 1: without any there is no struct */
};

static DEFINE_SPINLOCK(users_lock, LOCK_NONE);
static struct user_struct *users;

/* The pointer to @uid's struct; the last one, which is NULL, if there is none. users_lock held. */
static struct user_struct **find_user(uid_t uid)
{
	struct user_struct **p = &users;

	while (*p && (*p)->uid != uid)
		p = &(*p)->next;
	return p;
}

/* @uid's struct, a new one if there is none; NULL: no memory. users_lock held. */
static struct user_struct *alloc_uid(uid_t uid)
{
	struct user_struct **p = find_user(uid);

	if (!*p)
		*p = kzalloc(sizeof(**p));
	if (*p)
		(*p)->uid = uid;
	return *p;
}

/* users_lock held. */
static void free_if_empty(struct user_struct *user)
{
	for (int i = 0; i < USER_COUNTS; i++)
		if (user->count[i])
			return;
	*find_user(user->uid) = user->next;
	kfree(user);
}

struct user_struct *inc_sigpending(uid_t uid, u64 limit)
{
	struct user_struct *user;
	unsigned long flags;

	spin_lock_irqsave(&users_lock, flags);
	user = limit ? alloc_uid(uid) : NULL;
	if (user && user->count[USER_SIGPENDING] < limit)
		user->count[USER_SIGPENDING]++;
	else
		user = NULL;
	spin_unlock_irqrestore(&users_lock, flags);
	return user;
}

void dec_sigpending(struct user_struct *user)
{
	unsigned long flags;

	spin_lock_irqsave(&users_lock, flags);
	user->count[USER_SIGPENDING]--;
	free_if_empty(user);
	spin_unlock_irqrestore(&users_lock, flags);
}

long account_user(uid_t uid, enum user_count what, long n)
{
	struct user_struct *user;
	unsigned long flags;
	long sum = n ? -ENOMEM : 0;

	spin_lock_irqsave(&users_lock, flags);
	user = n ? alloc_uid(uid) : *find_user(uid);
	if (user) {
		sum = user->count[what] += n;
		free_if_empty(user);
	}
	spin_unlock_irqrestore(&users_lock, flags);
	return sum;
}
