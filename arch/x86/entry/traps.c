/* SPDX-License-Identifier: MIT */
/*
 * Handles exceptions and interrupts after entry.asm has saved the registers. An exception of user
 * code becomes a signal. Kernel code continues where the fixup table says; without an entry there,
 * die.c panics.
 *
 * Abridges Linux's arch/x86/kernel/traps.c. Left out: kprobes, vm86.
 */
#include <asm/cpu.h>
#include <asm/current.h>
#include <asm/irq.h>
#include <asm/irqflags.h>
#include <asm/processor-flags.h>
#include <asm/processor.h>
#include <asm/uaccess.h>
#include <printk.h>
#include <ptrace.h>
#include <sched.h>
#include <string.h>
#include "internal.h"

#define DR_STEP	     BIT(14)
#define DR_TRAP_BITS 15UL

/* Exceptions that are only a signal for user code. */
static const struct trap_info {
	const char *name;
	int signr; /* 0: user code should not be able to cause it */
	int code;  /* 0: SI_KERNEL, without an address */
	bool addr_is_ip;
} trap_info[NR_EXCEPTIONS] = {
	[X86_TRAP_DE] = {"divide error", SIGFPE, FPE_INTDIV, true},
	[X86_TRAP_DB] = {"debug", 0, 0, false},
	[X86_TRAP_BP] = {"int3", SIGTRAP, 0, false},
	[X86_TRAP_OF] = {"overflow", SIGSEGV, 0, false},
	[X86_TRAP_BR] = {"bounds", SIGSEGV, 0, false},
	[X86_TRAP_UD] = {"invalid opcode", SIGILL, ILL_ILLOPN, true},
	[X86_TRAP_NM] = {"device not available", 0, 0, false},
	[X86_TRAP_OLD_MF] = {"coprocessor segment overrun", SIGFPE, 0, false},
	[X86_TRAP_TS] = {"invalid TSS", SIGSEGV, 0, false},
	[X86_TRAP_NP] = {"segment not present", SIGBUS, 0, false},
	[X86_TRAP_SS] = {"stack segment", SIGBUS, 0, false},
	[X86_TRAP_GP] = {"general protection fault", SIGSEGV, 0, false},
	[X86_TRAP_AC] = {"alignment check", SIGBUS, BUS_ADRALN, false},
};

/* ---- user mode: signals ------------------------------------------------- */

static void cond_local_irq_enable(const struct pt_regs *regs)
{
	if (regs->flags & X86_EFLAGS_IF)
		local_irq_enable();
}

static void do_trap(struct pt_regs *regs, unsigned long vector, unsigned long error_code)
{
	const struct trap_info *info = &trap_info[vector];

	if (!user_mode(regs)) {
		if (fixup_exception(regs))
			return;
		die(info->name ?: "unexpected exception", regs, error_code);
	}
	cond_local_irq_enable(regs);
	if (vector == X86_TRAP_GP && (emulate_umip(regs) || skip_cli_sti(regs)))
		return;
	current->thread.error_code = error_code;
	current->thread.trap_nr = vector;
	if (info->code)
		force_sig_fault(info->signr, info->code,
				info->addr_is_ip ? (void __user *)regs->ip : NULL);
	else
		force_sig(info->signr ?: SIGSEGV);
}

static int debug_si_code(unsigned long dr6)
{
	if (dr6 & DR_STEP)
		return TRAP_TRACE;
	return dr6 & DR_TRAP_BITS ? TRAP_HWBKPT : TRAP_BRKPT;
}

/*
 * #DB: single steps (TF) and INT1 of user code. In kernel mode it is a step of a debugger that is
 * attached to QEMU.
 */
static void exc_debug(struct pt_regs *regs)
{
	unsigned long dr6 = read_dr6() ^ DR6_RESERVED;

	write_dr6(DR6_RESERVED);
	if (!user_mode(regs)) {
		regs->flags &= ~X86_EFLAGS_TF;
		return;
	}
	note_debug_trap(regs, dr6);
	cond_local_irq_enable(regs);
	current->thread.trap_nr = X86_TRAP_DB;
	current->thread.error_code = 0;
	force_sig_fault(SIGTRAP, debug_si_code(dr6), (void __user *)regs->ip);
}

/* #MF and #XM. If no exception is pending any more, the instruction is tried again. */
static void exc_math_error(struct pt_regs *regs, unsigned long vector)
{
	int code;

	if (!user_mode(regs)) {
		if (fixup_exception(regs))
			return;
		die("FPU exception", regs, 0);
	}
	code = fpu_exception_code(vector);
	cond_local_irq_enable(regs);
	current->thread.trap_nr = vector;
	current->thread.error_code = 0;
	if (code)
		force_sig_fault(SIGFPE, code, (void __user *)regs->ip);
}

/*
 * IRET to user mode failed: sigreturn has set selectors or an address that the CPU refuses. The
 * other registers are the user's already, and the refused frame is still in the last five words of
 * pt_regs: together they are the state of a fault at the first user instruction.
 */
static struct pt_regs *fixup_bad_iret(struct pt_regs *regs)
{
	struct pt_regs *user = current_pt_regs();

	memmove(user, regs, offsetof(struct pt_regs, ip));
	return user;
}

static void handle_exception(struct pt_regs *regs, unsigned long vector, unsigned long error_code)
{
	switch (vector) {
	case X86_TRAP_PF:
		exc_page_fault(regs, error_code);
		break;
	case X86_TRAP_DB:
		exc_debug(regs);
		break;
	case X86_TRAP_MF:
	case X86_TRAP_XF:
		exc_math_error(regs, vector);
		break;
	default:
		do_trap(regs, vector, error_code);
	}
}

/*
 * Called with interrupts off. Returns the pt_regs that entry.asm restores. User code may have set
 * AC, with which the kernel could access user memory: clac clears it.
 */
struct pt_regs *trap_dispatch(struct pt_regs *regs, unsigned long vector, unsigned long error_code,
			      bool bad_iret)
{
	if (boot_cpu.smap)
		clac();
	if (bad_iret)
		regs = fixup_bad_iret(regs);
	if (vector >= IRQ_VECTOR_BASE) {
		irq_from_user = user_mode(regs);
		do_irq(vector - IRQ_VECTOR_BASE);
	} else {
		handle_exception(regs, vector, error_code);
	}
	raw_local_irq_disable();
	if (user_mode(regs))
		exit_to_user_mode(regs);
	return regs;
}

/* ---- exceptions with stacks of their own --------------------------------- */

/* QEMU's monitor command nmi shows where a machine hangs. */
void exc_nmi(struct pt_regs *regs, unsigned long error_code __maybe_unused)
{
	printk("NMI: task %d (%s)\n", current ? current->pid : 0, current ? current->comm : "none");
	show_regs(regs);
}

/* An exception frame could not be pushed, mostly because the stack has reached its guard page. */
void exc_double_fault(struct pt_regs *regs, unsigned long error_code)
{
	unsigned long cr2 = read_cr2();
	unsigned long stack = current ? (unsigned long)current->stack : 0;

	if (stack && cr2 < stack && cr2 >= stack - PAGE_SIZE)
		die("kernel stack overflow (guard page hit)", regs, error_code);
	die("double fault", regs, error_code);
}

void exc_machine_check(struct pt_regs *regs, unsigned long error_code)
{
	die("machine check (hardware error)", regs, error_code);
}
