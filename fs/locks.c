/* SPDX-License-Identifier: MIT */
/*
 * Advisory locks: flock (a whole file, owned by the open file), POSIX byte
 * ranges (owned by the process, that is its descriptor table) and OFD ranges
 * (byte ranges owned by the open file). All of a file hang in inode->i_locks.
 *
 *   held by A:   rrrrrrrrrrrr           set w in the middle: the old range is
 *   A sets:          wwww               cut, at most into two, and neighbours
 *   result:      rrrrwwwwrrrr           of one kind grow together
 *
 * Abridges Linux's fs/locks.c; leaves out leases, mandatory locks, /proc/locks.
 * One queue for all waiters: locks are rarely waited for.
 */
#include <fs.h>
#include <mm.h>
#include <sched.h>
#include <syscalls.h>
#include <asm/uaccess.h>
#include <linux/fs.h>

#define OFFSET_MAX INT64_MAX

enum lock_kind { KIND_FLOCK, KIND_RANGE };

struct file_lock {
	struct list_head list; /* in inode->i_locks; a waiter: in blocked_list */
	enum lock_kind kind;
	const void *owner;     /* files_struct or file */
	const void *waits_for; /* a waiter: the owner in its way */
	short type;	       /* F_RDLCK, F_WRLCK, F_UNLCK */
	int pid;	       /* -1: OFD */
	loff_t start, end;     /* both included */
};

static DECLARE_WAIT_QUEUE_HEAD(locks_wait);
static LIST_HEAD(blocked_list);
static DEFINE_SPINLOCK(locks_lock, LOCK_NONE); /* all lists of locks */

static bool locks_overlap(const struct file_lock *a, const struct file_lock *b)
{
	return a->end >= b->start && b->end >= a->start;
}

/* The first lock of somebody else that keeps @want out, or NULL. locks_lock held. */
static struct file_lock *find_conflict(struct inode *inode, const struct file_lock *want)
{
	struct file_lock *l;

	list_for_each_entry (l, &inode->i_locks, list) {
		if (l->kind == want->kind && l->owner != want->owner && locks_overlap(l, want) &&
		    (l->type == F_WRLCK || want->type == F_WRLCK))
			return l;
	}
	return NULL;
}

static void delete_lock(struct file_lock *l)
{
	list_del(&l->list);
	kfree(l);
}

/* @l joins the new lock if it is of the same type and touches it. True: @l is gone. */
static bool merge_lock(struct file_lock *fresh, struct file_lock *l)
{
	if (l->type != fresh->type)
		return false;
	if ((l->end != OFFSET_MAX && l->end + 1 < fresh->start) ||
	    (fresh->end != OFFSET_MAX && fresh->end + 1 < l->start))
		return false;
	fresh->start = min(fresh->start, l->start);
	fresh->end = max(fresh->end, l->end);
	delete_lock(l);
	return true;
}

/* Cuts @fresh's range out of @l. *spare is used up if two pieces remain. */
static void cut_lock(struct inode *inode, const struct file_lock *fresh, struct file_lock *l,
		     struct file_lock **spare)
{
	if (l->start < fresh->start && l->end > fresh->end) {
		struct file_lock *right = *spare;

		*spare = NULL;
		*right = *l;
		right->start = fresh->end + 1;
		list_add_tail(&right->list, &inode->i_locks);
		l->end = fresh->start - 1;
	} else if (l->start < fresh->start) {
		l->end = fresh->start - 1;
	} else if (l->end > fresh->end) {
		l->start = fresh->end + 1;
	} else {
		delete_lock(l);
	}
}

/*
 * Makes @fresh true: locks_lock held, no conflict. Takes over @fresh, and *spare where it is
 * needed.
 */
static void apply_lock(struct inode *inode, struct file_lock *fresh, struct file_lock **spare)
{
	struct file_lock *l, *next;

	list_for_each_entry_safe (l, next, &inode->i_locks, list) {
		if (l->kind != fresh->kind || l->owner != fresh->owner)
			continue;
		if (!merge_lock(fresh, l) && locks_overlap(l, fresh))
			cut_lock(inode, fresh, l, spare);
	}
	if (fresh->type == F_UNLCK)
		kfree(fresh);
	else
		list_add_tail(&fresh->list, &inode->i_locks);
}

