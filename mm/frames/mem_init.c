/* SPDX-License-Identifier: MIT */
/*
 * From the boot loader's memory map to the buddy allocator, and the kernel's own page tables on
 * the way: frames that are taken before there is an allocator never go back.
 * Abridges Linux's mm/memblock.c, mm/mm_init.c and arch/x86/mm/init.c; leaves out hotplug and NUMA.
 * Not on the road of an exec.
 *
 *   boot_info.ram ─early_alloc─> page tables, vmemmap (the struct pages)
 *                 └─release_ram─> all that is left: free blocks of page_alloc.c
 *
 * Most struct pages are never touched here: a free block of the largest order costs one at boot,
 * not 1024. In blocks that are not wholly free all are initialised, as PG_reserved.
 */
#include <boot_info.h>
#include <frames.h>
#include <printk.h>
#include <asm/sections.h>
#include "internal.h"

_Static_assert(sizeof(struct page) == 64, "vmemmap counts on 64 bytes for each frame");

#define LOW_RESERVED	0x100000UL  /* real-mode memory, VGA, BIOS */
#define BOOT_MAPPED	(4UL << 30) /* what the boot tables show at PAGE_OFFSET */
#define MIN_RAM		(16UL << 20)

static bool buddy_ready;

struct page *zero_page;

/* What is taken before the buddy allocator starts: in no order. */
#define EARLY_MAX 64
static struct mem_range early[EARLY_MAX];
static unsigned int nr_early;
static const struct boot_info *boot_map; /* for mem_init only */

/* ---- before the buddy allocator -------------------------------------- */

static void early_reserve(phys_addr_t start, phys_addr_t end)
{
	for (unsigned int i = 0; i < nr_early; i++)
		if (early[i].end == start) {
			early[i].end = end;
			return;
		}
	if (nr_early == EARLY_MAX)
		panic("memory map too scattered");
	early[nr_early++] = (struct mem_range){start, end};
}

/* A reservation that overlaps [start, end), or NULL. */
static const struct mem_range *early_conflict(phys_addr_t start, phys_addr_t end)
{
	for (unsigned int i = 0; i < nr_early; i++)
		if (early[i].start < end && start < early[i].end)
			return &early[i];
	return NULL;
}

/* @size bytes, a power of two and aligned to itself, below 4 GiB; not zeroed. */
static phys_addr_t early_alloc(size_t size)
{
	for (unsigned int i = 0; i < boot_map->nr_ram; i++) {
		phys_addr_t pa = ALIGN(boot_map->ram[i].start, size);
		const struct mem_range *taken;

		while ((taken = early_conflict(pa, pa + size)))
			pa = ALIGN(taken->end, size);
		if (pa + size <= min(boot_map->ram[i].end, BOOT_MAPPED)) {
			early_reserve(pa, pa + size);
			return pa;
		}
	}
	panic("not enough RAM: no room for %lu bytes of page tables and frame descriptors", size);
}

void *alloc_table(void)
{
	void *table;

	if (buddy_ready)
		return __get_free_pages(__GFP_ZERO, 0);
	table = phys_to_virt(early_alloc(PAGE_SIZE));
	clear_page(table);
	return table;
}

/* ---- the kernel's page tables ---------------------------------------- */

static void map_direct(phys_addr_t start, phys_addr_t end, pgprot_t prot)
{
	if (start < end)
		map_kernel_range(PAGE_OFFSET + start, start, end - start, prot);
}

/* Never executable; the alias of the kernel's text and constants is not even writable. */
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

/* The struct pages of the frames in [start, end): 2 MiB of them at a time where possible. */
static void map_vmemmap(phys_addr_t start, phys_addr_t end)
{
	unsigned long va = PAGE_ALIGN_DOWN((unsigned long)pfn_to_page(start >> PAGE_SHIFT));
	unsigned long stop = PAGE_ALIGN((unsigned long)pfn_to_page(end >> PAGE_SHIFT));
	unsigned int level;

	while (va < stop) {
		pte_t *pte = lookup_address(init_pgd, va, &level);
		bool large = !pte && !(va & ~PMD_MASK) && stop - va >= PMD_SIZE;
		size_t size = large ? PMD_SIZE : PAGE_SIZE;

		if (!pte || pte_none(*pte))
			map_kernel_range(va, early_alloc(size), size, PAGE_KERNEL);
		va += size;
	}
}

