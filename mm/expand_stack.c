/* SPDX-License-Identifier: MIT */
/*
 * VMAs that grow downward: a fault below a stack extends it. A gap below it stays free, so that an
 * overflow faults instead of overwriting the mapping below.
 * Abridges expand_stack of Linux 6.1's mm/mmap.c; leaves out VMAs that grow upward, and the boot
 * parameter stack_guard_gap.
 *
 *   |## mapping ##|<-- stack_guard_gap -->|   may still grow   |####### stack #######|
 *                 ^prev->vm_end                                ^vm_start             ^vm_end
 *                                  |<-------------- RLIMIT_STACK at most ------------>|
 */
#include <errno.h>
#include <mm.h>
#include <mm_trace.h>
#include <sched.h>
#include "internal.h"

unsigned long stack_guard_gap = 256 * PAGE_SIZE;

/*
 * The order of the errors is Linux's. mmap_lock may be held for reading only, so page_table_lock
 * guards the change; vma_adjust may take a mutex and cannot be used. In exec vma->vm_mm is not
 * current->mm, but the limits are current's.
 */
int expand_stack(struct vm_area_struct *vma, unsigned long address)
{
	struct mm_struct *mm = vma->vm_mm;
	struct vm_area_struct *prev = vma->vm_prev;
	unsigned long grow;

	if (!(vma->vm_flags & VM_GROWSDOWN))
		return -EFAULT;
	address &= PAGE_MASK;
	if (address < MMAP_MIN_ADDR)
		return -EPERM;
	if (prev && !(prev->vm_flags & VM_GROWSDOWN) && vma_is_accessible(prev) &&
	    address - prev->vm_end < stack_guard_gap)
		return -ENOMEM;
	if (anon_vma_prepare(vma))
		return -ENOMEM;
	if (address >= vma->vm_start)
		return 0;
	grow = (vma->vm_start - address) >> PAGE_SHIFT;
	if (grow > vma->vm_pgoff)
		return -ENOMEM;
	if (!may_expand_vm(mm, vma->vm_flags, grow) ||
	    vma->vm_end - address > rlimit(RLIMIT_STACK) ||
	    mlock_future_check(mm, vma->vm_flags, grow << PAGE_SHIFT) ||
	    security_vm_enough_memory(grow))
		return -ENOMEM;
	spin_lock(&mm->page_table_lock);
	vm_stat_account(mm, vma->vm_flags, grow);
	vma->vm_start = address;
	vma->vm_pgoff -= grow;
	spin_unlock(&mm->page_table_lock);
	mm_trace(mm, vma->vm_start, vma->vm_end, MM_TRACE_STACK, vma);
	return 0;
}
