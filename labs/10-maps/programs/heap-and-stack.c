/*
 * flags: -Os -static -nostdlib -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none -Wl,--build-id=none
 */
/* SPDX-License-Identifier: MIT */
/*
 * Which VMAs are [heap] and [stack]: those that touch start_brk .. brk, the one that has
 * start_stack.
 */
#include "vmas.h"

static char bss[3 * PAGE];

int main(long *stack)
{
	unsigned long start = syscall1(__NR_brk, 0), page = (unsigned long)stack & -PAGE;

	bss[sizeof(bss) - 1] = 1;
	show_maps("before the first brk: bss ends where the heap begins");
	syscall1(__NR_brk, start + 100);
	show_maps("a heap of 100 bytes");
	syscall1(__NR_brk, start + 6 * PAGE);
	show_maps("a heap of 6 pages");
	syscall3(__NR_mprotect, start + 2 * PAGE, PAGE, PROT_READ);
	show_maps("one page of the heap is read-only");
	anon(start + 6 * PAGE, PAGE, PROT_READ);
	anon(start + 7 * PAGE, PAGE, PROT_READ | PROT_EXEC);
	show_maps("a VMA that begins where the heap ends, and one behind it");
	syscall1(__NR_brk, start);
	show_maps("the heap is empty again");
	syscall3(__NR_mprotect, page - 4 * PAGE, PAGE, PROT_READ);
	show_maps("a page of the stack below us is read-only");
	syscall3(__NR_mprotect, page, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC);
	show_maps("the page of the stack that argc is in may be executed");
	return 0;
}
