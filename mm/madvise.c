/* SPDX-License-Identifier: MIT */
/*
 * Advice about memory. Some of it changes flags, and so splits and merges
 * areas; MADV_DONTNEED drops pages, MADV_POPULATE_* makes them; the rest is
 * checked as Linux does and then needs nothing, for Exon neither reads ahead
 * nor swaps.
 * Abridges Linux 6.1 mm/madvise.c; leaves out hole punching (no file system
 * here can), error injection, and process_madvise.
 */
#include <mm.h>
#include <fs.h>
#include <sched.h>
#include <syscalls.h>
#include <asm/mman.h>

#define VM_NEVER_MERGEABLE                                                                         \
	(VM_MERGEABLE | VM_SHARED | VM_MAYSHARE | VM_PFNMAP | VM_IO | VM_DONTEXPAND | VM_MIXEDMAP)

static bool behavior_valid(int behavior)
{
	switch (behavior) {
	case MADV_NORMAL ... MADV_DONTNEED:
	case MADV_FREE ... MADV_DOFORK:
	case MADV_MERGEABLE ... MADV_COLLAPSE:
		return true;
	default:
		return false;
	}
}

/* The advice that leaves the list of areas alone. */
static bool advises_pages(int behavior)
{
	switch (behavior) {
	case MADV_REMOVE:
	case MADV_WILLNEED:
	case MADV_DONTNEED:
	case MADV_DONTNEED_LOCKED:
	case MADV_COLD:
	case MADV_PAGEOUT:
	case MADV_FREE:
	case MADV_POPULATE_READ:
	case MADV_POPULATE_WRITE:
	case MADV_COLLAPSE:
		return true;
	default:
		return false;
	}
}

/* The flags that @behavior turns *flags into. 0 or -EINVAL. */
static int advised_flags(const struct vm_area_struct *vma, int behavior, unsigned long *flags)
{
	static const struct {
		int behavior;
		unsigned long clear, set;
	} table[] = {
		{MADV_NORMAL, VM_RAND_READ | VM_SEQ_READ, 0},
		{MADV_SEQUENTIAL, VM_RAND_READ, VM_SEQ_READ},
		{MADV_RANDOM, VM_SEQ_READ, VM_RAND_READ},
		{MADV_DONTFORK, 0, VM_DONTCOPY},
		{MADV_DOFORK, VM_DONTCOPY, 0},
		{MADV_WIPEONFORK, 0, VM_WIPEONFORK},
		{MADV_KEEPONFORK, VM_WIPEONFORK, 0},
		{MADV_DONTDUMP, 0, VM_DONTDUMP},
		{MADV_DODUMP, VM_DONTDUMP, 0},
		{MADV_HUGEPAGE, VM_NOHUGEPAGE, VM_HUGEPAGE},
		{MADV_NOHUGEPAGE, VM_HUGEPAGE, VM_NOHUGEPAGE},
		{MADV_MERGEABLE, 0, VM_MERGEABLE},
		{MADV_UNMERGEABLE, VM_MERGEABLE, 0},
	};

	if (behavior == MADV_DOFORK && (*flags & VM_IO))
		return -EINVAL;
	if (behavior == MADV_WIPEONFORK && (vma->vm_file || (*flags & VM_SHARED)))
		return -EINVAL;
	if (behavior == MADV_DODUMP && (*flags & VM_SPECIAL))
		return -EINVAL;
	if (behavior == MADV_MERGEABLE && (*flags & VM_NEVER_MERGEABLE))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].behavior == behavior)
			*flags = (*flags & ~table[i].clear) | table[i].set;
	return 0;
}

static int advise_flags(struct vm_area_struct *vma, struct vm_area_struct **prev,
			unsigned long start, unsigned long end, int behavior)
{
	unsigned long flags = vma->vm_flags;
	int err = advised_flags(vma, behavior, &flags);

	if (err)
		return err;
	if (flags == vma->vm_flags) {
		*prev = vma;
		return 0;
	}
	err = vma_carve(vma, prev, start, end, flags);
	if (err)
		return err == -ENOMEM ? -EAGAIN : err;
	(*prev)->vm_flags = flags;
	return 0;
}

