/* SPDX-License-Identifier: MIT */
/*
 * KASAN, in the kernel of make KASAN=1 only, empty otherwise: reads and writes of memory that
 * is not in use are found. lib/kasan.c has the shadow and the checks, mm/frames/kasan.c what the
 * allocators do for it.
 */
#ifndef KASAN_H
#define KASAN_H

#include <types.h>

struct boot_info;
struct kmem_cache;
struct page;

#ifdef KASAN
/* For the few functions that read memory that is not in use, and know it. */
#define __no_sanitize_address __attribute__((no_sanitize_address))

/* What a shadow byte says of its 8 bytes; 0: all may be used, 1 to 7: only the first ones. */
#define KASAN_FREE_PAGE	   0xff
#define KASAN_PAGE_REDZONE 0xfe /* behind what was asked of kmalloc, in whole frames */
#define KASAN_SLAB_REDZONE 0xfd
#define KASAN_SLAB_TAIL	   0xfc /* behind what was asked of kmalloc, in an object */
#define KASAN_SLAB_FREED   0xfb
#define KASAN_SLAB_FRESH   0xfa /* of an object that was never in use */
#define KASAN_GLOBAL	   0xf9
#define KASAN_STACK_LEFT   0xf1 /* the compiler writes these three */
#define KASAN_STACK_MIDDLE 0xf2
#define KASAN_STACK_RIGHT  0xf3

/* The compiler is told the same number: -fasan-shadow-offset. */
#define KASAN_SHADOW_OFFSET 0xdffffc0000000000UL
static inline u8 *kasan_shadow(const void *p)
{
	return (u8 *)(((unsigned long)p >> 3) + KASAN_SHADOW_OFFSET);
}

void kasan_early_init(void);	/* the shadow of the image: before any frame has an array */
extern unsigned long kasan_ram; /* from address 0 so many bytes of RAM have a shadow */

/* @p is aligned to 8 bytes. kasan_poison: so is @n. */
void kasan_poison(const void *p, size_t n, u8 why);
void kasan_unpoison(const void *p, size_t n);
/* For accesses that the compiler does not see. User addresses are not checked. */
void kasan_read(const void *p, size_t n);
void kasan_write(const void *p, size_t n);
void kasan_copy(const void *to, const void *from, size_t n);

/* Who allocated and freed a slab's object: the end of its red zone. */
struct slab_callers {
	u32 allocated[2], freed[2]; /* the low halves of return addresses; 0: unknown */
};
#define SLAB_CALLERS sizeof(struct slab_callers)
/* @frame: of the function that was called. */
void kasan_note_callers(u32 callers[2], const unsigned long *frame);

/* Maps the shadow of all RAM, in init_pgd. Boot only. */
void kasan_init(const struct boot_info *bi);
void kasan_alloc_pages(struct page *page, unsigned int order);
void kasan_free_pages(struct page *page, unsigned int order);
/* A piece of the vmalloc range. vmalloc_lock held. false: no memory, and unmap must follow. */
bool kasan_map_vmalloc(unsigned long addr, size_t size);
void kasan_unmap_vmalloc(unsigned long addr, size_t size);
/* Upward pointer, of mm/frames/kasan.c: prints which object of a slab is at @addr. */
extern void (*kasan_describe)(unsigned long addr);
bool kasan_drain(void); /* frees what is in quarantine; false: nothing was */
#else
#define __no_sanitize_address
#define SLAB_CALLERS			0
#define kasan_early_init()		((void)0)
#define kasan_poison(p, n, why)		((void)0)
#define kasan_unpoison(p, n)		((void)0)
#define kasan_read(p, n)		((void)0)
#define kasan_write(p, n)		((void)0)
#define kasan_copy(to, from, n)		((void)0)
#define kasan_init(bi)			((void)0)
#define kasan_alloc_pages(page, order)	((void)0)
#define kasan_free_pages(page, order)	((void)0)
#define kasan_map_vmalloc(addr, size)	true
#define kasan_unmap_vmalloc(addr, size) ((void)0)
static inline bool kasan_drain(void) { return false; }
#endif

#endif
