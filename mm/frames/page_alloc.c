/* SPDX-License-Identifier: MIT */
/*
 * The buddy allocator: page frames, in blocks of 2^order frames that are aligned to their size.
 * mem_init.c adds the RAM at boot.
 * Abridges Linux's mm/page_alloc.c; leaves out zones, watermarks, migration types, reclaim and
 * NUMA: all frames are equal.
 *
 *   order 2  [       0        ]    free_block(page 1, order 0) looks at its buddy, page 0:
 *   order 1  [   0   |   2    ]    free too? both are one block of order 1; its buddy: page 2
 *   order 0  [ 0 | 1 | 2 | 3  ]
 *
 * Of a free block only the first struct page is used.
 *
 * A few single frames are "hot": the ones freed last, which are given out next, or a block that was
 * split as a whole. They are free, but have no buddies. Linux has such lists for each CPU.
 */
#include <fault_inject.h>
#include <frames.h>
#include <printk.h>
#include <asm/pgtable.h>
#include <asm/string.h>
#include "internal.h"

static DEFINE_SPINLOCK(zone_lock, LOCK_ZONE); /* guards all below */
static struct list_head free_list[MAX_ORDER];
static unsigned long nr_free, nr_total; /* frames, with those that more_frames will free */
static unsigned long nr_reserve;	/* frames that __GFP_USER may not take */

#define HOT_PAGES 64
#define HOT_ORDER 4 /* of the block that is split when there are none */

static struct page *hot_pages[HOT_PAGES]; /* PG_buddy, but no order that a block has */
static unsigned int nr_hot;

bool (*more_frames)(void);

void free_area_init(void)
{
	for (unsigned int order = 0; order < MAX_ORDER; order++)
		INIT_LIST_HEAD(&free_list[order]);
}

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

/* Frees a block, merged with its free buddies. zone_lock held, except at boot. */
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
 * Takes 2^order frames from the smallest free block that is large enough; the rest of it stays
 * free. NULL: there is none. zone_lock held.
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

static void add_hot(struct page *page)
{
	page->flags = BIT(PG_buddy);
	page->private = MAX_ORDER;
	hot_pages[nr_hot++] = page;
}

/* Splits a block. False: there is none. */
static bool refill_hot(void)
{
	struct page *page = take_block(HOT_ORDER);

	for (unsigned int i = page ? 1U << HOT_ORDER : 0; i; i--)
		add_hot(page + i - 1);
	return page;
}

/* 2^order frames; may use RAM that was not used so far. */
static struct page *find_block(unsigned int order)
{
	struct page *page = take_block(order);

	for (; !page && nr_hot; page = take_block(order))
		free_block(hot_pages[--nr_hot], 0);
	return page || !more_frames() ? page : find_block(order);
}

static void prepare_new_page(struct page *page, gfp_t gfp, unsigned int order)
{
	kasan_alloc_pages(page, order);
	page->flags = order ? BIT(PG_head) : 0;
	page->private = order;
	page->mapping = NULL;
	atomic_set(&page->_mapcount, 0);
	atomic_set(&page->_refcount, 1);
	if (gfp & __GFP_ZERO)
		clear_pages(page_address(page), PAGE_SIZE << order);
}

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	unsigned long least = gfp & __GFP_USER ? nr_reserve : 0;
	struct page *page = NULL;
	unsigned long flags;

	spin_lock_irqsave(&zone_lock, flags);
	if (nr_free > least && !should_fail_alloc()) {
		if (!order && (nr_hot || refill_hot()))
			page = hot_pages[--nr_hot];
		else
			page = find_block(order);
	}
	if (page)
		nr_free -= 1UL << order;
	spin_unlock_irqrestore(&zone_lock, flags);
	if (page)
		prepare_new_page(page, gfp, order);
	return page;
}

/* The last reference is gone. */
static void free_unused(struct page *page, unsigned int order)
{
	unsigned long flags;

	BUG_ON(atomic_read(&page->_refcount) != 0);
	BUG_ON(page->flags & (BIT(PG_buddy) | BIT(PG_reserved) | BIT(PG_slab)));
	BUG_ON(atomic_read(&page->_mapcount) != 0);
	kasan_free_pages(page, order);
	spin_lock_irqsave(&zone_lock, flags);
	nr_free += 1UL << order;
	if (!order && nr_hot < HOT_PAGES)
		add_hot(page);
	else
		free_block(page, order);
	spin_unlock_irqrestore(&zone_lock, flags);
}

void __free_pages(struct page *page, unsigned int order)
{
	if (atomic_dec_is_last(&page->_refcount))
		free_unused(page, order);
}

void __put_page(struct page *page)
{
	free_unused(page, page->flags & BIT(PG_head) ? page->private : 0);
}

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

/* Like Linux's min_free_kbytes: four times the square root of the KiB of RAM; 128 KiB to 16 MiB. */
void set_page_reserve(void)
{
	unsigned long kib = nr_total << (PAGE_SHIFT - 10), root = 1;

	while ((root + 1) * (root + 1) <= kib * 16)
		root++;
	nr_reserve = min(max(root, 128UL), 16384UL) >> (PAGE_SHIFT - 10);
}

void copy_page(void *to, const void *from) { rep_movsq(to, from, PAGE_SIZE / 8); }

void count_frames(unsigned long n)
{
	nr_free += n;
	nr_total += n;
}

void uncount_frames(unsigned long n) { nr_free -= n; }

/* Frees in the largest blocks that the alignment permits. */
void free_frames(phys_addr_t start, phys_addr_t end)
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
		pfn += 1UL << order;
	}
}

void free_reserved(phys_addr_t start, phys_addr_t end)
{
	for (phys_addr_t pa = start; pa < end; pa += PAGE_SIZE) {
		struct page *page = pfn_to_page(pa >> PAGE_SHIFT);

		page->flags &= ~BIT(PG_reserved);
		page->private = 0;
		nr_total++;
		__free_pages(page, 0);
	}
}
