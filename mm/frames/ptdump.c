/* SPDX-License-Identifier: MIT */
/*
 * A check of the kernel's half of the page tables, in debug builds only (make DEBUG=1): no page is
 * both writable and executable, only .text is executable, .text and .rodata are not writable, not
 * even through the direct map, and user mode has access to nothing but the vsyscall page.
 * Abridges Linux's mm/ptdump.c and arch/x86/mm/dump_pagetables.c.
 * Not on the road of an exec.
 */
#include <frames.h>
#include <printk.h>
#include <asm/sections.h>
#include "internal.h"

/* Is it a frame of .text or .rodata? Both its mappings are checked: image and direct map. */
static bool constant_frame(phys_addr_t pa, size_t size)
{
	return pa < virt_to_phys(_erodata) && virt_to_phys(_text) < pa + size;
}

/* One page of @size bytes. */
static void check_page(unsigned long va, u64 entry, size_t size)
{
	bool text = va >= (unsigned long)_text && va + size <= (unsigned long)_etext;
	bool writable = entry & _PAGE_RW;

	if (!(entry & _PAGE_NX) != text || (text && writable) ||
	    ((entry & _PAGE_USER) && va != VSYSCALL_ADDR) ||
	    (writable && constant_frame(entry & PTE_PFN_MASK, size)))
		panic("W^X: wrong permissions at %lx, %lu KiB: %s%s%s", va, size >> 10,
		      writable ? "w" : "", entry & _PAGE_NX ? "" : "x",
		      entry & _PAGE_USER ? "u" : "");
}

/* Checks the entries from @first on of a table whose entry 0 maps @va. Returns how many pages. */
static unsigned long check_table(const pte_t *table, unsigned int level, unsigned long va,
				 unsigned int first)
{
	unsigned long step = PAGE_SIZE << 9 * (level - 1), n = 0;

	for (unsigned int i = first; i < PTRS_PER_TABLE; i++) {
		u64 entry = pte_val(table[i]);
		unsigned long at = va + i * step;

		if (!(entry & _PAGE_PRESENT))
			continue;
		if (level == 1 || (entry & _PAGE_PSE)) {
			check_page(at, entry, step);
			n++;
		} else {
			n += check_table(phys_to_virt(entry & PTE_PFN_MASK), level - 1, at, 0);
		}
	}
	return n;
}

void ptdump_check_wx(void)
{
	unsigned long n =
		check_table((pte_t *)init_pgd, TOP_LEVEL, 0xffff000000000000UL, KERNEL_ENTRY);

	printk(KERN_INFO "W^X: the permissions of all %lu pages of the kernel are right\n", n);
}
