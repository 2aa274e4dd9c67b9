/* SPDX-License-Identifier: MIT */
/*
 * Exceptions and interrupts: the interrupt descriptor table, and what each
 * exception means. In user mode a signal; in kernel mode a line of the fixup
 * table, or the end with registers and backtrace.
 *
 * Abridges arch/x86/kernel/traps.c, idt.c, dumpstack.c and fpu/core.c. Left
 * out: kprobes, vm86, debug registers for user code, UMIP emulation.
 *
 *   vector 0..31 exceptions | 32..47 the 8259 lines | 255 spurious of the APIC | others absent: #GP
 */
#include <asm/current.h>
#include <asm/irq.h>
#include <asm/irqflags.h>
#include <asm/msr.h>
#include <asm/pgtable.h>
#include <asm/processor-flags.h>
#include <asm/processor.h>
#include <asm/segment.h>
#include <asm/uaccess.h>
#include <printk.h>
#include <sched.h>
#include <string.h>
#include "internal.h"

#define NR_STUBS	48
#define NR_VECTORS	256
#define SPURIOUS_VECTOR	255
#define GATE_INTERRUPT	0x8e		/* present, DPL 0; clears IF */
#define GATE_USER	0xee		/* the same, and user code may INT to it */
#define DR6_RESERVED	0xffff0ff0UL	/* set when nothing happened */
#define DR_STEP		BIT(14)
#define DR_TRAP_BITS	15UL

struct gate {
	u16 offset_low, segment;
	u8 ist, type;
	u16 offset_middle;
	u32 offset_high, reserved;
};

static struct gate idt[NR_VECTORS] __aligned(PAGE_SIZE);

/* What an exception of user code is, when nothing but a signal comes of it. */
static const struct trap_info {
	const char *name;
	int signr;		/* 0: user code cannot cause it */
	int code;		/* 0: SI_KERNEL, without an address */
	bool addr_is_ip;
} trap_info[NR_EXCEPTIONS] = {
	[X86_TRAP_DE]		= { "divide error", SIGFPE, FPE_INTDIV, true },
	[X86_TRAP_DB]		= { "debug", 0, 0, false },
	[X86_TRAP_BP]		= { "int3", SIGTRAP, 0, false },
	[X86_TRAP_OF]		= { "overflow", SIGSEGV, 0, false },
	[X86_TRAP_BR]		= { "bounds", SIGSEGV, 0, false },
	[X86_TRAP_UD]		= { "invalid opcode", SIGILL, ILL_ILLOPN, true },
	[X86_TRAP_NM]		= { "device not available", 0, 0, false },
	[X86_TRAP_OLD_MF]	= { "coprocessor segment overrun", SIGFPE, 0, false },
	[X86_TRAP_TS]		= { "invalid TSS", SIGSEGV, 0, false },
	[X86_TRAP_NP]		= { "segment not present", SIGBUS, 0, false },
	[X86_TRAP_SS]		= { "stack segment", SIGBUS, 0, false },
	[X86_TRAP_GP]		= { "general protection fault", SIGSEGV, 0, false },
	[X86_TRAP_AC]		= { "alignment check", SIGBUS, BUS_ADRALN, false },
};

/* ---- kernel mode: the end ---------------------------------------------- */

static void show_regs(const struct pt_regs *r)
{
	printk("RIP: %04lx:%pS  RSP: %04lx:%016lx  RFLAGS: %08lx\n", r->cs, (void *)r->ip, r->ss,
	       r->sp, r->flags);
	printk("RAX: %016lx RBX: %016lx RCX: %016lx\n", r->ax, r->bx, r->cx);
	printk("RDX: %016lx RSI: %016lx RDI: %016lx\n", r->dx, r->si, r->di);
	printk("RBP: %016lx R08: %016lx R09: %016lx\n", r->bp, r->r8, r->r9);
	printk("R10: %016lx R11: %016lx R12: %016lx\n", r->r10, r->r11, r->r12);
	printk("R13: %016lx R14: %016lx R15: %016lx\n", r->r13, r->r14, r->r15);
	printk("CR2: %016lx CR3: %016lx CR4: %08lx\n", read_cr2(), read_cr3(), read_cr4());
}

void die(const char *what, const struct pt_regs *regs, unsigned long error_code)
{
	struct task_struct *t = current;

	local_irq_disable();
	printk("Oops: %s, error code %#lx, task %d (%s)\n", what, error_code, t ? t->pid : 0,
	       t ? t->comm : "none");
	show_regs(regs);
	panic("%s in kernel mode", what);
}

/* ---- user mode: signals ------------------------------------------------- */

static void cond_local_irq_enable(const struct pt_regs *regs)
{
	if (regs->flags & X86_EFLAGS_IF)
		local_irq_enable();
}

