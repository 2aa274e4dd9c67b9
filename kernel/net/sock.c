/* SPDX-License-Identifier: MIT */
/*
 * What all the files of kernel/net/ use: the common part of a socket, waiting, addresses
 * from and to the user.
 * Abridges the first half of Linux's net/core/sock.c.
 * Not on the road of an exec.
 */
#include <file.h>
#include <sched.h>
#include <asm/uaccess.h>
#include "internal.h"

#define DEFAULT_BUF 212992 /* bytes: /proc/sys/net/core has it on Linux */

void sock_init(struct sock *sk, const struct proto_ops *ops, int family, int type, int protocol)
{
	sk->ops = ops;
	atomic_set(&sk->refs, 1);
	sk->family = family;
	sk->type = type;
	sk->protocol = protocol;
	sk->sndbuf = sk->rcvbuf = DEFAULT_BUF;
	sk->rcvtimeo = sk->sndtimeo = INT64_MAX;
	sk->peercred = (struct ucred){0, -1, -1};
	init_waitqueue_head(&sk->wait);
	INIT_LIST_HEAD(&sk->fasync);
}

struct ucred current_ucred(void)
{
	return (struct ucred){current->tgid, current->cred->euid, current->cred->egid};
}

int sock_error(struct sock *sk)
{
	int err = sk->err;

	sk->err = 0;
	return -err;
}

ktime_t sock_deadline(ktime_t timeout, bool nonblock)
{
	if (nonblock)
		return 0;
	return timeout == INT64_MAX ? timeout : ktime_get() + timeout;
}

int sock_wait(struct sock *sk, wait_queue_head_t *q, bool (*ready)(struct sock *sk), ktime_t end)
{
	DEFINE_WAIT(w);
	int err = 0;

	while (!err && !ready(sk)) {
		if (!end)
			return -EAGAIN;
		prepare_to_wait(q, &w, TASK_INTERRUPTIBLE);
		if (ready(sk))
			break;
		if (signal_pending(current))
			err = end == INT64_MAX ? -ERESTARTSYS : -EINTR;
		else if (!schedule_hrtimeout(end))
			err = -EAGAIN;
	}
	finish_wait(q, &w);
	return err;
}

/* A socket file of a directory cannot be opened, so that an open one is a socket. */
struct sock *sockfd_lookup(int fd)
{
	struct file *f = fget(fd);

	if (!f)
		return ERR_PTR(-EBADF);
	if (S_ISSOCK(f->f_inode->i_mode))
		return f->private_data;
	fput(f);
	return ERR_PTR(-ENOTSOCK);
}

void sockfd_put(struct sock *sk) { fput(sk->file); }

int move_addr_to_kernel(struct sockaddr_storage *to, const void __user *from, int len)
{
	if (len < 0 || len > (int)sizeof(*to))
		return -EINVAL;
	return len && copy_from_user(to, from, len) ? -EFAULT : 0;
}

int move_addr_to_user(const struct sockaddr_storage *from, int n, void __user *to, int __user *ulen)
{
	int len;

	if (get_user(len, ulen))
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	if (copy_to_user(to, from, min(len, n)))
		return -EFAULT;
	return put_user(n, ulen) ? -EFAULT : 0;
}
