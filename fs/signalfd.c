/* SPDX-License-Identifier: MIT */
/*
 * signalfd: the pending signals of the reader, as a file. A read takes signals of the file's mask
 * off the queues, which should be blocked so that no handler takes them first. Abridges Linux's
 * fs/signalfd.c.
 * Not on the road of an exec.
 */
#include <anon_inodes.h>
#include <file.h>
#include <poll.h>
#include <sched.h>
#include <slab.h>
#include <string.h>
#include <syscalls.h>
#include <asm/uaccess.h>
#include <linux/eventpoll.h>
#include <linux/fcntl.h>
#include <linux/signalfd.h>

struct signalfd_ctx {
	sigset_t sigmask; /* signals that are not read */
};

static unsigned int signalfd_poll(struct file *f, struct poll_table_struct *pt)
{
	struct signalfd_ctx *ctx = f->private_data;
	sigset_t pending = current->pending.signal | current->signal->shared_pending.signal;

	poll_wait(f, &current->sighand->signalfd_wqh, pt);
	return pending & ~ctx->sigmask ? EPOLLIN : 0;
}

/* Copies the fields of @info that are valid: that depends on its sender. */
static void fill_signalfd_info(struct signalfd_siginfo *to, const kernel_siginfo_t *info)
{
	int code = info->si_code;

	memset(to, 0, sizeof(*to));
	to->ssi_signo = info->si_signo;
	to->ssi_errno = info->si_errno;
	to->ssi_code = code;
	if (code == SI_TIMER) {
		to->ssi_tid = info->si_tid;
		to->ssi_overrun = info->si_overrun;
	} else if (code > 0 && code != SI_KERNEL &&
		   (sigmask(info->si_signo) &
		    (sigmask(SIGSEGV) | sigmask(SIGBUS) | sigmask(SIGILL) | sigmask(SIGFPE) |
		     sigmask(SIGTRAP)))) {
		to->ssi_addr = (unsigned long)info->si_addr;
		return;
	} else {
		to->ssi_pid = info->si_pid;
		to->ssi_uid = info->si_uid;
	}
	if (info->si_signo == SIGCHLD && code > 0) {
		to->ssi_status = info->si_status;
		to->ssi_utime = info->si_utime;
		to->ssi_stime = info->si_stime;
	} else if (code < 0) {
		to->ssi_ptr = (unsigned long)info->si_ptr;
		to->ssi_int = info->si_int;
	}
}

/* Takes a signal of the mask. Returns its number, or 0. */
static int signalfd_take(struct signalfd_ctx *ctx, kernel_siginfo_t *info)
{
	spinlock_t *lock = &current->sighand->siglock;
	unsigned long flags;
	int sig;

	spin_lock_irqsave(lock, flags);
	sig = dequeue_signal(current, &ctx->sigmask, info);
	spin_unlock_irqrestore(lock, flags);
	return sig;
}

/* As signalfd_take, but waits. Returns -ERESTARTSYS for a signal that is not in the mask. */
static int signalfd_dequeue(struct signalfd_ctx *ctx, kernel_siginfo_t *info, bool nonblock)
{
	int sig;

	return wait_event_nonblock(&current->sighand->signalfd_wqh, nonblock,
				   (sig = signalfd_take(ctx, info)))
		       ?: sig;
}

static ssize_t signalfd_read(struct file *f, char __user *buf, size_t n, loff_t *pos __maybe_unused)
{
	bool nonblock = f->f_flags & O_NONBLOCK;
	struct signalfd_siginfo out;
	kernel_siginfo_t info;
	size_t done = 0;
	int ret = 0;

	if (n < sizeof(out))
		return -EINVAL;
	for (; n - done >= sizeof(out); done += sizeof(out)) {
		ret = signalfd_dequeue(f->private_data, &info, nonblock || done);
		if (ret <= 0)
			break;
		fill_signalfd_info(&out, &info);
		ret = copy_to_user(buf + done, &out, sizeof(out)) ? -EFAULT : 0;
		if (ret)
			break;
	}
	return done ? (ssize_t)done : ret;
}

static void signalfd_show_fdinfo(struct file *f, struct seq_file *m, seq_print_t print)
{
	struct signalfd_ctx *ctx = f->private_data;

	print(m, "sigmask:\t%016lx\n", ~ctx->sigmask);
}

static const struct file_operations signalfd_fops = {
	.llseek = noop_llseek,
	.read = signalfd_read,
	.poll = signalfd_poll,
	.release = anon_inode_release,
	.show_fdinfo = signalfd_show_fdinfo,
	.no_rwf = FMODE_READ,
};

static long signalfd_new(sigset_t unwanted, int flags)
{
	struct signalfd_ctx *ctx = kmalloc(sizeof(*ctx), GFP_KERNEL);

	if (!ctx)
		return -ENOMEM;
	ctx->sigmask = unwanted;
	return anon_inode_getfd("[signalfd]", &signalfd_fops, ctx, O_RDWR | flags);
}

/* @fd -1: a new file. Otherwise the mask of an open one changes. */
long sys_signalfd4(int fd, const sigset_t __user *umask, size_t size, int flags)
{
	sigset_t unwanted;
	struct file *f;

	if (size != sizeof(unwanted))
		return -EINVAL;
	if (copy_from_user(&unwanted, umask, sizeof(unwanted)))
		return -EFAULT;
	if (flags & ~(SFD_CLOEXEC | SFD_NONBLOCK))
		return -EINVAL;
	unwanted = ~unwanted | SIG_KERNEL_ONLY_MASK;
	if (fd == -1)
		return signalfd_new(unwanted, flags);
	f = anon_inode_fget(fd, &signalfd_fops);
	if (IS_ERR(f))
		return PTR_ERR(f);
	((struct signalfd_ctx *)f->private_data)->sigmask = unwanted;
	wake_up(&current->sighand->signalfd_wqh);
	fput(f);
	return fd;
}

long sys_signalfd(int fd, const sigset_t __user *umask, size_t size)
{
	return sys_signalfd4(fd, umask, size, 0);
}
