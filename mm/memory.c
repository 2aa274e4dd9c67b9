/* SPDX-License-Identifier: MIT */
/*
 * Page faults: a page is mapped when it is first accessed. mm/cow.c has how fork shares pages and a
 * write copies them, mm/ptes.c how PTEs are removed, moved and changed.
 * Abridges Linux's mm/memory.c; leaves out swap, huge pages, migration, userfaultfd, and the
 * reverse mapping of anonymous pages.
 *
 *  PTE        VMA             read fault                    write fault
 *  ---------  --------------  ----------------------------  ------------------------------------
 *  none       anonymous       the zero page, special        a zeroed page: do_anonymous_page
 *  none       file, private   page of the file, read-only,  a copy of it: do_cow_fault
 *                             and those around it
 *  none       file, shared    the same, with the VMA's      page of the file, dirty:
 *                             permissions: do_read_fault    do_shared_fault
 *  present    private         (spurious)                    no other reference to the page:
 *                                                           writable; otherwise a copy:
 *                                                           do_wp_page, mm/cow.c
 *  present    shared          (spurious)                    writable, and the file is dirty
 *  PROT_NONE  any             cannot happen: the caller has checked the VMA's permissions
 *
 * The lowest table is made when there is something to map in it (pte_alloc): a SIGBUS makes none.
 * Every PTE that is not special holds one reference to its page, one count of _mapcount and
 * one of rss. Callers hold mmap_lock; page_table_lock is taken here around each change.
 */
#include <frames.h>
#include <fs.h>
#include <mm.h>
#include <mm_trace.h>
#include <sched.h>
#include <string.h>
#include <time.h>
#include "internal.h"

#define FAULT_AROUND 16UL /* pages */

bool pte_alloc(struct vm_fault *vmf)
{
	if (!vmf->pte)
		vmf->pte = walk_pte(vmf->vma->vm_mm, vmf->address, true);
	return vmf->pte;
}

/*
 * Maps the page, unless another thread has mapped one first. Takes over the reference. 0 or
 * VM_FAULT_OOM.
 */
static inline vm_fault_t finish_fault(struct vm_fault *vmf, struct page *page)
{
	struct mm_struct *mm = vmf->vma->vm_mm;
	pte_t entry = pfn_pte(page_to_pfn(page), vmf->vma->vm_page_prot);

	if (vmf->flags & FAULT_FLAG_WRITE)
		entry = maybe_mkwrite(pte_mkdirty(entry), vmf->vma);
	spin_lock(&mm->page_table_lock);
	if (pte_alloc(vmf) && pte_none(*vmf->pte)) {
		count_mapping_of(mm, page, 1);
		*vmf->pte = entry;
	} else {
		put_page(page);
	}
	spin_unlock(&mm->page_table_lock);
	return vmf->pte ? 0 : VM_FAULT_OOM;
}

struct page *alloc_anon_page(struct vm_area_struct *vma, gfp_t gfp)
{
	struct page *page;

	page = !vma->anon_vma && anon_vma_prepare(vma) ? NULL : alloc_user_page(gfp);
	if (page)
		page->flags |= BIT(PG_anon);
	return page;
}

/*
 * A read maps the zero page, which is not counted: no reference, no _mapcount, no rss. A shared VMA
 * without ->fault has no pages to share: SIGBUS.
 */
static vm_fault_t do_anonymous_page(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	spinlock_t *ptl = &vma->vm_mm->page_table_lock;
	pte_t zero = pfn_pte(page_to_pfn(zero_page), vma->vm_page_prot);
	struct page *page;

	if (vma->vm_flags & VM_SHARED)
		return VM_FAULT_SIGBUS;
	if (!(vmf->flags & FAULT_FLAG_WRITE)) {
		spin_lock(ptl);
		if (pte_alloc(vmf) && pte_none(*vmf->pte))
			*vmf->pte = pte_mkspecial(zero);
		spin_unlock(ptl);
		return vmf->pte ? 0 : VM_FAULT_OOM;
	}
	page = alloc_anon_page(vma, __GFP_ZERO);
	return page ? finish_fault(vmf, page) : VM_FAULT_OOM;
}

/*
 * Maps the pages of one window of the file that are in memory already. The window stays within the
 * lowest page table, because ->map_pages takes its PTEs from vmf->pte.
 */
static void do_fault_around(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned long reach = FAULT_AROUND << PAGE_SHIFT;
	unsigned long start = max(ALIGN_DOWN(vmf->address, reach), vma->vm_start);
	unsigned long table_end = ALIGN_DOWN(vmf->address, PMD_SIZE) + PMD_SIZE;
	unsigned long end = min(min(start + reach, vma->vm_end), table_end);
	unsigned long first = vmf->pgoff - ((vmf->address - start) >> PAGE_SHIFT);

	vma->vm_ops->map_pages(vmf, first, first + ((end - start) >> PAGE_SHIFT) - 1);
}

