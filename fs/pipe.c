/* SPDX-License-Identifier: MIT */
/*
 * Pipes, with and without a name: a ring of pages between writers and readers.
 *
 *        tail                 head           head - tail: pages in use
 *   ring [ab..][cdef][gh..][    ][    ]      a short write joins the last page
 *         read here   written here           if it fits whole: PIPE_BUF is atomic
 *
 * pipe->mutex guards everything. It is released before a sleep, but held in the page faults of
 * copies.
 * Abridges Linux's fs/pipe.c; leaves out separate queues for readers and writers: whoever is woken
 * tests the pipe again. splice.c moves pages between pipes and files.
 * Not on the road of an exec.
 */
#include <anon_inodes.h>
#include <file.h>
#include <fasync.h>
#include <frames.h>
#include <fs.h>
#include <mount.h>
#include <pipe_fs_i.h>
#include <poll.h>
#include <printk.h>
#include <sched.h>
#include <signal.h>
#include <slab.h>
#include <string.h>
#include <syscalls.h>
#include <task.h>
#include <asm/page.h>
#include <asm/uaccess.h>
#include <asm/ioctls.h>
#include <linux/capability.h>
#include <linux/eventpoll.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include "internal.h"

#define PIPE_DEF_BUFFERS 16
#define PIPE_MIN_DEF_BUFFERS \
	2 /* of users that have too many: with one a writer never joins a page */

unsigned int pipe_max_size = 1 << 20; /* bytes, without CAP_SYS_RESOURCE */
/* Pages of all pipes of a user without privileges; 0: no limit. */
unsigned long pipe_user_pages_hard, pipe_user_pages_soft = PIPE_DEF_BUFFERS * INR_OPEN_CUR;

/* @pages is the sum of a user. Those with a privilege have no limits. */
static bool too_many(unsigned long pages, unsigned long limit)
{
	return limit && pages > limit && !capable(CAP_SYS_RESOURCE) && !capable(CAP_SYS_ADMIN);
}

/* Takes the pages of a new ring on current's account, fewer above the soft limit. 0: refused. */
static unsigned int account_new_ring(void)
{
	uid_t uid = current->cred->uid;
	unsigned int slots = PIPE_DEF_BUFFERS;
	long sum;

	if (slots * PAGE_SIZE > pipe_max_size && !capable(CAP_SYS_RESOURCE))
		slots = pipe_max_size / PAGE_SIZE;
	sum = account_user(uid, USER_PIPE_BUFS, slots);
	if (sum > 0 && too_many(sum, pipe_user_pages_soft)) {
		sum = account_user(uid, USER_PIPE_BUFS, PIPE_MIN_DEF_BUFFERS - (long)slots);
		slots = PIPE_MIN_DEF_BUFFERS;
	}
	if (sum > 0 && too_many(sum, pipe_user_pages_hard)) {
		account_user(uid, USER_PIPE_BUFS, -(long)slots);
		return 0;
	}
	return sum > 0 ? slots : 0;
}

struct pipe_inode_info *alloc_pipe_info(void)
{
	struct pipe_inode_info *pipe = kzalloc(sizeof(*pipe));
	unsigned int slots = pipe ? account_new_ring() : 0;

	if (slots)
		pipe->bufs = kzalloc(slots * sizeof(*pipe->bufs));
	if (!pipe || !pipe->bufs) {
		if (slots)
			account_user(current->cred->uid, USER_PIPE_BUFS, -(long)slots);
		kfree(pipe);
		return NULL;
	}
	pipe->ring_size = slots;
	pipe->uid = current->cred->uid;
	mutex_init(&pipe->mutex, LOCK_PIPE);
	init_waitqueue_head(&pipe->wait);
	INIT_LIST_HEAD(&pipe->fasync);
	return pipe;
}

void free_pipe_info(struct pipe_inode_info *pipe)
{
	while (pipe->tail != pipe->head)
		put_page(pipe_buf(pipe, pipe->tail++)->page);
	if (pipe->spare)
		put_page(pipe->spare);
	account_user(pipe->uid, USER_PIPE_BUFS, -(long)pipe->ring_size);
	kfree(pipe->bufs);
	kfree(pipe);
}

static void put_pipe_info(struct inode *inode, struct pipe_inode_info *pipe)
{
	if (--pipe->files)
		return;
	inode->i_pipe = NULL;
	free_pipe_info(pipe);
}

static bool pipe_readable(const struct pipe_inode_info *p) { return !pipe_empty(p) || !p->writers; }

