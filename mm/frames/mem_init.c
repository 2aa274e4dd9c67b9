/* SPDX-License-Identifier: MIT */
/*
 * From the boot loader's memory map to the buddy allocator, and the kernel's own page tables on
 * the way.
 * Abridges Linux's mm/mm_init.c and arch/x86/mm/init.c; leaves out hotplug and NUMA.
 * Not on the road of an exec.
 *
 *   boot_info.ram ─early_alloc─> page tables, vmemmap (the struct pages)
 *                 └─release_ram─> the rest: free blocks of page_alloc.c
 *
 * Most struct pages are not touched here: of a free block of the largest order only the first is
 * initialised, not all 1024. In a block that is not wholly free all are, as PG_reserved.
 */
#include <boot_info.h>
#include <frames.h>
#include <printk.h>
#include <asm/sections.h>
#include "internal.h"

_Static_assert(sizeof(struct page) == 64, "vmemmap counts on 64 bytes for each frame");

#define LOW_RESERVED 0x100000UL /* real-mode memory, VGA, BIOS */
#define MIN_RAM	     (16UL << 20)

struct page *zero_page;

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

/*
 * All frames of the largest blocks around @r need struct pages, because free_block reads those of
 * buddies.
 */
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

/* ---- RAM for the buddy allocator --------------------------------------- */

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

/* Is all of [start, end) RAM that is not reserved? */
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

/* Frees the parts of [start, end) that are not reserved. */
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
	check_ram(bi);
	memblock_init(bi);
	early_reserve(0, LOW_RESERVED);
	early_reserve(PAGE_ALIGN_DOWN(bi->kernel.start), PAGE_ALIGN(bi->kernel.end));
	early_reserve(PAGE_ALIGN_DOWN(bi->initrd.start), PAGE_ALIGN(bi->initrd.end));
	build_kernel_tables(bi);

	free_area_init();
	init_struct_pages(bi);
	for (unsigned int i = 0; i < bi->nr_ram; i++)
		release_ram(bi->ram[i].start, bi->ram[i].end);
	memblock_done();
	set_page_reserve();
	zero_page = alloc_page(__GFP_ZERO);
	if (!zero_page)
		panic("not enough RAM: none is left after the kernel and the initramfs");
}
