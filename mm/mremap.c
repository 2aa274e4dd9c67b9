/* SPDX-License-Identifier: MIT */
/*
 * Resizing and moving a mapping: shrink in place, grow in place when the room
 * behind is free, else move the page table entries to a new area.
 * Abridges Linux 6.1 mm/mremap.c and copy_vma of mm/mmap.c; leaves out
 * hugetlb and userfaultfd.
 *
 *   old   |#######|        MREMAP_FIXED, MREMAP_DONTUNMAP: always move
 *   shrink|####|           grow in place only if old_len ends with its area
 *   grow  |#######|++|
 *   move  |.......|   ->   |#######|++|   (the old range goes, or with DONTUNMAP stays, empty)
 */
#include <mm.h>
#include <fs.h>
#include <sched.h>
#include <syscalls.h>
#include <linux/mman.h>
#include <asm/mman.h>

struct remap {
	unsigned long addr, old_len, new_len; /* bytes, page aligned */
	unsigned long flags;		      /* MREMAP_* */
	unsigned long new_addr; /* in: MREMAP_FIXED's wish; out: where the mapping now is */
	bool locked;		/* out: the grown part must be faulted in */
};

static struct vm_area_struct *vma_lookup(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = find_vma(mm, addr);

	return vma && vma->vm_start <= addr ? vma : NULL;
}

/*
 * The area of the new place, merged with its neighbours if that goes. *vmap is
 * the source; an untouched one may be merged with its own copy, then *vmap
 * becomes the whole. NULL: no memory.
 */
static struct vm_area_struct *copy_vma(struct vm_area_struct **vmap, unsigned long addr,
				       unsigned long len, unsigned long pgoff, bool keep_source)
{
	struct vm_area_struct *vma = *vmap, *new_vma = NULL, *prev;
	unsigned long vma_start = vma->vm_start;
	struct mm_struct *mm = vma->vm_mm;
	bool untouched = vma_is_anonymous(vma) && !vma->anon_vma;

	if (untouched)
		pgoff = addr >> PAGE_SHIFT;
	find_vma_prev(mm, addr, &prev);
	/* With DONTUNMAP source and copy must stay two areas. */
	if (!(untouched && keep_source && (addr == vma->vm_end || vma->vm_start == addr + len)))
		new_vma = vma_merge(mm, prev, addr, addr + len, vma->vm_flags, vma->anon_vma,
				    vma->vm_file, pgoff);
	if (new_vma) {
		if (vma_start >= new_vma->vm_start && vma_start < new_vma->vm_end)
			*vmap = new_vma;
		return new_vma;
	}
	new_vma = vm_area_dup(vma);
	if (!new_vma)
		return NULL;
	new_vma->vm_start = addr;
	new_vma->vm_end = addr + len;
	new_vma->vm_pgoff = pgoff;
	anon_vma_clone(new_vma, vma);
	if (new_vma->vm_file)
		get_file(new_vma->vm_file);
	if (new_vma->vm_ops && new_vma->vm_ops->open)
		new_vma->vm_ops->open(new_vma);
	vma_link(mm, new_vma, prev);
	return new_vma;
}

/* May the pieces outside [addr, addr + len) be cut off? */
static int check_split(struct vm_area_struct *vma, unsigned long addr, unsigned long len)
{
	int err = 0;

	if (!vma->vm_ops || !vma->vm_ops->may_split)
		return 0;
	if (vma->vm_start != addr)
		err = vma->vm_ops->may_split(vma, addr);
	if (!err && vma->vm_end != addr + len)
		err = vma->vm_ops->may_split(vma, addr + len);
	return err;
}

/* MREMAP_DONTUNMAP leaves the source in the list, without pages. */
static void empty_source(struct vm_area_struct *vma, const struct remap *r)
{
	vma->vm_flags &= VM_LOCKED_CLEAR_MASK;
	if (vma->vm_start != r->addr || vma->vm_end != r->addr + r->old_len)
		return;
	unlink_anon_vma(vma);
	if (vma_is_anonymous(vma) && !vma->vm_file)
		vma->vm_pgoff = vma->vm_start >> PAGE_SHIFT;
}

/* Locked pages are counted by whole areas: with DONTUNMAP the source must be one of its own. */
static int isolate_locked(struct mm_struct *mm, struct vm_area_struct *vma, const struct remap *r)
{
	int err = 0;

	if (!(r->flags & MREMAP_DONTUNMAP) || !(vma->vm_flags & VM_LOCKED))
		return 0;
	if (vma->vm_start != r->addr)
		err = split_vma(mm, vma, r->addr, 1);
	if (!err && vma->vm_end != r->addr + r->old_len)
		err = split_vma(mm, vma, r->addr + r->old_len, 0);
	return err;
}

