/* SPDX-License-Identifier: MIT */
/*
 * epoll: poll for many files, whose list the kernel keeps. A watched file's wait queue calls
 * ep_poll_callback, which puts the item on the ready list; epoll_wait reads only that list.
 *
 *   file <── epitem (file, fd, events) ──> eventpoll    each of both has a list of its items
 *     queue ──wait──> ep_poll_callback ──> ready list
 *
 * An item leaves the ready list before its file is polled, so that an event during the poll puts it
 * there again. A level-triggered item that was ready goes back to the end of the list; the next
 * wait polls it again.
 * Locks: ep_global_mutex for changes that see several epolls, then ep->mtx (items), then ep->lock
 * (the ready list; any context). An epoll in an epoll: the outer mtx first. Circles and chains of
 * more than EP_MAX_NESTS are refused with -ELOOP.
 * Abridges Linux's fs/eventpoll.c. Left out: busy polling, wake-up sources; the limit on watches is
 * for all users together.
 * Not on the road of an exec.
 */
#include <anon_inodes.h>
#include <file.h>
#include <frames.h>
#include <poll.h>
#include <sched.h>
#include <slab.h>
#include <syscalls.h>
#include <asm/page.h>
#include <asm/uaccess.h>
#include <linux/eventpoll.h>
#include <linux/fcntl.h>

#define EP_PRIVATE_BITS (EPOLLWAKEUP | EPOLLONESHOT | EPOLLET | EPOLLEXCLUSIVE)
#define EP_EXCLUSIVE_OK \
	(EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE)
#define EP_MAX_NESTS	4
#define EP_MAX_EVENTS	(INT32_MAX / (int)sizeof(struct epoll_event))
#define EP_ITEM_COST	(sizeof(struct epitem) + sizeof(struct ep_queue))
#define EP_PATH_LENGTHS 5

struct eventpoll {
	struct mutex mtx;
	spinlock_t lock;
	wait_queue_head_t wq;	     /* tasks in epoll_wait */
	wait_queue_head_t poll_wait; /* who polls the epoll itself */
	struct list_head ready;	     /* of epitem.ready */
	struct list_head items;	     /* of epitem.link */
	struct file *file;
	unsigned int visited, depth; /* by the walk of this number; what it has found */
};

struct ep_queue;

struct epitem {
	struct eventpoll *ep;
	struct file *file; /* no reference: eventpoll_release takes the item off */
	int fd;
	struct epoll_event event;
	struct list_head ready;	 /* ep->lock */
	struct list_head f_ep;	 /* in file->f_ep */
	struct list_head link;	 /* in ep->items */
	struct ep_queue *queues; /* that the item waits in */
};

struct ep_queue {
	struct wait_queue_entry wait;
	wait_queue_head_t *head; /* NULL: it was freed */
	struct epitem *item;
	struct ep_queue *next;
};

/* For ->poll: which item joins the queues. */
struct ep_pqueue {
	struct poll_table_struct pt;
	struct epitem *item;
	int error;
};

static DEFINE_MUTEX(ep_global_mutex, LOCK_NONE);
static unsigned long nr_watches;
static unsigned int last_walk;
static const struct file_operations eventpoll_fops;

static bool is_epoll(const struct file *f) { return f->f_op == &eventpoll_fops; }

static bool is_watched(const struct file *f) { return f->f_ep_release && !list_empty(&f->f_ep); }

/* ---- events arrive ------------------------------------------------------------------------ */

static bool ep_add_ready(struct epitem *item, bool first)
{
	struct eventpoll *ep = item->ep;
	unsigned long flags;
	bool add;

	spin_lock_irqsave(&ep->lock, flags);
	add = list_empty(&item->ready);
	if (add && first)
		list_add(&item->ready, &ep->ready);
	else if (add)
		list_add_tail(&item->ready, &ep->ready);
	spin_unlock_irqrestore(&ep->lock, flags);
	return add;
}

