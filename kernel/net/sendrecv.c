/* SPDX-License-Identifier: MIT */
/*
 * Messages: from the many calls that send and receive to one struct sock_msg.
 * Abridges the second half of Linux's net/socket.c. Left out: recvmmsg, zero copy.
 * Not on the road of an exec.
 */
#include <file.h>
#include <sched.h>
#include <slab.h>
#include <syscalls.h>
#include <asm/uaccess.h>
#include <linux/fcntl.h>
#include "internal.h"

#define MAX_CONTROL (128 * 1024UL) /* bytes of control messages in one call */

/* struct msghdr of the user. */
struct user_msghdr {
	void __user *name;
	int namelen;
	const struct iovec __user *iov;
	size_t iovlen;
	void __user *control;
	size_t controllen;
	unsigned int flags;
};

struct mmsghdr {
	struct user_msghdr hdr;
	unsigned int len;
};

static ssize_t sock_sendmsg(struct file *f, struct sock *sk, struct sock_msg *m)
{
	ssize_t ret;

	if (f->f_flags & O_NONBLOCK)
		m->flags |= MSG_DONTWAIT;
	ret = sk->ops->sendmsg(sk, m);
	scm_destroy(&m->scm);
	if (ret == -EPIPE && sk->type == SOCK_STREAM && !(m->flags & MSG_NOSIGNAL))
		send_sig(SIGPIPE, current, 0);
	return ret;
}

static ssize_t sock_recvmsg(struct file *f, struct sock *sk, struct sock_msg *m)
{
	if (f->f_flags & O_NONBLOCK)
		m->flags |= MSG_DONTWAIT;
	return sk->ops->recvmsg(sk, m);
}

/* Room for a message without an iovec; it is too large for a stack. NULL: no memory. */
static struct sock_msg *new_msg(const struct iov_iter *iter, unsigned int flags)
{
	struct sock_msg *m = kzalloc(sizeof(*m));

	if (m) {
		m->iter = *iter;
		m->flags = flags;
	}
	return m;
}

/* @v: of import_msg, or an error of it. */
static void free_msg(struct sock_msg *m, struct iovec *v)
{
	scm_destroy(&m->scm);
	if (!IS_ERR(v))
		kfree(v);
	kfree(m);
}

ssize_t sock_read_iter(struct file *f, struct iov_iter *to)
{
	struct sock_msg *m;
	ssize_t ret;

	if (!to->count)
		return 0;
	m = new_msg(to, 0);
	if (!m)
		return -ENOMEM;
	ret = sock_recvmsg(f, f->private_data, m);
	free_msg(m, NULL);
	return ret;
}

ssize_t sock_write_iter(struct file *f, struct iov_iter *from)
{
	struct sock_msg *m = new_msg(from, 0);
	ssize_t ret;

	if (!m)
		return -ENOMEM;
	ret = sock_sendmsg(f, f->private_data, m);
	kfree(m);
	return ret;
}

/* ---- sendto, recvfrom ------------------------------------------------------------------------ */

static ssize_t do_sendto(struct file *f, struct sock *sk, struct sock_msg *m, void __user *addr,
			 int len)
{
	int err = addr ? move_addr_to_kernel(&m->name, addr, len) : 0;

	if (err)
		return err;
	m->namelen = addr ? len : 0;
	return sock_sendmsg(f, sk, m);
}

long sys_sendto(int fd, void __user *buf, size_t n, unsigned int flags, void __user *addr, int len)
{
	struct iovec v = {buf, min(n, MAX_RW_COUNT)};
	struct sock *sk;
	struct sock_msg *m;
	struct file *f;
	long ret = -ENOMEM;

	if (!access_ok(buf, v.iov_len))
		return -EFAULT;
	f = sock_fget(fd, &sk);
	if (IS_ERR(f))
		return PTR_ERR(f);
	m = new_msg(&(struct iov_iter){.v = &v, .count = v.iov_len}, flags);
	if (m)
		ret = do_sendto(f, sk, m, addr, len);
	kfree(m);
	fput(f);
	return ret;
}

