/* SPDX-License-Identifier: MIT */
/*
 * Control messages of sendmsg and recvmsg: open files (SCM_RIGHTS) and the credentials of the
 * sender (SCM_CREDENTIALS).
 * Abridges Linux's net/core/scm.c. Left out: security labels, pidfds.
 * Not on the road of an exec.
 */
#include <file.h>
#include <sched.h>
#include <slab.h>
#include <asm/uaccess.h>
#include <linux/capability.h>
#include <linux/fcntl.h>
#include "internal.h"

struct cmsghdr {
	size_t cmsg_len; /* with this header */
	int cmsg_level, cmsg_type;
};

#define CMSG_DATA(p) ((char *)(p) + sizeof(struct cmsghdr))

/* ---- sending --------------------------------------------------------------------------------- */

static int add_fds(struct scm_cookie *scm, const int __user *ufds, size_t bytes)
{
	size_t n = bytes / sizeof(int);
	int fd;

	if (!n)
		return 0;
	if (n > SCM_MAX_FD)
		return -EINVAL;
	if (!scm->fds)
		scm->fds = kzalloc(sizeof(*scm->fds));
	if (!scm->fds)
		return -ENOMEM;
	scm->fds->uid = current->cred->uid;
	if (scm->fds->n + n > SCM_MAX_FD)
		return -EINVAL;
	while (n--) {
		struct file *f;

		if (get_user(fd, ufds++))
			return -EFAULT;
		f = fget_raw(fd);
		if (!f)
			return -EBADF;
		scm->fds->file[scm->fds->n++] = f;
	}
	return 0;
}

/* May current send @c as its credentials? */
static bool may_claim(const struct ucred *c)
{
	const struct cred *me = current->cred;

	return (c->pid == current->tgid || capable(CAP_SYS_ADMIN)) &&
	       (c->uid == me->uid || c->uid == me->euid || c->uid == me->suid ||
		capable(CAP_SETUID)) &&
	       (c->gid == me->gid || c->gid == me->egid || c->gid == me->sgid ||
		capable(CAP_SETGID));
}

static int add_creds(struct scm_cookie *scm, const void __user *from, size_t bytes)
{
	if (bytes != sizeof(scm->cred))
		return -EINVAL;
	if (copy_from_user(&scm->cred, from, bytes))
		return -EFAULT;
	if (!may_claim(&scm->cred))
		return -EPERM;
	if (scm->cred.pid != current->tgid) {
		struct task_struct *t = find_get_task_by_vpid(scm->cred.pid);

		if (!t)
			return -ESRCH;
		put_task_struct(t);
	}
	scm->has_cred = true;
	return 0;
}

int scm_send(struct scm_cookie *scm, const void __user *control, size_t n)
{
	const char __user *p = control;
	struct cmsghdr h;
	int err = 0;

	while (!err && n >= sizeof(h)) {
		size_t step;

		if (copy_from_user(&h, p, sizeof(h)))
			return -EFAULT;
		if (h.cmsg_len < sizeof(h) || h.cmsg_len > n)
			return -EINVAL;
		if (h.cmsg_level == SOL_SOCKET && h.cmsg_type == SCM_RIGHTS)
			err = add_fds(scm, (const int __user *)CMSG_DATA(p),
				      h.cmsg_len - sizeof(h));
		else if (h.cmsg_level == SOL_SOCKET && h.cmsg_type == SCM_CREDENTIALS)
			err = add_creds(scm, CMSG_DATA(p), h.cmsg_len - sizeof(h));
		else if (h.cmsg_level == SOL_SOCKET)
			err = -EINVAL;
		step = ALIGN(h.cmsg_len, sizeof(long));
		if (step > n)
			break;
		p += step;
		n -= step;
	}
	return err;
}

/* ---- receiving ------------------------------------------------------------------------------- */

/* The user's buffer, as far as it is not used. */
struct control {
	char __user *p;
	size_t left, used;
	unsigned int *flags;
};

static bool put_header(struct control *c, int type, size_t len)
{
	struct cmsghdr h = {len, SOL_SOCKET, type};

	return !copy_to_user(c->p, &h, sizeof(h));
}

static void advance(struct control *c, size_t len)
{
	size_t step = min(ALIGN(len, sizeof(long)), c->left);

	c->p += step;
	c->left -= step;
	c->used += step;
}

static void put_creds(struct control *c, const struct ucred *cred)
{
	size_t len = sizeof(struct cmsghdr) + sizeof(*cred);

	if (!c->p || c->left < sizeof(struct cmsghdr)) {
		*c->flags |= MSG_CTRUNC;
		return;
	}
	if (c->left < len) {
		*c->flags |= MSG_CTRUNC;
		len = c->left;
	}
	if (put_header(c, SCM_CREDENTIALS, len) &&
	    !copy_to_user(CMSG_DATA(c->p), cred, len - sizeof(struct cmsghdr)))
		advance(c, len);
}

/* Files that do not fit, or find no number, are closed. */
static void put_fds(struct control *c, const struct scm_fds *fds, bool cloexec)
{
	int room = 0, i, fd;

	if (c->p && c->left > sizeof(struct cmsghdr))
		room = (c->left - sizeof(struct cmsghdr)) / sizeof(int);
	for (i = 0; i < min(room, fds->n); i++) {
		fd = get_unused_fd_flags(cloexec ? O_CLOEXEC : 0);
		if (fd < 0)
			break;
		if (put_user(fd, (int __user *)CMSG_DATA(c->p) + i)) {
			put_unused_fd(fd);
			break;
		}
		fd_install(fd, get_file(fds->file[i]));
	}
	if (i && put_header(c, SCM_RIGHTS, sizeof(struct cmsghdr) + i * sizeof(int)))
		advance(c, sizeof(struct cmsghdr) + i * sizeof(int));
	if (i < fds->n)
		*c->flags |= MSG_CTRUNC;
}

size_t scm_recv(struct sock *sk, struct scm_cookie *scm, void __user *control, size_t n,
		unsigned int *flags)
{
	struct control c = {.p = control, .left = n, .flags = flags};

	if (!control || !n) {
		if (sock_option(sk, SO_PASSCRED) || scm->fds)
			*flags |= MSG_CTRUNC;
		return 0;
	}
	if (sock_option(sk, SO_PASSCRED))
		put_creds(&c, &scm->cred);
	if (scm->fds)
		put_fds(&c, scm->fds, *flags & MSG_CMSG_CLOEXEC);
	return c.used;
}

void scm_destroy(struct scm_cookie *scm)
{
	struct scm_fds *fds = scm->fds;

	scm->fds = NULL;
	if (!fds)
		return;
	while (fds->n)
		fput(fds->file[--fds->n]);
	kfree(fds);
}

struct scm_fds *scm_dup_fds(const struct scm_fds *fds)
{
	struct scm_fds *copy = kzalloc(sizeof(*copy));

	if (!copy)
		return NULL;
	for (; copy->n < fds->n; copy->n++)
		copy->file[copy->n] = get_file(fds->file[copy->n]);
	return copy;
}
