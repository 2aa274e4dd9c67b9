/* SPDX-License-Identifier: MIT */
/* The inside of a pipe, for those who fill or empty it: fs/pipe.c, fs/splice.c. */
#ifndef PIPE_FS_I_H
#define PIPE_FS_I_H

#include <list.h>
#include <spinlock.h>
#include <types.h>
#include <wait.h>

struct file;
struct page;

/* Some bytes of a page, to which it has a reference. */
struct pipe_buffer {
	struct page *page;
	unsigned int offset, len;
	bool packet; /* of O_DIRECT: read alone, what does not fit is lost */
	bool own;    /* a page of this pipe alone: a write may add to it */
};

struct pipe_inode_info {
	struct mutex mutex;
	wait_queue_head_t wait;
	struct list_head fasync; /* open ends with O_ASYNC */
	unsigned int head, tail; /* never wrap; the slot is modulo ring_size */
	unsigned int readers, writers;
	unsigned int files; /* open ends, and opens in progress; at 0 the pipe is freed */
	unsigned int r_counter, w_counter; /* how often each end was opened: see wait_for_partner */
	unsigned int ring_size;		   /* a power of two */
	uid_t uid;			   /* who made it, and has its pages on his account */
	struct pipe_buffer *bufs;
	struct page *spare; /* a page that was read, for the next write; or NULL */
};

static inline struct pipe_buffer *pipe_buf(struct pipe_inode_info *pipe, unsigned int slot)
{
	return &pipe->bufs[slot % pipe->ring_size];
}

static inline bool pipe_empty(const struct pipe_inode_info *p) { return p->head == p->tail; }

static inline bool pipe_full(const struct pipe_inode_info *p)
{
	return p->head - p->tail >= p->ring_size;
}

#define SPLICE_F_MOVE	  1 /* moves pages if it can: no effect, as on Linux 6.1 */
#define SPLICE_F_NONBLOCK 2 /* the pipe; a file has its own O_NONBLOCK */
#define SPLICE_F_MORE	  4
#define SPLICE_F_GIFT	  8 /* vmsplice: the program does not use the pages any more */
#define SPLICE_F_ALL	  (SPLICE_F_MOVE | SPLICE_F_NONBLOCK | SPLICE_F_MORE | SPLICE_F_GIFT)

struct pipe_inode_info *alloc_pipe_info(void); /* NULL: no memory, or a limit of the user */
void free_pipe_info(struct pipe_inode_info *pipe);
struct pipe_inode_info *get_pipe_info(const struct file *f); /* NULL: @f is no pipe */
void pipe_double_lock(struct pipe_inode_info *a, struct pipe_inode_info *b);

/* With the mutex held, which is dropped during a sleep. 0, -EAGAIN (@nonblock), -ERESTARTSYS. */
int pipe_wait_readable(struct pipe_inode_info *pipe, bool nonblock); /* bytes, or no writer */
int pipe_wait_space(struct pipe_inode_info *pipe, bool nonblock);    /* -EPIPE, with SIGPIPE */
/* Adds a buffer to a pipe that is not full. Takes over the reference to @page. */
void pipe_add(struct pipe_inode_info *pipe, struct page *page, unsigned int offset,
	      unsigned int len);
void pipe_consume(struct pipe_inode_info *pipe, size_t n); /* of the first buffer */

/* After bytes have come or gone, without the mutex. */
void pipe_wake_readers(struct pipe_inode_info *pipe);
void pipe_wake_writers(struct pipe_inode_info *pipe);

#endif
