/* SPDX-License-Identifier: MIT */
/*
 * Wishes about scheduling: nice values, policies, CPUs. The scheduler treats
 * all policies alike; the wishes are checked, kept and given back as Linux
 * does, so that programs see what they set.
 *
 * Abridges the system calls of Linux's kernel/sched/core.c and the priorities
 * of kernel/sys.c. Left out: SCHED_DEADLINE, cgroups, more CPUs than one.
 */
#include <syscalls.h>
#include <sched.h>
#include <asm/uaccess.h>
#include <linux/capability.h>
#include <linux/sched.h>

#define MIN_NICE	(-20)
#define MAX_NICE	19
#define MAX_RT_PRIO	100
#define NR_CPUS		1
#define RR_INTERVAL	(100 * NSEC_PER_MSEC)

struct sched_param {
	int sched_priority;
};

/* What getpriority answers and RLIMIT_NICE limits: 40 (most) to 1. */
static long nice_to_rlimit(int nice)
{
	return MAX_NICE - nice + 1;
}

static bool can_nice(struct task_struct *t, int nice)
{
	return nice_to_rlimit(nice) <= task_rlimit(t, RLIMIT_NICE) || capable(CAP_SYS_NICE);
}

/* @error: what earlier tasks of the same call gave; -ESRCH: there was none. */
static int set_one_prio(struct task_struct *t, int nice, int error)
{
	const struct cred *c = current->cred;

	if (t->cred->uid != c->euid && t->cred->euid != c->euid && !capable(CAP_SYS_NICE))
		return -EPERM;
	if (nice < t->nice && !can_nice(t, nice))
		return -EACCES;
	t->nice = nice;
	return error == -ESRCH ? 0 : error;
}

static int get_one_prio(struct task_struct *t, int unused __maybe_unused, int best)
{
	return max_t(int, best, nice_to_rlimit(t->nice));
}

