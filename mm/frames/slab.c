/* SPDX-License-Identifier: MIT */
/*
 * Small objects: caches of objects of one size, and kmalloc on top of them.
 * Abridges Linux's mm/slub.c and mm/slab_common.c; leaves out per-CPU slabs, constructors, red
 * zones, randomised free lists, and the names in /proc/slabinfo.
 *
 *   cache ─partial─> slab (struct page of 2^order frames) ─> slab ...   full slabs: on no list
 *                     private: first free object ─> next ─> 0   (in the first word of each)
 *                     index: objects in use
 *
 * An empty slab is freed, but for the last with free objects: the next allocation needs one. Slabs
 * would waste memory on objects of more than half a page: kmalloc uses whole frames for them.
 */
#include <fault_inject.h>
#include <frames.h>
#include <printk.h>
#include <slab.h>
#include <string.h>
#include "internal.h"

#undef kmalloc
#undef kfree
#undef kmem_cache_free

#define MIN_ALIGN      16UL
#define KMALLOC_MAX    2048UL /* largest size from slabs */
#define KMALLOC_LIMIT  (PAGE_SIZE << (MAX_ORDER - 1))
#define MAX_SLAB_ORDER 3
#define MIN_OBJECTS    4 /* in a slab, if MAX_SLAB_ORDER allows */

/* 576: the nodes of the radix tree. */
static const unsigned short class_size[] = {
	16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 576, 768, 1024, KMALLOC_MAX,
};
static struct kmem_cache kmalloc_caches[ARRAY_SIZE(class_size)];
/* By size in units of MIN_ALIGN, rounded up. */
static struct kmem_cache *cache_for[KMALLOC_MAX / MIN_ALIGN + 1];
static atomic_t nr_slab_pages;

/* ---- slabs: cache->lock held -------------------------------------------- */

static unsigned long objects_per_slab(const struct kmem_cache *c)
{
	return (PAGE_SIZE << c->order) / c->size;
}

/* An object that was in use before is likely to be in the processor's cache: it is the next one. */
static void push_object(struct page *slab, void *obj)
{
	*(unsigned long *)obj = slab->private;
	slab->private = (unsigned long)obj;
}

static void *take_object(struct page *slab)
{
	void *obj = (void *)slab->private;

	slab->private = *(unsigned long *)obj;
	slab->index++;
	if (!slab->private)
		list_del(&slab->lru);
	return obj;
}

static noinline struct page *new_slab(struct kmem_cache *c)
{
	struct page *slab = alloc_pages(GFP_KERNEL, c->order);
	char *memory;

	if (!slab)
		return NULL;
	for (unsigned long i = 0; i < 1UL << c->order; i++) {
		slab[i].flags = BIT(PG_slab);
		slab[i].head = slab;
		slab[i].slab = c;
	}
	slab->index = slab->private = 0;
	memory = slab_memory(page_address(slab), PAGE_SIZE << c->order);
	for (unsigned long n = objects_per_slab(c); n--;)
		push_object(slab, memory + n * c->size);
	list_add(&slab->lru, &c->partial);
	atomic_add(1 << c->order, &nr_slab_pages);
	return slab;
}

static void free_slab(struct kmem_cache *c, struct page *slab)
{
	list_del(&slab->lru);
	for (unsigned long i = 0; i < 1UL << c->order; i++)
		slab[i].flags = 0;
	atomic_sub(1 << c->order, &nr_slab_pages);
	__free_pages(slab, c->order);
}

/* @obj, of the slab that begins at the frame @slab, becomes free. */
static inline void free_object(struct page *slab, void *obj)
{
	struct kmem_cache *c = slab->slab;
	unsigned long flags;

	spin_lock_irqsave(&c->lock, flags);
	BUG_ON(slab->private == (unsigned long)obj || slab_object_back(obj, c->size));
	if (!slab->private)
		list_add(&slab->lru, &c->partial);
	push_object(slab, obj);
	if (!--slab->index && !list_is_singular(&c->partial))
		free_slab(c, slab);
	spin_unlock_irqrestore(&c->lock, flags);
}

