/* SPDX-License-Identifier: MIT */
/*
 * Resizing and moving a mapping: shrink in place, grow in place if the range after it is free,
 * otherwise move the PTEs to a new VMA.
 * Abridges Linux 6.1's mm/mremap.c and copy_vma of mm/mmap.c; leaves out hugetlb and userfaultfd.
 *
 *   old   |#######|        MREMAP_FIXED, MREMAP_DONTUNMAP: always move
 *   shrink|####|           grow in place only if old_len ends with its VMA
 *   grow  |#######|++|
 *   move  |.......|   ->   |#######|++|   (the old range is unmapped; DONTUNMAP: empty)
 */
#include <errno.h>
#include <mm.h>
#include <sched.h>
#include <syscalls.h>
#include <linux/mman.h>
#include <asm/mman.h>
#include "internal.h"

struct remap {
	unsigned long addr, old_len, new_len; /* bytes, page aligned */
	unsigned long flags;		      /* MREMAP_* */
	unsigned long new_addr; /* in: for MREMAP_FIXED; out: where the mapping is now */
	bool locked;		/* out: what was added is to be faulted in */
};

/*
 * Makes the VMA at the new address, after @prev, or merges it with its neighbours. *vmap is the
 * source. If no page of it was ever touched it may be merged with its own copy; then *vmap becomes
 * the merged VMA. NULL: no memory.
 */
static struct vm_area_struct *copy_vma(struct vm_area_struct **vmap, const struct remap *r,
				       struct vm_area_struct *prev)
{
	struct vm_area_struct *vma = *vmap, *new_vma = NULL;
	unsigned long vma_start = vma->vm_start, addr = r->new_addr, end = addr + r->new_len;
	unsigned long pgoff = vma_pgoff(vma, r->addr);
	bool untouched = vma_is_anonymous(vma) && !vma->anon_vma;
	bool touching = addr == vma->vm_end || vma->vm_start == end;

	if (untouched)
		pgoff = addr >> PAGE_SHIFT;
	/* With DONTUNMAP source and copy must stay two VMAs. */
	if (!(untouched && touching && (r->flags & MREMAP_DONTUNMAP)))
		new_vma = vma_merge(vma->vm_mm, prev, addr, end, vma->vm_flags, vma->anon_vma,
				    vma->vm_file, pgoff);
	if (new_vma) {
		if (vma_start >= new_vma->vm_start && vma_start < new_vma->vm_end)
			*vmap = new_vma;
		return new_vma;
	}
	new_vma = vm_area_copy(vma);
	if (!new_vma)
		return NULL;
	new_vma->vm_start = addr;
	new_vma->vm_end = end;
	new_vma->vm_pgoff = pgoff;
	anon_vma_clone(new_vma, vma);
	vma_link(vma->vm_mm, new_vma, prev);
	return new_vma;
}

/* Splits what is not in the range off the source. 0 or -ENOMEM. */
static int cut_source(struct vm_area_struct *vma, const struct remap *r)
{
	unsigned long end = r->addr + r->old_len;
	int err = vma->vm_start != r->addr ? split_vma(vma->vm_mm, vma, r->addr, 1) : 0;

	return !err && vma->vm_end != end ? split_vma(vma->vm_mm, vma, end, 0) : err;
}

/*
 * MREMAP_DONTUNMAP leaves the source mapped, without pages. Their lock has moved with them, so
 * locked_vm stays as it is. As in Linux 6.1 the unlocked part is not merged with its neighbours.
 */
static void empty_source(struct vm_area_struct *vma, const struct remap *r)
{
	vma->vm_flags &= ~(VM_LOCKED | VM_LOCKONFAULT);
	if (vma->vm_start != r->addr || vma->vm_end != r->addr + r->old_len)
		return;
	unlink_anon_vma(vma);
	if (vma_is_anonymous(vma) && !vma->vm_file)
		vma->vm_pgoff = vma->vm_start >> PAGE_SHIFT;
}

/*
 * Moves the mapping to r->new_addr (MREMAP_FIXED), which is free, or to an address that is chosen
 * here. 0 or -errno.
 */
