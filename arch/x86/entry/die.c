/* SPDX-License-Identifier: MIT */
/*
 * A fault of the kernel itself: prints the reason and the registers, then panics, which prints the
 * backtrace.
 *
 * Abridges Linux's arch/x86/kernel/dumpstack.c. Left out: the bytes of the code, an oops that
 * ends only the task. Not on the road of an exec.
 */
#include <asm/cpu.h>
#include <asm/current.h>
#include <asm/irqflags.h>
#include <asm/pgtable.h>
#include <printk.h>
#include <sched.h>
#include "internal.h"

void show_regs(const struct pt_regs *r)
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
