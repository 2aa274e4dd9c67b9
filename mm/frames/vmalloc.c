/* SPDX-License-Identifier: MIT */
/*
 * Memory that is contiguous in virtual addresses only: kernel stacks, and windows to device
 * registers.
 * Abridges Linux's mm/vmalloc.c and arch/x86/mm/ioremap.c; leaves out lazy unmapping, the tree of
 * vmap areas and large pages.
 *
 *   VMALLOC_START |guard| piece |guard| piece      hole     |guard| piece | ...   sorted
 *
 * The guard page below each piece is never mapped: a stack that overflows faults instead of
 * overwriting other memory.
 */
#include <frames.h>
#include <printk.h>
#include <slab.h>
#include <task.h>
#include <asm/cpu.h>
#include "internal.h"

/* One range. addr is its first mapped byte; the guard page is below. */
struct vm_struct {
	struct list_head list;
	unsigned long addr, size; /* bytes, without the guard */
};

static DEFINE_SPINLOCK(vmalloc_lock, LOCK_NONE); /* guards the list and the kernel's page tables */
static struct vm_struct pieces = {LIST_HEAD_INIT(pieces.list), VMALLOC_START, 0};
static struct vm_struct *packed = &pieces; /* no hole before this piece fits a kernel stack */

/* Links @v into the first hole that fits it and its guard page. vmalloc_lock held. */
static bool insert_piece(struct vm_struct *v)
{
	struct vm_struct *from = v->size < THREAD_SIZE ? &pieces : packed, *next;
	unsigned long end = from->addr + from->size;

	list_for_each_entry(next, &from->list, list) {
		if (next == &pieces || next->addr - end >= v->size + 2 * PAGE_SIZE)
			break;
		end = next->addr + next->size;
	}
	v->addr = end + PAGE_SIZE;
	list_add_tail(&v->list, &next->list);
	if (v->size == THREAD_SIZE)
		packed = v;
	return kasan_map_vmalloc(v->addr, v->size) && v->addr + v->size <= VMALLOC_END;
}

static pte_t *pte_of(unsigned long va)
{
	unsigned int level;

	return lookup_address(init_pgd, va, &level);
}

struct page *vmalloc_to_page(const void *p) { return pte_page(*pte_of((unsigned long)p)); }

/* Unmaps and frees the frames of the piece, of which some may be missing, and the struct. */
static void free_piece(struct vm_struct *v)
{
	unsigned long flags;

	spin_lock_irqsave(&vmalloc_lock, flags);
	for (unsigned long va = v->addr; va < v->addr + v->size; va += PAGE_SIZE) {
		pte_t *pte = pte_of(va);

		if (!pte || pte_none(*pte))
			break;
		put_page(pfn_to_page(pte_pfn(*pte)));
		*pte = __pte(0);
		invlpg(va);
	}
	kasan_unmap_vmalloc(v->addr, v->size);
	if (v->addr <= packed->addr)
		packed = list_entry(v->list.prev, struct vm_struct, list);
	list_del(&v->list);
	spin_unlock_irqrestore(&vmalloc_lock, flags);
	kfree(v);
}

/*
 * Makes a piece of @size bytes that maps the frames from @pa on; @pa 0: new frames. NULL: no
 * memory.
 */
static struct vm_struct *new_piece(size_t size, phys_addr_t pa, pgprot_t prot)
{
	struct vm_struct *v = kmalloc(sizeof(*v), GFP_KERNEL);
	unsigned long flags;
	bool ok;

	if (!v)
		return NULL;
	v->size = PAGE_ALIGN(size);
	spin_lock_irqsave(&vmalloc_lock, flags);
	ok = insert_piece(v);
	for (unsigned long done = 0; ok && done < v->size; done += PAGE_SIZE) {
		struct page *page = pa ? NULL : alloc_page(GFP_KERNEL);

		ok = (pa || page) &&
		     !map_kernel_pages(v->addr + done, pa ? pa + done : page_to_phys(page),
				       PAGE_SIZE, prot);
		if (!ok && page)
			put_page(page);
		else if (page)
			page->private = (unsigned long)v;
	}
	spin_unlock_irqrestore(&vmalloc_lock, flags);
	if (ok)
		return v;
	free_piece(v);
	return NULL;
}

void *vmalloc(size_t size)
{
	struct vm_struct *v = new_piece(size, 0, PAGE_KERNEL);

	return v ? (void *)v->addr : NULL;
}

bool is_vmalloc_addr(const void *p)
{
	return (unsigned long)p >= VMALLOC_START && (unsigned long)p < VMALLOC_END;
}

/* @p: from vmalloc, or NULL. Not the stack that the CPU is running on. */
void vfree(void *p)
{
	struct vm_struct *v = p ? (struct vm_struct *)vmalloc_to_page(p)->private : NULL;

	BUG_ON(p && v->addr != (unsigned long)p);
	if (p)
		free_piece(v);
}

/* @pa need not be page aligned. NULL: no memory. */
void *ioremap(phys_addr_t pa, size_t size)
{
	struct vm_struct *v =
		new_piece(offset_in_page(pa) + size, PAGE_ALIGN_DOWN(pa), PAGE_KERNEL_IO);

	return v ? (char *)v->addr + offset_in_page(pa) : NULL;
}
