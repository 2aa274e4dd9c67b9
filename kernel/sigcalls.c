/* SPDX-License-Identifier: MIT */
/*
 * The system calls about signals. kernel/task/ sends and takes signals, arch/x86/entry/signal.c
 * makes the frames of handlers.
 *
 * Abridges the SYSCALL_DEFINEs of Linux's kernel/signal.c. Left out: 32-bit forms, pidfds.
 * Not on the road of an exec.
 */
#include <sched.h>
#include <errno.h>
#include <string.h>
#include <syscalls.h>
#include <asm/uaccess.h>
#include <linux/signal.h>

static void user_info(kernel_siginfo_t *info, int sig, int code)
{
	*info = (kernel_siginfo_t){.si_signo = sig, .si_code = code};
	info->si_pid = current->tgid;
	info->si_uid = current->cred->uid;
}

/* To every process but init and current's. tasklist_lock held. */
static int kill_all(int sig, kernel_siginfo_t *info)
{
	struct task_struct *p;
	int ret = 0, count = 0;

	for_each_process(p) {
		int err;

		if (p->pid <= 1 || same_thread_group(p, current))
			continue;
		err = group_send_sig_info(sig, info, p);
		count++;
		if (err != -EPERM)
			ret = err;
	}
	return count ? ret : -ESRCH;
}

static int kill_proc_info(pid_t pid, int sig, kernel_siginfo_t *info)
{
	struct pid *p = find_get_pid(pid);
	int ret = kill_pid_info(sig, info, p);

	put_pid(p);
	return ret;
}

long sys_kill(pid_t pid, int sig)
{
	kernel_siginfo_t info;
	unsigned long flags;
	struct pid *pgrp;
	int ret;

	user_info(&info, sig, SI_USER);
	if (pid > 0)
		return kill_proc_info(pid, sig, &info);
	if (pid == INT32_MIN)
		return -ESRCH;
	pgrp = pid < -1 ? find_get_pid(-pid) : get_pid(task_pgrp(current));
	spin_lock_irqsave(&tasklist_lock, flags);
	ret = pid == -1 ? kill_all(sig, &info) : __kill_pgrp_info(sig, &info, pgrp);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	put_pid(pgrp);
	return ret;
}

/* To the thread @pid, which must be in the process @tgid unless that is 0. */
static long do_send_specific(pid_t tgid, pid_t pid, int sig, kernel_siginfo_t *info)
{
	struct task_struct *t = find_get_task_by_vpid(pid);
	int ret = -ESRCH;

	if (!t)
		return -ESRCH;
	if (!tgid || t->tgid == tgid)
		ret = check_kill_permission(sig, info, t);
	if (!ret && sig) {
		ret = send_sig_info(sig, info, t, false);
		if (ret == -ESRCH) /* it has just ended, and would have taken the signal with it */
			ret = 0;
	}
	put_task_struct(t);
	return ret;
}

long sys_tgkill(pid_t tgid, pid_t pid, int sig)
{
	kernel_siginfo_t info;

	user_info(&info, sig, SI_TKILL);
	return pid <= 0 || tgid <= 0 ? -EINVAL : do_send_specific(tgid, pid, sig, &info);
}

/* As tgkill, but the number may have gone to another process in the meantime. */
long sys_tkill(pid_t pid, int sig)
{
	kernel_siginfo_t info;

	user_info(&info, sig, SI_TKILL);
	return pid <= 0 ? -EINVAL : do_send_specific(0, pid, sig, &info);
}

int copy_siginfo_to_user(siginfo_t __user *to, const kernel_siginfo_t *from)
{
	siginfo_t all;

	copy_siginfo_to_external(&all, from);
	return copy_to_user(to, &all, sizeof(all)) ? -EFAULT : 0;
}

/* Is it known which fields a siginfo of this signal and code has? */
static bool known_siginfo_layout(unsigned int sig, int code)
{
	static const u8 codes[] = {
		[SIGILL] = NSIGILL,   [SIGFPE] = NSIGFPE,   [SIGSEGV] = NSIGSEGV,
		[SIGBUS] = NSIGBUS,   [SIGTRAP] = NSIGTRAP, [SIGCHLD] = NSIGCHLD,
		[SIGPOLL] = NSIGPOLL, [SIGSYS] = NSIGSYS,
	};

	if (code == SI_KERNEL || code == SI_ASYNCNL)
		return true;
	if (code <= SI_USER)
		return code >= SI_DETHREAD;
	return code <= (sig < ARRAY_SIZE(codes) && codes[sig] ? codes[sig] : NSIGPOLL);
}

