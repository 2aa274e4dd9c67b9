/* SPDX-License-Identifier: MIT */
/*
 * The floor under kernel files that are built for the developer's machine:
 * memory comes from malloc, locks are nothing (one thread), printk prints, panic aborts.
 * It sees neither the kernel's headers nor most of libc's, for the two disagree.
 */
#include <stdarg.h>
#include <stddef.h>
#include "ends.h"
#include "shims.h"

struct mutex;

void *malloc(size_t size);
void *calloc(size_t n, size_t size);
void free(void *p);
void *memcpy(void *dst, const void *src, size_t n);

#define WEAK __attribute__((weak)) /* a test that has its own wins */

WEAK void *kmalloc(size_t size, unsigned int gfp);
WEAK void *kmemdup(const void *p, size_t n);
WEAK void kfree(const void *p);
WEAK unsigned long get_random_u64(void);
WEAK void mutex_lock(struct mutex *m);
WEAK void mutex_unlock(struct mutex *m);
WEAK int security_vm_enough_memory(long pages);
WEAK int sysctl_max_map_count = 65530;
WEAK void mm_trace(const void *mm, unsigned long start, unsigned long end, int kind,
		   const void *vma);
WEAK const char no_vma[1]; /* nobody looks into it */
WEAK int printk(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void panic(const char *fmt, ...) __attribute__((noreturn, weak, format(printf, 1, 2)));

/* The same numbers in each run. */
unsigned long get_random_u64(void)
{
	static unsigned long state = 1;

	state = state * 6364136223846793005u + 1442695040888963407u;
	return state;
}

long shim_allocations;
long shim_fail_after = -1;
WEAK unsigned long stack_guard_gap = 256 * 4096UL;

void *kmalloc(size_t size, unsigned int gfp)
{
	if (shim_fail_after == 0) {
		shim_fail_after = -1;
		return NULL;
	}
	if (shim_fail_after > 0)
		shim_fail_after--;
	shim_allocations++;
	return gfp ? calloc(1, size) : malloc(size);
}

void *kmemdup(const void *p, size_t n)
{
	void *copy = kmalloc(n, 0);

	return copy ? memcpy(copy, p, n) : NULL;
}

void kfree(const void *p)
{
	if (p)
		shim_allocations--;
	free((void *)p);
}

void mutex_lock(struct mutex *m) { (void)m; }

void mutex_unlock(struct mutex *m) { (void)m; }

int security_vm_enough_memory(long pages)
{
	(void)pages;
	return 0;
}

void mm_trace(const void *mm, unsigned long start, unsigned long end, int kind, const void *vma)
{
	(void)vma;
	(void)mm;
	(void)start;
	(void)end;
	(void)kind;
}

int printk(const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = host_printk(fmt, ap);
	va_end(ap);
	return n;
}

void panic(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	host_panic(fmt, ap);
}
