/* SPDX-License-Identifier: MIT */
/*
 * The calls about scheduling policies and CPUs: what chrt, ionice and taskset use.
 *
 * Abridges the calls of Linux's kernel/sched/core.c, and the admission of deadline.c. There is one
 * CPU, number 0.
 * Not on the road of an exec.
 */
#include "futex.h"
#include <syscalls.h>
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <asm/page.h>
#include <asm/uaccess.h>
#include <linux/capability.h>
#include <linux/ioprio.h>
#include <linux/sched.h>
#include <linux/sched/types.h>
#include <linux/time_types.h>

#define KEEP_POLICY (-1) /* of struct sched_attr's policy: only the parameters change */

/* SCHED_DEADLINE, ns. A share of the CPU is in units of 2^-20; all tasks together have 95%. */
#define DL_RUNTIME_MIN 1024UL
#define DL_PERIOD_MIN  (100 * NSEC_PER_USEC)
#define DL_PERIOD_MAX  ((1UL << 22) * NSEC_PER_USEC)
#define DL_SHARE_SHIFT 20
#define DL_SHARE_MAX   ((95UL << DL_SHARE_SHIFT) / 100)
#define DL_FLAGS       (SCHED_FLAG_RECLAIM | SCHED_FLAG_DL_OVERRUN)

long sys_sched_yield(void)
{
	yield();
	return 0;
}

/* The task @pid (0: current) with a reference, or ERR_PTR. */
static struct task_struct *get_task(pid_t pid)
{
	struct task_struct *t;

	if (pid < 0)
		return ERR_PTR(-EINVAL);
	t = pid ? find_get_task_by_vpid(pid) : get_task_struct(current);
	return t ?: ERR_PTR(-ESRCH);
}

static bool is_realtime(int policy) { return policy == SCHED_FIFO || policy == SCHED_RR; }

static bool is_fair(int policy) { return policy == SCHED_NORMAL || policy == SCHED_BATCH; }

/* @realtime, or 0 for a policy without priorities. -EINVAL: there is no such policy. */
static long prio_limit(int policy, int realtime)
{
	if (is_realtime(policy))
		return realtime;
	return is_fair(policy) || policy == SCHED_IDLE || policy == SCHED_DEADLINE ? 0 : -EINVAL;
}

/* ---- SCHED_DEADLINE ------------------------------------------------------- */

static u64 dl_period(const struct sched_attr *a) { return a->sched_period ?: a->sched_deadline; }

static bool dl_params_valid(const struct sched_attr *a)
{
	u64 period = dl_period(a);

	return a->sched_runtime >= DL_RUNTIME_MIN && a->sched_deadline >= a->sched_runtime &&
	       period >= a->sched_deadline && period >= DL_PERIOD_MIN && period <= DL_PERIOD_MAX;
}

/* Is there CPU time for @a, beside what all tasks but @but have? */
static bool dl_overflow(const struct task_struct *but, const struct sched_attr *a)
{
	u64 total = (a->sched_runtime << DL_SHARE_SHIFT) / dl_period(a);
	struct task_struct *p, *t;
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	for_each_process(p)
		for_each_thread(p, t)
			if (t != but && t->policy == SCHED_DEADLINE && !t->exit_state)
				total += (t->dl.runtime << DL_SHARE_SHIFT) / t->dl.period;
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return total > DL_SHARE_MAX;
}

/* ---- setting ------------------------------------------------------------ */

/* May current do this without CAP_SYS_NICE? */
static bool may_set_policy(const struct task_struct *t, int policy, const struct sched_attr *a,
			   bool reset)
{
	u64 limit = task_rlimit(t, RLIMIT_RTPRIO);

	if (policy == SCHED_DEADLINE)
		return false;
	if (is_fair(policy) && a->sched_nice < t->nice && !rlimit_allows_nice(t, a->sched_nice))
		return false;
	if (is_realtime(policy) && policy != t->policy && !limit)
		return false;
	if (a->sched_priority > (u32)t->rt_priority && a->sched_priority > limit)
		return false;
	/* SCHED_IDLE is below every nice value: to leave it is to get a higher priority. */
	if (t->policy == SCHED_IDLE && policy != SCHED_IDLE && !rlimit_allows_nice(t, t->nice))
		return false;
	return owns_task(t) && (reset || !t->sched_reset_on_fork);
}

