/* SPDX-License-Identifier: MIT */
/*
 * The end of a task, and wait(2) for it.
 *
 * Abridges Linux's kernel/exit.c.
 *
 *   do_exit ─> signals off ─> mm, files, fs released ─> exit_notify ─> TASK_DEAD, schedule()
 *                                                        │ children get a new parent
 *                                                        │ EXIT_ZOMBIE: the parent is notified
 *                                                        └ EXIT_DEAD: nobody waits; freed at once
 *   wait4 / waitid ─> ZOMBIE becomes DEAD ─> release_task; the last reference frees the stack
 *
 * A process whose leader exits before its other threads stays a zombie, and nobody can wait for it
 * until the last thread is released.
 */
#include <sched.h>
#include <errno.h>
#include <file.h>
#include <fs_struct.h>
#include <mm.h>
#include <printk.h>
#include <ptrace.h>
#include <string.h>
#include <syscalls.h>
#include <tty.h>
#include <asm/uaccess.h>
#include <linux/wait.h>

/* Before the mm goes: keeps its peak size in memory for wait4 and getrusage. */
static void note_maxrss(struct task_struct *t)
{
	unsigned long pages = t->mm ? get_mm_hiwater_rss(t->mm) : 0;

	t->signal->maxrss = max(t->signal->maxrss, pages << (PAGE_SHIFT - 10));
}

/* ---- taking a dead task out of every list -------------------------------- */

/* The process keeps the counts of a thread that exits. siglock held. */
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
	/* de_thread of an exec waits until its sibling threads are gone. */
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

/*
 * Returns whether the leader must be released too: it is a zombie, @t was its last other thread,
 * and its parent will not wait for it. tasklist_lock held.
 */
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
		if (t->ptrace)
			ptrace_unlink(t);
		exit_signal_struct(t);
		again = reap_leader_too(t, leader);
		account_user(t->cred->uid, USER_TASKS, -1);
		spin_unlock_irqrestore(&tasklist_lock, flags);
		put_task_struct(t);
		t = leader;
	} while (again);
}

/* ---- releasing what a task has ------------------------------------------- */

/* Without an mm the task runs on the kernel's own page tables, as a kernel thread does. */
static void exit_mm(struct task_struct *t)
{
	struct mm_struct *mm = t->mm;

	if (!mm)
		return;
	mm_release(t, mm);
	t->mm = NULL;
	switch_mm(NULL);
	mmput(mm);
}

static struct task_struct *find_alive_thread(struct task_struct *t)
{
	struct task_struct *p;

	for_each_thread(t, p) {
		if (!(p->flags & PF_EXITING))
			return p;
	}
	return NULL;
}

/*
 * Returns the new parent of @father's children: another thread of it, the nearest ancestor that is
 * a subreaper, or init. tasklist_lock held.
 */
static struct task_struct *find_new_reaper(struct task_struct *father)
{
	struct task_struct *t = find_alive_thread(father), *p;

	if (t)
		return t;
	for (p = father->real_parent; p != &init_task && p->tgid != 1; p = p->real_parent) {
		t = p->signal->is_child_subreaper ? find_alive_thread(p) : NULL;
		if (t)
			return t;
	}
	p = pid_task(init_pid, PIDTYPE_TGID);
	t = p ? find_alive_thread(p) : NULL;
	return t ? t : &init_task;
}

/*
 * @t has a new parent, in another process. A zombie that the new parent ignores goes to @dead.
 * tasklist_lock held.
 */
static void reparent_leader(struct task_struct *father, struct task_struct *t,
			    struct list_head *dead)
{
	if (t->exit_state == EXIT_DEAD)
		return;
	t->exit_signal = SIGCHLD;
	if (!t->ptrace && t->exit_state == EXIT_ZOMBIE && thread_group_empty(t) &&
	    do_notify_parent(t, t->exit_signal)) {
		t->exit_state = EXIT_DEAD;
		list_add(&t->ptrace_entry, dead);
	}
	kill_orphaned_pgrp(t, father);
}

