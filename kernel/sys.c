/* SPDX-License-Identifier: MIT */
/*
 * Plain system calls: what the system is called, what a process may use and
 * has used, and small settings of a task.
 *
 * Abridges Linux's kernel/sys.c, kernel/reboot.c, kernel/printk/printk.c's
 * syslog and kernel/sched/membarrier.c. Left out: PR_SET_MM, PR_SET_VMA,
 * seccomp, per-task memory policies; syslog has no reader's position.
 */
#include <syscalls.h>
#include <boot_info.h>
#include <binfmts.h>
#include <mm.h>
#include <printk.h>
#include <reboot.h>
#include <sched.h>
#include <string.h>
#include <tty.h>
#include <utsname.h>
#include <asm/uaccess.h>
#include <linux/capability.h>
#include <linux/membarrier.h>
#include <linux/personality.h>
#include <linux/prctl.h>
#include <linux/random.h>
#include <linux/reboot.h>
#include <linux/securebits.h>
#include <linux/sysinfo.h>

#define NR_OPEN_LIMIT		(1024 * 1024)	/* sysctl fs.nr_open */
#define LOG_COPY_MAX		(64 * 1024)	/* bytes of the kernel log that one call gives */
#define RANDOM_CHUNK		256
#define DEFAULT_TIMER_SLACK	50000		/* ns */

/* mm->flags: this address space may use the private expedited membarriers. */
#define MMF_MEMBARRIER_PRIVATE		BIT(40)
#define MMF_MEMBARRIER_SYNC_CORE	BIT(41)

long sys_uname(void __user *name)
{
	return copy_to_user(name, &init_uts, sizeof(init_uts)) ? -EFAULT : 0;
}

static long set_uts_name(char *field, const char __user *name, int n)
{
	char tmp[__NEW_UTS_LEN + 1] = "";

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (n < 0 || n > __NEW_UTS_LEN)
		return -EINVAL;
	if (copy_from_user(tmp, name, n))
		return -EFAULT;
	memcpy(field, tmp, sizeof(tmp));
	return 0;
}

long sys_sethostname(char __user *name, int n)
{
	return set_uts_name(init_uts.nodename, name, n);
}

long sys_setdomainname(char __user *name, int n)
{
	return set_uts_name(init_uts.domainname, name, n);
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

	if (res >= RLIM_NLIMITS)
		return -EINVAL;
	r = &t->signal->rlim[res];
	if (new_r) {
		if (new_r->rlim_cur > new_r->rlim_max)
			return -EINVAL;
		if (res == RLIMIT_NOFILE && new_r->rlim_max > NR_OPEN_LIMIT)
			return -EPERM;
		if (new_r->rlim_max > r->rlim_max && !capable(CAP_SYS_RESOURCE))
			return -EPERM;
	}
	if (old)
		*old = *r;
	if (new_r)
		*r = *new_r;
	return 0;
}

static int check_prlimit_permission(struct task_struct *t)
{
	const struct cred *c = current->cred, *tc = t->cred;

	if (t == current || capable(CAP_SYS_RESOURCE))
		return 0;
	return c->uid == tc->euid && c->uid == tc->suid && c->uid == tc->uid &&
	       c->gid == tc->egid && c->gid == tc->sgid && c->gid == tc->gid ? 0 : -EPERM;
}

long sys_prlimit64(pid_t pid, unsigned int res, const struct rlimit64 __user *new_r, struct rlimit64 __user *old)
{
	struct rlimit64 new_k, old_k;
	struct task_struct *t;
	int err;

	if (new_r && copy_from_user(&new_k, new_r, sizeof(new_k)))
		return -EFAULT;
	t = pid ? find_get_task_by_vpid(pid) : get_task_struct(current);
	if (!t)
		return -ESRCH;
	err = check_prlimit_permission(t);
	if (!err)
		err = do_prlimit(t, res, new_r ? &new_k : NULL, &old_k);
	put_task_struct(t);
	if (!err && old && copy_to_user(old, &old_k, sizeof(old_k)))
		err = -EFAULT;
	return err;
}

