/* SPDX-License-Identifier: MIT */
/*
 * Advisory locks: flock (the whole file, owned by the open file) and POSIX byte
 * ranges (owned by the process, that is by its descriptor table). The locks of a
 * file are in inode->i_locks; those of one owner never overlap.
 *
 *   A holds:     rrrrrrrrrrrr           a new lock cuts the old one, at most
 *   A sets:          wwww               into two
 *   result:      rrrrwwwwrrrr
 *
 * Abridges Linux's fs/locks.c; leaves out OFD locks, leases, /proc/locks and the
 * search for deadlocks. All waiters share one queue.
 * Not on the road of an exec.
 */
#include <file.h>
#include <fs.h>
#include <sched.h>
#include <slab.h>
#include <task.h>
#include <asm/uaccess.h>
#include <linux/fcntl.h>
#include <linux/fs.h>

struct file_lock {
	struct list_head list; /* in inode->i_locks */
	bool flock;
	const void *owner; /* file or files_struct */
	int pid;
	short type;	   /* F_RDLCK, F_WRLCK; a request: F_UNLCK */
	loff_t start, end; /* both included */
};

static DECLARE_WAIT_QUEUE_HEAD(locks_wait);
static DEFINE_SPINLOCK(locks_lock, LOCK_NONE); /* guards every i_locks */

static bool overlap(const struct file_lock *a, const struct file_lock *b)
{
	return a->flock == b->flock && a->end >= b->start && b->end >= a->start;
}

/* Returns the first lock of another owner that conflicts with @want, or NULL. */
static struct file_lock *find_conflict(struct inode *inode, const struct file_lock *want)
{
	struct file_lock *l;

	if (want->type == F_UNLCK)
		return NULL;
	list_for_each_entry(l, &inode->i_locks, list) {
		if (l->owner != want->owner && overlap(l, want) &&
		    (l->type == F_WRLCK || want->type == F_WRLCK))
			return l;
	}
	return NULL;
}

/* Cuts @want's range out of @l, of the same owner. A part to the right of it becomes *rest. */
static void cut_lock(struct file_lock *l, const struct file_lock *want, struct file_lock **rest)
{
	if (l->start < want->start && l->end > want->end) {
		**rest = *l;
		(*rest)->start = want->end + 1;
		list_add(&(*rest)->list, &l->list);
		*rest = NULL;
	}
	if (l->start < want->start) {
		l->end = want->start - 1;
	} else if (l->end > want->end) {
		l->start = want->end + 1;
	} else {
		list_del(&l->list);
		kfree(l);
	}
}

/* Sets or removes a lock. Returns 0, -EAGAIN if another lock conflicts, or -ENOMEM. */
static int try_lock(struct inode *inode, const struct file_lock *want)
{
	struct file_lock *fresh = kmemdup(want, sizeof(*want)), *l, *next;
	struct file_lock *rest = kmalloc(sizeof(*rest), GFP_KERNEL);
	int err = fresh && rest ? 0 : -ENOMEM;

	spin_lock(&locks_lock);
	if (!err && find_conflict(inode, want))
		err = -EAGAIN;
	if (!err) {
		list_for_each_entry_safe(l, next, &inode->i_locks, list) {
			if (l->owner == want->owner && overlap(l, want))
				cut_lock(l, want, &rest);
		}
		if (want->type != F_UNLCK) {
			list_add_tail(&fresh->list, &inode->i_locks);
			fresh = NULL;
		}
	}
	spin_unlock(&locks_lock);
	kfree(fresh);
	kfree(rest);
	if (!err)
		wake_up_all(&locks_wait);
	return err;
}

static int set_lock(struct inode *inode, const struct file_lock *want, bool wait)
{
	int err;

	while ((err = try_lock(inode, want)) == -EAGAIN && wait) {
		if (wait_event_interruptible(&locks_wait, !find_conflict(inode, want)))
			return -ERESTARTSYS;
	}
	return err;
}

void locks_remove(struct file *f, const void *owner)
{
	struct file_lock all = {.flock = owner == f,
				.owner = owner,
				.type = F_UNLCK,
				.end = INT64_MAX};

	if (!list_empty(&f->f_inode->i_locks))
		try_lock(f->f_inode, &all);
}

long flock_lock(struct file *f, int type, bool wait)
{
	struct file_lock want = {.flock = true, .owner = f, .type = type, .end = INT64_MAX};

	return set_lock(f->f_inode, &want, wait);
}

/* Makes *lock, owned by current, from the user's request. Returns 0, -EINVAL or -EOVERFLOW. */
static int flock_to_lock(struct file *f, const struct flock *fl, struct file_lock *lock)
{
	u64 base = fl->l_whence == SEEK_CUR ? f->f_pos : 0;
	loff_t start, end;

	if (fl->l_whence == SEEK_END)
		base = f->f_inode->i_size;
	start = base + fl->l_start;
	end = fl->l_len ? (u64)start + fl->l_len - 1 : INT64_MAX;
	if (fl->l_len < 0) {
		end = start - 1;
		start += fl->l_len;
	}
	if (fl->l_whence < SEEK_SET || fl->l_whence > SEEK_END || start < 0)
		return -EINVAL;
	if (end < start)
		return -EOVERFLOW;
	if (fl->l_type != F_RDLCK && fl->l_type != F_WRLCK && fl->l_type != F_UNLCK)
		return -EINVAL;
	*lock = (struct file_lock){.owner = current->files,
				   .pid = current->tgid,
				   .type = fl->l_type,
				   .start = start,
				   .end = end};
	return 0;
}

/* @cmd: F_GETLK, F_SETLK or F_SETLKW. */
long fcntl_lock(struct file *f, unsigned int cmd, struct flock __user *arg)
{
	struct file_lock want, *l;
	struct flock fl;
	int err;

	if (copy_from_user(&fl, arg, sizeof(fl)))
		return -EFAULT;
	err = flock_to_lock(f, &fl, &want);
	if (err)
		return err;
	if (cmd != F_GETLK) {
		if ((want.type == F_RDLCK && !(f->f_mode & FMODE_READ)) ||
		    (want.type == F_WRLCK && !(f->f_mode & FMODE_WRITE)))
			return -EBADF;
		return set_lock(f->f_inode, &want, cmd == F_SETLKW);
	}
	if (want.type == F_UNLCK)
		return -EINVAL;
	spin_lock(&locks_lock);
	l = find_conflict(f->f_inode, &want);
	fl.l_type = l ? l->type : F_UNLCK;
	if (l) {
		fl.l_whence = SEEK_SET;
		fl.l_start = l->start;
		fl.l_len = l->end == INT64_MAX ? 0 : l->end - l->start + 1;
		fl.l_pid = l->pid;
	}
	spin_unlock(&locks_lock);
	return copy_to_user(arg, &fl, sizeof(fl)) ? -EFAULT : 0;
}