static long set_policy(struct task_struct *t, const struct sched_attr *a)
{
	int policy = a->sched_policy;
	bool reset = a->sched_flags & SCHED_FLAG_RESET_ON_FORK;

	if (policy == KEEP_POLICY) {
		policy = t->policy;
		reset = t->sched_reset_on_fork;
	} else if (prio_limit(policy, 1) < 0) {
		return -EINVAL;
	}
	if ((a->sched_flags & ~SCHED_FLAG_ALL) || a->sched_priority >= MAX_RT_PRIO ||
	    is_realtime(policy) != !!a->sched_priority ||
	    (policy == SCHED_DEADLINE && !dl_params_valid(a)))
		return -EINVAL;
	if (!may_set_policy(t, policy, a, reset) && !capable(CAP_SYS_NICE))
		return -EPERM;
	if (policy == SCHED_DEADLINE && dl_overflow(t, a))
		return -EBUSY;
	t->sched_reset_on_fork = reset;
	if (a->sched_flags & SCHED_FLAG_KEEP_PARAMS)
		return 0; /* as on Linux, the policy is kept as well */
	t->dl = (struct sched_dl){
		a->sched_runtime, a->sched_deadline, dl_period(a), a->sched_flags & DL_FLAGS, 0, 0};
	set_scheduler(t, policy, a->sched_priority, is_fair(policy) ? a->sched_nice : t->nice);
	adjust_pi(t);
	return 0;
}

/* The older calls set no nice value. */
static long set_priority(pid_t pid, int policy, const struct sched_param __user *uparam)
{
	struct sched_attr a = {.sched_policy = policy};
	struct task_struct *t;
	int prio;
	long err;

	if (!uparam || pid < 0)
		return -EINVAL;
	if (get_user(prio, (const int __user *)uparam))
		return -EFAULT;
	t = get_task(pid);
	if (IS_ERR(t))
		return PTR_ERR(t);
	a.sched_priority = prio;
	a.sched_nice = t->nice;
	if (policy != KEEP_POLICY && (policy & SCHED_RESET_ON_FORK)) {
		a.sched_policy = policy & ~SCHED_RESET_ON_FORK;
		a.sched_flags = SCHED_FLAG_RESET_ON_FORK;
	}
	err = set_policy(t, &a);
	put_task_struct(t);
	return err;
}

long sys_sched_setscheduler(pid_t pid, int policy, const struct sched_param __user *param)
{
	return policy < 0 ? -EINVAL : set_priority(pid, policy, param);
}

long sys_sched_setparam(pid_t pid, const struct sched_param __user *param)
{
	return set_priority(pid, KEEP_POLICY, param);
}

/* A size that is too small or has unknown bytes: E2BIG, and the right size is told. */
static long copy_attr_from_user(struct sched_attr *a, struct sched_attr __user *from)
{
	u32 size;
	char rest;

	memset(a, 0, sizeof(*a));
	if (get_user(size, &from->size))
		return -EFAULT;
	size = size ?: SCHED_ATTR_SIZE_VER0;
	if (size < SCHED_ATTR_SIZE_VER0 || size > PAGE_SIZE)
		goto too_big;
	for (u32 i = sizeof(*a); i < size; i++) {
		if (get_user(rest, (char __user *)from + i))
			return -EFAULT;
		if (rest)
			goto too_big;
	}
	if (copy_from_user(a, from, min_t(u32, size, sizeof(*a))))
		return -EFAULT;
	if ((a->sched_flags & SCHED_FLAG_UTIL_CLAMP) && size < SCHED_ATTR_SIZE_VER1)
		return -EINVAL;
	a->sched_nice = max(MIN_NICE, min(MAX_NICE, a->sched_nice));
	return 0;
too_big:
	(void)put_user((u32)sizeof(*a), &from->size);
	return -E2BIG;
}

static void get_params(const struct task_struct *t, struct sched_attr *a)
{
	if (t->policy == SCHED_DEADLINE) {
		a->sched_runtime = t->dl.runtime;
		a->sched_deadline = t->dl.deadline;
		a->sched_period = t->dl.period;
		a->sched_flags |= t->dl.flags;
	} else if (is_realtime(t->policy)) {
		a->sched_priority = t->rt_priority;
	} else {
		a->sched_nice = t->nice;
	}
}

long sys_sched_setattr(pid_t pid, struct sched_attr __user *uattr, unsigned int flags)
{
	struct sched_attr a;
	struct task_struct *t;
	long err;

	if (!uattr || pid < 0 || flags)
		return -EINVAL;
	err = copy_attr_from_user(&a, uattr);
	if (!err && (int)a.sched_policy < 0)
		err = -EINVAL;
	if (err)
		return err;
	t = get_task(pid);
	if (IS_ERR(t))
		return PTR_ERR(t);
	if (a.sched_flags & SCHED_FLAG_KEEP_POLICY)
		a.sched_policy = KEEP_POLICY;
	if (a.sched_flags & SCHED_FLAG_KEEP_PARAMS)
		get_params(t, &a);
	err = a.sched_flags & SCHED_FLAG_UTIL_CLAMP ? -EOPNOTSUPP : set_policy(t, &a);
	put_task_struct(t);
	return err;
}

/* ---- asking ------------------------------------------------------------- */

