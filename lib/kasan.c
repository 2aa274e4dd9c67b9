/* SPDX-License-Identifier: MIT */
/*
 * KASAN, in the kernel of make KASAN=1 only: the compiler inserts a call before each read and write
 * (-fsanitize=kernel-address, outline mode), which looks into the shadow of the address. A shadow
 * byte says how many of 8 bytes may be used, or why none. The compiler itself writes the shadow of
 * stack frames, and pads global variables.
 *
 *   memory  |object, 40 bytes: 5 words of 8    |tail |red zone|next object ...
 *   shadow  |00   |00   |00   |00   |00        |fc   |fd fd ..|        shadow(a) = a / 8 + offset
 *
 * Three ranges have a shadow, other addresses are not checked: RAM (mm/frames/kasan.c maps it), the
 * vmalloc range (the same), the image (below, for boot needs it first).
 * Abridges Linux's mm/kasan/{generic,shadow,report}.c and arch/x86/mm/kasan_init_64.c; leaves out
 * the zero shadow of other ranges, tags, and use after the end of a scope.
 * Not on the road of an exec.
 */
#include <kasan.h>
#include <printk.h>
#include <sanitize.h>
#include <string.h>
#include <asm/cpu.h>
#include <asm/pgtable.h>
#include <asm/sections.h>

unsigned long kasan_ram;
void (*kasan_describe)(unsigned long addr);
static bool reporting;

/* ---- the shadow of the image ------------------------------------------------- */

#define IMAGE_SHADOW (1024 * 1024UL)
#define IMAGE_SIZE   (IMAGE_SHADOW * 8) /* from KERNEL_BASE on */

static u8 image_shadow[IMAGE_SHADOW] __attribute__((aligned(PAGE_SIZE)));
static u64 image_tables[3][PTRS_PER_TABLE] __attribute__((aligned(PAGE_SIZE)));

/* What the compiler says of a variable: its layout. */
struct global {
	const char *start;
	size_t size, size_with_red_zone;
	const char *name, *file;
	unsigned long unused[3];
};

/* Those of one file. */
static struct globals {
	const struct global *first;
	size_t nr;
} globals[300];
static unsigned int nr_globals;

void __asan_register_globals(const struct global *g, size_t n);
void __asan_register_globals(const struct global *g, size_t n)
{
	BUG_ON(nr_globals == ARRAY_SIZE(globals));
	globals[nr_globals++] = (struct globals){g, n};
	for (; n; g++, n--) {
		size_t used = ALIGN(g->size, 8);

		kasan_unpoison(g->start, g->size);
		kasan_poison(g->start + used, g->size_with_red_zone - used, KASAN_GLOBAL);
	}
}

void __asan_unregister_globals(const struct global *g, size_t n);
void __asan_unregister_globals(const struct global *g __maybe_unused, size_t n __maybe_unused) {}

/* mm/frames/kasan.c copies the top entry into the final tables. */
void kasan_early_init(void)
{
	unsigned long shadow = (unsigned long)kasan_shadow((void *)KERNEL_BASE);
	u64 *top = phys_to_virt(read_cr3() & PTE_PFN_MASK);
	u64 flags = pgprot_val(PAGE_KERNEL);

	for (unsigned long i = 0; i < IMAGE_SHADOW / PAGE_SIZE; i++)
		image_tables[2][i] = virt_to_phys(image_shadow + i * PAGE_SIZE) | flags;
	flags = _PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED;
	image_tables[1][pmd_index(shadow)] = virt_to_phys(image_tables[2]) | flags;
	image_tables[0][pud_index(shadow)] = virt_to_phys(image_tables[1]) | flags;
	top[pgd_index(shadow)] = virt_to_phys(image_tables[0]) | flags;
	BUG_ON((unsigned long)_end > KERNEL_BASE + IMAGE_SIZE);
	for (void (*const *init)(void) = __init_array_start; init < __init_array_end; init++)
		(*init)();
}

/* ---- shadow bytes --------------------------------------------------------------- */

void kasan_poison(const void *p, size_t n, u8 why) { memset(kasan_shadow(p), why, n / 8); }

void kasan_unpoison(const void *p, size_t n)
{
	memset(kasan_shadow(p), 0, n / 8);
	if (n % 8)
		kasan_shadow(p)[n / 8] = n % 8;
}

void kasan_note_callers(u32 callers[2], const unsigned long *frame)
{
	callers[0] = frame[1];
	frame = (const unsigned long *)frame[0];
	callers[1] = frame ? frame[1] : 0;
}

