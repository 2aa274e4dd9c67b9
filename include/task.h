/* SPDX-License-Identifier: MIT */
/*
 * What a task is. A task_struct is one thread; threads of a process share signal_struct, sighand,
 * mm, files and fs. Each group of fields names the lock that guards it.
 *
 * usage counts references: one is the task's own until it is reaped, one while it can still run.
 */
#ifndef TASK_H
#define TASK_H

#include <atomic.h>
#include <cred.h>
#include <list.h>
#include <pid.h>
#include <signal.h>
#include <spinlock.h>
#include <time.h>
#include <wait.h>
#include <asm/current.h>
#include <asm/processor.h>
#include <linux/resource.h>
#include <linux/sched.h>

struct mm_struct;
struct files_struct;
struct fs_struct;
struct tty_struct;
struct k_itimer;

/* task->exit_state */
#define EXIT_DEAD   0x0010
#define EXIT_ZOMBIE 0x0020

/* task->flags, Linux's numbers (shown in /proc/PID/stat) */
#define PF_EXITING	  0x00000004
#define PF_FORKNOEXEC	  0x00000040
#define PF_SUPERPRIV	  0x00000100
#define PF_DUMPCORE	  0x00000200
#define PF_SIGNALED	  0x00000400
#define PF_NPROC_EXCEEDED 0x00001000 /* setuid went over RLIMIT_NPROC */
#define PF_RANDOMIZE	  0x00400000
#define PF_KTHREAD	  0x00200000
#define PF_MAKE_IT_FAIL	  0x08000000 /* see fault_inject.h */

#define TASK_COMM_LEN 16
/* Kernel stack, bytes; a guard page lies below. The guest tests use 3,624 bytes at most. */
#ifdef KASAN
#define THREAD_SIZE (16 * 1024UL) /* the frames are larger */
#else
#define THREAD_SIZE (8 * 1024UL)
#endif

/* What all threads of a process share. siglock guards it, but for the atomics. */
struct signal_struct {
	atomic_t sigcnt; /* tasks that point here */
	atomic_t live;	 /* threads not yet exiting */
	int nr_threads;
	struct list_head thread_head; /* of task_struct.thread_node */
	wait_queue_head_t wait_chldexit;
	bool is_child_subreaper;
	struct rlimit64 rlim[RLIM_NLIMITS];
	short oom_score_adj;	 /* -1000 (never killed) to 1000 */
	short oom_score_adj_min; /* the least that was set with CAP_SYS_RESOURCE */

	/* signals, stops and the end */
	struct sigpending shared_pending;
	unsigned int flags;   /* SIGNAL_* */
	int group_stop_count; /* threads that are yet to stop */
	int group_exit_code;

	/* exec */
	struct mutex cred_guard_mutex;	     /* held from prepare_bprm_creds to setup_new_exec */
	struct task_struct *group_exec_task; /* execs, and kills the others */
	int notify_count;		     /* how many threads it still waits for */

	/* session: tasklist_lock */
	struct pid *pids[PIDTYPE_MAX]; /* TGID, PGID, SID */
	int leader;		       /* session leader */
	struct tty_struct *tty;	       /* controlling terminal; tty->lock too */
	struct pid *tty_old_pgrp;      /* foreground group of one that hung up */

	/* timers */
	struct timer_list real_timer; /* ITIMER_REAL */
	ktime_t it_real_incr;
	struct {
		ktime_t expires, incr;
	} it[2];			 /* VIRTUAL, PROF: in CPU time */
	struct treap_node *posix_timers; /* the timers of timer_create, by id */
	int next_posix_timer_id;

	/* what dead threads and (c...) waited-for children have used */
	u64 utime, stime, cutime, cstime; /* ns */
	unsigned long min_flt, maj_flt, cmin_flt, cmaj_flt, nvcsw, nivcsw, cnvcsw, cnivcsw;
	unsigned long maxrss, cmaxrss; /* KiB */
};

#define SIGNAL_STOP_STOPPED   0x01
#define SIGNAL_STOP_CONTINUED 0x02
#define SIGNAL_GROUP_EXIT     0x04
#define SIGNAL_DUMPING	      0x08 /* a core: only SIGKILL, and what its threads do to themselves */
#define SIGNAL_CLD_STOPPED    0x10
#define SIGNAL_CLD_CONTINUED  0x20
#define SIGNAL_UNKILLABLE     0x40 /* init: default actions do not kill it */

