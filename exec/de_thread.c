/* SPDX-License-Identifier: MIT */
/*
 * A thread of a process with several threads execs: the others end, and the one that
 * stays becomes the leader, so that the process keeps its pid. Abridges de_thread of
 * Linux's fs/exec.c.
 *
 *   before   leader(pid 7) - thread(8) - thread(9, execs)
 *   after    9 has pid 7, the leader's parent and siblings; 7 and 8 are gone
 */
#include <binfmts.h>
#include <errno.h>
#include <sched.h>
#include <trace.h>

/* Swaps the thread numbers of two threads. tasklist_lock held. */
static void exchange_tids(struct task_struct *a, struct task_struct *b)
{
	struct pid *pid_a = a->thread_pid;

	list_del(&a->pid_links[PIDTYPE_PID]);
	list_del(&b->pid_links[PIDTYPE_PID]);
	a->thread_pid = b->thread_pid;
	b->thread_pid = pid_a;
	a->pid = a->thread_pid->nr;
	b->pid = b->thread_pid->nr;
	trace_task_known = false;
	list_add(&a->pid_links[PIDTYPE_PID], &a->thread_pid->tasks[PIDTYPE_PID]);
	list_add(&b->pid_links[PIDTYPE_PID], &b->thread_pid->tasks[PIDTYPE_PID]);
}

/*
 * @me gets the pid, the parent and the siblings of the leader. The old leader is a zombie by now;
 * the caller releases it. tasklist_lock held.
 */
static void become_leader(struct task_struct *me, struct task_struct *leader)
{
	me->start_time = leader->start_time;
	exchange_tids(me, leader);
	transfer_pid(leader, me, PIDTYPE_TGID);
	transfer_pid(leader, me, PIDTYPE_PGID);
	transfer_pid(leader, me, PIDTYPE_SID);
	list_add(&me->tasks, &leader->tasks);
	list_del_init(&leader->tasks);
	list_add(&me->sibling, &leader->sibling);
	list_del_init(&leader->sibling);
	me->group_leader = leader->group_leader = me;
	me->exit_signal = SIGCHLD;
	leader->exit_signal = -1;
	leader->exit_state = EXIT_DEAD;
	/* A tracer that waits for the old leader must look again. */
	if (leader->ptrace)
		wake_up_all(&leader->parent->signal->wait_chldexit);
}

/*
 * Kills the other threads and waits until they are gone, except for a leader, which stays as a
 * zombie. 0, or -EAGAIN if the process is being killed or another thread execs.
 */
static int kill_other_threads(struct task_struct *me)
{
	struct signal_struct *sig = me->signal;
	spinlock_t *lock = &me->sighand->siglock;
	unsigned long irq;

	spin_lock_irqsave(lock, irq);
	if ((sig->flags & SIGNAL_GROUP_EXIT) || sig->group_exec_task) {
		spin_unlock_irqrestore(lock, irq);
		return -EAGAIN;
	}
	sig->group_exec_task = me;
	sig->notify_count = zap_other_threads(me);
	if (!thread_group_leader(me))
		sig->notify_count--;
	while (sig->notify_count) {
		__set_current_state(TASK_KILLABLE);
		spin_unlock_irqrestore(lock, irq);
		schedule();
		if (fatal_signal_pending(me))
			return -EAGAIN;
		spin_lock_irqsave(lock, irq);
	}
	spin_unlock_irqrestore(lock, irq);
	return 0;
}

/* Waits until the leader is a zombie and takes its identity. 0 or -EAGAIN. */
static int replace_leader(struct task_struct *me)
{
	struct task_struct *leader = me->group_leader;
	unsigned long irq;

	for (;;) {
		spin_lock_irqsave(&tasklist_lock, irq);
		me->signal->notify_count = -1; /* exit_notify of the leader wakes @me */
		if (leader->exit_state)
			break;
		__set_current_state(TASK_KILLABLE);
		spin_unlock_irqrestore(&tasklist_lock, irq);
		schedule();
		if (fatal_signal_pending(me))
			return -EAGAIN;
	}
	become_leader(me, leader);
	spin_unlock_irqrestore(&tasklist_lock, irq);
	release_task(leader);
	return 0;
}

int de_thread(struct task_struct *me)
{
	int err = 0;

	if (!thread_group_empty(me)) {
		err = kill_other_threads(me);
		if (!err && !thread_group_leader(me))
			err = replace_leader(me);
		me->signal->group_exec_task = NULL;
		me->signal->notify_count = 0;
	}
	if (!err)
		me->exit_signal = SIGCHLD;
	return err;
}
