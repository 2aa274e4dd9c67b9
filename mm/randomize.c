/* SPDX-License-Identifier: MIT */
/*
 * The random offsets of an address space (ASLR).
 * Abridges parts of Linux 6.1's arch/x86/mm/mmap.c, mm/util.c and arch/x86/kernel/process.c;
 * leaves out 32-bit tasks.
 *
 *   program (PIE)   + 28 bits of pages       arch_mmap_rnd
 *   brk             + up to 1 GiB            arch_randomize_brk, if randomize_va_space is 2
 *   mmap_base       - 28 bits of pages       arch_mmap_rnd
 *   stack           - 22 bits of pages       randomize_stack_top
 *   rsp             - up to 8 KiB more       arch_align_stack
 */
#include <mm.h>
#include <random.h>
#include <sched.h>
#include <linux/personality.h>

#define MMAP_RND_BITS 28
#define BRK_RND_RANGE 0x40000000UL /* bytes */

int randomize_va_space = 2;

/* Bytes. @mask has all low bits set. */
static unsigned long random_pages(unsigned long mask)
{
	return current->flags & PF_RANDOMIZE ? (get_random_u64() & mask) << PAGE_SHIFT : 0;
}

/* The random part of mmap_base and of the place of a PIE program, in bytes. */
unsigned long arch_mmap_rnd(void) { return random_pages(BIT(MMAP_RND_BITS) - 1); }

/* The same for MAP_32BIT: less than 32 MiB. */
unsigned long low_mmap_rnd(void) { return random_pages(0x1fff); }

/* Returns the end of the stack. */
unsigned long randomize_stack_top(unsigned long stack_top)
{
	return PAGE_ALIGN(stack_top) - random_pages(STACK_RND_MASK);
}

/*
 * As in Linux, ADDR_NO_RANDOMIZE and randomize_va_space decide here, not PF_RANDOMIZE: a difference
 * only if randomize_va_space is written during the exec.
 */
unsigned long arch_align_stack(unsigned long sp)
{
	if (!(current->personality & ADDR_NO_RANDOMIZE) && randomize_va_space)
		sp -= get_random_u64() % 8192;
	return sp & ~0xfUL;
}

/*
 * Returns the new start of the heap, not an offset. set_mm_numbers has checked that it is to be
 * random.
 */
unsigned long arch_randomize_brk(struct mm_struct *mm)
{
	return PAGE_ALIGN(mm->brk) +
	       (get_random_u64() % (BRK_RND_RANGE >> PAGE_SHIFT) << PAGE_SHIFT);
}
