/* SPDX-License-Identifier: MIT */
/*
 * The system call table, the way from the SYSCALL instruction to it, and the way back to user mode,
 * which exceptions and interrupts take too; and the calls about the CPU itself.
 *
 * Abridges Linux's arch/x86/entry/common.c, syscall_64.c, kernel/entry/common.c and
 * arch/x86/kernel/process_64.c (arch_prctl). Left out: seccomp, audit, the x32 and i386 tables.
 */
#include <asm/desc.h>
#include <asm/irqflags.h>
#include <asm/prctl.h>
#include <asm/processor-flags.h>
#include <asm/processor.h>
#include <asm/segment.h>
#include <asm/uaccess.h>
#include <asm/unistd_64.h>
#include <printk.h>
#include <ptrace.h>
#include <rseq.h>
#include <sched.h>
#include <syscalls.h>
#include "internal.h"

#define PTREGS_AT(field, offset) \
	_Static_assert(offsetof(struct pt_regs, field) == (offset), "ptregs.inc: " #field)
PTREGS_AT(r15, 0);
PTREGS_AT(bp, 32);
PTREGS_AT(bx, 40);
PTREGS_AT(r11, 48);
PTREGS_AT(ax, 80);
PTREGS_AT(di, 112);
PTREGS_AT(orig_ax, 120);
PTREGS_AT(ip, 128);
PTREGS_AT(cs, 136);
PTREGS_AT(flags, 144);
PTREGS_AT(sp, 152);
PTREGS_AT(ss, 160);
_Static_assert(sizeof(struct pt_regs) == 168, "ptregs.inc");
_Static_assert(offsetof(struct percpu, kernel_stack) == 16, "ptregs.inc: PERCPU_KERNEL_STACK");
_Static_assert(offsetof(struct percpu, user_sp) == 24, "ptregs.inc: PERCPU_USER_SP");

typedef long (*sys_call_ptr_t)(unsigned long, unsigned long, unsigned long, unsigned long,
			       unsigned long, unsigned long);

#define NR_SYSCALLS 512

/* The first use of a call that is absent is logged: dmesg shows what a program misses. */
static long sys_ni_syscall(void)
{
	static bool seen[NR_SYSCALLS];
	unsigned int nr = current_pt_regs()->orig_ax;

	if (!seen[nr])
		printk(KERN_DEBUG "%s[%d]: system call %u is absent\n", current->comm, current->pid,
		       nr);
	seen[nr] = true;
	return -ENOSYS;
}

#pragma GCC diagnostic ignored "-Woverride-init"
static const sys_call_ptr_t sys_call_table[NR_SYSCALLS] = {
	[0 ... NR_SYSCALLS - 1] = (sys_call_ptr_t)(void *)sys_ni_syscall,
#define SYSCALL(name, ...) [__NR_##name] = (sys_call_ptr_t)(void *)sys_##name,
#include <syscall_table.h>
#undef SYSCALL
};

/*
 * The last C function before user mode. It returns with interrupts off when there is no work left,
 * so that no work can come before SYSRET or IRET. A task with restore_sigmask has a signal pending,
 * too.
 */
void exit_to_user_mode(struct pt_regs *regs)
{
	struct task_struct *me = current;

	raw_local_irq_disable();
	while (me->need_resched || me->sigpending_flag || me->rseq_event) {
		local_irq_enable();
		if (me->need_resched)
			schedule();
		else if (me->sigpending_flag)
			do_signal(regs);
		else
			rseq_handle_notify_resume(0, regs);
		raw_local_irq_disable();
	}
}

/* The way out of a call with work: by IRET, for the work may change any register. */
static void syscall_exit_work(struct pt_regs *regs)
{
	local_irq_enable();
	if (current->syscall_work)
		syscall_trace_exit();
	exit_to_user_mode(regs);
	current->force_iret = false;
}

/*
 * The number is the low half of rax. entry.asm has set regs->ax to -ENOSYS and interrupts are off.
 * Returns whether SYSRET may be used. It restores fewer registers than IRET, and with a
 * non-canonical rip it faults in kernel mode with the user's rsp. So the registers must be as
 * SYSCALL has left them.
 */
bool do_syscall_64(struct pt_regs *regs)
{
	unsigned int nr = regs->orig_ax;

	local_irq_enable();
	if (current->syscall_work)
		nr = syscall_trace_enter(regs);
	if (nr < NR_SYSCALLS)
		regs->ax = sys_call_table[nr](regs->di, regs->si, regs->dx, regs->r10, regs->r8,
					      regs->r9);
	raw_local_irq_disable();
	if (!current->work && !(regs->flags & (X86_EFLAGS_RF | X86_EFLAGS_TF)))
		return true;
	syscall_exit_work(regs);
	return false;
}

/* CPUID cannot be made to fault. Every XSAVE feature that the kernel supports is permitted. */
long sys_arch_prctl(int option, unsigned long arg)
{
	switch (option) {
	case ARCH_SET_FS:
		if (arg >= TASK_SIZE_MAX)
			return -EPERM;
		load_fs(0);
		write_fsbase(arg);
		return 0;
	case ARCH_SET_GS:
		if (arg >= TASK_SIZE_MAX)
			return -EPERM;
		raw_local_irq_disable();
		load_gs_index(0);
		raw_local_irq_enable();
		write_user_gsbase(arg);
		return 0;
	case ARCH_GET_FS:
		return put_user(read_fsbase(), (unsigned long __user *)arg);
	case ARCH_GET_GS:
		return put_user(read_user_gsbase(), (unsigned long __user *)arg);
	case ARCH_GET_CPUID:
		return 1;
	case ARCH_SET_CPUID:
		return -ENODEV;
	case ARCH_GET_XCOMP_SUPP:
	case ARCH_GET_XCOMP_PERM:
	case ARCH_GET_XCOMP_GUEST_PERM:
		return put_user(boot_cpu.xfeatures, (u64 __user *)arg);
	case ARCH_REQ_XCOMP_PERM:
	case ARCH_REQ_XCOMP_GUEST_PERM:
		return arg < XFEATURE_MAX ? -EOPNOTSUPP : -EINVAL;
	default:
		return -EINVAL;
	}
}
