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
static bool is_flag_option(int name)
{
	switch (name) {
	case SO_DEBUG:
	case SO_REUSEADDR:
	case SO_REUSEPORT:
	case SO_DONTROUTE:
	case SO_BROADCAST:
	case SO_KEEPALIVE:
	case SO_OOBINLINE:
	case SO_PASSCRED:
	case SO_TIMESTAMP_OLD:
		return true;
	}
	return false;
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
	sk->options &= ~BIT(SO_LINGER);
	sk->options |= ling[0] ? BIT(SO_LINGER) : 0;
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
		sk->options &= ~BIT(name);
		sk->options |= value ? BIT(name) : 0;
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
	case SO_TYPE:
	case SO_PROTOCOL:
	case SO_DOMAIN:
	case SO_ERROR:
		return -ENOPROTOOPT;
	}
	return -ENOPROTOOPT;
}

long sys_setsockopt(int fd, int level, int name, const void __user *value, int len)
{
	struct sock *sk;
	struct file *f;
	int err;

	if (len < 0)
		return -EINVAL;
	f = sock_fget(fd, &sk);
	if (IS_ERR(f))
		return PTR_ERR(f);
	if (level == SOL_SOCKET)
		err = sock_setsockopt(sk, name, value, len);
	else
		err = sk->family == AF_UNIX ? -EOPNOTSUPP : 0;
	fput(f);
	return err;
}

/* What getsockopt returns. */
union sockopt {
	int i;
	int ling[2];
	struct ucred cred;
	struct __kernel_old_timeval tv;
};

/* The option's size, or -ENOPROTOOPT. */
static int sock_getsockopt(struct sock *sk, int name, union sockopt *v)
{
	ktime_t timeo = name == SO_RCVTIMEO_OLD ? sk->rcvtimeo : sk->sndtimeo;

	if (is_flag_option(name)) {
		v->i = sock_option(sk, name);
		return sizeof(v->i);
	}
	switch (name) {
	case SO_SNDBUF:
		v->i = sk->sndbuf;
		break;
	case SO_RCVBUF:
		v->i = sk->rcvbuf;
		break;
	case SO_TYPE:
		v->i = sk->type;
		break;
	case SO_PROTOCOL:
		v->i = sk->protocol;
		break;
	case SO_DOMAIN:
		v->i = sk->family;
		break;
	case SO_ERROR:
		v->i = -sock_error(sk);
		break;
	case SO_ACCEPTCONN:
		v->i = sk->listening;
		break;
	case SO_PRIORITY:
		v->i = 0;
		break;
	case SO_RCVLOWAT:
	case SO_SNDLOWAT:
		v->i = 1;
		break;
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
	default:
		return -ENOPROTOOPT;
	}
	return sizeof(v->i);
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
	struct sock *sk;
	struct file *f = sock_fget(fd, &sk);
	long err;

	if (IS_ERR(f))
		return PTR_ERR(f);
	if (level == SOL_SOCKET)
		err = do_getsockopt(sk, name, value, len);
	else
		err = sk->family == AF_UNIX ? -EOPNOTSUPP : -ENOPROTOOPT;
	fput(f);
	return err;
}
