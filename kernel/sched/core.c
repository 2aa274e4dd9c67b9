/* SPDX-License-Identifier: MIT */
/*
 * The run queue and the switch from one task to the next: the highest priority runs, and round
 * robin within a priority, with a slice of time that nice(2) scales. The kernel is not preempted: a
 * task leaves the CPU only in schedule(), which the way out to user mode calls when need_resched is
 * set.
 *
 * Abridges Linux's kernel/sched/core.c, rt.c and deadline.c. Left out: more than one CPU, groups,
 * preemption; which of several tasks with SCHED_DEADLINE has the earliest deadline.
 *
 *   queue: [woken by an interrupt] [preempted] t t t [slice used up, woken, new]
 *             head ── the first of the highest rank is next            tail
 *
 * on_rq is 1 for the running task and for those in the queue; the running task is not in the list.
 * The idle task (pid 0) is never in the list.
 */
#include <sched.h>
#include <errno.h>
#include <printk.h>
#include <string.h>
#include <trace.h>
#include <asm/irq.h>
#include <asm/uaccess.h>

#define SLICE_TICKS    6	       /* 24 ms at nice 0 */
#define RR_SLICE_TICKS (HZ / 10)       /* SCHED_RR */
#define RT_TICKS       (HZ * 95 / 100) /* of each second, for real-time tasks */

/* What SCHED_FIFO and SCHED_RR have is higher. */
#define THROTTLED   (-2) /* SCHED_DEADLINE: the runtime of this period is used up */
#define IDLE_PRIO   (-1)
#define NORMAL_PRIO 0

static struct {
	spinlock_t lock;
	struct list_head queue;	  /* tasks of normal priority that can run, the next one first */
	struct list_head ranked;  /* those of all other priorities; they are few */
	unsigned long nr_running; /* counts the running task, but not idle */
	unsigned long nr_switches;
	struct task_struct *idle; /* runs when no other task can */
	struct task_struct *prev; /* the task that the current switch leaves */
	u64 clock;		  /* time up to which CPU time is accounted, ns */
	u64 idle_time;		  /* ns */
	unsigned long avenrun[3];
	unsigned int load_ticks; /* until the averages are next computed */
	unsigned int ticks;
	unsigned int rt_ticks; /* of this second, in which a real-time task ran */
	int max_prio; /* in this tick a higher one ranks below all others, but for deadlines */
} rq = {
	.lock = SPIN_LOCK_INIT(LOCK_RUNQUEUE),
	.queue = LIST_HEAD_INIT(rq.queue),
	.ranked = LIST_HEAD_INIT(rq.ranked),
	.load_ticks = 5 * HZ + 1,
	.max_prio = MAX_RT_PRIO,
};

void (*dead_task_handler)(struct task_struct *t);

/* ---- accounting ------------------------------------------------------- */

/* A new period begins with the first time that is used in it. rq lock held. */
static void account_deadline(struct sched_dl *dl, u64 now, u64 delta)
{
	if (now >= dl->end) {
		dl->end = now + dl->period;
		dl->used = 0;
	}
	dl->used += delta;
}

/* Charges the time since the last call to @t. rq lock held. */
static void account_time(struct task_struct *t, bool user)
{
	u64 now = ktime_get();
	u64 delta = rq.clock ? now - rq.clock : 0;

	rq.clock = now;
	if (t == rq.idle)
		rq.idle_time += delta;
	else if (user)
		t->utime += delta;
	else
		t->stime += delta;
	if (t->policy == SCHED_DEADLINE)
		account_deadline(&t->dl, now, delta);
}

/* Averages that decay over 1, 5 and 15 minutes: Linux's weights, fixed point of 11 bits. */
static void update_load(void)
{
	static const unsigned int weight[3] = {1884, 2014, 2037};
	unsigned long active = rq.nr_running << 11;

	if (--rq.load_ticks)
		return;
	rq.load_ticks = 5 * HZ + 1;
	for (int i = 0; i < 3; i++) {
		unsigned long load = rq.avenrun[i] * weight[i] + active * (2048 - weight[i]);

		if (active >= rq.avenrun[i])
			load += 2047;
		rq.avenrun[i] = load / 2048;
	}
}

/* ---- priorities -------------------------------------------------------- */

int rt_priority_of(const struct task_struct *t)
{
	int own = t->policy == SCHED_DEADLINE ? MAX_RT_PRIO : t->rt_priority;

	return max(own, t->pi_priority);
}

static bool is_throttled(const struct task_struct *t)
{
	return t->policy == SCHED_DEADLINE && t->dl.used >= t->dl.runtime &&
	       (u64)ktime_get() < t->dl.end;
}

static int rank(const struct task_struct *t)
{
	int rt = rt_priority_of(t), prio = t->policy == SCHED_IDLE && !rt ? IDLE_PRIO : rt;

	if (is_throttled(t))
		return THROTTLED;
	return prio > rq.max_prio && prio < MAX_RT_PRIO ? prio - 2 * MAX_RT_PRIO : prio;
}