/* Takes the first item off @from, or returns NULL. */
static struct epitem *ep_pop(struct eventpoll *ep, struct list_head *from)
{
	struct epitem *item = NULL;
	unsigned long flags;

	spin_lock_irqsave(&ep->lock, flags);
	if (!list_empty(from)) {
		item = list_first_entry(from, struct epitem, ready);
		list_del_init(&item->ready);
	}
	spin_unlock_irqrestore(&ep->lock, flags);
	return item;
}

static void ep_wake(struct eventpoll *ep)
{
	wake_up(&ep->wq);
	__wake_up(&ep->poll_wait, TASK_NORMAL, 0, EPOLLIN);
}

/* Called by the file's wait queue, in any context. */
static int ep_poll_callback(struct wait_queue_entry *e, unsigned int mode __maybe_unused,
			    unsigned int key)
{
	struct ep_queue *q = container_of(e, struct ep_queue, wait);
	unsigned int events = q->item->event.events;
	bool waiter;

	if (key & POLLFREE) {
		list_del_init(&e->entry);
		q->head = NULL;
		return 0;
	}
	if (!(events & ~EP_PRIVATE_BITS) || (key && !(key & events)))
		return 0;
	waiter = waitqueue_active(&q->item->ep->wq);
	ep_add_ready(q->item, false);
	ep_wake(q->item->ep);
	return !(events & EPOLLEXCLUSIVE) || waiter;
}

/* ---- items ---------------------------------------------------------------------------------- */

/* The qproc of a new item. */
static void ep_ptable_queue(struct file *f __maybe_unused, wait_queue_head_t *head,
			    struct poll_table_struct *pt)
{
	struct ep_pqueue *p = container_of(pt, struct ep_pqueue, pt);
	struct ep_queue *q = kzalloc(sizeof(*q));

	if (!q) {
		p->error = -ENOMEM;
		return;
	}
	q->wait.func = ep_poll_callback;
	if (p->item->event.events & EPOLLEXCLUSIVE)
		q->wait.flags = WQ_FLAG_EXCLUSIVE;
	q->head = head;
	q->item = p->item;
	q->next = p->item->queues;
	p->item->queues = q;
	add_wait_queue(head, &q->wait);
}

static unsigned int ep_item_poll(const struct epitem *item, struct poll_table_struct *pt)
{
	pt->key = item->event.events;
	return item->file->f_op->poll(item->file, pt) & item->event.events;
}

static struct epitem *ep_find(struct eventpoll *ep, const struct file *f, int fd)
{
	struct epitem *item;

	if (!is_watched(f))
		return NULL;
	list_for_each_entry(item, &f->f_ep, f_ep) {
		if (item->ep == ep && item->fd == fd)
			return item;
	}
	return NULL;
}

/* mtx held. */
static void ep_remove(struct epitem *item)
{
	struct eventpoll *ep = item->ep;
	struct ep_queue *q, *next;
	unsigned long flags;

	for (q = item->queues; q; q = next) {
		next = q->next;
		if (q->head)
			remove_wait_queue(q->head, &q->wait);
		kfree(q);
	}
	list_del(&item->f_ep);
	list_del(&item->link);
	spin_lock_irqsave(&ep->lock, flags);
	list_del_init(&item->ready);
	spin_unlock_irqrestore(&ep->lock, flags);
	kfree(item);
	nr_watches--;
}

/* The last reference to @f is gone: no epoll watches it any more. */
static void eventpoll_release(struct file *f)
{
	if (list_empty(&f->f_ep))
		return;
	mutex_lock(&ep_global_mutex);
	while (!list_empty(&f->f_ep)) {
		struct epitem *item = list_first_entry(&f->f_ep, struct epitem, f_ep);
		struct eventpoll *ep = item->ep;

		mutex_lock(&ep->mtx);
		ep_remove(item);
		mutex_unlock(&ep->mtx);
	}
	mutex_unlock(&ep_global_mutex);
}

