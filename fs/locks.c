/* SPDX-License-Identifier: MIT */
/*
 * Advisory locks: flock (the whole file, owned by the open file) and byte ranges, owned
 * by the process (that is by its descriptor table) or with F_OFD_SETLK by the open file.
 * The locks of a file are in inode->i_locks. The ranges of one owner stand together,
 * lowest first; they never overlap, and neighbours of one type are one lock.
 *
 *   A holds:     rrrrrrrrrrrr           a new lock cuts the old one, at most
 *   A sets:          wwww               into two
 *   result:      rrrrwwwwrrrr
 *
 * Abridges Linux's fs/locks.c; leaves out leases. All waiters share one
 * queue.
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

#define MAX_DEADLK_STEPS 10 /* the longest chain of waiters that is followed, as in Linux */

static DECLARE_WAIT_QUEUE_HEAD(locks_wait);
static LIST_HEAD(waiting);		       /* requests */
static LIST_HEAD(all_locks);		       /* for /proc/locks: the newest first */
static DEFINE_SPINLOCK(locks_lock, LOCK_NONE); /* guards these two and every i_locks */

static void insert_lock(struct file_lock *l, struct list_head *place)
{
	list_add_tail(&l->list, place);
	list_add(&l->all, &all_locks);
}

static void delete_lock(struct file_lock *l)
{
	list_del(&l->list);
	list_del(&l->all);
	kfree(l);
}

static bool same_owner(const struct file_lock *a, const struct file_lock *b)
{
	return a->flock == b->flock && a->owner == b->owner;
}

static bool overlap(const struct file_lock *a, const struct file_lock *b)
{
	return a->end >= b->start && b->end >= a->start;
}

/* Returns the first lock of another owner that conflicts with @want, or NULL. */
static struct file_lock *find_conflict(const struct file_lock *want)
{
	struct file_lock *l;

	if (want->type == F_UNLCK)
		return NULL;
	list_for_each_entry(l, &want->inode->i_locks, list) {
		if (l->flock == want->flock && l->owner != want->owner && overlap(l, want) &&
		    (l->type == F_WRLCK || want->type == F_WRLCK))
			return l;
	}
	return NULL;
}

/* The condition of a sleep, which holds no lock. */
static bool conflict_is_gone(const struct file_lock *want)
{
	bool gone;

	spin_lock(&locks_lock);
	gone = !find_conflict(want);
	spin_unlock(&locks_lock);
	return gone;
}

/*
 * @want is in the list of those that wait. Sleeps until the conflict is gone, and takes it out.
 * Whoever has waited longest is woken first. Returns 0 or -ERESTARTSYS.
 */
static int wait_for_lock(struct file_lock *want)
{
	DEFINE_WAIT(w);
	int err = 0;

	w.flags = WQ_FLAG_EXCLUSIVE; /* at the tail of the queue */
	while (!err) {
		prepare_to_wait(&locks_wait, &w, TASK_INTERRUPTIBLE);
		if (conflict_is_gone(want))
			break;
		if (signal_pending(current))
			err = -ERESTARTSYS;
		else
			schedule();
	}
	finish_wait(&locks_wait, &w);
	spin_lock(&locks_lock);
	list_del(&want->list);
	spin_unlock(&locks_lock);
	return err;
}

/* ---- ranges ------------------------------------------------------------------- */

/* Returns the lock that a thread of @l's owner waits for, or NULL. */
static struct file_lock *owner_waits_for(const struct file_lock *l)
{
	struct file_lock *w;

	list_for_each_entry(w, &waiting, list) {
		if (same_owner(w, l))
			return find_conflict(w);
	}
	return NULL;
}

/*
 * Would a wait for @blocker close a circle? Locks of an open file are not checked: it may have
 * several users.
 */
static bool would_deadlock(const struct file_lock *want, const struct file_lock *blocker)
{
	for (int i = 0; i <= MAX_DEADLK_STEPS && want->pid != -1; i++) {
		blocker = owner_waits_for(blocker);
		if (!blocker)
			return false;
		if (same_owner(blocker, want))
			return true;
	}
	return false;
}

/*
 * Cuts @want's range out of @l, which overlaps it. Returns where @want belongs in the list. If a
 * part stays on both sides, *rest becomes the right one.
 */
static struct list_head *cut_lock(struct file_lock *l, const struct file_lock *want,
				  struct file_lock **rest)
{
	struct list_head *next = l->list.next;

	if (l->start < want->start && l->end > want->end) {
		**rest = *l;
		(*rest)->start = want->end + 1;
		next = &(*rest)->list;
		list_add(next, &l->list);
		list_add(&(*rest)->all, &l->all); /* the left part is the new lock */
		list_move(&l->all, &all_locks);
		*rest = NULL;
	}
	if (l->start < want->start) {
		l->end = want->start - 1;
	} else if (l->end > want->end) {
		l->start = want->end + 1;
		next = &l->list;
	} else {
		delete_lock(l);
	}
	return next;
}