/* Calls @fn for each task that (@which, @who) means, with what the last call gave; -ESRCH at first. */
static int for_each_prio_task(int which, int who, int nice,
			      int (*fn)(struct task_struct *t, int nice, int ret))
{
	struct pid *pgrp = which == PRIO_PGRP && who ? find_get_pid(who) : get_pid(task_pgrp(current));
	uid_t uid = who ? (uid_t)who : current->cred->uid;
	struct task_struct *p, *t;
	unsigned long flags;
	int ret = -ESRCH;

	spin_lock_irqsave(&tasklist_lock, flags);
	for_each_process(p) {
		for_each_thread(p, t) {
			if (which == PRIO_PROCESS ? t->pid == (who ?: current->pid) :
			    which == PRIO_PGRP ? task_pgrp(t) == pgrp : t->cred->uid == uid)
				ret = fn(t, nice, ret);
		}
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
	put_pid(pgrp);
	return ret;
}

long sys_getpriority(int which, int who)
{
	if (which > PRIO_USER || which < PRIO_PROCESS)
		return -EINVAL;
	return for_each_prio_task(which, who, 0, get_one_prio);
}

long sys_setpriority(int which, int who, int nice)
{
	if (which > PRIO_USER || which < PRIO_PROCESS)
		return -EINVAL;
	nice = max(MIN_NICE, min(MAX_NICE, nice));
	return for_each_prio_task(which, who, nice, set_one_prio);
}

long sys_sched_yield(void)
{
	yield();
	return 0;
}

/* @pid's task (0: current) with a reference, or NULL. */
static struct task_struct *find_process_by_pid(pid_t pid)
{
	return pid ? find_get_task_by_vpid(pid) : get_task_struct(current);
}

static bool check_same_owner(struct task_struct *t)
{
	uid_t euid = current->cred->euid;

	return euid == t->cred->euid || euid == t->cred->uid;
}

long sys_sched_getaffinity(pid_t pid, unsigned int n, unsigned long __user *mask)
{
	struct task_struct *t;
	unsigned long cpus;

	if (n * 8 < NR_CPUS || n & (sizeof(cpus) - 1))
		return -EINVAL;
	t = find_process_by_pid(pid);
	if (!t)
		return -ESRCH;
	cpus = t->cpus_allowed & (BIT(NR_CPUS) - 1);
	put_task_struct(t);
	return copy_to_user(mask, &cpus, sizeof(cpus)) ? -EFAULT : (long)sizeof(cpus);
}

long sys_sched_setaffinity(pid_t pid, unsigned int n, unsigned long __user *mask)
{
	struct task_struct *t;
	unsigned long cpus = 0;
	long err = 0;

	if (copy_from_user(&cpus, mask, min_t(size_t, n, sizeof(cpus))))
		return -EFAULT;
	t = find_process_by_pid(pid);
	if (!t)
		return -ESRCH;
	cpus &= BIT(NR_CPUS) - 1;
	if (!check_same_owner(t) && !capable(CAP_SYS_NICE))
		err = -EPERM;
	else if (!cpus)
		err = -EINVAL;
	else
		t->cpus_allowed = cpus;
	put_task_struct(t);
	return err;
}

static bool rt_policy(int policy)
{
	return policy == SCHED_FIFO || policy == SCHED_RR;
}

static bool valid_policy(int policy)
{
	return rt_policy(policy) || policy == SCHED_NORMAL || policy == SCHED_BATCH || policy == SCHED_IDLE;
}

/* True if current needs no CAP_SYS_NICE to give @t this policy and priority. */
static bool sched_change_allowed(struct task_struct *t, unsigned int policy, unsigned int prio)
{
	u64 limit = task_rlimit(t, RLIMIT_RTPRIO);

	if (rt_policy(policy) && ((policy != t->policy && !limit) || (prio > t->rt_priority && prio > limit)))
		return false;
	if (t->policy == SCHED_IDLE && policy != SCHED_IDLE &&
	    nice_to_rlimit(t->nice) > task_rlimit(t, RLIMIT_NICE))
		return false;
	return check_same_owner(t);
}

/* @policy < 0: it stays. */
static int set_scheduler(struct task_struct *t, int policy, int prio)
{
	if (policy < 0)
		policy = t->policy;
	policy &= ~SCHED_RESET_ON_FORK;
	if (!valid_policy(policy) || (unsigned int)prio >= MAX_RT_PRIO || rt_policy(policy) != (prio != 0))
		return -EINVAL;
	if (!sched_change_allowed(t, policy, prio) && !capable(CAP_SYS_NICE))
		return -EPERM;
	t->policy = policy;
	t->rt_priority = prio;
	return 0;
}

static long do_sched_setscheduler(pid_t pid, int policy, void __user *param)
{
	struct sched_param p;
	struct task_struct *t;
	long err;

	if (!param || pid < 0)
		return -EINVAL;
	if (copy_from_user(&p, param, sizeof(p)))
		return -EFAULT;
	t = find_process_by_pid(pid);
	if (!t)
		return -ESRCH;
	err = set_scheduler(t, policy, p.sched_priority);
	put_task_struct(t);
	return err;
}

long sys_sched_setscheduler(pid_t pid, int policy, void __user *param)
{
	return policy < 0 ? -EINVAL : do_sched_setscheduler(pid, policy, param);
}

long sys_sched_setparam(pid_t pid, void __user *param)
{
	return do_sched_setscheduler(pid, -1, param);
}

long sys_sched_getscheduler(pid_t pid)
{
	struct task_struct *t;
	long policy;

	if (pid < 0)
		return -EINVAL;
	t = find_process_by_pid(pid);
	if (!t)
		return -ESRCH;
	policy = t->policy;
	put_task_struct(t);
	return policy;
}

long sys_sched_getparam(pid_t pid, void __user *param)
{
	struct sched_param p;
	struct task_struct *t;

	if (!param || pid < 0)
		return -EINVAL;
	t = find_process_by_pid(pid);
	if (!t)
		return -ESRCH;
	p.sched_priority = t->rt_priority;
	put_task_struct(t);
	return copy_to_user(param, &p, sizeof(p)) ? -EFAULT : 0;
}

long sys_sched_get_priority_max(int policy)
{
	if (rt_policy(policy))
		return MAX_RT_PRIO - 1;
	return valid_policy(policy) || policy == SCHED_DEADLINE ? 0 : -EINVAL;
}

long sys_sched_get_priority_min(int policy)
{
	if (rt_policy(policy))
		return 1;
	return valid_policy(policy) || policy == SCHED_DEADLINE ? 0 : -EINVAL;
}

long sys_sched_rr_get_interval(pid_t pid, struct __kernel_timespec __user *ts)
{
	struct __kernel_timespec slice;
	struct task_struct *t;

	if (pid < 0)
		return -EINVAL;
	t = find_process_by_pid(pid);
	if (!t)
		return -ESRCH;
	slice = ns_to_timespec(t->policy == SCHED_RR ? RR_INTERVAL : t->policy == SCHED_FIFO ? 0 : TICK_NSEC);
	put_task_struct(t);
	return copy_to_user(ts, &slice, sizeof(slice)) ? -EFAULT : 0;
}