/* Watches may use 4% of memory. */
static bool may_watch(void)
{
	return nr_watches < totalram_pages() / 25 * (PAGE_SIZE / EP_ITEM_COST);
}

/* mtx held. Returns 0, -ENOSPC or -ENOMEM. */
static int ep_insert(struct eventpoll *ep, const struct epoll_event *event, struct file *f, int fd)
{
	struct ep_pqueue p = {.pt.qproc = ep_ptable_queue};
	struct epitem *item;
	unsigned int ready;

	if (!may_watch())
		return -ENOSPC;
	item = p.item = kzalloc(sizeof(*item));
	if (!item)
		return -ENOMEM;
	*item = (struct epitem){.ep = ep, .file = f, .fd = fd, .event = *event};
	INIT_LIST_HEAD(&item->ready);
	list_add_tail(&item->link, &ep->items);
	if (!f->f_ep_release) {
		INIT_LIST_HEAD(&f->f_ep);
		f->f_ep_release = eventpoll_release;
	}
	list_add(&item->f_ep, &f->f_ep);
	nr_watches++;
	ready = ep_item_poll(item, &p.pt);
	if (p.error) {
		ep_remove(item);
		return p.error;
	}
	if (ready && ep_add_ready(item, false))
		ep_wake(ep);
	return 0;
}

/* mtx held. Polls the file once more, because @event may include what is ready already. */
static int ep_modify(struct eventpoll *ep, struct epitem *item, const struct epoll_event *event)
{
	struct poll_table_struct ask = {.qproc = NULL};

	item->event = *event;
	if (ep_item_poll(item, &ask) && ep_add_ready(item, false))
		ep_wake(ep);
	return 0;
}

/* ---- an epoll in an epoll ------------------------------------------------------------------ */

/*
 * Returns how many levels of epolls are below @ep; too many if @to is one of them. Each is visited
 * once in a walk.
 */
static unsigned int ep_depth(struct eventpoll *ep, const struct eventpoll *to)
{
	unsigned int depth = 0;
	struct epitem *item;

	if (ep == to)
		return EP_MAX_NESTS + 1;
	if (ep->visited == last_walk)
		return ep->depth;
	list_for_each_entry(item, &ep->items, link) {
		if (is_epoll(item->file))
			depth = max(depth, 1 + ep_depth(item->file->private_data, to));
	}
	ep->visited = last_walk;
	return ep->depth = depth;
}

/* The levels of epolls that watch @f. */
static unsigned int ep_height(const struct file *f)
{
	const struct epitem *item;
	unsigned int height = 0;

	if (!is_watched(f))
		return 0;
	list_for_each_entry(item, &f->f_ep, f_ep)
		height = max(height, 1 + ep_height(item->ep->file));
	return height;
}

/* May @ep watch @f? */
static bool ep_may_nest(struct eventpoll *ep, struct file *f)
{
	last_walk++;
	return !is_epoll(f) ||
	       ep_depth(f->private_data, ep) + 1 + ep_height(ep->file) <= EP_MAX_NESTS;
}

/* Counts the paths up from @f by their lengths. Returns true if there are too many. */
static bool ep_count_paths(const struct file *f, unsigned int *counts, unsigned int length)
{
	static const unsigned int limits[EP_PATH_LENGTHS] = {UINT32_MAX, 500, 100, 50, 10};
	const struct epitem *item;

	if (length == EP_PATH_LENGTHS)
		return true;
	list_for_each_entry(item, &f->f_ep, f_ep) {
		if (is_watched(item->ep->file) ? ep_count_paths(item->ep->file, counts, length + 1)
					       : ++counts[length] > limits[length])
			return true;
	}
	return false;
}