static inline bool has_shadow(unsigned long a)
{
	return a - PAGE_OFFSET < kasan_ram || a - VMALLOC_START < VMALLOC_END - VMALLOC_START ||
	       a - KERNEL_BASE < IMAGE_SIZE;
}

/* Only the first bytes of the last 8 need be in use. */
static inline bool is_poisoned(unsigned long addr, size_t size)
{
	unsigned long last = addr + size - 1;
	const s8 *s = (const s8 *)kasan_shadow((void *)addr),
		 *end = (const s8 *)kasan_shadow((void *)last);

	for (; unlikely(end - s >= 8); s += 8)
		if (*(const u64 *)s)
			return true;
	for (; unlikely(s < end); s++)
		if (*s)
			return true;
	return unlikely(*s) && (s8)(last & 7) >= *s;
}

/* ---- reports ----------------------------------------------------------------------- */

static const char *kind_of(u8 why)
{
	switch (why) {
	case KASAN_FREE_PAGE:
		return "use of a free page";
	case KASAN_PAGE_REDZONE:
	case KASAN_SLAB_REDZONE:
	case KASAN_SLAB_TAIL:
		return "slab out of bounds";
	case KASAN_SLAB_FREED:
		return "slab use after free";
	case KASAN_SLAB_FRESH:
		return "use of a slab's object that was never allocated";
	case KASAN_GLOBAL:
		return "global out of bounds";
	case KASAN_STACK_LEFT:
	case KASAN_STACK_MIDDLE:
	case KASAN_STACK_RIGHT:
		return "stack out of bounds";
	}
	return "out of bounds";
}

static void describe_global(unsigned long addr)
{
	for (unsigned int i = 0; i < nr_globals; i++)
		for (size_t k = 0; k < globals[i].nr; k++) {
			const struct global *g = &globals[i].first[k];

			if (addr - (unsigned long)g->start < g->size_with_red_zone)
				printk(KERN_EMERG "at byte %ld of %s of %lu bytes in %s\n",
				       addr - (long)g->start, g->name, g->size, g->file);
		}
}

static noinline void report(unsigned long addr, size_t size, bool write, unsigned long ip)
{
	const u8 *s;

	if (reporting || oops_in_progress)
		return;
	reporting = true;
	while (!is_poisoned(addr, 1)) {
		addr++;
		size--;
	}
	s = kasan_shadow((void *)addr);
	s += *s < 8; /* the reason stands behind a part of 8 bytes */
	if (*s == KASAN_GLOBAL)
		describe_global(addr);
	else if (*s >= KASAN_SLAB_FREED && *s <= KASAN_SLAB_REDZONE)
		kasan_describe(addr);
	bug_found("KASAN: %s: %s of %lu bytes at %p by %pS", kind_of(*s), write ? "write" : "read",
		  size, (void *)addr, (void *)(ip - 1));
	reporting = false;
}

/* ---- checks -------------------------------------------------------------------------- */

static __always_inline void check(unsigned long addr, size_t size, bool write, unsigned long ip)
{
	if (has_shadow(addr) && unlikely(is_poisoned(addr, size)))
		report(addr, size, write, ip);
}

void kasan_read(const void *p, size_t n)
{
	if (n)
		check((unsigned long)p, n, false, (unsigned long)__builtin_return_address(0));
}

void kasan_write(const void *p, size_t n)
{
	if (n)
		check((unsigned long)p, n, true, (unsigned long)__builtin_return_address(0));
}

void kasan_copy(const void *to, const void *from, size_t n)
{
	kasan_write(to, n);
	kasan_read(from, n);
}

/* What the compiler calls. */
#define CHECK(name, size, write, ...) \
	void __asan_##name##_noabort(unsigned long addr, ##__VA_ARGS__); \
	void __asan_##name##_noabort(unsigned long addr, ##__VA_ARGS__) \
	{ \
		check(addr, size, write, (unsigned long)__builtin_return_address(0)); \
	}

CHECK(load1, 1, false)
CHECK(load2, 2, false)
CHECK(load4, 4, false)
CHECK(load8, 8, false)
CHECK(load16, 16, false)
CHECK(loadN, size, false, size_t size)
CHECK(store1, 1, true)
CHECK(store2, 2, true)
CHECK(store4, 4, true)
CHECK(store8, 8, true)
CHECK(store16, 16, true)
CHECK(storeN, size, true, size_t size)

/*
 * Frames that are left without a return stay poisoned. No code goes on above them: the task ends,
 * and paint_stack clears its stack for the next one.
 */
void __asan_handle_no_return(void);
void __asan_handle_no_return(void) {}
