/* SPDX-License-Identifier: MIT */
/*
 * Checks of the DEBUG kernel (make DEBUG=1; other builds leave this file out): lists whose pointers
 * disagree, reference counts of objects that are gone, writes behind a slab's object or into a free
 * one, kernel stacks that become full, interrupts that are off for long.
 * Abridges Linux's lib/list_debug.c, lib/refcount.c, the checks of mm/slub.c,
 * kernel/trace/trace_irqsoff.c and stack_not_used of kernel/exit.c; leaves out per-CPU data.
 *
 *   a slab's object   |bytes of the object, rounded up        |red zone, 16 bytes|
 *     in use           the owner's                             RED_USED
 *     free             word 0: the next free one, then FREED   RED_FREE
 *
 * Not on the road of an exec.
 */
#include <list.h>
#include <printk.h>
#include <sanitize.h>
#include <string.h>
#include <asm/cpu.h>

#define FREED	 0x6b /* as a pointer it is not canonical: a use of it faults */
#define FRESH	 0x5a /* what nobody has written to yet */
#define RED_USED 0xcc
#define RED_FREE 0xbb
#define PAINT	 0x57ac6e9d57ac6e9dUL /* of a stack's words that were not used yet */

unsigned long stack_use, irqs_off_cycles, irqs_off_limit;
static bool expected, found;
static u64 off_since; /* TSC; 0: interrupts are on */

void bugs_expected(bool yes)
{
	expected = yes;
	found = false;
}

void bug_found(const char *fmt, ...)
{
	char text[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!expected)
		panic("%s", text);
	if (!found)
		printk(KERN_EMERG "found: %s\n", text);
	found = true;
}

/* ---- lists ----------------------------------------------------------------- */

void list_check_add(const struct list_head *n, const struct list_head *prev,
		    const struct list_head *next)
{
	if (!prev || !next || prev->next != next || next->prev != prev)
		bug_found("list_add: the neighbours %p and %p do not point to each other", prev,
			  next);
	else if (n == prev || n == next)
		bug_found("list_add: %p is in the list already", n);
}

void list_check_del(const struct list_head *e)
{
	if (!e->next || !e->prev)
		bug_found("list_del: %p is in no list", e);
	else if (e->next->prev != e || e->prev->next != e)
		bug_found("list_del: the neighbours of %p do not point to it", e);
}

/* ---- reference counts ---------------------------------------------------------- */

void refcount_check_up(int now)
{
	if (now <= 1)
		bug_found("reference count: taken from %d, the object is gone", now - 1);
}

void refcount_check_down(int now)
{
	if (now < 0)
		bug_found("reference count: %d, dropped once too often", now);
}

/* ---- slabs ----------------------------------------------------------------- */

/* Returns the first byte of the @n that is not @value, or NULL. */
static const u8 *other_byte(const u8 *bytes, u8 value, size_t n)
{
	for (; n; bytes++, n--)
		if (*bytes != value)
			return bytes;
	return NULL;
}

/* The bytes of another use of these frames must not look like a red zone. */
void *slab_memory(void *memory, size_t size)
{
	memset(memory, 0, size);
	kasan_poison(memory, size, KASAN_SLAB_FRESH);
	return memory;
}

/*
 * An object that was never in use has no FREED bytes, and a red zone that is not RED_FREE. @obj
 * may be NULL.
 */
void *slab_object_out(void *obj, unsigned int size)
{
	unsigned int inner = size - SLAB_RED_ZONE;
	u8 *zone = (u8 *)obj + inner;

	if (!obj)
		return NULL;
	kasan_unpoison(obj, size);
	if (!other_byte(zone, RED_FREE, SLAB_RED_BYTES)) {
		const u8 *bad = other_byte((u8 *)obj + 8, FREED, inner - 8);

		if (bad)
			bug_found("slab: the free object %p of %u bytes was written to at %lu", obj,
				  inner, (unsigned long)(bad - (u8 *)obj));
	}
	memset(obj, FRESH, inner);
	memset(zone, RED_USED, SLAB_RED_BYTES);
	kasan_poison(zone, SLAB_RED_ZONE, KASAN_SLAB_REDZONE);
	return obj;
}

bool slab_object_back(void *obj, unsigned int size)
{
	unsigned int inner = size - SLAB_RED_ZONE;
	u8 *zone = (u8 *)obj + inner;

	kasan_unpoison(obj, size);
	if (!other_byte(zone, RED_FREE, SLAB_RED_BYTES))
		bug_found("slab: the object %p of %u bytes is freed twice", obj, inner);
	else if (other_byte(zone, RED_USED, SLAB_RED_BYTES))
		bug_found("slab: there was a write behind the object %p of %u bytes", obj, inner);
	memset(obj, FREED, inner);
	memset(zone, RED_FREE, SLAB_RED_BYTES);
	kasan_poison(obj, inner, KASAN_SLAB_FREED);
	kasan_poison(zone, SLAB_RED_ZONE, KASAN_SLAB_REDZONE);
	return false;
}

/* ---- kernel stacks ---------------------------------------------------------------- */

/* The paint of each word is another: a frame of another stack does not look like this one's. */
static unsigned long paint_of(const unsigned long *word) { return PAINT ^ (unsigned long)word; }

/* What is still painted was not used. A new stack has no paint at its end. @stack may be NULL. */
void *paint_stack(void *stack, size_t size)
{
	unsigned long *words = stack, n = size / sizeof(*words), i = 0;

	if (!stack)
		return NULL;
	kasan_unpoison(stack, size);
	while (i < n && words[i] == paint_of(words + i))
		i++;
	if (i)
		stack_use = max(stack_use, (n - i) * sizeof(*words));
	for (i = 0; i < n; i++)
		words[i] = paint_of(words + i);
	return stack;
}

/* The same frames at the same address may be a new stack. */
void *unpaint_stack(void *stack)
{
	*(unsigned long *)stack = 0;
	return stack;
}

/* ---- interrupts ----------------------------------------------------------------- */

void irqs_go_off(void)
{
	if (!off_since)
		off_since = rdtsc();
}

void irqs_come_on(void)
{
	u64 cycles = off_since ? rdtsc() - off_since : 0;

	off_since = 0;
	irqs_off_cycles = max(irqs_off_cycles, cycles);
	if (irqs_off_limit && cycles > irqs_off_limit)
		bug_found("interrupts were off for %lu cycles", cycles);
}
