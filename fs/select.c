/* SPDX-License-Identifier: MIT */
/*
 * Waiting for many files at once: poll and select. A first round asks every
 * file and joins its wait queues; if nothing is ready the task sleeps until a
 * queue calls pollwake or time is up, and asks again.
 *
 *   poll_wqueues ──entries──> poll_entry (file, wait) ──> queue of the driver
 *        triggered <── pollwake ──────────────────────────── wake_up
 *
 * Abridges Linux's fs/select.c; leaves out busy polling and timer slack.
 */
#include <fs.h>
#include <mm.h>
#include <sched.h>
#include <string.h>
#include <syscalls.h>
#include <asm/uaccess.h>
#include <linux/eventpoll.h>
#include <linux/personality.h>
#include <linux/poll.h>
#include <linux/posix_types.h>

#define DEFAULT_POLLMASK (EPOLLIN | EPOLLOUT | EPOLLRDNORM | EPOLLWRNORM)
#define KTIME_MAX	 INT64_MAX /* no timeout */

struct poll_wqueues;

struct poll_entry {
	struct wait_queue_entry wait;
	wait_queue_head_t *queue;
	struct file *file; /* owns a reference: keeps the queue alive */
	struct poll_wqueues *owner;
	struct poll_entry *next;
};

/* One poller. Entries beyond the first few are kmalloc'ed. */
struct poll_wqueues {
	struct poll_table_struct pt;
	bool triggered;
	int error; /* -ENOMEM: an entry is missing */
	struct poll_entry *entries;
	unsigned int nr_inline;
	struct poll_entry inline_entries[8];
};

static int pollwake(struct wait_queue_entry *e, unsigned int mode)
{
	container_of(e, struct poll_entry, wait)->owner->triggered = true;
	return default_wake_function(e, mode);
}

/* The poll_queue_proc: joins @q. */
static void pollwait(struct file *f, wait_queue_head_t *q, struct poll_table_struct *pt)
{
	struct poll_wqueues *pwq = container_of(pt, struct poll_wqueues, pt);
	struct poll_entry *e;

	if (pwq->nr_inline < ARRAY_SIZE(pwq->inline_entries))
		e = &pwq->inline_entries[pwq->nr_inline++];
	else
		e = kmalloc(sizeof(*e), GFP_KERNEL);
	if (!e) {
		pwq->error = -ENOMEM;
		return;
	}
	*e = (struct poll_entry){
		.wait = {.private = current, .func = pollwake},
		.queue = q,
		.file = get_file(f),
		.owner = pwq,
		.next = pwq->entries,
	};
	pwq->entries = e;
	add_wait_queue(q, &e->wait);
}

static void poll_initwait(struct poll_wqueues *pwq)
{
	pwq->pt.qproc = pollwait;
	pwq->triggered = false;
	pwq->error = 0;
	pwq->entries = NULL;
	pwq->nr_inline = 0;
}

static void poll_freewait(struct poll_wqueues *pwq)
{
	struct poll_entry *e, *next;

	for (e = pwq->entries; e; e = next) {
		next = e->next;
		remove_wait_queue(e->queue, &e->wait);
		fput(e->file);
		if (e < pwq->inline_entries ||
		    e >= pwq->inline_entries + ARRAY_SIZE(pwq->inline_entries))
			kfree(e);
	}
}

/* Sleeps until a queue wakes us, a signal comes, or @end. True: @end is reached. */
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

/* What @fd is ready for; @bad: the answer if it is not open. */
static unsigned int poll_fd(unsigned int fd, struct poll_table_struct *pt, unsigned int bad)
{
	struct file *f = fget(fd);
	unsigned int mask = DEFAULT_POLLMASK;

	if (!f)
		return bad;
	if (f->f_op->poll)
		mask = f->f_op->poll(f, pt);
	fput(f);
	return mask;
}

/* A relative timeout as a point in time; NULL: never. */
static ktime_t poll_deadline(const struct __kernel_timespec *ts)
{
	ktime_t now, ns;

	if (!ts)
		return KTIME_MAX;
	now = ktime_get();
	ns = timespec_to_ns(ts);
	return ns > KTIME_MAX - now ? KTIME_MAX - 1 : now + ns;
}

/* The state of one call; a zero timeout has timed out at once: it asks and does not wait. */
struct poll_round {
	struct poll_wqueues pwq;
	struct poll_table_struct *pt; /* NULL once all queues are joined, or if we will not sleep */
	bool timed_out;
};

