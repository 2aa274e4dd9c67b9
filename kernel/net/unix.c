/* SPDX-License-Identifier: MIT */
/*
 * AF_UNIX: sockets between processes of one machine. A message is put on the queue of the receiver.
 * A sender waits while too many of its bytes are unread.
 *
 *   sender ──unix_msg──> queue of the receiver ──> recvmsg
 *   wmem: bytes sent by it that no one has read; sndbuf limits them
 *
 * A name is a string of bytes (abstract), or a socket file whose inode the socket keeps. connect of
 * a stream makes the accepted socket at once and queues it at the listener as a message.
 * Lock: unix_lock, a spinlock, guards all fields of all sockets, the names and the queues; it is
 * not held while memory is copied or files are closed.
 * A byte that a stream sends out of band is a message of its own in the queue. Only the last one is
 * urgent; a read stops before it, or drops it.
 * Abridges Linux's net/unix/af_unix.c. Left out: SO_PEEK_OFF, and garbage collection: sockets that
 * are only in each other's queues are never freed; RLIMIT_NOFILE limits their number.
 * Not on the road of an exec.
 */
#include <fasync.h>
#include <file.h>
#include <mount.h>
#include <namei.h>
#include <poll.h>
#include <printk.h>
#include <sched.h>
#include <slab.h>
#include <string.h>
#include <asm/uaccess.h>
#include <linux/capability.h>
#include <linux/eventpoll.h>
#include <linux/fcntl.h>
#include <linux/un.h>
#include "internal.h"

#define ADDR_HEAD     ((int)offsetof(struct sockaddr_un, sun_path))
#define DGRAM_BACKLOG 10 /* net.unix.max_dgram_qlen */

/*
 * What Linux counts for a message: a head with its struct, whose size is a power of two, and whole
 * pages for what the head has no room for.
 */
#define SKB_STRUCT	 256UL
#define SKB_SHARED	 320UL /* behind the bytes of each head */
#define SKB_MIN		 512UL
#define SKB_MAX_HEAD	 (PAGE_SIZE - SKB_SHARED)     /* bytes in the head of a stream's message */
#define SKB_MAX_ALLOC	 (4 * PAGE_SIZE - SKB_SHARED) /* the same of a datagram */
#define SKB_STREAM_FRAGS (8 * PAGE_SIZE)
#define SKB_FRAGS	 (17 * PAGE_SIZE)

struct unix_address {
	atomic_t refs;
	int len;
	struct sockaddr_un name;
};

struct unix_sock {
	struct sock sk;
	struct list_head link; /* in unix_sockets, while it has a name */
	bool dead, connected;
	int backlog;		   /* messages beyond these make senders wait */
	struct unix_sock *peer;	   /* owns a reference */
	struct unix_address *addr; /* its name; NULL: none */
	struct path path;	   /* of a socket file, with references */
	struct list_head queue;	   /* of unix_msg */
	struct unix_msg *oob;	   /* in the queue: the byte out of band; NULL: none */
	unsigned int queued;
	wait_queue_head_t peer_wait; /* who waits for room in the queue */
};

struct unix_msg {
	struct list_head list;
	size_t len, from;	   /* bytes; those that are read */
	size_t truesize;	   /* what it counts for the sender */
	struct unix_sock *sender;  /* owns a reference */
	struct unix_address *addr; /* the sender's name */
	struct scm_cookie scm;
	struct unix_sock *accepted; /* connect: the socket for accept */
	char data[];
};

static DEFINE_SPINLOCK(unix_lock, LOCK_NONE);
static LIST_HEAD(unix_sockets);
static LIST_HEAD(dead_msgs);
static const struct proto_ops unix_ops;

static struct unix_sock *unix_sk(struct sock *sk) { return container_of(sk, struct unix_sock, sk); }

static bool is_dgram(const struct unix_sock *u) { return u->sk.type == SOCK_DGRAM; }

/* ---- references ------------------------------------------------------------------------------ */

static struct unix_sock *unix_get(struct unix_sock *u)
{
	refcount_inc(&u->sk.refs);
	return u;
}

/* The peer with a reference; NULL: there is none. */
static struct unix_sock *get_peer(struct unix_sock *u)
{
	struct unix_sock *peer;

	spin_lock(&unix_lock);
	peer = u->peer ? unix_get(u->peer) : NULL;
	spin_unlock(&unix_lock);
	return peer;
}

static void put_address(struct unix_address *a)
{
	if (a && refcount_dec_and_test(&a->refs))
		kfree(a);
}

static struct unix_address *get_address(struct unix_address *a)
{
	if (a)
		refcount_inc(&a->refs);
	return a;
}

static void unix_put(struct unix_sock *u)
{
	if (!u || !refcount_dec_and_test(&u->sk.refs))
		return;
	put_address(u->addr);
	if (u->path.dentry)
		path_put(&u->path);
	kfree(u);
}

static void wake_all(struct unix_sock *u)
{
	__wake_up(&u->sk.wait, TASK_NORMAL, 0, 0);
	kill_fasync(&u->sk.fasync, POLL_IN);
}

