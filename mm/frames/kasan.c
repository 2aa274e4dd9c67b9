/* SPDX-License-Identifier: MIT */
/*
 * What the allocators do for KASAN (lib/kasan.c), in the kernel of make KASAN=1 only: the shadow of
 * RAM and of the vmalloc range, poison on free pages, and a quarantine for freed objects of slabs.
 * Abridges Linux's mm/kasan/{common,quarantine}.c and arch/x86/mm/kasan_init_64.c.
 *
 *   kfree -> |oldest ... newest|, at most 1 MiB and 1/32 of the free RAM -> slab.c, used again
 *
 * So an object that is used after it was freed is found for longer. Its first word is the link.
 * Not on the road of an exec.
 */
#include <boot_info.h>
#include <frames.h>
#include <kasan.h>
#include <printk.h>
#include <sanitize.h>
#include <slab.h>
#include <string.h>
#include <asm/cpu.h>
#include <asm/irqflags.h>
#include "internal.h"

#undef kmalloc
#undef kfree
#undef kmem_cache_free

/* ---- objects ------------------------------------------------------------------------- */

#define MOST_KEPT (1UL << 20) /* bytes */

static struct freed {
	struct freed *next;
} * oldest, *newest;
static unsigned long kept; /* bytes */

/* NULL: whole frames. */
static struct kmem_cache *cache_of(const void *p)
{
	const struct page *page = virt_to_page(p);

	return page->flags & BIT(PG_slab) ? page->slab : NULL;
}

/* The callers in the red zone of an object. */
static struct slab_callers *callers_of(struct kmem_cache *c, void *obj)
{
	return (void *)((char *)obj + c->size - sizeof(struct slab_callers));
}

static void print_callers(const char *what, const u32 callers[2])
{
	void *in[2];

	for (int i = 0; i < 2; i++)
		in[i] = (void *)(KERNEL_BASE | (callers[i] - 1));
	printk(KERN_EMERG "%s by %pS, called by %pS\n", what, in[0], in[1]);
}

/* How many bytes were asked for stands in the shadow, unless the object is free. */
static void describe_object(unsigned long addr)
{
	struct kmem_cache *c = virt_to_page((void *)addr)->slab;
	unsigned long start = ALIGN_DOWN(addr, PAGE_SIZE << c->order),
		      obj = start + (addr - start) / c->size * c->size, inner, size = 0;
	struct slab_callers *by = callers_of(c, (void *)obj);
	const u8 *shadow = kasan_shadow((void *)obj);

	inner = c->size - SLAB_RED_ZONE;
	for (; size < inner && *shadow < 8; shadow++)
		size += *shadow ? *shadow : 8;
	printk(KERN_EMERG "at byte %lu of the %s object %p of %lu bytes, in a slab of %lu\n",
	       addr - obj, size ? "allocated" : "free", (void *)obj, size ? size : inner, inner);
	print_callers("allocated", by->allocated);
	if (!size)
		print_callers("freed", by->freed);
}

/* The bytes behind the @size that were asked for are poisoned, too. */
void *kmalloc_exactly(size_t size, gfp_t gfp)
{
	void *p = kmalloc(size, gfp);
	struct kmem_cache *c = p ? cache_of(p) : NULL;

	if (c) {
		kasan_note_callers(callers_of(c, p)->allocated, __builtin_frame_address(0));
		kasan_poison(p, c->size - SLAB_RED_ZONE, KASAN_SLAB_TAIL);
	} else if (p) {
		kasan_poison(p, PAGE_SIZE << virt_to_page(p)->private, KASAN_PAGE_REDZONE);
	}
	if (p)
		kasan_unpoison(p, size);
	return p;
}

/* Takes the oldest object out of the quarantine. NULL: at most @most bytes are left in it. */
static void *take_oldest(unsigned long most)
{
	unsigned long flags = local_irq_save();
	struct freed *obj = kept > most ? oldest : NULL;

	if (obj) {
		oldest = obj->next;
		kept -= cache_of(obj)->size;
	}
	local_irq_restore(flags);
	return obj;
}

/* Frees the oldest objects, until at most @most bytes are left. */
static bool drain_to(unsigned long most)
{
	bool any = false;
	void *obj;

	while ((obj = take_oldest(most))) {
		kmem_cache_free(cache_of(obj), obj);
		any = true;
	}
	return any;
}

bool kasan_drain(void) { return drain_to(0); }

static void keep(struct kmem_cache *c, struct freed *obj)
{
	unsigned long flags = local_irq_save();

	BUG_ON(cache_of(obj) != c);
	if (*kasan_shadow(obj) == KASAN_SLAB_FREED)
		bug_found("KASAN: the object %p is freed twice", obj);
	kasan_poison(obj, c->size - SLAB_RED_ZONE, KASAN_SLAB_FREED);
	obj->next = NULL;
	if (kept)
		newest->next = obj;
	else
		oldest = obj;
	newest = obj;
	kept += c->size;
	local_irq_restore(flags);
	drain_to(min(MOST_KEPT, nr_free_pages() << (PAGE_SHIFT - 5)));
}

