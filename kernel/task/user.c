/* SPDX-License-Identifier: MIT */
/*
 * What a user has queued in all processes together: signals with their siginfo, and the timers of
 * timer_create, each of which keeps room for one. RLIMIT_SIGPENDING limits it.
 * Abridges Linux's kernel/ucount.c; leaves out user namespaces and the other counts.
 * Not on the road of an exec.
 */
#include <slab.h>
#include <spinlock.h>
#include "internal.h"

struct user_struct {
	struct user_struct *next;
	uid_t uid;
	u64 sigpending; /* at least 1: without any there is no struct */
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

struct user_struct *inc_sigpending(uid_t uid, u64 limit)
{
	struct user_struct **p, *user = NULL;
	unsigned long flags;

	spin_lock_irqsave(&users_lock, flags);
	p = find_user(uid);
	if (limit && !*p) {
		*p = kzalloc(sizeof(**p));
		if (*p)
			(*p)->uid = uid;
	}
	if (*p && (*p)->sigpending < limit) {
		user = *p;
		user->sigpending++;
	}
	spin_unlock_irqrestore(&users_lock, flags);
	return user;
}

void dec_sigpending(struct user_struct *user)
{
	struct user_struct **p;
	unsigned long flags;

	spin_lock_irqsave(&users_lock, flags);
	if (!--user->sigpending) {
		p = find_user(user->uid);
		*p = user->next;
		kfree(user);
	}
	spin_unlock_irqrestore(&users_lock, flags);
}

u64 sigpending_of(uid_t uid)
{
	struct user_struct *user;
	unsigned long flags;
	u64 n;

	spin_lock_irqsave(&users_lock, flags);
	user = *find_user(uid);
	n = user ? user->sigpending : 0;
	spin_unlock_irqrestore(&users_lock, flags);
	return n;
}