/*
 * Gives up the pages of [start, end): at once, or whenever memory is short (MADV_FREE), which
 * here is never.
 */
static int advise_dontneed(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			   int behavior)
{
	unsigned long forbidden = VM_PFNMAP | (behavior == MADV_DONTNEED_LOCKED ? 0 : VM_LOCKED);

	if (vma->vm_flags & forbidden)
		return -EINVAL;
	if (behavior == MADV_FREE)
		return vma_is_anonymous(vma) ? 0 : -EINVAL;
	zap_page_range(vma, start, end);
	return 0;
}

static int advise_populate(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			   bool write)
{
	if ((vma->vm_flags & (VM_IO | VM_PFNMAP)) ||
	    !(vma->vm_flags & (write ? VM_WRITE : VM_READ)))
		return -EINVAL;
	return populate_vma_page_range(vma, start, end, write);
}

static int advise_remove(const struct vm_area_struct *vma)
{
	if ((vma->vm_flags & VM_LOCKED) || !vma->vm_file)
		return -EINVAL;
	if ((vma->vm_flags & (VM_SHARED | VM_MAYWRITE)) != (VM_SHARED | VM_MAYWRITE))
		return -EACCES;
	return -EOPNOTSUPP;
}

static int advise_area(struct vm_area_struct *vma, struct vm_area_struct **prev,
		       unsigned long start, unsigned long end, int behavior)
{
	if (!advises_pages(behavior))
		return advise_flags(vma, prev, start, end, behavior);
	*prev = vma;
	switch (behavior) {
	case MADV_DONTNEED:
	case MADV_DONTNEED_LOCKED:
	case MADV_FREE:
		return advise_dontneed(vma, start, end, behavior);
	case MADV_POPULATE_READ:
	case MADV_POPULATE_WRITE:
		return advise_populate(vma, start, end, behavior == MADV_POPULATE_WRITE);
	case MADV_REMOVE:
		return advise_remove(vma);
	case MADV_COLD:
	case MADV_PAGEOUT:
		return vma->vm_flags & (VM_LOCKED | VM_PFNMAP) ? -EINVAL : 0;
	case MADV_COLLAPSE:
		return -EINVAL;
	default:
		return 0; /* MADV_WILLNEED */
	}
}

/* Area by area; holes are skipped and make the result -ENOMEM. */
static int advise_range(struct mm_struct *mm, unsigned long start, unsigned long end, int behavior)
{
	struct vm_area_struct *prev, *vma = find_vma_prev(mm, start, &prev);
	int hole = 0;

	if (vma && start > vma->vm_start)
		prev = vma;
	for (;;) {
		int err;

		if (!vma)
			return -ENOMEM;
		if (start < vma->vm_start) {
			hole = -ENOMEM;
			start = vma->vm_start;
			if (start >= end)
				return hole;
		}
		err = advise_area(vma, &prev, start, min(vma->vm_end, end), behavior);
		if (err)
			return err;
		start = prev->vm_end;
		if (start >= end)
			return hole;
		vma = prev->vm_next;
	}
}

long sys_madvise(unsigned long start, size_t len_in, int behavior)
{
	struct mm_struct *mm = current->mm;
	size_t len = PAGE_ALIGN(len_in);
	int err;

	if (!behavior_valid(behavior) || offset_in_page(start))
		return -EINVAL;
	if ((len_in && !len) || start + len < start)
		return -EINVAL;
	if (!len)
		return 0;
	if (advises_pages(behavior)) {
		mmap_read_lock(mm);
		err = advise_range(mm, start, start + len, behavior);
		mmap_read_unlock(mm);
		return err;
	}
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	err = advise_range(mm, start, start + len, behavior);
	mmap_write_unlock(mm);
	return err;
}
