/* SPDX-License-Identifier: MIT */
/*
 * Locked memory: Exon never swaps, so a lock means "counted, and faulted in
 * now". The flags split and merge areas as in Linux, and RLIMIT_MEMLOCK holds.
 * Abridges Linux 6.1 mm/mlock.c and the populate part of mm/gup.c; leaves out
 * the unevictable list.
 */
#include <mm.h>
#include <sched.h>
#include <syscalls.h>
#include <linux/capability.h>
#include <asm/mman.h>

bool can_do_mlock(void) { return rlimit(RLIMIT_MEMLOCK) != 0 || capable(CAP_IPC_LOCK); }

int mlock_future_check(struct mm_struct *mm, unsigned long flags, unsigned long len)
{
	if (!(flags & VM_LOCKED))
		return 0;
	if (mm->locked_vm + (len >> PAGE_SHIFT) > rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT &&
	    !capable(CAP_IPC_LOCK))
		return -EAGAIN;
	return 0;
}

int populate_vma_page_range(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			    bool write)
{
	for (; start < end; start += PAGE_SIZE) {
		struct page *page = get_user_page(vma->vm_mm, start, write, false);

		if (IS_ERR(page))
			return PTR_ERR(page);
		put_page(page);
	}
	return 0;
}

/* Faults in what mlock has just locked: 0, or the first error as POSIX names it. */
static int populate_locked(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct vm_area_struct *vma;
	int err = 0;

	mmap_read_lock(mm);
	for (vma = find_vma(mm, start); !err && vma && vma->vm_start < end; vma = vma->vm_next) {
		bool write = (vma->vm_flags & (VM_WRITE | VM_SHARED)) == VM_WRITE;

		if (vma->vm_flags & (VM_IO | VM_PFNMAP | VM_LOCKONFAULT))
			continue;
		err = populate_vma_page_range(vma, max(start, vma->vm_start), min(end, vma->vm_end),
					      write);
	}
	mmap_read_unlock(mm);
	if (err == -EFAULT)
		return -ENOMEM;
	return err == -ENOMEM ? -EAGAIN : err;
}

/* [start, end) of @vma gets @newflags, which differ in VM_LOCKED and VM_LOCKONFAULT. */
static int mlock_fixup(struct vm_area_struct *vma, struct vm_area_struct **prev,
		       unsigned long start, unsigned long end, unsigned long newflags)
{
	unsigned long oldflags = vma->vm_flags;
	struct mm_struct *mm = vma->vm_mm;
	long npages = (end - start) >> PAGE_SHIFT;
	int err;

	if (newflags == oldflags || (oldflags & VM_SPECIAL)) {
		*prev = vma;
		return 0;
	}
	err = vma_carve(vma, prev, start, end, newflags);
	if (err)
		return err;
	if (!(newflags & VM_LOCKED))
		mm->locked_vm -= npages;
	else if (!(oldflags & VM_LOCKED))
		mm->locked_vm += npages;
	(*prev)->vm_flags = newflags;
	return 0;
}