/* -E2BIG: unknown fields may lie in the padding of @from, which @info has not. */
static int check_padding(const kernel_siginfo_t *info, const siginfo_t __user *from)
{
	siginfo_t all;
	const u8 *padding = (const u8 *)&all + sizeof(*info), *end = (const u8 *)(&all + 1);

	if (known_siginfo_layout(info->si_signo, info->si_code))
		return 0;
	if (copy_from_user(&all, from, sizeof(all)))
		return -EFAULT;
	while (padding < end)
		if (*padding++)
			return -E2BIG;
	return 0;
}

int copy_siginfo_from_user(kernel_siginfo_t *to, const siginfo_t __user *from)
{
	return copy_from_user(to, from, sizeof(*to)) ? -EFAULT : check_padding(to, from);
}

/* The user makes the siginfo, but must not claim that the kernel or kill(2) sent it. */
static int get_siginfo(kernel_siginfo_t *info, int sig, const void __user *uinfo, pid_t pid)
{
	int err = copy_from_user(info, uinfo, sizeof(*info)) ? -EFAULT : 0;

	info->si_signo = sig;
	err = err ?: check_padding(info, uinfo);
	if (err)
		return err;
	if (info->si_code == SI_TIMER)
		info->si_sys_private = 0; /* only the kernel's own timers set it */
	return (info->si_code >= 0 || info->si_code == SI_TKILL) && current->pid != pid ? -EPERM
											: 0;
}

long sys_rt_sigqueueinfo(pid_t pid, int sig, void __user *uinfo)
{
	kernel_siginfo_t info;
	int err = get_siginfo(&info, sig, uinfo, pid);

	return err ?: kill_proc_info(pid, sig, &info);
}

long sys_rt_tgsigqueueinfo(pid_t tgid, pid_t pid, int sig, void __user *uinfo)
{
	kernel_siginfo_t info;
	int err = get_siginfo(&info, sig, uinfo, pid);

	if ((!err || err == -EPERM) && (pid <= 0 || tgid <= 0))
		return -EINVAL;
	return err ?: do_send_specific(tgid, pid, sig, &info);
}

long sys_rt_sigaction(int sig, const struct sigaction __user *act, struct sigaction __user *old,
		      size_t sz)
{
	struct k_sigaction new_ka, old_ka;
	int ret;

	if (sz != sizeof(sigset_t))
		return -EINVAL;
	if (act && copy_from_user(&new_ka.sa, act, sizeof(new_ka.sa)))
		return -EFAULT;
	ret = do_sigaction(sig, act ? &new_ka : NULL, old ? &old_ka : NULL);
	if (!ret && old && copy_to_user(old, &old_ka.sa, sizeof(old_ka.sa)))
		return -EFAULT;
	return ret;
}

long sys_rt_sigprocmask(int how, const sigset_t __user *set, sigset_t __user *old, size_t sz)
{
	sigset_t was = current->blocked, mask;

	if (sz != sizeof(sigset_t))
		return -EINVAL;
	if (set && get_user(mask, set))
		return -EFAULT;
	if (set && how != SIG_BLOCK && how != SIG_UNBLOCK && how != SIG_SETMASK)
		return -EINVAL;
	if (set)
		set_current_blocked(how == SIG_BLOCK	 ? was | mask
				    : how == SIG_UNBLOCK ? was & ~mask
							 : mask);
	return old ? put_user(was, old) : 0;
}

long sys_rt_sigpending(sigset_t __user *set, size_t sz)
{
	sigset_t pending;

	if (sz > sizeof(sigset_t))
		return -EINVAL;
	pending = (current->pending.signal | current->signal->shared_pending.signal) &
		  current->blocked;
	return copy_to_user(set, &pending, sz) ? -EFAULT : 0;
}

static void wait_for_signal(void)
{
	while (!signal_pending(current)) {
		set_current_state(TASK_INTERRUPTIBLE);
		schedule();
	}
	__set_current_state(TASK_RUNNING);
}

long sys_rt_sigsuspend(const sigset_t __user *set, size_t sz)
{
	sigset_t mask;

	if (sz != sizeof(sigset_t))
		return -EINVAL;
	if (get_user(mask, set))
		return -EFAULT;
	current->saved_sigmask = current->blocked;
	set_current_blocked(mask);
	wait_for_signal();
	current->restore_sigmask = true;
	return -ERESTARTNOHAND;
}

long sys_pause(void)
{
	wait_for_signal();
	return -ERESTARTNOHAND;
}