/* Tasks of normal priority have one rank, so their queue needs no search. */
static struct list_head *queue_of(const struct task_struct *t)
{
	return rt_priority_of(t) || t->policy == SCHED_IDLE ? &rq.ranked : &rq.queue;
}

/* The first task of the highest rank in the queues; NULL: they are empty. rq lock held. */
static struct task_struct *highest_queued(void)
{
	struct task_struct *t, *best = NULL;

	if (!list_empty(&rq.queue))
		best = list_first_entry(&rq.queue, struct task_struct, run_list);
	list_for_each_entry(t, &rq.ranked, run_list)
		if (!best || rank(t) > rank(best))
			best = t;
	return best;
}

/*
 * No task starves: as in Linux, real-time tasks that never sleep get 95 % of each second, and
 * SCHED_IDLE about 3 of 1,024 parts beside a normal task. @t runs; rq lock held.
 */
static void limit_priorities(const struct task_struct *t)
{
	int rt = rt_priority_of(t);

	rq.ticks++;
	rq.rt_ticks = rq.ticks % HZ ? rq.rt_ticks + (rt && rt < MAX_RT_PRIO) : 0;
	rq.max_prio = rq.rt_ticks < RT_TICKS ? MAX_RT_PRIO : NORMAL_PRIO;
	if (rq.ticks % 256 == 0 && !rt)
		rq.max_prio = IDLE_PRIO;
}

/* Must @t, which runs, let another task run? rq lock held. */
static bool must_yield(struct task_struct *t)
{
	struct task_struct *best = highest_queued();

	if (t->policy != SCHED_FIFO && --t->time_slice <= 0)
		return true;
	return best && rank(best) > rank(t);
}

void scheduler_tick(bool user)
{
	struct task_struct *t = current;

	spin_lock(&rq.lock);
	account_time(t, user);
	update_load();
	limit_priorities(t);
	if (t != rq.idle && must_yield(t))
		t->need_resched = true;
	spin_unlock(&rq.lock);
}

unsigned long nr_running(void) { return rq.nr_running; }

unsigned long nr_context_switches(void) { return rq.nr_switches; }

u64 idle_time_ns(void) { return rq.idle_time; }

u64 unaccounted_ns(void) { return ktime_get() - rq.clock; }

void get_avenrun(unsigned long loads[3]) { memcpy(loads, rq.avenrun, sizeof(rq.avenrun)); }

/* ---- waking up -------------------------------------------------------- */

static int slice_of(const struct task_struct *t)
{
	if (t->policy == SCHED_RR)
		return RR_SLICE_TICKS;
	return SLICE_TICKS - t->nice * 3 / 10; /* 12 ticks at nice -20, 1 at 19 */
}

/* A task that an interrupt wakes runs next: it has waited for a device. rq lock held. */
static void enqueue(struct task_struct *t)
{
	t->on_rq = 1;
	rq.nr_running++;
	if (this_cpu()->in_irq)
		list_add(&t->run_list, queue_of(t));
	else
		list_add_tail(&t->run_list, queue_of(t));
	if (current == rq.idle || rank(t) + this_cpu()->in_irq > rank(current))
		current->need_resched = true;
}

bool wake_up_state(struct task_struct *t, unsigned int mode)
{
	unsigned long flags;
	bool woken;

	spin_lock_irqsave(&rq.lock, flags);
	woken = t->__state & mode;
	if (woken) {
		t->__state = TASK_RUNNING;
		if (!t->on_rq)
			enqueue(t);
	}
	spin_unlock_irqrestore(&rq.lock, flags);
	return woken;
}

bool wake_up_process(struct task_struct *t) { return wake_up_state(t, TASK_NORMAL); }

/* A child does not get what its parent may not pass on. */
static void reset_on_fork(struct task_struct *t)
{
	if (rt_priority_of(t) || t->nice < 0)
		t->nice = 0;
	if (rt_priority_of(t))
		t->policy = SCHED_NORMAL;
	t->rt_priority = 0;
	t->sched_reset_on_fork = false;
}

void wake_up_new_task(struct task_struct *t)
{
	unsigned long flags;

	spin_lock_irqsave(&rq.lock, flags);
	t->__state = TASK_RUNNING;
	t->pi_priority = 0;
	if (t->sched_reset_on_fork)
		reset_on_fork(t);
	t->time_slice = slice_of(t);
	enqueue(t);
	spin_unlock_irqrestore(&rq.lock, flags);
}

/* Out of the queue while its priority changes, if it is there. rq lock held for both. */
static bool take_off(struct task_struct *t)
{
	bool queued = t->on_rq && t != current;

	if (queued)
		list_del(&t->run_list);
	return queued;
}

static void put_back(struct task_struct *t, bool queued)
{
	if (queued)
		list_add_tail(&t->run_list, queue_of(t));
	current->need_resched = true;
}

