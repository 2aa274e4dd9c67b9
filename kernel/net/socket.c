/* SPDX-License-Identifier: MIT */
/*
 * Sockets as files, and the calls that are the same for every family. unix.c has the
 * one family that works, inet.c the answers of a machine without network.
 *
 *   file ──private_data──> sock (socket.c) ──ops──> unix_sock, inet_sock
 *
 * Abridges Linux's net/socket.c and the common part of net/core/sock.c. Left out:
 * netlink and all other families, SIOC* of interfaces, SIGIO.
 * Not on the road of an exec.
 */
#include <anon_inodes.h>
#include <fasync.h>
#include <file.h>
#include <poll.h>
#include <printk.h>
#include <sched.h>
#include <slab.h>
#include <string.h>
#include <syscalls.h>
#include <asm/ioctls.h>
#include <asm/uaccess.h>
#include <linux/fcntl.h>
#include <linux/magic.h>
#include <linux/sockios.h>
#include "internal.h"

#define SOCK_CLOEXEC  O_CLOEXEC
#define SOCK_NONBLOCK O_NONBLOCK

/* ---- a socket as a file ---------------------------------------------------------------------- */

static char *sockfs_dname(struct dentry *d, char *buf, int len)
{
	if (snprintf(buf, len, "socket:[%lu]", d->d_inode->i_ino) >= len)
		return ERR_PTR(-ENAMETOOLONG);
	return buf;
}

static unsigned int sock_poll(struct file *f, struct poll_table_struct *pt)
{
	struct sock *sk = f->private_data;

	return sk->ops->poll(f, sk, pt);
}

static long sock_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	struct sock *sk = f->private_data;
	int n;

	switch (cmd) {
	case FIOSETOWN:
	case SIOCSPGRP:
		if (get_user(n, (int __user *)arg))
			return -EFAULT;
		return fcntl_setown(f, n);
	case FIOGETOWN:
	case SIOCGPGRP:
		return put_user((int)fcntl_getown(f), (int __user *)arg);
	case SIOCOUTQ:
		return put_user((int)sk->wmem, (int __user *)arg);
	case SIOCINQ:
	case SIOCATMARK:
		n = cmd == SIOCINQ ? sk->ops->inq(sk) : sk->ops->atmark(sk);
		return n < 0 ? n : put_user(n, (int __user *)arg);
	}
	return -ENOTTY;
}

static int sock_release(struct inode *inode __maybe_unused, struct file *f)
{
	struct sock *sk = f->private_data;

	fasync_remove(&sk->fasync, f);
	sk->ops->release(sk);
	return 0;
}

static struct list_head *sock_fasync(struct file *f)
{
	return &((struct sock *)f->private_data)->fasync;
}

static const struct file_operations sock_fops = {
	.read_iter = sock_read_iter,
	.write_iter = sock_write_iter,
	.splice_read = generic_file_splice_read,
	.splice_write = iter_file_splice_write,
	.poll = sock_poll,
	.ioctl = sock_ioctl,
	.fasync = sock_fasync,
	.release = sock_release,
};

/* The value of the attribute system.sockprotoname. */
static const char *protocol_name(const struct sock *sk)
{
	if (sk->family == AF_UNIX)
		return sk->type == SOCK_STREAM ? "UNIX-STREAM" : "UNIX";
	if (sk->family == AF_INET)
		return sk->type == SOCK_STREAM ? "TCP" : "UDP";
	return sk->type == SOCK_STREAM ? "TCPv6" : "UDPv6";
}

/* A file for @sk, which it takes over. @flags: SOCK_NONBLOCK. ERR_PTR. */
static struct file *sock_alloc_file(struct sock *sk, int flags)
{
	static const struct dentry_operations dops = {.d_dname = sockfs_dname};
	static struct pseudo_fs sockfs = {
		.type = {.name = "sockfs", .mount = pseudo_mount},
		.magic = SOCKFS_MAGIC,
		.d_op = &dops,
	};
	struct file *f = ERR_PTR(-ENOMEM);
	struct path p;

	if (!pseudo_new(&sockfs, S_IFSOCK | 0777, &p)) {
		p.dentry->d_inode->i_private = (void *)protocol_name(sk);
		f = alloc_file_pseudo(&p, O_RDWR | (flags & SOCK_NONBLOCK), &sock_fops, sk);
	}
	if (IS_ERR(f))
		sk->ops->release(sk);
	else
		sk->file = f;
	return f;
}

/* The same as a new descriptor. */
static int sock_map_fd(struct sock *sk, int flags)
{
	struct file *f = sock_alloc_file(sk, flags);

	return IS_ERR(f) ? PTR_ERR(f) : fd_install_new(f, flags & SOCK_CLOEXEC);
}

/* ---- making sockets -------------------------------------------------------------------------- */

/* @type may have SOCK_CLOEXEC and SOCK_NONBLOCK. ERR_PTR. */
static struct sock *sock_create(int family, int type, int protocol)
{
	if (type & ~(SOCK_TYPE_MASK | SOCK_CLOEXEC | SOCK_NONBLOCK))
		return ERR_PTR(-EINVAL);
	type &= SOCK_TYPE_MASK;
	if (family < 0 || family >= AF_MAX)
		return ERR_PTR(-EAFNOSUPPORT);
	if (type >= SOCK_MAX)
		return ERR_PTR(-EINVAL);
	switch (family) {
	case AF_UNIX:
		return unix_create(type, protocol);
	case AF_INET:
	case AF_INET6:
		return inet_create(family, type, protocol);
	case AF_NETLINK:
		return ERR_PTR(type == SOCK_RAW || type == SOCK_DGRAM ? -EPROTONOSUPPORT
								      : -ESOCKTNOSUPPORT);
	}
	return ERR_PTR(-EAFNOSUPPORT);
}