static void forget_original_parent(struct task_struct *father, struct list_head *dead)
{
	struct task_struct *reaper, *p, *t;

	if (!list_empty(&father->ptraced))
		exit_ptrace(father, dead);
	if (list_empty(&father->children))
		return;
	reaper = find_new_reaper(father);
	list_for_each_entry(p, &father->children, sibling) {
		for_each_thread(p, t) {
			t->real_parent = reaper;
			if (!t->ptrace)
				t->parent = reaper;
			if (t->pdeath_signal)
				group_send_sig_info(t->pdeath_signal, SEND_SIG_NOINFO, t);
		}
		if (!same_thread_group(reaper, father))
			reparent_leader(father, p, dead);
	}
	list_splice_tail_init(&father->children, &reaper->children);
}

/* @t dies traced: its tracer is to wait for it, whatever thread it is. tasklist_lock held. */
static bool notify_tracer(struct task_struct *t)
{
	bool as_child = thread_group_leader(t) && thread_group_empty(t) && !ptrace_reparented(t);

	return do_notify_parent(t, as_child ? t->exit_signal : SIGCHLD);
}

/* Returns whether nobody will wait for @t. tasklist_lock held. */
static bool become_zombie(struct task_struct *t)
{
	bool autoreap = true;

	t->exit_state = EXIT_ZOMBIE;
	if (t->ptrace)
		autoreap = notify_tracer(t);
	else if (thread_group_leader(t))
		autoreap = thread_group_empty(t) && do_notify_parent(t, t->exit_signal);
	if (autoreap)
		t->exit_state = EXIT_DEAD;
	/* An exec by another thread waits for the leader to be a zombie. */
	if (t->signal->notify_count < 0)
		wake_up_process(t->signal->group_exec_task);
	return autoreap;
}

static void exit_notify(struct task_struct *t, bool group_dead)
{
	struct task_struct *p, *next;
	LIST_HEAD(dead);
	unsigned long flags;
	bool autoreap;

	spin_lock_irqsave(&tasklist_lock, flags);
	forget_original_parent(t, &dead);
	if (group_dead)
		kill_orphaned_pgrp(t->group_leader, NULL);
	autoreap = become_zombie(t);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	list_for_each_entry_safe(p, next, &dead, ptrace_entry)
		release_task(p);
	if (autoreap)
		release_task(t);
}

/* Releases what the threads share, when the last one exits. */
static void exit_group_parts(struct task_struct *t, long code)
{
	int group_code = t->signal->group_exit_code;

	if (t->tgid == 1)
		panic("Attempted to kill init! exitcode=0x%08x",
		      group_code ? group_code : (int)code);
	del_timer(&t->signal->real_timer);
	exit_itimers(t);
}

static void __noreturn do_exit(long code)
{
	struct task_struct *t = current;
	bool group_dead;

	if (this_cpu()->in_irq)
		panic("Aiee, killing interrupt handler!");
	if (!t->pid)
		panic("Attempted to kill the idle task!");
	ptrace_event(PTRACE_EVENT_EXIT, code);
	exit_signals(t);
	group_dead = refcount_dec_and_test(&t->signal->live);
	if (group_dead)
		exit_group_parts(t, code);
	note_maxrss(t);
	t->exit_code = code;
	exit_mm(t);
	exit_files(t);
	exit_fs(t);
	if (group_dead)
		disassociate_ctty(true);
	exit_notify(t, group_dead);
	do_task_dead();
}

/* Ends all threads with @code, or with the code of a group exit that has begun already. */
void do_group_exit(int code)
{
	struct signal_struct *sig = current->signal;
	struct sighand_struct *sighand = current->sighand;
	unsigned long flags;

	spin_lock_irqsave(&sighand->siglock, flags);
	if (sig->flags & SIGNAL_GROUP_EXIT) {
		code = sig->group_exit_code;
	} else if (sig->group_exec_task) {
		code = 0;
	} else {
		sig->group_exit_code = code;
		sig->flags = SIGNAL_GROUP_EXIT;
		zap_other_threads(current);
	}
	spin_unlock_irqrestore(&sighand->siglock, flags);
	do_exit(code);
}

