/* SPDX-License-Identifier: MIT */
/*
 * msync. There is nothing to write, because files are in RAM only; it checks its arguments.
 * Abridges Linux 6.1's mm/msync.c; leaves out write-back.
 * Not on the road of an exec.
 */
#include <errno.h>
#include <mm.h>
#include <sched.h>
#include <syscalls.h>
#include <asm/mman.h>
#include "internal.h"

static int sync_vma(struct vm_area_struct *vma, struct vm_area_struct **pprev,
		    unsigned long start __maybe_unused, unsigned long end __maybe_unused,
		    unsigned long flags)
{
	*pprev = vma;
	return (flags & MS_INVALIDATE) && (vma->vm_flags & VM_LOCKED) ? -EBUSY : 0;
}

long sys_msync(unsigned long start, size_t len, int flags)
{
	unsigned long end = start + PAGE_ALIGN(len);
	int err;

	if ((flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) || offset_in_page(start))
		return -EINVAL;
	if ((flags & MS_ASYNC) && (flags & MS_SYNC))
		return -EINVAL;
	if (end < start)
		return -ENOMEM;
	mmap_read_lock(current->mm);
	err = walk_vmas(find_vma_place(current->mm, start), start, end, true, sync_vma, flags);
	mmap_read_unlock(current->mm);
	return err;
}
