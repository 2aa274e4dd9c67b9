/* SPDX-License-Identifier: MIT */
/*
 * What a process may use (limits), what it has used (rusage), and its priority.
 *
 * Abridges Linux's kernel/sys.c (prlimit, getrusage, setpriority) and the calls of
 * kernel/sched/core.c. Left out: scheduling policies; all tasks run alike, nice values are kept
 * and returned.
 */
#include <syscalls.h>
#include <errno.h>
#include <frames.h>
#include <mm.h>
#include <sched.h>
#include <string.h>
#include <asm/uaccess.h>
#include <linux/capability.h>
#include <linux/sched.h>

#define MIN_NICE (-20)
#define MAX_NICE 19

#define LINUX_THREAD_SIZE (16 * 1024UL) /* its kernel stack; ours is smaller */

int sysctl_nr_open = 1024 * 1024;

/* ---- limits ------------------------------------------------------------ */

void init_rlimits(struct rlimit64 *r)
{
	/*
	 * The stacks of all threads may use an eighth of memory, with stacks of Linux's size; one
	 * user may have half of the threads.
	 */
	u64 threads = totalram_pages() * PAGE_SIZE / (LINUX_THREAD_SIZE * 8);

	max_threads = threads;
	r[RLIMIT_NPROC] = r[RLIMIT_SIGPENDING] = (struct rlimit64){threads / 2, threads / 2};
}

/* Threads and zombies count, as in Linux. @uid is a real user id. */
static u64 count_tasks_of(uid_t uid)
{
	struct task_struct *p, *t;
	unsigned long flags;
	u64 n = 0;

	spin_lock_irqsave(&tasklist_lock, flags);
	for_each_process(p)
		for_each_thread(p, t)
			n += t->cred->uid == uid;
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return n;
}

bool is_nproc_overlimit(uid_t uid, unsigned int more)
{
	u64 limit = rlimit(RLIMIT_NPROC);

	return limit != RLIM64_INFINITY && count_tasks_of(uid) + more > limit;
}

/* Reads @t's limit into *old, then sets it to *new_r unless that is NULL. 0 or -errno. */
static int do_prlimit(struct task_struct *t, unsigned int res, const struct rlimit64 *new_r,
		      struct rlimit64 *old)
{
	struct rlimit64 *r;

	if (res >= RLIM_NLIMITS || (new_r && new_r->rlim_cur > new_r->rlim_max))
		return -EINVAL;
	r = &t->signal->rlim[res];
	if (new_r && res == RLIMIT_NOFILE && new_r->rlim_max > sysctl_nr_open)
		return -EPERM;
	if (new_r && new_r->rlim_max > r->rlim_max && !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	*old = *r;
	if (new_r)
		*r = *new_r;
	return 0;
}

/* May current see and set @t's limits? All of @t's ids must be current's real ones. */
static bool may_prlimit(const struct task_struct *t)
{
	const struct cred *c = current->cred, *tc = t->cred;

	return t == current || capable(CAP_SYS_RESOURCE) ||
	       (c->uid == tc->euid && c->uid == tc->suid && c->uid == tc->uid &&
		c->gid == tc->egid && c->gid == tc->sgid && c->gid == tc->gid);
}

long sys_prlimit64(pid_t pid, unsigned int res, const struct rlimit64 __user *new_r,
		   struct rlimit64 __user *old)
{
	struct rlimit64 new_k, old_k;
	struct task_struct *t;
	int err = -EPERM;

	if (new_r && copy_from_user(&new_k, new_r, sizeof(new_k)))
		return -EFAULT;
	t = pid ? find_get_task_by_vpid(pid) : get_task_struct(current);
	if (!t)
		return -ESRCH;
	if (may_prlimit(t))
		err = do_prlimit(t, res, new_r ? &new_k : NULL, &old_k);
	put_task_struct(t);
	return !err && old && copy_to_user(old, &old_k, sizeof(old_k)) ? -EFAULT : err;
}

/* The two older calls; struct rlimit has the layout of struct rlimit64 here. */
long sys_getrlimit(unsigned int res, struct rlimit __user *r)
{
	struct rlimit64 k;
	int err = do_prlimit(current, res, NULL, &k);

	return !err && copy_to_user(r, &k, sizeof(k)) ? -EFAULT : err;
}

long sys_setrlimit(unsigned int res, struct rlimit __user *r)
{
	struct rlimit64 new_k, old_k;

	return copy_from_user(&new_k, r, sizeof(new_k)) ? -EFAULT
							: do_prlimit(current, res, &new_k, &old_k);
}

/* ---- use --------------------------------------------------------------- */

static void add_counts(struct rusage *r, unsigned long minflt, unsigned long majflt,
		       unsigned long nvcsw, unsigned long nivcsw)
{
	r->ru_minflt += minflt;
	r->ru_majflt += majflt;
	r->ru_nvcsw += nvcsw;
	r->ru_nivcsw += nivcsw;
}

/* Returns the peak resident size of the process in KiB, that before an exec included. */
static unsigned long max_rss(struct task_struct *t)
{
	struct mm_struct *mm = get_task_mm(t);
	unsigned long rss = t->signal->maxrss, pages;

	if (!mm)
		return rss;
	pages = get_mm_hiwater_rss(mm);
	mmput(mm);
	return max(rss, pages * (PAGE_SIZE / 1024));
}

void getrusage(struct task_struct *t, int who, struct rusage *r)
{
	struct signal_struct *sig = t->signal;
	u64 utime = 0, stime = 0;
	struct task_struct *p;

	memset(r, 0, sizeof(*r));
	if (who != RUSAGE_CHILDREN) {
		thread_group_cputime(t, &utime, &stime);
		add_counts(r, sig->min_flt, sig->maj_flt, sig->nvcsw, sig->nivcsw);
		for_each_thread(t, p)
			add_counts(r, p->min_flt, p->maj_flt, p->nvcsw, p->nivcsw);
		r->ru_maxrss = max_rss(t);
	}
	if (who != RUSAGE_SELF) {
		utime += sig->cutime;
		stime += sig->cstime;
		add_counts(r, sig->cmin_flt, sig->cmaj_flt, sig->cnvcsw, sig->cnivcsw);
		r->ru_maxrss = max_t(long, r->ru_maxrss, sig->cmaxrss);
	}
	r->ru_utime = ns_to_timeval(utime);
	r->ru_stime = ns_to_timeval(stime);
}

long sys_getrusage(int who, void __user *ru)
{
	struct rusage r;

	if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN)
		return -EINVAL;
	getrusage(current, who, &r);
	return copy_to_user(ru, &r, sizeof(r)) ? -EFAULT : 0;
}

