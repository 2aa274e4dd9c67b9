/* SPDX-License-Identifier: MIT */
/*
 * Signals: kernel/task/signal.c sends them, get_signal.c takes them, jobctl.c stops processes and
 * notifies parents; arch/x86/entry/signal.c builds the frames of handlers.
 */
#ifndef SIGNAL_H
#define SIGNAL_H

#include <list.h>
#include <spinlock.h>
#include <atomic.h>
#include <wait.h>
#include <asm/signal.h> /* Linux's UAPI: SIG*, SA_*, sigset_t (unsigned long), struct sigaction */
#include <asm/siginfo.h>

struct task_struct;
struct pid;
struct pt_regs;

#ifndef _NSIG
#define _NSIG 64
#endif
#define SIGNAL_COUNT 64

/* A siginfo_t without the padding at its end. */
typedef struct kernel_siginfo {
	__SIGINFO;
} kernel_siginfo_t;

#define SEND_SIG_NOINFO ((kernel_siginfo_t *)0) /* sent by current, SI_USER */
#define SEND_SIG_PRIV	((kernel_siginfo_t *)1) /* sent by the kernel, SI_KERNEL */

#define sigmask(sig)	     (1UL << ((sig)-1))
#define SIG_KERNEL_ONLY_MASK (sigmask(SIGKILL) | sigmask(SIGSTOP))
#define SIG_KERNEL_STOP_MASK \
	(sigmask(SIGSTOP) | sigmask(SIGTSTP) | sigmask(SIGTTIN) | sigmask(SIGTTOU))
#define SIG_KERNEL_COREDUMP_MASK \
	(sigmask(SIGQUIT) | sigmask(SIGILL) | sigmask(SIGTRAP) | sigmask(SIGABRT) | \
	 sigmask(SIGFPE) | sigmask(SIGSEGV) | sigmask(SIGBUS) | sigmask(SIGSYS) | \
	 sigmask(SIGXCPU) | sigmask(SIGXFSZ))
#define SIG_KERNEL_IGNORE_MASK \
	(sigmask(SIGCONT) | sigmask(SIGCHLD) | sigmask(SIGWINCH) | sigmask(SIGURG))

struct sigpending {
	struct list_head list; /* of struct sigqueue */
	sigset_t signal;
};

struct k_sigaction {
	struct sigaction sa;
};

/* The handlers, shared by CLONE_SIGHAND. siglock also guards the pending sets of all sharers. */
struct sighand_struct {
	spinlock_t siglock;
	atomic_t count;
	wait_queue_head_t signalfd_wqh;		 /* fs/signalfd.c: woken when a signal is queued */
	struct k_sigaction action[SIGNAL_COUNT]; /* [sig - 1] */
	sigset_t changed;			 /* all other actions are still zero: SIG_DFL */
};

struct ksignal {
	struct k_sigaction ka;
	kernel_siginfo_t info;
	int sig;
};

/* kernel/task/signal.c */
void signals_init(void);
/*
 * Sending: 0 or -errno. @group: to the process, otherwise to that thread. These may be called from
 * interrupts.
 */
int send_sig_info(int sig, kernel_siginfo_t *info, struct task_struct *t, bool group);
int send_sig(int sig, struct task_struct *t, int priv); /* to the thread */
int kill_pgrp(struct pid *pgrp, int sig, int priv);
int kill_pid_info(int sig, kernel_siginfo_t *info, struct pid *pid);
/* To the process of @t if current may; sig 0 only asks. tasklist_lock held or @t referenced. */
int group_send_sig_info(int sig, kernel_siginfo_t *info, struct task_struct *t);
int __kill_pgrp_info(int sig, kernel_siginfo_t *info, struct pid *pgrp); /* tasklist_lock held */
int check_kill_permission(int sig, kernel_siginfo_t *info, struct task_struct *t);
/* To current; it can be neither ignored nor blocked. */
void force_sig(int sig);
void force_sig_fault(int sig, int code, void __user *addr);
/* To current, without its handler, as an exec that fails too late does. A tracer may drop it. */
void force_fatal_sig(int sig);
/* Kills all other threads of @t's process and returns their number. siglock held. */
int zap_other_threads(struct task_struct *t);
void signal_wake_up(struct task_struct *t, bool fatal); /* siglock held */
void recalc_sigpending(void);				/* siglock held */
void flush_sigqueue(struct sigpending *q);
void set_current_blocked(sigset_t mask);
/* With zeros for the padding. */
void copy_siginfo_to_external(siginfo_t *to, const kernel_siginfo_t *from);
int do_sigaction(int sig, const struct k_sigaction *act, struct k_sigaction *old);
/* exec: handlers become the default action. @force_default: ignored signals too. */
void flush_signal_handlers(struct task_struct *t, bool force_default);

/* kernel/task/jobctl.c */
/* @t ended: SIGCHLD, or @sig. Returns whether nobody will wait for it. tasklist_lock held. */
bool do_notify_parent(struct task_struct *t, int sig);
/* CLD_EXITED, _KILLED or _DUMPED, and the code or signal that wait reports, of an exit code. */
int exit_cause(int exit_code, int *status);
int is_current_pgrp_orphaned(void);
void kill_orphaned_pgrp(struct task_struct *t, struct task_struct *parent);
void exit_signals(struct task_struct *t);

/* kernel/sigcalls.c */
int copy_siginfo_to_user(siginfo_t __user *to, const kernel_siginfo_t *from); /* 0 or -EFAULT */
/* 0, -EFAULT, or -E2BIG for what the kernel cannot keep. */
int copy_siginfo_from_user(kernel_siginfo_t *to, const siginfo_t __user *from);
/* Sets current's alternate signal stack, if it can be set. */
void restore_altstack(const struct sigaltstack *ss);
/* Is @sp on it? */
bool __on_sig_stack(unsigned long sp);
bool on_sig_stack(unsigned long sp); /* not for SS_AUTODISARM, which the handler has disabled */

/* kernel/task/get_signal.c */
/*
 * Takes the next signal to act on: true, with *ksig, if a handler has to run. Stops and ignored
 * signals are handled inside. A fatal signal is true with the handler SIG_DFL: the caller dumps
 * core and ends the process, because both are on higher floors.
 */
bool get_signal(struct ksignal *ksig);
/* Takes a signal that is not in @mask off the queues of @t (current), 0 if none. siglock held. */
int dequeue_signal(struct task_struct *t, const sigset_t *mask, kernel_siginfo_t *info);

#endif