long sys_exit(int code) { do_exit((code & 0xff) << 8); }

long sys_exit_group(int code) { do_group_exit((code & 0xff) << 8); }

/* ---- wait -------------------------------------------------------------- */

struct wait_opts {
	enum pid_type type; /* PIDTYPE_MAX: any child */
	int flags;	    /* W* */
	bool nonblock;	    /* by a pidfd: -EAGAIN instead of 0 */
	struct pid *pid;
	int no_task_error;	 /* -ECHILD until an eligible child was seen */
	unsigned long irq_flags; /* of tasklist_lock */
	/* results */
	int stat;	   /* as wait4 stores it */
	int cause, status; /* as waitid stores it: CLD_*, code or signal */
	uid_t uid;
	struct rusage ru;
};

/* The parent that reaps @t gets its counts. tasklist_lock held. */
static void inherit_counts(struct task_struct *t)
{
	struct signal_struct *to = current->signal, *s = t->signal;
	u64 utime, stime;

	thread_group_cputime(t, &utime, &stime);
	to->cutime += utime + s->cutime;
	to->cstime += stime + s->cstime;
	to->cmin_flt += t->min_flt + s->min_flt + s->cmin_flt;
	to->cmaj_flt += t->maj_flt + s->maj_flt + s->cmaj_flt;
	to->cnvcsw += t->nvcsw + s->nvcsw + s->cnvcsw;
	to->cnivcsw += t->nivcsw + s->nivcsw + s->cnivcsw;
	to->cmaxrss = max(to->cmaxrss, max(s->maxrss, s->cmaxrss));
}

/* Stores the result, releases tasklist_lock and returns the pid. */
static int report(struct wait_opts *wo, struct task_struct *t, int cause, int status, int stat)
{
	int pid = t->pid;

	wo->uid = t->cred->uid;
	wo->cause = cause;
	wo->status = status;
	wo->stat = stat;
	getrusage(t, RUSAGE_BOTH, &wo->ru);
	spin_unlock_irqrestore(&tasklist_lock, wo->irq_flags);
	return pid;
}

/*
 * The tracer reaps @t, which is dead. A process of another parent stays as a zombie for it; of its
 * own, it gets the counts. tasklist_lock held.
 */
static void tracer_has_waited(struct task_struct *t)
{
	if (!thread_group_leader(t))
		return;
	if (!ptrace_reparented(t)) {
		inherit_counts(t);
		return;
	}
	ptrace_unlink(t);
	if (!do_notify_parent(t, t->exit_signal))
		t->exit_state = EXIT_ZOMBIE;
}

/*
 * These four check one child, with tasklist_lock held. If its state is waited for, they release
 * the lock and return its pid; otherwise they return 0.
 */
static int wait_task_zombie(struct wait_opts *wo, struct task_struct *t)
{
	int code = t->signal->flags & SIGNAL_GROUP_EXIT ? t->signal->group_exit_code : t->exit_code;
	int pid, status, cause = exit_cause(code, &status);
	bool dead;

	if (!(wo->flags & WEXITED))
		return 0;
	if (wo->flags & WNOWAIT)
		return report(wo, t, cause, status, code);
	t->exit_state = EXIT_DEAD; /* so that no other thread reaps it */
	if (t->ptrace)
		tracer_has_waited(t);
	else
		inherit_counts(t);
	dead = t->exit_state == EXIT_DEAD;
	pid = report(wo, t, cause, status, code);
	if (dead)
		release_task(t);
	return pid;
}

/* A tracee is stopped for its tracer: as a thread, and each stop is reported once, too. */
static int wait_task_traced(struct wait_opts *wo, struct task_struct *t)
{
	int code = t->exit_code;

	if (!(t->__state & __TASK_TRACED) || (t->jobctl & JOBCTL_LISTENING) || !code)
		return 0;
	if (!(wo->flags & WNOWAIT))
		t->exit_code = 0;
	return report(wo, t, CLD_TRAPPED, code, code << 8 | 0x7f);
}