static void poll_start(struct poll_round *r, const struct __kernel_timespec *ts)
{
	poll_initwait(&r->pwq);
	r->timed_out = ts && !ts->tv_sec && !ts->tv_nsec;
	r->pt = r->timed_out ? NULL : &r->pwq.pt;
}

/* After a round with @count hits: true if the call is over; else sleeps. *ret: the result. */
static bool poll_round_done(struct poll_round *r, long count, ktime_t end, long *ret)
{
	r->pt = NULL;
	if (!count) {
		count = r->pwq.error;
		if (!count && signal_pending(current))
			count = -ERESTARTNOHAND;
	}
	*ret = count;
	if (count || r->timed_out)
		return true;
	r->timed_out = poll_schedule_timeout(&r->pwq, end);
	return false;
}

/* ---- poll ------------------------------------------------------------------------------- */

/* Fills in one revents; true if something is to be told. */
static bool do_pollfd(struct pollfd *p, struct poll_table_struct *pt)
{
	unsigned int filter = (unsigned short)p->events | EPOLLERR | EPOLLHUP;
	unsigned int mask = 0;

	if (p->fd >= 0) {
		mask = poll_fd(p->fd, pt, EPOLLNVAL);
		mask &= filter | EPOLLNVAL;
	}
	p->revents = mask;
	return mask;
}

static long do_poll(struct pollfd *fds, unsigned int n, const struct __kernel_timespec *ts,
		    ktime_t end)
{
	struct poll_round r;
	long count;

	poll_start(&r, ts);
	do {
		count = 0;
		for (unsigned int i = 0; i < n; i++) {
			if (do_pollfd(&fds[i], r.pt)) {
				count++;
				r.pt = NULL;
			}
		}
	} while (!poll_round_done(&r, count, end, &count));
	poll_freewait(&r.pwq);
	return count;
}

/* @ts only tells zero and endless timeouts apart; @end is when it is over. */
static long do_sys_poll(struct pollfd __user *ufds, unsigned int n,
			const struct __kernel_timespec *ts, ktime_t end)
{
	struct pollfd few[8], *fds = few;
	long ret;

	if (n > rlimit(RLIMIT_NOFILE))
		return -EINVAL;
	if (n > ARRAY_SIZE(few))
		fds = kmalloc(n * sizeof(*fds), GFP_KERNEL);
	if (!fds)
		return -ENOMEM;
	ret = copy_from_user(fds, ufds, n * sizeof(*fds)) ? -EFAULT : do_poll(fds, n, ts, end);
	for (unsigned int i = 0; ret != -EFAULT && i < n; i++) {
		if (put_user(fds[i].revents, &ufds[i].revents))
			ret = -EFAULT;
	}
	if (fds != few)
		kfree(fds);
	return ret;
}

/* arg: fds, n, end. */
static long do_restart_poll(struct restart_block *rb)
{
	const struct __kernel_timespec nonzero = {.tv_sec = 1};
	ktime_t end = rb->arg[2];
	long ret = do_sys_poll((struct pollfd __user *)rb->arg[0], rb->arg[1],
			       end == KTIME_MAX ? NULL : &nonzero, end);

	if (ret != -ERESTARTNOHAND)
		return ret;
	rb->fn = do_restart_poll;
	return -ERESTART_RESTARTBLOCK;
}

long sys_poll(struct pollfd __user *fds, unsigned int n, int timeout_ms)
{
	struct __kernel_timespec ts = ns_to_timespec(timeout_ms * NSEC_PER_MSEC);
	const struct __kernel_timespec *timeout = timeout_ms < 0 ? NULL : &ts;
	struct restart_block *rb = &current->restart_block;
	ktime_t end = poll_deadline(timeout);
	long ret = do_sys_poll(fds, n, timeout, end);

	if (ret != -ERESTARTNOHAND)
		return ret;
	rb->fn = do_restart_poll;
	rb->arg[0] = (u64)fds;
	rb->arg[1] = n;
	rb->arg[2] = end;
	return -ERESTART_RESTARTBLOCK;
}

/* ---- signal masks and the time that is left ------------------------------------------------- */

/*
 * The mask for the time of the call; the old one comes back after the handler. 0, -EINVAL,
 * -EFAULT.
 */
static int set_user_sigmask(const sigset_t __user *umask, size_t size)
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