/* Moves the entries; on failure moves them back. 0, -ENOMEM, or what vm_ops->mremap says. */
static int move_pages_of(struct vm_area_struct *vma, struct vm_area_struct *new_vma,
			 const struct remap *r)
{
	unsigned long moved = move_page_tables(vma, r->addr, new_vma, r->new_addr, r->old_len);
	int err = 0;

	if (moved < r->old_len)
		err = -ENOMEM;
	else if (vma->vm_ops && vma->vm_ops->mremap)
		err = vma->vm_ops->mremap(new_vma);
	if (err)
		move_page_tables(new_vma, r->new_addr, vma, r->addr, moved);
	return err;
}

/* The mapping goes to r->new_addr, which is free. 0 or -errno. */
static int move_vma(struct vm_area_struct *vma, struct remap *r)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long vm_flags = vma->vm_flags;
	bool keep = r->flags & MREMAP_DONTUNMAP;
	unsigned long to_account = keep ? r->new_len : r->new_len - r->old_len;
	unsigned long pgoff, hiwater;
	struct vm_area_struct *new_vma;
	int err;

	if (mm->map_count >= MAX_MAP_COUNT - 3)
		return -ENOMEM;
	err = check_split(vma, r->addr, r->old_len);
	if (!err)
		err = isolate_locked(mm, vma, r);
	if (err)
		return err;
	if ((vm_flags & VM_ACCOUNT) && security_vm_enough_memory(mm, to_account >> PAGE_SHIFT))
		return -ENOMEM;
	pgoff = vma->vm_pgoff + ((r->addr - vma->vm_start) >> PAGE_SHIFT);
	new_vma = copy_vma(&vma, r->new_addr, r->new_len, pgoff, keep);
	if (!new_vma)
		return -ENOMEM;
	err = move_pages_of(vma, new_vma, r);
	hiwater = max(mm->hiwater_vm, mm->total_vm);
	vm_stat_account(mm, vma->vm_flags, r->new_len >> PAGE_SHIFT);
	if (err) {
		do_munmap(mm, r->new_addr, r->new_len);
		mm->hiwater_vm = hiwater;
		return err;
	}
	if (keep) {
		empty_source(vma, r);
		return 0;
	}
	do_munmap(mm, r->addr, r->old_len);
	/* Both were counted for a moment; that is no high water. */
	mm->hiwater_vm = max(hiwater, mm->total_vm);
	if (vm_flags & VM_LOCKED) {
		mm->locked_vm += r->new_len >> PAGE_SHIFT;
		r->locked = true;
	}
	return 0;
}

/* The area of r->addr if it may have the new size. ERR_PTR. */
static struct vm_area_struct *vma_to_resize(struct mm_struct *mm, const struct remap *r)
{
	struct vm_area_struct *vma = vma_lookup(mm, r->addr);
	unsigned long pgoff;

	if (!vma)
		return ERR_PTR(-EFAULT);
	if (!r->old_len && !(vma->vm_flags & (VM_SHARED | VM_MAYSHARE)))
		return ERR_PTR(-EINVAL);
	if ((r->flags & MREMAP_DONTUNMAP) && (vma->vm_flags & (VM_DONTEXPAND | VM_PFNMAP)))
		return ERR_PTR(-EINVAL);
	if (r->old_len > vma->vm_end - r->addr)
		return ERR_PTR(-EFAULT);
	if (r->new_len == r->old_len)
		return vma;
	pgoff = vma->vm_pgoff + ((r->addr - vma->vm_start) >> PAGE_SHIFT);
	if (pgoff + (r->new_len >> PAGE_SHIFT) < pgoff)
		return ERR_PTR(-EINVAL);
	if (vma->vm_flags & (VM_DONTEXPAND | VM_PFNMAP))
		return ERR_PTR(-EFAULT);
	if (mlock_future_check(mm, vma->vm_flags, r->new_len - r->old_len))
		return ERR_PTR(-EAGAIN);
	if (!may_expand_vm(mm, vma->vm_flags, (r->new_len - r->old_len) >> PAGE_SHIFT))
		return ERR_PTR(-ENOMEM);
	return vma;
}

static unsigned long pgoff_of(const struct vm_area_struct *vma, unsigned long addr)
{
	return vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT);
}

