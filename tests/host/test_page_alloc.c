/* SPDX-License-Identifier: MIT */
/*
 * The buddy allocator of mm/frames/page_alloc.c, filled by mem_init.c and memblock.c, against a
 * naive model: one owner for each frame. Their source is included, for the test calls static
 * functions; the array of struct pages is an ordinary one, and starts with garbage, as memory does.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#define ASM_IRQFLAGS_H /* no cli on the host */
static inline unsigned long local_irq_save(void) { return 0; }
static inline void local_irq_restore(unsigned long flags) { (void)flags; }

#include <frames.h>
#include <string.h>

#define FRAMES (64 * 1024UL) /* 256 MiB */

static struct page frames[FRAMES];
#undef VMEMMAP_START
#define VMEMMAP_START ((unsigned long)frames)

#include "../../mm/frames/page_alloc.c"
#include "../../mm/frames/memblock.c"
#include "../../mm/frames/mem_init.c"

char _text[1], _etext[1], _rodata[1], _erodata[1], _data[1], _end[1];
pgd_t *init_pgd;
void map_kernel_range(unsigned long va, phys_addr_t pa, size_t size, pgprot_t prot)
{
	(void)va, (void)pa, (void)size, (void)prot;
}
pte_t *lookup_address(pgd_t *pgd, unsigned long va, unsigned int *level)
{
	(void)pgd, (void)va, (void)level;
	return NULL;
}
void reserve_kernel_table(unsigned long va, unsigned int level) { (void)va, (void)level; }
void write_cr3(unsigned long v) { (void)v; }
void panic(const char *fmt, ...)
{
	mock_assert(0, fmt, __FILE__, __LINE__);
	__builtin_trap();
}

static struct boot_info map = {
	.ram = {{0x1000, 0x9f000}, {0x100000, 0x7fe3000}, {0x8000000, FRAMES << PAGE_SHIFT}},
	.nr_ram = 3,
};
static unsigned short owner[FRAMES]; /* 0: free or no RAM */
static struct {
	struct page *page;
	unsigned int order;
} held[4096];

static unsigned long next_random(void)
{
	static unsigned long x = 88172645463325252UL;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

static int start_allocator(void **state __maybe_unused)
{
	memset(frames, 0xa5, sizeof(frames));
	boot_map = &map;
	early_reserve(0, LOW_RESERVED);
	early_reserve(0x100000, 0x345000);
	early_reserve(0x2000000, 0x2801000);
	free_area_init();
	more_frames = open_section;
	for_each_section(&map, init_open_section);
	for (unsigned int i = 0; i < map.nr_ram; i++)
		release_ram(map.ram[i].start, map.ram[i].end);
	return 0;
}

/* The first 128 KiB of a section that is closed at boot are its struct pages. */
static bool has_struct_pages(phys_addr_t pa)
{
	phys_addr_t section = pa & ~0x7fffffUL;
	bool closed_at_boot = (section >= 0x800000 && section < 0x2000000) ||
			      (section >= 0x3000000 && section < 0x7800000) || section >= 0x8000000;

	return closed_at_boot && pa - section < 0x20000;
}

static bool usable(unsigned long pfn)
{
	phys_addr_t pa = pfn << PAGE_SHIFT;

	if (has_struct_pages(pa))
		return false;
	if (pa < 0x345000 || (pa >= 0x2000000 && pa < 0x2801000))
		return false;
	return pa < 0x7fe3000 || pa >= 0x8000000;
}

static unsigned long usable_frames(void)
{
	unsigned long n = 0;

	for (unsigned long pfn = 0; pfn < FRAMES; pfn++)
		n += usable(pfn);
	return n;
}

static void take(int slot, unsigned int order)
{
	struct page *page = alloc_pages(GFP_KERNEL, order);
	unsigned long pfn = page ? page_to_pfn(page) : 0;

	held[slot].page = page;
	held[slot].order = order;
	assert_int_equal(pfn & ((1UL << order) - 1), 0);
	for (unsigned long i = 0; page && i < 1UL << order; i++) {
		assert_true(usable(pfn + i));
		assert_int_equal(owner[pfn + i], 0);
		owner[pfn + i] = slot + 1;
	}
}

static void give_back(int slot)
{
	unsigned long pfn = page_to_pfn(held[slot].page);

	for (unsigned long i = 0; i < 1UL << held[slot].order; i++)
		owner[pfn + i] = 0;
	put_page(held[slot].page);
	held[slot].page = NULL;
}

/* A closed section counts as free as a whole, an open one without its struct pages. */
static void no_frame_has_two_owners(void **state __maybe_unused)
{
	unsigned long expected = usable_frames(), struct_pages = (3 + 9 + 16) * 32;

	assert_int_equal(nr_free_pages(), expected + struct_pages);
	for (int i = 0; i < 200000; i++) {
		int slot = next_random() % ARRAY_SIZE(held);

		if (held[slot].page)
			give_back(slot);
		else
			take(slot, next_random() % 3 ? 0 : next_random() % MAX_ORDER);
	}
	for (int slot = 0; slot < ARRAY_SIZE(held); slot++)
		if (held[slot].page)
			give_back(slot);
	assert_int_equal(nr_free_pages(), expected);
}

/* After all is free again, as many of the largest blocks can be had as at the start. */
static void free_blocks_join(void **state __maybe_unused)
{
	unsigned long whole = 0;

	for (unsigned long pfn = 0; pfn < FRAMES; pfn += MAX_ORDER_PAGES) {
		unsigned long i = 0;

		while (i < MAX_ORDER_PAGES && usable(pfn + i))
			i++;
		whole += i == MAX_ORDER_PAGES;
	}
	for (unsigned long i = 0; i < whole; i++)
		assert_non_null(alloc_pages(GFP_KERNEL, MAX_ORDER - 1));
	assert_null(alloc_pages(GFP_KERNEL, MAX_ORDER - 1));
}

static void double_free_is_caught(void **state __maybe_unused)
{
	struct page *page = alloc_page(GFP_KERNEL);

	put_page(page);
	expect_assert_failure(put_page(page));
}

static void reserved_range_becomes_free(void **state __maybe_unused)
{
	unsigned long before = nr_free_pages();

	free_reserved(0x2000000, 0x2800000);
	assert_int_equal(nr_free_pages(), before + 0x800);
}

/* A page that somebody has taken stays with him, and becomes free when he drops it. */
static void taken_page_of_a_reserved_range_stays(void **state __maybe_unused)
{
	unsigned long before = nr_free_pages();
	struct page *page = pfn_to_page(0x2800);

	get_page(page);
	free_reserved(0x2800000, 0x2801000);
	assert_int_equal(nr_free_pages(), before);
	put_page(page);
	assert_int_equal(nr_free_pages(), before + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_frame_has_two_owners),
		cmocka_unit_test(free_blocks_join),
		cmocka_unit_test(double_free_is_caught),
		cmocka_unit_test(reserved_range_becomes_free),
		cmocka_unit_test(taken_page_of_a_reserved_range_stays),
	};

	return cmocka_run_group_tests(tests, start_allocator, NULL);
}