/* The usual case of a write, which makes no call then. */
static bool pipe_has_room(const struct pipe_inode_info *p) { return p->readers && !pipe_full(p); }

static bool pipe_writable(const struct pipe_inode_info *p) { return !pipe_full(p) || !p->readers; }

/*
 * Sleeps until @ready, with the mutex dropped. Only a fatal signal ends the sleep of a process that
 * dumps core. Returns 0, -EAGAIN or -ERESTARTSYS.
 */
static int pipe_wait(struct pipe_inode_info *pipe, bool nonblock,
		     bool (*ready)(const struct pipe_inode_info *p))
{
	int err;

	if (nonblock)
		return -EAGAIN;
	mutex_unlock(&pipe->mutex);
	wake_up_poll(&pipe->wait,
		     ready == pipe_readable ? EPOLLOUT | EPOLLWRNORM : EPOLLIN | EPOLLRDNORM);
	if (current->flags & PF_DUMPCORE)
		err = wait_event_killable(&pipe->wait, ready(pipe));
	else
		err = wait_event_interruptible(&pipe->wait, ready(pipe));
	mutex_lock(&pipe->mutex);
	return err;
}

int pipe_wait_readable(struct pipe_inode_info *pipe, bool nonblock)
{
	return pipe_readable(pipe) ? 0 : pipe_wait(pipe, nonblock, pipe_readable);
}

int pipe_wait_space(struct pipe_inode_info *pipe, bool nonblock)
{
	int err = 0;

	while (!err && !pipe_writable(pipe))
		err = pipe_wait(pipe, nonblock, pipe_writable);
	if (err || pipe->readers)
		return err;
	send_sig(SIGPIPE, current, 0);
	return -EPIPE;
}

void pipe_wake_readers(struct pipe_inode_info *pipe)
{
	wake_up_interruptible_poll(&pipe->wait, EPOLLIN | EPOLLRDNORM);
	kill_fasync(&pipe->fasync, POLL_IN);
}

void pipe_wake_writers(struct pipe_inode_info *pipe)
{
	wake_up_poll(&pipe->wait, EPOLLOUT | EPOLLWRNORM);
	kill_fasync(&pipe->fasync, POLL_OUT);
}

/* ---- reading -------------------------------------------------------------------------- */

static void drop_first(struct pipe_inode_info *pipe, struct pipe_buffer *buf)
{
	pipe->tail++;
	/* Another pipe may share the page. */
	if (pipe->spare || !buf->own || atomic_read(&buf->page->_refcount) != 1)
		put_page(buf->page);
	else
		pipe->spare = buf->page;
}

void pipe_consume(struct pipe_inode_info *pipe, size_t n)
{
	struct pipe_buffer *buf = pipe_buf(pipe, pipe->tail);

	buf->offset += n;
	buf->len -= n;
	if (!buf->len)
		drop_first(pipe, buf);
}

/*
 * Copies what is there, page by page; a page that faults is not taken. mutex held. Returns the
 * bytes done, or -EFAULT.
 */
static ssize_t pipe_drain(struct pipe_inode_info *pipe, struct iov_iter *to)
{
	size_t done = 0;

	while (!pipe_empty(pipe) && to->count) {
		struct pipe_buffer *buf = pipe_buf(pipe, pipe->tail);
		size_t chars = min_t(size_t, buf->len, to->count);
		bool packet = buf->packet;

		if (copy_to_iter((char *)page_address(buf->page) + buf->offset, chars, to) < chars)
			return done ? (ssize_t)done : -EFAULT;
		done += chars;
		pipe_consume(pipe, packet ? buf->len : chars);
		if (packet)
			to->count = 0; /* an empty one ends the read, too */
	}
	return done;
}

static ssize_t pipe_read(struct file *f, struct iov_iter *to)
{
	struct pipe_inode_info *pipe = f->f_inode->i_pipe;
	ssize_t ret = 0;

	if (!to->count)
		return 0;
	mutex_lock(&pipe->mutex);
	/* A page can be empty: see pipe_append. */
	while (!(ret = pipe_drain(pipe, to)) && to->count && pipe->writers) {
		ret = pipe_wait(pipe, f->f_flags & O_NONBLOCK, pipe_readable);
		if (ret)
			break;
	}
	mutex_unlock(&pipe->mutex);
	pipe_wake_writers(pipe); /* empty pages were room, too */
	if (ret > 0)
		touch_atime(f);
	return ret;
}

/* ---- writing -------------------------------------------------------------------------- */