struct restart_block {
	long (*fn)(struct restart_block *rb);
	u64 arg[5];
};

/* SCHED_DEADLINE: in each period, ns, it may run for @runtime. */
struct sched_dl {
	u64 runtime, deadline, period;
	u64 flags;     /* SCHED_FLAG_* that only this policy has; kept */
	u64 used, end; /* of the period that runs now: time that was used, when it ends */
};

struct task_struct {
	/* read by asm and by the debugger: keep first */
	struct thread_struct thread; /* saved kernel rsp, fs/gs base, FPU: asm/processor.h */
	void *stack;		     /* lowest byte of the kernel stack */

	/* What keeps the short way out of a system call closed: one word, so that it is one test */
	union {
		u64 work;
		struct {
			bool need_resched;    /* set by the tick or a wake-up */
			bool sigpending_flag; /* look for signals */
			bool rseq_event;      /* a signal came or the CPU was taken away: rseq.c */
			bool force_iret;      /* other registers than ax were changed */
			unsigned int syscall_work; /* tracing: SYSCALL_WORK_* of ptrace.h */
		};
	};

	/* scheduler: rq lock */
	unsigned int __state; /* TASK_* of sched.h */
	int on_rq;
	struct list_head run_list;
	int nice;
	int policy, rt_priority;       /* SCHED_*; 1 to 99, otherwise 0 */
	int pi_priority;	       /* the same of who waits for a lock of this task */
	struct list_head pi_locks;     /* futex_lock: struct futex_pi that this task owns */
	struct futex_q *pi_blocked_on; /* futex_lock: its wait for such a lock, or NULL */
	struct sched_dl dl;
	bool sched_reset_on_fork;
	unsigned short ioprio; /* only kept: ioprio_set */
	int time_slice;	       /* ticks left */
	u64 utime, stime;      /* ns */
	u64 start_time;	       /* ktime_get at fork */
	unsigned long nvcsw, nivcsw, min_flt, maj_flt;

	atomic_t usage;
	unsigned int flags; /* PF_* */
	unsigned int personality;
	unsigned long timer_slack_ns; /* only kept for prctl; 0: the default */
	bool in_execve;
	bool no_new_privs;
	bool did_exec;
	bool first_fault_pending; /* set by exec: the next user fault gets a record */
	int exit_state;		  /* 0, EXIT_ZOMBIE, EXIT_DEAD: tasklist_lock */
	int exit_code, exit_signal;
	int pdeath_signal;
	char comm[TASK_COMM_LEN];

	/* family and names: tasklist_lock */
	pid_t pid, tgid;
	struct task_struct *real_parent, *parent;
	struct task_struct *group_leader;
	struct list_head children, sibling;
	struct list_head ptraced, ptrace_entry; /* tracees; in the tracer's list, or dying */
	struct list_head thread_node;		/* in signal->thread_head */
	struct list_head tasks;			/* all thread groups, by leader, from init_task */
	struct pid *thread_pid;
	struct list_head pid_links[PIDTYPE_MAX];

	/* shared parts; pointers change only by current (exec, exit) */
	struct mm_struct *mm; /* NULL: kernel thread */
	struct files_struct *files;
	struct fs_struct *fs;
	struct signal_struct *signal;
	struct sighand_struct *sighand;
	const struct cred *cred;

	/* signals: sighand->siglock */
	sigset_t blocked, real_blocked, saved_sigmask;
	bool restore_sigmask; /* saved_sigmask, after the handler */
	struct sigpending pending;
	unsigned long jobctl; /* JOBCTL_* of kernel/task/internal.h */
	unsigned long sas_ss_sp;
	size_t sas_ss_size;
	unsigned int sas_ss_flags;

	/* tracing: include/ptrace.h. tasklist_lock; the last two only while it is stopped */
	unsigned int ptrace; /* PT_* */
	const struct cred *ptracer_cred;
	unsigned long ptrace_message; /* PTRACE_GETEVENTMSG */
	kernel_siginfo_t *last_siginfo;

	/* clone */
	int __user *set_child_tid, *clear_child_tid;
	struct completion *vfork_done;
	void __user *robust_list;
	struct rseq __user *rseq; /* NULL: not registered */
	unsigned int rseq_sig;
	struct restart_block restart_block;
};

extern struct task_struct init_task; /* pid 0, the boot context and idle loop */
extern spinlock_t tasklist_lock;