static bool unix_writable(const struct unix_sock *u)
{
	return u->sk.wmem * 4 <= (size_t)u->sk.sndbuf;
}

/* The files of a message, if it has any, are @sign times more in queues. 0 or -ENOMEM. */
static int count_inflight(const struct scm_fds *fds, int sign)
{
	return fds && account_user(fds->uid, USER_INFLIGHT, sign * fds->n) < 0 ? -ENOMEM : 0;
}

/*
 * Frees a message. Closing its files may close a socket whose messages have files, and so on: the
 * messages are collected in a list instead of a recursion.
 */
static void unix_free_msg(struct unix_msg *m)
{
	static bool busy;

	m->sender->sk.wmem -= m->truesize;
	if (unix_writable(m->sender))
		__wake_up(&m->sender->sk.wait, TASK_NORMAL, 0,
			  EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND);
	list_add_tail(&m->list, &dead_msgs);
	if (busy)
		return;
	busy = true;
	while (!list_empty(&dead_msgs)) {
		m = list_first_entry(&dead_msgs, struct unix_msg, list);
		list_del(&m->list);
		count_inflight(m->scm.fds, -1);
		scm_destroy(&m->scm);
		unix_put(m->sender);
		put_address(m->addr);
		kfree(m);
	}
	busy = false;
}

/* ---- names ----------------------------------------------------------------------------------- */

static bool is_abstract(const struct sockaddr_un *name, int len)
{
	return len > ADDR_HEAD && !name->sun_path[0];
}

/* 0 if it can be the name of a socket. A path gets its NUL here, and *len counts it. */
static int check_name(struct sockaddr_storage *addr, int *len)
{
	struct sockaddr_un *name = (struct sockaddr_un *)addr;

	if (*len <= ADDR_HEAD || *len > (int)sizeof(*name) || name->sun_family != AF_UNIX)
		return -EINVAL;
	if (!is_abstract(name, *len)) {
		((char *)addr)[*len] = 0;
		*len = ADDR_HEAD + strlen(name->sun_path) + 1;
	}
	return 0;
}

/* unix_lock held. */
static struct unix_sock *find_abstract(const struct sockaddr_un *name, int len, int type)
{
	struct unix_sock *u;

	list_for_each_entry(u, &unix_sockets, link) {
		if (u->addr->len == len && u->sk.type == type && !memcmp(&u->addr->name, name, len))
			return u;
	}
	return NULL;
}

/* The socket whose file is at a path. It has a reference; ERR_PTR. */
static struct unix_sock *find_path(const char *path, int type)
{
	struct unix_sock *u, *found = NULL;
	struct path p;
	int err = kern_path(path, LOOKUP_FOLLOW, &p);

	if (err)
		return ERR_PTR(err);
	err = inode_permission(p.dentry->d_inode, MAY_WRITE);
	spin_lock(&unix_lock);
	list_for_each_entry(u, &unix_sockets, link) {
		if (u->path.dentry && u->path.dentry->d_inode == p.dentry->d_inode)
			found = unix_get(u);
	}
	spin_unlock(&unix_lock);
	if (!err && (!S_ISSOCK(p.dentry->d_inode->i_mode) || !found))
		err = -ECONNREFUSED;
	if (!err && found->sk.type != type)
		err = -EPROTOTYPE;
	path_put(&p);
	if (!err)
		return found;
	unix_put(found);
	return ERR_PTR(err);
}

static struct unix_sock *find_other(const struct sockaddr_storage *addr, int len, int type)
{
	const struct sockaddr_un *name = (const struct sockaddr_un *)addr;
	struct unix_sock *u;

	if (!is_abstract(name, len))
		return find_path(name->sun_path, type);
	spin_lock(&unix_lock);
	u = find_abstract(name, len, type);
	if (u)
		unix_get(u);
	spin_unlock(&unix_lock);
	return u ? u : ERR_PTR(-ECONNREFUSED);
}

static struct unix_address *new_address(const struct sockaddr_un *name, int len)
{
	struct unix_address *a = kzalloc(sizeof(*a));

	if (!a)
		return NULL;
	atomic_set(&a->refs, 1);
	a->len = len;
	memcpy(&a->name, name, len);
	return a;
}

/* Sets the name of @u, unless it has one or the name is in use. Takes over @a. */
static int take_name(struct unix_sock *u, struct unix_address *a, const struct path *p)
{
	int err = 0;

	spin_lock(&unix_lock);
	if (u->addr)
		err = -EINVAL;
	else if (!p && find_abstract(&a->name, a->len, u->sk.type))
		err = -EADDRINUSE;
	if (!err) {
		u->addr = a;
		if (p)
			u->path = *p;
		list_add(&u->link, &unix_sockets);
	}
	spin_unlock(&unix_lock);
	if (err)
		put_address(a);
	return err;
}

/* An abstract name of five digits that is not in use. 0, -EINVAL, -ENOSPC or -ENOMEM. */
static int unix_autobind(struct unix_sock *u)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	static unsigned int next;
	struct unix_address *a;
	int err = -ENOSPC;

	if (u->addr)
		return 0;
	for (int tries = 0; err && tries < 0x1000; tries++) {
		snprintf(name.sun_path + 1, 6, "%05x", next++ & 0xfffff);
		a = new_address(&name, ADDR_HEAD + 6);
		if (!a)
			return -ENOMEM;
		err = take_name(u, a, NULL);
		if (err == -EINVAL)
			break;
	}
	return err;
}