static ssize_t do_recvfrom(struct file *f, struct sock *sk, struct sock_msg *m, void __user *addr,
			   int __user *len)
{
	ssize_t ret = sock_recvmsg(f, sk, m);
	int err = 0;

	if (ret >= 0 && addr)
		err = move_addr_to_user(&m->name, m->namelen, addr, len);
	scm_destroy(&m->scm);
	return err ? err : ret;
}

long sys_recvfrom(int fd, void __user *buf, size_t n, unsigned int flags, void __user *addr,
		  int __user *len)
{
	struct iovec v = {buf, min(n, MAX_RW_COUNT)};
	struct sock *sk;
	struct sock_msg *m;
	struct file *f;
	long ret = -ENOMEM;

	if (!access_ok(buf, v.iov_len))
		return -EFAULT;
	f = sock_fget(fd, &sk);
	if (IS_ERR(f))
		return PTR_ERR(f);
	m = new_msg(&(struct iov_iter){.v = &v, .count = v.iov_len}, flags);
	if (m)
		ret = do_recvfrom(f, sk, m, addr, len);
	kfree(m);
	fput(f);
	return ret;
}

/* ---- sendmsg, recvmsg ------------------------------------------------------------------------ */

/* The user's header and vector; *v is to be freed. 0 or -errno. */
static int import_msg(struct user_msghdr *h, const struct user_msghdr __user *uh,
		      struct sock_msg *m, struct iovec **v)
{
	if (copy_from_user(h, uh, sizeof(*h)))
		return -EFAULT;
	if (h->namelen < 0)
		return -EINVAL;
	h->namelen = h->name ? min(h->namelen, (int)sizeof(m->name)) : 0;
	*v = import_iovec(h->iov, h->iovlen, -EMSGSIZE, &m->iter);
	return IS_ERR(*v) ? PTR_ERR(*v) : 0;
}

static ssize_t send_user_msg(struct file *f, struct sock *sk, struct user_msghdr __user *uh,
			     unsigned int flags)
{
	struct sock_msg *m = new_msg(&(struct iov_iter){0}, flags);
	struct user_msghdr h;
	struct iovec *v = NULL;
	ssize_t ret;

	if (!m)
		return -ENOMEM;
	ret = import_msg(&h, uh, m, &v);
	if (!ret)
		ret = move_addr_to_kernel(&m->name, h.name, h.namelen);
	m->namelen = h.namelen;
	if (!ret && h.controllen > MAX_CONTROL)
		ret = -ENOBUFS;
	if (!ret && h.controllen)
		ret = scm_send(&m->scm, h.control, h.controllen);
	if (!ret)
		ret = sock_sendmsg(f, sk, m);
	free_msg(m, v);
	return ret;
}

long sys_sendmsg(int fd, void __user *msg, unsigned int flags)
{
	struct sock *sk;
	struct file *f;
	long ret;

	if (flags & MSG_CMSG_COMPAT)
		return -EINVAL;
	f = sock_fget(fd, &sk);
	if (IS_ERR(f))
		return PTR_ERR(f);
	ret = send_user_msg(f, sk, msg, flags);
	fput(f);
	return ret;
}

/* Until one fails; that is reported only if it is the first. */
long sys_sendmmsg(int fd, void __user *msgs, unsigned int n, unsigned int flags)
{
	struct mmsghdr __user *p = msgs;
	struct sock *sk;
	struct file *f;
	unsigned int done;
	long ret = 0;

	if (flags & MSG_CMSG_COMPAT)
		return -EINVAL;
	f = sock_fget(fd, &sk);
	if (IS_ERR(f))
		return PTR_ERR(f);
	n = min(n, 1024U);
	for (done = 0; done < n; done++) {
		ret = send_user_msg(f, sk, &p[done].hdr, flags);
		if (ret >= 0)
			ret = put_user((unsigned int)ret, &p[done].len);
		if (ret < 0)
			break;
	}
	fput(f);
	return done ? (long)done : ret;
}