static int move_vma(struct vm_area_struct *vma, struct remap *r)
{
	struct mm_struct *mm = vma->vm_mm;
	bool keep = r->flags & MREMAP_DONTUNMAP;
	unsigned long moved, growth = keep ? r->new_len : r->new_len - r->old_len;
	unsigned long hiwater = max(mm->hiwater_vm, mm->total_vm);
	struct vm_area_struct *new_vma;
	int err = get_unmapped_area(&r->new_addr, r->new_len,
				    r->flags & MREMAP_FIXED ? MAP_FIXED : 0);

	if (err)
		return err;
	if (mm->map_count >= sysctl_max_map_count - 3)
		return -ENOMEM;
	if ((vma->vm_flags & VM_DONTEXPAND) && r->old_len != vma->vm_end - vma->vm_start)
		return -EINVAL; /* see __split_vma */
	if ((vma->vm_flags & VM_ACCOUNT) && security_vm_enough_memory(growth >> PAGE_SHIFT))
		return -ENOMEM;
	/* As on Linux the copy can be merged with what is left of a locked source. */
	if (keep && (vma->vm_flags & VM_LOCKED) && cut_source(vma, r))
		return -ENOMEM;
	new_vma = copy_vma(&vma, r, find_vma_place(mm, r->new_addr).prev);
	if (!new_vma)
		return -ENOMEM;
	moved = move_page_tables(vma, r->addr, r->new_addr, r->old_len);
	vm_stat_account(mm, vma->vm_flags & ~(keep ? VM_LOCKED : 0), r->new_len >> PAGE_SHIFT);
	if (moved < r->old_len) {
		move_page_tables(new_vma, r->new_addr, r->addr, moved);
		do_munmap(mm, r->new_addr, r->new_len);
		mm->hiwater_vm = hiwater;
		return -ENOMEM;
	}
	if (new_vma->vm_ops && new_vma->vm_ops->mremap)
		new_vma->vm_ops->mremap(new_vma);
	if (keep) {
		empty_source(vma, r);
		return 0;
	}
	r->locked = vma->vm_flags & VM_LOCKED;
	do_munmap(mm, r->addr, r->old_len);
	/* For a moment both ranges were counted; VmPeak must not show that. */
	mm->hiwater_vm = max(hiwater, mm->total_vm);
	return 0;
}

/* Is the new size allowed for @vma, which contains r->addr? 0 or -errno. */
static int check_resize(const struct vm_area_struct *vma, const struct remap *r)
{
	unsigned long growth = (r->new_len - r->old_len) >> PAGE_SHIFT;
	unsigned long pgoff = vma_pgoff(vma, r->addr);
	bool fixed_size = vma->vm_flags & (VM_DONTEXPAND | VM_PFNMAP);

	if (!r->old_len && !(vma->vm_flags & (VM_SHARED | VM_MAYSHARE)))
		return -EINVAL;
	if ((r->flags & MREMAP_DONTUNMAP) && fixed_size)
		return -EINVAL;
	if (r->old_len > vma->vm_end - r->addr)
		return -EFAULT;
	if (r->new_len == r->old_len)
		return 0;
	if (pgoff + (r->new_len >> PAGE_SHIFT) < pgoff)
		return -EINVAL;
	if (fixed_size)
		return -EFAULT;
	if (mlock_future_check(vma->vm_mm, vma->vm_flags, r->new_len - r->old_len))
		return -EAGAIN;
	return may_expand_vm(vma->vm_mm, vma->vm_flags, growth) ? 0 : -ENOMEM;
}

