/* SPDX-License-Identifier: MIT */
/*
 * madvise(2). Most advice sets flags, and so splits and merges VMAs. MADV_DONTNEED drops pages,
 * MADV_REMOVE those of the file, MADV_POPULATE_* faults them in. Exon neither swaps nor reads ahead
 * nor merges equal pages: MADV_FREE, MADV_COLD and MADV_PAGEOUT only change bits of PTEs,
 * MADV_MERGEABLE only the flag of the VMA. Abridges Linux 6.1's mm/madvise.c and mm/ksm.c; leaves
 * out MADV_COLLAPSE, error injection, and process_madvise.
 */
#include <errno.h>
#include <file.h>
#include <frames.h>
#include <fs.h>
#include <mm.h>
#include <sched.h>
#include <syscalls.h>
#include <asm/mman.h>
#include <linux/falloc.h>
#include "internal.h"

static const struct advice {
	int behavior;
	unsigned long clear, set; /* VM_* */
} advice[] = {
	{MADV_NORMAL, VM_RAND_READ | VM_SEQ_READ, 0},
	{MADV_SEQUENTIAL, VM_RAND_READ, VM_SEQ_READ},
	{MADV_RANDOM, VM_SEQ_READ, VM_RAND_READ},
	{MADV_WILLNEED, 0, 0},
	{MADV_DONTNEED, 0, 0},
	{MADV_FREE, 0, 0},
	{MADV_DONTFORK, 0, VM_DONTCOPY},
	{MADV_DOFORK, VM_DONTCOPY, 0},
	{MADV_WIPEONFORK, 0, VM_WIPEONFORK},
	{MADV_KEEPONFORK, VM_WIPEONFORK, 0},
	{MADV_DONTDUMP, 0, VM_DONTDUMP},
	{MADV_DODUMP, VM_DONTDUMP, 0},
	{MADV_HUGEPAGE, VM_NOHUGEPAGE, VM_HUGEPAGE},
	{MADV_NOHUGEPAGE, VM_HUGEPAGE, VM_NOHUGEPAGE},
	{MADV_DONTNEED_LOCKED, 0, 0},
	{MADV_COLD, 0, 0},
	{MADV_PAGEOUT, 0, 0},
	{MADV_MERGEABLE, 0, VM_MERGEABLE},
	{MADV_UNMERGEABLE, VM_MERGEABLE, 0},
	/* From here on the VMAs stay as they are: advise_file_or_fault. */
	{MADV_REMOVE, 0, 0},
	{MADV_POPULATE_READ, 0, 0},
	{MADV_POPULATE_WRITE, 0, 0},
};

static bool advice_fits(const struct vm_area_struct *vma, int behavior)
{
	switch (behavior) {
	case MADV_DOFORK:
		return !(vma->vm_flags & VM_IO);
	case MADV_DODUMP:
		return !(vma->vm_flags & VM_SPECIAL);
	case MADV_WIPEONFORK:
		return !vma->vm_file && !(vma->vm_flags & VM_SHARED);
	case MADV_FREE:
		return vma_is_anonymous(vma) && !(vma->vm_flags & VM_LOCKED);
	case MADV_DONTNEED:
	case MADV_COLD:
	case MADV_PAGEOUT:
		return !(vma->vm_flags & (VM_LOCKED | VM_PFNMAP));
	case MADV_DONTNEED_LOCKED:
		return !(vma->vm_flags & VM_PFNMAP);
	default:
		return true;
	}
}

/*
 * MADV_FREE: clears the dirty bits: the contents need not be kept. MADV_COLD, MADV_PAGEOUT:
 * clears the accessed bits.
 */
static void age_ptes(struct vm_area_struct *vma, unsigned long start, unsigned long end, bool free)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long addr = start;
	pte_t *pte;

	spin_lock(&mm->page_table_lock);
	for_each_pte(mm, pte, addr, end)
	{
		struct page *page = pte_special(*pte) ? NULL : pte_page(*pte);
		bool alone = page && atomic_read(&page->_mapcount) == 1;

		if (!page || (!alone && (!free || (page->flags & BIT(PG_dirty)))))
			continue;
		if (free) {
			page->flags &= ~BIT(PG_dirty);
			*pte = pte_mkclean(*pte);
		}
		*pte = pte_mkold(*pte);
	}
	flush_tlb_range(mm, start, end);
	spin_unlock(&mm->page_table_lock);
}

