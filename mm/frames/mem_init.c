/* SPDX-License-Identifier: MIT */
/*
 * From the boot loader's memory map to the buddy allocator, and the kernel's own page tables on
 * the way.
 * Abridges Linux's mm/mm_init.c and arch/x86/mm/init.c; leaves out hotplug and NUMA.
 * Not on the road of an exec.
 *
 *   boot_info.ram  |kernel ▓     |             |             |      initrd |
 *   sections       |open         |closed       |closed       |open         |
 *                          ▓ early_alloc: page tables, struct pages of the open sections
 *
 * RAM is divided into sections of 8 MiB. A section that is wholly free at boot stays closed: it has
 * no struct pages until page_alloc.c needs its frames. So the struct pages take 1/64 of the RAM
 * that is used, not 1/64 of all RAM. In a section that is open at boot all struct pages are
 * initialised, as PG_reserved, and release_ram frees the frames that nobody has taken.
 */
#include <boot_info.h>
#include <frames.h>
#include <printk.h>
#include <asm/cpu.h>
#include <asm/sections.h>
#include "internal.h"

_Static_assert(sizeof(struct page) == 64, "vmemmap counts on 64 bytes for each frame");

#define LOW_RESERVED 0x100000UL /* real-mode memory, VGA, BIOS */
#define MIN_RAM	     (16UL << 20)

#define SECTION_SIZE  (8UL << 20)
#define SECTION_PAGES (SECTION_SIZE >> PAGE_SHIFT)
#define SECTION_MAP   (SECTION_PAGES * sizeof(struct page)) /* bytes of its struct pages */
#define MAX_CLOSED    64

struct page *zero_page;
/* Ranges of closed sections. zone_lock guards them after boot. */
static struct mem_range closed[MAX_CLOSED];
static unsigned int nr_closed;

/* ---- the kernel's page tables ---------------------------------------- */

static void map_direct(phys_addr_t start, phys_addr_t end, pgprot_t prot)
{
	if (start < end)
		map_kernel_range(PAGE_OFFSET + start, start, end - start, prot);
}

/* Not executable. The kernel's text and constants are not writable through this mapping either. */
static void map_direct_range(phys_addr_t start, phys_addr_t end)
{
	phys_addr_t ro_start = min(max(start, (unsigned long)_text - KERNEL_BASE), end);
	phys_addr_t ro_end = max(min(end, (unsigned long)_erodata - KERNEL_BASE), ro_start);

	map_direct(start, ro_start, PAGE_KERNEL);
	map_direct(ro_start, ro_end, PAGE_KERNEL_RO);
	map_direct(ro_end, end, PAGE_KERNEL);
}

static void map_image(const char *start, const char *end, pgprot_t prot)
{
	unsigned long va = (unsigned long)start;

	map_kernel_range(va, va - KERNEL_BASE, PAGE_ALIGN(end - start), prot);
}

/* ---- sections and their struct pages ------------------------------------ */

static unsigned long section_map(phys_addr_t section)
{
	return (unsigned long)pfn_to_page(section >> PAGE_SHIFT);
}

/* Calls @fn for every section that contains RAM, in ascending order. */
static void for_each_section(const struct boot_info *bi,
			     void (*fn)(const struct boot_info *bi, phys_addr_t section))
{
	for (unsigned int i = 0; i < bi->nr_ram; i++)
		for (phys_addr_t pa = ALIGN_DOWN(bi->ram[i].start, SECTION_SIZE);
		     pa < bi->ram[i].end; pa += SECTION_SIZE)
			fn(bi, pa);
}

/* Is all of the section RAM that is not reserved? */
static bool section_is_free(const struct boot_info *bi, phys_addr_t start)
{
	phys_addr_t end = start + SECTION_SIZE;

	for (unsigned int i = 0; i < bi->nr_ram; i++)
		if (bi->ram[i].start <= start && end <= bi->ram[i].end)
			return !early_conflict(start, end);
	return false;
}

static void make_map_table(const struct boot_info *bi __maybe_unused, phys_addr_t section)
{
	reserve_kernel_table(section_map(section), 1);
}

static bool map_grew;

static void map_open_section(const struct boot_info *bi, phys_addr_t section)
{
	unsigned long va = section_map(section);
	unsigned int level;

	if (section_is_free(bi, section) || !pte_none(*lookup_address(init_pgd, va, &level)))
		return;
	map_kernel_range(va, early_alloc(SECTION_MAP), SECTION_MAP, PAGE_KERNEL);
	map_grew = true;
}

/*
 * The struct pages of an open section may lie in a section that was free so far and is open from
 * now on: hence the loop. The page tables are there before it, and take nothing more.
 */
