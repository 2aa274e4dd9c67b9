/* SPDX-License-Identifier: MIT */
/*
 * Messages: from the many calls that send and receive to one struct sock_msg.
 * Abridges the second half of Linux's net/socket.c. Left out: zero copy.
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

static ssize_t sock_sendmsg(struct sock *sk, struct sock_msg *m)
{
	ssize_t ret = sk->ops->sendmsg(sk, m);

	if (ret == -EPIPE && sk->type == SOCK_STREAM && !(m->flags & MSG_NOSIGNAL))
		send_sig(SIGPIPE, current, 0);
	return ret;
}

/* Room for a message; it is too large for a stack. NULL: no memory. */
static struct sock_msg *new_msg(const struct sock *sk, const struct iov_iter *iter,
				unsigned int flags)
{
	struct sock_msg *m = kzalloc(sizeof(*m));

	if (m) {
		m->iter = *iter;
		m->flags = flags | (sk->file->f_flags & O_NONBLOCK ? MSG_DONTWAIT : 0);
	}
	return m;
}

static void free_msg(struct sock_msg *m)
{
	scm_destroy(&m->scm);
	kfree(m->iov);
	kfree(m);
}

/* ---- one buffer, or the vector of a read or write ------------------------------------------ */

static ssize_t send_iter(struct sock *sk, const struct iov_iter *iter, unsigned int flags,
			 const void __user *addr, int len)
{
	struct sock_msg *m = new_msg(sk, iter, flags);
	ssize_t ret;

	if (!m)
		return -ENOMEM;
	m->namelen = addr ? len : 0;
	ret = addr ? move_addr_to_kernel(&m->name, addr, len) : 0;
	if (!ret)
		ret = sock_sendmsg(sk, m);
	free_msg(m);
	return ret;
}

static ssize_t recv_iter(struct sock *sk, const struct iov_iter *iter, unsigned int flags,
			 void __user *addr, int __user *len)
{
	struct sock_msg *m = new_msg(sk, iter, flags);
	ssize_t ret;
	int err = 0;

	if (!m)
		return -ENOMEM;
	ret = sk->ops->recvmsg(sk, m);
	if (ret >= 0 && addr)
		err = move_addr_to_user(&m->name, m->namelen, addr, len);
	free_msg(m);
	return err ?: ret;
}

ssize_t sock_read_iter(struct file *f, struct iov_iter *to)
{
	struct sock *sk = f->private_data;
	bool nonblock = to->nonblock && sk->type == SOCK_STREAM;

	return to->count ? recv_iter(sk, to, nonblock ? MSG_DONTWAIT : 0, NULL, NULL) : 0;
}

ssize_t sock_write_iter(struct file *f, struct iov_iter *from)
{
	return send_iter(f->private_data, from, 0, NULL, 0);
}

long sys_sendto(int fd, void __user *buf, size_t n, unsigned int flags, void __user *addr, int len)
{
	struct iovec v = {buf, min(n, MAX_RW_COUNT)};
	struct iov_iter iter = {.v = &v, .count = v.iov_len};
	struct sock *sk = access_ok(buf, v.iov_len) ? sockfd_lookup(fd) : ERR_PTR(-EFAULT);
	ssize_t ret;

	if (IS_ERR(sk))
		return PTR_ERR(sk);
	ret = send_iter(sk, &iter, flags, addr, len);
	sockfd_put(sk);
	return ret;
}

long sys_recvfrom(int fd, void __user *buf, size_t n, unsigned int flags, void __user *addr,
		  int __user *len)
{
	struct iovec v = {buf, min(n, MAX_RW_COUNT)};
	struct iov_iter iter = {.v = &v, .count = v.iov_len};
	struct sock *sk = access_ok(buf, v.iov_len) ? sockfd_lookup(fd) : ERR_PTR(-EFAULT);
	ssize_t ret;

	if (IS_ERR(sk))
		return PTR_ERR(sk);
	ret = recv_iter(sk, &iter, flags, addr, len);
	sockfd_put(sk);
	return ret;
}

/* ---- sendmsg, recvmsg ------------------------------------------------------------------------ */

static struct sock *msg_lookup(int fd, unsigned int flags)
{
	return flags & MSG_CMSG_COMPAT ? ERR_PTR(-EINVAL) : sockfd_lookup(fd);
}

/* Reads the user's header and vector. 0 or -errno. */
static int import_header(struct user_msghdr *h, const struct user_msghdr __user *uh,
			 struct sock_msg *m)
{
	struct iovec *v;

