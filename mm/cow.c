/* SPDX-License-Identifier: MIT */
/*
 * Copy-on-write: fork lets parent and child show the same frames, read-only; the first of them
 * that writes gets a copy. Abridges these parts of Linux's mm/memory.c. Leaves out swap, huge
 * pages, and userfaultfd.
 *
 *   before fork      after fork              after the child's write
 *   parent -> A rw   parent -> A r- <- child   parent -> A r-    child -> copy of A rw
 *                    (_refcount 2)             (_refcount 1: the parent's next write
 *                                               finds it alone and needs no copy)
 *
 * Invariant: an entry is writable only if its frame is shared memory, or private and this
 * entry's alone.
 */
#include <mm.h>
#include <string.h>
#include "internal.h"

/* ---- fork ------------------------------------------------------------------- */

/*
 * fork: the child's area @dst, of equal range and flags, gets the entries of @src that are not
 * empty (next_pte finds them), at the same addresses. An area that is neither VM_PFNMAP nor has
 * an anon_vma is left out: faults will find its pages again.
 *   private, may be written (VM_MAYWRITE without VM_SHARED, Linux's is_cow_mapping; VM_WRITE is
 *   not asked): read-only on both sides
 *   shared: the rights stay; the child's entry is clean, for the parent's tells of the dirt
 *   all: the child's entry is old; one that is not special means one reference and one
 *   count_mapping_of in @dst's mm more
 * The parent's page_table_lock is taken here, while entries and counts change; nobody runs in
 * the child's yet, so its lock is not needed. The caller flushes the TLB, once for all areas. 0, or
 * -ENOMEM if the child has no table (walk_pte): what came so far stays, for mmput to remove.
 */
int copy_page_range(struct vm_area_struct *dst, struct vm_area_struct *src)
{
	struct mm_struct *mm = src->vm_mm;
	bool cow = (src->vm_flags & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE;
	pte_t *from, *to = NULL;

	/* A fault brings back what has no private page: the child need not pay for it now. */
	if (!(src->vm_flags & VM_PFNMAP) && !src->anon_vma)
		return 0;
	spin_lock(&mm->page_table_lock);
	for (unsigned long addr = src->vm_start; (from = next_pte(mm, &addr, src->vm_end));
	     addr += PAGE_SIZE) {
		to = walk_pte(dst->vm_mm, addr, true);
		if (!to)
			break;
		if (cow)
			*from = pte_wrprotect(*from);
		*to = pte_mkold(src->vm_flags & VM_SHARED ? pte_mkclean(*from) : *from);
		if (pte_special(*from))
			continue;
		get_page(pte_page(*from));
		count_mapping_of(dst->vm_mm, pte_page(*from), 1);
	}
	spin_unlock(&mm->page_table_lock);
	return from && !to ? -ENOMEM : 0;
}

/* ---- the first write --------------------------------------------------------- */

/*
 * May an entry that shows @page be made writable without a copy? Only if the page is anonymous
 * and the entry's reference the only one: a page of a file has the page cache's as well, and is
 * the file's even when it has not.
 */
bool is_ours_alone(const struct page *page)
{
	return (page->flags & BIT(PG_anon)) && atomic_read(&page->_refcount) == 1;
}

/*
 * The writer gets a page of its own (alloc_anon_page) with what the old entry, vmf->orig_pte,
 * shows: zeros for the zero page, else a copy of the frame. The new entry has the area's rights,
 * is dirty, and writable if the area is (maybe_mkwrite). @old: the page that the entry shows and
 * counts; NULL: the entry is special and counts none, though its frame has bytes. replace_pte says
 * whether the entry was still the same: then the counts of both pages change (count_mapping_of)
 * and the old one's reference goes; if not, another thread was faster, and the copy goes. 0, or
 * VM_FAULT_OOM with nothing changed. No spinlock is held by the caller: replace_pte takes
 * page_table_lock and gives it back, and it is taken here once more around the counts. (Nobody
 * comes in between the two: the kernel is not preempted.)
 */
static vm_fault_t wp_page_copy(struct vm_fault *vmf, struct page *old)
{
	struct vm_area_struct *vma = vmf->vma;
	bool zero = pte_pfn(vmf->orig_pte) == page_to_pfn(zero_page);
	struct page *copy = alloc_anon_page(vma, zero ? GFP_ZERO : GFP_KERNEL);
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
 * A write to an entry, vmf->orig_pte, that is there but not writable. In a shared area, and for a
 * page that is_ours_alone, the same frame stays: the entry becomes young, dirty, and writable if
 * the area is (replace_pte). If it did, a shared area's file is told (fault_dirty_shared_page), but
 * not of a special entry, which has no page and perhaps no file. All else is wp_page_copy's,
 * special entries of private areas too. 0, or what wp_page_copy gives.
 */
vm_fault_t do_wp_page(struct vm_fault *vmf)
{
	struct page *page = pte_special(vmf->orig_pte) ? NULL : pte_page(vmf->orig_pte);
	bool shared = vmf->vma->vm_flags & VM_SHARED, same;

	if (!shared && !(page && is_ours_alone(page)))
		return wp_page_copy(vmf, page);
	same = replace_pte(vmf, maybe_mkwrite(pte_mkdirty(pte_mkyoung(vmf->orig_pte)), vmf->vma));
	if (same && shared && page)
		fault_dirty_shared_page(vmf, page);
	return 0;
}
