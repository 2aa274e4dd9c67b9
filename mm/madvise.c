/* SPDX-License-Identifier: MIT */
/*
 * madvise(2). Most advice sets flags, and so splits and merges VMAs. MADV_DONTNEED drops pages.
 * MADV_FREE and MADV_WILLNEED do nothing: Exon neither swaps nor reads ahead.
 * Abridges Linux 6.1's mm/madvise.c; leaves out hole punching, merging of equal pages, reclaim on
 * demand, error injection, and process_madvise.
 */
#include <errno.h>
#include <mm.h>
#include <sched.h>
#include <syscalls.h>
#include <asm/mman.h>
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
		return !(vma->vm_flags & (VM_LOCKED | VM_PFNMAP));
	default:
		return true;
	}
}

static int advise_vma(struct vm_area_struct *vma, struct vm_area_struct **pprev,
		      unsigned long start, unsigned long end, unsigned long index)
{
	const struct advice *a = &advice[index];
	int err;

	if (!advice_fits(vma, a->behavior))
		return -EINVAL;
	if (a->behavior == MADV_DONTNEED)
		zap_page_range(vma, start, end);
	err = vma_carve(vma, pprev, start, end, (vma->vm_flags & ~a->clear) | a->set);
	return err == -ENOMEM ? -EAGAIN : err;
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
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	err = walk_vmas(mm, start, start + len, true, advise_vma, i);
	mmap_write_unlock(mm);
	return err;
}
