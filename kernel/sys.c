/* SPDX-License-Identifier: MIT */
/*
 * Plain system calls: what the system is called, what a process may use and
 * has used, how urgent it is, and small settings of a task.
 *
 * Abridges Linux's kernel/sys.c, kernel/reboot.c, kernel/printk/printk.c's
 * syslog and the calls of kernel/sched/core.c. Left out: scheduling policies
 * (all tasks run alike, nice values are kept and given back), the prctls about
 * single capabilities, seccomp and memory; syslog has no reader's position.
 */
#include <syscalls.h>
#include <boot_info.h>
#include <binfmts.h>
#include <mm.h>
#include <printk.h>
#include <reboot.h>
#include <sched.h>
#include <string.h>
#include <utsname.h>
#include <asm/uaccess.h>
#include <linux/capability.h>
#include <linux/prctl.h>
#include <linux/random.h>
#include <linux/reboot.h>
#include <linux/securebits.h>
#include <linux/sysinfo.h>

#define NR_OPEN_LIMIT	(1024 * 1024)	/* sysctl fs.nr_open */
#define LOG_COPY_MAX	(64 * 1024)	/* bytes of the kernel log that one call gives */
#define RANDOM_CHUNK	256
#define MIN_NICE	(-20)
#define MAX_NICE	19

/* syslog(2)'s actions, of which the UAPI has no header. */
#define SYSLOG_ACTION_READ_ALL		3
#define SYSLOG_ACTION_SIZE_BUFFER	10

long sys_uname(void __user *name)
{
	return copy_to_user(name, &init_uts, sizeof(init_uts)) ? -EFAULT : 0;
}

long sys_sethostname(char __user *name, int n)
{
	char tmp[__NEW_UTS_LEN + 1] = "";

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (n < 0 || n > __NEW_UTS_LEN)
		return -EINVAL;
	if (copy_from_user(tmp, name, n))
		return -EFAULT;
	memcpy(init_uts.nodename, tmp, sizeof(tmp));
	return 0;
}

/* ---- limits and use ---------------------------------------------------- */

void init_rlimits(struct rlimit64 *r)
{
	/* As many threads as an eighth of memory has room for stacks; half of them for one user. */
	u64 threads = totalram_pages() * PAGE_SIZE / (THREAD_SIZE * 8);

	r[RLIMIT_NPROC] = r[RLIMIT_SIGPENDING] = (struct rlimit64){ threads / 2, threads / 2 };
}

