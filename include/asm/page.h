/* SPDX-License-Identifier: MIT */
/*
 * Pages and the kernel's address map.
 *
 *   0000000000001000 .. 00007fffffffefff  user (TASK_SIZE is the end)
 *   ffff888000000000 ..                   direct map of all RAM
 *   ffffc90000000000 ..                   vmalloc: kernel stacks with their guard pages, MMIO
 *   ffffea0000000000 ..                   struct page array (vmemmap)
 *   ffffec0000000000 .. fffffbffffffffff  make KASAN=1 only: the shadow of the kernel's half, 1/8
 *   ffffffff80000000 ..                   kernel image, linked at +1 MiB = physical 1 MiB
 *   ffffffffff600000                      vsyscall page (by default in no page table)
 */
#ifndef ASM_PAGE_H
#define ASM_PAGE_H

#include <types.h>

#define PAGE_SHIFT	   12
#define PAGE_SIZE	   (1UL << PAGE_SHIFT)
#define PAGE_MASK	   (~(PAGE_SIZE - 1))
#define PAGE_ALIGN(a)	   (((a) + PAGE_SIZE - 1) & PAGE_MASK)
#define PAGE_ALIGN_DOWN(a) (PAGE_MASK & (a))
#define offset_in_page(a)  ((unsigned long)(a) & ~PAGE_MASK)

#define TASK_SIZE     0x7ffffffff000UL
#define TASK_SIZE_MAX TASK_SIZE
#define STACK_TOP     TASK_SIZE
#define STACK_TOP_MAX TASK_SIZE
#define PAGE_OFFSET   0xffff888000000000UL
#define VMALLOC_START 0xffffc90000000000UL
#define VMALLOC_END   0xffffc90100000000UL
#define VMEMMAP_START 0xffffea0000000000UL
#define KERNEL_BASE   0xffffffff80000000UL
#define VSYSCALL_ADDR 0xffffffffff600000UL

static inline void *phys_to_virt(phys_addr_t pa) { return (void *)(pa + PAGE_OFFSET); }

/* For addresses in the direct map and in the kernel image. */
static inline phys_addr_t virt_to_phys(const void *va)
{
	unsigned long a = (unsigned long)va;

	return a >= KERNEL_BASE ? a - KERNEL_BASE : a - PAGE_OFFSET;
}

#endif