void kmem_cache_free_later(struct kmem_cache *c, void *obj)
{
	kasan_note_callers(callers_of(c, obj)->freed, __builtin_frame_address(0));
	keep(c, obj);
}

void kfree_later(const void *p)
{
	struct kmem_cache *c = p ? cache_of(p) : NULL;

	if (!c) {
		kfree(p);
		return;
	}
	kasan_note_callers(callers_of(c, (void *)p)->freed, __builtin_frame_address(0));
	keep(c, (void *)p);
}

/* ---- pages ------------------------------------------------------------------------ */

void kasan_alloc_pages(struct page *page, unsigned int order)
{
	kasan_unpoison(page_address(page), PAGE_SIZE << order);
}

void kasan_free_pages(struct page *page, unsigned int order)
{
	kasan_poison(page_address(page), PAGE_SIZE << order, KASAN_FREE_PAGE);
}

/* ---- the shadow ---------------------------------------------------------------- */

#define SHADOW_STEP (1UL << 20) /* the shadow of 8 MiB */

static void map_ram(phys_addr_t pa)
{
	unsigned long va = (unsigned long)kasan_shadow(phys_to_virt(pa));
	phys_addr_t frames;
	unsigned int level;
	const pte_t *pte = lookup_address(init_pgd, va, &level);

	if (pte && !pte_none(*pte))
		return;
	frames = early_alloc(SHADOW_STEP);
	memset(phys_to_virt(frames), 0, SHADOW_STEP);
	map_kernel_range(va, frames, SHADOW_STEP, PAGE_KERNEL);
}

static pgd_t *top_entry(pgd_t *top, unsigned long va)
{
	return &top[pgd_index((unsigned long)kasan_shadow((void *)va))];
}

/* The boot tables, which are still in use, get the same shadow. */
void kasan_init(const struct boot_info *bi)
{
	pgd_t *boot = phys_to_virt(read_cr3() & PTE_PFN_MASK);
	phys_addr_t end = 0;

	*top_entry(init_pgd, KERNEL_BASE) = *top_entry(boot, KERNEL_BASE);
	reserve_kernel_table((unsigned long)kasan_shadow((void *)VMALLOC_START), TOP_LEVEL - 1);
	for (unsigned int i = 0; i < bi->nr_ram; i++) {
		end = bi->ram[i].end;
		for (phys_addr_t pa = ALIGN_DOWN(bi->ram[i].start, 8 * SHADOW_STEP); pa < end;
		     pa += 8 * SHADOW_STEP)
			map_ram(pa);
	}
	*top_entry(boot, PAGE_OFFSET) = *top_entry(init_pgd, PAGE_OFFSET);
	kasan_ram = end;
	kasan_describe = describe_object;
}

/* The shadow of the first byte of a page of shadow. Pieces share such a page; each holds it. */
static unsigned long shadow_page(unsigned long addr)
{
	return PAGE_ALIGN_DOWN((unsigned long)kasan_shadow((void *)addr));
}

/* After a failure it goes on: kasan_unmap_vmalloc drops every page that is there. */
bool kasan_map_vmalloc(unsigned long addr, size_t size)
{
	bool ok = true;

	for (unsigned long va = shadow_page(addr - PAGE_SIZE); va <= shadow_page(addr + size - 1);
	     va += PAGE_SIZE) {
		unsigned int level;
		pte_t *pte = lookup_address(init_pgd, va, &level);
		struct page *page;

		if (pte && !pte_none(*pte)) {
			get_page(pte_page(*pte));
			continue;
		}
		page = alloc_page(__GFP_ZERO);
		if (page && map_kernel_pages(va, page_to_phys(page), PAGE_SIZE, PAGE_KERNEL)) {
			put_page(page);
			page = NULL;
		}
		ok = ok && page;
	}
	if (ok)
		kasan_unpoison((void *)(addr - PAGE_SIZE), size + PAGE_SIZE);
	return ok;
}

void kasan_unmap_vmalloc(unsigned long addr, size_t size)
{
	for (unsigned long va = shadow_page(addr - PAGE_SIZE); va <= shadow_page(addr + size - 1);
	     va += PAGE_SIZE) {
		unsigned int level;
		pte_t *pte = lookup_address(init_pgd, va, &level);
		struct page *page = pte && !pte_none(*pte) ? pte_page(*pte) : NULL;

		if (!page)
			continue;
		if (atomic_read(&page->_refcount) == 1) {
			*pte = __pte(0);
			invlpg(va);
		}
		put_page(page);
	}
}
