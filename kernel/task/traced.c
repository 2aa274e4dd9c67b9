/* SPDX-License-Identifier: MIT */
/*
 * The tracee's side of ptrace(2): where a traced task stops, and how its tracer learns of it. A
 * stop sleeps in ptrace_stop, until a request of the tracer or SIGKILL ends it.
 *
 * Abridges the ptrace parts of Linux's kernel/signal.c, kernel/ptrace.c, include/linux/ptrace.h and
 * kernel/entry/common.c. Left out: seccomp, audit, block steps.
 * Not on the road of an exec.
 *
 *   signal dequeued      ptrace_signal        the tracer may drop it or send another one
 *   jobctl               do_jobctl_trap       the process stops, PTRACE_INTERRUPT, a new child
 *   fork, exec, exit     ptrace_event         with the option of PTRACE_SETOPTIONS
 *   system call          syscall_trace_*      PTRACE_SYSCALL, PTRACE_SYSEMU, a step over a call
 *
 * The tracer is the parent as far as wait(2) is concerned: task->parent. The real parent is
 * notified only of what the tracer has waited for.
 */
#include <ptrace.h>
#include <sched.h>
#include <errno.h>
#include <string.h>
#include <linux/capability.h>
#include "internal.h"

#define X86_TRAP_DB 1

/* ---- tracer and tracee --------------------------------------------------- */

void ptrace_link(struct task_struct *t, struct task_struct *tracer, const struct cred *cred)
{
	list_add_tail(&t->ptrace_entry, &tracer->ptraced);
	t->parent = tracer;
	t->ptracer_cred = get_cred(cred);
}

/* A task that is not traced any more joins the stop of its process, or continues. */
void ptrace_unlink(struct task_struct *t)
{
	struct signal_struct *sig = t->signal;
	unsigned long flags;

	t->syscall_work = 0;
	t->parent = t->real_parent;
	list_del_init(&t->ptrace_entry);
	put_cred(t->ptracer_cred);
	t->ptracer_cred = NULL;
	spin_lock_irqsave(&t->sighand->siglock, flags);
	t->ptrace = 0;
	t->jobctl &= ~(JOBCTL_TRAP_MASK | JOBCTL_TRAPPING);
	if (!(t->flags & PF_EXITING) &&
	    ((sig->flags & SIGNAL_STOP_STOPPED) || sig->group_stop_count)) {
		t->jobctl |= JOBCTL_STOP_PENDING;
		if (!(t->jobctl & JOBCTL_STOP_SIGMASK))
			t->jobctl |= SIGSTOP;
	}
	if ((t->jobctl & JOBCTL_STOP_PENDING) || (t->__state & __TASK_TRACED))
		ptrace_signal_wake_up(t, true);
	spin_unlock_irqrestore(&t->sighand->siglock, flags);
}

bool ptrace_detach_locked(struct task_struct *tracer, struct task_struct *t)
{
	bool dead;

	ptrace_unlink(t);
	if (t->exit_state != EXIT_ZOMBIE)
		return false;
	dead = !thread_group_leader(t);
	if (!dead && thread_group_empty(t))
		dead = same_thread_group(t->real_parent, tracer)
			       ? ignores_children(tracer)
			       : do_notify_parent(t, t->exit_signal);
	if (dead)
		t->exit_state = EXIT_DEAD;
	return dead;
}

void exit_ptrace(struct task_struct *tracer, struct list_head *dead)
{
	struct task_struct *t, *next;

	list_for_each_entry_safe(t, next, &tracer->ptraced, ptrace_entry) {
		if (t->ptrace & PT_OPT(PTRACE_O_EXITKILL))
			send_sig_info(SIGKILL, SEND_SIG_PRIV, t, true);
		if (ptrace_detach_locked(tracer, t))
			list_add(&t->ptrace_entry, dead);
	}
}

bool ptracer_capable(const struct task_struct *t)
{
	return !t->ptracer_cred || (t->ptracer_cred->cap_effective & BIT(CAP_SYS_PTRACE));
}

