/* SPDX-License-Identifier: MIT */
/*
 * Physical memory: from the boot loader's map to a buddy allocator, and the kernel's own page
 * tables on the way. Abridges Linux's mm/memblock.c, arch/x86/mm/init.c and mm/page_alloc.c.
 * Leaves out zones, watermarks, migration types, reclaim and everything NUMA: a frame is a
 * frame.
 *
 *   boot_info.ram ─early_alloc─> tables, vmemmap; the rest ─> buddy: 2^order frames, so aligned
 *
 *   order 2  [       0        ]    free_block(page 1, order 0) looks at its buddy, page 0:
 *   order 1  [   0   |   2    ]    free too? both are one block of order 1; its buddy: page 2
 *   order 0  [ 0 | 1 | 2 | 3  ]
 *
 * struct pages are initialised late: only the first page of a block is ever looked at, so a free
 * block of the largest order costs one struct page at boot, not 1024. Blocks that are not wholly
 * free at boot have all their struct pages initialised as PG_reserved.
 */
#include <mm.h>
#include <boot_info.h>
#include <printk.h>
#include <string.h>
#include <asm/sections.h>
#include "../internal.h"

_Static_assert(sizeof(struct page) == 64, "vmemmap counts on 64 bytes for each frame");

#define MAX_ORDER_PAGES (1UL << (MAX_ORDER - 1))
#define LOW_RESERVED	0x100000UL  /* real-mode memory, VGA, BIOS */
#define BOOT_MAPPED	(4UL << 30) /* what the boot tables show at PAGE_OFFSET */
#define MIN_RAM		(16UL << 20)

static DEFINE_SPINLOCK(zone_lock, LOCK_ZONE); /* guards all below */
static struct list_head free_list[MAX_ORDER];
static unsigned long nr_free, nr_total; /* frames */
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
		return __get_free_pages(GFP_ZERO, 0);
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

/* ---- buddy allocator -------------------------------------------------- */

static void add_free_block(struct page *page, unsigned int order)
{
	page->flags = BIT(PG_buddy);
	page->private = order;
	list_add(&page->lru, &free_list[order]);
}

static void remove_free_block(struct page *page)
{
	list_del(&page->lru);
	page->flags = 0;
}

/* Gives a block back, joined with its free buddies. */
static void free_block(struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);

	for (; order < MAX_ORDER - 1; order++) {
		struct page *buddy = pfn_to_page(pfn ^ (1UL << order));

		if (!(buddy->flags & BIT(PG_buddy)) || buddy->private != order)
			break;
		remove_free_block(buddy);
		pfn &= ~(1UL << order);
	}
	add_free_block(pfn_to_page(pfn), order);
}

/*
 * Takes a block of 2^order frames from the smallest free one that is large enough; the rest stays
 * free.
 */
static struct page *take_block(unsigned int order)
{
	unsigned int o = order;
	struct page *page;

	while (o < MAX_ORDER && list_empty(&free_list[o]))
		o++;
	if (o == MAX_ORDER)
		return NULL;
	page = list_first_entry(&free_list[o], struct page, lru);
	remove_free_block(page);
	while (o > order) {
		o--;
		add_free_block(page + (1UL << o), o);
	}
	return page;
}

static void prepare_new_page(struct page *page, gfp_t gfp, unsigned int order)
{
	page->flags = order ? BIT(PG_head) : 0;
	page->private = order;
	page->mapping = NULL;
	atomic_set(&page->_mapcount, 0);
	atomic_set(&page->_refcount, 1);
	if (gfp & __GFP_ZERO)
		for (unsigned long i = 0; i < 1UL << order; i++)
			clear_page(page_address(page + i));
}

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	struct page *page;
	unsigned long flags;

	spin_lock_irqsave(&zone_lock, flags);
	page = take_block(order);
	if (page)
		nr_free -= 1UL << order;
	spin_unlock_irqrestore(&zone_lock, flags);
	if (page)
		prepare_new_page(page, gfp, order);
	return page;
}

/* Drops the reference; the frames are free when it was the last. */
void __free_pages(struct page *page, unsigned int order)
{
	int left = atomic_dec_return(&page->_refcount);
	unsigned long flags;

	BUG_ON(left < 0);
	if (left)
		return;
	BUG_ON(page->flags & (BIT(PG_buddy) | BIT(PG_reserved) | BIT(PG_slab)));
	BUG_ON(atomic_read(&page->_mapcount) != 0);
	spin_lock_irqsave(&zone_lock, flags);
	nr_free += 1UL << order;
	free_block(page, order);
	spin_unlock_irqrestore(&zone_lock, flags);
}

void put_page(struct page *p) { __free_pages(p, p->flags & BIT(PG_head) ? p->private : 0); }

void *__get_free_pages(gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_pages(gfp, order);

	return page ? page_address(page) : NULL;
}

void free_pages(void *addr, unsigned int order)
{
	if (addr)
		__free_pages(virt_to_page(addr), order);
}

unsigned long nr_free_pages(void) { return nr_free; }

unsigned long totalram_pages(void) { return nr_total; }

void clear_page(void *p) { __clear_page(p); }

void copy_page(void *to, const void *from) { __copy_page(to, from); }

/* ---- handing RAM over ------------------------------------------------- */

/* Frees [start, end) in the largest aligned blocks. */
static void free_range(phys_addr_t start, phys_addr_t end)
{
	unsigned long pfn = start >> PAGE_SHIFT, last = end >> PAGE_SHIFT;

	while (pfn < last) {
		unsigned int order = pfn ? min(__builtin_ctzl(pfn), MAX_ORDER - 1) : MAX_ORDER - 1;
		struct page *page = pfn_to_page(pfn);

		while (pfn + (1UL << order) > last)
			order--;
		atomic_set(&page->_refcount, 0);
		atomic_set(&page->_mapcount, 0);
		free_block(page, order);
		nr_free += 1UL << order;
		nr_total += 1UL << order;
		pfn += 1UL << order;
	}
}

void free_reserved(phys_addr_t start, phys_addr_t end)
{
	unsigned long flags;

	start = PAGE_ALIGN(start);
	end = PAGE_ALIGN(end);
	spin_lock_irqsave(&zone_lock, flags);
	for (phys_addr_t pa = start; pa < end; pa += PAGE_SIZE)
		pfn_to_page(pa >> PAGE_SHIFT)->flags = 0;
	free_range(start, end);
	spin_unlock_irqrestore(&zone_lock, flags);
}

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
		free_range(start, end);
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
	enable_nx();
	build_kernel_tables(bi);

	for (unsigned int order = 0; order < MAX_ORDER; order++)
		INIT_LIST_HEAD(&free_list[order]);
	init_struct_pages(bi);
	for (unsigned int i = 0; i < bi->nr_ram; i++)
		release_ram(bi->ram[i].start, bi->ram[i].end);
	buddy_ready = true;
	zero_page = alloc_page(GFP_ZERO);
	if (!zero_page)
		panic("not enough RAM: none left beside the kernel and the initramfs");
}