#define thread_group_leader(t) ((t)->exit_signal >= 0)
#define for_each_process(p) \
	for (p = list_entry(init_task.tasks.next, struct task_struct, tasks); p != &init_task; \
	     p = list_entry(p->tasks.next, struct task_struct, tasks))
#define for_each_thread(p, t) list_for_each_entry(t, &(p)->signal->thread_head, thread_node)

static inline struct pid *task_pgrp(struct task_struct *t) { return t->signal->pids[PIDTYPE_PGID]; }

static inline struct pid *task_session(struct task_struct *t)
{
	return t->signal->pids[PIDTYPE_SID];
}

static inline bool thread_group_empty(struct task_struct *t)
{
	return list_is_singular(&t->signal->thread_head);
}

static inline bool same_thread_group(struct task_struct *a, struct task_struct *b)
{
	return a->signal == b->signal;
}

static inline u64 task_rlimit(const struct task_struct *t, unsigned int limit)
{
	return t->signal->rlim[limit].rlim_cur;
}

static inline u64 rlimit(unsigned int limit) { return task_rlimit(current, limit); }

static inline bool signal_pending(struct task_struct *t) { return t->sigpending_flag; }

static inline bool fatal_signal_pending(struct task_struct *t)
{
	return t->sigpending_flag && (t->pending.signal & sigmask(SIGKILL));
}

/* kernel/task/task.c */
void task_init(void);
void put_task_struct(struct task_struct *t);
static inline struct task_struct *get_task_struct(struct task_struct *t)
{
	refcount_inc(&t->usage);
	return t;
}
/*
 * A copy of @orig with its own stack and two references; no shared part is counted yet.
 * NULL: no memory.
 */
struct task_struct *dup_task_struct(struct task_struct *orig);
struct signal_struct *alloc_signal_struct(void);
/* The handlers of @old, one reference. NULL: no memory. */
struct sighand_struct *alloc_sighand(const struct sighand_struct *old);
void put_sighand(struct sighand_struct *sh);
void thread_group_cputime(struct task_struct *t, u64 *utime, u64 *stime);
void set_task_comm(struct task_struct *t, const char *name);

/* kernel/task/cpu_timers.c: the tick has its handler after it. */
void cpu_timers_init(void);
/* kernel/task/posix_timers.c: an exec and the end of a process delete their timers. */
void exit_itimers(struct task_struct *t);
/* The tick: the timers of timer_create that count the CPU time of current or its process. */
void posix_cpu_timers_tick(void);
/* current takes a timer's signal: @info gets the overruns until now. siglock held. */
void posix_timer_dequeued(kernel_siginfo_t *info);

extern int pid_max, max_threads; /* pid.c */
extern int sysctl_nr_open;	 /* kernel/resource.c: what RLIMIT_NOFILE may be at most */
/* kernel/resource.c: the first process's limits that depend on memory (NPROC, SIGPENDING). */
void init_rlimits(struct rlimit64 *r);
/* With @more tasks than it has now, is user @uid above current's RLIMIT_NPROC? */
bool is_nproc_overlimit(uid_t uid, unsigned int more);
/* Without CAP_SYS_NICE: may @t get this nice value from its owner, and is current its owner? */
bool rlimit_allows_nice(const struct task_struct *t, int nice);
bool owns_task(const struct task_struct *t);
/* @who: RUSAGE_SELF, _CHILDREN or _BOTH. @t is current, or a task that cannot exit in between. */
void getrusage(struct task_struct *t, int who, struct rusage *r);

/* kernel/fork.c, kernel/exit.c */
void fork_init(void);	     /* before the first kernel_thread */
extern struct pid *init_pid; /* number 1: its task becomes the parent of orphans */
pid_t kernel_thread(int (*fn)(void *), void *arg, const char *comm); /* pid or -errno */
/* A kernel thread without a number of its own: it has 0, as the idle task. 0 or -errno. */
int kernel_worker(int (*fn)(void *), const char *comm);
/* Takes a dead thread out of every list and drops a reference. tasklist_lock NOT held. */
void release_task(struct task_struct *t);
void do_group_exit(int code) __noreturn; /* @code: as wait(2) reports it */
/* kernel/futex.c: an exec or exit is about to drop @mm: robust list, clear_child_tid, vfork. */
void mm_release(struct task_struct *t, struct mm_struct *mm);

#endif
