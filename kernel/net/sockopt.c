/* SPDX-License-Identifier: MIT */
/*
 * Options of a socket, level SOL_SOCKET; no family here has more. Options of TCP and IP are
 * accepted and ignored.
 * Abridges sock_setsockopt and sock_getsockopt of Linux's net/core/sock.c. Left out: filters, time
 * stamps, marks, busy polling.
 * Not on the road of an exec.
 */
#include <file.h>
#include <sched.h>
#include <syscalls.h>
#include <asm/uaccess.h>
#include <linux/capability.h>
#include "internal.h"

#define SOCK_MIN_SNDBUF 4608
#define SOCK_MIN_RCVBUF 2304
#define MEM_MAX		212992 /* bytes that a user may ask for */

/* Those that are on or off, and do nothing else here but SO_PASSCRED. */
#define FLAG_OPTIONS \
	(BIT(SO_DEBUG) | BIT(SO_REUSEADDR) | BIT(SO_REUSEPORT) | BIT(SO_DONTROUTE) | \
	 BIT(SO_BROADCAST) | BIT(SO_KEEPALIVE) | BIT(SO_OOBINLINE) | BIT(SO_PASSCRED) | \
	 BIT(SO_TIMESTAMP_OLD))

static bool is_flag_option(int name) { return name >= 0 && name < 64 && FLAG_OPTIONS >> name & 1; }

static void set_flag(struct sock *sk, int name, bool on)
{
	sk->options = (sk->options & ~BIT(name)) | (on ? BIT(name) : 0);
}

static int set_timeout(ktime_t *to, const void __user *value, int len)
{
	struct __kernel_old_timeval tv;

	if (len < (int)sizeof(tv))
		return -EINVAL;
	if (copy_from_user(&tv, value, sizeof(tv)))
		return -EFAULT;
	if (tv.tv_usec < 0 || tv.tv_usec >= 1000000)
		return -EDOM;
	*to = INT64_MAX;
	if (tv.tv_sec < 0)
		*to = 0;
	else if ((tv.tv_sec || tv.tv_usec) && tv.tv_sec < INT64_MAX / NSEC_PER_SEC - 1)
		*to = tv.tv_sec * NSEC_PER_SEC + tv.tv_usec * NSEC_PER_USEC;
	return 0;
}

/* Twice what is asked for, as on Linux, for the overhead. */
static int buffer_size(int value, int least)
{
	return max(min((unsigned int)value, (unsigned int)MEM_MAX) * 2, (unsigned int)least);
}

static int set_linger(struct sock *sk, const void __user *value, int len)
{
	int ling[2];

	if (len < (int)sizeof(ling))
		return -EINVAL;
	if (copy_from_user(ling, value, sizeof(ling)))
		return -EFAULT;
	set_flag(sk, SO_LINGER, ling[0]);
	sk->linger.tv_sec = ling[1];
	return 0;
}

static int sock_setsockopt(struct sock *sk, int name, const void __user *uvalue, int len)
{
	int value;

	if (name == SO_RCVTIMEO_OLD || name == SO_SNDTIMEO_OLD)
		return set_timeout(name == SO_RCVTIMEO_OLD ? &sk->rcvtimeo : &sk->sndtimeo, uvalue,
				   len);
	if (name == SO_LINGER)
		return set_linger(sk, uvalue, len);
	if (len < (int)sizeof(value))
		return -EINVAL;
	if (get_user(value, (const int __user *)uvalue))
		return -EFAULT;
	if (name == SO_DEBUG && value && !capable(CAP_NET_ADMIN))
		return -EACCES;
	if (is_flag_option(name)) {
		set_flag(sk, name, value);
		return 0;
	}
	switch (name) {
	case SO_SNDBUF:
		sk->sndbuf = buffer_size(value, SOCK_MIN_SNDBUF);
		__wake_up(&sk->wait, TASK_NORMAL, 0, 0);
		return 0;
	case SO_RCVBUF:
		sk->rcvbuf = buffer_size(value, SOCK_MIN_RCVBUF);
		return 0;
	case SO_PRIORITY:
		return value >= 0 && value <= 6 ? 0 : capable(CAP_NET_ADMIN) ? 0 : -EPERM;
	case SO_RCVLOWAT:
		return 0;
	}
	return -ENOPROTOOPT;
}

long sys_setsockopt(int fd, int level, int name, const void __user *value, int len)
{
	struct sock *sk = len < 0 ? ERR_PTR(-EINVAL) : sockfd_lookup(fd);
	int err;

	if (IS_ERR(sk))
		return PTR_ERR(sk);
	if (level == SOL_SOCKET)
		err = sock_setsockopt(sk, name, value, len);
	else
		err = sk->family == AF_UNIX ? -EOPNOTSUPP : 0;
	sockfd_put(sk);
	return err;
}

/* What getsockopt returns. */
union sockopt {
	int i;
	int ling[2];
	struct ucred cred;
	struct __kernel_old_timeval tv;
};

/* An option that is a number, none of which is negative; or -ENOPROTOOPT. */
static int get_number(struct sock *sk, int name)
{
	switch (name) {
	case SO_SNDBUF:
		return sk->sndbuf;
	case SO_RCVBUF:
		return sk->rcvbuf;
	case SO_TYPE:
		return sk->type;
	case SO_PROTOCOL:
		return sk->protocol;
	case SO_DOMAIN:
		return sk->family;
	case SO_ERROR:
		return -sock_error(sk);
	case SO_ACCEPTCONN:
		return sk->listening;
	case SO_PRIORITY:
		return 0;
	case SO_RCVLOWAT:
	case SO_SNDLOWAT:
		return 1;
	}
	return is_flag_option(name) ? sock_option(sk, name) : -ENOPROTOOPT;
}

/* The option's size, or -ENOPROTOOPT. */
static int sock_getsockopt(struct sock *sk, int name, union sockopt *v)
{
	ktime_t timeo = name == SO_RCVTIMEO_OLD ? sk->rcvtimeo : sk->sndtimeo;

	switch (name) {
	case SO_LINGER:
		v->ling[0] = sock_option(sk, SO_LINGER);
		v->ling[1] = sk->linger.tv_sec;
		return sizeof(v->ling);
	case SO_PEERCRED:
		v->cred = sk->peercred;
		return sizeof(v->cred);
	case SO_RCVTIMEO_OLD:
	case SO_SNDTIMEO_OLD:
		v->tv = timeo == INT64_MAX ? ns_to_timeval(0) : ns_to_timeval(timeo);
		return sizeof(v->tv);
	}
	v->i = get_number(sk, name);
	return v->i < 0 ? v->i : (int)sizeof(v->i);
}

static long do_getsockopt(struct sock *sk, int name, void __user *value, int __user *ulen)
{
	union sockopt v = {0};
	int len, n;

	if (get_user(len, ulen))
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	n = sock_getsockopt(sk, name, &v);
	if (n < 0)
		return n;
	n = min(n, len);
	return copy_to_user(value, &v, n) || put_user(n, ulen) ? -EFAULT : 0;
}

long sys_getsockopt(int fd, int level, int name, void __user *value, int __user *len)
{
	struct sock *sk = sockfd_lookup(fd);
	long err;

	if (IS_ERR(sk))
		return PTR_ERR(sk);
	if (level == SOL_SOCKET)
		err = do_getsockopt(sk, name, value, len);
	else
		err = sk->family == AF_UNIX ? -EOPNOTSUPP : -ENOPROTOOPT;
	sockfd_put(sk);
	return err;
}