/* Adds @n bytes to the last page if all fit. mutex held. Returns the bytes added or -EFAULT. */
static ssize_t pipe_merge(struct pipe_inode_info *pipe, struct iov_iter *from, size_t n)
{
	struct pipe_buffer *buf = pipe_buf(pipe, pipe->head - 1);

	if (pipe_empty(pipe) || buf->packet || !buf->own || buf->offset + buf->len + n > PAGE_SIZE)
		return 0;
	if (copy_from_iter((char *)page_address(buf->page) + buf->offset + buf->len, n, from) < n)
		return -EFAULT;
	buf->len += n;
	return n;
}

/*
 * Adds a page to the ring, which is not full. After a fault it is there with no bytes, as on
 * Linux. mutex held. Returns the bytes added or -errno.
 */
static ssize_t pipe_append(struct pipe_inode_info *pipe, struct iov_iter *from, bool packet)
{
	size_t n = min(from->count, PAGE_SIZE);
	struct page *page = pipe->spare ?: alloc_page(GFP_KERNEL);
	struct pipe_buffer *buf;

	if (!page)
		return -ENOMEM;
	pipe->spare = NULL;
	buf = pipe_buf(pipe, pipe->head++);
	*buf = (struct pipe_buffer){.page = page, .packet = packet, .own = true};
	if (copy_from_iter(page_address(page), n, from) < n)
		return -EFAULT;
	buf->len = n;
	return n;
}

static ssize_t pipe_write(struct file *f, struct iov_iter *from)
{
	struct pipe_inode_info *pipe = f->f_inode->i_pipe;
	size_t done = 0;
	ssize_t ret = 0;

	if (!from->count)
		return 0;
	mutex_lock(&pipe->mutex);
	if (pipe->readers && offset_in_page(from->count))
		ret = pipe_merge(pipe, from, offset_in_page(from->count));
	while (ret >= 0) {
		done += ret;
		if (!from->count)
			break;
		if (!pipe_has_room(pipe))
			ret = pipe_wait_space(pipe, f->f_flags & O_NONBLOCK);
		else
			ret = pipe_append(pipe, from, f->f_flags & O_DIRECT);
	}
	mutex_unlock(&pipe->mutex);
	if (!done)
		return ret;
	pipe_wake_readers(pipe);
	file_update_time(f);
	return done;
}

void pipe_add(struct pipe_inode_info *pipe, struct page *page, unsigned int offset,
	      unsigned int len)
{
	*pipe_buf(pipe, pipe->head++) =
		(struct pipe_buffer){.page = page, .offset = offset, .len = len};
}

/* ---- size, and what is there ------------------------------------------------------------ */

unsigned int round_pipe_size(unsigned long size)
{
	unsigned int rounded = PAGE_SIZE;

	if (size > 1U << 31)
		return 0;
	while (rounded < size)
		rounded *= 2;
	return rounded;
}

/* Replaces the ring by one of @slots, and keeps its contents. mutex held. Returns 0 or -errno. */
static int pipe_resize_ring(struct pipe_inode_info *pipe, unsigned int slots)
{
	unsigned int used = pipe->head - pipe->tail;
	struct pipe_buffer *bufs;

	if (slots < used)
		return -EBUSY;
	bufs = kzalloc(slots * sizeof(*bufs));
	if (!bufs)
		return -ENOMEM;
	for (unsigned int i = 0; i < used; i++)
		bufs[i] = *pipe_buf(pipe, pipe->tail + i);
	kfree(pipe->bufs);
	pipe->bufs = bufs;
	pipe->ring_size = slots;
	pipe->tail = 0;
	pipe->head = used;
	return 0;
}

