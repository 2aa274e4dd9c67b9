/* SPDX-License-Identifier: MIT */
/*
 * What the developer's machine cannot do as the kernel does it: reach memory by its physical
 * address, find the running task through GS. Included in front of every file of a test
 * that has "-include tests/host/machine.h" in its first line; that test brings the functions below.
 */
#ifndef HOST_MACHINE_H
#define HOST_MACHINE_H

#define phys_to_virt kernel_phys_to_virt
#define virt_to_phys kernel_virt_to_phys
#include <asm/page.h>
#undef phys_to_virt
#undef virt_to_phys

#define get_current kernel_get_current
#include <asm/current.h>
#undef get_current

void *phys_to_virt(phys_addr_t pa);
phys_addr_t virt_to_phys(const void *va);
struct task_struct *get_current(void);

#endif
