/* SPDX-License-Identifier: MIT */
/* Sockets: what the files of kernel/net/ share. */
#ifndef NET_INTERNAL_H
#define NET_INTERNAL_H

#include <atomic.h>
#include <fs.h>
#include <iov_iter.h>
#include <wait.h>
#include <linux/socket.h>
#include <linux/time_types.h>
#include <asm/socket.h>

#define sockaddr_storage __kernel_sockaddr_storage /* what users call it */

/* Linux keeps these numbers in headers that are not UAPI. */
#define AF_UNSPEC  0
#define AF_UNIX	   1
#define AF_INET	   2
#define AF_INET6   10
#define AF_NETLINK 16
#define AF_MAX	   46

#define SOCK_STREAM    1
#define SOCK_DGRAM     2
#define SOCK_RAW       3
#define SOCK_SEQPACKET 5
#define SOCK_MAX       11
#define SOCK_TYPE_MASK 0xf

#define MSG_OOB		 0x1
#define MSG_PEEK	 0x2
#define MSG_CTRUNC	 0x8
#define MSG_TRUNC	 0x20
#define MSG_DONTWAIT	 0x40
#define MSG_CMSG_COMPAT	 0x80000000U /* of 32-bit calls: refused */
#define MSG_WAITALL	 0x100
#define MSG_ERRQUEUE	 0x2000
#define MSG_NOSIGNAL	 0x4000
#define MSG_WAITFORONE	 0x10000
#define MSG_CMSG_CLOEXEC 0x40000000

#define SCM_RIGHTS	1
#define SCM_CREDENTIALS 2
#define SCM_MAX_FD	253

#define RCV_SHUTDOWN  1
#define SEND_SHUTDOWN 2
#define SHUTDOWN_MASK 3

#define SOMAXCONN 4096

struct poll_table_struct;
struct sock;

struct ucred {
	pid_t pid;
	uid_t uid;
	gid_t gid;
};

/* Open files on their way in a message. */
struct scm_fds {
	int n;
	uid_t uid;		       /* who sent them; in a queue they count for it */
	struct file *file[SCM_MAX_FD]; /* own references */
};

/* What a message has besides its bytes. */
struct scm_cookie {
	struct ucred cred;
	bool has_cred;
	struct scm_fds *fds; /* NULL: none */
};

/* One call of sendmsg or recvmsg. */
struct sock_msg {
	struct sockaddr_storage name;
	int namelen; /* 0: no address */
	struct iov_iter iter;
	struct iovec *iov;  /* of sendmsg or recvmsg; otherwise NULL */
	unsigned int flags; /* of the caller, with MSG_DONTWAIT for O_NONBLOCK */
	unsigned int out_flags;
	struct scm_cookie scm;
};

struct proto_ops {
	int (*bind)(struct sock *sk, struct sockaddr_storage *addr, int len);
	int (*connect)(struct sock *sk, struct sockaddr_storage *addr, int len, bool nonblock);
	int (*listen)(struct sock *sk, int backlog);
	int (*accept)(struct sock *sk, bool nonblock, struct sock **new);
	int (*getname)(struct sock *sk, struct sockaddr_storage *addr, bool peer); /* length */
	ssize_t (*sendmsg)(struct sock *sk, struct sock_msg *m);
	ssize_t (*recvmsg)(struct sock *sk, struct sock_msg *m);
	int (*shutdown)(struct sock *sk, int mask);
	unsigned int (*poll)(struct file *f, struct sock *sk, struct poll_table_struct *pt);
	int (*inq)(struct sock *sk);	/* SIOCINQ; -EINVAL */
	int (*atmark)(struct sock *sk); /* SIOCATMARK: 0 or 1, -errno */
	void (*release)(struct sock *sk);
};

/* The common part of the sockets of all families. */
struct sock {
	const struct proto_ops *ops;
	struct file *file; /* NULL until a descriptor is made for it */
	atomic_t refs;
	int family, type, protocol;
	bool listening;
	unsigned int shutdown; /* RCV_SHUTDOWN, SEND_SHUTDOWN */
	int err;	       /* SO_ERROR, positive; reported once */
	wait_queue_head_t wait;
	struct list_head fasync; /* open files with O_ASYNC */
	struct ucred peercred;
	int sndbuf, rcvbuf;
	ktime_t rcvtimeo, sndtimeo; /* ns; INT64_MAX: none */
	u64 options;		    /* bit N: SO_N is on */
	struct __kernel_old_timeval linger;
	size_t wmem; /* bytes sent and not read yet, with overhead */
};

/* sock.c */
void sock_init(struct sock *sk, const struct proto_ops *ops, int family, int type, int protocol);
/* The open socket @fd with a reference to its file, or ERR_PTR: -EBADF, -ENOTSOCK. */
struct sock *sockfd_lookup(int fd);
void sockfd_put(struct sock *sk);
int move_addr_to_kernel(struct sockaddr_storage *to, const void __user *from, int len);
int move_addr_to_user(const struct sockaddr_storage *from, int n, void __user *to, int __user *len);
struct ucred current_ucred(void);
/* Returns the pending error as -errno, once; or 0. */
int sock_error(struct sock *sk);
/* When a wait ends that begins now; 0: it must not sleep. */
ktime_t sock_deadline(ktime_t timeout, bool nonblock);
/* Waits for @ready(sk). 0, -EAGAIN (also at the end of the time), -EINTR or -ERESTARTSYS. */
int sock_wait(struct sock *sk, wait_queue_head_t *q, bool (*ready)(struct sock *sk), ktime_t end);
static inline bool sock_option(const struct sock *sk, int name) { return sk->options >> name & 1; }

/* sendrecv.c: read and write of a socket. */
ssize_t sock_read_iter(struct file *f, struct iov_iter *to);
ssize_t sock_write_iter(struct file *f, struct iov_iter *from);

/* scm.c: control messages. */
int scm_send(struct scm_cookie *scm, const void __user *control, size_t n);
/* Writes what came to the user's buffer. Returns the bytes used; *flags may get MSG_CTRUNC. */
size_t scm_recv(struct sock *sk, struct scm_cookie *scm, void __user *control, size_t n,
		unsigned int *flags);
void scm_destroy(struct scm_cookie *scm);
struct scm_fds *scm_dup_fds(const struct scm_fds *fds); /* NULL: no memory */

/* unix.c, inet.c: a new socket, or ERR_PTR. */
struct sock *unix_create(int type, int protocol);
void unix_socketpair(struct sock *a, struct sock *b);
struct sock *inet_create(int family, int type, int protocol);

#endif