static int wait_task_stopped(struct wait_opts *wo, struct task_struct *t)
{
	int code;

	if (!(wo->flags & WUNTRACED) || !(t->signal->flags & SIGNAL_STOP_STOPPED))
		return 0;
	spin_lock(&t->sighand->siglock);
	code = t->signal->group_exit_code;
	if (!(wo->flags & WNOWAIT))
		t->signal->group_exit_code = 0; /* each stop is reported once */
	spin_unlock(&t->sighand->siglock);
	return code ? report(wo, t, CLD_STOPPED, code, code << 8 | 0x7f) : 0;
}

static int wait_task_continued(struct wait_opts *wo, struct task_struct *t)
{
	if (!(wo->flags & WCONTINUED) || !(t->signal->flags & SIGNAL_STOP_CONTINUED))
		return 0;
	spin_lock(&t->sighand->siglock);
	if (!(wo->flags & WNOWAIT))
		t->signal->flags &= ~SIGNAL_STOP_CONTINUED;
	spin_unlock(&t->sighand->siglock);
	return report(wo, t, CLD_CONTINUED, SIGCONT, 0xffff);
}

/* @ptrace: current traces @t. */
static bool eligible_child(const struct wait_opts *wo, bool ptrace, struct task_struct *t)
{
	if (wo->type == PIDTYPE_PID && t->thread_pid != wo->pid)
		return false;
	if (wo->type == PIDTYPE_PGID && task_pgrp(t) != wo->pid)
		return false;
	if (ptrace || (wo->flags & __WALL))
		return true;
	return (t->exit_signal != SIGCHLD) == !!(wo->flags & __WCLONE);
}

/*
 * @ptrace: @t is seen as a tracee. A child that another process traces can be waited for only when
 * its tracer has waited for it.
 */
static int wait_consider_task(struct wait_opts *wo, bool ptrace, struct task_struct *t)
{
	int ret;

	if (t->exit_state == EXIT_DEAD || !eligible_child(wo, ptrace, t))
		return 0;
	ptrace |= t->ptrace && !ptrace_reparented(t);
	if (t->exit_state == EXIT_ZOMBIE && (ptrace || !t->ptrace) &&
	    (!thread_group_leader(t) || thread_group_empty(t)))
		return wait_task_zombie(wo, t);
	wo->no_task_error = 0;
	ret = ptrace ? wait_task_traced(wo, t) : wait_task_stopped(wo, t);
	return ret ? ret : wait_task_continued(wo, t);
}

static int wait_tracees(struct wait_opts *wo, struct task_struct *tracer)
{
	struct task_struct *t;
	int ret;

	list_for_each_entry(t, &tracer->ptraced, ptrace_entry) {
		ret = wait_consider_task(wo, true, t);
		if (ret)
			return ret;
	}
	return 0;
}

/*
 * Checks the children and tracees of all threads, or with __WNOTHREAD of current. Returns as
 * wait_task_zombie.
 */
static int wait_scan(struct wait_opts *wo)
{
	struct task_struct *t, *child;
	int ret;

	for_each_thread(current, t) {
		if ((wo->flags & __WNOTHREAD) && t != current)
			continue;
		list_for_each_entry(child, &t->children, sibling) {
			ret = wait_consider_task(wo, false, child);
			if (ret)
				return ret;
		}
		ret = wait_tracees(wo, t);
		if (ret)
			return ret;
	}
	return 0;
}

