/* SPDX-License-Identifier: MIT */
/* The interrupt flag of this CPU. */
#ifndef ASM_IRQFLAGS_H
#define ASM_IRQFLAGS_H

#include <types.h>

#define X86_IF 0x200UL

static inline void local_irq_disable(void) { __asm__ volatile("cli" : : : "memory"); }

static inline void local_irq_enable(void) { __asm__ volatile("sti" : : : "memory"); }

/* Sleeps until the next interrupt. STI takes effect after HLT has begun, so that none is missed. */
static inline void safe_halt(void) { __asm__ volatile("sti; hlt" ::: "memory"); }

static inline unsigned long local_save_flags(void)
{
	unsigned long flags;

	__asm__ volatile("pushfq; popq %0" : "=r"(flags)::"memory");
	return flags;
}

static inline unsigned long local_irq_save(void)
{
	unsigned long flags = local_save_flags();

	local_irq_disable();
	return flags;
}

static inline void local_irq_restore(unsigned long flags)
{
	if (flags & X86_IF)
		local_irq_enable();
}

#endif
