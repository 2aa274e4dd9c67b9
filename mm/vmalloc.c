/* SPDX-License-Identifier: MIT */
/*
 * Memory that is contiguous only for the processor: kernel stacks, and windows to device
 * registers. Abridges Linux's mm/vmalloc.c and arch/x86/mm/ioremap.c; leaves out lazy unmapping,
 * the tree of areas and large pages.
 *
 *   VMALLOC_START |guard| piece |guard| piece      hole     |guard| piece | ...   sorted
 *                                 ^ search_from: no hole before the end of this piece
 *
 * The guard page below each piece is never mapped: a stack that overflows faults instead of
 * overwriting.
 */
#include <mm.h>
#include <printk.h>
#include "internal.h"

/* One piece. addr is its first mapped byte; the guard page lies below. */
struct vm_struct {
	struct list_head list;
	unsigned long addr, size; /* bytes, without the guard */
};

static DEFINE_SPINLOCK(vmalloc_lock, LOCK_NONE); /* guards the list and the kernel's page tables */
static LIST_HEAD(pieces);
static struct list_head *search_from = &pieces;

static unsigned long piece_end(const struct list_head *piece)
{
	const struct vm_struct *v = list_entry(piece, struct vm_struct, list);

	return piece == &pieces ? VMALLOC_START : v->addr + v->size;
}

/* Links @v into the first hole that fits it and its guard. */
static bool insert_piece(struct vm_struct *v)
{
	unsigned long size = v->size + PAGE_SIZE;
	bool packed = true;

	for (struct list_head *at = search_from;; at = at->next) {
		unsigned long start = piece_end(at);
		unsigned long end =
			at->next == &pieces
				? VMALLOC_END
				: list_entry(at->next, struct vm_struct, list)->addr - PAGE_SIZE;

		if (end - start >= size) {
			v->addr = start + PAGE_SIZE;
			list_add(&v->list, at);
			if (packed)
				search_from = &v->list;
			return true;
		}
		if (at->next == &pieces)
			return false;
		if (end != start)
			packed = false;
		else if (packed)
			search_from = at->next;
	}
}

static void remove_piece(struct vm_struct *v)
{
	if (v->addr <= piece_end(search_from))
		search_from = v->list.prev;
	list_del(&v->list);
}

static struct vm_struct *new_piece(size_t size)
{
	struct vm_struct *v = kmalloc(sizeof(*v), GFP_KERNEL);
	unsigned long flags;
	bool found;

	if (!v)
		return NULL;
	v->size = PAGE_ALIGN(size);
	spin_lock_irqsave(&vmalloc_lock, flags);
	found = v->size >= size && v->size < VMALLOC_END - VMALLOC_START && insert_piece(v);
	spin_unlock_irqrestore(&vmalloc_lock, flags);
	if (found)
		return v;
	kfree(v);
	return NULL;
}

static int map_piece(unsigned long va, phys_addr_t pa, size_t size, pgprot_t prot)
{
	unsigned long flags;
	int err;

	spin_lock_irqsave(&vmalloc_lock, flags);
	err = map_kernel_pages(va, pa, size, prot);
	spin_unlock_irqrestore(&vmalloc_lock, flags);
	return err;
}

/* Frees the first @mapped bytes of the piece and the piece. */
static void free_piece(struct vm_struct *v, size_t mapped)
{
	unsigned long flags;
	unsigned int level;

	spin_lock_irqsave(&vmalloc_lock, flags);
	for (unsigned long va = v->addr; va < v->addr + mapped; va += PAGE_SIZE) {
		struct page *page = pfn_to_page(pte_pfn(*lookup_address(init_pgd, va, &level)));

		unmap_kernel_range(va, PAGE_SIZE);
		put_page(page);
	}
	remove_piece(v);
	spin_unlock_irqrestore(&vmalloc_lock, flags);
	kfree(v);
}

void *vmalloc(size_t size)
{
	struct vm_struct *v = size ? new_piece(size) : NULL;

	if (!v)
		return NULL;
	for (unsigned long done = 0; done < v->size; done += PAGE_SIZE) {
		struct page *page = alloc_page(GFP_KERNEL);

		if (!page ||
		    map_piece(v->addr + done, page_to_phys(page), PAGE_SIZE, PAGE_KERNEL)) {
			if (page)
				put_page(page);
			free_piece(v, done);
			return NULL;
		}
		page->private = (unsigned long)v;
	}
	return (void *)v->addr;
}

/* What vmalloc gave; NULL is allowed. The memory must not be in use: not the running stack. */
void vfree(void *p)
{
	unsigned int level;
	pte_t *pte;
	struct vm_struct *v;

	if (!p)
		return;
	pte = lookup_address(init_pgd, (unsigned long)p, &level);
	BUG_ON(!pte || pte_none(*pte));
	v = (struct vm_struct *)pfn_to_page(pte_pfn(*pte))->private;
	BUG_ON(v->addr != (unsigned long)p);
	free_piece(v, v->size);
}

/* Needs not be page aligned. NULL: no memory. */
void *ioremap(phys_addr_t pa, size_t size)
{
	phys_addr_t base = PAGE_ALIGN_DOWN(pa);
	struct vm_struct *v = new_piece(pa - base + size);

	if (!v || map_piece(v->addr, base, v->size, PAGE_KERNEL_IO))
		return NULL;
	return (char *)v->addr + (pa - base);
}
