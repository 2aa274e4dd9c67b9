/* SPDX-License-Identifier: MIT */
/*
 * The plain files of /proc, about the system as a whole, and the table of its root.
 * Abridges Linux's fs/proc/{meminfo,stat,uptime,loadavg,version,devices,
 * cmdline}.c: the same fields in the same order; 0 where Exon has no such thing.
 */
#include "internal.h"
#include <boot_info.h>
#include <mm.h>
#include <printk.h>
#include <string.h>
#include <trace.h>
#include <utsname.h>
#include <asm/irq.h>

#define FSHIFT		11		/* load averages are fixed point */
#define FIXED_1		(1UL << FSHIFT)
#define NR_LINES	16		/* interrupt lines */
#define NR_SOFTIRQS	10

/* ---- all processes together -------------------------------------------- */

struct task_totals {
	unsigned int threads, blocked;
	pid_t last_pid;				/* the newest that still is */
	u64 utime;				/* ns, of the living and of those they have waited for */
	unsigned long anon, committed;		/* pages */
	unsigned long tables;			/* bytes */
};

static void add_process(struct task_totals *s, struct task_struct *p)
{
	struct mm_struct *mm = p->mm;
	struct task_struct *t;
	u64 utime, stime;

	thread_group_cputime(p, &utime, &stime);
	s->utime += utime + p->signal->cutime;
	for_each_thread(p, t) {
		s->threads++;
		s->blocked += (t->__state & TASK_UNINTERRUPTIBLE) != 0;
		s->last_pid = max(s->last_pid, t->pid);
	}
	if (!mm)
		return;
	s->anon += mm->rss_stat[MM_ANONPAGES];
	s->tables += mm->pgtables_bytes;
	s->committed += mm->data_vm + mm->stack_vm;
}

static void sum_tasks(struct task_totals *s)
{
	struct task_struct *p;
	unsigned long flags;

	*s = (struct task_totals){ 0 };
	spin_lock_irqsave(&tasklist_lock, flags);
	for_each_process(p)
		add_process(s, p);
	spin_unlock_irqrestore(&tasklist_lock, flags);
}

/* ---- memory ------------------------------------------------------------ */

static void show_kb(struct seq_file *m, const char *name, unsigned long pages)
{
	seq_printf(m, "%-15s %8lu kB\n", name, pages << (PAGE_SHIFT - 10));
}

static void show_zeros(struct seq_file *m, const char *const *names)
{
	for (; *names; names++)
		show_kb(m, *names, 0);
}

static int proc_meminfo(struct seq_file *m, struct task_struct *unused __maybe_unused)
{
	static const char *const unevictable[] = { "Active(file):", "Inactive(file):", "Unevictable:", "Mlocked:",
		"SwapTotal:", "SwapFree:", "Dirty:", "Writeback:", NULL };
	static const char *const none[] = { "SecPageTables:", "NFS_Unstable:", "Bounce:", "WritebackTmp:", NULL };
	static const char *const huge[] = { "Percpu:", "AnonHugePages:", "ShmemHugePages:", "ShmemPmdMapped:",
		"FileHugePages:", "FilePmdMapped:", NULL };
	unsigned long cached = nr_file_pages();
	struct task_totals s;

	sum_tasks(&s);
	show_kb(m, "MemTotal:", totalram_pages());
	show_kb(m, "MemFree:", nr_free_pages());
	show_kb(m, "MemAvailable:", nr_free_pages());	/* every file lives in memory: none can be dropped */
	show_kb(m, "Buffers:", 0);
	show_kb(m, "Cached:", cached);
	show_kb(m, "SwapCached:", 0);
	show_kb(m, "Active:", 0);
	show_kb(m, "Inactive:", cached + s.anon);
	show_kb(m, "Active(anon):", 0);
	show_kb(m, "Inactive(anon):", cached + s.anon);
	show_zeros(m, unevictable);
	show_kb(m, "AnonPages:", s.anon);
	show_kb(m, "Mapped:", 0);
	show_kb(m, "Shmem:", cached);
	show_kb(m, "KReclaimable:", 0);
	show_kb(m, "Slab:", slab_pages());
	show_kb(m, "SReclaimable:", 0);
	show_kb(m, "SUnreclaim:", slab_pages());
	show_kb(m, "KernelStack:", s.threads * (THREAD_SIZE / PAGE_SIZE));
	show_kb(m, "PageTables:", s.tables / PAGE_SIZE);
	show_zeros(m, none);
	show_kb(m, "CommitLimit:", totalram_pages() / 2);
	show_kb(m, "Committed_AS:", s.committed);
	show_kb(m, "VmallocTotal:", (VMALLOC_END - VMALLOC_START) >> PAGE_SHIFT);
	show_kb(m, "VmallocUsed:", 0);
	show_kb(m, "VmallocChunk:", 0);
	show_zeros(m, huge);
	seq_printf(m, "HugePages_Total:   %5lu\nHugePages_Free:    %5lu\nHugePages_Rsvd:    %5lu\n"
		      "HugePages_Surp:    %5lu\nHugepagesize:   %8lu kB\nHugetlb:        %8lu kB\n",
		   0UL, 0UL, 0UL, 0UL, 2048UL, 0UL);
	show_kb(m, "DirectMap4k:", 0);
	show_kb(m, "DirectMap2M:", totalram_pages());
	show_kb(m, "DirectMap1G:", 0);
	return 0;
}

/* ---- time -------------------------------------------------------------- */

static u64 ns_to_ticks(u64 ns)
{
	return ns / (NSEC_PER_SEC / USER_HZ);
}

