/* SPDX-License-Identifier: MIT */
/*
 * eventfd: a 64-bit counter as a file. A write adds to it, a read takes all of it
 * (or one, EFD_SEMAPHORE) and waits while it is 0.
 * Abridges Linux's fs/eventfd.c; leaves out what the kernel itself signals with it.
 * Not on the road of an exec.
 */
#include <anon_inodes.h>
#include <file.h>
#include <iov_iter.h>
#include <poll.h>
#include <sched.h>
#include <slab.h>
#include <syscalls.h>
#include <asm/uaccess.h>
#include <linux/eventpoll.h>
#include <linux/fcntl.h>

/* eventfd2's flags, of which the UAPI has no header. */
#define EFD_SEMAPHORE 1
#define EFD_ALL	      (O_CLOEXEC | O_NONBLOCK | EFD_SEMAPHORE)

/* wqh.lock guards count, which is less than U64_MAX. */
struct eventfd_ctx {
	wait_queue_head_t wqh;
	u64 count;
	bool semaphore;
	int id;
};

/* Takes the value that a read returns; 0: there is none. */
static u64 eventfd_take(struct eventfd_ctx *ctx)
{
	unsigned long flags;
	u64 n;

	spin_lock_irqsave(&ctx->wqh.lock, flags);
	n = ctx->semaphore && ctx->count ? 1 : ctx->count;
	ctx->count -= n;
	spin_unlock_irqrestore(&ctx->wqh.lock, flags);
	return n;
}

/* Adds @n, unless the sum is too large. */
static bool eventfd_add(struct eventfd_ctx *ctx, u64 n)
{
	unsigned long flags;
	bool fits;

	spin_lock_irqsave(&ctx->wqh.lock, flags);
	fits = UINT64_MAX - ctx->count > n;
	if (fits)
		ctx->count += n;
	spin_unlock_irqrestore(&ctx->wqh.lock, flags);
	return fits;
}

static ssize_t eventfd_read(struct file *f, struct iov_iter *to)
{
	struct eventfd_ctx *ctx = f->private_data;
	u64 value;
	int err;

	if (to->count < sizeof(value))
		return -EINVAL;
	err = wait_event_nonblock(&ctx->wqh, to->nonblock || (f->f_flags & O_NONBLOCK),
				  (value = eventfd_take(ctx)));
	if (err)
		return err;
	wake_up_interruptible_poll(&ctx->wqh, EPOLLOUT);
	return copy_to_iter(&value, sizeof(value), to) == sizeof(value) ? sizeof(value) : -EFAULT;
}

static ssize_t eventfd_write(struct file *f, const char __user *buf, size_t n,
			     loff_t *pos __maybe_unused)
{
	struct eventfd_ctx *ctx = f->private_data;
	u64 value;
	int err;

	if (n < sizeof(value))
		return -EINVAL;
	if (copy_from_user(&value, buf, sizeof(value)))
		return -EFAULT;
	if (value == UINT64_MAX)
		return -EINVAL;
	err = wait_event_nonblock(&ctx->wqh, f->f_flags & O_NONBLOCK, eventfd_add(ctx, value));
	if (err)
		return err;
	wake_up_interruptible_poll(&ctx->wqh, EPOLLIN);
	return sizeof(value);
}

static unsigned int eventfd_poll(struct file *f, struct poll_table_struct *pt)
{
	struct eventfd_ctx *ctx = f->private_data;

	poll_wait(f, &ctx->wqh, pt);
	return (ctx->count ? EPOLLIN : 0) | (ctx->count < UINT64_MAX - 1 ? EPOLLOUT : 0);
}

static void eventfd_show_fdinfo(struct file *f, struct seq_file *m, seq_print_t print)
{
	struct eventfd_ctx *ctx = f->private_data;

	print(m, "eventfd-count: %16lx\neventfd-id: %d\n", ctx->count, ctx->id);
}

static const struct file_operations eventfd_fops = {
	.llseek = noop_llseek,
	.read_iter = eventfd_read,
	.write = eventfd_write,
	.poll = eventfd_poll,
	.release = anon_inode_release,
	.show_fdinfo = eventfd_show_fdinfo,
	.nowait = true,
	.no_rwf = FMODE_WRITE,
};

long sys_eventfd2(unsigned int count, int flags)
{
	static int last_id = -1;
	struct eventfd_ctx *ctx;

	if (flags & ~EFD_ALL)
		return -EINVAL;
	ctx = kzalloc(sizeof(*ctx));
	if (!ctx)
		return -ENOMEM;
	init_waitqueue_head(&ctx->wqh);
	ctx->count = count;
	ctx->semaphore = flags & EFD_SEMAPHORE;
	ctx->id = ++last_id;
	return anon_inode_getfd("[eventfd]", &eventfd_fops, ctx, O_RDWR | (flags & ~EFD_SEMAPHORE));
}

long sys_eventfd(unsigned int count) { return sys_eventfd2(count, 0); }
