/* SPDX-License-Identifier: MIT */
/* What a driver's ->poll needs: fs/select.c has the other side. */
#ifndef POLL_H
#define POLL_H

#include <wait.h>

struct file;
struct poll_table_struct;

typedef void (*poll_queue_proc)(struct file *f, wait_queue_head_t *q, struct poll_table_struct *pt);

struct poll_table_struct {
	poll_queue_proc qproc; /* NULL: only ask, do not join the queue */
};

/* A driver's ->poll calls this for each queue that may wake the poller. */
static inline void poll_wait(struct file *f, wait_queue_head_t *q, struct poll_table_struct *pt)
{
	if (pt && pt->qproc)
		pt->qproc(f, q, pt);
}

#endif
