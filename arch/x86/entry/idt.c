/* SPDX-License-Identifier: MIT */
/*
 * Sets the entry points of entry.asm: the interrupt descriptor table, and the MSRs of SYSCALL.
 *
 * Abridges Linux's arch/x86/kernel/idt.c and syscall_init of cpu/common.c. Left out: INT 0x80 and
 * SYSENTER.
 * Not on the road of an exec.
 *
 *   vector 0..31 exceptions | 32..47 the 8259 lines | 255 spurious of the APIC | others absent: #GP
 */
#include <asm/msr.h>
#include <asm/page.h>
#include <asm/processor-flags.h>
#include <asm/processor.h>
#include <asm/segment.h>
#include "internal.h"

#define NR_STUBS	48
#define NR_VECTORS	256
#define SPURIOUS_VECTOR 255
#define GATE_INTERRUPT	0x8e /* present, DPL 0; clears IF */
#define GATE_USER	0xee /* the same, and user code may INT to it */

struct gate {
	u16 offset_low, segment;
	u8 ist, type;
	u16 offset_middle;
	u32 offset_high, reserved;
};

static struct gate idt[NR_VECTORS] __aligned(PAGE_SIZE);

static void set_gate(unsigned int vector, unsigned long handler, u8 type, u8 ist)
{
	idt[vector] = (struct gate){
		.offset_low = handler,
		.offset_middle = handler >> 16,
		.offset_high = handler >> 32,
		.segment = __KERNEL_CS,
		.ist = ist,
		.type = type,
	};
}

static void syscall_init(void)
{
	wrmsr(MSR_STAR, (u64)__USER32_CS << 48 | (u64)__KERNEL_CS << 32);
	wrmsr(MSR_LSTAR, (u64)entry_SYSCALL_64);
	wrmsr(MSR_CSTAR, (u64)entry_SYSCALL_compat);
	wrmsr(MSR_SYSCALL_MASK, X86_EFLAGS_CF | X86_EFLAGS_PF | X86_EFLAGS_AF | X86_EFLAGS_ZF |
					X86_EFLAGS_SF | X86_EFLAGS_TF | X86_EFLAGS_IF |
					X86_EFLAGS_DF | X86_EFLAGS_OF | X86_EFLAGS_IOPL |
					X86_EFLAGS_NT | X86_EFLAGS_RF | X86_EFLAGS_AC |
					X86_EFLAGS_ID);
}

void trap_init(void)
{
	struct {
		u16 limit;
		u64 base;
	} __packed ptr = {sizeof(idt) - 1, (u64)idt};

	for (unsigned int v = 0; v < NR_STUBS; v++)
		set_gate(v, trap_stubs[v], GATE_INTERRUPT, 0);
	set_gate(X86_TRAP_NMI, trap_stubs[X86_TRAP_NMI], GATE_INTERRUPT, IST_NMI);
	set_gate(X86_TRAP_DF, trap_stubs[X86_TRAP_DF], GATE_INTERRUPT, IST_DF);
	set_gate(X86_TRAP_MC, trap_stubs[X86_TRAP_MC], GATE_INTERRUPT, IST_MC);
	set_gate(X86_TRAP_BP, trap_stubs[X86_TRAP_BP], GATE_USER, 0);
	set_gate(X86_TRAP_OF, trap_stubs[X86_TRAP_OF], GATE_USER, 0);
	set_gate(SPURIOUS_VECTOR, (unsigned long)spurious_stub, GATE_INTERRUPT, 0);
	__asm__ volatile("lidt %0" : : "m"(ptr));
	ret_from_fork = ret_from_fork_asm;
	syscall_init();
}