static int bind_path(struct unix_sock *u, struct unix_address *a)
{
	struct sockaddr_un name = a->name;
	struct path p;
	int err = kern_mknod(name.sun_path, S_IFSOCK | 0777);

	if (!err)
		err = kern_path(name.sun_path, 0, &p);
	if (err) {
		put_address(a);
		return err == -EEXIST ? -EADDRINUSE : err;
	}
	err = take_name(u, a, &p);
	if (err) {
		path_put(&p);
		do_unlinkat(AT_FDCWD, getname_kernel(name.sun_path), 0);
	}
	return err;
}

static int unix_bind(struct sock *sk, struct sockaddr_storage *addr, int len)
{
	const struct sockaddr_un *name = (const struct sockaddr_un *)addr;
	struct unix_sock *u = unix_sk(sk);
	struct unix_address *a;
	int err;

	if (len == ADDR_HEAD && name->sun_family == AF_UNIX)
		return u->addr ? -EINVAL : unix_autobind(u);
	err = check_name(addr, &len);
	if (err)
		return err;
	if (u->addr && is_abstract(name, len))
		return -EINVAL;
	a = new_address(name, len);
	if (!a)
		return -ENOMEM;
	return is_abstract(name, len) ? take_name(u, a, NULL) : bind_path(u, a);
}

static int unix_getname(struct sock *sk, struct sockaddr_storage *addr, bool peer)
{
	struct unix_sock *u = unix_sk(sk);
	struct unix_address *a = NULL;
	int len = ADDR_HEAD;

	spin_lock(&unix_lock);
	if (peer && !u->peer)
		len = -ENOTCONN;
	else
		a = get_address(peer ? u->peer->addr : u->addr);
	spin_unlock(&unix_lock);
	addr->ss_family = AF_UNIX;
	if (a) {
		len = a->len;
		memcpy(addr, &a->name, len);
		put_address(a);
	}
	return len;
}

/* ---- queues ---------------------------------------------------------------------------------- */

/* What a message of @n bytes counts for its sender. */
static size_t truesize(size_t n, bool stream)
{
	size_t in_head = stream ? SKB_MAX_HEAD : SKB_MAX_ALLOC, room = SKB_MIN, pages = 0;

	if (n > in_head)
		pages = PAGE_ALIGN(min(n - in_head, stream ? SKB_STREAM_FRAGS : SKB_FRAGS));
	while (room < ALIGN(n - min(n, pages), 64) + SKB_SHARED)
		room *= 2;
	return SKB_STRUCT + room + pages;
}

static struct unix_msg *unix_new_msg(struct unix_sock *sender, size_t n)
{
	struct unix_msg *m = kmalloc(sizeof(*m) + n, GFP_KERNEL);

	if (!m)
		return NULL;
	*m = (struct unix_msg){.len = n, .truesize = truesize(n, sender->sk.type == SOCK_STREAM)};
	m->sender = unix_get(sender);
	m->addr = get_address(sender->addr);
	sender->sk.wmem += m->truesize;
	return m;
}

/* unix_lock held. */
static void unix_queue(struct unix_sock *to, struct unix_msg *m)
{
	list_add_tail(&m->list, &to->queue);
	to->queued++;
	__wake_up(&to->sk.wait, TASK_NORMAL, 0, EPOLLIN | EPOLLRDNORM | EPOLLRDBAND);
	kill_fasync(&to->sk.fasync, POLL_IN);
}

/* Takes @m off the queue of @u. unix_lock held. */
static void unix_unqueue(struct unix_sock *u, struct unix_msg *m)
{
	list_del(&m->list);
	u->queued--;
	__wake_up(&u->peer_wait, TASK_NORMAL, 0, 0);
}

static struct unix_msg *first_msg(const struct unix_sock *u)
{
	return list_empty(&u->queue) ? NULL : list_first_entry(&u->queue, struct unix_msg, list);
}

/* The first message, off the queue. NULL: there is none. */
static struct unix_msg *take_msg(struct unix_sock *u)
{
	struct unix_msg *m;

	spin_lock(&unix_lock);
	m = first_msg(u);
	if (m)
		unix_unqueue(u, m);
	spin_unlock(&unix_lock);
	return m;
}

static bool queue_full(const struct unix_sock *u) { return u->queued > (unsigned int)u->backlog; }

/* A byte out of band that was received; its place in the queue is kept. */
static bool is_consumed(const struct unix_msg *m) { return m && m->len && m->from == m->len; }

/* ---- connections ----------------------------------------------------------------------------- */

static int unix_listen(struct sock *sk, int backlog)
{
	struct unix_sock *u = unix_sk(sk);

	if (is_dgram(u))
		return -EOPNOTSUPP;
	if (!u->addr || u->connected)
		return -EINVAL;
	u->backlog = backlog;
	sk->listening = true;
	sk->peercred = current_ucred();
	__wake_up(&u->peer_wait, TASK_NORMAL, 0, 0);
	return 0;
}

