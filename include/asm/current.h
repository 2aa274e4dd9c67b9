/* SPDX-License-Identifier: MIT */
/*
 * Per-CPU data, found through GS, and the running task. In kernel mode entry.asm has made GS point
 * to this CPU's struct.
 */
#ifndef ASM_CURRENT_H
#define ASM_CURRENT_H

#include <types.h>

struct task_struct;
struct mm_struct;

struct percpu {
	struct percpu *self;	     /* gs:0 */
	struct task_struct *current; /* gs:8 */
	/* gs:16, the top of current's kernel stack, which SYSCALL switches to */
	unsigned long kernel_stack;
	unsigned long user_sp; /* gs:24, for entry_SYSCALL_64 */
	unsigned int cpu;
	unsigned int in_irq; /* nesting of interrupt handlers */
};

extern struct percpu boot_percpu; /* of the first CPU: the NMI entry loads it */

static inline struct percpu *this_cpu(void)
{
	struct percpu *p;

	__asm__ volatile("movq %%gs:0, %0" : "=r"(p));
	return p;
}

/* Not volatile: while a function runs, even if it sleeps meanwhile, its task is the same. */
static inline struct task_struct *get_current(void)
{
	struct task_struct *t;

	__asm__("movq %%gs:8, %0" : "=r"(t));
	return t;
}

/* Only for the switch of tasks. After the macro below the field has no name any more. */
static inline void set_current(struct task_struct *t) { this_cpu()->current = t; }

#define current get_current()

#define current_stack_top() \
	({ \
		void *__top; \
		__asm__("movq %%gs:16, %0" : "=r"(__top)); \
		__top; \
	})

#endif