	if (copy_from_user(h, uh, sizeof(*h)))
		return -EFAULT;
	if (h->namelen < 0)
		return -EINVAL;
	h->namelen = h->name ? min(h->namelen, (int)sizeof(m->name)) : 0;
	v = import_iovec(h->iov, h->iovlen, -EMSGSIZE, &m->iter);
	if (IS_ERR(v))
		return PTR_ERR(v);
	m->iov = v;
	return 0;
}

/* The message of the header at @uh, with its vector. ERR_PTR. */
static struct sock_msg *import_msg(struct sock *sk, struct user_msghdr *h,
				   const struct user_msghdr __user *uh, unsigned int flags)
{
	struct sock_msg *m = new_msg(sk, &(struct iov_iter){0}, flags);
	int err = m ? import_header(h, uh, m) : -ENOMEM;

	if (!err)
		return m;
	if (m)
		free_msg(m);
	return ERR_PTR(err);
}

static ssize_t send_user_msg(struct sock *sk, struct user_msghdr __user *uh, unsigned int flags)
{
	struct user_msghdr h;
	struct sock_msg *m = import_msg(sk, &h, uh, flags);
	ssize_t ret;

	if (IS_ERR(m))
		return PTR_ERR(m);
	ret = move_addr_to_kernel(&m->name, h.name, h.namelen);
	m->namelen = h.namelen;
	if (!ret && h.controllen > MAX_CONTROL)
		ret = -ENOBUFS;
	if (!ret && h.controllen)
		ret = scm_send(&m->scm, h.control, h.controllen);
	if (!ret)
		ret = sock_sendmsg(sk, m);
	free_msg(m);
	return ret;
}

long sys_sendmsg(int fd, void __user *msg, unsigned int flags)
{
	struct sock *sk = msg_lookup(fd, flags);
	long ret;

	if (IS_ERR(sk))
		return PTR_ERR(sk);
	ret = send_user_msg(sk, msg, flags);
	sockfd_put(sk);
	return ret;
}

/* Until one fails; that is reported only if it is the first. */
long sys_sendmmsg(int fd, void __user *msgs, unsigned int n, unsigned int flags)
{
	struct sock *sk = msg_lookup(fd, flags);
	struct mmsghdr __user *p = msgs;
	unsigned int done;
	long ret = 0;

	if (IS_ERR(sk))
		return PTR_ERR(sk);
	n = min(n, 1024U);
	for (done = 0; done < n; done++) {
		ret = send_user_msg(sk, &p[done].hdr, flags);
		if (ret >= 0)
			ret = put_user((unsigned int)ret, &p[done].len);
		if (ret < 0)
			break;
	}
	sockfd_put(sk);
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

static ssize_t recv_user_msg(struct sock *sk, struct user_msghdr __user *uh, unsigned int flags)
{
	struct user_msghdr h;
	struct sock_msg *m = import_msg(sk, &h, uh, flags);
	ssize_t ret;

	if (IS_ERR(m))
		return PTR_ERR(m);
	ret = sk->ops->recvmsg(sk, m);
	if (ret >= 0)
		ret = export_msg(sk, m, &h, uh) ?: ret;
	free_msg(m);
	return ret;
}

long sys_recvmsg(int fd, void __user *msg, unsigned int flags)
{
	struct sock *sk = msg_lookup(fd, flags);
	long ret;

	if (IS_ERR(sk))
		return PTR_ERR(sk);
	ret = recv_user_msg(sk, msg, flags);
	sockfd_put(sk);
	return ret;
}

/* Receives up to @n messages until @end. Returns their number, or why there is none. */
static long recv_many(struct sock *sk, struct mmsghdr __user *p, unsigned int n, unsigned int flags,
		      ktime_t end)
{
	unsigned int done = 0;
	long ret = sk->err ? sock_error(sk) : 0;

	while (ret >= 0 && done < n) {
		ret = recv_user_msg(sk, &p[done].hdr, flags & ~MSG_WAITFORONE);
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
	sk = sockfd_lookup(fd);
	if (IS_ERR(sk))
		return PTR_ERR(sk);
	ret = recv_many(sk, msgs, n, flags, end);
	sockfd_put(sk);
	left = ns_to_timespec(max(end - ktime_get(), 0L));
	return ret > 0 && timeout && copy_to_user(timeout, &left, sizeof(left)) ? -EFAULT : ret;
}