/* Waits until @expires for a signal that is not in @mask. Returns it, -EAGAIN or -EINTR. */
static int do_sigtimedwait(const sigset_t *mask, kernel_siginfo_t *info, ktime_t expires,
			   bool sleep)
{
	struct task_struct *t = current;
	unsigned long flags;
	int sig, left = 0;

	spin_lock_irqsave(&t->sighand->siglock, flags);
	sig = dequeue_signal(t, mask, info);
	if (!sig && sleep) {
		/* Unblocked signals wake current; real_blocked keeps them from killing it. */
		t->real_blocked = t->blocked;
		t->blocked &= *mask;
		recalc_sigpending();
		spin_unlock_irqrestore(&t->sighand->siglock, flags);
		set_current_state(TASK_INTERRUPTIBLE);
		left = schedule_hrtimeout(expires);
		spin_lock_irqsave(&t->sighand->siglock, flags);
		t->blocked = t->real_blocked;
		t->real_blocked = 0;
		sig = dequeue_signal(t, mask, info);
	}
	spin_unlock_irqrestore(&t->sighand->siglock, flags);
	if (sig)
		return sig;
	return left ? -EINTR : -EAGAIN;
}

long sys_rt_sigtimedwait(const sigset_t __user *set, void __user *uinfo,
			 const struct __kernel_timespec __user *uts, size_t sz)
{
	struct __kernel_timespec ts;
	ktime_t expires = INT64_MAX;
	kernel_siginfo_t info;
	sigset_t these;
	int ret;

	if (sz != sizeof(sigset_t))
		return -EINVAL;
	if (get_user(these, set))
		return -EFAULT;
	if (uts && copy_from_user(&ts, uts, sizeof(ts)))
		return -EFAULT;
	if (uts && !timespec_valid(&ts))
		return -EINVAL;
	if (uts)
		expires = posix_clock_expiry(CLOCK_MONOTONIC, timespec_to_ns(&ts), false);
	these = ~(these & ~SIG_KERNEL_ONLY_MASK);
	ret = do_sigtimedwait(&these, &info, expires, !uts || ts.tv_sec || ts.tv_nsec);
	if (ret > 0 && uinfo && copy_siginfo_to_user(uinfo, &info))
		return -EFAULT;
	return ret;
}

bool __on_sig_stack(unsigned long sp)
{
	return sp > current->sas_ss_sp && sp - current->sas_ss_sp <= current->sas_ss_size;
}

bool on_sig_stack(unsigned long sp)
{
	return !(current->sas_ss_flags & SS_AUTODISARM) && __on_sig_stack(sp);
}

static int set_altstack(const struct sigaltstack *ss, unsigned long sp)
{
	struct task_struct *t = current;
	int mode = ss->ss_flags & ~SS_AUTODISARM;

	if (on_sig_stack(sp))
		return -EPERM;
	if (mode != SS_DISABLE && mode != SS_ONSTACK && mode != 0)
		return -EINVAL;
	if (mode != SS_DISABLE && ss->ss_size < MINSIGSTKSZ)
		return -ENOMEM;
	t->sas_ss_sp = mode == SS_DISABLE ? 0 : (unsigned long)ss->ss_sp;
	t->sas_ss_size = mode == SS_DISABLE ? 0 : ss->ss_size;
	t->sas_ss_flags = ss->ss_flags;
	return 0;
}

void restore_altstack(const struct sigaltstack *ss) { set_altstack(ss, current_pt_regs()->sp); }

long sys_sigaltstack(const struct sigaltstack __user *uss, struct sigaltstack __user *uold)
{
	unsigned long sp = current_pt_regs()->sp;
	struct sigaltstack ss, old;
	int ret;

	if (uss && copy_from_user(&ss, uss, sizeof(ss)))
		return -EFAULT;
	memset(&old, 0, sizeof(old));
	old.ss_sp = (void __user *)current->sas_ss_sp;
	old.ss_size = current->sas_ss_size;
	old.ss_flags = (current->sas_ss_flags & SS_AUTODISARM) | (!current->sas_ss_size ? SS_DISABLE
								  : on_sig_stack(sp)	? SS_ONSTACK
											: 0);
	ret = uss ? set_altstack(&ss, sp) : 0;
	return !ret && uold && copy_to_user(uold, &old, sizeof(old)) ? -EFAULT : ret;
}

/* Continues a call that a signal without a handler has interrupted. */
long sys_restart_syscall(void)
{
	struct restart_block *rb = &current->restart_block;

	return rb->fn ? rb->fn(rb) : -EINTR;
}
