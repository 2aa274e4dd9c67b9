/* SPDX-License-Identifier: MIT */
/*
 * AF_INET and AF_INET6 of a machine without network: a socket can be created, queried and bound to
 * a port, but it can reach no address, and nobody connects to it.
 * Abridges Linux's net/ipv4 and net/ipv6 with no interface up, not even lo.
 * Not on the road of an exec.
 */
#include <poll.h>
#include <sched.h>
#include <slab.h>
#include <string.h>
#include <linux/capability.h>
#include <linux/eventpoll.h>
#include <linux/in.h>
#include <linux/in6.h>
#include "internal.h"

#define FIRST_FREE_PORT 32768

struct inet_sock {
	struct sock sk;
	struct sockaddr_storage name; /* that it is bound to */
	u16 port;		      /* host order; 0: not bound */
};

static struct inet_sock *inet_sk(struct sock *sk) { return container_of(sk, struct inet_sock, sk); }

static int addr_len(const struct sock *sk)
{
	return sk->family == AF_INET ? (int)sizeof(struct sockaddr_in)
				     : (int)sizeof(struct sockaddr_in6);
}

/* Both families have the port at the same place. */
static u16 port_of(const struct sockaddr_storage *addr)
{
	return __builtin_bswap16(((const struct sockaddr_in *)addr)->sin_port);
}

static void take_port(struct inet_sock *s)
{
	static u16 next;

	if (!s->port)
		s->port = FIRST_FREE_PORT + next++ % (61000 - FIRST_FREE_PORT);
}

/*
 * Why no packet can go to @addr, or why nothing can be bound to it (@local): there is no interface,
 * not even lo. Linux looks for a source address first if the destination is IPv6.
 */
static int no_route(const struct sock *sk, const struct sockaddr_storage *addr, bool local)
{
	const struct in6_addr *a = &((const struct sockaddr_in6 *)addr)->sin6_addr;
	bool link = a->s6_addr[0] == 0xfe && (a->s6_addr[1] & 0xc0) == 0x80;
	bool mapped = !(a->s6_addr32[0] | a->s6_addr32[1]) && a->s6_addr32[2] == 0xffff0000;

	if (sk->family == AF_INET || mapped)
		return local ? 0 : -ENETUNREACH;
	if (a->s6_addr[0] == 0xff && sk->type == SOCK_STREAM && !local)
		return -ENETUNREACH;
	if (link || a->s6_addr[0] == 0xff)
		return -EINVAL;
	if (local && !(a->s6_addr32[0] | a->s6_addr32[1] | a->s6_addr32[2] | a->s6_addr32[3]))
		return 0;
	return -EADDRNOTAVAIL;
}

static int inet_bind(struct sock *sk, struct sockaddr_storage *addr, int len)
{
	struct inet_sock *s = inet_sk(sk);
	int err;

	if (len < addr_len(sk) && !(sk->family == AF_INET6 && len >= 24))
		return -EINVAL;
	if (addr->ss_family != sk->family)
		return -EAFNOSUPPORT;
	if (port_of(addr) && port_of(addr) < 1024 && !capable(CAP_NET_BIND_SERVICE))
		return -EACCES;
	err = no_route(sk, addr, true);
	if (s->port || err)
		return err ?: -EINVAL;
	s->name = *addr;
	s->port = port_of(addr);
	take_port(s);
	return 0;
}

static int inet_connect(struct sock *sk, struct sockaddr_storage *addr, int len,
			bool nonblock __maybe_unused)
{
	if (len < (int)sizeof(addr->ss_family))
		return -EINVAL;
	if (addr->ss_family == AF_UNSPEC)
		return 0;
	if (len < (sk->family == AF_INET ? addr_len(sk) : 24))
		return -EINVAL;
	return addr->ss_family == sk->family ? no_route(sk, addr, false) : -EAFNOSUPPORT;
}

static int inet_listen(struct sock *sk, int backlog __maybe_unused)
{
	if (sk->type != SOCK_STREAM)
		return -EOPNOTSUPP;
	take_port(inet_sk(sk));
	sk->listening = true;
	return 0;
}

static bool is_shut(struct sock *sk) { return sk->shutdown; }

