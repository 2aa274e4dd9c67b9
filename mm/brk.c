/* SPDX-License-Identifier: MIT */
/*
 * The break: the heap between mm->start_brk and mm->brk, and the anonymous memory that an exec
 * maps for a bss.
 * Abridges brk, do_brk_flags and vm_brk_flags of Linux 6.1's mm/mmap.c; leaves out userfaultfd.
 *
 *   | data | bss |  random gap  |######## heap ########|. . .
 *                               start_brk              brk, any byte; VMAs end at whole pages
 */
#include <errno.h>
#include <mm.h>
#include <sched.h>
#include <syscalls.h>
#include <linux/personality.h>
#include <asm/mman.h>
#include "internal.h"

/*
 * Makes the free range [addr, addr + len), whose place is @at, anonymous memory: extends @brkvma
 * (at->prev or NULL) if it fits. 0 or -ENOMEM. mmap_lock held for writing.
 */
static int do_brk_flags(const struct vma_place *at, struct vm_area_struct *brkvma,
			unsigned long addr, unsigned long len, unsigned long flags)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	long npages = len >> PAGE_SHIFT;

	flags |= mm->def_flags | VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC |
		 VM_ACCOUNT | VM_SOFTDIRTY |
		 (current->personality & READ_IMPLIES_EXEC ? VM_EXEC : 0);
	if (!may_expand_vm(mm, flags, npages) || mm->map_count > sysctl_max_map_count ||
	    security_vm_enough_memory(npages))
		return -ENOMEM;
	if (can_vma_merge_after(brkvma, addr, flags, NULL, NULL, addr >> PAGE_SHIFT)) {
		vma_adjust(brkvma, brkvma->vm_start, addr + len, brkvma->vm_pgoff);
	} else {
		vma = vm_area_new(mm, addr, addr + len, flags);
		if (!vma)
			return -ENOMEM;
		vma_link(mm, vma, at->prev);
	}
	/* The break counts as data, even if READ_IMPLIES_EXEC has made it executable. */
	vm_stat_account(mm, VM_WRITE | VM_ACCOUNT | (flags & VM_LOCKED), npages);
	return 0;
}

int vm_brk_flags(unsigned long addr, unsigned long request, unsigned long flags)
{
	struct mm_struct *mm = current->mm;
	unsigned long len = PAGE_ALIGN(request);
	struct vma_place at;
	int err;

	if (len < request)
		return -ENOMEM;
	if (!len)
		return 0;
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	err = get_unmapped_place(&addr, len, MAP_FIXED, &at);
	if (!err)
		err = unmap_at(mm, &at, addr, addr + len);
	if (!err)
		err = do_brk_flags(&at, at.prev, addr, len, flags);
	mmap_write_unlock(mm);
	return err;
}

/* Is [start_brk, brk) together with the data segment within RLIMIT_DATA? */
static bool brk_within_rlimit(const struct mm_struct *mm, unsigned long brk)
{
	u64 limit = rlimit(RLIMIT_DATA);

	return limit == RLIM64_INFINITY ||
	       (brk - mm->start_brk) + (mm->end_data - mm->start_data) <= limit;
}

static int grow_brk(struct mm_struct *mm, unsigned long oldbrk, unsigned long newbrk)
{
	struct vma_place at;
	int err = get_unmapped_place(&oldbrk, newbrk - oldbrk, MAP_FIXED, &at);
	bool is_break;

	if (!err)
		err = mlock_future_check(mm, mm->def_flags, newbrk - oldbrk);
	if (err)
		return err;
	if (at.vma && newbrk + PAGE_SIZE > vm_start_gap(at.vma))
		return -ENOMEM;
	/*
	 * Only a VMA that reaches above start_brk is the heap: a bss that ends there is not
	 * extended.
	 */
	is_break = at.prev && at.prev->vm_end > mm->start_brk;
	return do_brk_flags(&at, is_break ? at.prev : NULL, oldbrk, newbrk - oldbrk, 0);
}

/* Fails if nothing of the heap is left in the range. */
static int shrink_brk(struct mm_struct *mm, unsigned long newbrk, unsigned long oldbrk)
{
	struct vma_place at = find_vma_place(mm, newbrk);

	if (!at.vma || at.vma->vm_start >= oldbrk)
		return -ENOMEM;
	return unmap_at(mm, &at, newbrk, oldbrk);
}

/* Returns the new break, or the old one if it could not be moved. */
long sys_brk(unsigned long brk)
{
	struct mm_struct *mm = current->mm;
	unsigned long oldbrk, newbrk = PAGE_ALIGN(brk), result;
	bool populate = false;
	int err = 0;

	if (mmap_write_lock_killable(mm))
		return -EINTR;
	oldbrk = PAGE_ALIGN(mm->brk);
	if (brk < mm->start_brk || !brk_within_rlimit(mm, brk))
		err = -ENOMEM;
	else if (newbrk != oldbrk && brk <= mm->brk)
		err = shrink_brk(mm, newbrk, oldbrk);
	else if (newbrk != oldbrk) /* near the end of the address space newbrk is 0 */
		err = grow_brk(mm, oldbrk, newbrk);
	if (!err) {
		populate = newbrk > oldbrk && (mm->def_flags & VM_LOCKED);
		mm->brk = brk;
	}
	result = mm->brk;
	mmap_write_unlock(mm);
	if (populate)
		mm_populate(oldbrk, newbrk - oldbrk);
	return result;
}
