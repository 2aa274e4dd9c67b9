/* SPDX-License-Identifier: MIT */
/*
 * Copy-on-write: after a fork parent and child map the same frames, read-only. The first one that
 * writes gets a copy.
 * Abridges these parts of Linux's mm/memory.c; leaves out swap, huge pages, and userfaultfd.
 *
 *   before fork      after fork              after the child's write
 *   parent -> A rw   parent -> A r- <- child   parent -> A r-    child -> copy of A rw
 *                    (_refcount 2)             (_refcount 1: the next write of the
 *                                               parent needs no copy)
 *
 * Invariant: a PTE is writable only if its frame is shared memory, or if no other PTE maps it.
 */
#include <errno.h>
#include <frames.h>
#include <mm.h>
#include <string.h>
#include "internal.h"

/* ---- fork ------------------------------------------------------------------- */

/*
 * Private PTEs become read-only on both sides, because the parent could otherwise write to the
 * child's page.
 */
static noinline void copy_ptes(struct vm_area_struct *dst, pte_t *to, pte_t *from, unsigned long n)
{
	struct mm_struct *mm = dst->vm_mm;
	bool cow = (dst->vm_flags & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE;
	unsigned long keep = cow ? ~_PAGE_RW : ~0UL;
	unsigned long lost = _PAGE_ACCESSED | (dst->vm_flags & VM_SHARED ? _PAGE_DIRTY : 0);

	for (unsigned long i = 0; i < n; i++) {
		pte_t pte = __pte(pte_val(from[i]) & keep);

		if (pte_none(pte))
			continue;
		from[i] = pte;
		to[i] = __pte(pte_val(pte) & ~lost);
		if (pte_special(pte))
			continue;
		get_page(pte_page(pte));
		count_mapping_of(mm, pte_page(pte), 1);
	}
}

/*
 * fork. Takes @src's page_table_lock; nobody runs in @dst's mm yet. The caller flushes the TLB.
 * After -ENOMEM mmput frees what was copied.
 */
int copy_page_range(struct vm_area_struct *dst, struct vm_area_struct *src)
{
	struct mm_struct *mm = src->vm_mm;
	unsigned long addr = src->vm_start, n;
	pte_t *from, *to = NULL;

	/* Pages that are not private can be faulted in again by the child: nothing to copy now. */
	if (!(src->vm_flags & VM_PFNMAP) && !src->anon_vma)
		return 0;
	spin_lock(&mm->page_table_lock);
	for_each_pte_run(mm, from, n, addr, src->vm_end) {
		to = walk_pte(dst->vm_mm, addr, true);
		if (!to)
			break;
		copy_ptes(dst, to, from, n);
	}
	spin_unlock(&mm->page_table_lock);
	return from && !to ? -ENOMEM : 0;
}

/* ---- the first write --------------------------------------------------------- */

/*
 * False for a page of a file: the page cache has a reference as well, and even without it the page
 * belongs to the file.
 */
bool page_anon_exclusive(const struct page *page)
{
	return (page->flags & BIT(PG_anon)) && atomic_read(&page->_refcount) == 1;
}

/*
 * @old NULL: the PTE is special, so its frame has bytes but is not counted. replace_pte false:
 * another thread was first. No spinlock is held: alloc_anon_page may sleep. Nothing can happen
 * between replace_pte and the counts, because the kernel is not preempted.
 */
static vm_fault_t wp_page_copy(struct vm_fault *vmf, struct page *old)
{
	struct vm_area_struct *vma = vmf->vma;
	bool zero = pte_pfn(vmf->orig_pte) == page_to_pfn(zero_page);
	struct page *copy = alloc_anon_page(vma, zero ? __GFP_ZERO : GFP_KERNEL);
	pte_t entry;

	if (!copy)
		return VM_FAULT_OOM;
	if (!zero)
		copy_page(page_address(copy), phys_to_virt(pte_pfn(vmf->orig_pte) << PAGE_SHIFT));
	entry = pfn_pte(page_to_pfn(copy), vma->vm_page_prot);
	if (!replace_pte(vmf, maybe_mkwrite(pte_mkdirty(entry), vma))) {
		put_page(copy);
		return 0;
	}
	spin_lock(&vma->vm_mm->page_table_lock);
	count_mapping_of(vma->vm_mm, copy, 1);
	if (old)
		count_mapping_of(vma->vm_mm, old, -1);
	spin_unlock(&vma->vm_mm->page_table_lock);
	if (old)
		put_page(old);
	return 0;
}

/*
 * In a shared VMA the frame always stays. A special PTE has no page that could be marked dirty, and
 * its VMA may have no file.
 */
vm_fault_t do_wp_page(struct vm_fault *vmf)
{
	struct page *page = pte_special(vmf->orig_pte) ? NULL : pte_page(vmf->orig_pte);
	bool shared = vmf->vma->vm_flags & VM_SHARED, same;

	if (!shared && !(page && page_anon_exclusive(page)))
		return wp_page_copy(vmf, page);
	same = replace_pte(vmf, maybe_mkwrite(pte_mkdirty(pte_mkyoung(vmf->orig_pte)), vmf->vma));
	if (same && shared && page)
		fault_dirty_shared_page(vmf, page);
	return 0;
}
