/* SPDX-License-Identifier: MIT */
/*
 * Locked memory. Exon never swaps, so mlock only faults the pages in and counts them. VM_LOCKED
 * splits and merges VMAs as in Linux, and RLIMIT_MEMLOCK limits the pages. After
 * mlockall(MCL_FUTURE) each new VMA is locked: mm->def_flags.
 * Abridges Linux 6.1's mm/mlock.c; leaves out the unevictable list.
 * Not on the road of an exec.
 */
#include <errno.h>
#include <mm.h>
#include <sched.h>
#include <syscalls.h>
#include <asm/mman.h>
#include <linux/capability.h>
#include <linux/mman.h>
#include "internal.h"

#define VM_LOCKED_MASK (VM_LOCKED | VM_LOCKONFAULT)

bool can_do_mlock(void) { return rlimit(RLIMIT_MEMLOCK) || capable(CAP_IPC_LOCK); }

/* @lock: VM_LOCKED_MASK's bits, or 0 to unlock. The kernel's own VMAs stay as they are. */
static int mlock_fixup(struct vm_area_struct *vma, struct vm_area_struct **pprev,
		       unsigned long start, unsigned long end, unsigned long lock)
{
	unsigned long oldflags = vma->vm_flags, newflags = (oldflags & ~VM_LOCKED_MASK) | lock;
	long npages = (end - start) >> PAGE_SHIFT;
	int err;

	if (oldflags & VM_SPECIAL)
		newflags = oldflags;
	err = vma_carve(vma, pprev, start, end, newflags);
	if (!err && ((newflags ^ oldflags) & VM_LOCKED))
		current->mm->locked_vm += lock ? npages : -npages;
	return err;
}

/* Pages of [start, end) that are locked already. */
static unsigned long count_locked(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct vm_area_struct *vma = find_vma(mm, start);
	unsigned long bytes = 0;

	for (; vma && vma->vm_start < end; vma = vma->vm_next)
		if (vma->vm_flags & VM_LOCKED)
			bytes += min(vma->vm_end, end) - max(vma->vm_start, start);
	return bytes >> PAGE_SHIFT;
}

/* VMAs that were changed before an error stay changed. */
static int apply_vma_lock_flags(unsigned long start, size_t len, unsigned long lock)
{
	if (start + len < start)
		return -EINVAL;
	return walk_vmas(find_vma_place(current->mm, start), start, start + len, false, mlock_fixup,
			 lock);
}

static int do_mlock(unsigned long start, size_t len, unsigned long lock)
{
	struct mm_struct *mm = current->mm;
	unsigned long locked;
	int err = -ENOMEM;

	if (!can_do_mlock())
		return -EPERM;
	len = PAGE_ALIGN(len + offset_in_page(start));
	start &= PAGE_MASK;
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	locked = mm->locked_vm + (len >> PAGE_SHIFT);
	if (may_lock(locked) || may_lock(locked - count_locked(mm, start, start + len)))
		err = apply_vma_lock_flags(start, len, lock);
	mmap_write_unlock(mm);
	if (err)
		return err;
	err = mm_populate_strict(start, len);
	if (err == -EFAULT)
		return -ENOMEM;
	return err == -ENOMEM ? -EAGAIN : err; /* POSIX */
}

long sys_mlock(unsigned long start, size_t len) { return do_mlock(start, len, VM_LOCKED); }

long sys_mlock2(unsigned long start, size_t len, int flags)
{
	if (flags & ~MLOCK_ONFAULT)
		return -EINVAL;
	return do_mlock(start, len, flags ? VM_LOCKED_MASK : VM_LOCKED);
}

long sys_munlock(unsigned long start, size_t len)
{
	int err;

	len = PAGE_ALIGN(len + offset_in_page(start));
	start &= PAGE_MASK;
	if (mmap_write_lock_killable(current->mm))
		return -EINTR;
	err = apply_vma_lock_flags(start, len, 0);
	mmap_write_unlock(current->mm);
	return err;
}

/* @flags: MCL_*; 0 unlocks. A VMA that cannot be changed stays as it is. */
static void apply_mlockall_flags(struct mm_struct *mm, int flags)
{
	unsigned long lock = flags & MCL_ONFAULT ? VM_LOCKED_MASK : VM_LOCKED;
	struct vm_area_struct *vma, *prev = NULL;

	mm->def_flags = flags & MCL_FUTURE ? lock : 0;
	if (flags && !(flags & MCL_CURRENT))
		return;
	for (vma = mm->mmap; vma; vma = prev->vm_next)
		mlock_fixup(vma, &prev, vma->vm_start, vma->vm_end, flags ? lock : 0);
}

long sys_mlockall(int flags)
{
	struct mm_struct *mm = current->mm;
	int err = 0;

	if (!flags || (flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)) || flags == MCL_ONFAULT)
		return -EINVAL;
	if (!can_do_mlock())
		return -EPERM;
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	if ((flags & MCL_CURRENT) && !may_lock(mm->total_vm))
		err = -ENOMEM;
	else
		apply_mlockall_flags(mm, flags);
	mmap_write_unlock(mm);
	if (!err && (flags & MCL_CURRENT))
		mm_populate(0, TASK_SIZE);
	return err;
}

long sys_munlockall(void)
{
	if (mmap_write_lock_killable(current->mm))
		return -EINTR;
	apply_mlockall_flags(current->mm, 0);
	mmap_write_unlock(current->mm);
	return 0;
}