/* ---- priority ------------------------------------------------------------ */

/* What getpriority returns and RLIMIT_NICE limits: 40 (nice -20) to 1 (nice 19). */
static long nice_to_rlimit(int nice) { return MAX_NICE - nice + 1; }

/* The task @who (0: current), with a reference. Only PRIO_PROCESS is supported. */
static struct task_struct *prio_task(int which, int who)
{
	struct task_struct *t;

	if (which != PRIO_PROCESS)
		return ERR_PTR(-EINVAL);
	t = who ? find_get_task_by_vpid(who) : get_task_struct(current);
	return t ?: ERR_PTR(-ESRCH);
}

long sys_getpriority(int which, int who)
{
	struct task_struct *t = prio_task(which, who);
	long prio;

	if (IS_ERR(t))
		return PTR_ERR(t);
	prio = nice_to_rlimit(t->nice);
	put_task_struct(t);
	return prio;
}

long sys_setpriority(int which, int who, int nice)
{
	struct task_struct *t = prio_task(which, who);
	uid_t euid = current->cred->euid;
	int err = 0;

	if (IS_ERR(t))
		return PTR_ERR(t);
	nice = max(MIN_NICE, min(MAX_NICE, nice));
	if (t->cred->uid != euid && t->cred->euid != euid && !capable(CAP_SYS_NICE))
		err = -EPERM;
	else if (nice < t->nice && nice_to_rlimit(nice) > (long)task_rlimit(t, RLIMIT_NICE) &&
		 !capable(CAP_SYS_NICE))
		err = -EACCES;
	else
		t->nice = nice;
	put_task_struct(t);
	return err;
}

long sys_sched_yield(void)
{
	yield();
	return 0;
}

/* 0 if there is a task @pid (0: current), otherwise -errno. */
static long check_pid(pid_t pid)
{
	struct task_struct *t = pid ? find_get_task_by_vpid(pid) : get_task_struct(current);

	if (t)
		put_task_struct(t);
	return pid < 0 ? -EINVAL : t ? 0 : -ESRCH;
}

/* Every task has the policy SCHED_OTHER (0) and priority 0. */
long sys_sched_getscheduler(pid_t pid) { return check_pid(pid); }

long sys_sched_getparam(pid_t pid, void __user *param)
{
	if (!param)
		return -EINVAL;
	return check_pid(pid) ?: put_user(0, (int __user *)param);
}

static long prio_limit(int policy, int realtime)
{
	if (policy == SCHED_FIFO || policy == SCHED_RR)
		return realtime;
	return policy == SCHED_NORMAL || policy == SCHED_BATCH || policy == SCHED_IDLE ||
			       policy == SCHED_DEADLINE
		       ? 0
		       : -EINVAL;
}

long sys_sched_get_priority_max(int policy) { return prio_limit(policy, 99); }

long sys_sched_get_priority_min(int policy) { return prio_limit(policy, 1); }

/* There is one CPU, number 0: it must be in the set. */
long sys_sched_setaffinity(pid_t pid, unsigned int n, const unsigned long __user *mask)
{
	struct task_struct *t;
	unsigned long cpus = 0;
	uid_t euid = current->cred->euid;
	int err = 0;

	if (copy_from_user(&cpus, mask, min_t(unsigned int, n, sizeof(cpus))))
		return -EFAULT;
	t = pid ? find_get_task_by_vpid(pid) : get_task_struct(current);
	if (!t)
		return -ESRCH;
	if (t->cred->uid != euid && t->cred->euid != euid && !capable(CAP_SYS_NICE))
		err = -EPERM;
	else if (!(cpus & 1))
		err = -EINVAL;
	put_task_struct(t);
	return err;
}

/* There is one CPU, number 0. */
long sys_sched_getaffinity(pid_t pid, unsigned int n, unsigned long __user *mask)
{
	if (!n || n % sizeof(*mask))
		return -EINVAL;
	return check_pid(pid) ?: put_user(1UL, mask) ?: (long)sizeof(*mask);
}
