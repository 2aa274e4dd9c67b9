/* SPDX-License-Identifier: MIT */
/* What a driver's ->poll needs; fs/select.c and fs/eventpoll.c have the other side. */
#ifndef POLL_H
#define POLL_H

#include <wait.h>
#include <asm/signal.h>

struct file;
struct poll_table_struct;

typedef void (*poll_queue_proc)(struct file *f, wait_queue_head_t *q, struct poll_table_struct *pt);

struct poll_table_struct {
	poll_queue_proc qproc; /* NULL: only ask, do not join the queue */
	unsigned int key;      /* EPOLL*: a wake-up for none of them does not count */
};

/* A driver's ->poll calls this for each queue that may wake the poller. */
static inline void poll_wait(struct file *f, wait_queue_head_t *q, struct poll_table_struct *pt)
{
	if (pt && pt->qproc)
		pt->qproc(f, q, pt);
}

/* What a file without ->poll is always ready for: EPOLLIN, OUT, RDNORM, WRNORM. */
#define DEFAULT_POLLMASK 0x145
/* A wake-up with this key frees the queue: who waits there must leave it at once. */
#define POLLFREE 0x4000u

struct __kernel_timespec;

/*
 * eventpoll.c, for kcmp: the file that the epoll @f watches as number @tfd, after @toff others of
 * this number. No reference. -EINVAL: @f is no epoll; -ENOENT.
 */
const struct file *get_epoll_tfile(struct file *f, int tfd, unsigned long toff);

/* select.c, for all calls that wait with a time limit and a signal mask. */
#define KTIME_MAX INT64_MAX /* no deadline; a deadline of 0: ask once, do not wait */
s64 poll_deadline(s64 ns);  /* the time @ns from now; 0 stays 0 */
/* From the user's timeout; NULL: KTIME_MAX. 0, -EFAULT or -EINVAL. */
int poll_get_deadline(const struct __kernel_timespec __user *uts, s64 *end);
/* Sets the signal mask for the time of the call. 0, -EINVAL or -EFAULT. */
int set_user_sigmask(const sigset_t __user *umask, size_t size);
/* Ends that time, unless @interrupted: then the mask comes back after the handler. */
void restore_user_sigmask(bool interrupted);

#endif