static bool may_connect(struct sock *sk)
{
	struct unix_sock *to = unix_sk(sk);

	return !queue_full(to) || to->dead || !sk->listening || (sk->shutdown & RCV_SHUTDOWN);
}

/* The two are connected from now on. unix_lock held. */
static void unix_pair(struct unix_sock *a, struct unix_sock *b)
{
	a->peer = unix_get(b);
	b->peer = unix_get(a);
	a->connected = b->connected = true;
}

/* @new is what accept of @to will return. 0 or -errno; then the caller drops @new. */
static int queue_connection(struct unix_sock *u, struct unix_sock *to, struct unix_sock *new,
			    struct unix_msg *m)
{
	int err = 0;

	spin_lock(&unix_lock);
	if (to->dead || !to->sk.listening || (to->sk.shutdown & RCV_SHUTDOWN))
		err = -ECONNREFUSED;
	else if (u->connected || u->sk.listening)
		err = u->connected ? -EISCONN : -EINVAL;
	if (!err) {
		new->sk.peercred = current_ucred();
		u->sk.peercred = to->sk.peercred;
		new->addr = get_address(to->addr);
		if (to->path.dentry) {
			new->path = to->path;
			path_get(&new->path);
		}
		unix_pair(u, new);
		m->accepted = new;
		unix_queue(to, m);
	}
	spin_unlock(&unix_lock);
	return err;
}

static int stream_connect(struct unix_sock *u, struct unix_sock *to, bool nonblock)
{
	struct unix_msg *m;
	struct sock *new;
	int err;

	err = sock_wait(&to->sk, &to->peer_wait, may_connect,
			sock_deadline(u->sk.sndtimeo, nonblock));
	if (err)
		return err;
	new = unix_create(u->sk.type, 0);
	if (IS_ERR(new))
		return PTR_ERR(new);
	m = unix_new_msg(unix_sk(new), 0);
	err = m ? queue_connection(u, to, unix_sk(new), m) : -ENOMEM;
	if (err) {
		if (m)
			unix_free_msg(m);
		new->ops->release(new);
	}
	return err;
}

static int dgram_connect(struct unix_sock *u, struct unix_sock *to)
{
	struct unix_sock *old;

	/* Another's peer takes messages from that one alone. */
	if (to && to->peer && to->peer != u)
		return -EPERM;
	spin_lock(&unix_lock);
	old = u->peer;
	u->peer = to ? unix_get(to) : NULL;
	u->connected = to;
	spin_unlock(&unix_lock);
	if (to)
		u->sk.peercred = to->sk.peercred;
	unix_put(old);
	wake_all(u);
	return 0;
}

static int unix_connect(struct sock *sk, struct sockaddr_storage *addr, int len, bool nonblock)
{
	struct unix_sock *u = unix_sk(sk), *to;
	int err;

	if (len < (int)sizeof(addr->ss_family))
		return -EINVAL;
	if (is_dgram(u) && addr->ss_family == AF_UNSPEC)
		return dgram_connect(u, NULL);
	err = check_name(addr, &len);
	if (!err && sock_option(sk, SO_PASSCRED))
		err = unix_autobind(u);
	if (err)
		return err;
	to = find_other(addr, len, sk->type);
	if (IS_ERR(to))
		return PTR_ERR(to);
	err = is_dgram(u) ? dgram_connect(u, to) : stream_connect(u, to, nonblock);
	unix_put(to);
	return err;
}

static bool has_connection(struct sock *sk)
{
	struct unix_sock *u = unix_sk(sk);

	return first_msg(u) || (sk->shutdown & RCV_SHUTDOWN);
}

static int unix_accept(struct sock *sk, bool nonblock, struct sock **new)
{
	struct unix_sock *u = unix_sk(sk);
	struct unix_msg *m = NULL;
	int err;

	if (is_dgram(u))
		return -EOPNOTSUPP;
	if (!sk->listening)
		return -EINVAL;
	while (!m) {
		err = sock_wait(&u->sk, &sk->wait, has_connection,
				sock_deadline(sk->rcvtimeo, nonblock));
		if (err)
			return err;
		m = take_msg(u);
		if (!m && (sk->shutdown & RCV_SHUTDOWN))
			return -EINVAL;
	}
	*new = &m->accepted->sk;
	unix_free_msg(m);
	return 0;
}

void unix_socketpair(struct sock *a, struct sock *b)
{
	a->peercred = b->peercred = current_ucred();
	unix_pair(unix_sk(a), unix_sk(b));
}

/* The other end of a stream, with a reference, learns that this one has shut down. */
static void shut_peer(struct unix_sock *peer, int mask)
{
	peer->sk.shutdown |= (mask & RCV_SHUTDOWN ? SEND_SHUTDOWN : 0) |
			     (mask & SEND_SHUTDOWN ? RCV_SHUTDOWN : 0);
	wake_all(peer);
}

