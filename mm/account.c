/* SPDX-License-Identifier: MIT */
/*
 * The totals of an address space in pages, and the limits on them: RLIMIT_AS, RLIMIT_DATA. What is
 * locked has its limit in mm/mlock.c, the stack in mm/expand_stack.c.
 * Abridges the accounting of Linux 6.1's mm/mmap.c and mm/util.c; leaves out strict overcommit.
 */
#include <errno.h>
#include <frames.h>
#include <mm.h>
#include <sched.h>
#include "internal.h"

static bool is_data_mapping(unsigned long flags)
{
	return (flags & (VM_WRITE | VM_SHARED | VM_GROWSDOWN)) == VM_WRITE;
}

/* Do current's limits allow @npages more with these flags in @mm? */
bool may_expand_vm(struct mm_struct *mm, unsigned long vm_flags, unsigned long npages)
{
	const struct rlimit64 *data = &current->signal->rlim[RLIMIT_DATA];

	if (mm->total_vm + npages > rlimit(RLIMIT_AS) >> PAGE_SHIFT)
		return false;
	if (!is_data_mapping(vm_flags) || mm->data_vm + npages <= data->rlim_cur >> PAGE_SHIFT)
		return true;
	/* A soft limit of 0 limits brk only, as it once did; here the hard limit counts then. */
	return data->rlim_cur == 0 && mm->data_vm + npages <= data->rlim_max >> PAGE_SHIFT;
}

/* Adds @npages (negative: subtracts) to the totals that count VMAs with @vm_flags. */
void vm_stat_account(struct mm_struct *mm, unsigned long vm_flags, long npages)
{
	mm->total_vm += npages;
	mm->hiwater_vm = max(mm->hiwater_vm, mm->total_vm);
	if ((vm_flags & (VM_EXEC | VM_WRITE | VM_GROWSDOWN)) == VM_EXEC)
		mm->exec_vm += npages;
	else if (vm_flags & VM_GROWSDOWN)
		mm->stack_vm += npages;
	else if (is_data_mapping(vm_flags))
		mm->data_vm += npages;
	if (vm_flags & VM_LOCKED)
		mm->locked_vm += npages;
}

int security_vm_enough_memory(long pages) { return pages > (long)totalram_pages() ? -ENOMEM : 0; }
