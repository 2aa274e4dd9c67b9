/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/stat, statm, status, limits: what ps and top read.
 * Abridges Linux's fs/proc/array.c and task_mem of task_mmu.c: the same lines in
 * the same order. What Exon does not have (cgroups, seccomp, swap, huge pages,
 * mitigations) shows the value of a Linux that does not use it.
 * Not on the road of an exec.
 */
#include <file.h>
#include <fs_struct.h>
#include <mm.h>
#include <sched.h>
#include <seq_file.h>
#include <signal.h>
#include <task.h>
#include <tty.h>
#include <asm/page.h>
#include "internal.h"

static const char *get_task_state(struct task_struct *t)
{
	if (t->exit_state & EXIT_ZOMBIE)
		return "Z (zombie)";
	if (t->exit_state || t->__state & TASK_DEAD)
		return "X (dead)";
	if (t->__state & __TASK_STOPPED)
		return "T (stopped)";
	if (t->__state & __TASK_TRACED)
		return "t (tracing stop)";
	if (t->__state & TASK_UNINTERRUPTIBLE)
		return "D (disk sleep)";
	return t->__state & TASK_INTERRUPTIBLE ? "S (sleeping)" : "R (running)";
}

static void collect_sigign_sigcatch(struct task_struct *t, sigset_t *ign, sigset_t *catch)
{
	struct k_sigaction *k = t->sighand->action;

	*ign = *catch = 0;
	for (int i = 1; i <= _NSIG; i++, k++) {
		if (k->sa.sa_handler == SIG_IGN)
			*ign |= sigmask(i);
		else if (k->sa.sa_handler != SIG_DFL)
			*catch |= sigmask(i);
	}
}

/* ---- stat -------------------------------------------------------------- */

/* The fields of stat that are read under tasklist_lock, so that they belong together. */
struct stat_snapshot {
	pid_t ppid, pgid, sid;
	int num_threads, exit_code;
	sigset_t sigign, sigcatch;
	unsigned long min_flt, maj_flt;
	u64 utime, stime;
};