/* Pages of several processes, of devices and of the kernel are not merged: no flag for them. */
#define VM_UNMERGEABLE (VM_SHARED | VM_MAYSHARE | VM_PFNMAP | VM_IO | VM_DONTEXPAND)

static int advise_vma(struct vm_area_struct *vma, struct vm_area_struct **pprev,
		      unsigned long start, unsigned long end, unsigned long index)
{
	const struct advice *a = &advice[index];
	unsigned long set = a->set;
	int err;

	if (!advice_fits(vma, a->behavior))
		return -EINVAL;
	if (a->behavior == MADV_DONTNEED || a->behavior == MADV_DONTNEED_LOCKED)
		zap_page_range(vma, start, end, true);
	if (a->behavior == MADV_FREE || a->behavior == MADV_COLD || a->behavior == MADV_PAGEOUT)
		age_ptes(vma, start, end, a->behavior == MADV_FREE);
	if (set == VM_MERGEABLE && (vma->vm_flags & VM_UNMERGEABLE))
		set = 0;
	err = vma_carve(vma, pprev, start, end, (vma->vm_flags & ~a->clear) | set);
	return err == -ENOMEM ? -EAGAIN : err;
}

/* Makes a hole in the file for [start, end). Releases mmap_lock, which is held for reading. */
static int madvise_remove(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	const unsigned long shared = VM_SHARED | VM_MAYWRITE;
	loff_t offset = vma_pgoff(vma, start) << PAGE_SHIFT;
	struct file *f = vma->vm_file;
	int err = 0;

	if ((vma->vm_flags & VM_LOCKED) || !f)
		err = -EINVAL;
	else if ((vma->vm_flags & shared) != shared)
		err = -EACCES;
	else if (!f->f_op->fallocate)
		err = -EOPNOTSUPP;
	if (!err)
		get_file(f);
	mmap_read_unlock(current->mm);
	if (err)
		return err;
	err = f->f_op->fallocate(f, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset,
				 end - start);
	fput(f);
	return err;
}

static int madvise_populate(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			    bool write)
{
	if ((vma->vm_flags & (VM_IO | VM_PFNMAP)) ||
	    !(vma->vm_flags & (write ? VM_WRITE : VM_READ)))
		return -EINVAL;
	for (; start < end; start += PAGE_SIZE) {
		struct page *page;

		if (fatal_signal_pending(current))
			return -EINTR;
		page = get_user_page(vma->vm_mm, start, write, false);
		if (IS_ERR(page))
			return PTR_ERR(page);
		put_page(page);
	}
	return 0;
}

/* As walk_vmas with @skip_holes, but takes mmap_lock for each VMA. */
static int advise_file_or_fault(struct mm_struct *mm, unsigned long start, unsigned long end,
				int behavior)
{
	int err = 0, hole = 0;

	while (start < end && !err) {
		struct vm_area_struct *vma;
		unsigned long stop;

		mmap_read_lock(mm);
		vma = find_vma(mm, start);
		if (!vma || vma->vm_start >= end) {
			mmap_read_unlock(mm);
			return -ENOMEM;
		}
		if (start < vma->vm_start)
			hole = -ENOMEM;
		start = max(start, vma->vm_start);
		stop = min(end, vma->vm_end);
		if (behavior == MADV_REMOVE) {
			err = madvise_remove(vma, start, stop);
		} else {
			err = madvise_populate(vma, start, stop, behavior == MADV_POPULATE_WRITE);
			mmap_read_unlock(mm);
		}
		start = stop;
	}
	return err ? err : hole;
}

long sys_madvise(unsigned long start, size_t len_in, int behavior)
{
	struct mm_struct *mm = current->mm;
	size_t len = PAGE_ALIGN(len_in);
	unsigned int i = 0;
	int err;

	while (i < ARRAY_SIZE(advice) && advice[i].behavior != behavior)
		i++;
	if (i == ARRAY_SIZE(advice) || offset_in_page(start))
		return -EINVAL;
	if (len < len_in || start + len < start)
		return -EINVAL;
	if (behavior == MADV_REMOVE || behavior == MADV_POPULATE_READ ||
	    behavior == MADV_POPULATE_WRITE)
		return advise_file_or_fault(mm, start, start + len, behavior);
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	err = walk_vmas(find_vma_place(mm, start), start, start + len, true, advise_vma, i);
	mmap_write_unlock(mm);
	return err;
}
