/* SPDX-License-Identifier: MIT */
/*
 * Checks of the DEBUG kernel (make DEBUG=1): lib/sanitize.c, lib/ubsan.c, mm/verify.c. Empty
 * otherwise. docs/verification.md says what each of them finds.
 */
#ifndef SANITIZE_H
#define SANITIZE_H

#include <kasan.h>
#include <types.h>

struct list_head;
struct mm_struct;

#ifdef DEBUG
#define SLAB_RED_BYTES 16 /* behind each object; with KASAN, behind them, who used it */
#define SLAB_RED_ZONE  (SLAB_RED_BYTES + SLAB_CALLERS)

/* A check has failed: panics, unless the fault was provoked (/proc/sys/debug/provoke). */
void bug_found(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* true: from here on the first fault is only printed. false: from here on all panic again. */
void bugs_expected(bool yes);

extern unsigned long ubsan_faults; /* so often was undefined behaviour found: lib/ubsan.c */

void list_check_add(const struct list_head *n, const struct list_head *prev,
		    const struct list_head *next);
void list_check_del(const struct list_head *e);
/* @now: the count after it went up or down. */
void refcount_check_up(int now);
void refcount_check_down(int now);

/* A new slab. */
void *slab_memory(void *memory, size_t size);
/* A slab's object of @size bytes, with its red zone: before its use, and after it. */
void *slab_object_out(void *obj, unsigned int size);
bool slab_object_back(void *obj, unsigned int size); /* always false */

/* A kernel stack that a task is about to use. */
void *paint_stack(void *stack, size_t size);
void *unpaint_stack(void *stack); /* before its frames are freed */
extern unsigned long stack_use;	  /* the most bytes that a task used whose stack was used again */

/* Interrupts have gone off, and are about to come on. */
void irqs_go_off(void);
void irqs_come_on(void);
extern unsigned long irqs_off_cycles; /* the longest time so far, in TSC cycles */
extern unsigned long irqs_off_limit;  /* longer is a fault; 0: never */

/* Compares an address space with the model of mm/verify.c. mmap_lock held. */
void mm_verify(struct mm_struct *mm);
extern unsigned long mm_verified;    /* how often */
extern unsigned long mm_verify_rate; /* see mm/verify.c */

void provoke(void); /* the fault number provoke_nr: kernel/provoke.c */
extern int provoke_nr;
#define SANITIZE_VARS \
	SYSCTL_VAR("irqs_off_cycles", irqs_off_cycles, .is_long = true, .max = ~0UL), \
		SYSCTL_VAR("irqs_off_limit", irqs_off_limit, .is_long = true, .max = ~0UL), \
		SYSCTL_VAR("mm_verified", mm_verified, .is_long = true, .max = ~0UL), \
		SYSCTL_VAR("mm_verify_rate", mm_verify_rate, .is_long = true, .max = ~0UL), \
		SYSCTL_VAR("ubsan_faults", ubsan_faults, .is_long = true, .max = ~0UL), \
		SYSCTL_VAR("provoke", provoke_nr, .max = INT32_MAX, .changed = provoke),
#define STACK_USE_VAR SYSCTL_VAR("stack_use", stack_use, .is_long = true, .max = ~0UL),
#else
#define SLAB_RED_ZONE		      0
#define list_check_add(n, prev, next) ((void)0)
#define list_check_del(e)	      ((void)0)
#define refcount_check_up(now)	      ((void)(now))
#define refcount_check_down(now)      ((void)(now))
#define slab_memory(memory, size)     (memory)
#define slab_object_out(obj, size)    (obj)
#define slab_object_back(obj, size)   false
#define paint_stack(stack, size)      (stack)
#define unpaint_stack(stack)	      (stack)
#define irqs_go_off()		      ((void)0)
#define irqs_come_on()		      ((void)0)
#define mm_verify(mm)		      ((void)0)
#endif

#endif