static void do_trap(struct pt_regs *regs, unsigned long vector, unsigned long error_code)
{
	const struct trap_info *info = &trap_info[vector];

	if (!user_mode(regs) && fixup_exception(regs))
		return;
	if (!user_mode(regs) || !info->signr)
		die(info->name ? info->name : "unexpected exception", regs, error_code);
	cond_local_irq_enable(regs);
	current->thread.error_code = error_code;
	current->thread.trap_nr = vector;
	if (info->code)
		force_sig_fault(info->signr, info->code,
				info->addr_is_ip ? (void __user *)regs->ip : NULL);
	else
		force_sig(info->signr);
}

static int debug_si_code(unsigned long dr6)
{
	if (dr6 & DR_STEP)
		return TRAP_TRACE;
	return dr6 & DR_TRAP_BITS ? TRAP_HWBKPT : TRAP_BRKPT;
}

/* Single steps (TF) and INT1 of user code. The kernel steps only where a debugger around QEMU leaks its own. */
static void exc_debug(struct pt_regs *regs)
{
	unsigned long dr6;

	__asm__ volatile("movq %%db6, %0" : "=r"(dr6));
	__asm__ volatile("movq %0, %%db6" :: "r"(DR6_RESERVED));
	dr6 ^= DR6_RESERVED;
	if (!user_mode(regs)) {
		regs->flags &= ~X86_EFLAGS_TF;
		return;
	}
	cond_local_irq_enable(regs);
	current->thread.trap_nr = X86_TRAP_DB;
	current->thread.error_code = 0;
	force_sig_fault(SIGTRAP, debug_si_code(dr6), (void __user *)regs->ip);
}

/* #MF and #XM. A pending exception that went away meanwhile is tried again. */
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
 * IRET to user mode failed: a sigreturn had left selectors or an address that
 * the CPU refuses. The registers still are the user's, and the refused frame
 * lies where pt_regs has its last five words: joined, they are what user mode
 * would look like had it faulted at its first instruction.
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

/* Interrupts are off. Returns the pt_regs by which to leave. AC of the interrupted code must not open user memory to us. */
struct pt_regs *trap_dispatch(struct pt_regs *regs, unsigned long vector, unsigned long error_code)
{
	if (boot_cpu.smap)
		clac();
	if (!user_mode(regs) && regs->ip == (unsigned long)iret_to_user)
		regs = fixup_bad_iret(regs);
	if (vector >= IRQ_VECTOR_BASE) {
		irq_from_user = user_mode(regs);
		do_irq(vector - IRQ_VECTOR_BASE);
	} else {
		handle_exception(regs, vector, error_code);
	}
	local_irq_disable();
	if (user_mode(regs))
		exit_to_user_mode(regs);
	return regs;
}

/* ---- on stacks of their own ----------------------------------------------- */

/* Sent by hand (QEMU's nmi command) to see where the machine hangs. */
void exc_nmi(struct pt_regs *regs, unsigned long error_code __maybe_unused)
{
	printk("NMI: task %d (%s)\n", current ? current->pid : 0, current ? current->comm : "none");
	show_regs(regs);
}

/* No room to push an exception's frame: the guard page below the kernel stack was hit. */
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

/* ---- the table -------------------------------------------------------------- */

static void set_gate(unsigned int vector, unsigned long handler, u8 type, u8 ist)
{
	idt[vector] = (struct gate){
		.offset_low = handler, .offset_middle = handler >> 16, .offset_high = handler >> 32,
		.segment = __KERNEL_CS, .ist = ist, .type = type,
	};
}

void trap_init(void)
{
	struct {
		u16 limit;
		u64 base;
	} __packed ptr = { sizeof(idt) - 1, (u64)idt };

	for (unsigned int v = 0; v < NR_STUBS; v++)
		set_gate(v, trap_stubs[v], GATE_INTERRUPT, 0);
	set_gate(X86_TRAP_NMI, trap_stubs[X86_TRAP_NMI], GATE_INTERRUPT, IST_NMI);
	set_gate(X86_TRAP_DF, trap_stubs[X86_TRAP_DF], GATE_INTERRUPT, IST_DF);
	set_gate(X86_TRAP_MC, trap_stubs[X86_TRAP_MC], GATE_INTERRUPT, IST_MC);
	set_gate(X86_TRAP_BP, trap_stubs[X86_TRAP_BP], GATE_USER, 0);
	set_gate(X86_TRAP_OF, trap_stubs[X86_TRAP_OF], GATE_USER, 0);
	set_gate(SPURIOUS_VECTOR, (unsigned long)spurious_stub, GATE_INTERRUPT, 0);
	__asm__ volatile("lidt %0" :: "m"(ptr));
	ret_from_fork = ret_from_fork_asm;
	syscall_init();
}
