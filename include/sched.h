/* SPDX-License-Identifier: MIT */
/*
 * Tasks and the scheduler.
 *
 * A task_struct is one thread. Threads of a process share signal_struct,
 * sighand, mm, files and fs. Locks: the group of fields says which.
 * usage counts references; the task itself holds one until it is reaped
 * and one while it can still run.
 */
#ifndef SCHED_H
#define SCHED_H

#include <list.h>
#include <atomic.h>
#include <spinlock.h>
#include <wait.h>
#include <signal.h>
#include <time.h>
#include <pid.h>
#include <cred.h>
#include <asm/current.h>
#include <asm/processor.h>
#include <linux/resource.h>
#include <linux/sched.h>

struct mm_struct;
struct files_struct;
struct fs_struct;
struct file;
struct tty_struct;
struct k_itimer;
struct pt_regs;

/* task->__state */
#define TASK_RUNNING		0x0000
#define TASK_INTERRUPTIBLE	0x0001
#define TASK_UNINTERRUPTIBLE	0x0002
#define __TASK_STOPPED		0x0004
#define TASK_DEAD		0x0080
#define TASK_WAKEKILL		0x0100
#define TASK_KILLABLE		(TASK_WAKEKILL | TASK_UNINTERRUPTIBLE)
#define TASK_STOPPED		(TASK_WAKEKILL | __TASK_STOPPED)
#define TASK_NORMAL		(TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)
/* task->exit_state */
#define EXIT_DEAD		0x0010
#define EXIT_ZOMBIE		0x0020

/* task->flags, Linux's numbers (shown in /proc/PID/stat) */
#define PF_EXITING		0x00000004
#define PF_FORKNOEXEC		0x00000040
#define PF_SUPERPRIV		0x00000100
#define PF_DUMPCORE		0x00000200
#define PF_SIGNALED		0x00000400
#define PF_NPROC_EXCEEDED	0x00001000	/* setuid went over RLIMIT_NPROC */
#define PF_RANDOMIZE		0x00400000
#define PF_KTHREAD		0x00200000

#define TASK_COMM_LEN		16
#define THREAD_SIZE		(16 * 1024UL)	/* kernel stack, bytes; a guard page lies below */

/* What all threads of a process share. siglock guards all but the atomics. */
struct signal_struct {
	atomic_t sigcnt;			/* tasks that point here */
	atomic_t live;				/* threads not yet exiting */
	int nr_threads;
	struct list_head thread_head;		/* of task_struct.thread_node */
	wait_queue_head_t wait_chldexit;
	struct sigpending shared_pending;
	int group_exit_code;
	int notify_count;			/* exec waits until so many threads are left */
	struct task_struct *group_exec_task;	/* the thread that executes, while it kills the others */
	int group_stop_count;
	unsigned int flags;			/* SIGNAL_* */
	short oom_score_adj, oom_score_adj_min;	/* -1000 (never killed) to 1000; the least that was set with CAP_SYS_RESOURCE */
	bool is_child_subreaper;
	struct pid *pids[PIDTYPE_MAX];		/* TGID, PGID, SID */
	int leader;				/* session leader */
	struct tty_struct *tty;			/* controlling terminal; tty->lock too */
	struct rlimit64 rlim[RLIM_NLIMITS];
	struct mutex cred_guard_mutex;		/* held from prepare_bprm_creds to setup_new_exec */
	struct timer_list real_timer;		/* ITIMER_REAL */
	ktime_t it_real_incr;
	struct { ktime_t expires, incr; } it[2];	/* VIRTUAL, PROF: in CPU time */
	struct k_itimer *posix_timers;		/* timer_create's, newest first: kernel/task/posix_timers.c */
	int next_posix_timer_id;
	u64 utime, stime, cutime, cstime;	/* ns, of dead threads and waited-for children */
	unsigned long min_flt, maj_flt, cmin_flt, cmaj_flt, nvcsw, nivcsw, cnvcsw, cnivcsw;
	unsigned long maxrss, cmaxrss;		/* KiB */
};

#define SIGNAL_STOP_STOPPED	0x01
#define SIGNAL_STOP_CONTINUED	0x02
#define SIGNAL_GROUP_EXIT	0x04
#define SIGNAL_CLD_STOPPED	0x10
#define SIGNAL_CLD_CONTINUED	0x20
#define SIGNAL_UNKILLABLE	0x40		/* init: default actions do not kill it */