/* If no signal ended the call nobody else will restore the mask. */
static void restore_saved_sigmask_unless(bool interrupted)
{
	if (interrupted || !current->restore_sigmask)
		return;
	current->restore_sigmask = false;
	set_current_blocked(current->saved_sigmask);
}

/* The rest of the time until @end; 0 if it is over. */
static struct __kernel_timespec time_left(ktime_t end)
{
	return ns_to_timespec(max(end - ktime_get(), (ktime_t)0));
}

/* A timeout that cannot be written back cannot be continued: no restart then. */
static long poll_finish_timespec(struct __kernel_timespec __user *uts, ktime_t end, long ret)
{
	struct __kernel_timespec ts;

	if (uts && !(current->personality & STICKY_TIMEOUTS) && end != KTIME_MAX) {
		ts = time_left(end);
		if (!copy_to_user(uts, &ts, sizeof(ts)))
			return ret;
	} else if (!uts || !(current->personality & STICKY_TIMEOUTS)) {
		return ret;
	}
	return ret == -ERESTARTNOHAND ? -EINTR : ret;
}

static long poll_finish_timeval(struct __kernel_old_timeval __user *utv, ktime_t end, long ret)
{
	struct __kernel_timespec ts = time_left(end);
	struct __kernel_old_timeval tv = {.tv_sec = ts.tv_sec,
					  .tv_usec = ts.tv_nsec / NSEC_PER_USEC};

	if (!utv)
		return ret;
	if (!(current->personality & STICKY_TIMEOUTS) && !copy_to_user(utv, &tv, sizeof(tv)))
		return ret;
	return ret == -ERESTARTNOHAND ? -EINTR : ret;
}

/* 0 and *ts, *timeout (NULL: endless); -EFAULT, -EINVAL. */
static int get_timeout(const struct __kernel_timespec __user *uts, struct __kernel_timespec *ts,
		       const struct __kernel_timespec **timeout)
{
	*timeout = NULL;
	if (!uts)
		return 0;
	if (copy_from_user(ts, uts, sizeof(*ts)))
		return -EFAULT;
	if (!timespec_valid(ts))
		return -EINVAL;
	*timeout = ts;
	return 0;
}

long sys_ppoll(struct pollfd __user *fds, unsigned int n, struct __kernel_timespec __user *uts,
	       const sigset_t __user *mask, size_t size)
{
	const struct __kernel_timespec *timeout;
	struct __kernel_timespec ts;
	long ret = get_timeout(uts, &ts, &timeout);
	ktime_t end;

	if (ret)
		return ret;
	end = poll_deadline(timeout);
	ret = set_user_sigmask(mask, size);
	if (ret)
		return ret;
	ret = do_sys_poll(fds, n, timeout, end);
	restore_saved_sigmask_unless(ret == -ERESTARTNOHAND);
	return poll_finish_timespec(uts, end, ret);
}

/* ---- select -------------------- */

#define POLLIN_SET  (EPOLLRDNORM | EPOLLRDBAND | EPOLLIN | EPOLLHUP | EPOLLERR)
#define POLLOUT_SET (EPOLLWRBAND | EPOLLWRNORM | EPOLLOUT | EPOLLERR)
#define POLLEX_SET  EPOLLPRI

enum { SET_IN, SET_OUT, SET_EX, NR_SETS };

/* The user's sets and the answers: words of 64 descriptors. */
struct fd_sets {
	int n; /* descriptors */
	size_t words;
	unsigned long *in[NR_SETS], *out[NR_SETS];
};

static const unsigned int set_masks[NR_SETS] = {POLLIN_SET, POLLOUT_SET, POLLEX_SET};

/* Asks @fd for all sets that name it. Hits, or -EBADF. */
static int select_fd(struct fd_sets *s, int fd, struct poll_table_struct *pt)
{
	unsigned long bit = BIT(fd % 64);
	unsigned int mask = poll_fd(fd, pt, EPOLLNVAL);
	int hits = 0;

	if (mask & EPOLLNVAL)
		return -EBADF;
	for (int i = 0; i < NR_SETS; i++) {
		if ((s->in[i][fd / 64] & bit) && (mask & set_masks[i])) {
			s->out[i][fd / 64] |= bit;
			hits++;
		}
	}
	return hits;
}

