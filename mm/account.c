/* SPDX-License-Identifier: MIT */
/*
 * The totals of an address space in pages, and the limits on them: RLIMIT_AS, RLIMIT_DATA,
 * RLIMIT_MEMLOCK. The limit on the stack is in mm/expand_stack.c.
 * Abridges the accounting of Linux 6.1's mm/mmap.c and mm/util.c; leaves out what shared memory
 * takes of the commit limit.
 */
#include <errno.h>
#include <frames.h>
#include <mm.h>
#include <sched.h>
#include <asm/page.h>
#include <linux/capability.h>
#include "internal.h"

#define ADMIN_RESERVE (8192 >> (PAGE_SHIFT - 10))   /* pages that only root may use */
#define USER_RESERVE  (131072 >> (PAGE_SHIFT - 10)) /* at most: for other processes */

int sysctl_max_map_count = 65530;
int sysctl_overcommit_memory = OVERCOMMIT_GUESS, sysctl_overcommit_ratio = 50;
unsigned long sysctl_overcommit_kbytes;
static unsigned long committed; /* sum of all acct_vm */

static bool is_data_mapping(unsigned long flags)
{
	return (flags & (VM_WRITE | VM_SHARED | VM_GROWSDOWN)) == VM_WRITE;
}

/* Do current's limits allow @npages more pages with these flags in @mm? */
bool may_expand_vm(struct mm_struct *mm, unsigned long vm_flags, unsigned long npages)
{
	const struct rlimit64 *data = &current->signal->rlim[RLIMIT_DATA];

	if (mm->total_vm + npages > rlimit(RLIMIT_AS) >> PAGE_SHIFT)
		return false;
	if (!is_data_mapping(vm_flags) || mm->data_vm + npages <= data->rlim_cur >> PAGE_SHIFT)
		return true;
	/*
	 * A soft limit of 0 is an old way to limit only brk; for other mappings the hard limit
	 * counts then.
	 */
	return data->rlim_cur == 0 && mm->data_vm + npages <= data->rlim_max >> PAGE_SHIFT;
}

bool may_lock(unsigned long npages)
{
	return npages <= rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT || capable(CAP_IPC_LOCK);
}

int mlock_future_check(const struct mm_struct *mm, unsigned long vm_flags, unsigned long len)
{
	if (!(vm_flags & VM_LOCKED) || may_lock(mm->locked_vm + (len >> PAGE_SHIFT)))
		return 0;
	return -EAGAIN;
}

void vm_acct_memory(struct mm_struct *mm, long npages)
{
	mm->acct_vm += npages;
	committed += npages;
}

unsigned long vm_committed_as(void) { return committed; }

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
	if (vm_flags & VM_ACCOUNT)
		vm_acct_memory(mm, npages);
}

unsigned long vm_commit_limit(void)
{
	if (sysctl_overcommit_kbytes)
		return sysctl_overcommit_kbytes >> (PAGE_SHIFT - 10);
	return totalram_pages() * sysctl_overcommit_ratio / 100;
}

/* OVERCOMMIT_NEVER: a large process must leave a reserve for other processes and for root. */
static bool within_limit(long pages)
{
	unsigned long allowed = vm_commit_limit(), reserve = current->mm ? USER_RESERVE : 0;

	if (current->mm)
		reserve = min(current->mm->total_vm / 32, min(reserve, totalram_pages() / 32));
	if (!capable(CAP_SYS_ADMIN))
		reserve += ADMIN_RESERVE;
	return committed + pages + reserve < allowed;
}

int security_vm_enough_memory(long pages)
{
	bool enough = true;

	if (sysctl_overcommit_memory == OVERCOMMIT_GUESS)
		enough = pages <= (long)totalram_pages();
	else if (sysctl_overcommit_memory == OVERCOMMIT_NEVER)
		enough = within_limit(pages);
	return enough ? 0 : -ENOMEM;
}