/* ---- stopping ------------------------------------------------------------ */

/*
 * current stops with @exit_code for its tracer (@why: CLD_STOPPED or CLD_TRAPPED). Returns the
 * signal that the tracer continues it with. siglock held, and released in between.
 */
static int ptrace_stop(int exit_code, int why, unsigned long message, kernel_siginfo_t *info,
		       unsigned long flags)
{
	struct task_struct *t = current;
	bool last = false;

	if (!t->ptrace || (t->pending.signal & sigmask(SIGKILL)))
		return exit_code;
	set_current_state(TASK_TRACED);
	t->ptrace_message = message;
	t->last_siginfo = info;
	t->exit_code = exit_code;
	if (why == CLD_STOPPED && (t->jobctl & JOBCTL_STOP_PENDING))
		last = participate_in_stop(t);
	t->jobctl &= ~(JOBCTL_TRAP_STOP | JOBCTL_TRAPPING);
	if (info && info->si_code >> 8 == PTRACE_EVENT_STOP)
		t->jobctl &= ~JOBCTL_TRAP_NOTIFY;
	spin_unlock(&t->sighand->siglock);
	spin_lock(&tasklist_lock);
	do_notify_parent_cldstop(t, true, why);
	if (last && ptrace_reparented(t))
		do_notify_parent_cldstop(t, false, why);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	schedule();
	spin_lock_irqsave(&t->sighand->siglock, flags);
	exit_code = t->exit_code;
	t->exit_code = 0;
	t->last_siginfo = NULL;
	t->ptrace_message = 0;
	t->jobctl &= ~JOBCTL_LISTENING;
	recalc_sigpending();
	return exit_code;
}

/* The same, with a siginfo of its own. */
static int ptrace_do_notify(int sig, int exit_code, int why, unsigned long message,
			    unsigned long flags)
{
	kernel_siginfo_t info;

	memset(&info, 0, sizeof(info));
	info.si_signo = sig;
	info.si_code = exit_code;
	info.si_pid = current->pid;
	info.si_uid = current->cred->uid;
	return ptrace_stop(exit_code, why, message, &info, flags);
}

int ptrace_notify(int exit_code, unsigned long message)
{
	unsigned long flags;
	int sig;

	spin_lock_irqsave(&current->sighand->siglock, flags);
	sig = ptrace_do_notify(SIGTRAP, exit_code, CLD_TRAPPED, message, flags);
	spin_unlock_irqrestore(&current->sighand->siglock, flags);
	return sig;
}

/* A seized task reports PTRACE_EVENT_STOP: with SIGTRAP, unless its process stops. */
void do_jobctl_trap(unsigned long flags)
{
	struct signal_struct *s = current->signal;
	int sig = current->jobctl & JOBCTL_STOP_SIGMASK;

	if (!(current->ptrace & PT_SEIZED)) {
		ptrace_stop(sig, CLD_STOPPED, 0, NULL, flags);
	} else {
		if (!s->group_stop_count && !(s->flags & SIGNAL_STOP_STOPPED))
			sig = SIGTRAP;
		ptrace_do_notify(sig, sig | PTRACE_EVENT_STOP << 8, CLD_STOPPED, 0, flags);
	}
	spin_unlock_irqrestore(&current->sighand->siglock, flags);
}

/* ---- signals ------------------------------------------------------------- */

/* The tracer has replaced the signal: it comes from the tracer now. */
static void replace_siginfo(kernel_siginfo_t *info, int sig)
{
	memset(info, 0, sizeof(*info));
	info->si_signo = sig;
	info->si_code = SI_USER;
	info->si_pid = current->parent->tgid;
	info->si_uid = current->parent->cred->uid;
}