/* What came beside the bytes: control messages, the sender's address, flags. */
static int export_msg(struct sock *sk, struct sock_msg *m, struct user_msghdr *h,
		      struct user_msghdr __user *uh)
{
	unsigned int flags = m->out_flags | (m->flags & MSG_CMSG_CLOEXEC);
	size_t used = scm_recv(sk, &m->scm, h->control, h->controllen, &flags);
	int err = h->name ? move_addr_to_user(&m->name, m->namelen, h->name, &uh->namelen) : 0;

	if (err)
		return err;
	if (put_user(flags, &uh->flags) || put_user(used, &uh->controllen))
		return -EFAULT;
	return 0;
}

static ssize_t recv_user_msg(struct file *f, struct sock *sk, struct user_msghdr __user *uh,
			     unsigned int flags)
{
	struct sock_msg *m = new_msg(&(struct iov_iter){0}, flags);
	struct user_msghdr h;
	struct iovec *v = NULL;
	ssize_t ret;
	int err;

	if (!m)
		return -ENOMEM;
	ret = import_msg(&h, uh, m, &v);
	if (!ret)
		ret = sock_recvmsg(f, sk, m);
	if (ret >= 0) {
		err = export_msg(sk, m, &h, uh);
		ret = err ? err : ret;
	}
	free_msg(m, v);
	return ret;
}

/* Receives up to @n messages until @end. Returns their number, or why there is none. */
static long recv_many(struct file *f, struct sock *sk, struct mmsghdr __user *p, unsigned int n,
		      unsigned int flags, ktime_t end)
{
	unsigned int done = 0;
	long ret = sk->err ? sock_error(sk) : 0;

	while (ret >= 0 && done < n) {
		ret = recv_user_msg(f, sk, &p[done].hdr, flags & ~MSG_WAITFORONE);
		if (ret >= 0)
			ret = put_user((unsigned int)ret, &p[done].len);
		if (ret < 0)
			break;
		done++;
		if (flags & MSG_WAITFORONE)
			flags |= MSG_DONTWAIT;
		if (ktime_get() >= end)
			break;
	}
	if (done && ret < 0 && ret != -EAGAIN)
		sk->err = -ret; /* for the next call */
	return done ? (long)done : ret;
}

/* As on Linux, the time limit is only looked at after a message has come. */
long sys_recvmmsg(int fd, void __user *msgs, unsigned int n, unsigned int flags,
		  struct __kernel_timespec __user *timeout)
{
	struct __kernel_timespec left;
	struct sock *sk;
	struct file *f;
	ktime_t end = INT64_MAX;
	long ret;

	if (flags & MSG_CMSG_COMPAT)
		return -EINVAL;
	if (timeout) {
		if (copy_from_user(&left, timeout, sizeof(left)))
			return -EFAULT;
		if (!timespec_valid(&left))
			return -EINVAL;
		if (__builtin_add_overflow(ktime_get(), timespec_to_ns(&left), &end))
			end = INT64_MAX;
	}
	f = sock_fget(fd, &sk);
	if (IS_ERR(f))
		return PTR_ERR(f);
	ret = recv_many(f, sk, msgs, n, flags, end);
	fput(f);
	left = ns_to_timespec(max(end - ktime_get(), 0L));
	return ret > 0 && timeout && copy_to_user(timeout, &left, sizeof(left)) ? -EFAULT : ret;
}

long sys_recvmsg(int fd, void __user *msg, unsigned int flags)
{
	struct sock *sk;
	struct file *f;
	long ret;

	if (flags & MSG_CMSG_COMPAT)
		return -EINVAL;
	f = sock_fget(fd, &sk);
	if (IS_ERR(f))
		return PTR_ERR(f);
	ret = recv_user_msg(f, sk, msg, flags);
	fput(f);
	return ret;
}