static int unix_shutdown(struct sock *sk, int mask)
{
	struct unix_sock *u = unix_sk(sk);

	spin_lock(&unix_lock);
	sk->shutdown |= mask;
	if (u->peer && !is_dgram(u))
		shut_peer(u->peer, mask);
	wake_all(u);
	__wake_up(&u->peer_wait, TASK_NORMAL, 0, 0);
	spin_unlock(&unix_lock);
	return 0;
}

/* What was not read is lost: the other end of a stream gets ECONNRESET. */
static void unix_release(struct sock *sk)
{
	struct unix_sock *u = unix_sk(sk), *peer;
	struct unix_msg *m;

	spin_lock(&unix_lock);
	u->dead = true;
	sk->shutdown = SHUTDOWN_MASK;
	list_del_init(&u->link);
	peer = u->peer;
	u->peer = NULL;
	if (peer && !is_dgram(u)) {
		if (u->queued > is_consumed(first_msg(u)))
			peer->sk.err = ECONNRESET;
		shut_peer(peer, SHUTDOWN_MASK);
	} else if (peer) {
		wake_all(peer);
	}
	wake_all(u);
	__wake_up(&u->peer_wait, TASK_NORMAL, 0, 0);
	spin_unlock(&unix_lock);
	while ((m = take_msg(u))) {
		if (m->accepted) {
			if (m->accepted->peer)
				m->accepted->peer->sk.err = ECONNRESET;
			m->accepted->sk.ops->release(&m->accepted->sk);
		}
		unix_free_msg(m);
	}
	unix_put(peer);
	unix_put(u);
}

/* ---- sending --------------------------------------------------------------------------------- */

static bool may_send(struct sock *sk)
{
	return sk->wmem < (size_t)sk->sndbuf || (sk->shutdown & SEND_SHUTDOWN) || sk->err;
}

static bool has_room(struct sock *sk)
{
	struct unix_sock *to = unix_sk(sk);

	return !queue_full(to) || to->dead || (sk->shutdown & RCV_SHUTDOWN);
}

/* A message of @n bytes of @sm's vector, with what comes beside them. ERR_PTR. */
static struct unix_msg *make_msg(struct unix_sock *u, struct unix_sock *to, struct sock_msg *sm,
				 size_t n)
{
	struct unix_msg *m = unix_new_msg(u, n);
	int err;

	if (!m)
		return ERR_PTR(-ENOBUFS);
	m->scm.cred = (struct ucred){0, 65534, 65534};
	if (sm->scm.has_cred)
		m->scm.cred = sm->scm.cred;
	else if (sock_option(&u->sk, SO_PASSCRED) || sock_option(&to->sk, SO_PASSCRED))
		m->scm.cred = (struct ucred){current->tgid, current->cred->uid, current->cred->gid};
	err = copy_from_iter(m->data, n, &sm->iter) < n ? -EFAULT : count_inflight(sm->scm.fds, 1);
	if (err) {
		unix_free_msg(m);
		return ERR_PTR(err);
	}
	m->scm.fds = sm->scm.fds;
	sm->scm.fds = NULL;
	return m;
}

/* The limit is passed by one message, as in Linux. */
static bool too_many_fds(const struct sock_msg *sm)
{
	return sm->scm.fds &&
	       (u64)account_user(current->cred->uid, USER_INFLIGHT, 0) > rlimit(RLIMIT_NOFILE) &&
	       !capable(CAP_SYS_RESOURCE) && !capable(CAP_SYS_ADMIN);
}

/* Queues @m at @to, or frees it. 0 or @gone. */
static int deliver(struct unix_sock *to, struct unix_msg *m, int gone)
{
	bool dead;

	spin_lock(&unix_lock);
	dead = to->dead || (to->sk.shutdown & RCV_SHUTDOWN);
	if (!dead)
		unix_queue(to, m);
	spin_unlock(&unix_lock);
	if (!dead)
		return 0;
	unix_free_msg(m);
	return gone;
}

/* One piece of a stream, without the last @keep bytes. Returns the bytes or -errno. */
static ssize_t stream_send_piece(struct unix_sock *u, struct unix_sock *to, struct sock_msg *sm,
				 size_t keep, ktime_t end)
{
	size_t most = min((size_t)u->sk.sndbuf / 2 - 64, SKB_MAX_HEAD + SKB_STREAM_FRAGS);
	size_t n = min(sm->iter.count - keep, most);
	struct unix_msg *m;
	int err = sock_wait(&u->sk, &u->sk.wait, may_send, end);

	if (err)
		return err;
	if (u->sk.err)
		return sock_error(&u->sk);
	if (u->sk.shutdown & SEND_SHUTDOWN)
		return -EPIPE;
	m = make_msg(u, to, sm, n);
	if (IS_ERR(m))
		return PTR_ERR(m);
	return deliver(to, m, -EPIPE) ?: (ssize_t)n;
}

/* The byte that was queued last is out of band; the one before is an ordinary byte now. */
static void mark_oob(struct unix_sock *to)
{
	spin_lock(&unix_lock);
	to->oob = list_entry(to->queue.prev, struct unix_msg, list);
	if (to->sk.file)
		send_sigurg(to->sk.file);
	spin_unlock(&unix_lock);
}

