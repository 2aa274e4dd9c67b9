/* SPDX-License-Identifier: MIT */
/*
 * The scheduler: kernel/sched/core.c. It runs tasks in turn, each for a slice of some ticks, and
 * the idle task when no other can run. Sleeping on a queue, and locks that sleep, are in wait.h.
 */
#ifndef SCHED_H
#define SCHED_H

#include <task.h>

/* Of SCHED_NORMAL and SCHED_BATCH; and SCHED_FIFO and SCHED_RR have 1 to MAX_RT_PRIO - 1. */
#define MIN_NICE    (-20)
#define MAX_NICE    19
#define MAX_RT_PRIO 100

/* task->__state: set by the task itself, cleared by a wake-up */
#define TASK_RUNNING	     0x0000
#define TASK_INTERRUPTIBLE   0x0001
#define TASK_UNINTERRUPTIBLE 0x0002
#define __TASK_STOPPED	     0x0004
#define __TASK_TRACED	     0x0008
#define TASK_DEAD	     0x0080
#define TASK_WAKEKILL	     0x0100
#define TASK_KILLABLE	     (TASK_WAKEKILL | TASK_UNINTERRUPTIBLE)
#define TASK_STOPPED	     (TASK_WAKEKILL | __TASK_STOPPED)
#define TASK_TRACED	     (TASK_WAKEKILL | __TASK_TRACED)
#define TASK_NORMAL	     (TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)

/* The first is also a barrier: the condition is read after it. */
#define set_current_state(s)   ((void)__atomic_exchange_n(&current->__state, (s), __ATOMIC_SEQ_CST))
#define __set_current_state(s) (current->__state = (s))

void sched_init(struct task_struct *idle);
/* Upward pointer, filled in by kernel/task/task.c: drops the reference of a task that ran last. */
extern void (*dead_task_handler)(struct task_struct *t);
/* Lets the next task run; returns when this one is chosen again. No spinlock held. */
void schedule(void);
/* Any context. */
void wake_up_new_task(struct task_struct *t);
bool wake_up_process(struct task_struct *t);		      /* from any sleep */
bool wake_up_state(struct task_struct *t, unsigned int mode); /* if its state is in @mode */
void scheduler_tick(bool user); /* interrupts off; @user: the tick came in user mode */
void yield(void);
void set_scheduler(struct task_struct *t, int policy, int rt_priority, int nice);
/* 0, or a real-time priority that @t has beside its own. Returns whether it had another one. */
bool set_pi_priority(struct task_struct *t, int priority);
extern int max_lock_depth; /* kernel/futex_pi.c */
/* Its own or the inherited real-time priority, MAX_RT_PRIO for SCHED_DEADLINE; 0: none. */
int rt_priority_of(const struct task_struct *t);
/* A task with SCHED_DEADLINE may not: its share of the CPU is its own. */
bool sched_may_fork(const struct task_struct *t);
u64 sched_slice_ns(const struct task_struct *t); /* sched_rr_get_interval */
void cpu_idle(void) __noreturn;
unsigned long nr_running(void);
unsigned long nr_context_switches(void);
u64 idle_time_ns(void);
/* CPU time of current that is not in its utime and stime yet. Interrupts off. */
u64 unaccounted_ns(void);
void get_avenrun(unsigned long loads[3]); /* fixed point, 11 bits, as Linux's */
/*
 * The first thing that a new task runs (ret_from_fork), interrupts off: ends the switch to it,
 * turns them on, stores set_child_tid.
 */
void schedule_tail(void);
void do_task_dead(void) __noreturn; /* the last schedule() of a task */

#endif
