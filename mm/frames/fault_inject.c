/* SPDX-License-Identifier: MIT */
/*
 * Failures on request, in debug builds only (make DEBUG=1): a test lets each allocation of a
 * program fail in turn, and each copy from or to user memory.
 * Abridges Linux's lib/fault-inject.c and mm/failslab.c; leaves out probabilities and filters by
 * the stack.
 * Not on the road of an exec.
 */
#include <fault_inject.h>
#include <frames.h>
#include <printk.h>
#include <slab.h>
#include <string.h>
#include <task.h>
#include <asm/current.h>

#define CALLERS 6 /* that a report names */

struct fail_attr fail_alloc, fail_copy;
static unsigned long init_nth;

static void report_callers(const unsigned long *frame)
{
	printk(KERN_DEBUG "%s[%d]: forced failure in", current->comm, current->pid);
	for (int i = 0; i < CALLERS && frame[1]; i++) {
		printk(KERN_DEBUG " %pS", (void *)(frame[1] - 1));
		frame = (const unsigned long *)frame[0];
	}
	printk(KERN_DEBUG "\n");
}

/* Whether this call must fail. None of an interrupt handler does: nobody could repeat it. */
bool should_fail(struct fail_attr *attr)
{
	bool fail = false;

	if ((!attr->nth && !attr->every) || this_cpu()->in_irq ||
	    !(current->flags & PF_MAKE_IT_FAIL))
		return false;
	attr->times++;
	if (attr->nth)
		fail = !--attr->nth;
	if (attr->every && attr->times % attr->every == 0)
		fail = true;
	if (fail)
		report_callers(__builtin_frame_address(0));
	return fail;
}

void fail_mark_current(void) { current->flags |= PF_MAKE_IT_FAIL; }

void set_fail_alloc_nth(const char *val) { init_nth = strtoul(val, NULL, 0); }

void fail_mark_init(void)
{
	if (!init_nth)
		return;
	fail_alloc.nth = init_nth;
	fail_mark_current();
}

/*
 * Frames beyond twice the amount of RAM are left out. Objects in quarantine are freed first, so
 * MemFree is exact, too, after this.
 */
unsigned long count_slab_objects(void)
{
	struct page *end = pfn_to_page(2 * totalram_pages());
	unsigned long n = 0;
	pte_t *pte = NULL;
	unsigned int level;

	kasan_drain();
	for (struct page *p = pfn_to_page(0); p < end; p++) {
		if (!((unsigned long)p & ~PAGE_MASK))
			pte = lookup_address(init_pgd, (unsigned long)p, &level);
		if (pte && pte_present(*pte) && (p->flags & BIT(PG_slab)))
			n += objects_on(p);
	}
	return n;
}