/* @t's limit: *old out, *new_r in; either may be NULL. */
static int do_prlimit(struct task_struct *t, unsigned int res, const struct rlimit64 *new_r, struct rlimit64 *old)
{
	struct rlimit64 *r;

	if (res >= RLIM_NLIMITS || (new_r && new_r->rlim_cur > new_r->rlim_max))
		return -EINVAL;
	r = &t->signal->rlim[res];
	if (new_r && res == RLIMIT_NOFILE && new_r->rlim_max > NR_OPEN_LIMIT)
		return -EPERM;
	if (new_r && new_r->rlim_max > r->rlim_max && !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	*old = *r;
	if (new_r)
		*r = *new_r;
	return 0;
}

/* Another process's limits are for those who are its user in every respect. */
static bool may_prlimit(const struct task_struct *t)
{
	const struct cred *c = current->cred, *tc = t->cred;

	return t == current || capable(CAP_SYS_RESOURCE) ||
	       (c->uid == tc->euid && c->uid == tc->suid && c->uid == tc->uid &&
		c->gid == tc->egid && c->gid == tc->sgid && c->gid == tc->gid);
}

long sys_prlimit64(pid_t pid, unsigned int res, const struct rlimit64 __user *new_r, struct rlimit64 __user *old)
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

/* struct rlimit has the layout of struct rlimit64 here. */
long sys_getrlimit(unsigned int res, struct rlimit __user *r)
{
	return sys_prlimit64(0, res, NULL, (struct rlimit64 __user *)r);
}

long sys_setrlimit(unsigned int res, struct rlimit __user *r)
{
	return sys_prlimit64(0, res, (const struct rlimit64 __user *)r, NULL);
}

static void add_counts(struct rusage *r, unsigned long minflt, unsigned long majflt, unsigned long nvcsw,
		       unsigned long nivcsw)
{
	r->ru_minflt += minflt;
	r->ru_majflt += majflt;
	r->ru_nvcsw += nvcsw;
	r->ru_nivcsw += nivcsw;
}

/* KiB: the most that the process, now or before an exec, has had in memory. */
static unsigned long max_rss(struct task_struct *t)
{
	struct mm_struct *mm = get_task_mm(t);
	unsigned long rss = t->signal->maxrss, pages = 0;

	if (!mm)
		return rss;
	for (int i = 0; i < NR_MM_COUNTERS; i++)
		pages += mm->rss_stat[i];
	pages = max(pages, mm->hiwater_rss);
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

static unsigned int count_threads(void)
{
	struct task_struct *p;
	unsigned long irq;
	unsigned int n = 0;

	spin_lock_irqsave(&tasklist_lock, irq);
	for_each_process(p)
		n += p->signal->nr_threads;
	spin_unlock_irqrestore(&tasklist_lock, irq);
	return n;
}

long sys_sysinfo(void __user *info)
{
	struct sysinfo si = {
		.uptime = DIV_ROUND_UP(ktime_get(), NSEC_PER_SEC),
		.totalram = totalram_pages() * PAGE_SIZE,
		.freeram = nr_free_pages() * PAGE_SIZE,
		.procs = count_threads(),
		.mem_unit = 1,
	};
	unsigned long loads[3];

	get_avenrun(loads);
	for (int i = 0; i < 3; i++)
		si.loads[i] = loads[i] << (SI_LOAD_SHIFT - 11);
	return copy_to_user(info, &si, sizeof(si)) ? -EFAULT : 0;
}

/* What dmesg asks for. */
long sys_syslog(int type, char __user *buf, int n)
{
	char *text;
	long ret;

	if (type == SYSLOG_ACTION_SIZE_BUFFER)
		return LOG_COPY_MAX;
	if (type != SYSLOG_ACTION_READ_ALL || !buf || n < 0)
		return -EINVAL;
	n = min(n, LOG_COPY_MAX);
	text = kmalloc(n + 1, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	ret = printk_log_read(text, n);
	if (copy_to_user(buf, text, ret))
		ret = -EFAULT;
	kfree(text);
	return ret;
}

/* ---- urgency ----------------------------------------------------------- */

/* What getpriority answers and RLIMIT_NICE limits: 40 (most) to 1. */
static long nice_to_rlimit(int nice)
{
	return MAX_NICE - nice + 1;
}

/* @who's task (0: current) with a reference; only PRIO_PROCESS is there. */
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
	else if (nice < t->nice && nice_to_rlimit(nice) > (long)task_rlimit(t, RLIMIT_NICE) && !capable(CAP_SYS_NICE))
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

/* 0 if there is a task @pid (0: current), else -errno. */
static long check_pid(pid_t pid)
{
	struct task_struct *t = pid ? find_get_task_by_vpid(pid) : get_task_struct(current);

	if (t)
		put_task_struct(t);
	return pid < 0 ? -EINVAL : t ? 0 : -ESRCH;
}

/* SCHED_OTHER, which is 0, and priority 0 in it: that is what every task has. */
long sys_sched_getscheduler(pid_t pid)
{
	return check_pid(pid);
}

long sys_sched_getparam(pid_t pid, void __user *param)
{
	return check_pid(pid) ?: put_user(0, (int __user *)param);
}

/* The one CPU there is. */
long sys_sched_getaffinity(pid_t pid, unsigned int n, unsigned long __user *mask)
{
	if (!n || n % sizeof(*mask))
		return -EINVAL;
	return check_pid(pid) ?: put_user(1UL, mask) ?: (long)sizeof(*mask);
}

/* ---- settings of a task ------------------------------------------------ */

static long prctl_set_name(const char __user *name)
{
	char comm[TASK_COMM_LEN] = "";

	if (strncpy_from_user(comm, name, sizeof(comm) - 1) < 0)
		return -EFAULT;
	set_task_comm(current, comm);
	return 0;
}

static long prctl_set_dumpable(unsigned long value)
{
	if (value != SUID_DUMP_DISABLE && value != SUID_DUMP_USER)
		return -EINVAL;
	set_dumpable(current->mm, value);
	return 0;
}

static long prctl_set_keepcaps(unsigned long on)
{
	struct cred *new;

	if (on > 1)
		return -EINVAL;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	new->securebits = on ? SECBIT_KEEP_CAPS : 0;
	return commit_creds(new);
}

/* What outlives an exec, and what does not. */
long sys_prctl(int option, unsigned long a2, unsigned long a3, unsigned long a4, unsigned long a5)
{
	switch (option) {
	case PR_GET_PDEATHSIG:
		return put_user(current->pdeath_signal, (int __user *)a2);
	case PR_SET_PDEATHSIG:
		if (a2 > _NSIG)
			return -EINVAL;
		current->pdeath_signal = a2;
		return 0;
	case PR_GET_DUMPABLE:
		return get_dumpable(current->mm);
	case PR_SET_DUMPABLE:
		return prctl_set_dumpable(a2);
	case PR_GET_KEEPCAPS:
		return !!(current->cred->securebits & SECBIT_KEEP_CAPS);
	case PR_SET_KEEPCAPS:
		return prctl_set_keepcaps(a2);
	case PR_GET_NAME:
		return copy_to_user((void __user *)a2, current->comm, TASK_COMM_LEN) ? -EFAULT : 0;
	case PR_SET_NAME:
		return prctl_set_name((const char __user *)a2);
	case PR_GET_CHILD_SUBREAPER:
		return put_user((int)current->signal->is_child_subreaper, (int __user *)a2);
	case PR_SET_CHILD_SUBREAPER:
		current->signal->is_child_subreaper = a2;
		return 0;
	case PR_GET_NO_NEW_PRIVS:
		return a2 || a3 || a4 || a5 ? -EINVAL : current->no_new_privs;
	case PR_SET_NO_NEW_PRIVS:
		if (a2 != 1 || a3 || a4 || a5)
			return -EINVAL;
		current->no_new_privs = true;
		return 0;
	default:
		return -EINVAL;
	}
}

long sys_personality(unsigned int p)
{
	unsigned int old = current->personality;

	if (p != 0xffffffff)
		current->personality = p;
	return old;
}

/* ---- small things ------------------------------------------------------ */

long sys_getrandom(char __user *buf, size_t n, unsigned int flags)
{
	u8 chunk[RANDOM_CHUNK];
	size_t done = 0;

	if ((flags & ~(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE)) ||
	    (flags & (GRND_INSECURE | GRND_RANDOM)) == (GRND_INSECURE | GRND_RANDOM))
		return -EINVAL;
	while (done < n) {
		size_t len = min(n - done, sizeof(chunk)), left;

		get_random_bytes(chunk, len);
		left = copy_to_user(buf + done, chunk, len);
		done += len - left;
		if (left)
			return done ?: -EFAULT;
		if (done % PAGE_SIZE == 0 && signal_pending(current))
			break;
	}
	return done;
}

long sys_getcpu(unsigned int __user *cpu, unsigned int __user *node, void __user *unused __maybe_unused)
{
	return (cpu && put_user(0, cpu)) || (node && put_user(0, node)) ? -EFAULT : 0;
}

long sys_reboot(int magic1, int magic2, unsigned int cmd, void __user *arg __maybe_unused)
{
	if (!capable(CAP_SYS_BOOT))
		return -EPERM;
	if ((unsigned int)magic1 != LINUX_REBOOT_MAGIC1 ||
	    (magic2 != LINUX_REBOOT_MAGIC2 && magic2 != LINUX_REBOOT_MAGIC2A &&
	     magic2 != LINUX_REBOOT_MAGIC2B && magic2 != LINUX_REBOOT_MAGIC2C))
		return -EINVAL;
	switch (cmd) {
	case LINUX_REBOOT_CMD_CAD_ON:
	case LINUX_REBOOT_CMD_CAD_OFF:
		return 0;
	case LINUX_REBOOT_CMD_RESTART:
		machine_restart();
	case LINUX_REBOOT_CMD_HALT:
		machine_halt();
	case LINUX_REBOOT_CMD_POWER_OFF:
		machine_power_off();
	default:
		return -EINVAL;
	}
}