long sys_socket(int family, int type, int protocol)
{
	struct sock *sk = sock_create(family, type, protocol);

	return IS_ERR(sk) ? PTR_ERR(sk) : sock_map_fd(sk, type);
}

static long make_pair(struct sock *a, struct sock *b, int flags, int __user *ufds)
{
	int fd[2];

	unix_socketpair(a, b);
	fd[0] = sock_map_fd(a, flags);
	fd[1] = sock_map_fd(b, flags);
	if (fd[0] >= 0 && fd[1] >= 0 && !copy_to_user(ufds, fd, sizeof(fd)))
		return 0;
	for (int i = 0; i < 2; i++) {
		if (fd[i] >= 0)
			sys_close(fd[i]);
	}
	return fd[0] < 0 ? fd[0] : fd[1] < 0 ? fd[1] : -EFAULT;
}

long sys_socketpair(int family, int type, int protocol, int __user *ufds)
{
	struct sock *a, *b;

	if (type & ~(SOCK_TYPE_MASK | SOCK_CLOEXEC | SOCK_NONBLOCK))
		return -EINVAL;
	if (put_user(0, ufds) || put_user(0, ufds + 1))
		return -EFAULT;
	a = sock_create(family, type, protocol);
	if (IS_ERR(a))
		return PTR_ERR(a);
	b = family == AF_UNIX ? sock_create(family, type, protocol) : ERR_PTR(-EOPNOTSUPP);
	if (!IS_ERR(b))
		return make_pair(a, b, type, ufds);
	a->ops->release(a);
	return PTR_ERR(b);
}

/* ---- addresses ------------------------------------------------------------------------------- */

long sys_bind(int fd, void __user *uaddr, int len)
{
	struct sockaddr_storage addr = {0};
	struct sock *sk = sockfd_lookup(fd);
	int err;

	if (IS_ERR(sk))
		return PTR_ERR(sk);
	err = move_addr_to_kernel(&addr, uaddr, len) ?: sk->ops->bind(sk, &addr, len);
	sockfd_put(sk);
	return err;
}

long sys_connect(int fd, void __user *uaddr, int len)
{
	struct sockaddr_storage addr = {0};
	struct sock *sk = sockfd_lookup(fd);
	int err;

	if (sk == ERR_PTR(-EBADF))
		return -EBADF;
	err = move_addr_to_kernel(&addr, uaddr, len); /* before a file that is no socket */
	if (IS_ERR(sk))
		return err ?: PTR_ERR(sk);
	err = err ?: sk->ops->connect(sk, &addr, len, sk->file->f_flags & O_NONBLOCK);
	sockfd_put(sk);
	return err;
}

long sys_listen(int fd, int backlog)
{
	struct sock *sk = sockfd_lookup(fd);
	int err;

	if (IS_ERR(sk))
		return PTR_ERR(sk);
	err = sk->ops->listen(sk, (unsigned int)backlog > SOMAXCONN ? SOMAXCONN : backlog);
	sockfd_put(sk);
	return err;
}

static long do_accept(struct sock *sk, void __user *uaddr, int __user *ulen, int flags)
{
	struct sockaddr_storage addr;
	struct file *newf;
	struct sock *new;
	int err = sk->ops->accept(sk, sk->file->f_flags & O_NONBLOCK, &new), n;

	if (err)
		return err;
	n = uaddr ? new->ops->getname(new, &addr, true) : 0;
	newf = sock_alloc_file(new, flags);
	if (IS_ERR(newf))
		return PTR_ERR(newf);
	err = n < 0 ? -ECONNABORTED : uaddr ? move_addr_to_user(&addr, n, uaddr, ulen) : 0;
	if (!err)
		return fd_install_new(newf, flags & SOCK_CLOEXEC);
	fput(newf);
	return err;
}

long sys_accept4(int fd, void __user *addr, int __user *len, int flags)
{
	bool known = !(flags & ~(SOCK_CLOEXEC | SOCK_NONBLOCK));
	struct sock *sk = sockfd_lookup(fd);
	long ret;

	if (IS_ERR(sk))
		return known || sk == ERR_PTR(-EBADF) ? PTR_ERR(sk) : -EINVAL;
	ret = known ? do_accept(sk, addr, len, flags) : -EINVAL;
	sockfd_put(sk);
	return ret;
}

long sys_accept(int fd, void __user *addr, int __user *len)
{
	return sys_accept4(fd, addr, len, 0);
}

static long do_getname(int fd, void __user *uaddr, int __user *ulen, bool peer)
{
	struct sockaddr_storage addr;
	struct sock *sk = sockfd_lookup(fd);
	int n;

	if (IS_ERR(sk))
		return PTR_ERR(sk);
	n = sk->ops->getname(sk, &addr, peer);
	sockfd_put(sk);
	return n < 0 ? n : move_addr_to_user(&addr, n, uaddr, ulen);
}

long sys_getsockname(int fd, void __user *addr, int __user *len)
{
	return do_getname(fd, addr, len, false);
}

long sys_getpeername(int fd, void __user *addr, int __user *len)
{
	return do_getname(fd, addr, len, true);
}

long sys_shutdown(int fd, int how)
{
	struct sock *sk = sockfd_lookup(fd);
	int err;

	if (IS_ERR(sk))
		return PTR_ERR(sk);
	err = how < 0 || how > 2 ? -EINVAL : sk->ops->shutdown(sk, how + 1);
	sockfd_put(sk);
	return err;
}
