/* SPDX-License-Identifier: MIT */
/*
 * When memory is used up, one process is killed so that the others can go on.
 * Abridges Linux 6.1's mm/oom_kill.c; leaves out cgroups, cpusets, panic_on_oom, and the kernel
 * thread that reaps: here the task that found no memory does it.
 *
 *   no page for a user -> out_of_memory -> the greatest oom_badness -> SIGKILL
 *                      -> its private pages are freed
 *
 * Pages for users stop at a reserve (frames/page_alloc.c). The kernel's own objects may use it, so
 * that the victim can die and init can go on.
 * Not on the road of an exec.
 */
#include <errno.h>
#include <frames.h>
#include <mm.h>
#include <pagecache.h>
#include <printk.h>
#include <sched.h>
#include <time.h>
#include <linux/oom.h>
#include "internal.h"

/*
 * Returns the mm of a thread that still has one, or NULL: the leader may have exited. tasklist_lock
 * held.
 */
static struct mm_struct *process_mm(struct task_struct *p)
{
	struct task_struct *t;

	for_each_thread(p, t) {
		if (t->mm && !(t->flags & PF_KTHREAD))
			return t->mm;
	}
	return NULL;
}

long oom_badness(struct task_struct *p, unsigned long totalpages)
{
	struct mm_struct *mm = process_mm(p);
	long adj = p->signal->oom_score_adj;

	if (!mm || p->tgid == 1 || adj == OOM_SCORE_ADJ_MIN || (mm->flags & MMF_OOM_SKIP) ||
	    p->vfork_done)
		return INT64_MIN;
	return get_mm_rss(mm) + mm->pgtables_bytes / PAGE_SIZE + adj * (long)(totalpages / 1000);
}

/* It was killed before, but its memory could not be freed yet. */
static bool is_dying(const struct mm_struct *mm)
{
	return mm && (mm->flags & (MMF_OOM_VICTIM | MMF_OOM_SKIP)) == MMF_OOM_VICTIM;
}

/*
 * Returns a process that is being killed, otherwise the one with the most points; NULL: none may be
 * killed. tasklist_lock held.
 */
static struct task_struct *select_bad_process(void)
{
	struct task_struct *p, *chosen = NULL;
	long most = INT64_MIN;

	for_each_process(p) {
		long points = oom_badness(p, totalram_pages());

		if (is_dying(process_mm(p)))
			return p;
		if (points == INT64_MIN || points < most)
			continue;
		chosen = p;
		most = points;
	}
	return chosen;
}

/* tasklist_lock held. */
static void dump_tasks(void)
{
	struct task_struct *p;

	printk(KERN_INFO "Tasks state (memory values in pages):\n");
	printk(KERN_INFO "[  pid  ]   uid  tgid total_vm      rss "
			 "pgtables_bytes swapents oom_score_adj name\n");
	for_each_process(p) {
		struct mm_struct *mm = process_mm(p);

		if (mm)
			printk(KERN_INFO "[%7d] %5d %5d %8lu %8lu %8lu %8lu         %5d %s\n",
			       p->pid, p->cred->uid, p->tgid, mm->total_vm, get_mm_rss(mm),
			       mm->pgtables_bytes, 0UL, p->signal->oom_score_adj, p->comm);
	}
}

static void dump_header(void)
{
	printk(KERN_WARNING "%s invoked oom-killer: order=0, oom_score_adj=%d\n", current->comm,
	       current->signal->oom_score_adj);
	printk(KERN_INFO "%lu pages RAM, %lu free, %lu of files\n", totalram_pages(),
	       nr_free_pages(), nr_file_pages());
	dump_tasks();
}

/* All processes that share @mm must end, or it is not freed. tasklist_lock held. */
static void oom_kill_process(struct task_struct *victim, struct mm_struct *mm)
{
	struct task_struct *p;

	dump_header();
	printk(KERN_ERR "Out of memory: Killed process %d (%s) total-vm:%lukB, anon-rss:%lukB, "
			"file-rss:%lukB, shmem-rss:%lukB, UID:%u pgtables:%lukB oom_score_adj:%d\n",
	       victim->pid, victim->comm, mm->total_vm << 2, mm->rss_stat[MM_ANONPAGES] << 2,
	       mm->rss_stat[MM_FILEPAGES] << 2, mm->rss_stat[MM_SHMEMPAGES] << 2, victim->cred->uid,
	       mm->pgtables_bytes >> 10, victim->signal->oom_score_adj);
	mm->flags |= MMF_OOM_VICTIM;
	for_each_process(p) {
		if (p->tgid != 1 && process_mm(p) == mm)
			send_sig_info(SIGKILL, SEND_SIG_PRIV, p, true);
	}
}

/*
 * Frees the private pages of a process that has a SIGKILL and so never returns to user mode. Its
 * own thread may be in a system call: MMF_UNSTABLE makes its faults fail.
 */
static void oom_reap_mm(struct mm_struct *mm)
{
	struct vm_area_struct *vma;

	mm->flags |= MMF_UNSTABLE;
	for (vma = mm->mmap; vma; vma = vma->vm_next) {
		if (!(vma->vm_flags & (VM_SHARED | VM_PFNMAP | VM_LOCKED)))
			zap_page_range(vma, vma->vm_start, vma->vm_end, true);
	}
	mm->flags |= MMF_OOM_SKIP;
}

/*
 * Kills a process and returns its mm with a reference. Panics, as Linux does, if none may be
 * killed.
 */
static struct mm_struct *kill_process(void)
{
	struct task_struct *victim;
	struct mm_struct *mm;
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	victim = select_bad_process();
	mm = victim ? process_mm(victim) : NULL;
	if (!mm) {
		dump_header();
		panic("System is deadlocked on memory: no process may be killed");
	}
	mmget(mm);
	if (!is_dying(mm))
		oom_kill_process(victim, mm);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return mm;
}

bool out_of_memory(void)
{
	struct mm_struct *mm;

	if (!current->mm || fatal_signal_pending(current))
		return false;
	if (kasan_drain())
		return true;
	mm = kill_process();
	if (mm != current->mm && mmap_read_trylock(mm)) {
		oom_reap_mm(mm);
		mmap_read_unlock(mm);
	} else if (mm != current->mm) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule_hrtimeout(ktime_get() + NSEC_PER_SEC / HZ);
	}
	mmput(mm);
	return !fatal_signal_pending(current);
}

struct page *alloc_user_page(gfp_t gfp)
{
	struct page *page;

	do
		page = alloc_page(gfp | __GFP_USER);
	while (!page && out_of_memory());
	return page;
}