/* Whole largest blocks around [start, end) have struct pages: free_block may look at any buddy. */
static void block_bounds(const struct mem_range *r, phys_addr_t *start, phys_addr_t *end)
{
	*start = ALIGN_DOWN(r->start, MAX_ORDER_PAGES << PAGE_SHIFT);
	*end = ALIGN(r->end, MAX_ORDER_PAGES << PAGE_SHIFT);
}

static void build_kernel_tables(const struct boot_info *bi)
{
	phys_addr_t start, end;

	init_pgd = alloc_table();
	reserve_kernel_pgd(VMALLOC_START);
	for (unsigned int i = 0; i < bi->nr_ram; i++) {
		map_direct_range(max(bi->ram[i].start, LOW_RESERVED), bi->ram[i].end);
		block_bounds(&bi->ram[i], &start, &end);
		map_vmemmap(start, end);
	}
	map_direct(0, LOW_RESERVED, PAGE_KERNEL);
	map_image(_text, _etext, PAGE_KERNEL_RX);
	map_image(_rodata, _erodata, PAGE_KERNEL_RO);
	map_image(_data, _end, PAGE_KERNEL);
	write_cr3(virt_to_phys(init_pgd));
}

/* ---- handing RAM over ------------------------------------------------- */

static void init_reserved_block(phys_addr_t start)
{
	struct page *page = pfn_to_page(start >> PAGE_SHIFT);

	for (unsigned long i = 0; i < MAX_ORDER_PAGES; i++) {
		page[i].flags = BIT(PG_reserved);
		atomic_set(&page[i]._refcount, 1);
		atomic_set(&page[i]._mapcount, 0);
		page[i].mapping = NULL;
	}
}

/* All of [start, end) is RAM that nobody has taken. */
static bool block_is_free(const struct boot_info *bi, phys_addr_t start, phys_addr_t end)
{
	for (unsigned int i = 0; i < bi->nr_ram; i++)
		if (bi->ram[i].start <= start && end <= bi->ram[i].end)
			return !early_conflict(start, end);
	return false;
}

static void init_struct_pages(const struct boot_info *bi)
{
	phys_addr_t start, end, done = 0;

	for (unsigned int i = 0; i < bi->nr_ram; i++) {
		block_bounds(&bi->ram[i], &start, &end);
		for (start = max(start, done); start < end; start += MAX_ORDER_PAGES << PAGE_SHIFT)
			if (!block_is_free(bi, start, start + (MAX_ORDER_PAGES << PAGE_SHIFT)))
				init_reserved_block(start);
		done = end;
	}
}

/* Frees what of [start, end) is between the early reservations. */
static void release_ram(phys_addr_t start, phys_addr_t end)
{
	const struct mem_range *taken = start < end ? early_conflict(start, end) : NULL;

	if (taken) {
		release_ram(start, taken->start);
		release_ram(taken->end, end);
	} else if (start < end) {
		free_frames(start, end);
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
	boot_map = bi;
	check_ram(bi);
	early_reserve(0, LOW_RESERVED);
	early_reserve(PAGE_ALIGN_DOWN(bi->kernel.start), PAGE_ALIGN(bi->kernel.end));
	early_reserve(PAGE_ALIGN_DOWN(bi->initrd.start), PAGE_ALIGN(bi->initrd.end));
	build_kernel_tables(bi);

	free_area_init();
	init_struct_pages(bi);
	for (unsigned int i = 0; i < bi->nr_ram; i++)
		release_ram(bi->ram[i].start, bi->ram[i].end);
	buddy_ready = true;
	set_page_reserve();
	zero_page = alloc_page(__GFP_ZERO);
	if (!zero_page)
		panic("not enough RAM: none left beside the kernel and the initramfs");
}