/* With VM_FAULT_ERROR or VM_FAULT_NOPAGE there is no page to map. */
static vm_fault_t do_read_fault(struct vm_fault *vmf)
{
	const struct vm_operations_struct *ops = vmf->vma->vm_ops;
	vm_fault_t ret;

	if (ops->map_pages) {
		do_fault_around(vmf);
		if (vmf->pte && !pte_none(*vmf->pte))
			return 0;
	}
	ret = ops->fault(vmf);
	return ret & (VM_FAULT_ERROR | VM_FAULT_NOPAGE) ? ret : finish_fault(vmf, vmf->page);
}

/*
 * Allocates the copy first, so that no page of the file is held when memory runs out. finish_fault
 * takes over the reference to the copy.
 */
static vm_fault_t do_cow_fault(struct vm_fault *vmf)
{
	struct page *copy = alloc_anon_page(vmf->vma, GFP_KERNEL);
	vm_fault_t ret;

	if (!copy)
		return VM_FAULT_OOM;
	ret = vmf->vma->vm_ops->fault(vmf);
	if (ret & (VM_FAULT_ERROR | VM_FAULT_NOPAGE)) {
		put_page(copy);
		return ret;
	}
	copy_page(page_address(copy), page_address(vmf->page));
	put_page(vmf->page);
	return finish_fault(vmf, copy);
}

void fault_dirty_shared_page(struct vm_fault *vmf, struct page *page)
{
	struct inode *inode = vmf->vma->vm_file->f_inode;

	page->flags |= BIT(PG_dirty);
	inode->i_mtime = inode->i_ctime = ktime_get_coarse_real();
}

static vm_fault_t do_shared_fault(struct vm_fault *vmf)
{
	vm_fault_t ret = vmf->vma->vm_ops->fault(vmf);

	if (ret & (VM_FAULT_ERROR | VM_FAULT_NOPAGE))
		return ret;
	fault_dirty_shared_page(vmf, vmf->page);
	return finish_fault(vmf, vmf->page);
}

static vm_fault_t do_fault(struct vm_fault *vmf)
{
	if (!(vmf->flags & FAULT_FLAG_WRITE))
		return do_read_fault(vmf);
	return vmf->vma->vm_flags & VM_SHARED ? do_shared_fault(vmf) : do_cow_fault(vmf);
}

bool replace_pte(struct vm_fault *vmf, pte_t entry)
{
	struct mm_struct *mm = vmf->vma->vm_mm;
	bool same;

	spin_lock(&mm->page_table_lock);
	same = pte_val(*vmf->pte) == pte_val(vmf->orig_pte);
	if (same) {
		*vmf->pte = entry;
		flush_tlb_range(mm, vmf->address, vmf->address + PAGE_SIZE);
	}
	spin_unlock(&mm->page_table_lock);
	return same;
}

/* Chooses the handler by the PTE as it was found; see the table above. */
static vm_fault_t handle_pte_fault(struct vm_fault *vmf)
{
	if (pte_none(vmf->orig_pte))
		return vma_is_anonymous(vmf->vma) ? do_anonymous_page(vmf) : do_fault(vmf);
	if ((vmf->flags & FAULT_FLAG_WRITE) && !pte_write(vmf->orig_pte))
		return do_wp_page(vmf);
	/* Another thread has mapped the page, or the TLB still had an older PTE. */
	replace_pte(vmf, pte_mkyoung(vmf->orig_pte));
	return 0;
}

/* Returns the kind of the fault, by the PTE as it was found; see the table above. */
static enum mm_trace_kind fault_kind(const struct vm_fault *vmf)
{
	bool write = vmf->flags & FAULT_FLAG_WRITE;

	if (!pte_none(vmf->orig_pte))
		return write && pte_pfn(*vmf->pte) != pte_pfn(vmf->orig_pte) ? MM_TRACE_COW
									     : MM_TRACE_AGAIN;
	if (vma_is_anonymous(vmf->vma))
		return write ? MM_TRACE_ANON : MM_TRACE_ZERO;
	if (!write)
		return MM_TRACE_PAGE;
	return vmf->vma->vm_flags & VM_SHARED ? MM_TRACE_SHARED : MM_TRACE_FILE_COPY;
}

/*
 * Handles one fault at any byte of a page of @vma. mmap_lock is held for reading, and the
 * permissions are checked. GDB's xfault and who-mapped read the record, so it comes last.
 */
vm_fault_t handle_mm_fault(struct vm_area_struct *vma, unsigned long address, unsigned int flags)
{
	struct mm_struct *mm = vma->vm_mm;
	struct vm_fault vmf = {
		.vma = vma,
		.address = address & PAGE_MASK,
		.pgoff = vma_pgoff(vma, address),
		.flags = flags,
	};
	vm_fault_t ret;

	spin_lock(&mm->page_table_lock);
	vmf.pte = vma_is_anonymous(vma) ? walk_pte(mm, vmf.address, true)
					: walk_to_table(mm, vmf.address);
	spin_unlock(&mm->page_table_lock);
	vmf.orig_pte = vmf.pte ? *vmf.pte : __pte(0);
	ret = handle_pte_fault(&vmf);
	if (!(ret & VM_FAULT_ERROR)) {
		current->min_flt++; /* never a major fault: all files are in RAM */
		mm_trace(mm, vmf.address, vmf.address + PAGE_SIZE,
			 fault_kind(&vmf) | (flags & FAULT_FLAG_USER), vma);
	}
	return ret;
}
