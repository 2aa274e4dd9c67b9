/* SPDX-License-Identifier: MIT */
/*
 * The [vsyscall] line of /proc/PID/maps: a VMA that is in no list, because its page is in the
 * kernel's half. arch/x86/entry/vsyscall.c handles a jump to that page.
 * Abridges the gate part of Linux 6.1's arch/x86/entry/vsyscall/vsyscall_64.c.
 * Not on the road of an exec.
 */
#include <mm.h>

enum vsyscall_mode vsyscall_mode = VSYSCALL_NONE;

static const struct vm_operations_struct gate_vma_ops = {.name = "[vsyscall]"};

static struct vm_area_struct gate_vma = {
	.vm_start = VSYSCALL_ADDR,
	.vm_end = VSYSCALL_ADDR + PAGE_SIZE,
	.vm_ops = &gate_vma_ops,
};

/* Returns the VMA to show after all others, or NULL. Callers must not change it. */
struct vm_area_struct *get_gate_vma(struct mm_struct *mm __maybe_unused)
{
	if (vsyscall_mode == VSYSCALL_NONE)
		return NULL;
	gate_vma.vm_flags = vsyscall_mode == VSYSCALL_EMULATE ? VM_READ | VM_EXEC : VM_EXEC;
	return &gate_vma;
}