/* The same for @f, or for all files that the epoll @f leads to. */
static bool ep_too_many_paths(struct file *f)
{
	unsigned int counts[EP_PATH_LENGTHS] = {0};
	struct eventpoll *ep = f->private_data;
	struct epitem *item;

	if (!is_epoll(f))
		return ep_count_paths(f, counts, 0);
	if (ep->visited == last_walk)
		return false;
	ep->visited = last_walk;
	list_for_each_entry(item, &ep->items, link) {
		if (ep_too_many_paths(item->file))
			return true;
	}
	return false;
}

/* ---- an epoll as a file --------------------------------------------------------------------- */

/* Items that are no longer ready leave the list. */
static unsigned int ep_eventpoll_poll(struct file *f, struct poll_table_struct *pt)
{
	struct eventpoll *ep = f->private_data;
	struct poll_table_struct ask = {.qproc = NULL};
	struct epitem *item;
	unsigned int mask = 0;

	poll_wait(f, &ep->poll_wait, pt);
	mutex_lock(&ep->mtx);
	while (!mask && (item = ep_pop(ep, &ep->ready))) {
		if (ep_item_poll(item, &ask)) {
			ep_add_ready(item, true);
			mask = EPOLLIN | EPOLLRDNORM;
		}
	}
	mutex_unlock(&ep->mtx);
	return mask;
}

static int ep_eventpoll_release(struct inode *inode __maybe_unused, struct file *f)
{
	struct eventpoll *ep = f->private_data;

	mutex_lock(&ep_global_mutex);
	mutex_lock(&ep->mtx);
	while (!list_empty(&ep->items))
		ep_remove(list_first_entry(&ep->items, struct epitem, link));
	mutex_unlock(&ep->mtx);
	mutex_unlock(&ep_global_mutex);
	kfree(ep);
	return 0;
}

static void ep_show_fdinfo(struct file *f, struct seq_file *m, seq_print_t print)
{
	struct eventpoll *ep = f->private_data;
	struct epitem *item;

	mutex_lock(&ep->mtx);
	list_for_each_entry(item, &ep->items, link)
		print(m, "tfd: %8d events: %8x data: %16lx  pos:%li ino:%lx sdev:%x\n", item->fd,
		      item->event.events, (unsigned long)item->event.data, (long)item->file->f_pos,
		      item->file->f_inode->i_ino, item->file->f_inode->i_sb->s_dev);
	mutex_unlock(&ep->mtx);
}

static const struct file_operations eventpoll_fops = {
	.llseek = noop_llseek,
	.poll = ep_eventpoll_poll,
	.release = ep_eventpoll_release,
	.show_fdinfo = ep_show_fdinfo,
};

const struct file *get_epoll_tfile(struct file *f, int tfd, unsigned long toff)
{
	const struct file *found = ERR_PTR(-ENOENT);
	struct eventpoll *ep = f->private_data;
	struct epitem *item;

	if (!is_epoll(f))
		return ERR_PTR(-EINVAL);
	mutex_lock(&ep->mtx);
	list_for_each_entry(item, &ep->items, link) {
		if (item->fd == tfd && !toff--) {
			found = item->file;
			break;
		}
	}
	mutex_unlock(&ep->mtx);
	return found;
}

long sys_epoll_create1(int flags)
{
	struct eventpoll *ep;
	int fd;

	if (flags & ~EPOLL_CLOEXEC)
		return -EINVAL;
	ep = kzalloc(sizeof(*ep));
	if (!ep)
		return -ENOMEM;
	mutex_init(&ep->mtx, LOCK_NONE);
	spin_lock_init(&ep->lock, LOCK_NONE);
	init_waitqueue_head(&ep->wq);
	init_waitqueue_head(&ep->poll_wait);
	/* They are woken with the lock of another wait queue held. */
	ep->wq.lock.class = ep->poll_wait.lock.class = LOCK_NONE;
	INIT_LIST_HEAD(&ep->ready);
	INIT_LIST_HEAD(&ep->items);
	fd = anon_inode_prepare("[eventpoll]", &eventpoll_fops, ep, O_RDWR | flags, &ep->file);
	if (fd < 0)
		kfree(ep);
	else
		fd_install(fd, ep->file);
	return fd;
}