static void show_cpu_times(struct seq_file *m, const char *name, const struct task_totals *s)
{
	u64 idle = idle_time_ns(), all = ktime_get(), busy = all - min(all, idle);
	u64 user = min(s->utime, busy);

	seq_printf(m, "%s %lu 0 %lu %lu 0 0 0 0 0 0\n", name, ns_to_ticks(user), ns_to_ticks(busy - user),
		   ns_to_ticks(idle));
}

static void show_interrupts(struct seq_file *m)
{
	unsigned long sum = 0;

	for (unsigned int i = 0; i < NR_LINES; i++)
		sum += irq_count(i);
	seq_printf(m, "intr %lu", sum);
	for (unsigned int i = 0; i < NR_LINES; i++)
		seq_printf(m, " %lu", irq_count(i));
	seq_putc(m, '\n');
}

static int proc_stat(struct seq_file *m, struct task_struct *unused __maybe_unused)
{
	struct task_totals s;

	sum_tasks(&s);
	show_cpu_times(m, "cpu ", &s);
	show_cpu_times(m, "cpu0", &s);
	show_interrupts(m);
	seq_printf(m, "ctxt %lu\nbtime %lu\nprocesses %d\nprocs_running %lu\nprocs_blocked %u\nsoftirq 0",
		   nr_context_switches(), (ktime_get_real() - ktime_get()) / NSEC_PER_SEC, s.last_pid, nr_running(),
		   s.blocked);
	for (int i = 0; i < NR_SOFTIRQS; i++)
		seq_puts(m, " 0");
	seq_putc(m, '\n');
	return 0;
}

static void show_centiseconds(struct seq_file *m, u64 ns, char end)
{
	seq_printf(m, "%lu.%02lu%c", ns / NSEC_PER_SEC, ns % NSEC_PER_SEC / (NSEC_PER_SEC / 100), end);
}

static int proc_uptime(struct seq_file *m, struct task_struct *unused __maybe_unused)
{
	show_centiseconds(m, ktime_get(), ' ');
	show_centiseconds(m, idle_time_ns(), '\n');
	return 0;
}

static int proc_loadavg(struct seq_file *m, struct task_struct *unused __maybe_unused)
{
	unsigned long loads[3];
	struct task_totals s;

	sum_tasks(&s);
	get_avenrun(loads);
	for (int i = 0; i < 3; i++) {
		unsigned long load = loads[i] + FIXED_1 / 200;

		seq_printf(m, "%lu.%02lu ", load >> FSHIFT, ((load & (FIXED_1 - 1)) * 100) >> FSHIFT);
	}
	return seq_printf(m, "%lu/%u %d\n", nr_running(), s.threads, s.last_pid);
}

/* ---- what the system is ------------------------------------------------ */

static int proc_version(struct seq_file *m, struct task_struct *unused __maybe_unused)
{
	return seq_printf(m, "%s version %s (exon@exon) (gcc " __VERSION__ ") %s\n", init_uts.sysname,
			  init_uts.release, init_uts.version);
}

static int proc_cmdline(struct seq_file *m, struct task_struct *unused __maybe_unused)
{
	return seq_printf(m, "%s\n", boot_info.cmdline);
}

static int proc_filesystems(struct seq_file *m, struct task_struct *unused __maybe_unused)
{
	struct file_system_type *t;

	list_for_each_entry(t, &file_systems, list)
		seq_printf(m, "%s\t%s\n", t->fs_flags & FS_REQUIRES_DEV ? "" : "nodev", t->name);
	return 0;
}

static int proc_devices(struct seq_file *m, struct task_struct *unused __maybe_unused)
{
	seq_puts(m, "Character devices:\n  1 mem\n  4 /dev/vc/0\n  4 tty\n  4 ttyS\n  5 /dev/tty\n"
		    "  5 /dev/console\n\nBlock devices:\n");
	return 0;
}

/* The exec film, oldest first: seq tsc pid comm stage function:line start-end flags page error. */
static int proc_exec_trace(struct seq_file *m, struct task_struct *unused __maybe_unused)
{
	u64 last = exec_trace_seq, seq = last > TRACE_RING_SIZE ? last - TRACE_RING_SIZE + 1 : 1;

	for (; seq <= last; seq++) {
		struct exec_trace r = exec_trace_ring[seq % TRACE_RING_SIZE];

		if (r.seq == seq)
			seq_printf(m, "%lu %lu %d %s %s %s:%u %lx-%lx %lx %lx %d\n", r.seq, r.time, r.pid, r.comm,
				   exec_stage_names[r.stage], r.function, r.line, r.start, r.end, r.vm_flags, r.pgoff,
				   r.error);
	}
	return 0;
}

static int proc_mounts_text(char *buf, int len)
{
	return snprintf(buf, len, "self/mounts");
}

/* In Linux's order: short names first, then by the alphabet; then the two links, then the processes. */
const struct proc_entry proc_root_entries[] = {
	PROC_DIR("sys", 0555, .children = proc_sys_entries),
	PROC_REG("stat", 0444, .show = proc_stat),
	PROC_LNK("mounts", .link_text = proc_mounts_text),
	PROC_REG("uptime", 0444, .show = proc_uptime),
	PROC_REG("cmdline", 0444, .show = proc_cmdline),
	PROC_REG("cpuinfo", 0444, .show = proc_cpuinfo),
	PROC_REG("devices", 0444, .show = proc_devices),
	PROC_REG("loadavg", 0444, .show = proc_loadavg),
	PROC_REG("meminfo", 0444, .show = proc_meminfo),
	PROC_REG("version", 0444, .show = proc_version),
	PROC_REG("exec_trace", 0444, .show = proc_exec_trace),
	PROC_REG("filesystems", 0444, .show = proc_filesystems),
	PROC_LNK("self", .link_text = proc_self_text),
	PROC_LNK("thread-self", .link_text = proc_thread_self_text),
	{ 0 }
};
