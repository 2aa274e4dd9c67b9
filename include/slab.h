/* SPDX-License-Identifier: MIT */
/* Memory for the kernel's own objects: mm/frames/slab.c and vmalloc.c. */
#ifndef SLAB_H
#define SLAB_H

#include <gfp.h>
#include <types.h>

struct kmem_cache;
struct page;

struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align);
void *kmem_cache_alloc(struct kmem_cache *c, gfp_t gfp);
void kmem_cache_free(struct kmem_cache *c, void *obj);
/* Up to 4 MiB, aligned to 16 bytes. NULL: no memory. */
void *kmalloc(size_t size, gfp_t gfp);
void kfree(const void *p);
#ifdef KASAN /* mm/frames/kasan.c */
void *kmalloc_exactly(size_t size, gfp_t gfp);
void kfree_later(const void *p);
void kmem_cache_free_later(struct kmem_cache *c, void *obj);
#define kmalloc		kmalloc_exactly
#define kfree		kfree_later
#define kmem_cache_free kmem_cache_free_later
#endif
static inline void *kzalloc(size_t size) { return kmalloc(size, __GFP_ZERO); }
char *kstrdup(const char *s);
void *kmemdup(const void *p, size_t n);
void slab_init(void);
unsigned long slab_pages(void);			   /* frames held by slabs */
unsigned long objects_on(const struct page *slab); /* in use; counted at the first frame */

/* Whole pages in the vmalloc range, with an unmapped guard page below. */
void *vmalloc(size_t size);
void vfree(void *p);
bool is_vmalloc_addr(const void *p);
struct page *vmalloc_to_page(const void *p);
/* Maps device registers, uncached. */
void *ioremap(phys_addr_t pa, size_t size);

#endif
