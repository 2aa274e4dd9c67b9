/* SPDX-License-Identifier: MIT */
/*
 * Memory before there is an allocator: the list of reserved ranges, and frames from the gaps
 * between them. Nothing frees what early_alloc returns. alloc_table makes page tables before and
 * after the buddy allocator is ready.
 *
 *   boot_info.ram  |··kernel··|        |·initrd·|  |·taken·|       |
 *                              ^ early_alloc takes the first gap that fits
 *
 * Abridges Linux's mm/memblock.c.
 */
#include <boot_info.h>
#include <fault_inject.h>
#include <frames.h>
#include <printk.h>
#include <asm/string.h>
#include "internal.h"

#define BOOT_MAPPED (4UL << 30) /* what the boot tables show at PAGE_OFFSET */
#define EARLY_MAX   64

static const struct boot_info *boot_map;
static struct mem_range early[EARLY_MAX]; /* in no order */
static unsigned int nr_early;
static bool buddy_ready;

void memblock_init(const struct boot_info *bi) { boot_map = bi; }

void memblock_done(void) { buddy_ready = true; }

void early_reserve(phys_addr_t start, phys_addr_t end)
{
	for (unsigned int i = 0; i < nr_early; i++)
		if (early[i].end == start) {
			early[i].end = end;
			return;
		}
	if (nr_early == EARLY_MAX)
		panic("more than %d reserved ranges of memory", EARLY_MAX);
	early[nr_early++] = (struct mem_range){start, end};
}

const struct mem_range *early_conflict(phys_addr_t start, phys_addr_t end)
{
	for (unsigned int i = 0; i < nr_early; i++)
		if (early[i].start < end && start < early[i].end)
			return &early[i];
	return NULL;
}

phys_addr_t early_alloc(size_t size)
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

#define MAX_CLEAN_TABLES 64

/* Freed page tables. They are empty, so they need not be cleared again. */
static void *clean_tables[MAX_CLEAN_TABLES];
static unsigned int nr_clean_tables;

void free_table(void *table)
{
	if (nr_clean_tables < MAX_CLEAN_TABLES)
		clean_tables[nr_clean_tables++] = table;
	else
		free_pages(table, 0);
}

void *alloc_table(void)
{
	void *table;

	if (nr_clean_tables)
		return should_fail_alloc() ? NULL : clean_tables[--nr_clean_tables];
	if (buddy_ready)
		return __get_free_pages(__GFP_ZERO, 0);
	table = phys_to_virt(early_alloc(PAGE_SIZE));
	clear_pages(table, PAGE_SIZE);
	return table;
}
