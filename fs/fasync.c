/* SPDX-License-Identifier: MIT */
/*
 * SIGIO: a file with O_ASYNC sends its owner a signal when it becomes readable or writable. An
 * object whose files can do so has a list of them, which ->fasync returns; kill_fasync goes through
 * it after the object's wait queue was woken.
 * Abridges the second half of Linux's fs/fcntl.c. The owner is kept as a number.
 * Not on the road of an exec.
 */
#include <errno.h>
#include <fasync.h>
#include <file.h>
#include <fs.h>
#include <pid.h>
#include <slab.h>
#include <string.h>
#include <task.h>
#include <asm/uaccess.h>
#include <linux/eventpoll.h>
#include <linux/fcntl.h>
#include "internal.h"

/* Band of POLL_IN and POLL_OUT, as poll(2) shows it. */
#define BAND_IN	 ((u32)(EPOLLIN | EPOLLRDNORM))
#define BAND_OUT ((u32)(EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND))

/* One open file in the list of its object. */
struct fasync {
	struct list_head list;
	struct file *file;
	int fd; /* by which it was turned on: si_fd of the signal */
};

static DEFINE_SPINLOCK(fasync_lock, LOCK_FILES);

/* ---- who gets it --------------------------------------------------------- */

/* @nr 0: nobody. Returns 0, -ESRCH or -EINVAL. */
static long set_owner(struct file *f, int type, int nr)
{
	struct pid *pid = find_get_pid(nr);

	if (nr && !pid)
		return -ESRCH;
	put_pid(pid);
	f->f_owner = (struct fown_struct){.pid = nr,
					  .type = type,
					  .signum = f->f_owner.signum,
					  .uid = current->cred->uid,
					  .euid = current->cred->euid};
	return 0;
}

long fcntl_setown(struct file *f, int who)
{
	if (who == INT32_MIN)
		return -EINVAL;
	return who < 0 ? set_owner(f, F_OWNER_PGRP, -who) : set_owner(f, F_OWNER_PID, who);
}

long fcntl_getown(const struct file *f)
{
	return f->f_owner.type == F_OWNER_PGRP ? -f->f_owner.pid : f->f_owner.pid;
}

long fcntl_setown_ex(struct file *f, const struct f_owner_ex __user *from)
{
	struct f_owner_ex owner;

	if (copy_from_user(&owner, from, sizeof(owner)))
		return -EFAULT;
	if (owner.type < F_OWNER_TID || owner.type > F_OWNER_PGRP)
		return -EINVAL;
	return set_owner(f, owner.type, owner.pid);
}

long fcntl_getown_ex(const struct file *f, struct f_owner_ex __user *to)
{
	struct f_owner_ex owner = {.type = f->f_owner.type, .pid = f->f_owner.pid};

	return copy_to_user(to, &owner, sizeof(owner)) ? -EFAULT : 0;
}

long fcntl_setsig(struct file *f, unsigned long sig)
{
	if (sig > _NSIG)
		return -EINVAL;
	f->f_owner.signum = sig;
	return 0;
}

/* ---- on and off ---------------------------------------------------------- */

static struct fasync *find_entry(struct list_head *list, const struct file *f)
{
	struct fasync *fa;

	list_for_each_entry(fa, list, list)
		if (fa->file == f)
			return fa;
	return NULL;
}

void fasync_remove(struct list_head *list, struct file *f)
{
	struct fasync *fa;
	unsigned long flags;

	spin_lock_irqsave(&fasync_lock, flags);
	while ((fa = find_entry(list, f))) {
		list_del(&fa->list);
		kfree(fa);
	}
	f->f_flags &= ~FASYNC;
	spin_unlock_irqrestore(&fasync_lock, flags);
}

long set_fasync(struct file *f, int fd, bool on)
{
	struct list_head *list = f->f_op->fasync ? f->f_op->fasync(f) : NULL;
	struct fasync *fa;
	unsigned long flags;

	if (!on == !(f->f_flags & FASYNC))
		return 0;
	if (!list)
		return -ENOTTY;
	fasync_remove(list, f);
	if (!on)
		return 0;
	fa = kmalloc(sizeof(*fa), GFP_KERNEL);
	if (!fa)
		return -ENOMEM;
	*fa = (struct fasync){.file = f, .fd = fd};
	spin_lock_irqsave(&fasync_lock, flags);
	list_add(&fa->list, list);
	f->f_flags |= FASYNC;
	spin_unlock_irqrestore(&fasync_lock, flags);
	return 0;
}

/* ---- the signal ---------------------------------------------------------- */

/* May the one who chose the owner send @t signals? As kill(2) asks. */
static bool sigio_perm(const struct fown_struct *o, const struct task_struct *t)
{
	const struct cred *c = t->cred;

	return !o->euid || o->euid == c->suid || o->euid == c->uid || o->uid == c->suid ||
	       o->uid == c->uid;
}

/* With F_SETSIG the signal says which file it is and what it can do now. */
static void send_sigio_to_task(const struct fasync *fa, struct task_struct *t, int code)
{
	const struct fown_struct *o = &fa->file->f_owner;
	bool group = o->type != F_OWNER_TID;
	kernel_siginfo_t info = {0};

	if (!sigio_perm(o, t))
		return;
	if (code == POLL_PRI) {
		send_sig_info(SIGURG, SEND_SIG_PRIV, t, group);
		return;
	}
	info.si_signo = o->signum;
	info.si_code = code;
	info.si_band = code == POLL_IN ? BAND_IN : BAND_OUT;
	info.si_fd = fa->fd;
	if (!o->signum || send_sig_info(o->signum, &info, t, group))
		send_sig_info(SIGIO, SEND_SIG_PRIV, t, group);
}

static void send_sigio(const struct fasync *fa, int code)
{
	static const enum pid_type kinds[] = {PIDTYPE_PID, PIDTYPE_TGID, PIDTYPE_PGID};
	const struct fown_struct *o = &fa->file->f_owner;
	struct pid *pid = find_get_pid(o->pid);
	struct task_struct *t;
	unsigned long flags;

	if (!pid)
		return;
	spin_lock_irqsave(&tasklist_lock, flags);
	do_each_pid_task(pid, kinds[o->type], t)
		send_sigio_to_task(fa, t, code);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	put_pid(pid);
}

void send_sigurg(struct file *f)
{
	struct fasync fa = {.file = f};

	if (f->f_owner.pid)
		send_sigio(&fa, POLL_PRI);
}

void __kill_fasync(struct list_head *list, int code)
{
	struct fasync *fa;
	unsigned long flags;

	spin_lock_irqsave(&fasync_lock, flags);
	list_for_each_entry(fa, list, list)
		if (fa->file->f_mode & (code == POLL_IN ? FMODE_READ : FMODE_WRITE))
			send_sigio(fa, code);
	spin_unlock_irqrestore(&fasync_lock, flags);
}
