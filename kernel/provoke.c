/* SPDX-License-Identifier: MIT */
/*
 * Faults on request, in the DEBUG kernel only (make DEBUG=1): root writes a number to
 * /proc/sys/debug/provoke, and the check that is for that fault must find it. All but the last
 * repair what they broke.
 * Abridges Linux's drivers/misc/lkdtm.
 * Not on the road of an exec.
 */
#include <atomic.h>
#include <frames.h>
#include <list.h>
#include <mm.h>
#include <sanitize.h>
#include <sched.h>
#include <slab.h>
#include <string.h>
#include <asm/cpu.h>
#include <asm/irqflags.h>

#define OBJECT 64 /* bytes; kmalloc has slabs of this size */

int provoke_nr;
static volatile int largest = INT32_MAX, forty = 40, four = 4;
static volatile u8 two = 2;
static int places[4];
static volatile int result;

/* ---- undefined behaviour ------------------------------------------------------ */

static void overflow(void) { result = largest + 1; }
static void far_shift(void) { result = 1 << forty; }
static void index_beyond(void) { result = places[four]; }
static void strange_bool(void) { result = *(volatile bool *)&two; }

/* ---- lists and counts ----------------------------------------------------------- */

static void add_twice(void)
{
	LIST_HEAD(head);
	struct list_head e = LIST_HEAD_INIT(e);

	list_add(&e, &head);
	list_add(&e, &head);
}

static void delete_of_no_member(void)
{
	LIST_HEAD(head);
	struct list_head e = {&head, &head};

	list_del(&e);
}

static void take_the_last(void)
{
	atomic_t count = ATOMIC_INIT(0);

	refcount_inc(&count);
}

static void drop_too_often(void)
{
	atomic_t count = ATOMIC_INIT(0);

	refcount_dec_and_test(&count);
}

/* ---- slabs ------------------------------------------------------------------------ */

/*
 * Writes that KASAN does not see, as of a device. The object that was freed last is the next one
 * that is used, if the quarantine is empty.
 */
static __no_sanitize_address void write_after_free(void)
{
	volatile char *p;

	kasan_drain();
	p = kmalloc(OBJECT, GFP_KERNEL);
	if (!p)
		return;
	kfree((void *)p);
	kasan_drain();
	p[20] = 1;
	kfree(kmalloc(OBJECT, GFP_KERNEL));
}

static __no_sanitize_address void write_beyond(void)
{
	volatile char *p = kmalloc(OBJECT, GFP_KERNEL);

	if (!p)
		return;
	p[OBJECT] = 1;
	kfree((void *)p);
	kasan_drain();
}

/* Asks only the check: a slab that had an object twice could not be repaired. */
static void free_twice(void)
{
	void *p = kmalloc(OBJECT, GFP_KERNEL);

	if (!p)
		return;
	slab_object_back(p, OBJECT + SLAB_RED_ZONE);
	slab_object_back(p, OBJECT + SLAB_RED_ZONE);
	kfree(slab_object_out(p, OBJECT + SLAB_RED_ZONE));
}

/* ---- memory that is not in use: make KASAN=1 ------------------------------------------- */

/* A byte behind what was asked for; the object has room for it. */
static void read_beyond(void)
{
	volatile char *p = kmalloc(OBJECT - 4, GFP_KERNEL);

	if (p)
		result = p[OBJECT - 4];
	kfree((void *)p);
}

static void read_after_free(void)
{
	volatile int *p = kmalloc(OBJECT, GFP_KERNEL);

	kfree((void *)p);
	if (p)
		result = p[2];
}

static void copy_after_free(void)
{
	char *p = kmalloc(OBJECT, GFP_KERNEL);

	kfree(p);
	if (p)
		memcpy((void *)places, p, sizeof(places));
}

static void read_beyond_stack(void)
{
	volatile char bytes[16] = "";
	volatile char *volatile p = bytes;

	result = p[16];
}

static void read_beyond_global(void)
{
	volatile int *volatile p = places;

	result = p[4];
}

static void read_freed_page(void)
{
	struct page *page = alloc_page(GFP_KERNEL);
	volatile long *p = page ? page_address(page) : NULL;

	if (!page)
		return;
	put_page(page);
	result = p[9];
}

/* ---- interrupts ------------------------------------------------------------------- */

static void interrupts_off(void)
{
	unsigned long limit = irqs_off_limit, flags;

	irqs_off_limit = 1000;
	flags = local_irq_save();
	for (int i = 0; i < 1000; i++)
		result = i;
	local_irq_restore(flags);
	irqs_off_limit = limit;
}

/* ---- the address space -------------------------------------------------------------- */

static void verify_current(void)
{
	unsigned long rate = mm_verify_rate;

	mm_verify_rate = 1UL << 30;
	mmap_write_unlock(current->mm);
	mm_verify_rate = rate;
	mmap_write_lock(current->mm);
}

/* Changes a number for the time of one check. */
static void with_another(void *number, unsigned long change)
{
	mmap_write_lock(current->mm);
	*(unsigned long *)number += change;
	verify_current();
	*(unsigned long *)number -= change;
	mmap_write_unlock(current->mm);
}

static void total_differs(void) { with_another(&current->mm->total_vm, 1); }
static void rss_differs(void) { with_another(&current->mm->rss_stat[MM_ANONPAGES], 1); }
static void tables_differ(void) { with_another(&current->mm->pgtables_bytes, PAGE_SIZE); }

/* The first VMA reaches into the one that follows. */
static void vmas_overlap(void)
{
	struct vm_area_struct *vma = current->mm->mmap;

	with_another(&vma->vm_end, vma->vm_next->vm_end - PAGE_SIZE - vma->vm_end);
}

/* The first page of the program's code. */
static void code_is_writable(void)
{
	unsigned long addr = current->mm->start_code & PAGE_MASK;

	with_another(next_pte(current->mm, &addr, TASK_SIZE), _PAGE_RW);
}

/* The same page: more PTEs than references. */
static void page_count_differs(void)
{
	unsigned long addr = current->mm->start_code & PAGE_MASK;
	struct page *page;

	mmap_write_lock(current->mm);
	page = pte_page(*next_pte(current->mm, &addr, TASK_SIZE));
	atomic_add(1000, &page->_mapcount);
	verify_current();
	atomic_sub(1000, &page->_mapcount);
	mmap_write_unlock(current->mm);
}

/* ---- the stack ------------------------------------------------------------------------ */

static noinline int stack_overflow(int depth)
{
	volatile char bytes[256];

	bytes[depth & 255] = depth;
	return depth < largest ? stack_overflow(depth + 1) + bytes[depth & 255] : 0;
}

static void overflow_stack(void) { result = stack_overflow(0); }

/* The number that is written is a place of this table, from 1. */
static void (*const faults[])(void) = {
	overflow,	  far_shift,	       index_beyond,	   strange_bool,
	add_twice,	  delete_of_no_member, take_the_last,	   drop_too_often,
	write_after_free, write_beyond,	       free_twice,	   interrupts_off,
	total_differs,	  rss_differs,	       tables_differ,	   vmas_overlap,
	code_is_writable, page_count_differs,  read_beyond,	   read_after_free,
	copy_after_free,  read_beyond_stack,   read_beyond_global, read_freed_page,
	overflow_stack,
};

void provoke(void)
{
	if (provoke_nr < 1 || provoke_nr > ARRAY_SIZE(faults))
		return;
	bugs_expected(true);
	faults[provoke_nr - 1]();
	bugs_expected(false);
}
