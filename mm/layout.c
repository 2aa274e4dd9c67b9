/* SPDX-License-Identifier: MIT */
/*
 * Where things go in an address space: the mmap area's base, the random
 * offsets of ASLR, and the search for a free range.
 * Abridges Linux 6.1 arch/x86/mm/mmap.c, arch/x86/kernel/sys_x86_64.c, and
 * parts of mm/util.c and arch/x86/kernel/process.c; leaves out 32-bit tasks
 * and 5-level tables.
 *
 *   0   64K    program, brk ->        <- mmap area | gap |       stack      TASK_SIZE
 *   |....|=======|=====|..............===|=====|===|.....|..........|=======|
 *                                             mmap_base   <- rlimit, guard,
 *                                                            stack's random part
 */
#include <mm.h>
#include <fs.h>
#include <sched.h>
#include <linux/capability.h>
#include <linux/personality.h>
#include <asm/mman.h>

#define MMAP_RND_BITS	   28
#define STACK_RND_MASK	   0x3fffffUL	/* pages: 16 GiB */
#define BRK_RND_RANGE	   0x40000000UL /* bytes */
#define MIN_GAP		   (128UL << 20)
#define MAX_GAP		   (TASK_SIZE / 6 * 5)
#define TASK_UNMAPPED_BASE PAGE_ALIGN(TASK_SIZE / 3)

int randomize_va_space = 2;

/* A page-aligned address in [start, start + range), or @start if there is no choice. */
unsigned long randomize_page(unsigned long start, unsigned long range)
{
	if (offset_in_page(start)) {
		range -= PAGE_ALIGN(start) - start;
		start = PAGE_ALIGN(start);
	}
	if (start > UINT64_MAX - range)
		range = UINT64_MAX - start;
	range >>= PAGE_SHIFT;
	return range ? start + (get_random_u64() % range << PAGE_SHIFT) : start;
}

/* The random part of mmap_base, and of where a PIE program goes: bytes. 0 without PF_RANDOMIZE. */
unsigned long arch_mmap_rnd(void)
{
	if (!(current->flags & PF_RANDOMIZE))
		return 0;
	return (get_random_u64() & (BIT(MMAP_RND_BITS) - 1)) << PAGE_SHIFT;
}

/* Where the stack ends: @stack_top less a random number of pages. */
unsigned long randomize_stack_top(unsigned long stack_top)
{
	unsigned long random = 0;

	if (current->flags & PF_RANDOMIZE)
		random = (get_random_u64() & STACK_RND_MASK) << PAGE_SHIFT;
	return PAGE_ALIGN(stack_top) - random;
}

/* Up to 8 KiB below @sp, on 16 bytes. */
unsigned long arch_align_stack(unsigned long sp)
{
	if (!(current->personality & ADDR_NO_RANDOMIZE) && randomize_va_space)
		sp -= get_random_u64() % 8192;
	return sp & ~0xfUL;
}

unsigned long arch_randomize_brk(struct mm_struct *mm)
{
	return randomize_page(mm->brk, BRK_RND_RANGE);
}

static unsigned long mmap_base(unsigned long random, unsigned long stack_rlim)
{
	unsigned long gap = stack_rlim;
	unsigned long pad = stack_guard_gap;

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

/* The lowest hole of @len bytes within [low, high). 0 or -ENOMEM. */
static int unmapped_area(struct mm_struct *mm, unsigned long *addr, unsigned long len,
			 unsigned long low, unsigned long high)
{
	struct vm_area_struct *vma = find_vma(mm, low);

	for (; low + len <= high; vma = vma->vm_next) {
		if (!vma || low + len <= vm_start_gap(vma)) {
			*addr = low;
			return 0;
		}
		low = max(low, vma->vm_end);
	}
	return -ENOMEM;
}

/* The upper end of the highest hole of @len bytes within [low, high), less @len. 0 or -ENOMEM. */
static int unmapped_area_topdown(struct mm_struct *mm, unsigned long *addr, unsigned long len,
				 unsigned long low, unsigned long high)
{
	struct vm_area_struct *prev, *vma = find_vma_prev(mm, high, &prev);

	/*
	 * Invariant: nothing is mapped between prev's end and @high, which @vma's guard gap
	 * may lower.
	 */
	for (;;) {
		if (vma)
			high = min(high, vm_start_gap(vma));
		if (high < low + len)
			return -ENOMEM;
		if (!prev || prev->vm_end <= high - len) {
			*addr = high - len;
			return 0;
		}
		high = min(high, prev->vm_start);
		vma = prev;
		prev = vma->vm_prev;
	}
}

static int get_unmapped_area_up(struct mm_struct *mm, unsigned long *addr, unsigned long len,
				unsigned long flags)
{
	unsigned long hint = PAGE_ALIGN(*addr), low = mm->mmap_legacy_base, high = TASK_SIZE;
	struct vm_area_struct *vma;

	if (flags & MAP_32BIT) {
		low = 0x40000000;
		high = 0x80000000;
		if (current->flags & PF_RANDOMIZE)
			low = randomize_page(low, 0x02000000);
	}
	if (len > high)
		return -ENOMEM;
	if (hint) {
		vma = find_vma(mm, hint);
		if (high - len >= hint && (!vma || hint + len <= vm_start_gap(vma))) {
			*addr = hint;
			return 0;
		}
	}
	return unmapped_area(mm, addr, len, low, high);
}

static int get_unmapped_area_down(struct mm_struct *mm, unsigned long *addr, unsigned long len,
				  unsigned long flags)
{
	unsigned long hint = *addr & PAGE_MASK;
	struct vm_area_struct *vma;

	if (!(flags & MAP_32BIT)) {
		if (hint && hint <= TASK_SIZE - len) {
			vma = find_vma(mm, hint);
			if (!vma || hint + len <= vm_start_gap(vma)) {
				*addr = hint;
				return 0;
			}
		}
		if (!unmapped_area_topdown(mm, addr, len, PAGE_SIZE, mm->mmap_base))
			return 0;
	}
	/* Large stack limits leave little below mmap_base: look above it before giving up. */
	return get_unmapped_area_up(mm, addr, len, flags);
}

int get_unmapped_area(struct file *file, unsigned long *addr, unsigned long len,
		      unsigned long pgoff, unsigned long flags)
{
	struct mm_struct *mm = current->mm;
	int err = 0;

	if (len > TASK_SIZE)
		return -ENOMEM;
	if (file && file->f_op->get_unmapped_area) {
		*addr = file->f_op->get_unmapped_area(file, *addr, len, pgoff, flags);
		err = IS_ERR_VALUE(*addr) ? (int)*addr : 0;
	} else if (!(flags & MAP_FIXED)) {
		err = mm->mmap_bottomup ? get_unmapped_area_up(mm, addr, len, flags)
					: get_unmapped_area_down(mm, addr, len, flags);
	}
	if (err)
		return err;
	if (*addr > TASK_SIZE - len)
		return -ENOMEM;
	if (offset_in_page(*addr))
		return -EINVAL;
	return *addr < MMAP_MIN_ADDR && !capable(CAP_SYS_RAWIO) ? -EPERM : 0;
}
