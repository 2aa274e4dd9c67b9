/* SPDX-License-Identifier: MIT */
/*
 * mincore: which pages of a range are in memory. It is here, above fs/, because it checks the
 * permissions of the file. Abridges Linux 6.1's mm/mincore.c; leaves out swap.
 * Not on the road of an exec.
 */
#include <errno.h>
#include <frames.h>
#include <fs.h>
#include <mm.h>
#include <namei.h>
#include <pagecache.h>
#include <sched.h>
#include <syscalls.h>
#include <asm/uaccess.h>

/*
 * A user who may not write to a file must not find out which of its pages others have read: all
 * pages seem resident.
 */
static bool can_do_mincore(const struct vm_area_struct *vma)
{
	struct inode *inode;

	if (!vma->vm_file)
		return vma_is_anonymous(vma);
	inode = vma->vm_file->f_inode;
	return inode_owner_or_capable(inode) || !inode_permission(inode, MAY_WRITE);
}

/* 0 or 1, or -ENOMEM where nothing is mapped. mmap_lock held. */
static int page_is_resident(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = vma_lookup(mm, addr);
	pte_t *pte = walk_pte(mm, addr, false);
	struct page *page;

	if (!vma)
		return -ENOMEM;
	if (!can_do_mincore(vma) || (pte && pte_present(*pte)))
		return 1;
	if (!vma->vm_file || vma_is_anonymous(vma))
		return 0;
	page = find_get_page(vma->vm_file->f_mapping, vma_pgoff(vma, addr));
	if (page)
		put_page(page);
	return page != NULL;
}

/* Writes one byte for each page to @vec. */
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
