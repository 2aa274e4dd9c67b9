/* SPDX-License-Identifier: MIT */
/*
 * mincore: which pages of a range are in memory. msync only checks its arguments: files are in RAM
 * only, so there is nothing to write.
 * Abridges Linux 6.1's mm/mincore.c and mm/msync.c; leaves out swap and write-back.
 * Not on the road of an exec.
 */
#include <errno.h>
#include <frames.h>
#include <fs.h>
#include <mm.h>
#include <pagecache.h>
#include <sched.h>
#include <syscalls.h>
#include <asm/mman.h>
#include <asm/uaccess.h>
#include "internal.h"

/* Returns 0 or 1, or -ENOMEM where nothing is mapped. mmap_lock held. */
static int page_is_resident(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = vma_lookup(mm, addr);
	pte_t *pte = walk_pte(mm, addr, false);
	struct page *page;

	if (!vma)
		return -ENOMEM;
	if (pte && pte_present(*pte))
		return 1;
	if (!vma->vm_file || vma_is_anonymous(vma))
		return 0;
	page = find_get_page(vma->vm_file->f_mapping, vma_pgoff(vma, addr));
	if (page)
		put_page(page);
	return page != NULL;
}

/* Stores one byte for each page in @vec. */
long sys_mincore(unsigned long start, size_t len, unsigned char __user *vec)
{
	struct mm_struct *mm = current->mm;
	unsigned long pages = DIV_ROUND_UP(len, PAGE_SIZE);

	if (offset_in_page(start))
		return -EINVAL;
	if (!access_ok((void __user *)start, len))
		return -ENOMEM;
	if (!access_ok(vec, pages))
		return -EFAULT;
	for (; pages; pages--, vec++, start += PAGE_SIZE) {
		unsigned char byte;
		int resident;

		mmap_read_lock(mm);
		resident = page_is_resident(mm, start);
		mmap_read_unlock(mm);
		if (resident < 0)
			return resident;
		byte = resident;
		if (copy_to_user(vec, &byte, 1))
			return -EFAULT;
	}
	return 0;
}

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
	err = walk_vmas(current->mm, start, end, true, sync_vma, flags);
	mmap_read_unlock(current->mm);
	return err;
}