void set_scheduler(struct task_struct *t, int policy, int rt_priority, int nice)
{
	unsigned long flags;
	bool queued;

	spin_lock_irqsave(&rq.lock, flags);
	queued = take_off(t);
	t->policy = policy;
	t->rt_priority = rt_priority;
	t->nice = nice;
	t->time_slice = slice_of(t);
	put_back(t, queued);
	spin_unlock_irqrestore(&rq.lock, flags);
}

bool set_pi_priority(struct task_struct *t, int priority)
{
	unsigned long flags;
	bool queued;

	if (t->pi_priority == priority)
		return false;
	spin_lock_irqsave(&rq.lock, flags);
	queued = take_off(t);
	t->pi_priority = priority;
	put_back(t, queued);
	spin_unlock_irqrestore(&rq.lock, flags);
	return true;
}

bool sched_may_fork(const struct task_struct *t)
{
	return t->policy != SCHED_DEADLINE || t->sched_reset_on_fork;
}

u64 sched_slice_ns(const struct task_struct *t)
{
	if (t->policy == SCHED_FIFO || t->policy == SCHED_DEADLINE)
		return 0;
	return (t->policy == SCHED_RR ? slice_of(t) : 1) * TICK_NSEC;
}

/* ---- the switch ------------------------------------------------------- */

/* A sleep that a signal may end must not begin when the signal is pending already. */
static bool signal_pending_state(const struct task_struct *t)
{
	if (!(t->__state & (TASK_INTERRUPTIBLE | TASK_WAKEKILL)) || !t->sigpending_flag)
		return false;
	return (t->__state & TASK_INTERRUPTIBLE) || (t->pending.signal & sigmask(SIGKILL));
}

/*
 * Takes the next task off the queue. @prev goes back to it if it can run: to the head if it has
 * time left. rq lock held.
 */
static struct task_struct *pick_next(struct task_struct *prev)
{
	struct task_struct *next = highest_queued();

	if (prev->on_rq && prev != rq.idle && (!next || rank(prev) > rank(next)))
		next = prev;
	else if (!next)
		return rq.idle;
	else
		list_del_init(&next->run_list);
	if (prev->on_rq && prev != next && prev != rq.idle) {
		if (prev->time_slice > 0)
			list_add(&prev->run_list, queue_of(prev));
		else
			list_add_tail(&prev->run_list, queue_of(prev));
	}
	if (prev->time_slice <= 0)
		prev->time_slice = slice_of(prev);
	return next;
}

/* A kernel thread has no mm: it runs on the kernel's own page tables. rq lock held. */
static void context_switch(struct task_struct *prev, struct task_struct *next)
{
	if (next->mm != prev->mm)
		switch_mm(next->mm);
	rq.prev = prev;
	prev->rseq_event = prev->rseq;
	if (next->stack)
		set_kernel_stack((char *)next->stack + THREAD_SIZE);
	set_current(next);
	trace_task_known = false;
	switch_to(prev, next);
}

/* The next task runs this first: it releases the lock that the previous task took. */
static void finish_task_switch(unsigned long flags)
{
	struct task_struct *prev = rq.prev;
	bool dead = prev->__state == TASK_DEAD;

	spin_unlock_irqrestore(&rq.lock, flags);
	if (dead)
		dead_task_handler(prev);
}

void schedule(void)
{
	struct task_struct *prev = current, *next;
	unsigned long flags;

	might_sleep();
	spin_lock_irqsave(&rq.lock, flags);
	prev->need_resched = false;
	if (prev->__state == TASK_RUNNING || signal_pending_state(prev)) {
		prev->__state = TASK_RUNNING;
	} else {
		prev->on_rq = 0;
		rq.nr_running--;
	}
	next = pick_next(prev);
	if (next == prev) {
		spin_unlock_irqrestore(&rq.lock, flags);
		return;
	}
	if (prev->on_rq)
		prev->nivcsw++;
	else
		prev->nvcsw++;
	rq.nr_switches++;
	account_time(prev, false);
	context_switch(prev, next);
	finish_task_switch(flags);
}

void schedule_tail(void)
{
	finish_task_switch(X86_IF);
	if (current->set_child_tid)
		put_user(current->pid, current->set_child_tid);
}

void do_task_dead(void)
{
	__set_current_state(TASK_DEAD);
	schedule();
	panic("task %d (%s) ran after it had exited", current->pid, current->comm);
}

void yield(void)
{
	current->time_slice = 0;
	schedule();
}

void cpu_idle(void)
{
	for (;;) {
		local_irq_disable();
		if (!highest_queued())
			safe_halt();
		else
			local_irq_enable();
		schedule();
	}
}

/* @idle, which runs now, becomes current, and the idle task. After cpu_init. */
void sched_init(struct task_struct *idle)
{
	rq.idle = idle;
	set_current(idle);
	lockdep_start();
}