static struct stat_snapshot take_snapshot(struct task_struct *t, bool whole)
{
	struct signal_struct *sig = t->signal;
	struct stat_snapshot s = {
		.pgid = -1,
		.sid = -1,
		.exit_code = t->exit_code,
		.min_flt = t->min_flt,
		.maj_flt = t->maj_flt,
		.utime = t->utime,
		.stime = t->stime,
	};
	struct task_struct *p;
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	if (t->sighand) {
		collect_sigign_sigcatch(t, &s.sigign, &s.sigcatch);
		s.ppid = t->real_parent->tgid;
		s.pgid = pid_nr(task_pgrp(t));
		s.sid = pid_nr(task_session(t));
		s.num_threads = sig->nr_threads;
		if (whole && (sig->flags & (SIGNAL_GROUP_EXIT | SIGNAL_STOP_STOPPED)))
			s.exit_code = sig->group_exit_code;
	}
	if (whole) {
		s.min_flt = sig->min_flt;
		s.maj_flt = sig->maj_flt;
		for_each_thread(t, p) {
			s.min_flt += p->min_flt;
			s.maj_flt += p->maj_flt;
		}
		thread_group_cputime(t, &s.utime, &s.stime);
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return s;
}

/* Fields 3 (state) to 22 (starttime). */
static void stat_task(struct seq_file *m, struct task_struct *t, const struct stat_snapshot *s)
{
	struct signal_struct *sig = t->signal;
	int tpgid = -1, tty_nr = task_tty_nr(t, &tpgid);

	seq_printf(m, "%c %d %d %d %d %d %u", *get_task_state(t), s->ppid, s->pgid, s->sid, tty_nr,
		   tpgid, t->flags);
	seq_printf(m, " %lu %lu %lu %lu", s->min_flt, sig->cmin_flt, s->maj_flt, sig->cmaj_flt);
	seq_printf(m, " %lu %lu %lu %lu", nsec_to_clock_t(s->utime), nsec_to_clock_t(s->stime),
		   nsec_to_clock_t(sig->cutime), nsec_to_clock_t(sig->cstime));
	seq_printf(m, " %d %d %d 0 %lu", rt_priority_of(t) ? -1 - rt_priority_of(t) : 20 + t->nice,
		   t->nice, s->num_threads, nsec_to_clock_t(t->start_time));
}

/* Fields 23 (vsize) to 52; other users see 0 or 1 instead of addresses. */
int proc_pid_stat(struct seq_file *m, struct task_struct *t)
{
	static const struct mm_struct none;
	bool permitted = ptrace_may_read(t), whole = ((struct proc_inode *)m->private)->entry->arg;
	struct stat_snapshot s = take_snapshot(t, whole);
	struct mm_struct *mm = get_task_mm(t);
	const struct mm_struct *size = mm ?: &none, *addr = permitted ? size : &none;
	bool hidden = mm && !permitted;

	seq_printf(m, "%d (%s) ", t->pid, t->comm);
	stat_task(m, t, &s);
	seq_printf(m, " %lu %lu %lu %lu %lu %lu 0 0", size->total_vm * PAGE_SIZE, get_mm_rss(size),
		   task_rlimit(t, RLIMIT_RSS), hidden ? 1 : addr->start_code,
		   hidden ? 1 : addr->end_code, addr->start_stack);
	seq_printf(m, " %lu %lu %lu %lu", t->pending.signal & 0x7fffffff, t->blocked & 0x7fffffff,
		   s.sigign & 0x7fffffff, s.sigcatch & 0x7fffffff);
	seq_printf(m, " %d 0 0 %d 0 %d %d 0 0 0",
		   permitted && (!whole || s.num_threads < 2) && t->__state, t->exit_signal,
		   t->rt_priority, t->policy);
	seq_printf(m, " %lu %lu %lu %lu %lu %lu %lu %d\n", addr->start_data, addr->end_data,
		   addr->start_brk, addr->arg_start, addr->arg_end, addr->env_start, addr->env_end,
		   permitted ? s.exit_code : 0);
	if (mm)
		mmput(mm);
	return 0;
}

int proc_pid_statm(struct seq_file *m, struct task_struct *t)
{
	struct mm_struct *mm = get_task_mm(t);
	unsigned long shared, text;

	if (!mm) {
		seq_puts(m, "0 0 0 0 0 0 0\n");
		return 0;
	}
	shared = mm->rss_stat[MM_FILEPAGES] + mm->rss_stat[MM_SHMEMPAGES];
	text = (PAGE_ALIGN(mm->end_code) - (mm->start_code & PAGE_MASK)) >> PAGE_SHIFT;
	seq_printf(m, "%lu %lu %lu %lu 0 %lu 0\n", mm->total_vm, get_mm_rss(mm), shared, text,
		   mm->data_vm + mm->stack_vm);
	mmput(mm);
	return 0;
}

/* ---- status ------------------------------------------------------------ */

static void status_task(struct seq_file *m, struct task_struct *t)
{
	const struct cred *c = t->cred;

	seq_puts(m, "Name:\t");
	for (const char *p = t->comm; *p; p++) { /* a name may contain any byte */
		if (*p == '\n' || *p == '\\')
			seq_putc(m, '\\');
		seq_putc(m, *p == '\n' ? 'n' : *p);
	}
	seq_putc(m, '\n');
	if (t->fs)
		seq_printf(m, "Umask:\t%#04o\n", t->fs->umask);
	seq_printf(m, "State:\t%s\n", get_task_state(t));
	seq_printf(m, "Tgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\nTracerPid:\t%d\n", t->tgid, t->pid,
		   t->sighand ? t->real_parent->tgid : 0, t->ptrace ? t->parent->pid : 0);
	seq_printf(m, "Uid:\t%u\t%u\t%u\t%u\n", c->uid, c->euid, c->suid, c->fsuid);
	seq_printf(m, "Gid:\t%u\t%u\t%u\t%u\n", c->gid, c->egid, c->sgid, c->fsgid);
	seq_printf(m, "FDSize:\t%u\nGroups:\t", t->files ? t->files->max_fds : 0);
	for (unsigned int i = 0; i < c->ngroups; i++)
		seq_printf(m, i ? " %u" : "%u", c->groups[i]);
	seq_printf(m, " \nNStgid:\t%d\nNSpid:\t%d\nNSpgid:\t%d\nNSsid:\t%d\n", t->tgid, t->pid,
		   pid_nr(task_pgrp(t)), pid_nr(task_session(t)));
}

static void status_mem(struct seq_file *m, struct mm_struct *mm)
{
	const unsigned int kb = PAGE_SHIFT - 10;
	unsigned long rss = get_mm_rss(mm), exec = mm->exec_vm << PAGE_SHIFT;
	unsigned long text = min(PAGE_ALIGN(mm->end_code) - (mm->start_code & PAGE_MASK), exec);
	const struct {
		const char *name;
		unsigned long kb;
	} lines[] = {
		{"VmPeak", max(mm->hiwater_vm, mm->total_vm) << kb},
		{"VmSize", mm->total_vm << kb},
		{"VmLck", mm->locked_vm << kb},
		{"VmPin", 0},
		{"VmHWM", get_mm_hiwater_rss(mm) << kb},
		{"VmRSS", rss << kb},
		{"RssAnon", mm->rss_stat[MM_ANONPAGES] << kb},
		{"RssFile", mm->rss_stat[MM_FILEPAGES] << kb},
		{"RssShmem", mm->rss_stat[MM_SHMEMPAGES] << kb},
		{"VmData", mm->data_vm << kb},
		{"VmStk", mm->stack_vm << kb},
		{"VmExe", text >> 10},
		{"VmLib", (exec - text) >> 10},
		{"VmPTE", mm->pgtables_bytes >> 10},
		{"VmSwap", 0},
		{"HugetlbPages", 0},
	};

	for (int i = 0; i < ARRAY_SIZE(lines); i++)
		seq_printf(m, "%s:\t%8lu kB\n", lines[i].name, lines[i].kb);
	seq_puts(m, "CoreDumping:\t0\nTHP_enabled:\t0\n");
}

static void status_sig(struct seq_file *m, struct task_struct *t)
{
	sigset_t pending = 0, shared = 0, blocked = 0, ign = 0, catch = 0;
	unsigned long flags, qlim = 0, qsize = 0;
	int threads = 0;

	spin_lock_irqsave(&tasklist_lock, flags);
	if (t->sighand) {
		collect_sigign_sigcatch(t, &ign, &catch);
		pending = t->pending.signal;
		shared = t->signal->shared_pending.signal;
		blocked = t->blocked;
		threads = t->signal->nr_threads;
		qlim = task_rlimit(t, RLIMIT_SIGPENDING);
		qsize = account_user(t->cred->uid, USER_SIGPENDING, 0);
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
	seq_printf(m, "Threads:\t%d\nSigQ:\t%lu/%lu\n", threads, qsize, qlim);
	seq_printf(m, "SigPnd:\t%016lx\nShdPnd:\t%016lx\nSigBlk:\t%016lx\n", pending, shared,
		   blocked);
	seq_printf(m, "SigIgn:\t%016lx\nSigCgt:\t%016lx\n", ign, catch);
}

/* Debian's kernel has room for 1024 memory nodes; only node 0 exists. */
#define NO_NODES_4   "00000000,00000000,00000000,00000000,"
#define NO_NODES_28  NO_NODES_4 NO_NODES_4 NO_NODES_4 NO_NODES_4 NO_NODES_4 NO_NODES_4 NO_NODES_4
#define MEMS_ALLOWED NO_NODES_28 "00000000,00000000,00000000,00000001"

int proc_pid_status(struct seq_file *m, struct task_struct *t)
{
	struct mm_struct *mm = get_task_mm(t);
	const struct cred *c = t->cred;

	status_task(m, t);
	if (mm) {
		status_mem(m, mm);
		mmput(mm);
	}
	status_sig(m, t);
	seq_printf(m, "CapInh:\t%016lx\nCapPrm:\t%016lx\nCapEff:\t%016lx\n", c->cap_inheritable,
		   c->cap_permitted, c->cap_effective);
	seq_printf(m, "CapBnd:\t%016lx\nCapAmb:\t%016lx\n", c->cap_bset, c->cap_ambient);
	seq_printf(m, "NoNewPrivs:\t%d\nSeccomp:\t0\nSeccomp_filters:\t0\n", t->no_new_privs);
	seq_puts(m, "Speculation_Store_Bypass:\tvulnerable\nSpeculationIndirectBranch:\talways "
		    "enabled\n");
	seq_puts(m, "Cpus_allowed:\t1\nCpus_allowed_list:\t0\n");
	seq_puts(m, "Mems_allowed:\t" MEMS_ALLOWED "\nMems_allowed_list:\t0\n");
	return seq_printf(m, "voluntary_ctxt_switches:\t%lu\nnonvoluntary_ctxt_switches:\t%lu\n",
			  t->nvcsw, t->nivcsw);
}

/* ---- limits ------------------------------------------------------------ */

static const struct {
	const char *name, *unit;
} limit_names[RLIM_NLIMITS] = {
	[RLIMIT_CPU] = {"Max cpu time", "seconds"},
	[RLIMIT_FSIZE] = {"Max file size", "bytes"},
	[RLIMIT_DATA] = {"Max data size", "bytes"},
	[RLIMIT_STACK] = {"Max stack size", "bytes"},
	[RLIMIT_CORE] = {"Max core file size", "bytes"},
	[RLIMIT_RSS] = {"Max resident set", "bytes"},
	[RLIMIT_NPROC] = {"Max processes", "processes"},
	[RLIMIT_NOFILE] = {"Max open files", "files"},
	[RLIMIT_MEMLOCK] = {"Max locked memory", "bytes"},
	[RLIMIT_AS] = {"Max address space", "bytes"},
	[RLIMIT_LOCKS] = {"Max file locks", "locks"},
	[RLIMIT_SIGPENDING] = {"Max pending signals", "signals"},
	[RLIMIT_MSGQUEUE] = {"Max msgqueue size", "bytes"},
	[RLIMIT_NICE] = {"Max nice priority"},
	[RLIMIT_RTPRIO] = {"Max realtime priority"},
	[RLIMIT_RTTIME] = {"Max realtime timeout", "us"},
};

int proc_pid_limits(struct seq_file *m, struct task_struct *t)
{
	if (!t->sighand)
		return 0;
	seq_printf(m, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit", "Units");
	for (int i = 0; i < RLIM_NLIMITS; i++) {
		const struct rlimit64 *r = &t->signal->rlim[i];

		seq_printf(m, "%-25s ", limit_names[i].name);
		seq_printf(m, r->rlim_cur == RLIM64_INFINITY ? "unlimited            " : "%-20lu ",
			   (u64)r->rlim_cur);
		seq_printf(m, r->rlim_max == RLIM64_INFINITY ? "unlimited            " : "%-20lu ",
			   (u64)r->rlim_max);
		if (limit_names[i].unit)
			seq_printf(m, "%-10s", limit_names[i].unit);
		seq_putc(m, '\n');
	}
	return 0;
}