/* With MSG_OOB the last byte is a piece of its own. */
static ssize_t stream_sendmsg(struct unix_sock *u, struct unix_sock *to, struct sock_msg *sm)
{
	ktime_t end = sock_deadline(u->sk.sndtimeo, sm->flags & MSG_DONTWAIT);
	size_t done = 0, last = sm->flags & MSG_OOB ? 1 : 0;
	ssize_t ret = 0;

	while (ret >= 0 && sm->iter.count) {
		ret = stream_send_piece(u, to, sm, sm->iter.count > last ? last : 0, end);
		done += max(ret, (ssize_t)0);
	}
	if (ret > 0 && last)
		mark_oob(to);
	return done ? (ssize_t)done : ret;
}

/* The receiver of a datagram, with a reference. ERR_PTR. */
static struct unix_sock *dgram_receiver(struct unix_sock *u, struct sock_msg *sm)
{
	int err;

	if (!sm->namelen)
		return get_peer(u) ?: ERR_PTR(-ENOTCONN);
	err = check_name(&sm->name, &sm->namelen);
	return err ? ERR_PTR(err) : find_other(&sm->name, sm->namelen, u->sk.type);
}

static int dgram_deliver(struct unix_sock *u, struct unix_sock *to, struct sock_msg *sm)
{
	ktime_t end = sock_deadline(u->sk.sndtimeo, sm->flags & MSG_DONTWAIT);
	struct unix_msg *m;
	int err = 0;

	if (to->dead) {
		if (u->peer == to && is_dgram(u))
			dgram_connect(u, NULL);
		return is_dgram(u) ? -ECONNREFUSED : -EPIPE;
	}
	if (is_dgram(u) && to->peer && to->peer != u)
		return -EPERM;
	if ((u->sk.shutdown & SEND_SHUTDOWN) || (to->sk.shutdown & RCV_SHUTDOWN))
		return -EPIPE;
	if (to->peer != u)
		err = sock_wait(&to->sk, &to->peer_wait, has_room, end);
	if (!err)
		err = sock_wait(&u->sk, &u->sk.wait, may_send, end);
	if (err)
		return err;
	m = make_msg(u, to, sm, sm->iter.count);
	return IS_ERR(m) ? PTR_ERR(m) : deliver(to, m, is_dgram(u) ? -ECONNREFUSED : -EPIPE);
}

static ssize_t dgram_sendmsg(struct unix_sock *u, struct sock_msg *sm)
{
	ssize_t n = sm->iter.count;
	struct unix_sock *to;
	int err;

	if (sock_option(&u->sk, SO_PASSCRED) && !u->addr) {
		err = unix_autobind(u);
		if (err)
			return err;
	}
	to = dgram_receiver(u, sm);
	if (IS_ERR(to))
		return PTR_ERR(to);
	err = n > u->sk.sndbuf - 32 ? -EMSGSIZE : dgram_deliver(u, to, sm);
	unix_put(to);
	return err ? err : n;
}

static ssize_t unix_sendmsg(struct sock *sk, struct sock_msg *sm)
{
	struct unix_sock *u = unix_sk(sk), *to;
	ssize_t ret;

	if ((sm->flags & MSG_OOB) && (sk->type != SOCK_STREAM || !sm->iter.count))
		return -EOPNOTSUPP;
	if (too_many_fds(sm))
		return -ETOOMANYREFS;
	if (is_dgram(u))
		return dgram_sendmsg(u, sm);
	if (sk->type == SOCK_SEQPACKET) {
		if (sk->err)
			return sock_error(sk);
		if (!u->connected)
			return -ENOTCONN;
		sm->namelen = 0;
		return u->peer ? dgram_sendmsg(u, sm) : -EPIPE;
	}
	if (sm->namelen)
		return u->connected ? -EISCONN : -EOPNOTSUPP;
	if (!u->connected)
		return -ENOTCONN;
	if (sk->shutdown & SEND_SHUTDOWN)
		return -EPIPE;
	to = get_peer(u);
	ret = to ? stream_sendmsg(u, to, sm) : -EPIPE;
	unix_put(to);
	return ret;
}

/* ---- receiving ------------------------------------------------------------------------------- */

static bool may_recv(struct sock *sk)
{
	struct unix_sock *u = unix_sk(sk);

	return first_msg(u) || sk->err || (sk->shutdown & RCV_SHUTDOWN);
}

static void copy_name(struct sock_msg *sm, const struct unix_address *a)
{
	sm->namelen = 0;
	if (!a)
		return;
	sm->namelen = a->len;
	memcpy(&sm->name, &a->name, a->len);
}

/* What comes beside the bytes of @m: moved to @sm, or copied for MSG_PEEK. 0 or -ENOMEM. */
static int take_scm(struct sock_msg *sm, struct unix_msg *m)
{
	sm->scm.cred = m->scm.cred;
	if (!m->scm.fds)
		return 0;
	if (sm->flags & MSG_PEEK) {
		sm->scm.fds = scm_dup_fds(m->scm.fds);
		return sm->scm.fds ? 0 : -ENOMEM;
	}
	count_inflight(m->scm.fds, -1);
	sm->scm.fds = m->scm.fds;
	m->scm.fds = NULL;
	return 0;
}

