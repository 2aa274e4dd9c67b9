/* SPDX-License-Identifier: MIT */
/*
 * The run queue and the switch from one task to the next. Abridges
 * kernel/sched/core.c: one CPU, one FIFO of runnable tasks, round robin with a
 * slice that nice(2) scales. No classes, no preemption inside the kernel: a
 * task leaves the CPU in schedule() alone, which the way out to user mode calls
 * when need_resched is set.
 *
 *   queue: [woken by an interrupt] [preempted] t t t [slice used up, woken, new]
 *             head ── next to run                       tail
 *
 * on_rq is 1 for the running task and for those in the queue; the running one
 * is not in the list. The idle task (pid 0) is in neither.
 */
#include <sched.h>
#include <errno.h>
#include <fs.h>
#include <mm.h>
#include <printk.h>
#include <string.h>
#include <asm/irq.h>
#include <asm/uaccess.h>
#include <linux/capability.h>

#define SLICE_TICKS	6		/* 24 ms at nice 0 */
#define NR_CACHED_STACKS 4

static struct {
	spinlock_t lock;
	struct list_head queue;
	unsigned long nr_running;	/* with the running task, without idle */
	unsigned long nr_switches;
	struct task_struct *prev;	/* left by the switch under way */
	struct mm_struct *prev_mm;	/* borrowed by prev until that switch, or NULL */
	u64 clock;			/* time up to which CPU time is accounted, ns */
	u64 idle_time;			/* ns */
	unsigned long avenrun[3];
	unsigned int load_ticks;	/* until the averages are next computed */
} rq = {
	.lock = SPIN_LOCK_INIT(LOCK_RUNQUEUE),
	.queue = LIST_HEAD_INIT(rq.queue),
	.load_ticks = 5 * HZ + 1,
};

void (*mmdrop_hook)(struct mm_struct *mm);

static struct kmem_cache *task_cache;
static void *cached_stacks[NR_CACHED_STACKS];	/* saves a walk of the vmalloc tables a fork */
static unsigned int nr_cached_stacks;

/* ---- the first task --------------------------------------------------- */

/*
 * Number 0: group and session of those who never called setpgid. Only init_task's
 * own entry keeps it in use; it is in no hash chain, so nobody finds it by number.
 */
static struct pid init_struct_pid = {
	.count = ATOMIC_INIT(1),
	.tasks = {
		{ &init_task.pid_links[PIDTYPE_PID], &init_task.pid_links[PIDTYPE_PID] },
		LIST_HEAD_INIT(init_struct_pid.tasks[PIDTYPE_TGID]),
		LIST_HEAD_INIT(init_struct_pid.tasks[PIDTYPE_PGID]),
		LIST_HEAD_INIT(init_struct_pid.tasks[PIDTYPE_SID]),
	},
	.hash = LIST_HEAD_INIT(init_struct_pid.hash),
};

#define RLIM_NONE	{ RLIM64_INFINITY, RLIM64_INFINITY }
static struct signal_struct init_signals = {
	.sigcnt = ATOMIC_INIT(1),
	.live = ATOMIC_INIT(1),
	.nr_threads = 1,
	.thread_head = { &init_task.thread_node, &init_task.thread_node },
	.wait_chldexit = WAIT_QUEUE_HEAD_INIT(init_signals.wait_chldexit),
	.shared_pending.list = LIST_HEAD_INIT(init_signals.shared_pending.list),
	.pids = { [PIDTYPE_TGID ... PIDTYPE_SID] = &init_struct_pid },
	.cred_guard_mutex = MUTEX_INIT(init_signals.cred_guard_mutex, LOCK_CRED_GUARD),
	.rlim = {
		[RLIMIT_CPU] = RLIM_NONE,
		[RLIMIT_FSIZE] = RLIM_NONE,
		[RLIMIT_DATA] = RLIM_NONE,
		[RLIMIT_STACK] = { 8 << 20, RLIM64_INFINITY },
		[RLIMIT_CORE] = { 0, RLIM64_INFINITY },
		[RLIMIT_RSS] = RLIM_NONE,
		[RLIMIT_NPROC] = RLIM_NONE,
		[RLIMIT_NOFILE] = { 1024, 4096 },
		[RLIMIT_MEMLOCK] = { 8 << 20, 8 << 20 },
		[RLIMIT_AS] = RLIM_NONE,
		[RLIMIT_LOCKS] = RLIM_NONE,
		[RLIMIT_MSGQUEUE] = { 819200, 819200 },
		[RLIMIT_RTTIME] = RLIM_NONE,
	},
};