/* Nothing ever comes. */
static int wait_for_nothing(struct sock *sk, bool nonblock)
{
	return sock_wait(sk, &sk->wait, is_shut, sock_deadline(sk->rcvtimeo, nonblock));
}

static int inet_accept(struct sock *sk, bool nonblock, struct sock **new __maybe_unused)
{
	if (sk->type != SOCK_STREAM)
		return -EOPNOTSUPP;
	if (!sk->listening)
		return -EINVAL;
	return wait_for_nothing(sk, nonblock) ?: -EINVAL;
}

static int inet_getname(struct sock *sk, struct sockaddr_storage *addr, bool peer)
{
	if (peer)
		return -ENOTCONN;
	memcpy(addr, &inet_sk(sk)->name, addr_len(sk));
	addr->ss_family = sk->family;
	((struct sockaddr_in *)addr)->sin_port = __builtin_bswap16(inet_sk(sk)->port);
	return addr_len(sk);
}

static ssize_t inet_sendmsg(struct sock *sk, struct sock_msg *m)
{
	int err;

	if (sk->type == SOCK_STREAM)
		return -EPIPE;
	if (!m->namelen)
		return -EDESTADDRREQ;
	if (m->namelen < addr_len(sk))
		return -EINVAL;
	if (m->name.ss_family != sk->family)
		return -EAFNOSUPPORT;
	if (!port_of(&m->name))
		return -EINVAL;
	if (sk->family == AF_INET && !((struct sockaddr_in *)&m->name)->sin_addr.s_addr)
		return m->iter.count; /* to this machine, where nobody listens */
	err = no_route(sk, &m->name, false);
	return err == -EINVAL ? -EADDRNOTAVAIL : err; /* the scope is not asked for here */
}

static ssize_t inet_recvmsg(struct sock *sk, struct sock_msg *m)
{
	if (sk->type == SOCK_STREAM)
		return -ENOTCONN;
	return wait_for_nothing(sk, m->flags & MSG_DONTWAIT);
}

static int inet_shutdown(struct sock *sk, int mask)
{
	if (!sk->listening)
		return -ENOTCONN;
	sk->shutdown |= mask;
	sk->listening = false;
	wake_up_all(&sk->wait);
	return 0;
}

static unsigned int inet_poll(struct file *f, struct sock *sk, struct poll_table_struct *pt)
{
	poll_wait(f, &sk->wait, pt);
	if (sk->listening)
		return 0;
	return EPOLLOUT | EPOLLWRNORM | (sk->type == SOCK_STREAM ? EPOLLHUP : EPOLLWRBAND);
}

static int inet_inq(struct sock *sk) { return sk->listening ? -EINVAL : 0; }

static int inet_atmark(struct sock *sk) { return sk->type == SOCK_STREAM ? 0 : -ENOTTY; }

static void inet_release(struct sock *sk) { kfree(inet_sk(sk)); }

static const struct proto_ops inet_ops = {
	.bind = inet_bind,
	.connect = inet_connect,
	.listen = inet_listen,
	.accept = inet_accept,
	.getname = inet_getname,
	.sendmsg = inet_sendmsg,
	.recvmsg = inet_recvmsg,
	.shutdown = inet_shutdown,
	.poll = inet_poll,
	.inq = inet_inq,
	.atmark = inet_atmark,
	.release = inet_release,
};

struct sock *inet_create(int family, int type, int protocol)
{
	int usual = type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
	struct inet_sock *s;

	if (protocol < 0 || protocol >= IPPROTO_MAX)
		return ERR_PTR(-EINVAL);
	if (type == SOCK_RAW && protocol)
		return ERR_PTR(capable(CAP_NET_RAW) ? -EPROTONOSUPPORT : -EPERM);
	if (type != SOCK_STREAM && type != SOCK_DGRAM)
		return ERR_PTR(-ESOCKTNOSUPPORT);
	if (protocol && protocol != usual)
		return ERR_PTR(-EPROTONOSUPPORT);
	s = kzalloc(sizeof(*s));
	if (!s)
		return ERR_PTR(-ENOMEM);
	sock_init(&s->sk, &inet_ops, family, type, usual);
	return &s->sk;
}