long sys_epoll_create(int size) { return size <= 0 ? -EINVAL : sys_epoll_create1(0); }

/* ---- epoll_ctl --------------------------------------------------------------------------- */

static int ep_check_exclusive(int op, const struct epoll_event *event, const struct file *f)
{
	if (op == EPOLL_CTL_DEL || !(event->events & EPOLLEXCLUSIVE))
		return 0;
	if (op == EPOLL_CTL_MOD)
		return -EINVAL;
	return is_epoll(f) || (event->events & ~EP_EXCLUSIVE_OK) ? -EINVAL : 0;
}

static int ep_do_ctl(struct eventpoll *ep, int op, struct epoll_event *event, struct file *f,
		     int fd)
{
	struct epitem *item = ep_find(ep, f, fd);
	int err;

	event->events |= EPOLLERR | EPOLLHUP;
	switch (op) {
	case EPOLL_CTL_ADD:
		if (!ep_may_nest(ep, f))
			return -ELOOP;
		if (item)
			return -EEXIST;
		err = ep_insert(ep, event, f, fd);
		last_walk++;
		if (err || !ep_too_many_paths(f))
			return err;
		ep_remove(ep_find(ep, f, fd));
		return -EINVAL;
	case EPOLL_CTL_DEL:
		if (!item)
			return -ENOENT;
		ep_remove(item);
		return 0;
	case EPOLL_CTL_MOD:
		if (!item)
			return -ENOENT;
		return item->event.events & EPOLLEXCLUSIVE ? -EINVAL : ep_modify(ep, item, event);
	}
	return -EINVAL;
}

/* Every ADD may make a circle or a path, so only one runs at a time. */
static int ep_ctl(struct file *epf, int op, struct epoll_event *event, struct file *f, int fd)
{
	struct eventpoll *ep = epf->private_data;
	int err;

	if (!f->f_op->poll)
		return -EPERM;
	if (f == epf || !is_epoll(epf))
		return -EINVAL;
	err = ep_check_exclusive(op, event, f);
	if (err)
		return err;
	if (op == EPOLL_CTL_ADD)
		mutex_lock(&ep_global_mutex);
	mutex_lock(&ep->mtx);
	err = ep_do_ctl(ep, op, event, f, fd);
	mutex_unlock(&ep->mtx);
	if (op == EPOLL_CTL_ADD)
		mutex_unlock(&ep_global_mutex);
	return err;
}

long sys_epoll_ctl(int epfd, int op, int fd, void __user *uevent)
{
	struct epoll_event event = {0};
	struct file *epf, *f;
	long err = -EBADF;

	if (op != EPOLL_CTL_DEL && copy_from_user(&event, uevent, sizeof(event)))
		return -EFAULT;
	epf = fget(epfd);
	f = fget(fd);
	if (epf && f)
		err = ep_ctl(epf, op, &event, f, fd);
	if (epf)
		fput(epf);
	if (f)
		fput(f);
	return err;
}

/* ---- epoll_wait --------------------------------------------------------------------------- */

/* Reports one item, which was ready. Returns 1, 0 (it no longer is) or -EFAULT. mtx held. */
static int ep_send_event(struct epitem *item, struct epoll_event __user *to)
{
	struct poll_table_struct ask = {.qproc = NULL};
	struct epoll_event out = {.events = ep_item_poll(item, &ask), .data = item->event.data};

	if (!out.events)
		return 0;
	if (copy_to_user(to, &out, sizeof(out)))
		return -EFAULT;
	if (item->event.events & EPOLLONESHOT)
		item->event.events &= EP_PRIVATE_BITS;
	else if (!(item->event.events & EPOLLET))
		ep_add_ready(item, false);
	return 1;
}