/* One round over all descriptors. Hits, or -EBADF. */
static int select_round(struct fd_sets *s, struct poll_table_struct *pt)
{
	int count = 0, hits;

	for (size_t w = 0; w < s->words; w++) {
		unsigned long bits = s->in[SET_IN][w] | s->in[SET_OUT][w] | s->in[SET_EX][w];

		for (; bits; bits &= bits - 1) {
			int fd = w * 64 + __builtin_ctzl(bits);

			if (fd >= s->n)
				break;
			hits = select_fd(s, fd, pt);
			if (hits < 0)
				return hits;
			if (hits)
				pt = NULL;
			count += hits;
		}
	}
	return count;
}

static long do_select(struct fd_sets *s, const struct __kernel_timespec *ts, ktime_t end)
{
	struct poll_round r;
	long ret;

	poll_start(&r, ts);
	do {
		ret = select_round(s, r.pt);
		if (ret < 0)
			break;
	} while (!poll_round_done(&r, ret, end, &ret));
	poll_freewait(&r.pwq);
	return ret;
}

/* Copies the three sets in; absent ones are empty. 0 or -EFAULT. */
static int get_fd_sets(struct fd_sets *s, void __user *const usets[NR_SETS])
{
	for (int i = 0; i < NR_SETS; i++) {
		if (usets[i] && copy_from_user(s->in[i], usets[i], s->words * sizeof(long)))
			return -EFAULT;
	}
	return 0;
}

static int put_fd_sets(const struct fd_sets *s, void __user *const usets[NR_SETS])
{
	for (int i = 0; i < NR_SETS; i++) {
		if (usets[i] && copy_to_user(usets[i], s->out[i], s->words * sizeof(long)))
			return -EFAULT;
	}
	return 0;
}

static long core_sys_select(int n, void __user *const usets[NR_SETS],
			    const struct __kernel_timespec *ts, ktime_t end)
{
	struct fd_sets s;
	unsigned long *bits;
	long ret;

	if (n < 0)
		return -EINVAL;
	s.n = min(n, (int)current->files->max_fds);
	s.words = DIV_ROUND_UP(s.n, 64);
	bits = kzalloc(max(s.words, (size_t)1) * 2 * NR_SETS * sizeof(long));
	if (!bits)
		return -ENOMEM;
	for (int i = 0; i < NR_SETS; i++) {
		s.in[i] = bits + i * s.words;
		s.out[i] = bits + (NR_SETS + i) * s.words;
	}
	ret = get_fd_sets(&s, usets);
	if (!ret)
		ret = do_select(&s, ts, end);
	if (ret >= 0 && put_fd_sets(&s, usets))
		ret = -EFAULT;
	kfree(bits);
	return ret;
}

long sys_select(int n, void __user *in, void __user *out, void __user *ex,
		struct __kernel_old_timeval __user *utv)
{
	void __user *usets[NR_SETS] = {in, out, ex};
	const struct __kernel_timespec *timeout = NULL;
	struct __kernel_timespec ts;
	struct __kernel_old_timeval tv;
	ktime_t end;

	if (utv) {
		if (copy_from_user(&tv, utv, sizeof(tv)))
			return -EFAULT;
		ts.tv_sec = tv.tv_sec + tv.tv_usec / 1000000;
		ts.tv_nsec = tv.tv_usec % 1000000 * NSEC_PER_USEC;
		if (!timespec_valid(&ts))
			return -EINVAL;
		timeout = &ts;
	}
	end = poll_deadline(timeout);
	return poll_finish_timeval(utv, end, core_sys_select(n, usets, timeout, end));
}

long sys_pselect6(int n, void __user *in, void __user *out, void __user *ex,
		  struct __kernel_timespec __user *uts, void __user *sig)
{
	struct {
		const sigset_t __user *mask;
		size_t size;
	} arg = {NULL, 0};
	void __user *usets[NR_SETS] = {in, out, ex};
	const struct __kernel_timespec *timeout;
	struct __kernel_timespec ts;
	ktime_t end;
	long ret;

	if (sig && copy_from_user(&arg, sig, sizeof(arg)))
		return -EFAULT;
	ret = get_timeout(uts, &ts, &timeout);
	if (ret)
		return ret;
	end = poll_deadline(timeout);
	ret = set_user_sigmask(arg.mask, arg.size);
	if (ret)
		return ret;
	ret = core_sys_select(n, usets, timeout, end);
	restore_saved_sigmask_unless(ret == -ERESTARTNOHAND);
	return poll_finish_timespec(uts, end, ret);
}
