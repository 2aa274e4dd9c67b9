/* SPDX-License-Identifier: MIT */
/*
 * Numbers of tasks, groups and sessions, and the taking of a dead task out of
 * every list. Abridges kernel/pid.c and release_task and __exit_signal of
 * kernel/exit.c; one pid namespace.
 *
 *   pid_hash[nr] ──> struct pid ──tasks[PIDTYPE_PID]───> the thread
 *                        ├────────tasks[PIDTYPE_TGID]──> leader of the thread group
 *                        ├────────tasks[PIDTYPE_PGID]──> leaders of the group's processes
 *                        └────────tasks[PIDTYPE_SID]───> leaders of the session's processes
 *
 * A number is free for reuse when its four lists are empty; the struct lives on
 * while somebody (a terminal) holds a reference. tasklist_lock guards it all
 * and is taken with interrupts off: signals come from interrupts too.
 */
#include <sched.h>
#include <errno.h>
#include <mm.h>

#define PID_MAX		32768		/* numbers are below this */
#define RESERVED_PIDS	300		/* left alone when the numbers wrap around */
#define PID_BUCKETS	512

DEFINE_SPINLOCK(tasklist_lock, LOCK_TASKLIST);

static struct list_head pid_hash[PID_BUCKETS];
static int last_pid;

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

/* The next free number after the last one given out; 0 if all are taken. tasklist_lock held. */
static int next_free_pid(void)
{
	int nr = last_pid;

	for (int tries = 0; tries < PID_MAX; tries++) {
		if (++nr >= PID_MAX)
			nr = RESERVED_PIDS;
		if (!find_pid(nr))
			return last_pid = nr;
	}
	return 0;
}

struct pid *alloc_pid(void)
{
	struct pid *pid = kmalloc(sizeof(*pid), GFP_KERNEL);
	unsigned long flags;

	if (!pid)
		return ERR_PTR(-ENOMEM);
	atomic_set(&pid->count, 1);
	for (int i = 0; i < PIDTYPE_MAX; i++)
		INIT_LIST_HEAD(&pid->tasks[i]);
	spin_lock_irqsave(&tasklist_lock, flags);
	pid->nr = next_free_pid();
	if (pid->nr)
		list_add(&pid->hash, &pid_hash[pid->nr % PID_BUCKETS]);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	if (!pid->nr) {
		kfree(pid);
		return ERR_PTR(-EAGAIN);
	}
	return pid;
}

struct pid *get_pid(struct pid *pid)
{
	if (pid)
		atomic_inc(&pid->count);
	return pid;
}

void put_pid(struct pid *pid)
{
	if (pid && atomic_dec_and_test(&pid->count))
		kfree(pid);
}

/* tasklist_lock held, or nobody else has seen the number yet. */
void free_pid(struct pid *pid)
{
	list_del_init(&pid->hash);
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

/* The pointer must be in its slot already. */
void attach_pid(struct task_struct *t, enum pid_type type)
{
	list_add_tail(&t->pid_links[type], &(*pid_slot(t, type))->tasks[type]);
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

void detach_pid(struct task_struct *t, enum pid_type type)
{
	__change_pid(t, type, NULL);
}

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

/* ---- what the threads of a process share ------------------------------ */

/* One task, limits and counts zero. NULL: no memory. */
struct signal_struct *alloc_signal_struct(void)
{
	struct signal_struct *sig = kzalloc(sizeof(*sig));

	if (!sig)
		return NULL;
	atomic_set(&sig->sigcnt, 1);
	atomic_set(&sig->live, 1);
	sig->nr_threads = 1;
	INIT_LIST_HEAD(&sig->thread_head);
	init_waitqueue_head(&sig->wait_chldexit);
	INIT_LIST_HEAD(&sig->shared_pending.list);
	mutex_init(&sig->cred_guard_mutex, LOCK_CRED_GUARD);
	timer_setup(&sig->real_timer, NULL);
	return sig;
}

void put_signal_struct(struct signal_struct *sig)
{
	if (atomic_dec_and_test(&sig->sigcnt))
		kfree(sig);
}

struct sighand_struct *alloc_sighand(void)
{
	struct sighand_struct *sh = kzalloc(sizeof(*sh));

	if (!sh)
		return NULL;
	spin_lock_init(&sh->siglock, LOCK_SIGHAND);
	atomic_set(&sh->count, 1);
	return sh;
}

void put_sighand(struct sighand_struct *sh)
{
	if (atomic_dec_and_test(&sh->count))
		kfree(sh);
}

/* CPU time of the whole process, ns. Threads must not come or go meanwhile: tasklist_lock or no interrupts. */
void thread_group_cputime(struct task_struct *t, u64 *utime, u64 *stime)
{
	struct signal_struct *sig = t->signal;
	struct task_struct *p;

	*utime = sig->utime;
	*stime = sig->stime;
	for_each_thread(t, p) {
		*utime += p->utime;
		*stime += p->stime;
	}
}

/* ---- the end ---------------------------------------------------------- */

/* The counts of a thread that goes stay with its process. siglock held. */
static void keep_thread_counts(struct signal_struct *sig, const struct task_struct *t)
{
	sig->utime += t->utime;
	sig->stime += t->stime;
	sig->min_flt += t->min_flt;
	sig->maj_flt += t->maj_flt;
	sig->nvcsw += t->nvcsw;
	sig->nivcsw += t->nivcsw;
}

/* tasklist_lock and siglock held. */
static void unhash_process(struct task_struct *t, bool group_dead)
{
	detach_pid(t, PIDTYPE_PID);
	if (group_dead) {
		detach_pid(t, PIDTYPE_TGID);
		detach_pid(t, PIDTYPE_PGID);
		detach_pid(t, PIDTYPE_SID);
		list_del_init(&t->tasks);
		list_del_init(&t->sibling);
	}
	list_del_init(&t->thread_node);
	t->signal->nr_threads--;
}

/* tasklist_lock held. */
static void exit_signal_struct(struct task_struct *t)
{
	struct sighand_struct *sighand = t->sighand;
	struct signal_struct *sig = t->signal;
	bool group_dead = thread_group_leader(t);

	spin_lock(&sighand->siglock);
	/* exec waits for its siblings in de_thread. */
	if (!group_dead && sig->notify_count > 0 && !--sig->notify_count)
		wake_up_process(sig->group_exec_task);
	keep_thread_counts(sig, t);
	unhash_process(t, group_dead);
	flush_sigqueue(&t->pending);
	t->sighand = NULL;
	spin_unlock(&sighand->siglock);
	put_sighand(sighand);
	if (group_dead) {
		flush_sigqueue(&sig->shared_pending);
		sig->tty = NULL;
	}
}

/* True if @leader, a zombie, was only waiting for @t, its last thread, and nobody will wait for it. */
static bool reap_leader_too(struct task_struct *t, struct task_struct *leader)
{
	if (leader == t || !thread_group_empty(leader) || leader->exit_state != EXIT_ZOMBIE)
		return false;
	if (!do_notify_parent(leader, leader->exit_signal))
		return false;
	leader->exit_state = EXIT_DEAD;
	return true;
}

void release_task(struct task_struct *t)
{
	struct task_struct *leader;
	unsigned long flags;
	bool again;

	do {
		spin_lock_irqsave(&tasklist_lock, flags);
		leader = t->group_leader;
		exit_signal_struct(t);
		again = reap_leader_too(t, leader);
		spin_unlock_irqrestore(&tasklist_lock, flags);
		put_task_struct(t);
		t = leader;
	} while (again);
}
