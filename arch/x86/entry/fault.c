/* SPDX-License-Identifier: MIT */
/*
 * Page faults. Page faults: finds the VMA of the address, checks its permissions, and has
 * handle_mm_fault map a page. A fault that cannot be handled is SIGSEGV or SIGBUS for user code. In
 * kernel mode uaccess.c and fpu.c continue where the fixup table says; any other kernel code
 * panics.
 *
 * Abridges Linux's arch/x86/mm/fault.c. Left out: protection keys, userfaultfd, retry without the
 * lock, errata, the "segfault at" line in the log.
 *
 *   kernel address  by kernel code -> fixup or die     by user code -> SIGSEGV (MAPERR)
 *   user address    no VMA         -> SIGSEGV (MAPERR)
 *                   no permission  -> SIGSEGV (ACCERR)
 *                   handle_mm_fault: 0 retry | SIGBUS beyond the file's end | no memory: retry, or
 *                   SIGKILL
 */
#include <asm/cpu.h>
#include <asm/irqflags.h>
#include <asm/processor-flags.h>
#include <asm/processor.h>
#include <asm/uaccess.h>
#include <mm.h>
#include <printk.h>
#include <sched.h>
#include <trace.h>
#include "internal.h"

static void kernelmode_fixup_or_die(struct pt_regs *regs, unsigned long error_code,
				    unsigned long address)
{
	if (fixup_exception(regs))
		return;
	if (address < PAGE_SIZE)
		die("NULL pointer access", regs, error_code);
	if (error_code & X86_PF_INSTR)
		die("execution of a non-executable page", regs, error_code);
	if (address < TASK_SIZE_MAX)
		die("access to user memory outside uaccess", regs, error_code);
	die("page fault", regs, error_code);
}

/*
 * Sets what the signal frame shows. The error code of a kernel address always has X86_PF_PROT, so
 * that user code cannot find out what is mapped there.
 */
static void set_signal_archinfo(unsigned long address, unsigned long error_code)
{
	struct thread_struct *th = &current->thread;

	if (address >= TASK_SIZE_MAX)
		error_code |= X86_PF_PROT;
	th->trap_nr = X86_TRAP_PF;
	th->error_code = error_code | X86_PF_USER;
	th->cr2 = address;
}

/* The end of a fault that nobody can serve. mmap_lock is not held. */
static void bad_area_nosemaphore(struct pt_regs *regs, unsigned long error_code,
				 unsigned long address, int sig, int si_code)
{
	if (!user_mode(regs)) {
		kernelmode_fixup_or_die(regs, error_code, address);
		return;
	}
	local_irq_enable();
	set_signal_archinfo(address, error_code);
	force_sig_fault(sig, si_code, (void __user *)address);
}

/*
 * The CPU made this access itself while user code ran: to a descriptor table, or in QEMU, whose
 * IRET and far RET access the user's stack with the permissions of the kernel, which SMAP forbids.
 * Linux oopses, which kills the task.
 */
static void implicit_access(unsigned long address)
{
	printk(KERN_INFO "task %d (%s) is killed: the CPU could not access %016lx for it\n",
	       current->pid, current->comm, address);
	local_irq_enable();
	force_sig(SIGKILL);
}

static bool access_error(unsigned long error_code, const struct vm_area_struct *vma)
{
	if (error_code & X86_PF_WRITE)
		return !(vma->vm_flags & VM_WRITE);
	if (error_code & X86_PF_PROT)
		return true; /* the page is present, but may not be read or executed */
	return !(vma->vm_flags & VM_ACCESS_FLAGS);
}

static void fault_failed(struct pt_regs *regs, unsigned long error_code, unsigned long address,
			 vm_fault_t fault)
{
	if ((fault & VM_FAULT_OOM) && (out_of_memory() || user_mode(regs)))
		return; /* the instruction faults again, or a SIGKILL is pending */
	bad_area_nosemaphore(regs, error_code, address, SIGBUS, BUS_ADRERR);
}

static unsigned int fault_flags(const struct pt_regs *regs, unsigned long error_code)
{
	return (user_mode(regs) ? FAULT_FLAG_USER : 0) |
	       (error_code & X86_PF_WRITE ? FAULT_FLAG_WRITE : 0) |
	       (error_code & X86_PF_INSTR ? FAULT_FLAG_INSTRUCTION : 0);
}

/* Interrupts are on, current has an mm. */
static void serve_fault(struct pt_regs *regs, unsigned long error_code, unsigned long address)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	vm_fault_t fault;

	mmap_read_lock(mm);
	vma = find_extend_vma(mm, address);
	if (!vma || access_error(error_code, vma)) {
		mmap_read_unlock(mm);
		bad_area_nosemaphore(regs, error_code, address, SIGSEGV,
				     vma ? SEGV_ACCERR : SEGV_MAPERR);
		return;
	}
	fault = mm->flags & MMF_UNSTABLE
			? VM_FAULT_SIGBUS
			: handle_mm_fault(vma, address, fault_flags(regs, error_code));
	mmap_read_unlock(mm);
	if (unlikely(fault & VM_FAULT_ERROR))
		fault_failed(regs, error_code, address, fault);
}

/*
 * Kernel code may fault only where the fixup table has an entry: in uaccess.c and fpu.c, which set
 * AC for SMAP.
 */
static void do_user_addr_fault(struct pt_regs *regs, unsigned long error_code,
			       unsigned long address)
{
	if (error_code & X86_PF_RSVD)
		die("reserved bit in a page table", regs, error_code);
	if (!user_mode(regs) && ((error_code & X86_PF_INSTR) || !search_exception_table(regs->ip) ||
				 (boot_cpu.smap && !(regs->flags & X86_EFLAGS_AC)) ||
				 this_cpu()->in_irq || !current->mm)) {
		bad_area_nosemaphore(regs, error_code, address, SIGSEGV, SEGV_MAPERR);
		return;
	}
	if (user_mode(regs) || (regs->flags & X86_EFLAGS_IF))
		local_irq_enable();
	if (!is_vsyscall_vaddr(address) || !emulate_vsyscall(error_code, regs, address))
		serve_fault(regs, error_code, address);
}

/* Interrupts are off, so CR2 still has the address of this fault. */
void exc_page_fault(struct pt_regs *regs, unsigned long error_code)
{
	unsigned long address = read_cr2();

	if (unlikely(user_mode(regs) && current->first_fault_pending)) {
		current->first_fault_pending = false;
		exec_stage(EXEC_SITE(FIRST_FAULT), PAGE_ALIGN_DOWN(address),
			   PAGE_ALIGN_DOWN(address) + PAGE_SIZE, &no_vma, 0);
	}
	if (user_mode(regs) && !(error_code & X86_PF_USER) &&
	    (address >= TASK_SIZE_MAX || boot_cpu.smap))
		implicit_access(address);
	else if (address >= TASK_SIZE_MAX && !is_vsyscall_vaddr(address))
		bad_area_nosemaphore(regs, error_code, address, SIGSEGV, SEGV_MAPERR);
	else
		do_user_addr_fault(regs, error_code, address);
}