/* Only what is ready now is reported: items that come back to the list wait for the next call. */
static int ep_send_events(struct eventpoll *ep, struct epoll_event __user *to, int max)
{
	LIST_HEAD(now);
	struct epitem *item;
	unsigned long flags;
	int done = 0, ret = 0;

	mutex_lock(&ep->mtx);
	spin_lock_irqsave(&ep->lock, flags);
	list_splice_tail_init(&ep->ready, &now);
	spin_unlock_irqrestore(&ep->lock, flags);
	while (done < max && ret >= 0 && (item = ep_pop(ep, &now))) {
		ret = ep_send_event(item, to + done);
		done += ret > 0;
	}
	spin_lock_irqsave(&ep->lock, flags);
	if (ret < 0 && list_empty(&item->ready)) /* it keeps its place */
		list_add(&item->ready, &now);
	list_splice_tail_init(&ep->ready, &now);
	list_splice_tail_init(&now, &ep->ready);
	spin_unlock_irqrestore(&ep->lock, flags);
	mutex_unlock(&ep->mtx);
	if (!list_empty(&ep->ready))
		wake_up(&ep->wq);
	return done ?: ret;
}

/* Sleeps until an item is ready, @end (true), or a signal comes. */
static bool ep_sleep(struct eventpoll *ep, ktime_t end)
{
	bool timed_out = false;
	DEFINE_WAIT(wait);

	wait.flags = WQ_FLAG_EXCLUSIVE;
	prepare_to_wait(&ep->wq, &wait, TASK_INTERRUPTIBLE);
	if (list_empty(&ep->ready) && !signal_pending(current)) {
		if (end == KTIME_MAX)
			schedule();
		else
			timed_out = !schedule_hrtimeout(end);
	}
	finish_wait(&ep->wq, &wait);
	return timed_out;
}

static long ep_poll(struct eventpoll *ep, struct epoll_event __user *to, int max, ktime_t end)
{
	bool timed_out = !end;
	int ret;

	for (;;) {
		ret = list_empty(&ep->ready) ? 0 : ep_send_events(ep, to, max);
		if (ret || timed_out)
			return ret;
		if (signal_pending(current))
			return -EINTR;
		timed_out = ep_sleep(ep, end);
	}
}

static long do_epoll_wait(int epfd, void __user *events, int max, ktime_t end)
{
	struct file *f;
	long ret;

	if (max <= 0 || max > EP_MAX_EVENTS)
		return -EINVAL;
	if (!access_ok(events, max * sizeof(struct epoll_event)))
		return -EFAULT;
	f = anon_inode_fget(epfd, &eventpoll_fops);
	if (IS_ERR(f))
		return PTR_ERR(f);
	ret = ep_poll(f->private_data, events, max, end);
	fput(f);
	return ret;
}

static long do_epoll_pwait(int epfd, void __user *events, int max, ktime_t end,
			   const sigset_t __user *mask, size_t size)
{
	long ret = set_user_sigmask(mask, size);

	if (ret)
		return ret;
	ret = do_epoll_wait(epfd, events, max, end);
	restore_user_sigmask(ret == -EINTR);
	return ret;
}

static ktime_t ms_deadline(int ms)
{
	return ms < 0 ? KTIME_MAX : poll_deadline(ms * NSEC_PER_MSEC);
}

long sys_epoll_wait(int epfd, void __user *events, int max, int timeout_ms)
{
	return do_epoll_wait(epfd, events, max, ms_deadline(timeout_ms));
}

long sys_epoll_pwait(int epfd, void __user *events, int max, int timeout_ms,
		     const sigset_t __user *mask, size_t size)
{
	return do_epoll_pwait(epfd, events, max, ms_deadline(timeout_ms), mask, size);
}

long sys_epoll_pwait2(int epfd, void __user *events, int max,
		      const struct __kernel_timespec __user *ts, const sigset_t __user *mask,
		      size_t size)
{
	ktime_t end;
	long err = poll_get_deadline(ts, &end);

	return err ?: do_epoll_pwait(epfd, events, max, end, mask, size);
}