/* Returns the new size or -errno. */
static long pipe_set_size(struct pipe_inode_info *pipe, unsigned long arg)
{
	unsigned int size = round_pipe_size(arg), slots = size / PAGE_SIZE;
	long sum, more = (long)slots - pipe->ring_size;
	int err = 0;

	if (!size)
		return -EINVAL;
	if (more > 0 && size > pipe_max_size && !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	sum = account_user(pipe->uid, USER_PIPE_BUFS, more);
	if (more > 0 &&
	    (too_many(sum, pipe_user_pages_hard) || too_many(sum, pipe_user_pages_soft)))
		err = -EPERM;
	if (!err)
		err = pipe_resize_ring(pipe, slots);
	if (err)
		account_user(pipe->uid, USER_PIPE_BUFS, -more);
	wake_up_interruptible(&pipe->wait);
	return err ? err : (long)size;
}

struct pipe_inode_info *get_pipe_info(const struct file *f)
{
	return f->f_op == &pipefifo_fops ? f->f_inode->i_pipe : NULL;
}

/* In the order of their addresses: another task may lock the same two. */
void pipe_double_lock(struct pipe_inode_info *a, struct pipe_inode_info *b)
{
	mutex_lock(a < b ? &a->mutex : &b->mutex);
	mutex_lock(a < b ? &b->mutex : &a->mutex);
}

long pipe_fcntl(struct file *f, unsigned int cmd, unsigned long arg)
{
	struct pipe_inode_info *pipe = get_pipe_info(f);
	long ret;

	if (!pipe)
		return -EBADF;
	mutex_lock(&pipe->mutex);
	if (cmd == F_SETPIPE_SZ)
		ret = pipe_set_size(pipe, arg);
	else
		ret = pipe->ring_size * PAGE_SIZE;
	mutex_unlock(&pipe->mutex);
	return ret;
}

static long pipe_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	struct pipe_inode_info *pipe = f->f_inode->i_pipe;
	int count = 0;

	if (cmd != FIONREAD)
		return -ENOIOCTLCMD;
	mutex_lock(&pipe->mutex);
	for (unsigned int i = pipe->tail; i != pipe->head; i++)
		count += pipe_buf(pipe, i)->len;
	mutex_unlock(&pipe->mutex);
	return put_user(count, (int __user *)arg);
}

static unsigned int pipe_poll(struct file *f, struct poll_table_struct *pt)
{
	struct pipe_inode_info *pipe = f->f_inode->i_pipe;
	unsigned int mask = 0;

	poll_wait(f, &pipe->wait, pt);
	if (f->f_mode & FMODE_READ) {
		mask |= pipe_empty(pipe) ? 0 : EPOLLIN | EPOLLRDNORM;
		mask |= pipe->writers ? 0 : EPOLLHUP;
	}
	if (f->f_mode & FMODE_WRITE) {
		mask |= pipe_full(pipe) ? 0 : EPOLLOUT | EPOLLWRNORM;
		mask |= pipe->readers ? 0 : EPOLLERR;
	}
	return mask;
}

/* ---- open and release ----------------------------------------------------------------------- */

/* Sleeps until the other end is opened, which changes @counter. Drops the mutex meanwhile. */
static int wait_for_partner(struct pipe_inode_info *pipe, const unsigned int *counter)
{
	unsigned int seen = *counter;
	int err;

	mutex_unlock(&pipe->mutex);
	err = wait_event_interruptible(&pipe->wait, READ_ONCE(*counter) != seen);
	mutex_lock(&pipe->mutex);
	return err;
}

/* Waits for the other end of a fifo, unless O_NONBLOCK. mutex held. 0, -ENXIO, -ERESTARTSYS. */
static int fifo_open_end(struct file *f, struct pipe_inode_info *pipe)
{
	unsigned int mode = f->f_mode & (FMODE_READ | FMODE_WRITE);
	bool nonblock = f->f_flags & O_NONBLOCK;
	/* made by pipe(2), so it does not wait */
	bool anonymous = f->f_inode->i_sb->s_magic == PIPEFS_MAGIC;

	if (!mode)
		return -EINVAL;
	if (mode == FMODE_WRITE && nonblock && !anonymous && !pipe->readers)
		return -ENXIO;
	if (mode & FMODE_READ) {
		pipe->readers++;
		pipe->r_counter++;
	}
	if (mode & FMODE_WRITE) {
		pipe->writers++;
		pipe->w_counter++;
	}
	wake_up_interruptible(&pipe->wait);
	if (nonblock || anonymous || (pipe->readers && pipe->writers))
		return 0;
	return wait_for_partner(pipe, pipe->readers ? &pipe->w_counter : &pipe->r_counter);
}

/* mutex held. */
static void pipe_drop_end(struct file *f, struct pipe_inode_info *pipe)
{
	if (f->f_mode & FMODE_READ)
		pipe->readers--;
	if (f->f_mode & FMODE_WRITE)
		pipe->writers--;
	wake_up_all(&pipe->wait);
	kill_fasync(&pipe->fasync, POLL_IN);
	kill_fasync(&pipe->fasync, POLL_OUT);
}

static int fifo_open(struct inode *inode, struct file *f)
{
	struct pipe_inode_info *pipe = inode->i_pipe;
	int err;

	if (!pipe)
		pipe = inode->i_pipe = alloc_pipe_info();
	if (!pipe) /* pipe(2) has no other errno for it */
		return inode->i_sb->s_magic == PIPEFS_MAGIC ? -ENFILE : -ENOMEM;
	pipe->files++;
	mutex_lock(&pipe->mutex);
	err = fifo_open_end(f, pipe);
	if (err == -ERESTARTSYS)
		pipe_drop_end(f, pipe);
	mutex_unlock(&pipe->mutex);
	if (err)
		put_pipe_info(inode, pipe);
	return err;
}

