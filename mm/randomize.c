/* SPDX-License-Identifier: MIT */
/*
 * The random offsets of an address space (ASLR).
 * Abridges parts of Linux 6.1 arch/x86/mm/mmap.c, mm/util.c and
 * arch/x86/kernel/process.c; leaves out 32-bit tasks.
 *
 *   program (PIE)   + 28 bits of pages       arch_mmap_rnd
 *   brk             + up to 1 GiB            arch_randomize_brk, if randomize_va_space is 2
 *   mmap_base       - 28 bits of pages       arch_mmap_rnd
 *   stack           - 22 bits of pages       randomize_stack_top
 *   rsp             - up to 8 KiB more       arch_align_stack
 */
#include <mm.h>
#include <sched.h>
#include <linux/personality.h>

#define MMAP_RND_BITS	28
#define BRK_RND_RANGE	0x40000000UL /* bytes */

int randomize_va_space = 2;

/* A random number of pages out of 0 .. @mask (all low bits set), in bytes; 0 without PF_RANDOMIZE. */
static unsigned long random_pages(unsigned long mask)
{
	return current->flags & PF_RANDOMIZE ? (get_random_u64() & mask) << PAGE_SHIFT : 0;
}

/* The random part of mmap_base, and of where a PIE program goes: bytes. 0 without PF_RANDOMIZE. */
unsigned long arch_mmap_rnd(void)
{
	return random_pages(BIT(MMAP_RND_BITS) - 1);
}

/* Where the stack ends: @stack_top, up to a whole page, less 0 .. STACK_RND_MASK pages; less none without PF_RANDOMIZE. */
unsigned long randomize_stack_top(unsigned long stack_top)
{
	return PAGE_ALIGN(stack_top) - random_pages(STACK_RND_MASK);
}

/*
 * 0 .. 8191 bytes below @sp, then down to 16 bytes. Only down to 16 bytes, if
 * the task asks for no randomisation (ADDR_NO_RANDOMIZE) or randomize_va_space is
 * 0. As in Linux these two are asked, not PF_RANDOMIZE, which load_elf_binary made
 * of them: it differs only if randomize_va_space was written during the exec.
 */
unsigned long arch_align_stack(unsigned long sp)
{
	if (!(current->personality & ADDR_NO_RANDOMIZE) && randomize_va_space)
		sp -= get_random_u64() % 8192;
	return sp & ~0xfUL;
}

/*
 * The new start of the heap, not an offset: mm->brk, up to a whole page, plus a
 * random number of pages, 0 or more and less than BRK_RND_RANGE bytes. Only called
 * if it is to be random (set_mm_numbers), with PF_RANDOMIZE set.
 */
unsigned long arch_randomize_brk(struct mm_struct *mm)
{
	return PAGE_ALIGN(mm->brk) +
	       (get_random_u64() % (BRK_RND_RANGE >> PAGE_SHIFT) << PAGE_SHIFT);
}