long sys_sched_getscheduler(pid_t pid)
{
	struct task_struct *t = get_task(pid);
	long ret;

	if (IS_ERR(t))
		return PTR_ERR(t);
	ret = t->policy | (t->sched_reset_on_fork ? SCHED_RESET_ON_FORK : 0);
	put_task_struct(t);
	return ret;
}

long sys_sched_getparam(pid_t pid, struct sched_param __user *param)
{
	struct task_struct *t = param ? get_task(pid) : ERR_PTR(-EINVAL);
	long ret;

	if (IS_ERR(t))
		return PTR_ERR(t);
	ret = put_user(t->rt_priority, (int __user *)param);
	put_task_struct(t);
	return ret;
}

long sys_sched_getattr(pid_t pid, struct sched_attr __user *uattr, unsigned int size,
		       unsigned int flags)
{
	struct sched_attr a = {.size = min_t(u32, size, sizeof(a))};
	struct task_struct *t;

	if (!uattr || pid < 0 || size > PAGE_SIZE || size < SCHED_ATTR_SIZE_VER0 || flags)
		return -EINVAL;
	t = get_task(pid);
	if (IS_ERR(t))
		return PTR_ERR(t);
	a.sched_policy = t->policy;
	a.sched_flags = t->sched_reset_on_fork ? SCHED_FLAG_RESET_ON_FORK : 0;
	get_params(t, &a);
	put_task_struct(t);
	return copy_to_user(uattr, &a, a.size) ? -EFAULT : 0;
}

long sys_sched_get_priority_max(int policy) { return prio_limit(policy, MAX_RT_PRIO - 1); }

long sys_sched_get_priority_min(int policy) { return prio_limit(policy, 1); }

long sys_sched_rr_get_interval(pid_t pid, struct __kernel_timespec __user *uts)
{
	struct task_struct *t = get_task(pid);
	struct __kernel_timespec ts;

	if (IS_ERR(t))
		return PTR_ERR(t);
	ts = ns_to_timespec(sched_slice_ns(t));
	put_task_struct(t);
	return copy_to_user(uts, &ts, sizeof(ts)) ? -EFAULT : 0;
}

/* ---- priority at disks --------------------------------------------------- */

static long check_ioprio(unsigned int ioprio)
{
	switch (ioprio >> IOPRIO_CLASS_SHIFT & IOPRIO_CLASS_MASK) {
	case IOPRIO_CLASS_RT:
		return capable(CAP_SYS_ADMIN) || capable(CAP_SYS_NICE) ? 0 : -EPERM;
	case IOPRIO_CLASS_BE:
	case IOPRIO_CLASS_IDLE:
		return 0;
	case IOPRIO_CLASS_NONE:
		return ioprio & IOPRIO_PRIO_MASK ? -EINVAL : 0;
	}
	return -EINVAL;
}

long sys_ioprio_set(int which, int who, int ioprio)
{
	struct task_struct *t;
	long err = check_ioprio(ioprio);

	if (err)
		return err;
	t = which == IOPRIO_WHO_PROCESS ? get_task(who) : ERR_PTR(-EINVAL);
	if (IS_ERR(t))
		return PTR_ERR(t);
	if (owns_task(t) || capable(CAP_SYS_NICE))
		t->ioprio = ioprio;
	else
		err = -EPERM;
	put_task_struct(t);
	return err;
}

long sys_ioprio_get(int which, int who)
{
	struct task_struct *t = which == IOPRIO_WHO_PROCESS ? get_task(who) : ERR_PTR(-EINVAL);
	long ret;

	if (IS_ERR(t))
		return PTR_ERR(t);
	ret = t->ioprio;
	put_task_struct(t);
	return ret;
}

/* ---- CPUs --------------------------------------------------------------- */

/* There is one CPU, number 0: it must be in the set. */
long sys_sched_setaffinity(pid_t pid, unsigned int n, const unsigned long __user *mask)
{
	struct task_struct *t;
	unsigned long cpus = 0;
	int err = 0;

	if (copy_from_user(&cpus, mask, min_t(unsigned int, n, sizeof(cpus))))
		return -EFAULT;
	t = pid ? find_get_task_by_vpid(pid) : get_task_struct(current);
	if (!t)
		return -ESRCH;
	if (!owns_task(t) && !capable(CAP_SYS_NICE))
		err = -EPERM;
	else if (!(cpus & 1))
		err = -EINVAL;
	put_task_struct(t);
	return err;
}

long sys_sched_getaffinity(pid_t pid, unsigned int n, unsigned long __user *mask)
{
	struct task_struct *t;

	if (!n || n % sizeof(*mask))
		return -EINVAL;
	t = get_task(pid);
	if (IS_ERR(t))
		return PTR_ERR(t) == -EINVAL ? -ESRCH : PTR_ERR(t);
	put_task_struct(t);
	return put_user(1UL, mask) ?: (long)sizeof(*mask);
}
