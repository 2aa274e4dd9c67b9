/* SPDX-License-Identifier: MIT */
/* SIGIO: fs/fasync.c. */
#ifndef FASYNC_H
#define FASYNC_H

#include <list.h>
#include <types.h>

struct file;

/*
 * The object's files in @list can do more: @code POLL_IN or POLL_OUT. Those that are open for it
 * send their owners a signal.
 */
void __kill_fasync(struct list_head *list, int code);
static inline void kill_fasync(struct list_head *list, int code)
{
	if (!list_empty(list))
		__kill_fasync(list, code);
}

/* Something urgent has come: the owner of @f, if it has one, gets SIGURG. */
void send_sigurg(struct file *f);
/* @f is closed. */
void fasync_remove(struct list_head *list, struct file *f);
/* The owner, which gets the signal; a group is negative. */
long fcntl_getown(const struct file *f);
long fcntl_setown(struct file *f, int who);

#endif