struct restart_block {
	long (*fn)(struct restart_block *rb);
	u64 arg[5];
};

struct task_struct {
	/* read by asm and by the debugger: keep first */
	struct thread_struct thread;	/* saved kernel rsp, fs/gs base, FPU: asm/processor.h */
	void *stack;			/* lowest byte of the kernel stack */

	/* scheduler: rq lock */
	unsigned int __state;		/* TASK_*; set by the task itself, cleared by wakers */
	int on_rq;
	struct list_head run_list;
	int nice;
	unsigned int policy;		/* SCHED_* as the user set it; all run alike */
	unsigned int rt_priority;	/* 1..99 for SCHED_FIFO and SCHED_RR, else 0 */
	int time_slice;			/* ticks left */
	u64 utime, stime;		/* ns */
	u64 start_time;			/* ktime_get at fork */
	unsigned long nvcsw, nivcsw, min_flt, maj_flt;
	unsigned long cpus_allowed;

	atomic_t usage;
	unsigned int flags;		/* PF_* */
	unsigned int personality;
	bool in_execve;
	bool no_new_privs;
	bool did_exec;
	bool first_fault_pending;	/* set by exec: the next user fault leaves one trace record */
	int exit_state;			/* 0, EXIT_ZOMBIE, EXIT_DEAD: tasklist_lock */
	int exit_code, exit_signal;
	int pdeath_signal;
	char comm[TASK_COMM_LEN];

	/* family and names: tasklist_lock */
	pid_t pid, tgid;
	struct task_struct *real_parent, *parent;
	struct task_struct *group_leader;
	struct list_head children, sibling;
	struct list_head thread_node;		/* in signal->thread_head */
	struct list_head tasks;			/* all thread groups, by leader, from init_task */
	struct pid *thread_pid;
	struct list_head pid_links[PIDTYPE_MAX];

	/* shared parts; pointers change only by current (exec, exit) */
	struct mm_struct *mm;			/* NULL: kernel thread */
	struct files_struct *files;
	struct fs_struct *fs;
	struct signal_struct *signal;
	struct sighand_struct *sighand;
	const struct cred *cred;

	/* signals: sighand->siglock */
	sigset_t blocked, real_blocked, saved_sigmask;
	bool restore_sigmask;			/* saved_sigmask is to come back after the handler */
	bool sigpending_flag;			/* TIF_SIGPENDING: look for signals before user mode */
	struct sigpending pending;
	unsigned long jobctl;			/* JOBCTL_* of kernel/task/internal.h */
	unsigned long sas_ss_sp;
	size_t sas_ss_size;
	unsigned int sas_ss_flags;

	/* clone */
	int __user *set_child_tid, *clear_child_tid;
	struct completion *vfork_done;
	void __user *robust_list;
	struct restart_block restart_block;
	unsigned long timer_slack_ns;
};

extern struct task_struct init_task;		/* pid 0, the boot context and idle loop */
extern spinlock_t tasklist_lock;

#define thread_group_leader(t)	((t)->exit_signal >= 0)
#define for_each_process(p) \
	for (p = list_entry(init_task.tasks.next, struct task_struct, tasks); p != &init_task; \
	     p = list_entry(p->tasks.next, struct task_struct, tasks))
#define for_each_thread(p, t)	list_for_each_entry(t, &(p)->signal->thread_head, thread_node)

static inline struct pid *task_pgrp(struct task_struct *t) { return t->signal->pids[PIDTYPE_PGID]; }
static inline struct pid *task_session(struct task_struct *t) { return t->signal->pids[PIDTYPE_SID]; }
static inline bool thread_group_empty(struct task_struct *t) { return list_is_singular(&t->signal->thread_head); }
static inline bool same_thread_group(struct task_struct *a, struct task_struct *b) { return a->signal == b->signal; }

static inline u64 task_rlimit(const struct task_struct *t, unsigned int limit)
{
	return t->signal->rlim[limit].rlim_cur;
}

static inline u64 rlimit(unsigned int limit)
{
	return task_rlimit(current, limit);
}

