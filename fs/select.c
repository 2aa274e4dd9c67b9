/* SPDX-License-Identifier: MIT */
/*
 * poll and select wait for many files at once. The first round asks every file and
 * joins its wait queues. If no file is ready, the task sleeps until a queue calls
 * pollwake or the time is over, and asks again.
 *
 *   poll_wqueues ──entries──> poll_entry (file, wait) ──> queue of the driver
 *        triggered <── pollwake ──────────────────────────── wake_up
 *
 * Abridges Linux's fs/select.c; leaves out busy polling, timer slack and
 * STICKY_TIMEOUTS. A poll that is restarted after SIGCONT waits for its whole time
 * again.
 * Not on the road of an exec.
 */
#include <file.h>
#include <fs.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <slab.h>
#include <syscalls.h>
#include <task.h>
#include <time.h>
#include <asm/uaccess.h>
#include <linux/eventpoll.h>
#include <linux/poll.h>
#include <linux/posix_types.h>

struct poll_wqueues;

struct poll_entry {
	struct wait_queue_entry wait;
	wait_queue_head_t *queue;
	struct file *file; /* owns a reference, so that the queue stays valid */
	struct poll_wqueues *owner;
	unsigned int key; /* what it waits for */
	struct poll_entry *next;
};

/* One call of poll or select. */
struct poll_wqueues {
	struct poll_table_struct pt; /* qproc NULL: do not join queues, or no more */
	bool triggered;
	int error; /* -ENOMEM: an entry is missing */
	struct poll_entry *entries;
};

static int pollwake(struct wait_queue_entry *e, unsigned int mode, unsigned int key)
{
	struct poll_entry *entry = container_of(e, struct poll_entry, wait);

	if (key && !(key & entry->key))
		return 0;
	entry->owner->triggered = true;
	return default_wake_function(e, mode, key);
}

/* The qproc of the first round: joins @q. */
static void pollwait(struct file *f, wait_queue_head_t *q, struct poll_table_struct *pt)
{
	struct poll_wqueues *pwq = container_of(pt, struct poll_wqueues, pt);
	struct poll_entry *e = kmalloc(sizeof(*e), GFP_KERNEL);

	if (!e) {
		pwq->error = -ENOMEM;
		return;
	}
	*e = (struct poll_entry){
		.wait = {.private = current, .func = pollwake},
		.queue = q,
		.file = get_file(f),
		.owner = pwq,
		.key = pt->key,
		.next = pwq->entries,
	};
	pwq->entries = e;
	add_wait_queue(q, &e->wait);
}

static void poll_freewait(struct poll_wqueues *pwq)
{
	struct poll_entry *e, *next;

	for (e = pwq->entries; e; e = next) {
		next = e->next;
		remove_wait_queue(e->queue, &e->wait);
		fput(e->file);
		kfree(e);
	}
}

/* Sleeps until a queue wakes the task, a signal comes, or @end. Returns true at @end. */
static bool poll_schedule_timeout(struct poll_wqueues *pwq, ktime_t end)
{
	bool timed_out = false;

	set_current_state(TASK_INTERRUPTIBLE);
	if (!READ_ONCE(pwq->triggered)) {
		if (end == KTIME_MAX)
			schedule();
		else
			timed_out = !schedule_hrtimeout(end);
	}
	__set_current_state(TASK_RUNNING);
	WRITE_ONCE(pwq->triggered, false);
	return timed_out;
}

/*
 * Returns what @fd is ready for; EPOLLNVAL if it is not open. @events: what the caller waits for.
 */
static unsigned int poll_fd(unsigned int fd, unsigned int events, struct poll_table_struct *pt)
{
	struct file *f = fget(fd);
	unsigned int mask = DEFAULT_POLLMASK;

	pt->key = events | EPOLLERR | EPOLLHUP;
	if (!f)
		return EPOLLNVAL;
	if (f->f_op->poll)
		mask = f->f_op->poll(f, pt);
	fput(f);
	return mask;
}

/*
 * Calls @ask until it returns hits (> 0) or an error, until @end (0), or until a signal comes
 * (-ERESTARTNOHAND). @ask clears pt->qproc after a hit.
 */
static long poll_until(long (*ask)(void *what, struct poll_table_struct *pt), void *what,
		       ktime_t end)
{
	struct poll_wqueues pwq = {.pt.qproc = end ? pollwait : NULL};
	bool timed_out = !end;
	long ret;

	for (;;) {
		ret = ask(what, &pwq.pt);
		pwq.pt.qproc = NULL; /* all queues are joined */
		if (!ret)
			ret = pwq.error;
		if (!ret && signal_pending(current))
			ret = -ERESTARTNOHAND;
		if (ret || timed_out)
			break;
		timed_out = poll_schedule_timeout(&pwq, end);
	}
	poll_freewait(&pwq);
	return ret;
}