/*
 * @l has @want's type and owner. Grows @want over it if they touch, and frees it then. @want stands
 * in all_locks where the first of those was.
 */
static bool merge_lock(struct file_lock *l, struct file_lock *want)
{
	if ((want->start && l->end < want->start - 1) ||
	    (want->end < INT64_MAX && l->start > want->end + 1))
		return false;
	want->start = min(want->start, l->start);
	want->end = max(want->end, l->end);
	if (list_empty(&want->all))
		list_add(&want->all, &l->all);
	delete_lock(l);
	return true;
}

/*
 * Makes room in the list for @want and returns the place before which it belongs. locks_lock held.
 */
static struct list_head *clear_range(struct file_lock *want, struct file_lock **rest)
{
	struct list_head *place = &want->inode->i_locks;
	struct file_lock *l, *next;
	loff_t end;

	list_for_each_entry_safe(l, next, &want->inode->i_locks, list) {
		if (!same_owner(l, want))
			continue;
		end = l->end;
		if (l->type == want->type && merge_lock(l, want))
			place = &next->list;
		else if (overlap(l, want))
			place = cut_lock(l, want, rest);
		else
			place = l->start > want->end ? &l->list : &next->list;
		if (end > want->end)
			break;
	}
	return place;
}

/* True if removing @want's range leaves a part of a lock on both sides. */
static bool splits_lock(const struct file_lock *want)
{
	struct file_lock *l;

	list_for_each_entry(l, &want->inode->i_locks, list) {
		if (same_owner(l, want) && l->start < want->start && l->end > want->end)
			return true;
	}
	return false;
}

/*
 * Sets or removes a range. @fresh and @rest: memory for two locks, set to NULL when used; only
 * what needs it fails without. With @wait a request that conflicts enters the list of those that
 * wait. Returns 0, -EAGAIN, -EDEADLK or -ENOLCK. locks_lock held.
 */
static int set_range(struct file_lock *want, bool wait, struct file_lock **fresh,
		     struct file_lock **rest)
{
	struct file_lock *blocker = find_conflict(want);
	struct list_head *place;

	if (blocker && wait && would_deadlock(want, blocker))
		return -EDEADLK;
	if (blocker && wait)
		list_add_tail(&want->list, &waiting);
	if (blocker)
		return -EAGAIN;
	if ((want->type != F_UNLCK && !*fresh) || (!*rest && splits_lock(want)))
		return -ENOLCK;
	INIT_LIST_HEAD(&want->all);
	place = clear_range(want, rest);
	if (want->type == F_UNLCK)
		return 0;
	**fresh = *want;
	insert_lock(*fresh, place);
	if (!list_empty(&want->all)) {
		list_move(&(*fresh)->all, &want->all);
		list_del(&want->all);
	}
	*fresh = NULL;
	return 0;
}

static int try_range(struct file_lock *want, bool wait)
{
	struct file_lock *fresh = NULL, *rest = NULL;
	int err;

	if (want->start || want->end != INT64_MAX || want->type != F_UNLCK) {
		fresh = kmalloc(sizeof(*fresh), GFP_KERNEL);
		rest = kmalloc(sizeof(*rest), GFP_KERNEL);
	}
	spin_lock(&locks_lock);
	err = set_range(want, wait, &fresh, &rest);
	spin_unlock(&locks_lock);
	kfree(fresh);
	kfree(rest);
	if (!err)
		wake_up_all(&locks_wait);
	return err;
}

static int lock_range(const struct file_lock *request, bool wait)
{
	struct file_lock want;
	int err;

	for (;;) {
		want = *request;
		err = try_range(&want, wait);
		if (err != -EAGAIN || !wait)
			return err;
		err = wait_for_lock(&want);
		if (err)
			return err;
	}
}

/* ---- flock -------------------------------------------------------------------- */

/*
 * The old lock of the file is removed before the new one is tried, so an upgrade that fails has
 * lost it. Returns 0 or -EAGAIN. locks_lock held.
 */
static int set_flock(const struct file_lock *want, struct file_lock **fresh)
{
	struct file_lock *l, *old = NULL;

	list_for_each_entry(l, &want->inode->i_locks, list) {
		if (same_owner(l, want))
			old = l;
	}
	if (old && old->type == want->type)
		return 0;
	if (old) {
		delete_lock(old);
		wake_up_all(&locks_wait);
	}
	if (find_conflict(want))
		return -EAGAIN;
	if (want->type != F_UNLCK) {
		insert_lock(*fresh, &want->inode->i_locks);
		*fresh = NULL;
	}
	return 0;
}

