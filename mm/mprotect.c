/* SPDX-License-Identifier: MIT */
/*
 * Changing the permissions of a range: first the VMAs (split, or merged with neighbours that have
 * the wanted permissions), then the PTEs of the pages that are present.
 * Abridges Linux 6.1's mm/mprotect.c; leaves out protection keys and NUMA hints.
 */
#include <errno.h>
#include <frames.h>
#include <mm.h>
#include <mm_trace.h>
#include <sched.h>
#include <syscalls.h>
#include <linux/personality.h>
#include <asm/mman.h>
#include "internal.h"

#define VM_PRIVATE_ACCOUNTED (VM_ACCOUNT | VM_WRITE | VM_SHARED | VM_NORESERVE)

/*
 * Sets the flags of [start, end), which is in @vma, to @newflags. *pprev: in the VMA before, out
 * the one that covers the range. 0, -ENOMEM, or the error of vma_carve. mmap_lock held for writing.
 */
int mprotect_fixup(struct vm_area_struct *vma, struct vm_area_struct **pprev, unsigned long start,
		   unsigned long end, unsigned long newflags)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long oldflags = vma->vm_flags;
	long npages = (end - start) >> PAGE_SHIFT;
	int err;

	if (newflags & VM_WRITE) {
		if (!may_expand_vm(mm, newflags, npages) && may_expand_vm(mm, oldflags, npages))
			return -ENOMEM;
		if (!(oldflags & VM_PRIVATE_ACCOUNTED)) {
			if (security_vm_enough_memory(npages))
				return -ENOMEM;
			newflags |= VM_ACCOUNT;
		}
	}
	err = vma_carve(vma, pprev, start, end, newflags);
	if (err || newflags == oldflags)
		return err;
	(*pprev)->vm_page_prot = vm_get_page_prot(newflags);
	change_protection(*pprev, start, end);
	if ((oldflags & (VM_WRITE | VM_SHARED | VM_LOCKED)) == VM_LOCKED && (newflags & VM_WRITE))
		populate_vma_page_range(*pprev, start, end); /* no later write is to fault */
	vm_stat_account(mm, oldflags, -npages);
	vm_stat_account(mm, newflags, npages);
	mm_trace(mm, start, end, MM_TRACE_PROTECT, *pprev);
	return 0;
}

/* Sets the permissions of [start, end), which is in @vma, to @prot (PROT_*). 0 or -errno. */
static int protect_vma(struct vm_area_struct *vma, struct vm_area_struct **pprev,
		       unsigned long start, unsigned long end, unsigned long prot)
{
	unsigned long newflags = (prot & VM_ACCESS_FLAGS) | (vma->vm_flags & ~VM_ACCESS_FLAGS);

	if ((current->personality & READ_IMPLIES_EXEC) && (prot & PROT_READ) &&
	    (vma->vm_flags & VM_MAYEXEC))
		newflags |= VM_EXEC;
	/* Each VM_MAY* is four bits above the permission that it permits. */
	if (newflags & ~(newflags >> 4) & VM_ACCESS_FLAGS)
		return -EACCES;
	return mprotect_fixup(vma, pprev, start, end, newflags);
}

/* VMAs that were changed before an error stay changed. */
static int do_mprotect(struct mm_struct *mm, unsigned long start, unsigned long end,
		       unsigned long prot)
{
	struct vma_place at = find_vma_place(mm, start);
	struct vm_area_struct *vma = at.vma;

	if (!vma || vma->vm_start >= end)
		return -ENOMEM;
	if (prot & PROT_GROWSDOWN) {
		if (!(vma->vm_flags & VM_GROWSDOWN))
			return -EINVAL;
		start = vma->vm_start;
	} else if (vma->vm_start > start) {
		return -ENOMEM;
	} else if (prot & PROT_GROWSUP) {
		return -EINVAL; /* on x86 no VMA grows upward */
	}
	return walk_vmas(at, start, end, false, protect_vma, prot);
}

long sys_mprotect(unsigned long start, size_t len, unsigned long prot)
{
	const unsigned long grows = PROT_GROWSDOWN | PROT_GROWSUP;
	const unsigned long known = PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM | grows;
	unsigned long end = start + PAGE_ALIGN(len);
	int err;

	if ((prot & grows) == grows || offset_in_page(start))
		return -EINVAL;
	if (!len)
		return 0;
	if (end <= start)
		return -ENOMEM;
	if (prot & ~known)
		return -EINVAL;
	if (mmap_write_lock_killable(current->mm))
		return -EINTR;
	err = do_mprotect(current->mm, start, end, prot);
	mmap_write_unlock(current->mm);
	return err;
}
