/* SPDX-License-Identifier: MIT */
/*
 * The work of each timer interrupt, and the timers that count the CPU time of a process:
 * ITIMER_VIRTUAL, ITIMER_PROF and RLIMIT_CPU. Those of timer_create are in posix_timers.c.
 *
 * Abridges Linux's kernel/time/posix-cpu-timers.c. Left out: timers on the CPU time of one thread.
 * Not on the road of an exec.
 */
#include <sched.h>
#include <asm/irq.h>

/* ITIMER_VIRTUAL (@i 0) or ITIMER_PROF (1): @used is the CPU time of the process so far. */
static void check_cpu_itimer(struct task_struct *t, int i, u64 used)
{
	struct signal_struct *sig = t->signal;

	if (!sig->it[i].expires || used < sig->it[i].expires)
		return;
	sig->it[i].expires = sig->it[i].incr ? sig->it[i].expires + sig->it[i].incr : 0;
	send_sig_info(i ? SIGPROF : SIGVTALRM, SEND_SIG_PRIV, t, true);
}

/* SIGXCPU each second from the soft limit on, which moves on as in Linux; then SIGKILL. */
static void check_cpu_rlimit(struct task_struct *t, u64 used)
{
	struct rlimit64 *r = &t->signal->rlim[RLIMIT_CPU];
	u64 seconds = used / NSEC_PER_SEC;

	if (seconds >= r->rlim_max) {
		send_sig_info(SIGKILL, SEND_SIG_PRIV, t, true);
	} else if (seconds >= r->rlim_cur) {
		r->rlim_cur++;
		send_sig_info(SIGXCPU, SEND_SIG_PRIV, t, true);
	}
}

/* Sends the signals whose CPU time @t's process has used up. Interrupts off. */
static void run_cpu_timers(struct task_struct *t)
{
	struct signal_struct *sig = t->signal;
	u64 utime, stime;

	if (t->exit_state || (!sig->it[0].expires && !sig->it[1].expires &&
			      sig->rlim[RLIMIT_CPU].rlim_cur == RLIM64_INFINITY))
		return;
	thread_group_cputime(t, &utime, &stime);
	check_cpu_itimer(t, 0, utime);
	check_cpu_itimer(t, 1, utime + stime);
	check_cpu_rlimit(t, utime + stime);
}

static void tick(bool user)
{
	scheduler_tick(user);
	run_cpu_timers(current);
	posix_cpu_timers_tick();
	run_timers();
}

void cpu_timers_init(void) { tick_handler = tick; }