static inline bool signal_pending(struct task_struct *t)
{
	return t->sigpending_flag;
}

static inline bool fatal_signal_pending(struct task_struct *t)
{
	return t->sigpending_flag && (t->pending.signal & sigmask(SIGKILL));
}

#define set_current_state(s)	((void)__atomic_exchange_n(&current->__state, (s), __ATOMIC_SEQ_CST))
#define __set_current_state(s)	(current->__state = (s))

/* kernel/sched/core.c */
void sched_init(struct task_struct *idle);
extern void (*dead_task_handler)(struct task_struct *t);	/* upward pointer: drops the reference of a task that has run for the last time */
void schedule(void);			/* gives the CPU away; returns when chosen again. Sleeps: no spinlock held */
void wake_up_new_task(struct task_struct *t);
bool wake_up_process(struct task_struct *t);			/* from any sleep */
bool wake_up_state(struct task_struct *t, unsigned int mode);	/* if its state is in @mode. Any context */
void scheduler_tick(bool user);		/* interrupts off, from the timer; @user: it hit user mode */
void yield(void);
void cpu_idle(void) __noreturn;
unsigned long nr_running(void);
unsigned long nr_context_switches(void);
u64 idle_time_ns(void);
void get_avenrun(unsigned long loads[3]);	/* fixed point, 11 bits, as Linux's */
/* First thing a new task runs (ret_from_fork), interrupts off: ends the switch to it, turns them on, stores set_child_tid. */
void schedule_tail(void);
void do_task_dead(void) __noreturn;	/* the last schedule() of a task */
/* kernel/task/task.c */
void task_init(void);
void put_task_struct(struct task_struct *t);
/* A copy of @orig with its own stack and two references; no shared part is counted yet. NULL: no memory. */
struct task_struct *dup_task_struct(struct task_struct *orig);
static inline struct task_struct *get_task_struct(struct task_struct *t) { atomic_inc(&t->usage); return t; }
struct signal_struct *alloc_signal_struct(void);
void put_signal_struct(struct signal_struct *sig);
struct sighand_struct *alloc_sighand(void);	/* all handlers default, one reference; NULL: no memory */
void put_sighand(struct sighand_struct *sh);
void thread_group_cputime(struct task_struct *t, u64 *utime, u64 *stime);
void set_task_comm(struct task_struct *t, const char *name);

/* exec/de_thread.c: leaves current alone in its thread group, as its leader. 0 or -EAGAIN (it is being killed). */
int de_thread(struct task_struct *me);
/* kernel/task/cpu_timers.c: the tick has its handler after it. */
void cpu_timers_init(void);

/* kernel/resource.c: the limits of the first process that depend on the size of memory (NPROC, SIGPENDING). */
void init_rlimits(struct rlimit64 *r);
/* With @more tasks than it has now, is user @uid above current's RLIMIT_NPROC? */
bool is_nproc_overlimit(uid_t uid, unsigned int more);
/* @who: RUSAGE_SELF, _CHILDREN or _BOTH. @t is current, or a task that cannot go away meanwhile. */
void getrusage(struct task_struct *t, int who, struct rusage *r);
/* kernel/task/posix_timers.c: deletes the timers of timer_create. exec, and the last thread's exit. */
void exit_itimers(struct task_struct *t);
/* current takes a timer's signal: @info gets the overruns until now. siglock held. */
void posix_timer_dequeued(kernel_siginfo_t *info);

/* kernel/fork.c, kernel/exit.c */
void fork_init(void);			/* before the first kernel_thread */
extern struct pid *init_pid;		/* number 1, once it was given out: its task takes orphans in */
struct kernel_clone_args;
pid_t kernel_thread(int (*fn)(void *), void *arg, const char *comm);	/* pid or -errno */
/* Takes a dead thread out of every list and drops it. tasklist_lock NOT held. */
void release_task(struct task_struct *t);
void do_exit(long code) __noreturn;		/* code as wait(2) gives it */
void do_group_exit(int code) __noreturn;
/* kernel/futex.c: exec and exit give the old mm back: robust list, clear_child_tid, vfork parent. */
void mm_release(struct task_struct *t, struct mm_struct *mm);
long futex_wake(u32 __user *uaddr, bool shared, int nr, u32 bitset);

#endif
