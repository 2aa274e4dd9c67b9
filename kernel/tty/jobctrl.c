/* SPDX-License-Identifier: MIT */
/*
 * Job control of a terminal: which session it belongs to, which of the session's process groups is
 * in the foreground, what happens to the other groups when they use it, and to all of them when the
 * session's leader exits.
 *
 * Abridges Linux's drivers/tty/tty_jobctrl.c. A master of a pseudo
 * terminal is not a terminal here: pty.c passes the other end.
 * Not on the road of an exec.
 */
#include <sched.h>
#include <asm/uaccess.h>
#include <linux/capability.h>
#include "internal.h"

/* Sets session and foreground group. The terminal takes over their references. */
static void tty_set_owner(struct tty_struct *tty, struct pid *session, struct pid *pgrp)
{
	struct pid *old_session, *old_pgrp;
	unsigned long flags;

	spin_lock_irqsave(&tty->lock, flags);
	old_session = tty->session;
	old_pgrp = tty->pgrp;
	tty->session = session;
	tty->pgrp = pgrp;
	spin_unlock_irqrestore(&tty->lock, flags);
	put_pid(old_session);
	put_pid(old_pgrp);
}

static bool is_ignored(int sig)
{
	return (current->blocked & sigmask(sig)) ||
	       current->sighand->action[sig - 1].sa.sa_handler == SIG_IGN;
}

int tty_check_change(struct tty_struct *tty, int sig)
{
	struct pid *pgrp = task_pgrp(current);

	if (current->signal->tty != tty || !tty->pgrp || tty->pgrp == pgrp)
		return 0;
	if (is_ignored(sig))
		return sig == SIGTTIN ? -EIO : 0;
	if (is_current_pgrp_orphaned())
		return -EIO;
	kill_pgrp(pgrp, sig, 1);
	current->sigpending_flag = true;
	return -ERESTARTSYS;
}

void proc_clear_tty(struct task_struct *t) { t->signal->tty = NULL; }

/* current, a session leader, makes @tty its session's terminal. */
static void proc_set_tty(struct tty_struct *tty)
{
	tty_set_owner(tty, get_pid(task_session(current)), get_pid(task_pgrp(current)));
	put_pid(current->signal->tty_old_pgrp);
	current->signal->tty_old_pgrp = NULL;
	current->signal->tty = tty;
}

void tty_open_proc_set_tty(struct tty_struct *tty, struct file *f)
{
	if (current->signal->leader && !current->signal->tty && !tty->session &&
	    (f->f_mode & FMODE_READ))
		proc_set_tty(tty);
}

static void session_clear_tty(struct pid *session)
{
	struct task_struct *p;
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	do_each_pid_task(session, PIDTYPE_SID, p)
		proc_clear_tty(p);
	spin_unlock_irqrestore(&tasklist_lock, flags);
}

/* The foreground group of a terminal that current's session has lost. */
static void signal_old_pgrp(void)
{
	struct pid *pgrp = current->signal->tty_old_pgrp;

	current->signal->tty_old_pgrp = NULL;
	if (!pgrp)
		return;
	kill_pgrp(pgrp, SIGHUP, 1);
	kill_pgrp(pgrp, SIGCONT, 1);
	put_pid(pgrp);
}

void tty_hangup_session(struct tty_struct *tty)
{
	struct task_struct *p;
	unsigned long flags;

	tty_hangup(tty);
	spin_lock_irqsave(&tasklist_lock, flags);
	do_each_pid_task(tty->session, PIDTYPE_SID, p) {
		p->signal->tty = NULL;
		if (!p->signal->leader)
			continue;
		group_send_sig_info(SIGHUP, SEND_SIG_PRIV, p);
		group_send_sig_info(SIGCONT, SEND_SIG_PRIV, p);
		if (!p->signal->tty_old_pgrp && tty->pgrp)
			p->signal->tty_old_pgrp = get_pid(tty->pgrp);
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
	tty_set_owner(tty, NULL, NULL);
}

void disassociate_ctty(bool on_exit)
{
	struct tty_struct *tty = current->signal->tty;

	if (current->signal->leader && !tty && on_exit)
		signal_old_pgrp();
	if (!current->signal->leader || !tty)
		return;
	if (on_exit && !tty->ops->last_close) /* a pseudo terminal lives on */
		tty_hangup(tty);
	if (tty->pgrp) {
		kill_pgrp(tty->pgrp, SIGHUP, on_exit);
		if (!on_exit)
			kill_pgrp(tty->pgrp, SIGCONT, 0);
	}
	session_clear_tty(task_session(current));
	tty_set_owner(tty, NULL, NULL);
}

static long tiocsctty(struct tty_struct *tty, struct file *f, unsigned long arg)
{
	struct signal_struct *sig = current->signal;

	if (sig->leader && task_session(current) == tty->session)
		return 0;
	if (!sig->leader || sig->tty)
		return -EPERM;
	if (tty->session) {
		if (arg != 1 || !capable(CAP_SYS_ADMIN))
			return -EPERM;
		session_clear_tty(tty->session);
	}
	if (!(f->f_mode & FMODE_READ) && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	proc_set_tty(tty);
	return 0;
}

/* TIOCGPGRP, TIOCGSID: @pid is the terminal's foreground group or session. */
static long put_tty_pid(struct tty_struct *tty, struct pid *pid, pid_t __user *p)
{
	return current->signal->tty == tty ? put_user(pid_nr(pid), p) : -ENOTTY;
}

static bool pgrp_in_session(struct pid *pgrp, struct pid *session)
{
	struct task_struct *p;
	unsigned long flags;
	bool same;

	spin_lock_irqsave(&tasklist_lock, flags);
	p = pid_task(pgrp, PIDTYPE_PGID) ?: pid_task(pgrp, PIDTYPE_PID);
	same = p && task_session(p) == session;
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return same;
}

static long tiocspgrp(struct tty_struct *tty, pid_t __user *p)
{
	int err = tty_check_change(tty, SIGTTOU);
	struct pid *pgrp;
	pid_t nr;

	if (err)
		return err == -EIO ? -ENOTTY : err;
	if (get_user(nr, p))
		return -EFAULT;
	if (nr < 0)
		return -EINVAL;
	if (current->signal->tty != tty || tty->session != task_session(current))
		return -ENOTTY;
	pgrp = find_get_pid(nr);
	if (!pgrp)
		return -ESRCH;
	if (!pgrp_in_session(pgrp, tty->session)) {
		put_pid(pgrp);
		return -EPERM;
	}
	tty_set_owner(tty, get_pid(tty->session), pgrp);
	return 0;
}

long tty_jobctrl_ioctl(struct tty_struct *tty, struct file *f, unsigned int cmd, unsigned long arg)
{
	pid_t __user *p = (pid_t __user *)arg;

	switch (cmd) {
	case TIOCNOTTY:
		if (current->signal->tty != tty)
			return -ENOTTY;
		disassociate_ctty(false);
		proc_clear_tty(current);
		return 0;
	case TIOCSCTTY:
		return tiocsctty(tty, f, arg);
	case TIOCGPGRP:
		return put_tty_pid(tty, tty->pgrp, p);
	case TIOCSPGRP:
		return tiocspgrp(tty, p);
	case TIOCGSID:
		return put_tty_pid(tty, tty->session, p);
	default:
		return -ENOIOCTLCMD;
	}
}
