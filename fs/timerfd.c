/* SPDX-License-Identifier: MIT */
/*
 * timerfd: a timer as a file. A read returns how often it has expired since the last read, and
 * waits while it has not. A timer with an interval is armed again by the read, so a short interval
 * costs nothing if nothing reads it. Abridges Linux's fs/timerfd.c. Left out: alarms that wake a
 * suspended machine, TFD_IOC_SET_TICKS.
 * Not on the road of an exec.
 */
#include <anon_inodes.h>
#include <file.h>
#include <poll.h>
#include <sched.h>
#include <slab.h>
#include <syscalls.h>
#include <time.h>
#include <timerfd.h>
#include <asm/uaccess.h>
#include <linux/capability.h>
#include <linux/eventpoll.h>
#include <linux/fcntl.h>
#include <linux/timerfd.h>

#define TFD_SETTIME_FLAGS (TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)

/* wqh.lock guards all fields that the tick uses. */
struct timerfd_ctx {
	struct timer_list timer;
	ktime_t interval;
	wait_queue_head_t wqh;
	u64 ticks;    /* not read yet */
	bool expired; /* since it was last armed */
	bool canceled;
	int clock;
	unsigned int settime_flags; /* for fdinfo */
	struct list_head cancel;    /* in cancel_list: TFD_TIMER_CANCEL_ON_SET */
};

static LIST_HEAD(cancel_list);

/* The tick. */
static void timerfd_expire(struct timer_list *timer)
{
	struct timerfd_ctx *ctx = container_of(timer, struct timerfd_ctx, timer);
	unsigned long flags;

	spin_lock_irqsave(&ctx->wqh.lock, flags);
	ctx->expired = true;
	ctx->ticks++;
	spin_unlock_irqrestore(&ctx->wqh.lock, flags);
	wake_up_interruptible_poll(&ctx->wqh, EPOLLIN);
}

void timerfd_clock_was_set(void)
{
	struct timerfd_ctx *ctx;
	unsigned long flags;

	list_for_each_entry(ctx, &cancel_list, cancel) {
		spin_lock_irqsave(&ctx->wqh.lock, flags);
		ctx->canceled = true;
		ctx->ticks++;
		spin_unlock_irqrestore(&ctx->wqh.lock, flags);
		wake_up_interruptible_poll(&ctx->wqh, EPOLLIN);
	}
}

/* Counts the intervals that have passed since the timer expired, and arms it again. lock held. */
static u64 timerfd_forward(struct timerfd_ctx *ctx)
{
	ktime_t now = ktime_get();
	u64 steps = 0;

	if (now >= ctx->timer.expires)
		steps = (now - ctx->timer.expires) / ctx->interval + 1;
	mod_timer(&ctx->timer, ctx->interval > INT64_MAX - now
				       ? INT64_MAX
				       : ctx->timer.expires + (ktime_t)steps * ctx->interval);
	ctx->expired = false;
	return steps ? steps - 1 : 0;
}

/* Takes what a read returns: a number of expiries, 0 (none yet), or -ECANCELED. */
static s64 timerfd_take(struct timerfd_ctx *ctx)
{
	unsigned long flags;
	s64 ret;

	spin_lock_irqsave(&ctx->wqh.lock, flags);
	if (ctx->ticks && ctx->expired && ctx->interval && !ctx->canceled)
		ctx->ticks += timerfd_forward(ctx);
	ret = ctx->canceled ? -ECANCELED : (s64)ctx->ticks;
	ctx->canceled = false;
	ctx->ticks = 0;
	spin_unlock_irqrestore(&ctx->wqh.lock, flags);
	return ret;
}

static ssize_t timerfd_read(struct file *f, char __user *buf, size_t n, loff_t *pos __maybe_unused)
{
	struct timerfd_ctx *ctx = f->private_data;
	s64 ticks;
	int err;

	if (n < sizeof(ticks))
		return -EINVAL;
	err = wait_event_nonblock(&ctx->wqh, f->f_flags & O_NONBLOCK, (ticks = timerfd_take(ctx)));
	if (err)
		return err;
	if (ticks < 0)
		return ticks;
	return put_user(ticks, (s64 __user *)buf) ? -EFAULT : (ssize_t)sizeof(ticks);
}

static unsigned int timerfd_poll(struct file *f, struct poll_table_struct *pt)
{
	struct timerfd_ctx *ctx = f->private_data;

	poll_wait(f, &ctx->wqh, pt);
	return ctx->ticks ? EPOLLIN : 0;
}

static int timerfd_release(struct inode *inode, struct file *f)
{
	struct timerfd_ctx *ctx = f->private_data;

	del_timer(&ctx->timer);
	list_del(&ctx->cancel);
	return anon_inode_release(inode, f);
}

/* What is left until the next expiry, and the interval. */
static struct __kernel_itimerspec timerfd_get(struct timerfd_ctx *ctx)
{
	struct __kernel_itimerspec v;
	unsigned long flags;
	ktime_t left;

