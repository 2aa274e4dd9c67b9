/* SPDX-License-Identifier: MIT */
/*
 * Chooses addresses: mmap_base, and the search for a free range. The random offsets are in
 * mm/randomize.c.
 * Abridges Linux 6.1's arch/x86/mm/mmap.c and arch/x86/kernel/sys_x86_64.c; leaves out 32-bit tasks
 * and 5-level tables.
 *
 *   0   64K    program, brk ->        <- mappings  | gap |       stack      TASK_SIZE
 *   |....|=======|=====|..............===|=====|===|.....|..........|=======|
 *                                             mmap_base   <- rlimit, guard,
 *                                                            stack's random part
 */
#include <errno.h>
#include <mm.h>
#include <sched.h>
#include <linux/capability.h>
#include <linux/personality.h>
#include <asm/mman.h>
#include "internal.h"

/* MAP_32BIT: addresses of 31 bits, and room for the heap below them. */
#define LOW_START	   0x40000000UL
#define LOW_END		   0x80000000UL
#define MIN_GAP		   (128UL << 20)
#define MAX_GAP		   (TASK_SIZE / 6 * 5)
#define TASK_UNMAPPED_BASE PAGE_ALIGN(TASK_SIZE / 3)

static unsigned long mmap_base(unsigned long random, unsigned long stack_rlim)
{
	unsigned long gap = stack_rlim, pad = stack_guard_gap;

	if (current->flags & PF_RANDOMIZE)
		pad += STACK_RND_MASK << PAGE_SHIFT;
	if (gap + pad > gap) /* RLIM_INFINITY would overflow */
		gap += pad;
	gap = min(max(gap, MIN_GAP), MAX_GAP);
	return PAGE_ALIGN(TASK_SIZE - gap - random);
}

/* @stack_rlim in bytes. Sets mmap_base, mmap_legacy_base and the direction of the search. */
void arch_pick_mmap_layout(struct mm_struct *mm, unsigned long stack_rlim)
{
	unsigned long random = arch_mmap_rnd();

	mm->mmap_bottomup = current->personality & ADDR_COMPAT_LAYOUT;
	mm->mmap_legacy_base = TASK_UNMAPPED_BASE + random;
	mm->mmap_base = mm->mmap_bottomup ? mm->mmap_legacy_base : mmap_base(random, stack_rlim);
}

/*
 * Finds the lowest hole of @len bytes within [low, high) and sets *addr and *at to it. 0 or
 * -ENOMEM.
 */
static int unmapped_area(struct mm_struct *mm, unsigned long *addr, struct vma_place *at,
			 unsigned long len, unsigned long low, unsigned long high)
{
	struct vma_place p = find_vma_place(mm, low);

	for (; low + len <= high; p.prev = p.vma, p.vma = p.vma->vm_next) {
		if (!p.vma || low + len <= vm_start_gap(p.vma)) {
			*addr = low;
			*at = p;
			return 0;
		}
		low = max(low, p.vma->vm_end);
	}
	return -ENOMEM;
}

/*
 * The same for the highest hole. A VMA above @high counts too, because its guard gap may reach
 * below. As in Linux the gap matters only if the hole below its VMA is large enough without it.
 * After -ENOMEM *addr is unchanged.
 */
static int unmapped_area_topdown(struct mm_struct *mm, unsigned long *addr, struct vma_place *at,
				 unsigned long len, unsigned long low, unsigned long high)
{
	struct vma_place p = find_vma_place(mm, high);

	for (;; p.vma = p.prev, p.prev = p.vma->vm_prev) {
		unsigned long end = p.prev ? max(low, p.prev->vm_end) : low;

		if (p.vma)
			high = min(high, p.vma->vm_start);
		if (p.vma && high >= end + len)
			high = min(high, vm_start_gap(p.vma));
		if (high >= end + len) {
			*addr = high - len;
			*at = p;
			return 0;
		}
		if (end == low)
			return -ENOMEM;
	}
}

/* Is [hint, hint + len) free, and below @limit? Then *@addr is the hint, and *@at its place. */
static bool take_hint(struct mm_struct *mm, unsigned long *addr, struct vma_place *at,
		      unsigned long len, unsigned long limit, unsigned long hint)
{
	if (!hint || hint > limit - len)
		return false;
	*addr = hint;
	*at = find_vma_place(mm, hint);
	return !at->vma || hint + len <= vm_start_gap(at->vma);
}

/* MAP_32BIT, for jump tables of 32-bit addresses. */
static int find_low_room(struct mm_struct *mm, unsigned long *addr, struct vma_place *at,
			 unsigned long len)
{
	if (len > LOW_END)
		return -ENOMEM;
	if (take_hint(mm, addr, at, len, LOW_END, PAGE_ALIGN(*addr)))
		return 0;
	return unmapped_area(mm, addr, at, len, LOW_START + low_mmap_rnd(), LOW_END);
}

/*
 * *addr: the hint, which is used if it is free; otherwise the search goes down from mmap_base, or
 * up if mmap_bottomup.
 */
static int find_room(struct mm_struct *mm, unsigned long *addr, struct vma_place *at,
		     unsigned long len)
{
	if (take_hint(mm, addr, at, len, TASK_SIZE,
		      mm->mmap_bottomup ? PAGE_ALIGN(*addr) : *addr & PAGE_MASK))
		return 0;
	if (!mm->mmap_bottomup && !unmapped_area_topdown(mm, addr, at, len, PAGE_SIZE,
							 vma_tree_room(mm, len, mm->mmap_base)))
		return 0;
	/*
	 * With a large stack limit there is little room below mmap_base: then search upward from
	 * mmap_legacy_base.
	 */
	return unmapped_area(mm, addr, at, len, mm->mmap_legacy_base, TASK_SIZE);
}

int get_unmapped_place(unsigned long *addr, unsigned long len, unsigned long flags,
		       struct vma_place *at)
{
	int err = 0;

	if (len > TASK_SIZE)
		return -ENOMEM;
	if (flags & MAP_FIXED)
		*at = find_vma_place(current->mm, *addr);
	else if (flags & MAP_32BIT)
		err = find_low_room(current->mm, addr, at, len);
	else
		err = find_room(current->mm, addr, at, len);
	if (err)
		return err;
	/* As in Linux, an address may look like an error: -1 is EPERM. */
	if (*addr > TASK_SIZE - len)
		return IS_ERR_VALUE(*addr) ? (int)*addr : -ENOMEM;
	if (offset_in_page(*addr))
		return -EINVAL;
	return *addr < MMAP_MIN_ADDR && !capable(CAP_SYS_RAWIO) ? -EPERM : 0;
}

int get_unmapped_area(unsigned long *addr, unsigned long len, unsigned long flags)
{
	struct vma_place at;

	return get_unmapped_place(addr, len, flags, &at);
}
