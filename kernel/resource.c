/* SPDX-License-Identifier: MIT */
/*
 * What a process may use (limits), what it has used (rusage), and its priority.
 *
 * Abridges Linux's kernel/sys.c (prlimit, getrusage, setpriority).
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
bool is_nproc_overlimit(uid_t uid, unsigned int more)
{
	u64 limit = rlimit(RLIMIT_NPROC);

	return account_user(uid, USER_TASKS, 0) + more > limit;
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

/* Of the thread alone; the memory is that of the process. */
static void thread_rusage(struct rusage *r)
{
	struct task_struct *t = current;

	memset(r, 0, sizeof(*r));
	r->ru_utime = ns_to_timeval(t->utime);
	r->ru_stime = ns_to_timeval(t->stime);
	add_counts(r, t->min_flt, t->maj_flt, t->nvcsw, t->nivcsw);
	r->ru_maxrss = max_rss(t);
}

long sys_getrusage(int who, void __user *ru)
{
	struct rusage r;

	if (who == RUSAGE_THREAD)
		thread_rusage(&r);
	else if (who == RUSAGE_SELF || who == RUSAGE_CHILDREN)
		getrusage(current, who, &r);
	else
		return -EINVAL;
	return copy_to_user(ru, &r, sizeof(r)) ? -EFAULT : 0;
}

/* ---- priority ------------------------------------------------------------ */

/* What getpriority returns and RLIMIT_NICE limits: 40 (nice -20) to 1 (nice 19). */
static long nice_to_rlimit(int nice) { return MAX_NICE - nice + 1; }

bool rlimit_allows_nice(const struct task_struct *t, int nice)
{
	return nice_to_rlimit(nice) <= (long)task_rlimit(t, RLIMIT_NICE);
}

bool owns_task(const struct task_struct *t)
{
	uid_t euid = current->cred->euid;

	return t->cred->uid == euid || t->cred->euid == euid;
}

/* Is thread @t one of those that @which and @who name? @who 0: current, its group or its user. */
static bool prio_matches(struct task_struct *t, int which, int who)
{
	switch (which) {
	case PRIO_PROCESS:
		return who ? t->pid == who : t == current;
	case PRIO_PGRP:
		return who ? pid_nr(task_pgrp(t)) == who : task_pgrp(t) == task_pgrp(current);
	default:
		return t->cred->uid == (who ? (uid_t)who : current->cred->uid);
	}
}

/* The highest priority of all. */
static long get_one(struct task_struct *t, long so_far, int nice __maybe_unused)
{
	return max(so_far, nice_to_rlimit(t->nice));
}

/* Without an error so far, 0 or -errno; one that fails does not keep the others from it. */
static long set_one(struct task_struct *t, long so_far, int nice)
{
	if (!owns_task(t) && !capable(CAP_SYS_NICE))
		return -EPERM;
	if (nice < t->nice && !rlimit_allows_nice(t, nice) && !capable(CAP_SYS_NICE))
		return -EACCES;
	t->nice = nice;
	return so_far == -ESRCH ? 0 : so_far;
}

/* Calls @fn for all threads that @which and @who name. Returns its last answer, or -ESRCH. */
static long for_each_prio(int which, int who, int nice,
			  long (*fn)(struct task_struct *t, long so_far, int nice))
{
	struct task_struct *p, *t;
	long ret = -ESRCH;
	unsigned long flags;

	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	spin_lock_irqsave(&tasklist_lock, flags);
	for_each_process(p)
		for_each_thread(p, t)
			if (prio_matches(t, which, who))
				ret = fn(t, ret, nice);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return ret;
}

long sys_getpriority(int which, int who) { return for_each_prio(which, who, 0, get_one); }

long sys_setpriority(int which, int who, int nice)
{
	return for_each_prio(which, who, max(MIN_NICE, min(MAX_NICE, nice)), set_one);
}