/* ---- caches -------------------------------------------------------------- */

static void init_cache(struct kmem_cache *c, size_t size)
{
	spin_lock_init(&c->lock, LOCK_SLAB);
	INIT_LIST_HEAD(&c->partial);
	c->size = size;
	c->order = 0;
	while (c->order < MAX_SLAB_ORDER && objects_per_slab(c) < MIN_OBJECTS)
		c->order++;
}

/*
 * Makes a cache of objects of @size bytes aligned to @align, a power of two; 0: as kmalloc. NULL:
 * no memory.
 */
struct kmem_cache *kmem_cache_create(const char *name __maybe_unused, size_t size, size_t align)
{
	struct kmem_cache *c = kmalloc(sizeof(*c), GFP_KERNEL);

	size = ALIGN(size + SLAB_RED_ZONE, max(align, MIN_ALIGN));
	BUG_ON(size > PAGE_SIZE << MAX_SLAB_ORDER);
	if (c)
		init_cache(c, size);
	return c;
}

/* Allocates one object, zeroed with __GFP_ZERO. NULL: no memory. Any context. */
void *kmem_cache_alloc(struct kmem_cache *c, gfp_t gfp)
{
	struct page *slab;
	unsigned long flags;
	void *obj;

	spin_lock_irqsave(&c->lock, flags);
	slab = should_fail_alloc()	 ? NULL
	       : list_empty(&c->partial) ? new_slab(c)
					 : list_first_entry(&c->partial, struct page, lru);
	obj = slab ? slab_object_out(take_object(slab), c->size) : NULL;
	spin_unlock_irqrestore(&c->lock, flags);
	if (obj && (gfp & __GFP_ZERO))
		memset(obj, 0, c->size - SLAB_RED_ZONE);
	return obj;
}

/* Frees one object of @c. Any context. */
void kmem_cache_free(struct kmem_cache *c, void *obj)
{
	struct page *page = virt_to_page(obj);

	BUG_ON(!(page->flags & BIT(PG_slab)) || page->slab != c);
	free_object(page->head, obj);
}

/* ---- kmalloc ------------------------------------------------------------- */

void slab_init(void)
{
	unsigned int unit = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(class_size); i++) {
		init_cache(&kmalloc_caches[i], class_size[i] + SLAB_RED_ZONE);
		while (unit <= class_size[i] / MIN_ALIGN)
			cache_for[unit++] = &kmalloc_caches[i];
	}
}

static unsigned int order_of(size_t size)
{
	return size <= PAGE_SIZE ? 0 : 64 - __builtin_clzl((size - 1) >> PAGE_SHIFT);
}

void *kmalloc(size_t size, gfp_t gfp)
{
	if (size <= KMALLOC_MAX)
		return kmem_cache_alloc(cache_for[(size + MIN_ALIGN - 1) / MIN_ALIGN], gfp);
	return size > KMALLOC_LIMIT ? NULL : __get_free_pages(gfp, order_of(size));
}

/* @p: from kmalloc, kstrdup or kmemdup, or NULL. */
void kfree(const void *p)
{
	struct page *page = virt_to_page(p);

	if (!p)
		return;
	if (page->flags & BIT(PG_slab))
		free_object(page->head, (void *)p);
	else
		put_page(page);
}

void *kmemdup(const void *p, size_t n)
{
	void *copy = kmalloc(n, GFP_KERNEL);

	return copy ? memcpy(copy, p, n) : NULL;
}

char *kstrdup(const char *s) { return s ? kmemdup(s, strlen(s) + 1) : NULL; }

unsigned long objects_on(const struct page *slab) { return slab->head == slab ? slab->index : 0; }

unsigned long slab_pages(void) { return atomic_read(&nr_slab_pages); }
