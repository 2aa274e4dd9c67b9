/* SPDX-License-Identifier: MIT */
/*
 * The files of /proc about the whole system, and the table of its root.
 * Abridges Linux's fs/proc/{meminfo,stat,uptime,loadavg,version,devices,
 * cmdline}.c: the same fields in the same order; what Exon does not have is 0.
 * Not on the road of an exec.
 */
#include <boot_info.h>
#include <frames.h>
#include <fs.h>
#include <mm.h>
#include <mm_types.h>
#include <pagecache.h>
#include <printk.h>
#include <sched.h>
#include <seq_file.h>
#include <slab.h>
#include <task.h>
#include <time.h>
#include <utsname.h>
#include <asm/irq.h>
#include <asm/page.h>
#include "internal.h"

#define FSHIFT	 11 /* load averages are fixed point */
#define FIXED_1	 (1UL << FSHIFT)
#define NR_LINES 16 /* interrupt lines */

/* ---- all processes together -------------------------------------------- */

struct task_totals {
	unsigned int threads, blocked;
	pid_t last_pid; /* the highest number in use */
	/* ns, with that of children that were waited for */
	u64 utime;
	unsigned long anon;   /* pages */
	unsigned long tables; /* bytes */
};

static struct task_totals sum_tasks(void)
{
	struct task_totals s = {0};
	struct task_struct *p, *t;
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	for_each_process(p) {
		u64 utime, stime;

		thread_group_cputime(p, &utime, &stime);
		s.utime += utime + p->signal->cutime;
		for_each_thread(p, t) {
			s.threads++;
			s.blocked += (t->__state & TASK_UNINTERRUPTIBLE) != 0;
			s.last_pid = max(s.last_pid, t->pid);
		}
		s.anon += p->mm ? p->mm->rss_stat[MM_ANONPAGES] : 0;
		s.tables += p->mm ? p->mm->pgtables_bytes : 0;
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return s;
}

/* ---- memory ------------------------------------------------------------ */

static int proc_meminfo(struct seq_file *m, struct task_struct *unused __maybe_unused)
{
	struct task_totals s = sum_tasks();
	unsigned long cached = nr_file_pages(), free = nr_free_pages();
	const struct {
		const char *name;
		unsigned long pages;
	} lines[] = {
		/* Files are only in memory, so no page of a file can be reclaimed. */
		{"MemTotal:", totalram_pages()},
		{"MemFree:", free},
		{"MemAvailable:", free},
		{"Buffers:", 0},
		{"Cached:", cached},
		{"SwapCached:", 0},
		{"Active:", 0},
		{"Inactive:", cached + s.anon},
		{"Active(anon):", 0},
		{"Inactive(anon):", cached + s.anon},
		{"Active(file):", 0},
		{"Inactive(file):", 0},
		{"Unevictable:", 0},
		{"Mlocked:", 0},
		{"SwapTotal:", 0},
		{"SwapFree:", 0},
		{"Dirty:", 0},
		{"Writeback:", 0},
		{"AnonPages:", s.anon},
		{"Mapped:", 0},
		{"Shmem:", cached},
		{"KReclaimable:", 0},
		{"Slab:", slab_pages()},
		{"SReclaimable:", 0},
		{"SUnreclaim:", slab_pages()},
		{"KernelStack:", s.threads * (THREAD_SIZE / PAGE_SIZE)},
		{"PageTables:", s.tables / PAGE_SIZE},
		{"CommitLimit:", vm_commit_limit()},
		{"Committed_AS:", vm_committed_as()},
	};

	for (int i = 0; i < ARRAY_SIZE(lines); i++)
		seq_printf(m, "%-15s %8lu kB\n", lines[i].name,
			   lines[i].pages << (PAGE_SHIFT - 10));
	return 0;
}

/* ---- time -------------------------------------------------------------- */

static int proc_stat(struct seq_file *m, struct task_struct *unused __maybe_unused)
{
	struct task_totals s = sum_tasks();
	u64 idle = idle_time_ns(), all = ktime_get(), busy = all - min(all, idle),
	    user = min(s.utime, busy);
	unsigned long sum = 0;

	for (const char *const *name = (const char *const[]){"cpu ", "cpu0", NULL}; *name; name++)
		seq_printf(m, "%s %lu 0 %lu %lu 0 0 0 0 0 0\n", *name, nsec_to_clock_t(user),
			   nsec_to_clock_t(busy - user), nsec_to_clock_t(idle));
	for (unsigned int i = 0; i < NR_LINES; i++)
		sum += irq_count(i);
	return seq_printf(
		m,
		"intr %lu\nctxt %lu\nbtime %lu\nprocesses %d\nprocs_running %lu\nprocs_blocked %u\n"
		"softirq 0 0 0 0 0 0 0 0 0 0 0\n",
		sum, nr_context_switches(), (ktime_get_real() - ktime_get()) / NSEC_PER_SEC,
		s.last_pid, nr_running(), s.blocked);
}

static void show_centiseconds(struct seq_file *m, u64 ns, char end)
{
	seq_printf(m, "%lu.%02lu%c", ns / NSEC_PER_SEC, ns % NSEC_PER_SEC / (NSEC_PER_SEC / 100),
		   end);
}

static int proc_uptime(struct seq_file *m, struct task_struct *unused __maybe_unused)
{
	show_centiseconds(m, ktime_get(), ' ');
	show_centiseconds(m, idle_time_ns(), '\n');
	return 0;
}

/* The names that vmstat(8) asks for, and those that are more than zero here. */
static int proc_vmstat(struct seq_file *m, struct task_struct *unused __maybe_unused)
{
	struct task_totals s = sum_tasks();
	const struct {
		const char *name;
		unsigned long value;
	} lines[] = {
		{"nr_free_pages", nr_free_pages()},
		{"nr_inactive_anon", nr_file_pages() + s.anon},
		{"nr_anon_pages", s.anon},
		{"nr_file_pages", nr_file_pages()},
		{"nr_shmem", nr_file_pages()},
		{"nr_slab_unreclaimable", slab_pages()},
		{"pgpgin", 0},
		{"pgpgout", 0},
		{"pswpin", 0},
		{"pswpout", 0},
	};

	for (int i = 0; i < ARRAY_SIZE(lines); i++)
		seq_printf(m, "%s %lu\n", lines[i].name, lines[i].value);
	return 0;
}

static int proc_loadavg(struct seq_file *m, struct task_struct *unused __maybe_unused)
{
	unsigned long loads[3];
	struct task_totals s = sum_tasks();

	get_avenrun(loads);
	for (int i = 0; i < 3; i++) {
		unsigned long load = loads[i] + FIXED_1 / 200;

		seq_printf(m, "%lu.%02lu ", load >> FSHIFT,
			   ((load & (FIXED_1 - 1)) * 100) >> FSHIFT);
	}
	return seq_printf(m, "%lu/%u %d\n", nr_running(), s.threads, s.last_pid);
}

/* ---- what the system is ------------------------------------------------ */

static int proc_version(struct seq_file *m, struct task_struct *unused __maybe_unused)
{
	return seq_printf(m, "%s version %s (exon@exon) (gcc " __VERSION__ ") %s\n",
			  init_uts.sysname, init_uts.release, init_uts.version);
}

static int proc_cmdline(struct seq_file *m, struct task_struct *unused __maybe_unused)
{
	return seq_printf(m, "%s\n", boot_info.cmdline);
}

static int proc_filesystems(struct seq_file *m, struct task_struct *unused __maybe_unused)
{
	struct file_system_type *t;

	list_for_each_entry(t, &file_systems, list)
		seq_printf(m, "nodev\t%s\n", t->name);
	return 0;
}

static int proc_mounts_text(char *buf, int len) { return snprintf(buf, len, "self/mounts"); }

static int proc_self_text(char *buf, int len __maybe_unused)
{
	char *end = put_decimal(buf, current->tgid);

	*end = '\0';
	return end - buf;
}

static int proc_thread_self_text(char *buf, int len)
{
	return snprintf(buf, len, "%d/task/%d", current->tgid, current->pid);
}

/* There are no modules and no disks. */
static const char no_devices[] = "";

/*
 * In Linux's order: short names first, then by the alphabet; the two links at the end. The
 * processes follow.
 */
const struct proc_entry proc_root_entries[] = {
	PROC_DIR("sys", 0555, .children = proc_sys_entries, .sysctl = true),
	PROC_REG("stat", 0444, .show = proc_stat),
	PROC_LNK("mounts", .link_text = proc_mounts_text),
	PROC_REG("uptime", 0444, .show = proc_uptime),
	PROC_REG("locks", 0444, .show = proc_locks),
	PROC_REG("swaps", 0444, .text = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"),
	PROC_REG("cmdline", 0444, .show = proc_cmdline),
	PROC_REG("cpuinfo", 0444, .show = proc_cpuinfo),
	PROC_REG("devices", 0444,
		 .text = "Character devices:\n  1 mem\n  4 /dev/vc/0\n  4 tty\n  4 ttyS\n"
			 "  5 /dev/tty\n  5 /dev/console\n\nBlock devices:\n"),
	PROC_REG("loadavg", 0444, .show = proc_loadavg),
	PROC_REG("meminfo", 0444, .show = proc_meminfo),
	PROC_REG("vmstat", 0444, .show = proc_vmstat),
	PROC_REG("modules", 0444, .text = no_devices),
	PROC_REG("version", 0444, .show = proc_version),
	PROC_REG("diskstats", 0444, .text = no_devices),
	PROC_REG("exec_trace", 0644, .seq = &proc_exec_trace_ops, .store = proc_set_exec_trace),
	PROC_REG("partitions", 0444, .text = no_devices),
	PROC_REG("exec_trace.jsonl", 0444, .seq = &proc_exec_trace_jsonl_ops),
	PROC_REG("filesystems", 0444, .show = proc_filesystems),
	PROC_LNK("self", .link_text = proc_self_text),
	PROC_LNK("thread-self", .link_text = proc_thread_self_text),
	{0}};