/* ---- timeouts and signal masks ----------------------------------------------------------- */

ktime_t poll_deadline(ktime_t ns)
{
	ktime_t now = ktime_get();

	if (!ns)
		return 0;
	return ns > KTIME_MAX - now ? KTIME_MAX - 1 : now + ns;
}

int poll_get_deadline(const struct __kernel_timespec __user *uts, ktime_t *end)
{
	struct __kernel_timespec ts;

	*end = KTIME_MAX;
	if (!uts)
		return 0;
	if (copy_from_user(&ts, uts, sizeof(ts)))
		return -EFAULT;
	if (!timespec_valid(&ts))
		return -EINVAL;
	*end = poll_deadline(timespec_to_ns(&ts));
	return 0;
}

int set_user_sigmask(const sigset_t __user *umask, size_t size)
{
	sigset_t mask;

	if (!umask)
		return 0;
	if (size != sizeof(mask))
		return -EINVAL;
	if (copy_from_user(&mask, umask, sizeof(mask)))
		return -EFAULT;
	current->saved_sigmask = current->blocked;
	current->restore_sigmask = true;
	set_current_blocked(mask & ~SIG_KERNEL_ONLY_MASK);
	return 0;
}

void restore_user_sigmask(bool interrupted)
{
	if (interrupted || !current->restore_sigmask)
		return;
	current->restore_sigmask = false;
	set_current_blocked(current->saved_sigmask);
}

/*
 * Restores the signal mask, unless a handler must run first, and writes the remaining time to the
 * user. If that fails, the call is not restarted, because it would wait for the whole time again.
 */
static long poll_finish(struct __kernel_timespec __user *uts, ktime_t end, long ret)
{
	struct __kernel_timespec left = ns_to_timespec(max(end - ktime_get(), (ktime_t)0));

	restore_user_sigmask(ret == -ERESTARTNOHAND);
	if (uts && copy_to_user(uts, &left, sizeof(left)) && ret == -ERESTARTNOHAND)
		return -EINTR;
	return ret;
}

/* ---- poll ------------------------------------------------------------------------------- */

struct poll_list {
	struct pollfd *fds;
	unsigned int n;
};

/* Sets all revents. Returns how many are not 0. */
static long poll_ask(void *what, struct poll_table_struct *pt)
{
	struct poll_list *list = what;
	long count = 0;

	for (struct pollfd *p = list->fds; p < list->fds + list->n; p++) {
		p->revents = 0;
		if (p->fd >= 0)
			p->revents = poll_fd(p->fd, p->events, pt) &
				     (p->events | EPOLLERR | EPOLLHUP | EPOLLNVAL);
		if (p->revents) {
			count++;
			pt->qproc = NULL;
		}
	}
	return count;
}

static long do_poll(struct pollfd __user *ufds, unsigned int n, ktime_t end)
{
	struct poll_list list = {.n = n};
	long ret = -EFAULT;

	if (n > rlimit(RLIMIT_NOFILE))
		return -EINVAL;
	list.fds = kmalloc(max(n, 1U) * sizeof(*list.fds), GFP_KERNEL);
	if (!list.fds)
		return -ENOMEM;
	if (!copy_from_user(list.fds, ufds, n * sizeof(*list.fds)))
		ret = poll_until(poll_ask, &list, end);
	for (unsigned int i = 0; ret >= 0 && i < n; i++) {
		if (put_user(list.fds[i].revents, &ufds[i].revents))
			ret = -EFAULT;
	}
	kfree(list.fds);
	return ret;
}

long sys_poll(struct pollfd __user *fds, unsigned int n, int timeout_ms)
{
	ktime_t end = timeout_ms < 0 ? KTIME_MAX : poll_deadline(timeout_ms * NSEC_PER_MSEC);

	return do_poll(fds, n, end);
}

long sys_ppoll(struct pollfd __user *fds, unsigned int n, struct __kernel_timespec __user *uts,
	       const sigset_t __user *mask, size_t size)
{
	ktime_t end;
	long ret = poll_get_deadline(uts, &end);

	if (!ret)
		ret = set_user_sigmask(mask, size);
	return ret ? ret : poll_finish(uts, end, do_poll(fds, n, end));
}

/* ---- select ------------------------------------------------------------------------------ */

enum { SET_IN, SET_OUT, SET_EX, NR_SETS };