static void map_vmemmap(const struct boot_info *bi)
{
	for_each_section(bi, make_map_table);
	do {
		map_grew = false;
		for_each_section(bi, map_open_section);
	} while (map_grew);
}

static void build_kernel_tables(const struct boot_info *bi)
{
	init_pgd = alloc_table();
	reserve_kernel_table(VMALLOC_START, TOP_LEVEL - 1);
	for (unsigned int i = 0; i < bi->nr_ram; i++)
		map_direct_range(max(bi->ram[i].start, LOW_RESERVED), bi->ram[i].end);
	map_direct(0, LOW_RESERVED, PAGE_KERNEL);
	map_image(_text, _etext, PAGE_KERNEL_RX);
	map_image(_rodata, _erodata, PAGE_KERNEL_RO);
	map_image(_data, _end, PAGE_KERNEL);
	kasan_init(bi);
	map_vmemmap(bi);
	write_cr3(virt_to_phys(init_pgd));
}

/* ---- RAM for the buddy allocator --------------------------------------- */

static void init_reserved(phys_addr_t start, unsigned long pages)
{
	struct page *page = pfn_to_page(start >> PAGE_SHIFT);

	for (unsigned long i = 0; i < pages; i++) {
		page[i].flags = BIT(PG_reserved);
		atomic_set(&page[i]._refcount, 1);
		atomic_set(&page[i]._mapcount, 0);
		page[i].mapping = NULL;
	}
}

static void init_open_section(const struct boot_info *bi, phys_addr_t section)
{
	if (!section_is_free(bi, section))
		init_reserved(section, SECTION_PAGES);
}

/* more_frames of page_alloc.c. The struct pages of the section lie in its own first frames. */
static bool open_section(void)
{
	struct mem_range *r = closed;
	phys_addr_t start;

	while (r < closed + nr_closed && r->start == r->end)
		r++;
	if (r == closed + nr_closed)
		return false;
	start = r->start;
	r->start += SECTION_SIZE;
	map_kernel_range(section_map(start), start, SECTION_MAP, PAGE_KERNEL);
	init_reserved(start, SECTION_MAP >> PAGE_SHIFT);
	uncount_frames(SECTION_MAP >> PAGE_SHIFT);
	free_frames(start + SECTION_MAP, start + SECTION_SIZE);
	return true;
}

static void keep_closed(phys_addr_t start, phys_addr_t end)
{
	if (nr_closed == MAX_CLOSED)
		panic("memory map too scattered");
	closed[nr_closed++] = (struct mem_range){start, end};
	count_frames((end - start) >> PAGE_SHIFT);
}

static void release_open(phys_addr_t start, phys_addr_t end)
{
	free_frames(start, end);
	count_frames((end - start) >> PAGE_SHIFT);
}

/* [start, end) is not reserved. */
static void release_gap(phys_addr_t start, phys_addr_t end)
{
	phys_addr_t first = ALIGN(start, SECTION_SIZE), last = ALIGN_DOWN(end, SECTION_SIZE);

	if (first < last) {
		release_open(start, first);
		keep_closed(first, last);
		release_open(last, end);
	} else {
		release_open(start, end);
	}
}

/* Frees the parts of [start, end) that are not reserved. */
static void release_ram(phys_addr_t start, phys_addr_t end)
{
	const struct mem_range *taken = start < end ? early_conflict(start, end) : NULL;

	if (taken) {
		release_ram(start, taken->start);
		release_ram(taken->end, end);
	} else if (start < end) {
		release_gap(start, end);
	}
}

static void check_ram(const struct boot_info *bi)
{
	phys_addr_t sum = 0;

	for (unsigned int i = 0; i < bi->nr_ram; i++)
		sum += bi->ram[i].end - bi->ram[i].start;
	if (sum < MIN_RAM)
		panic("not enough RAM: %lu KiB found, %lu KiB needed", (unsigned long)sum >> 10,
		      MIN_RAM >> 10);
}

void mem_init(const struct boot_info *bi)
{
	check_ram(bi);
	memblock_init(bi);
	early_reserve(0, LOW_RESERVED);
	early_reserve(PAGE_ALIGN_DOWN(bi->kernel.start), PAGE_ALIGN(bi->kernel.end));
	early_reserve(PAGE_ALIGN_DOWN(bi->initrd.start), PAGE_ALIGN(bi->initrd.end));
	build_kernel_tables(bi);

	free_area_init();
	more_frames = open_section;
	for_each_section(bi, init_open_section);
	for (unsigned int i = 0; i < bi->nr_ram; i++)
		release_ram(bi->ram[i].start, bi->ram[i].end);
	memblock_done();
	set_page_reserve();
	zero_page = alloc_page(__GFP_ZERO);
	if (!zero_page)
		panic("not enough RAM: none is left after the kernel and the initramfs");
}
