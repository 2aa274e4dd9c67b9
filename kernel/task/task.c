/* SPDX-License-Identifier: MIT */
/*
 * Allocates and frees the structs that make a task: task_struct with its kernel stack, and what the
 * threads of a process share. kernel/fork.c fills them in.
 *
 * Abridges the first part of Linux's kernel/fork.c. Left out: task groups, cgroups, NUMA.
 */
#include <poll.h>
#include <sched.h>
#include <slab.h>
#include <printk.h>
#include <string.h>
#include <trace.h>

#define NR_CACHED_STACKS 4

static struct kmem_cache *task_cache;
static void *cached_stacks[NR_CACHED_STACKS]; /* a fork need not walk the vmalloc tables */
static unsigned int nr_cached_stacks;

static void *alloc_stack(void)
{
	return nr_cached_stacks ? cached_stacks[--nr_cached_stacks] : vmalloc(THREAD_SIZE);
}

static void free_stack(void *stack)
{
	if (nr_cached_stacks < NR_CACHED_STACKS)
		cached_stacks[nr_cached_stacks++] = stack;
	else
		vfree(unpaint_stack(stack));
}

struct task_struct *dup_task_struct(struct task_struct *orig)
{
	struct task_struct *t = kmem_cache_alloc(task_cache, GFP_KERNEL);
	void *stack;

	if (!t)
		return NULL;
	stack = paint_stack(alloc_stack(), THREAD_SIZE);
	if (!stack) {
		kmem_cache_free(task_cache, t);
		return NULL;
	}
	*t = *orig;
	t->stack = stack;
	t->thread.fpu = NULL; /* the parent's; copy_thread makes a new one */
	t->on_rq = 0;
	t->signal = NULL;
	t->cred = NULL;
	atomic_set(&t->usage, 2);
	return t;
}

/* NULL is allowed. A task's own reference is dropped in finish_task_switch, off its stack. */
void put_task_struct(struct task_struct *t)
{
	if (!t || !refcount_dec_and_test(&t->usage))
		return;
	if (t->thread.fpu)
		exit_thread(t);
	if (t->signal && refcount_dec_and_test(&t->signal->sigcnt))
		kfree(t->signal);
	if (t->cred)
		put_cred(t->cred);
	free_stack(t->stack);
	kmem_cache_free(task_cache, t);
}

void set_task_comm(struct task_struct *t, const char *name)
{
	memset(t->comm, 0, sizeof(t->comm));
	strscpy(t->comm, name, sizeof(t->comm));
	trace_task_known = false;
}

/* ---- what the threads of a process share ------------------------------ */

/* For one task, with limits and counts zero. NULL: no memory. */
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

struct sighand_struct *alloc_sighand(const struct sighand_struct *old)
{
	struct sighand_struct *sh = kmemdup(old, sizeof(*sh));

	if (!sh)
		return NULL;
	spin_lock_init(&sh->siglock, LOCK_SIGHAND);
	init_waitqueue_head(&sh->signalfd_wqh);
	atomic_set(&sh->count, 1);
	return sh;
}

void put_sighand(struct sighand_struct *sh)
{
	if (!refcount_dec_and_test(&sh->count))
		return;
	__wake_up(&sh->signalfd_wqh, TASK_NORMAL, 0, POLLFREE);
	kfree(sh);
}

/*
 * The CPU time of the whole process, ns. tasklist_lock held, or interrupts off, so that no thread
 * exits.
 */
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

/* After sched_init, before the first fork. */
void task_init(void)
{
	task_cache = kmem_cache_create("task_struct", sizeof(struct task_struct), 64);
	if (!task_cache)
		panic("no memory for tasks");
	timer_setup(&init_task.signal->real_timer, NULL);
	dead_task_handler = put_task_struct;
	pid_init();
	signals_init();
}