long sys_getrlimit(unsigned int res, struct rlimit __user *r)
{
	struct rlimit64 old;
	int err = do_prlimit(current, res, NULL, &old);

	return err ?: copy_to_user(r, &old, sizeof(old)) ? -EFAULT : 0;
}

long sys_setrlimit(unsigned int res, struct rlimit __user *r)
{
	struct rlimit64 new_r;

	if (copy_from_user(&new_r, r, sizeof(new_r)))
		return -EFAULT;
	return do_prlimit(current, res, &new_r, NULL);
}

static struct __kernel_old_timeval ns_to_timeval(u64 ns)
{
	return (struct __kernel_old_timeval){
		.tv_sec = ns / NSEC_PER_SEC,
		.tv_usec = ns % NSEC_PER_SEC / NSEC_PER_USEC,
	};
}

/* The counts of @t, or of its whole process with the threads that are gone. */
static void rusage_self(struct task_struct *t, bool thread, struct rusage *r, u64 *utime, u64 *stime)
{
	struct signal_struct *sig = t->signal;
	struct task_struct *p;

	if (!thread) {
		thread_group_cputime(t, utime, stime);
		r->ru_nvcsw += sig->nvcsw;
		r->ru_nivcsw += sig->nivcsw;
		r->ru_minflt += sig->min_flt;
		r->ru_majflt += sig->maj_flt;
	} else {
		*utime = t->utime;
		*stime = t->stime;
	}
	for_each_thread(t, p) {
		if (thread && p != t)
			continue;
		r->ru_nvcsw += p->nvcsw;
		r->ru_nivcsw += p->nivcsw;
		r->ru_minflt += p->min_flt;
		r->ru_majflt += p->maj_flt;
	}
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

	memset(r, 0, sizeof(*r));
	if (who != RUSAGE_CHILDREN) {
		rusage_self(t, who == RUSAGE_THREAD, r, &utime, &stime);
		r->ru_maxrss = max_rss(t);
	}
	if (who == RUSAGE_CHILDREN || who == RUSAGE_BOTH) {
		utime += sig->cutime;
		stime += sig->cstime;
		r->ru_nvcsw += sig->cnvcsw;
		r->ru_nivcsw += sig->cnivcsw;
		r->ru_minflt += sig->cmin_flt;
		r->ru_majflt += sig->cmaj_flt;
		r->ru_maxrss = max_t(long, r->ru_maxrss, sig->cmaxrss);
	}
	r->ru_utime = ns_to_timeval(utime);
	r->ru_stime = ns_to_timeval(stime);
}

long sys_getrusage(int who, void __user *ru)
{
	struct rusage r;

	if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN && who != RUSAGE_THREAD)
		return -EINVAL;
	getrusage(current, who, &r);
	return copy_to_user(ru, &r, sizeof(r)) ? -EFAULT : 0;
}