static int pipe_release(struct inode *inode, struct file *f)
{
	struct pipe_inode_info *pipe = inode->i_pipe;

	fasync_remove(&pipe->fasync, f);
	mutex_lock(&pipe->mutex);
	pipe_drop_end(f, pipe);
	mutex_unlock(&pipe->mutex);
	put_pipe_info(inode, pipe);
	return 0;
}

static struct list_head *pipe_fasync(struct file *f) { return &f->f_inode->i_pipe->fasync; }

const struct file_operations pipefifo_fops = {
	.read_iter = pipe_read,
	.write_iter = pipe_write,
	.poll = pipe_poll,
	.ioctl = pipe_ioctl,
	.fasync = pipe_fasync,
	.open = fifo_open,
	.release = pipe_release,
};

/* ---- pipefs and pipe(2) -------------------- */

static char *pipefs_dname(struct dentry *d, char *buf, int len)
{
	if (snprintf(buf, len, "pipe:[%lu]", d->d_inode->i_ino) >= len)
		return ERR_PTR(-ENAMETOOLONG);
	return buf;
}

/* Makes a pipe; *p is its place in pipefs, with references. Returns 0 or -ENFILE. */
static int create_pipe(struct path *p)
{
	static const struct dentry_operations pipefs_dops = {.d_dname = pipefs_dname};
	static struct pseudo_fs pipefs = {
		.type = {.name = "pipefs", .mount = pseudo_mount},
		.magic = PIPEFS_MAGIC,
		.d_op = &pipefs_dops,
	};

	if (pseudo_new(&pipefs, S_IFIFO | 0600, p))
		return -ENFILE;
	p->dentry->d_inode->i_fop = &pipefifo_fops;
	return 0;
}

/*
 * Opens an end; @mode: O_RDONLY or O_WRONLY. O_DIRECT is for the writer alone. Returns the
 * descriptor or -errno.
 */
static int open_pipe_end(const struct path *p, int mode, int flags)
{
	struct file *f = dentry_open(p, mode | (flags & O_NONBLOCK));
	int fd;

	if (IS_ERR(f))
		return PTR_ERR(f);
	if (mode == O_WRONLY)
		f->f_flags |= flags & O_DIRECT;
	fd = get_unused_fd_flags(flags);
	if (fd < 0)
		fput(f);
	else
		fd_install(fd, f);
	return fd;
}

int create_pipe_files(struct file *ends[2])
{
	struct path p;
	int err = create_pipe(&p);

	if (err)
		return err;
	ends[0] = dentry_open(&p, O_RDONLY);
	ends[1] = IS_ERR(ends[0]) ? ends[0] : dentry_open(&p, O_WRONLY);
	path_put(&p);
	if (!IS_ERR(ends[1]))
		return 0;
	if (ends[0] != ends[1])
		fput(ends[0]);
	return PTR_ERR(ends[1]);
}

static bool one_reader(const struct pipe_inode_info *p) { return p->readers == 1; }

void wait_for_dump_helpers(struct file *f)
{
	struct pipe_inode_info *pipe = f->f_inode->i_pipe;

	mutex_lock(&pipe->mutex);
	pipe->readers++;
	pipe->writers--;
	pipe_wait(pipe, f->f_flags & O_NONBLOCK, one_reader);
	pipe->readers--;
	pipe->writers++;
	mutex_unlock(&pipe->mutex);
}

long sys_pipe2(int __user *ufd, int flags)
{
	struct path p;
	int fd[2], err;

	if (flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT))
		return -EINVAL;
	err = create_pipe(&p);
	if (err)
		return err;
	fd[0] = open_pipe_end(&p, O_RDONLY, flags);
	fd[1] = fd[0] < 0 ? fd[0] : open_pipe_end(&p, O_WRONLY, flags);
	path_put(&p);
	if (fd[1] >= 0 && !copy_to_user(ufd, fd, sizeof(fd)))
		return 0;
	for (int i = 0; i < 2; i++) {
		if (fd[i] >= 0)
			sys_close(fd[i]);
	}
	return fd[1] < 0 ? fd[1] : -EFAULT;
}

long sys_pipe(int __user *ufd) { return sys_pipe2(ufd, 0); }