static struct sighand_struct init_sighand = {
	.siglock = SPIN_LOCK_INIT(LOCK_SIGHAND),
	.count = ATOMIC_INIT(1),
};

static struct fs_struct init_fs = {
	.users = ATOMIC_INIT(1),
	.umask = 0022,
	.lock = SPIN_LOCK_INIT(LOCK_FILES),
};

/* The boot context, later the idle loop. Its stack is the boot stack, which it never leaves. */
struct task_struct init_task = {
	.on_rq = 1,
	.run_list = LIST_HEAD_INIT(init_task.run_list),
	.time_slice = SLICE_TICKS,
	.cpus_allowed = 1,
	.usage = ATOMIC_INIT(2),
	.flags = PF_KTHREAD,
	.comm = "swapper/0",
	.real_parent = &init_task,
	.parent = &init_task,
	.group_leader = &init_task,
	.children = LIST_HEAD_INIT(init_task.children),
	.sibling = LIST_HEAD_INIT(init_task.sibling),
	.thread_node = { &init_signals.thread_head, &init_signals.thread_head },
	.tasks = LIST_HEAD_INIT(init_task.tasks),
	.thread_pid = &init_struct_pid,
	.pid_links[PIDTYPE_PID] = { &init_struct_pid.tasks[PIDTYPE_PID], &init_struct_pid.tasks[PIDTYPE_PID] },
	.fs = &init_fs,
	.signal = &init_signals,
	.sighand = &init_sighand,
	.cred = &init_cred,
	.pending.list = LIST_HEAD_INIT(init_task.pending.list),
	.timer_slack_ns = 50000,
};

/* ---- births and deaths of the struct ---------------------------------- */

static void *alloc_stack(void)
{
	return nr_cached_stacks ? cached_stacks[--nr_cached_stacks] : vmalloc(THREAD_SIZE);
}

static void free_stack(void *stack)
{
	if (nr_cached_stacks < NR_CACHED_STACKS)
		cached_stacks[nr_cached_stacks++] = stack;
	else
		vfree(stack);
}

struct task_struct *dup_task_struct(struct task_struct *orig)
{
	struct task_struct *t = kmem_cache_alloc(task_cache, GFP_KERNEL);
	void *stack;

	if (!t)
		return NULL;
	stack = alloc_stack();
	if (!stack) {
		kmem_cache_free(task_cache, t);
		return NULL;
	}
	*t = *orig;
	t->stack = stack;
	t->thread.fpu = NULL;		/* still the parent's: copy_thread makes ours */
	t->on_rq = 0;
	t->signal = NULL;
	t->cred = NULL;
	INIT_LIST_HEAD(&t->run_list);
	atomic_set(&t->usage, 2);
	return t;
}

/* NULL is nothing. The last reference frees; a task that ran gives up its own in finish_task_switch, off its stack. */
void put_task_struct(struct task_struct *t)
{
	if (!t || !atomic_dec_and_test(&t->usage))
		return;
	if (t->thread.fpu)
		exit_thread(t);
	if (t->signal)
		put_signal_struct(t->signal);
	if (t->cred)
		put_cred(t->cred);
	free_stack(t->stack);
	kmem_cache_free(task_cache, t);
}

void set_task_comm(struct task_struct *t, const char *name)
{
	memset(t->comm, 0, sizeof(t->comm));
	strscpy(t->comm, name, sizeof(t->comm));
}

/* ---- accounting ------------------------------------------------------- */

/* Charges the time since the last call to @t. rq lock held. */
static void account_time(struct task_struct *t, bool user)
{
	u64 now = ktime_get();
	u64 delta = rq.clock ? now - rq.clock : 0;

	rq.clock = now;
	if (t == &init_task)
		rq.idle_time += delta;
	else if (user)
		t->utime += delta;
	else
		t->stime += delta;
}