/* Returns a pid, 0 (WNOHANG), -ECHILD or -ERESTARTSYS. Releases wo->pid. */
static long do_wait(struct wait_opts *wo)
{
	wait_queue_head_t *q = &current->signal->wait_chldexit;
	DEFINE_WAIT(wait);
	long ret;

	for (;;) {
		prepare_to_wait(q, &wait, TASK_INTERRUPTIBLE);
		wo->no_task_error = -ECHILD;
		spin_lock_irqsave(&tasklist_lock, wo->irq_flags);
		ret = wait_scan(wo);
		if (ret)
			break;
		spin_unlock_irqrestore(&tasklist_lock, wo->irq_flags);
		ret = wo->no_task_error;
		if (!ret && wo->nonblock)
			ret = -EAGAIN;
		if (ret || (wo->flags & WNOHANG))
			break;
		ret = -ERESTARTSYS;
		if (signal_pending(current))
			break;
		schedule();
	}
	finish_wait(q, &wait);
	put_pid(wo->pid);
	return ret;
}

/* An open pidfd with O_NONBLOCK makes the wait return -EAGAIN. 0 or -errno. */
static int wait_target_pidfd(struct wait_opts *wo, int fd)
{
	bool nonblock;

	wo->type = PIDTYPE_PID;
	wo->pid = fd < 0 ? ERR_PTR(-EINVAL) : pidfd_ops.get_pid(fd, &nonblock);
	if (IS_ERR(wo->pid))
		return PTR_ERR(wo->pid);
	if (nonblock && !(wo->flags & WNOHANG)) {
		wo->flags |= WNOHANG;
		wo->nonblock = true;
	}
	return 0;
}

/* Sets which children to wait for: type and pid. 0 or -EINVAL. */
static int wait_target(struct wait_opts *wo, int which, pid_t pid)
{
	wo->type = which == P_PID ? PIDTYPE_PID : which == P_PGID ? PIDTYPE_PGID : PIDTYPE_MAX;
	if (which == P_ALL)
		return 0;
	if (which == P_PIDFD)
		return wait_target_pidfd(wo, pid);
	if ((which != P_PID && which != P_PGID) || pid < 0 || (which == P_PID && !pid))
		return -EINVAL;
	wo->pid = pid ? find_get_pid(pid) : get_pid(task_pgrp(current));
	return 0;
}

long sys_wait4(pid_t pid, int __user *status, int options, void __user *ru)
{
	struct wait_opts wo = {.type = PIDTYPE_MAX};
	long ret;

	if (options & ~(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL))
		return -EINVAL;
	if (pid == INT32_MIN)
		return -ESRCH;
	if (pid == -1)
		wait_target(&wo, P_ALL, 0);
	else
		wait_target(&wo, pid > 0 ? P_PID : P_PGID, pid > 0 ? pid : -pid);
	wo.flags = options | WEXITED;
	ret = do_wait(&wo);
	if (ret > 0 && status && put_user(wo.stat, status))
		return -EFAULT;
	if (ret > 0 && ru && copy_to_user(ru, &wo.ru, sizeof(wo.ru)))
		return -EFAULT;
	return ret;
}

/* Linux writes exactly these fields, and zeros when there was nothing to report. */
static int put_child_info(siginfo_t __user *info, const struct wait_opts *wo, pid_t pid)
{
	bool found = pid > 0;

	if (put_user(found ? SIGCHLD : 0, &info->si_signo) || put_user(0, &info->si_errno) ||
	    put_user(found ? wo->cause : 0, &info->si_code) ||
	    put_user(found ? pid : 0, &info->si_pid) ||
	    put_user(found ? wo->uid : 0, &info->si_uid) ||
	    put_user(found ? wo->status : 0, &info->si_status))
		return -EFAULT;
	return 0;
}

long sys_waitid(int which, pid_t pid, void __user *info, int options, void __user *ru)
{
	struct wait_opts wo = {.flags = options};
	long ret;

	if ((options & ~(WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED | __WNOTHREAD |
			 __WCLONE | __WALL)) ||
	    !(options & (WEXITED | WSTOPPED | WCONTINUED)))
		ret = -EINVAL;
	else
		ret = wait_target(&wo, which, pid);
	if (!ret)
		ret = do_wait(&wo);
	if (ret > 0 && ru && copy_to_user(ru, &wo.ru, sizeof(wo.ru)))
		return -EFAULT;
	if (info && put_child_info(info, &wo, ret))
		return -EFAULT;
	return ret < 0 ? ret : 0;
}