static unsigned int count_threads(void)
{
	struct task_struct *p;
	unsigned long flags;
	unsigned int n = 0;

	spin_lock_irqsave(&tasklist_lock, flags);
	for_each_process(p)
		n += p->signal->nr_threads;
	spin_unlock_irqrestore(&tasklist_lock, flags);
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

/* ---- the kernel log ---------------------------------------------------- */

enum {
	SYSLOG_ACTION_CLOSE, SYSLOG_ACTION_OPEN, SYSLOG_ACTION_READ, SYSLOG_ACTION_READ_ALL,
	SYSLOG_ACTION_READ_CLEAR, SYSLOG_ACTION_CLEAR, SYSLOG_ACTION_CONSOLE_OFF, SYSLOG_ACTION_CONSOLE_ON,
	SYSLOG_ACTION_CONSOLE_LEVEL, SYSLOG_ACTION_SIZE_UNREAD, SYSLOG_ACTION_SIZE_BUFFER,
};

static long syslog_print_all(char __user *buf, int n)
{
	char *text;
	long ret;

	if (!buf || n < 0)
		return -EINVAL;
	n = min(n, LOG_COPY_MAX);
	if (!n)
		return 0;
	text = kmalloc(n, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	ret = printk_log_read(text, n);
	if (copy_to_user(buf, text, ret))
		ret = -EFAULT;
	kfree(text);
	return ret;
}

static long syslog_console_level(int type, int level)
{
	static int saved_level = -1;

	if (type == SYSLOG_ACTION_CONSOLE_OFF) {
		if (saved_level < 0)
			saved_level = console_loglevel;
		level = 1;
	} else if (type == SYSLOG_ACTION_CONSOLE_ON) {
		if (saved_level < 0)
			return 0;
		level = saved_level;
	} else if (level < 1 || level > 8) {
		return -EINVAL;
	}
	if (type != SYSLOG_ACTION_CONSOLE_OFF)
		saved_level = -1;
	console_loglevel = level;
	return 0;
}

long sys_syslog(int type, char __user *buf, int n)
{
	bool free_for_all = type == SYSLOG_ACTION_READ_ALL || type == SYSLOG_ACTION_SIZE_BUFFER;

	if (!free_for_all && !capable(CAP_SYSLOG))
		return -EPERM;
	switch (type) {
	case SYSLOG_ACTION_CLOSE:
	case SYSLOG_ACTION_OPEN:
	case SYSLOG_ACTION_CLEAR:
	case SYSLOG_ACTION_SIZE_UNREAD:
		return 0;
	case SYSLOG_ACTION_READ_ALL:
	case SYSLOG_ACTION_READ_CLEAR:
		return syslog_print_all(buf, n);
	case SYSLOG_ACTION_CONSOLE_OFF:
	case SYSLOG_ACTION_CONSOLE_ON:
	case SYSLOG_ACTION_CONSOLE_LEVEL:
		return syslog_console_level(type, n);
	case SYSLOG_ACTION_SIZE_BUFFER:
		return LOG_COPY_MAX;
	default:
		return -EINVAL;
	}
}

/* ---- settings of a task ------------------------------------------------ */

static long prctl_set_name(const char __user *name)
{
	char comm[TASK_COMM_LEN] = "";

	if (strncpy_from_user(comm, name, sizeof(comm) - 1) < 0)
		return -EFAULT;
	comm[sizeof(comm) - 1] = '\0';
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

static long prctl_capbset_drop(unsigned long cap)
{
	struct cred *new;

	if (!capable(CAP_SETPCAP))
		return -EPERM;
	if (cap > CAP_LAST_CAP)
		return -EINVAL;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	new->cap_bset &= ~BIT(cap);
	return commit_creds(new);
}

static long set_securebits(unsigned int bits)
{
	struct cred *new = prepare_creds();

	if (!new)
		return -ENOMEM;
	new->securebits = bits;
	return commit_creds(new);
}

/* A locked bit stays as it is, a lock stays locked, and no bit is unknown. */
static long prctl_set_securebits(unsigned long bits)
{
	unsigned int old = current->cred->securebits, locks = SECURE_ALL_LOCKS;

	if ((((old & locks) >> 1) & (old ^ bits)) || ((old & locks) & ~bits) ||
	    (bits & ~(unsigned long)(SECURE_ALL_LOCKS | SECURE_ALL_BITS)) || !capable(CAP_SETPCAP))
		return -EPERM;
	return set_securebits(bits);
}

static long prctl_set_keepcaps(unsigned long on)
{
	unsigned int bits = current->cred->securebits;

	if (on > 1)
		return -EINVAL;
	if (bits & SECBIT_KEEP_CAPS_LOCKED)
		return -EPERM;
	return set_securebits(on ? bits | SECBIT_KEEP_CAPS : bits & ~SECBIT_KEEP_CAPS);
}

static long prctl_cap_ambient(unsigned long op, unsigned long cap)
{
	const struct cred *old = current->cred;
	struct cred *new;

	if (op != PR_CAP_AMBIENT_CLEAR_ALL && cap > CAP_LAST_CAP)
		return -EINVAL;
	if (op == PR_CAP_AMBIENT_IS_SET)
		return !!(old->cap_ambient & BIT(cap));
	if (op == PR_CAP_AMBIENT_RAISE &&
	    (!(old->cap_permitted & old->cap_inheritable & BIT(cap)) ||
	     (old->securebits & SECBIT_NO_CAP_AMBIENT_RAISE)))
		return -EPERM;
	if (op != PR_CAP_AMBIENT_RAISE && op != PR_CAP_AMBIENT_LOWER && op != PR_CAP_AMBIENT_CLEAR_ALL)
		return -EINVAL;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	if (op == PR_CAP_AMBIENT_CLEAR_ALL)
		new->cap_ambient = 0;
	else if (op == PR_CAP_AMBIENT_RAISE)
		new->cap_ambient |= BIT(cap);
	else
		new->cap_ambient &= ~BIT(cap);
	return commit_creds(new);
}

/* Those that change credentials; -ENOSYS: none of them. */
static long cap_task_prctl(int option, unsigned long a2, unsigned long a3, unsigned long a4, unsigned long a5)
{
	const struct cred *c = current->cred;

	switch (option) {
	case PR_CAPBSET_READ:
		return a2 > CAP_LAST_CAP ? -EINVAL : !!(c->cap_bset & BIT(a2));
	case PR_CAPBSET_DROP:
		return prctl_capbset_drop(a2);
	case PR_GET_SECUREBITS:
		return c->securebits;
	case PR_SET_SECUREBITS:
		return prctl_set_securebits(a2);
	case PR_GET_KEEPCAPS:
		return !!(c->securebits & SECBIT_KEEP_CAPS);
	case PR_SET_KEEPCAPS:
		return prctl_set_keepcaps(a2);
	case PR_CAP_AMBIENT:
		if (a4 || a5 || (a2 == PR_CAP_AMBIENT_CLEAR_ALL && a3))
			return -EINVAL;
		return prctl_cap_ambient(a2, a3);
	default:
		return -ENOSYS;
	}
}

/* Those that read a setting. -ENOSYS: none of them. */
static long prctl_get(int option, unsigned long a2, unsigned long rest)
{
	switch (option) {
	case PR_GET_PDEATHSIG:
		return put_user(current->pdeath_signal, (int __user *)a2);
	case PR_GET_DUMPABLE:
		return get_dumpable(current->mm);
	case PR_GET_NAME:
		return copy_to_user((void __user *)a2, current->comm, TASK_COMM_LEN) ? -EFAULT : 0;
	case PR_GET_TIMING:
	case PR_GET_SECCOMP:
		return 0;
	case PR_GET_TSC:
		return put_user(PR_TSC_ENABLE, (int __user *)a2);
	case PR_GET_TIMERSLACK:
		return current->timer_slack_ns;
	case PR_GET_TID_ADDRESS:
		return put_user(current->clear_child_tid, (int __user *__user *)a2);
	case PR_GET_CHILD_SUBREAPER:
		return put_user((int)current->signal->is_child_subreaper, (int __user *)a2);
	case PR_GET_NO_NEW_PRIVS:
		return a2 || rest ? -EINVAL : current->no_new_privs;
	case PR_GET_THP_DISABLE:
		return a2 || rest ? -EINVAL : 0;
	default:
		return -ENOSYS;
	}
}

static long prctl_set(int option, unsigned long a2, unsigned long rest)
{
	switch (option) {
	case PR_SET_PDEATHSIG:
		if (a2 > _NSIG)
			return -EINVAL;
		current->pdeath_signal = a2;
		return 0;
	case PR_SET_DUMPABLE:
		return prctl_set_dumpable(a2);
	case PR_SET_NAME:
		return prctl_set_name((const char __user *)a2);
	case PR_SET_TIMING:
		return a2 == PR_TIMING_STATISTICAL ? 0 : -EINVAL;
	case PR_SET_TIMERSLACK:
		current->timer_slack_ns = a2 ?: DEFAULT_TIMER_SLACK;
		return 0;
	case PR_SET_MM:
		return capable(CAP_SYS_RESOURCE) ? -EINVAL : -EPERM;
	case PR_SET_CHILD_SUBREAPER:
		current->signal->is_child_subreaper = a2;
		return 0;
	case PR_SET_NO_NEW_PRIVS:
		if (a2 != 1 || rest)
			return -EINVAL;
		current->no_new_privs = true;
		return 0;
	default:
		return -EINVAL;
	}
}

long sys_prctl(int option, unsigned long a2, unsigned long a3, unsigned long a4, unsigned long a5)
{
	long ret = cap_task_prctl(option, a2, a3, a4, a5);

	if (ret == -ENOSYS)
		ret = prctl_get(option, a2, a3 | a4 | a5);
	if (ret == -ENOSYS)
		ret = prctl_set(option, a2, a3 | a4 | a5);
	return ret;
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

	if (flags & ~(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE))
		return -EINVAL;
	if ((flags & (GRND_INSECURE | GRND_RANDOM)) == (GRND_INSECURE | GRND_RANDOM))
		return -EINVAL;
	n = min_t(size_t, n, 0x7ffff000);
	if (!access_ok(buf, n))
		return -EFAULT;
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
	int err = 0;

	if (cpu)
		err |= put_user(this_cpu()->cpu, cpu);
	if (node)
		err |= put_user(0, node);
	return err ? -EFAULT : 0;
}

static bool reboot_magic_ok(int magic1, int magic2)
{
	return (unsigned int)magic1 == LINUX_REBOOT_MAGIC1 &&
	       (magic2 == LINUX_REBOOT_MAGIC2 || magic2 == LINUX_REBOOT_MAGIC2A ||
		magic2 == LINUX_REBOOT_MAGIC2B || magic2 == LINUX_REBOOT_MAGIC2C);
}

long sys_reboot(int magic1, int magic2, unsigned int cmd, void __user *arg)
{
	char command[256];

	if (!capable(CAP_SYS_BOOT))
		return -EPERM;
	if (!reboot_magic_ok(magic1, magic2))
		return -EINVAL;
	switch (cmd) {
	case LINUX_REBOOT_CMD_CAD_ON:
	case LINUX_REBOOT_CMD_CAD_OFF:
		return 0;
	case LINUX_REBOOT_CMD_RESTART2:
		if (strncpy_from_user(command, arg, sizeof(command) - 1) < 0)
			return -EFAULT;
		machine_restart();
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

/* On one CPU a switch orders memory; only the registrations are to be kept. */
long sys_membarrier(int cmd, unsigned int flags, int cpu __maybe_unused)
{
	struct mm_struct *mm = current->mm;

	if (flags)
		return -EINVAL;
	switch (cmd) {
	case MEMBARRIER_CMD_QUERY:
		return MEMBARRIER_CMD_GLOBAL | MEMBARRIER_CMD_GLOBAL_EXPEDITED |
		       MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED | MEMBARRIER_CMD_PRIVATE_EXPEDITED |
		       MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED | MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE |
		       MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE;
	case MEMBARRIER_CMD_GLOBAL:
	case MEMBARRIER_CMD_GLOBAL_EXPEDITED:
	case MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED:
		return 0;
	case MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED:
		mm->flags |= MMF_MEMBARRIER_PRIVATE;
		return 0;
	case MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE:
		mm->flags |= MMF_MEMBARRIER_SYNC_CORE;
		return 0;
	case MEMBARRIER_CMD_PRIVATE_EXPEDITED:
		return mm->flags & MMF_MEMBARRIER_PRIVATE ? 0 : -EPERM;
	case MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE:
		return mm->flags & MMF_MEMBARRIER_SYNC_CORE ? 0 : -EPERM;
	default:
		return -EINVAL;
	}
}

long sys_vhangup(void)
{
	if (!capable(CAP_SYS_TTY_CONFIG))
		return -EPERM;
	if (current->signal->tty)
		tty_vhangup(current->signal->tty, false);
	return 0;
}