static int try_flock(const struct file_lock *want)
{
	struct file_lock *fresh = NULL;
	int err;

	if (want->type != F_UNLCK) {
		fresh = kmemdup(want, sizeof(*want));
		if (!fresh)
			return -ENOMEM;
	}
	spin_lock(&locks_lock);
	err = set_flock(want, &fresh);
	spin_unlock(&locks_lock);
	kfree(fresh);
	return err;
}

long flock_lock(struct file *f, int type, bool wait)
{
	struct file_lock want = {.inode = f->f_inode,
				 .flock = true,
				 .owner = f,
				 .pid = current->tgid,
				 .type = type,
				 .end = INT64_MAX};
	int err;

	while ((err = try_flock(&want)) == -EAGAIN && wait) {
		spin_lock(&locks_lock);
		list_add_tail(&want.list, &waiting);
		spin_unlock(&locks_lock);
		err = wait_for_lock(&want);
		if (err)
			break;
	}
	return err;
}

void locks_remove(struct file *f, const void *owner)
{
	struct file_lock all;

	if (list_empty(&f->f_inode->i_locks))
		return;
	all = (struct file_lock){.inode = f->f_inode,
				 .owner = owner,
				 .type = F_UNLCK,
				 .end = INT64_MAX};
	try_range(&all, false);
	if (owner == f)
		flock_lock(f, F_UNLCK, false);
}

/* ---- fcntl -------------------------------------------------------------------- */

/*
 * Makes *lock from the user's request, owned by current or with @ofd by the open file. Returns 0,
 * -EINVAL or -EOVERFLOW.
 */
static int flock_to_lock(struct file *f, const struct flock *fl, bool ofd, struct file_lock *lock)
{
	loff_t base = fl->l_whence == SEEK_CUR ? f->f_pos : 0;
	loff_t start, end;

	if (fl->l_whence == SEEK_END)
		base = f->f_inode->i_size;
	if (fl->l_start > INT64_MAX - base)
		return -EOVERFLOW;
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
	*lock = (struct file_lock){.inode = f->f_inode,
				   .owner = ofd ? (const void *)f : current->files,
				   .pid = ofd ? -1 : current->tgid,
				   .type = fl->l_type,
				   .start = start,
				   .end = end};
	return 0;
}

/* Describes the lock that conflicts with @want in *fl, or stores F_UNLCK there. */
static void get_conflict(const struct file_lock *want, struct flock *fl)
{
	struct file_lock *l;

	spin_lock(&locks_lock);
	l = find_conflict(want);
	fl->l_type = l ? l->type : F_UNLCK;
	if (l) {
		fl->l_whence = SEEK_SET;
		fl->l_start = l->start;
		fl->l_len = l->end == INT64_MAX ? 0 : l->end - l->start + 1;
		fl->l_pid = l->pid;
	}
	spin_unlock(&locks_lock);
}

static bool mode_allows(const struct file *f, short type)
{
	return (type != F_RDLCK || (f->f_mode & FMODE_READ)) &&
	       (type != F_WRLCK || (f->f_mode & FMODE_WRITE));
}

/* @cmd: F_GETLK, F_SETLK, F_SETLKW or their F_OFD_ forms. */
long fcntl_lock(struct file *f, unsigned int cmd, struct flock __user *arg)
{
	bool ofd = cmd >= F_OFD_GETLK && cmd <= F_OFD_SETLKW;
	bool get = cmd == F_GETLK || cmd == F_OFD_GETLK;
	struct file_lock want;
	struct flock fl;
	int err;

	if (copy_from_user(&fl, arg, sizeof(fl)))
		return -EFAULT;
	if (get && fl.l_type != F_RDLCK && fl.l_type != F_WRLCK)
		return -EINVAL;
	err = flock_to_lock(f, &fl, ofd, &want);
	if (err)
		return err;
	if (!get && !mode_allows(f, want.type))
		return -EBADF;
	if (ofd && fl.l_pid)
		return -EINVAL;
	if (!get)
		return lock_range(&want, cmd == F_SETLKW || cmd == F_OFD_SETLKW);
	get_conflict(&want, &fl);
	return copy_to_user(arg, &fl, sizeof(fl)) ? -EFAULT : 0;
}

/* ---- /proc/locks ---------------------------------------------------------------- */

void for_each_lock(void (*show)(void *arg, int n, bool blocked, const struct file_lock *l),
		   void *arg)
{
	struct file_lock *l, *w;
	int n = 0;

	spin_lock(&locks_lock);
	list_for_each_entry(l, &all_locks, all) {
		show(arg, ++n, false, l);
		list_for_each_entry(w, &waiting, list)
			if (w->inode == l->inode && find_conflict(w) == l)
				show(arg, n, true, w);
	}
	spin_unlock(&locks_lock);
}