/* Area by area; -ENOMEM at the first hole. @flags: VM_LOCKED, VM_LOCKONFAULT, or 0 to unlock. */
static int apply_vma_lock_flags(struct mm_struct *mm, unsigned long start, size_t len,
				unsigned long flags)
{
	unsigned long end = start + len;
	struct vm_area_struct *vma, *prev;

	if (end < start)
		return -EINVAL;
	if (end == start)
		return 0;
	vma = find_vma(mm, start);
	if (!vma || vma->vm_start > start)
		return -ENOMEM;
	prev = start > vma->vm_start ? vma : vma->vm_prev;
	for (;;) {
		unsigned long newflags = (vma->vm_flags & VM_LOCKED_CLEAR_MASK) | flags;
		int err = mlock_fixup(vma, &prev, start, min(vma->vm_end, end), newflags);

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

/* Pages of [start, end) that are locked already: they are not counted twice. */
static unsigned long count_locked(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct vm_area_struct *vma = find_vma(mm, start);
	unsigned long bytes = 0;

	for (; vma && vma->vm_start < end; vma = vma->vm_next)
		if (vma->vm_flags & VM_LOCKED)
			bytes += min(end, vma->vm_end) - max(start, vma->vm_start);
	return bytes >> PAGE_SHIFT;
}

static int do_mlock(unsigned long start, size_t len, unsigned long flags)
{
	struct mm_struct *mm = current->mm;
	unsigned long limit = rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;
	unsigned long locked;
	int err = -ENOMEM;

	if (!can_do_mlock())
		return -EPERM;
	len = PAGE_ALIGN(len + offset_in_page(start));
	start &= PAGE_MASK;
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	locked = (len >> PAGE_SHIFT) + mm->locked_vm;
	if (locked > limit && !capable(CAP_IPC_LOCK))
		locked -= count_locked(mm, start, start + len < start ? UINT64_MAX : start + len);
	if (locked <= limit || capable(CAP_IPC_LOCK))
		err = apply_vma_lock_flags(mm, start, len, flags);
	mmap_write_unlock(mm);
	return err ? err : populate_locked(mm, start, start + len);
}

long sys_mlock(unsigned long start, size_t len) { return do_mlock(start, len, VM_LOCKED); }

long sys_mlock2(unsigned long start, size_t len, int flags)
{
	if (flags & ~MLOCK_ONFAULT)
		return -EINVAL;
	return do_mlock(start, len, VM_LOCKED | (flags & MLOCK_ONFAULT ? VM_LOCKONFAULT : 0));
}

long sys_munlock(unsigned long start, size_t len)
{
	int err;

	len = PAGE_ALIGN(len + offset_in_page(start));
	start &= PAGE_MASK;
	if (mmap_write_lock_killable(current->mm))
		return -EINTR;
	err = apply_vma_lock_flags(current->mm, start, len, 0);
	mmap_write_unlock(current->mm);
	return err;
}

/* MCL_* for the areas to come and, with MCL_CURRENT or to unlock (0), for those that are. */
static void apply_mlockall_flags(struct mm_struct *mm, int flags)
{
	unsigned long lock = VM_LOCKED | (flags & MCL_ONFAULT ? VM_LOCKONFAULT : 0);
	struct vm_area_struct *vma, *prev = NULL;

	mm->def_flags &= VM_LOCKED_CLEAR_MASK;
	if (flags & MCL_FUTURE) {
		mm->def_flags |= lock;
		if (!(flags & MCL_CURRENT))
			return;
	}
	if (!(flags & MCL_CURRENT))
		lock = 0;
	/* Errors only mean that an area stays as it was. */
	for (vma = mm->mmap; vma; vma = prev ? prev->vm_next : NULL)
		mlock_fixup(vma, &prev, vma->vm_start, vma->vm_end,
			    (vma->vm_flags & VM_LOCKED_CLEAR_MASK) | lock);
}

long sys_mlockall(int flags)
{
	struct mm_struct *mm = current->mm;
	int err = -ENOMEM;

	if (!flags || (flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)) || flags == MCL_ONFAULT)
		return -EINVAL;
	if (!can_do_mlock())
		return -EPERM;
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	if (!(flags & MCL_CURRENT) || mm->total_vm <= rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT ||
	    capable(CAP_IPC_LOCK)) {
		apply_mlockall_flags(mm, flags);
		err = 0;
	}
	mmap_write_unlock(mm);
	if (!err && (flags & MCL_CURRENT))
		mm_populate(0, TASK_SIZE);
	return err;
}

long sys_munlockall(void)
{
	if (mmap_write_lock_killable(current->mm))
		return -EINTR;
	apply_mlockall_flags(current->mm, 0);
	mmap_write_unlock(current->mm);
	return 0;
}