	spin_lock_irqsave(&ctx->wqh.lock, flags);
	if (ctx->expired && ctx->interval)
		ctx->ticks += timerfd_forward(ctx);
	left = timer_pending(&ctx->timer) ? ctx->timer.expires - ktime_get() : 0;
	v.it_value = ns_to_timespec(max(left, (ktime_t)0));
	v.it_interval = ns_to_timespec(ctx->interval);
	spin_unlock_irqrestore(&ctx->wqh.lock, flags);
	return v;
}

static void timerfd_show_fdinfo(struct file *f, struct seq_file *m, seq_print_t print)
{
	struct timerfd_ctx *ctx = f->private_data;
	struct __kernel_itimerspec v = timerfd_get(ctx);

	print(m,
	      "clockid: %d\nticks: %lu\nsettime flags: 0%o\nit_value: (%lu, %lu)\n"
	      "it_interval: (%lu, %lu)\n",
	      ctx->clock, ctx->ticks, ctx->settime_flags, v.it_value.tv_sec, v.it_value.tv_nsec,
	      v.it_interval.tv_sec, v.it_interval.tv_nsec);
}

static const struct file_operations timerfd_fops = {
	.llseek = noop_llseek,
	.read = timerfd_read,
	.poll = timerfd_poll,
	.release = timerfd_release,
	.show_fdinfo = timerfd_show_fdinfo,
	.no_rwf = FMODE_READ,
};

static bool is_realtime(int clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_ALARM;
}

static bool is_alarm(int clock)
{
	return clock == CLOCK_REALTIME_ALARM || clock == CLOCK_BOOTTIME_ALARM;
}

long sys_timerfd_create(int clock, int flags)
{
	struct timerfd_ctx *ctx;

	if ((flags & ~(TFD_CLOEXEC | TFD_NONBLOCK)) ||
	    (clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME && !is_realtime(clock) &&
	     !is_alarm(clock)))
		return -EINVAL;
	if (is_alarm(clock) && !capable(CAP_WAKE_ALARM))
		return -EPERM;
	ctx = kzalloc(sizeof(*ctx));
	if (!ctx)
		return -ENOMEM;
	timer_setup(&ctx->timer, timerfd_expire);
	init_waitqueue_head(&ctx->wqh);
	INIT_LIST_HEAD(&ctx->cancel);
	ctx->clock = clock;
	return anon_inode_getfd("[timerfd]", &timerfd_fops, ctx, O_RDWR | flags);
}

static void timerfd_set(struct timerfd_ctx *ctx, int flags, const struct __kernel_itimerspec *v)
{
	/* An alarm clock shows what the plain one does. */
	int clock = is_realtime(ctx->clock) ? CLOCK_REALTIME : CLOCK_MONOTONIC;
	ktime_t value = timespec_to_ns(&v->it_value);
	unsigned long irq;

	list_del_init(&ctx->cancel);
	if (is_realtime(ctx->clock) && (flags & TFD_TIMER_ABSTIME) &&
	    (flags & TFD_TIMER_CANCEL_ON_SET))
		list_add(&ctx->cancel, &cancel_list);
	del_timer(&ctx->timer);
	spin_lock_irqsave(&ctx->wqh.lock, irq);
	ctx->settime_flags = flags & TFD_SETTIME_FLAGS;
	ctx->expired = ctx->canceled = false;
	ctx->ticks = 0;
	ctx->interval = timespec_to_ns(&v->it_interval);
	spin_unlock_irqrestore(&ctx->wqh.lock, irq);
	if (value)
		mod_timer(&ctx->timer, posix_clock_expiry(clock, value, flags & TFD_TIMER_ABSTIME));
}

long sys_timerfd_settime(int fd, int flags, const struct __kernel_itimerspec __user *uv,
			 struct __kernel_itimerspec __user *uold)
{
	struct __kernel_itimerspec v, old;
	struct file *f;

	if (copy_from_user(&v, uv, sizeof(v)))
		return -EFAULT;
	if ((flags & ~TFD_SETTIME_FLAGS) || !timespec_valid(&v.it_value) ||
	    !timespec_valid(&v.it_interval))
		return -EINVAL;
	f = anon_inode_fget(fd, &timerfd_fops);
	if (IS_ERR(f))
		return PTR_ERR(f);
	old = timerfd_get(f->private_data);
	timerfd_set(f->private_data, flags, &v);
	fput(f);
	return uold && copy_to_user(uold, &old, sizeof(old)) ? -EFAULT : 0;
}

long sys_timerfd_gettime(int fd, struct __kernel_itimerspec __user *uv)
{
	struct file *f = anon_inode_fget(fd, &timerfd_fops);
	struct __kernel_itimerspec v;

	if (IS_ERR(f))
		return PTR_ERR(f);
	v = timerfd_get(f->private_data);
	fput(f);
	return copy_to_user(uv, &v, sizeof(v)) ? -EFAULT : 0;
}