/* MREMAP_FIXED and MREMAP_DONTUNMAP. 0 or -errno. */
static int mremap_to(struct mm_struct *mm, struct remap *r)
{
	unsigned long map_flags = r->flags & MREMAP_FIXED ? MAP_FIXED : 0;
	struct vm_area_struct *vma;
	int err;

	if (offset_in_page(r->new_addr) || r->new_len > TASK_SIZE ||
	    r->new_addr > TASK_SIZE - r->new_len)
		return -EINVAL;
	if (r->addr + r->old_len > r->new_addr && r->new_addr + r->new_len > r->addr)
		return -EINVAL;
	/* Both ranges may be split twice: make sure first, for what is unmapped below is gone. */
	if (mm->map_count + 2 >= MAX_MAP_COUNT - 3)
		return -ENOMEM;
	if (r->flags & MREMAP_FIXED) {
		err = do_munmap(mm, r->new_addr, r->new_len);
		if (err)
			return err;
	}
	if (r->old_len > r->new_len) {
		err = do_munmap(mm, r->addr + r->new_len, r->old_len - r->new_len);
		if (err)
			return err;
		r->old_len = r->new_len;
	}
	vma = vma_to_resize(mm, r);
	if (IS_ERR(vma))
		return PTR_ERR(vma);
	if ((r->flags & MREMAP_DONTUNMAP) &&
	    !may_expand_vm(mm, vma->vm_flags, r->old_len >> PAGE_SHIFT))
		return -ENOMEM;
	if (vma->vm_flags & VM_MAYSHARE)
		map_flags |= MAP_SHARED;
	err = get_unmapped_area(vma->vm_file, &r->new_addr, r->new_len, pgoff_of(vma, r->addr),
				map_flags);
	return err ? err : move_vma(vma, r);
}

/* Is the room behind @vma free for @delta bytes more? */
static bool vma_expandable(struct vm_area_struct *vma, unsigned long delta)
{
	unsigned long start = vma->vm_start, end = vma->vm_end + delta;

	if (end < vma->vm_end || find_vma_intersection(vma->vm_mm, vma->vm_end, end))
		return false;
	return get_unmapped_area(NULL, &start, end - start, 0, MAP_FIXED) == 0;
}

static int grow_in_place(struct mm_struct *mm, struct vm_area_struct *vma, struct remap *r)
{
	unsigned long start = r->addr + r->old_len, end = r->addr + r->new_len;
	long pages = (end - start) >> PAGE_SHIFT;

	if ((vma->vm_flags & VM_ACCOUNT) && security_vm_enough_memory(mm, pages))
		return -ENOMEM;
	if (!vma->vm_ops || !vma->vm_ops->close)
		vma = vma_merge(mm, vma, start, end, vma->vm_flags, vma->anon_vma, vma->vm_file,
				pgoff_of(vma, start));
	else if (vma_adjust(vma, vma->vm_start, end, vma->vm_pgoff))
		vma = NULL;
	if (!vma)
		return -ENOMEM;
	vm_stat_account(mm, vma->vm_flags, pages);
	if (vma->vm_flags & VM_LOCKED) {
		mm->locked_vm += pages;
		r->locked = true;
	}
	r->new_addr = r->addr;
	return 0;
}

static int grow(struct mm_struct *mm, struct remap *r)
{
	struct vm_area_struct *vma = vma_to_resize(mm, r);
	int err;

	if (IS_ERR(vma))
		return PTR_ERR(vma);
	if (r->old_len == vma->vm_end - r->addr && vma_expandable(vma, r->new_len - r->old_len))
		return grow_in_place(mm, vma, r);
	if (!(r->flags & MREMAP_MAYMOVE))
		return -ENOMEM;
	r->new_addr = 0;
	err = get_unmapped_area(vma->vm_file, &r->new_addr, r->new_len, pgoff_of(vma, r->addr),
				vma->vm_flags & VM_MAYSHARE ? MAP_SHARED : 0);
	return err ? err : move_vma(vma, r);
}

static int do_mremap(struct mm_struct *mm, struct remap *r)
{
	int err;

	if (!vma_lookup(mm, r->addr))
		return -EFAULT;
	if (r->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP))
		return mremap_to(mm, r);
	if (r->old_len < r->new_len)
		return grow(mm, r);
	if (r->old_len != r->new_len) {
		err = do_munmap(mm, r->addr + r->new_len, r->old_len - r->new_len);
		if (err)
			return err;
	}
	r->new_addr = r->addr;
	return 0;
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
	if ((flags & MREMAP_FIXED) && !(flags & MREMAP_MAYMOVE))
		return -EINVAL;
	if ((flags & MREMAP_DONTUNMAP) && (!(flags & MREMAP_MAYMOVE) || old_len != new_len))
		return -EINVAL;
	if (offset_in_page(addr) || !r.new_len)
		return -EINVAL;
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	err = do_mremap(mm, &r);
	mmap_write_unlock(mm);
	if (err)
		return err;
	if (r.locked && r.new_len > r.old_len)
		mm_populate(r.new_addr + r.old_len, r.new_len - r.old_len);
	return r.new_addr;
}
