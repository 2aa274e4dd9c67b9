/* SPDX-License-Identifier: MIT */
/* The interrupt flag of this CPU. */
#ifndef ASM_IRQFLAGS_H
#define ASM_IRQFLAGS_H

#include <sanitize.h>
#include <types.h>

#define X86_IF 0x200UL

/* These two leave no note for the check of a DEBUG kernel: on the way to user mode. */
static inline void raw_local_irq_disable(void) { __asm__ volatile("cli" : : : "memory"); }
static inline void raw_local_irq_enable(void) { __asm__ volatile("sti" : : : "memory"); }

/* @before: the flags. */
#define irq_disable_from(before) \
	(raw_local_irq_disable(), (before)&X86_IF ? irqs_go_off() : (void)0)
#define local_irq_disable() irq_disable_from(X86_IF)
#define local_irq_enable()  (irqs_come_on(), raw_local_irq_enable())

/* Sleeps until the next interrupt. STI takes effect after HLT has begun, so that none is missed. */
static inline void safe_halt(void)
{
	irqs_come_on();
	__asm__ volatile("sti; hlt" ::: "memory");
}

static inline unsigned long local_save_flags(void)
{
	unsigned long flags;

	__asm__ volatile("pushfq; popq %0" : "=r"(flags)::"memory");
	return flags;
}

static inline unsigned long local_irq_save(void)
{
	unsigned long flags = local_save_flags();

	irq_disable_from(flags);
	return flags;
}

static inline void local_irq_restore(unsigned long flags)
{
	if (flags & X86_IF)
		local_irq_enable();
}

#endif