/* 0: done; else the owner in the way is in *blocker. */
static int try_lock(struct inode *inode, const struct file_lock *want, const void **blocker)
{
	struct file_lock *fresh = kmemdup(want, sizeof(*want)),
			 *spare = kmalloc(sizeof(*spare), GFP_KERNEL);
	struct file_lock *l;
	int err = -ENOLCK;

	if (fresh && spare) {
		spin_lock(&locks_lock);
		l = want->type == F_UNLCK ? NULL : find_conflict(inode, want);
		err = l ? -EAGAIN : 0;
		if (l)
			*blocker = l->owner;
		else
			apply_lock(inode, fresh, &spare);
		spin_unlock(&locks_lock);
	}
	if (err)
		kfree(fresh);
	kfree(spare);
	if (!err)
		wake_up_all(&locks_wait);
	return err;
}

/* Does @owner wait, perhaps through others, for @me? locks_lock held. */
static bool waits_for(const void *owner, const void *me)
{
	struct file_lock *l;
	bool moved = true;

	for (int depth = 0; moved && depth < 10; depth++) {
		if (owner == me)
			return true;
		moved = false;
		list_for_each_entry (l, &blocked_list, list) {
			if (l->owner != owner)
				continue;
			owner = l->waits_for;
			moved = true;
			break;
		}
	}
	return false;
}

/* Sleeps until the lock may be had. 0, -EDEADLK, -ENOLCK, -ERESTARTSYS. */
static int wait_lock(struct inode *inode, struct file_lock *want)
{
	int err, ret = 0;
	DEFINE_WAIT(wait);

	for (;;) {
		prepare_to_wait(&locks_wait, &wait, TASK_INTERRUPTIBLE);
		err = try_lock(inode, want, &want->waits_for);
		if (err != -EAGAIN)
			break;
		spin_lock(&locks_lock);
		if (want->kind == KIND_RANGE && want->pid != -1 &&
		    waits_for(want->waits_for, want->owner))
			ret = -EDEADLK;
		else if (signal_pending(current))
			ret = -ERESTARTSYS;
		else
			list_add(&want->list, &blocked_list);
		spin_unlock(&locks_lock);
		if (ret)
			break;
		schedule();
		spin_lock(&locks_lock);
		list_del(&want->list);
		spin_unlock(&locks_lock);
	}
	finish_wait(&locks_wait, &wait);
	return ret ? ret : err;
}

static int set_lock(struct file *f, struct file_lock *want, bool wait)
{
	const void *blocker;
	int err = try_lock(f->f_inode, want, &blocker);

	return err == -EAGAIN && wait ? wait_lock(f->f_inode, want) : err;
}

/* Drops all locks of @owner; they are only locks that nobody can use any more. */
static void remove_locks(struct inode *inode, const void *owner)
{
	struct file_lock *l, *next;
	bool any = false;

	if (list_empty(&inode->i_locks))
		return;
	spin_lock(&locks_lock);
	list_for_each_entry_safe (l, next, &inode->i_locks, list) {
		if (l->owner == owner) {
			delete_lock(l);
			any = true;
		}
	}
	spin_unlock(&locks_lock);
	if (any)
		wake_up_all(&locks_wait);
}

void locks_remove_posix(struct file *f, struct files_struct *owner)
{
	if (owner)
		remove_locks(f->f_inode, owner);
}

void locks_remove_file(struct file *f) { remove_locks(f->f_inode, f); }

long sys_flock(unsigned int fd, unsigned int cmd)
{
	struct file_lock want = {.kind = KIND_FLOCK, .end = OFFSET_MAX, .pid = current->tgid};
	struct file *f;
	long err;

	if (cmd & LOCK_MAND)
		return 0; /* an old kind of lock that Linux ignores */
	switch (cmd & ~LOCK_NB) {
	case LOCK_SH:
		want.type = F_RDLCK;
		break;
	case LOCK_EX:
		want.type = F_WRLCK;
		break;
	case LOCK_UN:
		want.type = F_UNLCK;
		break;
	default:
		return -EINVAL;
	}
	f = fget(fd);
	if (!f)
		return -EBADF;
	want.owner = f;
	if (want.type != F_UNLCK && !(f->f_mode & (FMODE_READ | FMODE_WRITE)))
		err = -EBADF;
	else
		err = set_lock(f, &want, !(cmd & LOCK_NB));
	fput(f);
	return err;
}

