/* SPDX-License-Identifier: MIT */
/*
 * Pages of an address space for the kernel itself: the memory of another process (/proc/PID/mem,
 * exec's new stack), and faulting in a range at once (MAP_POPULATE, mlock).
 * Abridges Linux's mm/gup.c and __access_remote_vm; leaves out pinning, fast walks and huge pages.
 */
#include <errno.h>
#include <frames.h>
#include <mm.h>
#include <sched.h>
#include <string.h>
#include "internal.h"

/*
 * Do the permissions of the VMA allow the access? @force: it is enough if mprotect could allow it.
 */
static bool access_allowed(const struct vm_area_struct *vma, bool write, bool force)
{
	unsigned long flags = vma->vm_flags;

	if (flags & (VM_IO | VM_PFNMAP))
		return false;
	if (write)
		return (flags & VM_WRITE) ||
		       (force && (flags & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE);
	return flags & (force ? VM_READ | VM_MAYREAD : VM_READ);
}

/* A forced write needs no writable PTE, but the page must already be a private copy. */
static bool can_follow(const struct vm_area_struct *vma, pte_t pte, bool write)
{
	if (!pte_present(pte))
		return false;
	if (!write || pte_write(pte))
		return true;
	return !(vma->vm_flags & VM_WRITE) && !pte_special(pte) && pte_dirty(pte) &&
	       page_anon_exclusive(pte_page(pte));
}

/* Returns the page at @addr with a reference, or NULL if it must be faulted in first. */
static struct page *follow_page(struct vm_area_struct *vma, unsigned long addr, bool write)
{
	struct mm_struct *mm = vma->vm_mm;
	struct page *page = NULL;
	pte_t *pte;

	spin_lock(&mm->page_table_lock);
	pte = walk_pte(mm, addr, false);
	if (pte && can_follow(vma, *pte, write)) {
		page = pte_page(*pte);
		get_page(page);
		if (write && !pte_dirty(*pte))
			page->flags |= BIT(PG_dirty);
	}
	spin_unlock(&mm->page_table_lock);
	return page;
}

struct page *get_user_page(struct mm_struct *mm, unsigned long addr, bool write, bool force)
{
	struct vm_area_struct *vma = find_extend_vma(mm, addr);
	struct page *page;

	if (!vma || !access_allowed(vma, write, force))
		return ERR_PTR(-EFAULT);
	while (!(page = follow_page(vma, addr, write))) {
		vm_fault_t ret = handle_mm_fault(vma, addr, write ? FAULT_FLAG_WRITE : 0);

		if (ret & VM_FAULT_ERROR)
			return ERR_PTR(ret & VM_FAULT_OOM ? -ENOMEM : -EFAULT);
	}
	return page;
}

/* @force is set: a debugger may write to read-only code. */
int access_remote_vm(struct mm_struct *mm, unsigned long addr, void *buf, int len, bool write)
{
	int done = 0;

	mmap_read_lock(mm);
	while (done < len) {
		unsigned long offset = offset_in_page(addr + done);
		int n = min_t(unsigned long, PAGE_SIZE - offset, len - done);
		struct page *page = get_user_page(mm, addr + done, write, true);
		char *mem;

		if (IS_ERR(page))
			break;
		mem = (char *)page_address(page) + offset;
		if (write)
			memcpy(mem, (char *)buf + done, n);
		else
			memcpy((char *)buf + done, mem, n);
		put_page(page);
		done += n;
	}
	mmap_read_unlock(mm);
	return done;
}

/* Private writable VMAs get pages of their own (write faults); others are only read. */
int populate_vma_page_range(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	bool write = (vma->vm_flags & (VM_WRITE | VM_SHARED)) == VM_WRITE;

	if (vma->vm_flags & (VM_LOCKONFAULT | VM_IO | VM_PFNMAP))
		return 0;
	for (; start < end; start += PAGE_SIZE) {
		struct page *page;

		if (fatal_signal_pending(current))
			return -EINTR;
		page = get_user_page(vma->vm_mm, start, write, vma_is_accessible(vma));
		if (IS_ERR(page))
			return PTR_ERR(page);
		put_page(page);
	}
	return 0;
}

static int populate(unsigned long start, unsigned long end, bool strict)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	int err = 0;

	mmap_read_lock(mm);
	for (vma = find_vma(mm, start); vma && vma->vm_start < end; vma = vma->vm_next) {
		err = populate_vma_page_range(vma, max(start, vma->vm_start),
					      min(end, vma->vm_end));
		if (err && strict)
			break;
	}
	mmap_read_unlock(mm);
	return err;
}

void mm_populate(unsigned long start, unsigned long len) { populate(start, start + len, false); }

int mm_populate_strict(unsigned long start, unsigned long len)
{
	return populate(start, start + len, true);
}
