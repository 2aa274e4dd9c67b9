/* SPDX-License-Identifier: MIT */
/*
 * Two small questions about a range: which of its pages are in memory
 * (mincore), and, are its changes on the medium (msync)?
 * Abridges Linux 6.1 mm/mincore.c and mm/msync.c; leaves out swap.
 */
#include <mm.h>
#include <fs.h>
#include <sched.h>
#include <string.h>
#include <syscalls.h>
#include <linux/capability.h>
#include <asm/mman.h>
#include <asm/uaccess.h>

/* Whoever could write the file may know which of its pages are cached. */
static bool can_do_mincore(const struct vm_area_struct *vma)
{
	const struct inode *inode;
	umode_t write_bit;

	if (vma_is_anonymous(vma))
		return true;
	if (!vma->vm_file)
		return false;
	inode = file_inode(vma->vm_file);
	if (current->cred->fsuid == inode->i_uid || capable(CAP_FOWNER) ||
	    capable(CAP_DAC_OVERRIDE))
		return true;
	write_bit = in_group_p(inode->i_gid) ? S_IWGRP : S_IWOTH;
	return inode->i_mode & write_bit;
}

static bool page_is_resident(struct vm_area_struct *vma, unsigned long addr)
{
	pte_t *pte = walk_pte(vma->vm_mm, addr, false);
	struct page *page;

	if (pte && pte_present(*pte))
		return true;
	if (!vma->vm_file || vma_is_anonymous(vma))
		return false;
	page = find_get_page(vma->vm_file->f_mapping,
			     vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT));
	if (!page)
		return false;
	put_page(page);
	return true;
}

/* One byte a page into @vec, up to the end of the area at @addr. Number of pages, or -ENOMEM. */
static long do_mincore(struct mm_struct *mm, unsigned long addr, unsigned long pages, u8 *vec)
{
	struct vm_area_struct *vma = find_vma(mm, addr);

	if (!vma || addr < vma->vm_start)
		return -ENOMEM;
	pages = min(pages, (vma->vm_end - addr) >> PAGE_SHIFT);
	if (!can_do_mincore(vma)) {
		memset(vec, 1, pages);
		return pages;
	}
	for (unsigned long i = 0; i < pages; i++)
		vec[i] = page_is_resident(vma, addr + (i << PAGE_SHIFT));
	return pages;
}

long sys_mincore(unsigned long start, size_t len, unsigned char __user *vec)
{
	unsigned long pages = DIV_ROUND_UP(len, PAGE_SIZE);
	long n = 0;
	u8 *buf;

	if (offset_in_page(start))
		return -EINVAL;
	if (!access_ok((void __user *)start, len))
		return -ENOMEM;
	if (!access_ok(vec, pages))
		return -EFAULT;
	buf = __get_free_pages(GFP_KERNEL, 0);
	if (!buf)
		return -EAGAIN;
	while (pages) {
		mmap_read_lock(current->mm);
		n = do_mincore(current->mm, start, min(pages, PAGE_SIZE), buf);
		mmap_read_unlock(current->mm);
		if (n > 0 && copy_to_user(vec, buf, n))
			n = -EFAULT;
		if (n < 0)
			break;
		pages -= n;
		vec += n;
		start += n << PAGE_SHIFT;
	}
	free_pages(buf, 0);
	return n < 0 ? n : 0;
}

/*
 * Memory is all the disk we have: nothing is written. Holes are skipped and make the result -ENOMEM;
 * with MS_ASYNC alone the first one ends it.
 */
static int msync_range(struct mm_struct *mm, unsigned long start, unsigned long end, int flags)
{
	int hole = 0;

	for (;;) {
		struct vm_area_struct *vma = find_vma(mm, start);

		if (!vma)
			return -ENOMEM;
		if (start < vma->vm_start) {
			if (flags == MS_ASYNC || vma->vm_start >= end)
				return -ENOMEM;
			hole = -ENOMEM;
		}
		if ((flags & MS_INVALIDATE) && (vma->vm_flags & VM_LOCKED))
			return -EBUSY;
		start = vma->vm_end;
		if (start >= end)
			return hole;
	}
}

long sys_msync(unsigned long start, size_t len, int flags)
{
	unsigned long end;
	int err;

	if ((flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) || offset_in_page(start))
		return -EINVAL;
	if ((flags & MS_ASYNC) && (flags & MS_SYNC))
		return -EINVAL;
	end = start + PAGE_ALIGN(len);
	if (end < start)
		return -ENOMEM;
	if (end == start)
		return 0;
	mmap_read_lock(current->mm);
	err = msync_range(current->mm, start, end, flags);
	mmap_read_unlock(current->mm);
	return err;
}
