/* SPDX-License-Identifier: MIT */
/*
 * The life of an address space: an exec makes an empty one, a fork copies one, the last user frees
 * it.
 * Abridges the mm part of Linux 6.1's kernel/fork.c; leaves out namespaces, aio, cgroups and
 * notifiers.
 *
 *   mm_alloc (exec) or dup_mm (fork) -> users come and go: mmget, mmput
 *      -> last mmput: VMAs, pages, exe_file go -> last mmdrop: top table and struct
 */
#include <errno.h>
#include <frames.h>
#include <fs.h>
#include <mm.h>
#include <sched.h>
#include <slab.h>
#include <string.h>
#include <asm/desc.h>
#include "internal.h"

#define MMF_INIT_MASK (MMF_DUMPABLE_MASK | MMF_DUMP_FILTER_MASK)

/*
 * Makes an address space without VMAs. Its other fields are zero, or copied from @old. NULL: no
 * memory.
 */
static struct mm_struct *mm_new(const struct mm_struct *old)
{
	struct mm_struct *mm = old ? kmemdup(old, sizeof(*mm)) : kzalloc(sizeof(*mm));

	if (!mm)
		return NULL;
	mm->pgd = pgd_alloc();
	if (!mm->pgd) {
		kfree(mm);
		return NULL;
	}
	mm->mmap = mm->mmap_cache = NULL;
	mm->vma_tree = NULL;
	mm->highest_vm_end = mm->pgtables_bytes = 0;
	mm->locked_vm = mm->def_flags = 0; /* memory locks are not inherited */
	mm->map_count = 0;
	mm->exe_file = NULL;
	mm->context.ldt = NULL;
	memset(mm->rss_stat, 0, sizeof(mm->rss_stat));
	atomic_set(&mm->mm_users, 1);
	atomic_set(&mm->mm_count, 1);
	spin_lock_init(&mm->page_table_lock, LOCK_PAGE_TABLE);
	init_rwsem(&mm->mmap_lock, LOCK_MMAP);
	mm->acct_vm = 0;
	if (old)
		vm_acct_memory(mm, old->acct_vm);
	mm->flags = current->mm ? current->mm->flags & MMF_INIT_MASK : MMF_DUMP_FILTER_DEFAULT;
	return mm;
}

struct mm_struct *mm_alloc(void) { return mm_new(NULL); }

void mmdrop(struct mm_struct *mm)
{
	if (!refcount_dec_and_test(&mm->mm_count))
		return;
	if (mm->context.ldt)
		destroy_context_ldt(mm);
	pgd_free(mm->pgd);
	kfree(mm);
}

void mmput(struct mm_struct *mm)
{
	if (!refcount_dec_and_test(&mm->mm_users))
		return;
	exit_mmap(mm);
	vm_acct_memory(mm, -(long)mm->acct_vm);
	set_mm_exe_file(mm, NULL);
	mmdrop(mm);
}

struct mm_struct *get_task_mm(struct task_struct *t)
{
	struct mm_struct *mm = t->flags & PF_KTHREAD ? NULL : t->mm;

	if (mm)
		mmget(mm);
	return mm;
}

int get_dumpable(struct mm_struct *mm) { return mm->flags & MMF_DUMPABLE_MASK; }

/* @f may be NULL. 0, or -EACCES if @f is open for writing; then nothing has changed. */
int set_mm_exe_file(struct mm_struct *mm, struct file *f)
{
	struct file *old = mm->exe_file;

	if (f && deny_write_access(f))
		return -EACCES;
	mm->exe_file = f ? get_file(f) : NULL;
	if (old) {
		allow_write_access(old);
		fput(old);
	}
	return 0;
}

/* Returns exe_file with a reference, or NULL. */
struct file *get_mm_exe_file(struct mm_struct *mm)
{
	return mm->exe_file ? get_file(mm->exe_file) : NULL;
}

/*
 * After vm_area_copy the copy is linked even if a later step fails: mmput frees it together with
 * the others.
 */
static struct vm_area_struct *dup_vma(struct mm_struct *mm, struct vm_area_struct *old,
				      struct vm_area_struct *prev)
{
	bool wipe = old->vm_flags & VM_WIPEONFORK;
	struct vm_area_struct *vma;
	int err;

	if ((old->vm_flags & VM_ACCOUNT) && security_vm_enough_memory(vma_pages(old)))
		return ERR_PTR(-ENOMEM);
	vma = vm_area_copy(old);
	if (!vma)
		return ERR_PTR(-ENOMEM);
	vma->vm_mm = mm;
	vma->vm_flags &= ~(VM_LOCKED | VM_LOCKONFAULT);
	err = wipe ? 0 : anon_vma_fork(vma, old);
	vma_link(mm, vma, prev);
	if (!err && !wipe)
		err = copy_page_range(vma, old);
	return err ? ERR_PTR(err) : vma;
}

/*
 * @mm starts with the totals of @oldmm, so a VMA that is not copied is subtracted; without
 * VM_LOCKED, because mm_new has set locked_vm to 0. mmap_lock of @oldmm is held for writing; the
 * caller flushes its TLB.
 */
static int dup_mmap(struct mm_struct *mm, struct mm_struct *oldmm)
{
	struct vm_area_struct *old, *prev = NULL;

	for (old = oldmm->mmap; old; old = old->vm_next) {
		if (old->vm_flags & VM_DONTCOPY) {
			vm_stat_account(mm, old->vm_flags & ~VM_LOCKED, -(long)vma_pages(old));
			continue;
		}
		if (fatal_signal_pending(current))
			return -EINTR;
		prev = dup_vma(mm, old, prev);
		if (IS_ERR(prev))
			return PTR_ERR(prev);
	}
	return 0;
}

struct mm_struct *dup_mm(struct mm_struct *oldmm)
{
	struct mm_struct *mm = mm_new(oldmm);
	int err;

	if (!mm)
		return NULL;
	/* No other task can reach the new mm, so its lock is not needed. */
	mmap_write_lock(oldmm);
	set_mm_exe_file(mm, oldmm->exe_file);
	mm->flags |= MMF_COPYING;
	err = dup_mmap(mm, oldmm) ?: ldt_dup_context(mm, oldmm);
	mm->flags &= ~MMF_COPYING;
	/* The parent's private pages have become read-only. */
	flush_tlb_range(oldmm, 0, TASK_SIZE);
	mmap_write_unlock(oldmm);
	if (err) {
		mmput(mm);
		return NULL;
	}
	mm->hiwater_vm = mm->total_vm;
	mm->hiwater_rss = get_mm_rss(mm);
	return mm;
}
