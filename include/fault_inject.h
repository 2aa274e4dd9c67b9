/* SPDX-License-Identifier: MIT */
/*
 * Failures on request: mm/frames/fault_inject.c, in debug builds only (make DEBUG=1); empty
 * otherwise. /proc/sys/debug/ has the numbers; a task that writes one is marked, and so are the
 * tasks that it forks afterwards.
 */
#ifndef FAULT_INJECT_H
#define FAULT_INJECT_H

#include <sanitize.h>
#include <types.h>

struct fail_attr {
	unsigned long nth;   /* fails the nth time from now, once; 0: never */
	unsigned long every; /* fails each time that is a multiple; 0: never */
	unsigned long times; /* how often marked tasks have asked */
};

#ifdef DEBUG
extern struct fail_attr fail_alloc;	/* page frames, slabs, kmalloc, page tables */
extern struct fail_attr fail_copy;	/* copies from and to user memory */
unsigned long count_slab_objects(void); /* allocated, and not freed yet */
bool should_fail(struct fail_attr *attr);
void fail_mark_current(void);
void set_fail_alloc_nth(const char *val); /* of the command line */
void fail_mark_init(void);		  /* from here on it counts for init */
static inline bool should_fail_alloc(void) { return should_fail(&fail_alloc); }
static inline bool should_fail_copy(void) { return should_fail(&fail_copy); }
#define FAIL_VARS(which) \
	SYSCTL_VAR(#which "_every", which.every, .is_long = true, .max = ~0UL, \
		   .changed = fail_mark_current), \
		SYSCTL_VAR(#which "_nth", which.nth, .is_long = true, .max = ~0UL, \
			   .changed = fail_mark_current)
#define DEBUG_VARS \
	FAIL_VARS(fail_alloc), FAIL_VARS(fail_copy), \
		SANITIZE_VARS SYSCTL_REG("slab_objects", 0444, .show = show_slab_objects, \
					 .once = true), \
		STACK_USE_VAR
#define DEBUG_DIR    SYSCTL_DIR("debug", debug_table),
#define DEBUG_PARAMS {"fail_alloc_nth", true, set_fail_alloc_nth},
#else
static inline bool should_fail_alloc(void) { return false; }
static inline bool should_fail_copy(void) { return false; }
static inline void fail_mark_init(void) {}
static inline unsigned long count_slab_objects(void) { return 0; }
#define DEBUG_VARS
#define DEBUG_DIR
#define DEBUG_PARAMS
#endif

#endif
