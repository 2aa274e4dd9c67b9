/* SPDX-License-Identifier: MIT */
/*
 * Changing the rights of a range: the areas first (carved out of the list, or
 * merged with neighbours that have the wanted rights), then the entries of the
 * pages that are present.
 * Abridges Linux 6.1 mm/mprotect.c; leaves out protection keys and NUMA hints.
 */
#include <mm.h>
#include <sched.h>
#include <syscalls.h>
#include <linux/personality.h>
#include <asm/mman.h>

#define VM_PRIVATE_ACCOUNTED (VM_ACCOUNT | VM_WRITE | VM_SHARED | VM_NORESERVE)

/*
 * Gives [start, end), which lies in @vma, the flags @newflags. *pprev: in the
 * area before, out the one that now covers the range. 0, -ENOMEM, or what
 * may_split says. mmap_lock held for write.
 */
int mprotect_fixup(struct vm_area_struct *vma, struct vm_area_struct **pprev, unsigned long start,
		   unsigned long end, unsigned long newflags)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long oldflags = vma->vm_flags;
	long npages = (end - start) >> PAGE_SHIFT;
	int err;

	if (newflags == oldflags) {
		*pprev = vma;
		return 0;
	}
	if (newflags & VM_WRITE) {
		if (!may_expand_vm(mm, newflags, npages) && may_expand_vm(mm, oldflags, npages))
			return -ENOMEM;
		if (!(oldflags & VM_PRIVATE_ACCOUNTED)) {
			if (security_vm_enough_memory(mm, npages))
				return -ENOMEM;
			newflags |= VM_ACCOUNT;
		}
	}
	err = vma_carve(vma, pprev, start, end, newflags);
	if (err)
		return err;
	vma = *pprev;
	vma->vm_flags = newflags;
	vma_set_page_prot(vma);
	change_protection(vma, start, end);
	/* Locked private pages that become writable are copied now, not at a fault. */
	if ((oldflags & (VM_WRITE | VM_SHARED | VM_LOCKED)) == VM_LOCKED && (newflags & VM_WRITE))
		populate_vma_page_range(vma, start, end, true);
	vm_stat_account(mm, oldflags, -npages);
	vm_stat_account(mm, newflags, npages);
	return 0;
}

/*
 * Area by area over [start, end), which begins in @vma. -ENOMEM at the first hole: what was
 * done stays done.
 */
static int mprotect_range(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			  unsigned long reqprot)
{
	struct vm_area_struct *prev = start > vma->vm_start ? vma : vma->vm_prev;
	bool read_is_exec = (current->personality & READ_IMPLIES_EXEC) && (reqprot & PROT_READ);

	for (;;) {
		unsigned long prot = reqprot & (PROT_READ | PROT_WRITE | PROT_EXEC);
		unsigned long newflags;
		int err;

		if (read_is_exec && (vma->vm_flags & VM_MAYEXEC))
			prot |= PROT_EXEC;
		newflags = prot | (vma->vm_flags & ~VM_ACCESS_FLAGS);
		/* Each VM_MAY* stands four bits above the right that it allows. */
		if (newflags & ~(newflags >> 4) & VM_ACCESS_FLAGS)
			return -EACCES;
		err = mprotect_fixup(vma, &prev, start, min(vma->vm_end, end), newflags);
		if (err)
			return err;
		start = prev->vm_end;
		if (start >= end)
			return 0;
		vma = prev->vm_next;
		if (!vma || vma->vm_start != start)
			return -ENOMEM;
	}
}

/* The areas' end of mprotect. @grows: PROT_GROWSDOWN or PROT_GROWSUP or 0. */
static int do_mprotect(struct mm_struct *mm, unsigned long start, unsigned long end,
		       unsigned long prot, unsigned long grows)
{
	struct vm_area_struct *vma = find_vma(mm, start);

	if (!vma)
		return -ENOMEM;
	if (grows & PROT_GROWSDOWN) {
		if (vma->vm_start >= end)
			return -ENOMEM;
		start = vma->vm_start;
		if (!(vma->vm_flags & VM_GROWSDOWN))
			return -EINVAL;
	} else if (vma->vm_start > start) {
		return -ENOMEM;
	} else if (grows & PROT_GROWSUP) {
		return -EINVAL; /* no area of x86 grows up */
	}
	return mprotect_range(vma, start, end, prot);
}

long sys_mprotect(unsigned long start, size_t len, unsigned long prot)
{
	unsigned long grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP);
	unsigned long end;
	int err;

	prot &= ~grows;
	if (grows == (PROT_GROWSDOWN | PROT_GROWSUP) || offset_in_page(start))
		return -EINVAL;
	if (!len)
		return 0;
	end = start + PAGE_ALIGN(len);
	if (end <= start)
		return -ENOMEM;
	if (prot & ~(unsigned long)(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM))
		return -EINVAL;
	if (mmap_write_lock_killable(current->mm))
		return -EINTR;
	err = do_mprotect(current->mm, start, end, prot, grows);
	mmap_write_unlock(current->mm);
	return err;
}