static const unsigned int set_masks[NR_SETS] = {
	[SET_IN] = EPOLLRDNORM | EPOLLRDBAND | EPOLLIN | EPOLLHUP | EPOLLERR,
	[SET_OUT] = EPOLLWRBAND | EPOLLWRNORM | EPOLLOUT | EPOLLERR,
	[SET_EX] = EPOLLPRI,
};

/* The user's sets, and the results: words of 64 descriptors. */
struct fd_sets {
	int n; /* descriptors */
	unsigned long *in[NR_SETS], *out[NR_SETS];
};

/* Asks every descriptor that is in a set. Returns the number of hits or -EBADF. */
static long select_ask(void *what, struct poll_table_struct *pt)
{
	struct fd_sets *s = what;
	long count = 0;

	for (int fd = 0; fd < s->n; fd++) {
		unsigned long bit = BIT(fd % 64), w = fd / 64;
		unsigned int mask, events = 0;

		if (!((s->in[SET_IN][w] | s->in[SET_OUT][w] | s->in[SET_EX][w]) & bit))
			continue;
		for (int i = 0; i < NR_SETS; i++)
			events |= s->in[i][w] & bit ? set_masks[i] : 0;
		mask = poll_fd(fd, events, pt);
		if (mask & EPOLLNVAL)
			return -EBADF;
		for (int i = 0; i < NR_SETS; i++) {
			if ((s->in[i][w] & bit) && (mask & set_masks[i])) {
				s->out[i][w] |= bit;
				count++;
				pt->qproc = NULL;
			}
		}
	}
	return count;
}

static long do_select(int n, void __user *const usets[NR_SETS], ktime_t end)
{
	struct fd_sets s = {.n = min(n, (int)current->files->max_fds)};
	size_t words = DIV_ROUND_UP(s.n, 64), size = words * sizeof(long);
	unsigned long *bits;
	long ret = 0;

	if (n < 0)
		return -EINVAL;
	bits = kzalloc(max(size, sizeof(long)) * 2 * NR_SETS);
	if (!bits)
		return -ENOMEM;
	for (int i = 0; i < NR_SETS; i++) {
		s.in[i] = bits + i * words;
		s.out[i] = bits + (NR_SETS + i) * words;
		if (usets[i] && copy_from_user(s.in[i], usets[i], size))
			ret = -EFAULT;
	}
	if (!ret)
		ret = poll_until(select_ask, &s, end);
	for (int i = 0; ret >= 0 && i < NR_SETS; i++) {
		if (usets[i] && copy_to_user(usets[i], s.out[i], size))
			ret = -EFAULT;
	}
	kfree(bits);
	return ret;
}

long sys_pselect6(int n, void __user *in, void __user *out, void __user *ex,
		  struct __kernel_timespec __user *uts, void __user *sig)
{
	struct {
		const sigset_t __user *mask;
		size_t size;
	} arg = {NULL, 0};
	void __user *usets[NR_SETS] = {in, out, ex};
	ktime_t end;
	long ret;

	if (sig && copy_from_user(&arg, sig, sizeof(arg)))
		return -EFAULT;
	ret = poll_get_deadline(uts, &end);
	if (!ret)
		ret = set_user_sigmask(arg.mask, arg.size);
	return ret ? ret : poll_finish(uts, end, do_select(n, usets, end));
}

/* The remaining time is written back to the user. */
long sys_select(int n, void __user *in, void __user *out, void __user *ex,
		struct __kernel_old_timeval __user *utv)
{
	void __user *usets[NR_SETS] = {in, out, ex};
	struct __kernel_old_timeval tv;
	ktime_t end = KTIME_MAX, left;
	long ret;

	if (utv) {
		struct __kernel_timespec ts;

		if (copy_from_user(&tv, utv, sizeof(tv)))
			return -EFAULT;
		ts.tv_sec = (u64)tv.tv_sec + tv.tv_usec / 1000000; /* a sum that wraps is invalid */
		ts.tv_nsec = tv.tv_usec % 1000000 * NSEC_PER_USEC;
		if (!timespec_valid(&ts))
			return -EINVAL;
		end = poll_deadline(timespec_to_ns(&ts));
	}
	ret = do_select(n, usets, end);
	left = max(end - ktime_get(), (ktime_t)0);
	tv = (struct __kernel_old_timeval){left / NSEC_PER_SEC,
					   left % NSEC_PER_SEC / NSEC_PER_USEC};
	if (utv && copy_to_user(utv, &tv, sizeof(tv)) && ret == -ERESTARTNOHAND)
		return -EINTR;
	return ret;
}
