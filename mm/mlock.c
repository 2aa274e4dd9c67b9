/* SPDX-License-Identifier: MIT */
/*
 * Locked memory. Exon never swaps, so mlock only faults the pages in and counts them. VM_LOCKED
 * splits and merges VMAs as in Linux, and RLIMIT_MEMLOCK limits the pages. Abridges Linux 6.1's
 * mm/mlock.c; leaves out mlock2, mlockall and the unevictable list.
 * Not on the road of an exec.
 */
#include <errno.h>
#include <mm.h>
#include <sched.h>
#include <syscalls.h>
#include <linux/capability.h>
#include "internal.h"

bool may_lock(const struct mm_struct *mm, unsigned long npages)
{
	return mm->locked_vm + npages <= rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT ||
	       capable(CAP_IPC_LOCK);
}

/* @lock: VM_LOCKED, or 0 to unlock. */
static int lock_vma(struct vm_area_struct *vma, struct vm_area_struct **pprev, unsigned long start,
		    unsigned long end, unsigned long lock)
{
	unsigned long oldflags = vma->vm_flags, newflags = (oldflags & ~VM_LOCKED) | lock;
	long npages = (end - start) >> PAGE_SHIFT;
	int err;

	if (oldflags & VM_SPECIAL)
		newflags = oldflags;
	err = vma_carve(vma, pprev, start, end, newflags);
	if (!err && newflags != oldflags)
		vma->vm_mm->locked_vm += lock ? npages : -npages;
	return err;
}

static int change_locks(unsigned long start, size_t len, unsigned long lock)
{
	struct mm_struct *mm = current->mm;
	int err = -ENOMEM;

	if (start + len < start)
		return -EINVAL;
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	if (!lock || may_lock(mm, len >> PAGE_SHIFT))
		err = walk_vmas(mm, start, start + len, false, lock_vma, lock);
	mmap_write_unlock(mm);
	return err;
}

long sys_mlock(unsigned long start, size_t len)
{
	int err;

	if (!rlimit(RLIMIT_MEMLOCK) && !capable(CAP_IPC_LOCK))
		return -EPERM;
	len = PAGE_ALIGN(len + offset_in_page(start));
	err = change_locks(start & PAGE_MASK, len, VM_LOCKED);
	if (!err)
		err = mm_populate(start & PAGE_MASK, len);
	return err == -EFAULT ? -ENOMEM : err;
}

long sys_munlock(unsigned long start, size_t len)
{
	return change_locks(start & PAGE_MASK, PAGE_ALIGN(len + offset_in_page(start)), 0);
}