/* 0 when there is a message, and 1 at the end of the stream. A stream reports an error last. */
static int wait_msg(struct unix_sock *u, ktime_t end)
{
	int err = sock_wait(&u->sk, &u->sk.wait, may_recv, end);

	if (err)
		return err;
	if (first_msg(u) && (!u->sk.err || u->sk.type == SOCK_STREAM))
		return 0;
	return u->sk.err ? sock_error(&u->sk) : 1;
}

static void put_back(struct unix_sock *u, struct unix_msg *m)
{
	spin_lock(&unix_lock);
	list_add(&m->list, &u->queue);
	u->queued++;
	spin_unlock(&unix_lock);
}

static ssize_t dgram_recvmsg(struct unix_sock *u, struct sock_msg *sm)
{
	ktime_t end = sock_deadline(u->sk.rcvtimeo, sm->flags & MSG_DONTWAIT);
	struct unix_msg *m = NULL;
	size_t n;
	ssize_t ret;

	if (sm->flags & MSG_OOB)
		return -EOPNOTSUPP;
	while (!m) {
		ret = wait_msg(u, end);
		if (ret) /* a seqpacket ends, a datagram socket that was shut down has no more */
			return ret > 0 ? 0 : ret;
		m = take_msg(u);
	}
	n = min(m->len, sm->iter.count);
	copy_name(sm, m->addr);
	ret = copy_to_iter(m->data, n, &sm->iter) < n ? -EFAULT : take_scm(sm, m);
	if (m->len > n)
		sm->out_flags |= MSG_TRUNC;
	if (!ret)
		ret = sm->flags & MSG_TRUNC ? m->len : n;
	if (sm->flags & MSG_PEEK)
		put_back(u, m);
	else
		unix_free_msg(m);
	return ret;
}

static bool same_cred(const struct ucred *a, const struct ucred *b)
{
	return a->pid == b->pid && a->uid == b->uid && a->gid == b->gid;
}

/* May the bytes of @m follow what was read? Only files of one message come with one read. */
static bool may_follow(const struct unix_sock *u, const struct unix_msg *m,
		       const struct sock_msg *sm)
{
	if (m->scm.fds && sm->scm.fds)
		return false;
	return !sock_option(&u->sk, SO_PASSCRED) || same_cred(&m->scm.cred, &sm->scm.cred);
}

/* Returns the bytes that were read, or -errno. */
static ssize_t stream_copy(struct unix_msg *m, struct sock_msg *sm)
{
	size_t n = min(m->len - m->from, sm->iter.count);
	int err;

	if (copy_to_iter(m->data + m->from, n, &sm->iter) < n)
		return -EFAULT;
	copy_name(sm, m->addr);
	err = take_scm(sm, m);
	if (!err && !(sm->flags & MSG_PEEK))
		m->from += n;
	return err ?: (ssize_t)n;
}

/* @m was read, or passed by. What is left of it goes back in front. */
static void finish_msg(struct unix_sock *u, struct unix_msg *m, struct list_head *peeked, bool peek)
{
	if (peek)
		list_add_tail(&m->list, peeked);
	else if (m->from < m->len)
		put_back(u, m);
	else
		unix_free_msg(m);
}

/*
 * The next message to read from; NULL: there is none now. A read drops an urgent byte before it. As
 * on Linux, the place of one that was received ends it.
 */
static struct unix_msg *next_msg(struct unix_sock *u, struct list_head *peeked, bool peek,
				 bool begun)
{
	bool inlined = sock_option(&u->sk, SO_OOBINLINE);
	struct unix_msg *m;

	while ((m = take_msg(u)) && (m == u->oob || is_consumed(m))) {
		bool urgent = m == u->oob;

		if (begun && urgent)
			break;
		if (urgent && !peek)
			u->oob = NULL;
		if (urgent && inlined)
			break;
		m->from = peek ? m->from : m->len;
		finish_msg(u, m, peeked, peek);
		if (!urgent && !peek)
			return NULL;
	}
	return m;
}

/* recv with MSG_OOB. It fails instead of waiting. */
static ssize_t recv_oob(struct unix_sock *u, struct sock_msg *sm)
{
	struct unix_msg *m;
	char byte;

	spin_lock(&unix_lock);
	m = sock_option(&u->sk, SO_OOBINLINE) ? NULL : u->oob;
	if (m)
		byte = m->data[0];
	if (m && !(sm->flags & MSG_PEEK)) {
		u->oob = NULL;
		m->from = m->len;
	}
	spin_unlock(&unix_lock);
	if (!m)
		return -EINVAL;
	sm->out_flags |= MSG_OOB;
	return sm->iter.count && !copy_to_iter(&byte, 1, &sm->iter) ? -EFAULT : 1;
}

/* Messages that were only looked at go back in front, in their order. */
static void put_back_all(struct unix_sock *u, struct list_head *peeked)
{
	while (!list_empty(peeked)) {
		struct unix_msg *m = list_entry(peeked->prev, struct unix_msg, list);

		list_del(&m->list);
		put_back(u, m);
	}
}

