/* SPDX-License-Identifier: MIT */
/*
 * For tools/labs/grade/outside.py: where it finds the VMAs of a task in a machine's memory, and for
 * machine.py: where it finds the tasks, and where each of them waits.
 */
#include <mm_types.h>
#include <task.h>

const unsigned long offsets[] = {
	offsetof(struct task_struct, mm),	   offsetof(struct mm_struct, mmap),
	offsetof(struct vm_area_struct, vm_start), offsetof(struct vm_area_struct, vm_end),
	offsetof(struct vm_area_struct, vm_next),  offsetof(struct vm_area_struct, vm_flags),
	offsetof(struct vm_area_struct, vm_pgoff), offsetof(struct vm_area_struct, vm_file),
	offsetof(struct task_struct, thread.sp),   offsetof(struct task_struct, tasks),
	offsetof(struct task_struct, pid),	   offsetof(struct task_struct, comm),
};