/* ---- fcntl ------------------------------------------------------------------------- */

/* @l_start and @l_len against l_whence become a range. 0, -EINVAL, -EOVERFLOW. */
static int flock_to_range(struct file *f, const struct flock *fl, struct file_lock *lock)
{
	loff_t base = 0, start;

	switch (fl->l_whence) {
	case SEEK_SET:
		break;
	case SEEK_CUR:
		base = f->f_pos;
		break;
	case SEEK_END:
		base = f->f_inode->i_size;
		break;
	default:
		return -EINVAL;
	}
	if (fl->l_start > OFFSET_MAX - base)
		return -EOVERFLOW;
	start = base + fl->l_start;
	if (start < 0)
		return -EINVAL;
	lock->start = start;
	lock->end = OFFSET_MAX;
	if (fl->l_len > 0) {
		if (fl->l_len - 1 > OFFSET_MAX - start)
			return -EOVERFLOW;
		lock->end = start + (fl->l_len - 1);
	} else if (fl->l_len < 0) {
		if (start + fl->l_len < 0)
			return -EINVAL;
		lock->start = start + fl->l_len;
		lock->end = start - 1;
	}
	return 0;
}

/* The user's request as a lock; @ofd: owned by the open file. 0 or -errno. */
static int flock_to_lock(struct file *f, const struct flock *fl, bool ofd, struct file_lock *lock)
{
	*lock = (struct file_lock){
		.kind = KIND_RANGE,
		.type = fl->l_type,
		.owner = ofd ? (void *)f : (void *)current->files,
		.pid = ofd ? -1 : current->tgid,
	};
	if (flock_to_range(f, fl, lock))
		return flock_to_range(f, fl, lock);
	if (fl->l_type != F_RDLCK && fl->l_type != F_WRLCK && fl->l_type != F_UNLCK)
		return -EINVAL;
	return ofd && fl->l_pid ? -EINVAL : 0;
}

long fcntl_getlk(struct file *f, unsigned int cmd, struct flock __user *arg)
{
	struct file_lock want, *l;
	struct flock fl;
	int err;

	if (copy_from_user(&fl, arg, sizeof(fl)))
		return -EFAULT;
	if (fl.l_type != F_RDLCK && fl.l_type != F_WRLCK)
		return -EINVAL;
	err = flock_to_lock(f, &fl, cmd == F_OFD_GETLK, &want);
	if (err)
		return err;
	spin_lock(&locks_lock);
	l = find_conflict(f->f_inode, &want);
	fl.l_type = l ? l->type : F_UNLCK;
	if (l) {
		fl.l_whence = SEEK_SET;
		fl.l_start = l->start;
		fl.l_len = l->end == OFFSET_MAX ? 0 : l->end - l->start + 1;
		fl.l_pid = l->pid;
	}
	spin_unlock(&locks_lock);
	return copy_to_user(arg, &fl, sizeof(fl)) ? -EFAULT : 0;
}

long fcntl_setlk(struct file *f, unsigned int cmd, struct flock __user *arg)
{
	bool ofd = cmd == F_OFD_SETLK || cmd == F_OFD_SETLKW;
	struct file_lock want;
	struct flock fl;
	int err;

	if (copy_from_user(&fl, arg, sizeof(fl)))
		return -EFAULT;
	err = flock_to_lock(f, &fl, ofd, &want);
	if (err)
		return err;
	if (fl.l_type == F_RDLCK && !(f->f_mode & FMODE_READ))
		return -EBADF;
	if (fl.l_type == F_WRLCK && !(f->f_mode & FMODE_WRITE))
		return -EBADF;
	return set_lock(f, &want, cmd == F_SETLKW || cmd == F_OFD_SETLKW);
}
