/* SPDX-License-Identifier: MIT */
/*
 * Numbers of tasks, groups and sessions: from a number to its tasks, and back.
 *
 * Abridges Linux's kernel/pid.c. Left out: pid namespaces, pidfds.
 *
 *   pid_hash[nr] ──> struct pid ──tasks[PIDTYPE_PID]───> the thread
 *                        ├────────tasks[PIDTYPE_TGID]──> leader of the thread group
 *                        ├────────tasks[PIDTYPE_PGID]──> leaders of the group's processes
 *                        └────────tasks[PIDTYPE_SID]───> leaders of the session's processes
 *
 * A number can be reused when its four lists are empty. The struct stays while there is a reference
 * to it, for example of a terminal. tasklist_lock guards everything here. It is taken with
 * interrupts off, because interrupts send signals.
 */
#include <sched.h>
#include <errno.h>
#include <slab.h>

#define RESERVED_PIDS 300 /* numbers wrap around to this one */
#define PID_BUCKETS   512

DEFINE_SPINLOCK(tasklist_lock, LOCK_TASKLIST);

static struct list_head pid_hash[PID_BUCKETS];
static int last_pid;
static int nr_pids; /* numbers in use; each thread has one */

int pid_max = 32768; /* numbers are below this */
int max_threads;     /* 0 until memory is counted: no limit */

void pid_init(void)
{
	for (int i = 0; i < PID_BUCKETS; i++)
		INIT_LIST_HEAD(&pid_hash[i]);
}

static struct pid *find_pid(int nr)
{
	struct pid *pid;

	list_for_each_entry(pid, &pid_hash[nr % PID_BUCKETS], hash) {
		if (pid->nr == nr)
			return pid;
	}
	return NULL;
}

/*
 * Returns @chosen or, if that is 0, the next free number after the last one; -EEXIST, or -EAGAIN if
 * all are in use. tasklist_lock held.
 */
static int pick_nr(int chosen)
{
	int nr = last_pid;

	if (max_threads && nr_pids >= max_threads)
		return -EAGAIN;
	if (chosen)
		return find_pid(chosen) ? -EEXIST : chosen;
	for (int tries = 0; tries < pid_max; tries++) {
		if (++nr >= pid_max)
			nr = RESERVED_PIDS;
		if (!find_pid(nr))
			return last_pid = nr;
	}
	return -EAGAIN;
}

struct pid *alloc_pid(int chosen)
{
	struct pid *pid = kmalloc(sizeof(*pid), GFP_KERNEL);
	unsigned long flags;
	int nr;

	if (!pid)
		return ERR_PTR(-ENOMEM);
	atomic_set(&pid->count, 1);
	for (int i = 0; i < PIDTYPE_MAX; i++)
		INIT_LIST_HEAD(&pid->tasks[i]);
	init_waitqueue_head(&pid->wait_pidfd);
	spin_lock_irqsave(&tasklist_lock, flags);
	nr = pid->nr = pick_nr(chosen);
	if (nr > 0) {
		list_add(&pid->hash, &pid_hash[nr % PID_BUCKETS]);
		nr_pids++;
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
	if (nr < 0) {
		kfree(pid);
		return ERR_PTR(nr);
	}
	return pid;
}

struct pid *get_pid(struct pid *pid)
{
	if (pid)
		refcount_inc(&pid->count);
	return pid;
}

void put_pid(struct pid *pid)
{
	if (pid && refcount_dec_and_test(&pid->count))
		kfree(pid);
}

/* tasklist_lock held, or nobody else has seen the number yet. */
void free_pid(struct pid *pid)
{
	list_del_init(&pid->hash);
	nr_pids--;
	put_pid(pid);
}

struct pid *find_get_pid(int nr)
{
	unsigned long flags;
	struct pid *pid;

	if (nr <= 0)
		return NULL;
	spin_lock_irqsave(&tasklist_lock, flags);
	pid = get_pid(find_pid(nr));
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return pid;
}

static struct pid **pid_slot(struct task_struct *t, enum pid_type type)
{
	return type == PIDTYPE_PID ? &t->thread_pid : &t->signal->pids[type];
}

/* The pointer must be in its slot already. The newest is first: the order of signals to a group. */
void attach_pid(struct task_struct *t, enum pid_type type)
{
	list_add(&t->pid_links[type], &(*pid_slot(t, type))->tasks[type]);
}

static bool pid_unused(const struct pid *pid)
{
	for (int i = 0; i < PIDTYPE_MAX; i++) {
		if (!list_empty(&pid->tasks[i]))
			return false;
	}
	return true;
}

static void __change_pid(struct task_struct *t, enum pid_type type, struct pid *new)
{
	struct pid **slot = pid_slot(t, type), *old = *slot;

	list_del_init(&t->pid_links[type]);
	*slot = new;
	if (pid_unused(old))
		free_pid(old);
}

void detach_pid(struct task_struct *t, enum pid_type type) { __change_pid(t, type, NULL); }

void change_pid(struct task_struct *t, enum pid_type type, struct pid *pid)
{
	__change_pid(t, type, pid);
	attach_pid(t, type);
}

/* exec by a thread: @new takes @old's place in the list of @type. */
void transfer_pid(struct task_struct *old, struct task_struct *new, enum pid_type type)
{
	if (type == PIDTYPE_PID)
		new->thread_pid = old->thread_pid;
	list_add(&new->pid_links[type], &old->pid_links[type]);
	list_del_init(&old->pid_links[type]);
}

struct task_struct *pid_task(struct pid *pid, enum pid_type type)
{
	if (!pid || list_empty(&pid->tasks[type]))
		return NULL;
	return list_first_entry(&pid->tasks[type], struct task_struct, pid_links[type]);
}

struct task_struct *find_get_task_by_vpid(int nr)
{
	struct task_struct *t;
	unsigned long flags;

	if (nr <= 0)
		return NULL;
	spin_lock_irqsave(&tasklist_lock, flags);
	t = pid_task(find_pid(nr), PIDTYPE_PID);
	if (t)
		get_task_struct(t);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return t;
}