/* Exponentially decaying averages over 1, 5 and 15 minutes: weights of Linux, 11 bits fixed point. */
static void update_load(void)
{
	static const unsigned int weight[3] = { 1884, 2014, 2037 };
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

void scheduler_tick(bool user)
{
	struct task_struct *t = current;

	spin_lock(&rq.lock);
	account_time(t, user);
	update_load();
	if (t != &init_task && --t->time_slice <= 0)
		this_cpu()->need_resched = 1;
	spin_unlock(&rq.lock);
	if (t != &init_task)
		run_cpu_timers(t);
}

static void tick(bool user)
{
	scheduler_tick(user);
	run_timers();
}

unsigned long nr_running(void)
{
	return rq.nr_running;
}

unsigned long nr_context_switches(void)
{
	return rq.nr_switches;
}

u64 idle_time_ns(void)
{
	return rq.idle_time;
}

void get_avenrun(unsigned long loads[3])
{
	memcpy(loads, rq.avenrun, sizeof(rq.avenrun));
}

/* ---- waking up -------------------------------------------------------- */

static int slice_of(const struct task_struct *t)
{
	return SLICE_TICKS - t->nice * 3 / 10;	/* 12 ticks at nice -20, 1 at 19 */
}

/* What an interrupt wakes has waited for the outside world: it runs next. rq lock held. */
static void enqueue(struct task_struct *t)
{
	t->on_rq = 1;
	rq.nr_running++;
	if (this_cpu()->in_irq)
		list_add(&t->run_list, &rq.queue);
	else
		list_add_tail(&t->run_list, &rq.queue);
	if (this_cpu()->in_irq || current == &init_task)
		this_cpu()->need_resched = 1;
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

bool wake_up_process(struct task_struct *t)
{
	return wake_up_state(t, TASK_NORMAL);
}

void wake_up_new_task(struct task_struct *t)
{
	unsigned long flags;

	spin_lock_irqsave(&rq.lock, flags);
	t->__state = TASK_RUNNING;
	t->time_slice = slice_of(t);
	enqueue(t);
	spin_unlock_irqrestore(&rq.lock, flags);
}

/* ---- the switch ------------------------------------------------------- */

/* A sleep that a signal may end must not begin when the signal is already there. */
static bool signal_pending_state(const struct task_struct *t)
{
	if (!(t->__state & (TASK_INTERRUPTIBLE | TASK_WAKEKILL)) || !t->sigpending_flag)
		return false;
	return (t->__state & TASK_INTERRUPTIBLE) || (t->pending.signal & sigmask(SIGKILL));
}

/* Takes the next task off the queue and puts @prev, if it can run on, back where it belongs. */
static struct task_struct *pick_next(struct task_struct *prev)
{
	struct task_struct *next;

	if (list_empty(&rq.queue)) {
		if (!prev->on_rq)
			return &init_task;
		next = prev;
	} else {
		next = list_first_entry(&rq.queue, struct task_struct, run_list);
		list_del_init(&next->run_list);
	}
	if (prev->on_rq && prev != next && prev != &init_task) {
		if (prev->time_slice > 0)
			list_add(&prev->run_list, &rq.queue);
		else
			list_add_tail(&prev->run_list, &rq.queue);
	}
	if (prev->time_slice <= 0)
		prev->time_slice = slice_of(prev);
	return next;
}

/*
 * Kernel threads have no tables of their own and run on those of whoever ran
 * before, holding mm_count so that the top table stays until the next switch.
 */
static void context_switch(struct task_struct *prev, struct task_struct *next)
{
	struct mm_struct *oldmm = prev->active_mm;

	if (!next->mm) {
		next->active_mm = oldmm;
		if (oldmm && prev->mm)
			mmgrab(oldmm);		/* else prev's reference goes over to next */
	} else {
		if (next->mm != oldmm)
			switch_mm(oldmm, next->mm);
		next->active_mm = next->mm;
		if (!prev->mm)
			rq.prev_mm = oldmm;
	}
	if (!prev->mm)
		prev->active_mm = NULL;
	rq.prev = prev;
	if (next->stack)
		set_kernel_stack((char *)next->stack + THREAD_SIZE);
	set_current(next);
	switch_to(prev, next);
}

/* Runs in the context of the task switched to. Returns with the lock dropped, interrupts as they were. */
static void finish_task_switch(unsigned long flags)
{
	struct task_struct *prev = rq.prev;
	struct mm_struct *mm = rq.prev_mm;
	bool dead = prev->__state == TASK_DEAD;

	rq.prev_mm = NULL;
	spin_unlock_irqrestore(&rq.lock, flags);
	if (mm)
		mmdrop_hook(mm);
	if (dead)
		put_task_struct(prev);
}

void schedule(void)
{
	struct task_struct *prev = current, *next;
	unsigned long flags;

	might_sleep();
	spin_lock_irqsave(&rq.lock, flags);
	this_cpu()->need_resched = 0;
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
	panic("task %d (%s) ran after its death", current->pid, current->comm);
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
		if (list_empty(&rq.queue))
			safe_halt();
		else
			local_irq_enable();
		schedule();
	}
}

/* After slab_init and cpu_init, before the first timer tick. */
void sched_init(void)
{
	task_cache = kmem_cache_create("task_struct", sizeof(struct task_struct), 64);
	if (!task_cache)
		panic("no memory for tasks");
	set_current(&init_task);
	timer_setup(&init_signals.real_timer, NULL);
	lockdep_start();
	pid_init();
	signals_init();
	tick_handler = tick;
}