/* Reads from messages until there are @least bytes and no more. */
static ssize_t stream_read(struct unix_sock *u, struct sock_msg *sm, size_t least,
			   struct list_head *peeked)
{
	ktime_t end = sock_deadline(u->sk.rcvtimeo, sm->flags & MSG_DONTWAIT);
	bool peek = sm->flags & MSG_PEEK, stop = false;
	struct unix_msg *m;
	ssize_t ret = 0;
	size_t done = 0;

	do { /* once for 0 bytes, too: files may come with them */
		while (!(m = next_msg(u, peeked, peek, done))) {
			if (done >= least || (done && peek))
				return done;
			if (!list_empty(peeked))
				return -EAGAIN; /* only an urgent byte: it must be in the queue */
			ret = wait_msg(u, end) ?: end ? 0 : -EAGAIN;
			if (ret)
				return done ?: min(ret, (ssize_t)0);
		}
		if (done && (m == u->oob || !may_follow(u, m, sm))) {
			put_back(u, m);
			break;
		}
		stop = m->scm.fds;
		ret = stream_copy(m, sm);
		finish_msg(u, m, peeked, peek);
		done += max(ret, (ssize_t)0);
	} while (ret >= 0 && sm->iter.count && !stop);
	return done ?: ret;
}

static ssize_t stream_recvmsg(struct unix_sock *u, struct sock_msg *sm)
{
	size_t least = (sm->flags & MSG_WAITALL ? sm->iter.count : 0) ?: 1;
	LIST_HEAD(peeked);
	ssize_t ret;

	if (!u->connected)
		return -EINVAL;
	if (sm->flags & MSG_OOB)
		return recv_oob(u, sm);
	ret = stream_read(u, sm, least, &peeked);
	put_back_all(u, &peeked);
	return ret;
}

static ssize_t unix_recvmsg(struct sock *sk, struct sock_msg *sm)
{
	struct unix_sock *u = unix_sk(sk);

	if (sk->type == SOCK_STREAM)
		return stream_recvmsg(u, sm);
	if (sk->type == SOCK_SEQPACKET && !u->connected)
		return -ENOTCONN;
	return dgram_recvmsg(u, sm);
}

static int unix_inq(struct sock *sk)
{
	struct unix_sock *u = unix_sk(sk);
	struct unix_msg *m;
	int n = 0;

	if (sk->listening)
		return -EINVAL;
	spin_lock(&unix_lock);
	list_for_each_entry(m, &u->queue, list) {
		n += m->len - m->from;
		if (sk->type == SOCK_DGRAM)
			break;
	}
	spin_unlock(&unix_lock);
	return n;
}

static int unix_atmark(struct sock *sk)
{
	struct unix_sock *u = unix_sk(sk);

	if (sk->type != SOCK_STREAM)
		return -EOPNOTSUPP;
	return u->oob && first_msg(u) == u->oob;
}

static unsigned int unix_poll(struct file *f, struct sock *sk, struct poll_table_struct *pt)
{
	struct unix_sock *u = unix_sk(sk), *peer = u->peer;
	unsigned int mask = 0;

	poll_wait(f, &sk->wait, pt);
	if (sk->err)
		mask |= EPOLLERR;
	if (sk->shutdown == SHUTDOWN_MASK)
		mask |= EPOLLHUP;
	if (sk->shutdown & RCV_SHUTDOWN)
		mask |= EPOLLRDHUP | EPOLLIN | EPOLLRDNORM;
	if (first_msg(u))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (u->oob)
		mask |= EPOLLPRI;
	if (!is_dgram(u) && !u->connected && !sk->listening)
		mask |= EPOLLHUP;
	if (!unix_writable(u) || sk->listening)
		return mask;
	/* Of a connected datagram socket the peer must have room, too. */
	if (is_dgram(u) && peer && peer->peer != u) {
		poll_wait(f, &peer->peer_wait, pt);
		if (queue_full(peer))
			return mask;
	}
	return mask | EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND;
}

static const struct proto_ops unix_ops = {
	.bind = unix_bind,
	.connect = unix_connect,
	.listen = unix_listen,
	.accept = unix_accept,
	.getname = unix_getname,
	.sendmsg = unix_sendmsg,
	.recvmsg = unix_recvmsg,
	.shutdown = unix_shutdown,
	.poll = unix_poll,
	.inq = unix_inq,
	.atmark = unix_atmark,
	.release = unix_release,
};

struct sock *unix_create(int type, int protocol)
{
	struct unix_sock *u;

	if (protocol && protocol != AF_UNIX)
		return ERR_PTR(-EPROTONOSUPPORT);
	if (type == SOCK_RAW)
		type = SOCK_DGRAM;
	if (type != SOCK_STREAM && type != SOCK_DGRAM && type != SOCK_SEQPACKET)
		return ERR_PTR(-ESOCKTNOSUPPORT);
	u = kzalloc(sizeof(*u));
	if (!u)
		return ERR_PTR(-ENOMEM);
	sock_init(&u->sk, &unix_ops, AF_UNIX, type, 0);
	INIT_LIST_HEAD(&u->link);
	INIT_LIST_HEAD(&u->queue);
	init_waitqueue_head(&u->peer_wait);
	u->backlog = DGRAM_BACKLOG;
	return &u->sk;
}