void ptrace_signal(struct ksignal *ksig, unsigned long flags)
{
	struct task_struct *t = current;

	if (ksig->sig == SIGKILL)
		return;
	/* A stop signal that the tracer passes on stops, even if a SIGCONT came meanwhile. */
	t->jobctl |= JOBCTL_STOP_DEQUEUED;
	ksig->sig = ptrace_stop(ksig->sig, CLD_TRAPPED, 0, &ksig->info, flags);
	if (!ksig->sig)
		return;
	if (ksig->sig != ksig->info.si_signo)
		replace_siginfo(&ksig->info, ksig->sig);
	if ((t->blocked & sigmask(ksig->sig)) || fatal_signal_pending(t)) {
		send_signal_locked(ksig->sig, &ksig->info, t, false, false);
		ksig->sig = 0;
	}
}

/* ---- events -------------------------------------------------------------- */

void ptrace_event(int event, unsigned long message)
{
	if (current->ptrace & PT_EVENT(event))
		ptrace_notify(event << 8 | SIGTRAP, message);
	else if (event == PTRACE_EVENT_EXEC &&
		 (current->ptrace & (PT_PTRACED | PT_SEIZED)) == PT_PTRACED)
		send_sig(SIGTRAP, current, 0);
}

static int fork_event(u64 clone_flags, int exit_signal)
{
	int event = PTRACE_EVENT_FORK;

	if (clone_flags & CLONE_UNTRACED)
		return 0;
	if (clone_flags & CLONE_VFORK)
		event = PTRACE_EVENT_VFORK;
	else if (exit_signal != SIGCHLD)
		event = PTRACE_EVENT_CLONE;
	return current->ptrace & PT_EVENT(event) ? event : 0;
}

/* The child's first stop comes before its first instruction: SIGSTOP, or PTRACE_EVENT_STOP. */
int ptrace_init_child(struct task_struct *p, u64 clone_flags, int exit_signal)
{
	int event = fork_event(clone_flags, exit_signal);
	unsigned long flags;

	ptrace_single_step(p, false);
	p->thread.dr7 = 0;
	if (!event && !(clone_flags & CLONE_PTRACE))
		return 0;
	spin_lock_irqsave(&tasklist_lock, flags);
	p->ptrace = current->ptrace;
	ptrace_link(p, current->parent, current->ptracer_cred);
	if (p->ptrace & PT_SEIZED)
		p->jobctl |= JOBCTL_TRAP_STOP;
	else
		p->pending.signal |= sigmask(SIGSTOP);
	p->sigpending_flag = true;
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return event;
}

/* ---- system calls -------------------------------------------------------- */

/* A signal other than the stop's own that the tracer continues with is sent. */
static void report_syscall(unsigned long message)
{
	int good = current->ptrace & PT_OPT(PTRACE_O_TRACESYSGOOD) ? 0x80 : 0, sig;

	if (!current->ptrace)
		return;
	sig = ptrace_notify(SIGTRAP | good, message);
	if (sig)
		send_sig(sig, current, 1);
}

/* The tracer may have changed the number: -1 is no call, and leaves ax as the tracer sets it. */
unsigned int syscall_trace_enter(struct pt_regs *regs)
{
	unsigned int work = current->syscall_work;

	if (work & (SYSCALL_WORK_TRACE | SYSCALL_WORK_EMU)) {
		report_syscall(PTRACE_EVENTMSG_SYSCALL_ENTRY);
		if ((work & SYSCALL_WORK_EMU) || fatal_signal_pending(current))
			return -1;
	}
	return regs->orig_ax;
}

void ptrace_report_step(void)
{
	struct thread_struct *th = &current->thread;

	th->trap_nr = X86_TRAP_DB;
	th->error_code = 0;
	force_sig_fault(SIGTRAP, TRAP_BRKPT, (void __user *)current_pt_regs()->ip);
}

void syscall_trace_exit(void)
{
	unsigned int work = current->syscall_work;

	if ((work & (SYSCALL_WORK_EXIT_TRAP | SYSCALL_WORK_EMU)) == SYSCALL_WORK_EXIT_TRAP)
		ptrace_report_step();
	else if (work & SYSCALL_WORK_TRACE)
		report_syscall(PTRACE_EVENTMSG_SYSCALL_EXIT);
}
