/* SPDX-License-Identifier: MIT */
/*
 * What a user has in all processes together. Signals that are queued with their siginfo, and the
 * timers of timer_create, each of which keeps room for one: RLIMIT_SIGPENDING limits them. Pages
 * that all pipes may hold: /proc/sys/fs/pipe-user-pages-soft and -hard.
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
	u64 sigpending;
	u64 pipe_bufs; /* pages; one of the two is at least 1: without any there is no struct */
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
	if (user->sigpending || user->pipe_bufs)
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
	if (user && user->sigpending < limit)
		user->sigpending++;
	else
		user = NULL;
	spin_unlock_irqrestore(&users_lock, flags);
	return user;
}

void dec_sigpending(struct user_struct *user)
{
	unsigned long flags;

	spin_lock_irqsave(&users_lock, flags);
	user->sigpending--;
	free_if_empty(user);
	spin_unlock_irqrestore(&users_lock, flags);
}

long account_pipe_buffers(uid_t uid, long pages)
{
	struct user_struct *user;
	unsigned long flags;
	long sum = -ENOMEM;

	spin_lock_irqsave(&users_lock, flags);
	user = alloc_uid(uid);
	if (user) {
		sum = user->pipe_bufs += pages;
		free_if_empty(user);
	}
	spin_unlock_irqrestore(&users_lock, flags);
	return sum;
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
