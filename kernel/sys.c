/* SPDX-License-Identifier: MIT */
/*
 * Small system calls: the names, the memory and the log of the system, settings of a task, random
 * numbers, power off and reboot.
 *
 * Abridges Linux's kernel/sys.c, kernel/reboot.c and syslog of kernel/printk/printk.c. Left out:
 * the prctls about seccomp and memory; syslog(2) only returns the whole log.
 * Not on the road of an exec.
 */
#include <syscalls.h>
#include <errno.h>
#include <frames.h>
#include <mm.h>
#include <slab.h>
#include <printk.h>
#include <random.h>
#include <reboot.h>
#include <sched.h>
#include <string.h>
#include <trace.h>
#include <utsname.h>
#include <asm/uaccess.h>
#include <linux/capability.h>
#include <linux/personality.h>
#include <linux/prctl.h>
#include <linux/random.h>
#include <linux/reboot.h>
#include <linux/sysinfo.h>

#define LOG_COPY_MAX	    (64 * 1024) /* bytes of the kernel log that one call copies */
#define RANDOM_CHUNK	    256
#define DEFAULT_TIMER_SLACK 50000UL /* ns */

/* syslog(2)'s actions, of which the UAPI has no header. */
#define SYSLOG_ACTION_CLOSE	  0
#define SYSLOG_ACTION_OPEN	  1
#define SYSLOG_ACTION_READ_ALL	  3
#define SYSLOG_ACTION_SIZE_BUFFER 10

/* ---- the system as a whole --------------------------------------------- */

/* setarch(8): a program may see an older machine or an older Linux. */
long sys_uname(void __user *name)
{
	struct new_utsname uts = init_uts;

	if ((current->personality & PER_MASK) == PER_LINUX32)
		strscpy(uts.machine, "i686", sizeof(uts.machine));
	if (current->personality & UNAME26)
		snprintf(uts.release, sizeof(uts.release), "2.6.61%s",
			 strchr(init_uts.release, '-') ?: "");
	return copy_to_user(name, &uts, sizeof(uts)) ? -EFAULT : 0;
}

static long set_name(char *to, const char __user *name, int n)
{
	char tmp[__NEW_UTS_LEN + 1] = "";

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (n < 0 || n > __NEW_UTS_LEN)
		return -EINVAL;
	if (copy_from_user(tmp, name, n))
		return -EFAULT;
	memcpy(to, tmp, sizeof(tmp));
	return 0;
}

long sys_sethostname(char __user *name, int n) { return set_name(init_uts.nodename, name, n); }

long sys_setdomainname(char __user *name, int n) { return set_name(init_uts.domainname, name, n); }

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

int dmesg_restrict = 1; /* as Debian configures it */

/* Only the actions that dmesg uses. */
long sys_syslog(int type, char __user *buf, int n)
{
	char *text;
	long ret;

	if (dmesg_restrict && !capable(CAP_SYSLOG) && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (type == SYSLOG_ACTION_SIZE_BUFFER)
		return LOG_COPY_MAX;
	if (type == SYSLOG_ACTION_CLOSE || type == SYSLOG_ACTION_OPEN)
		return 0;
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
	trace_task_known = false;
	return 0;
}

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
	case PR_GET_TID_ADDRESS:
		return put_user(current->clear_child_tid, (int __user *__user *)a2);
	case PR_GET_TSC:
		return put_user(current->thread.no_tsc ? PR_TSC_SIGSEGV : PR_TSC_ENABLE,
				(int __user *)a2);
	case PR_SET_TSC:
		return set_tsc_mode(a2);
	case PR_SET_TIMERSLACK:
		current->timer_slack_ns = (long)a2 > 0 ? a2 : DEFAULT_TIMER_SLACK;
		return 0;
	case PR_GET_TIMERSLACK:
		return current->timer_slack_ns ?: DEFAULT_TIMER_SLACK;
	case PR_SET_TIMING:
		return a2 == PR_TIMING_STATISTICAL ? 0 : -EINVAL;
	case PR_GET_TIMING:
		return PR_TIMING_STATISTICAL;
	case PR_MCE_KILL_GET:
		return a2 || a3 || a4 || a5 ? -EINVAL : PR_MCE_KILL_DEFAULT;
	case PR_GET_THP_DISABLE:
		return a2 || a3 || a4 || a5 ? -EINVAL : 0;
	case PR_GET_SECCOMP:
	case PR_TASK_PERF_EVENTS_DISABLE:
	case PR_TASK_PERF_EVENTS_ENABLE:
		return 0;
	default:
		return cap_prctl(option, a2, a3, a4, a5);
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
	if (!access_ok(buf, min(n, (size_t)INT32_MAX)))
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

long sys_getcpu(unsigned int __user *cpu, unsigned int __user *node,
		void __user *unused __maybe_unused)
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