/* MREMAP_FIXED and MREMAP_DONTUNMAP. 0 or -errno. */
static int mremap_to(struct mm_struct *mm, struct remap *r)
{
	struct vm_area_struct *vma;
	int err = 0;

	if (offset_in_page(r->new_addr) || r->new_len > TASK_SIZE ||
	    r->new_addr > TASK_SIZE - r->new_len)
		return -EINVAL;
	if (r->addr + r->old_len > r->new_addr && r->new_addr + r->new_len > r->addr)
		return -EINVAL;
	/*
	 * Each range may be split twice. Check this first, because the munmap below cannot be
	 * undone.
	 */
	if (mm->map_count + 2 >= sysctl_max_map_count - 3)
		return -ENOMEM;
	if (r->flags & MREMAP_FIXED)
		err = do_munmap(mm, r->new_addr, r->new_len);
	if (!err && r->old_len > r->new_len) {
		err = do_munmap(mm, r->addr + r->new_len, r->old_len - r->new_len);
		r->old_len = r->new_len;
	}
	if (err)
		return err;
	vma = vma_lookup(mm, r->addr);
	err = vma ? check_resize(vma, r) : -EFAULT;
	if (err)
		return err;
	if ((r->flags & MREMAP_DONTUNMAP) &&
	    !may_expand_vm(mm, vma->vm_flags, r->old_len >> PAGE_SHIFT))
		return -ENOMEM;
	return move_vma(vma, r);
}

/* Is the range from the end of @vma to @end free? */
static bool vma_expandable(struct vm_area_struct *vma, unsigned long end)
{
	unsigned long start = vma->vm_start;

	return end > vma->vm_end && !(vma->vm_next && vma->vm_next->vm_start < end) &&
	       !get_unmapped_area(&start, end - start, MAP_FIXED);
}

static int grow_in_place(struct vm_area_struct *vma, struct remap *r)
{
	unsigned long start = r->addr + r->old_len, end = r->addr + r->new_len;
	long pages = (end - start) >> PAGE_SHIFT;

	if ((vma->vm_flags & VM_ACCOUNT) && security_vm_enough_memory(pages))
		return -ENOMEM;
	vma = vma_merge(vma->vm_mm, vma, start, end, vma->vm_flags, vma->anon_vma, vma->vm_file,
			vma_pgoff(vma, start));
	if (!vma)
		return -ENOMEM;
	vm_stat_account(vma->vm_mm, vma->vm_flags, pages);
	r->locked = vma->vm_flags & VM_LOCKED;
	r->new_addr = r->addr;
	return 0;
}

static int do_mremap(struct mm_struct *mm, struct remap *r)
{
	struct vm_area_struct *vma = vma_lookup(mm, r->addr);
	int err;

	if (!vma)
		return -EFAULT;
	if (r->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP))
		return mremap_to(mm, r);
	if (r->old_len >= r->new_len) {
		r->new_addr = r->addr;
		return r->old_len == r->new_len
			       ? 0
			       : do_munmap(mm, r->addr + r->new_len, r->old_len - r->new_len);
	}
	err = check_resize(vma, r);
	if (err)
		return err;
	if (r->addr + r->old_len == vma->vm_end && vma_expandable(vma, r->addr + r->new_len))
		return grow_in_place(vma, r);
	r->new_addr = 0;
	return r->flags & MREMAP_MAYMOVE ? move_vma(vma, r) : -ENOMEM;
}

long sys_mremap(unsigned long addr, unsigned long old_len, unsigned long new_len,
		unsigned long flags, unsigned long new_addr)
{
	struct remap r = {.addr = addr,
			  .old_len = PAGE_ALIGN(old_len),
			  .new_len = PAGE_ALIGN(new_len),
			  .flags = flags,
			  .new_addr = new_addr};
	struct mm_struct *mm = current->mm;
	int err;

	if (flags & ~(unsigned long)(MREMAP_FIXED | MREMAP_MAYMOVE | MREMAP_DONTUNMAP))
		return -EINVAL;
	if ((flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) && !(flags & MREMAP_MAYMOVE))
		return -EINVAL;
	if ((flags & MREMAP_DONTUNMAP) && old_len != new_len)
		return -EINVAL;
	if (offset_in_page(addr) || !r.new_len)
		return -EINVAL;
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	err = do_mremap(mm, &r);
	mmap_write_unlock(mm);
	if (!err && r.locked && r.new_len > r.old_len)
		mm_populate(r.new_addr + r.old_len, r.new_len - r.old_len);
	return err ? err : (long)r.new_addr;
}
