/* reads: -include tests/host/machine.h mm/layout.c */
/* eva: -eva-precision 0 -eva-slevel 1000 -eva-split-return full */
/* SPDX-License-Identifier: MIT */
/*
 * The search for room with any list of up to two VMAs with any bounds and flags, for any hint,
 * length and flags: no step goes through a VMA that is not there. The searches of the tree return
 * any place in the list.
 */
#include <mm.h>
#include <sched.h>
#include "../../mm/internal.h"
#include "any.h"

static struct vm_area_struct first, second;
static struct mm_struct mm;
static struct task_struct task;
unsigned long seen;

struct task_struct *get_current(void) { return &task; }
bool capable(int cap) { return cap & any_u64 & 1; }
unsigned long arch_mmap_rnd(void) { return any_u64 & (((1UL << 28) - 1) << PAGE_SHIFT); }
unsigned long low_mmap_rnd(void) { return any_u64 & 0x1fff000; }
unsigned long vma_tree_room(const struct mm_struct *m, unsigned long len, unsigned long high)
{
	return m && len ? any_u64 : high;
}

/* The place of any address: before, between and after the VMAs. */
struct vma_place find_vma_place(struct mm_struct *m, unsigned long addr)
{
	struct vma_place at = {.vma = m->mmap};

	while (at.vma && at.vma->vm_end <= addr)
		at = (struct vma_place){.prev = at.vma, .vma = at.vma->vm_next};
	return at;
}

static void set_up(struct vm_area_struct *vma, struct vm_area_struct *prev,
		   struct vm_area_struct *next)
{
	vma->vm_start = any_u64 % TASK_SIZE & PAGE_MASK;
	vma->vm_end = any_u64 % TASK_SIZE & PAGE_MASK;
	vma->vm_flags = any_u64;
	vma->vm_prev = prev;
	vma->vm_next = next;
}

static void search(struct vm_area_struct *list)
{
	unsigned long addr = any_u64;
	struct vma_place at;

	mm.mmap = list;
	arch_pick_mmap_layout(&mm, any_u64);
	if (!get_unmapped_place(&addr, any_u64, any_u64, &at))
		seen = addr + (at.vma ? at.vma->vm_start : 0) + (at.prev ? at.prev->vm_end : 0);
}

void eva_main(void)
{
	task.mm = &mm;
	task.flags = any_u64;
	task.personality = any_u64;
	search(NULL);
	set_up(&first, NULL, NULL);
	search(&first);
	set_up(&first, NULL, &second);
	set_up(&second, &first, NULL);
	search(&first);
}
