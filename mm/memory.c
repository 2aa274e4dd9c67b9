/* SPDX-License-Identifier: MIT */
/*
 * Pages of an address space: how they come (faults), are shared (fork), change rights, move and
 * go. Abridges Linux's mm/memory.c, mm/mprotect.c and mm/mremap.c (their page table halves).
 * Leaves out swap, huge pages, migration, userfaultfd, reverse mapping of anonymous pages.
 *
 *  entry      area            read fault                    write fault
 *  ---------  --------------  ----------------------------  ------------------------------------
 *  none       anonymous       the zero page, special        a zeroed page: do_anonymous_page
 *  none       file, private   page of the file, read-only,  a copy of it: do_cow_fault
 *                             and those around it
 *  none       file, shared    the same, with the area's     page of the file, dirty:
 *                             rights: do_read_fault         do_shared_fault
 *  present    private         (spurious)                    ours alone: writable; else a copy:
 *                                                           do_wp_page
 *  present    shared          (spurious)                    writable, if the file agrees
 *  PROT_NONE  any             refused by our callers, who check the area's rights first
 *
 * Every entry that is not special holds one reference to its page, one count of _mapcount and
 * one of rss. Callers hold mmap_lock; page_table_lock is taken here around each change.
 */
#include <fs.h>
#include <mm.h>
#include <sched.h>
#include <string.h>
#include <time.h>
#include <linux/magic.h>
#include "internal.h"

#define FAULT_AROUND 16UL /* pages */

/* ---- counting ------------------------------------------------------------ */

static enum rss_counter mm_counter(const struct page *page)
{
	const struct address_space *mapping = page->mapping;

	if (page->flags & BIT(PG_anon))
		return MM_ANONPAGES;
	return mapping && mapping->host->i_sb->s_magic == TMPFS_MAGIC ? MM_SHMEMPAGES
								      : MM_FILEPAGES;
}

static void add_mapping_of(struct mm_struct *mm, struct page *page)
{
	atomic_inc(&page->_mapcount);
	mm->rss_stat[mm_counter(page)]++;
}

/* The entry that @page had in @mm is gone. */
static void drop_mapping_of(struct mm_struct *mm, struct page *page)
{
	atomic_dec(&page->_mapcount);
	mm->rss_stat[mm_counter(page)]--;
	put_page(page);
}

static void update_hiwater_rss(struct mm_struct *mm)
{
	unsigned long rss = mm->rss_stat[MM_FILEPAGES] + mm->rss_stat[MM_ANONPAGES] +
			    mm->rss_stat[MM_SHMEMPAGES];

	mm->hiwater_rss = max(mm->hiwater_rss, rss);
}

static struct page *pte_page(pte_t pte) { return pfn_to_page(pte_pfn(pte)); }

static bool is_cow_mapping(unsigned long vm_flags)
{
	return (vm_flags & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE;
}

/* The file wants to know about the first write to each page. */
static bool wants_mkwrite(const struct vm_area_struct *vma)
{
	return (vma->vm_flags & VM_SHARED) && vma->vm_ops && vma->vm_ops->page_mkwrite;
}

static pte_t maybe_mkwrite(pte_t pte, const struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_WRITE ? pte_mkwrite(pte) : pte;
}

/* ---- zap ------------------------------------------------------------------ */

static void zap_pte_range(struct vm_area_struct *vma, pte_t *pte, unsigned long addr,
			  unsigned long end, bool even_cows)
{
	for (; addr < end; addr += PAGE_SIZE, pte++) {
		pte_t old = *pte;
		struct page *page;

		if (pte_none(old))
			continue;
		if (pte_special(old)) {
			*pte = __pte(0);
			continue;
		}
		page = pte_page(old);
		if (!even_cows && (page->flags & BIT(PG_anon)))
			continue;
		*pte = __pte(0);
		if (pte_dirty(old))
			page->flags |= BIT(PG_dirty);
		drop_mapping_of(vma->vm_mm, page);
	}
}

/* The pages are dropped before the flush: nobody runs in user mode on this CPU until it is done. */
static void zap_range(struct vm_area_struct *vma, unsigned long start, unsigned long end,
		      bool even_cows)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long addr = start, stop;
	bool any = false;
	pte_t *pte;

	spin_lock(&mm->page_table_lock);
	update_hiwater_rss(mm);
	for (; (pte = next_pte_range(mm, &addr, end, &stop)); addr = stop) {
		zap_pte_range(vma, pte, addr, stop, even_cows);
		any = true;
	}
	if (any)
		flush_tlb_range(mm, start, end);
	spin_unlock(&mm->page_table_lock);
}

void zap_page_range(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	zap_range(vma, start, end, true);
}

void unmap_mapping_range(struct address_space *mapping, unsigned long first, unsigned long last,
			 bool even_cows)
{
	struct vm_area_struct *vma;

	mutex_lock(&mapping->i_mmap_lock);
	list_for_each_entry (vma, &mapping->i_mmap, shared_node) {
		unsigned long vma_last = vma->vm_pgoff + vma_pages(vma) - 1;
		unsigned long from = max(first, vma->vm_pgoff), to = min(last, vma_last);

		if (from <= to)
			zap_range(vma, vma->vm_start + ((from - vma->vm_pgoff) << PAGE_SHIFT),
				  vma->vm_start + ((to - vma->vm_pgoff + 1) << PAGE_SHIFT),
				  even_cows);
	}
	mutex_unlock(&mapping->i_mmap_lock);
}

/* ---- fork ----------------------------------------------------------------- */

/* One entry for the child; a private writable one loses its write right on both sides. */
static void copy_one_pte(struct vm_area_struct *dst, struct vm_area_struct *src, pte_t *dst_pte,
			 pte_t *src_pte)
{
	pte_t pte = *src_pte;
	struct page *page;

	if (pte_none(pte))
		return;
	if (is_cow_mapping(src->vm_flags) && pte_write(pte))
		*src_pte = pte = pte_wrprotect(pte);
	if (src->vm_flags & VM_SHARED)
		pte = pte_mkclean(pte);
	*dst_pte = pte_mkold(pte);
	if (pte_special(pte))
		return;
	page = pte_page(pte);
	get_page(page);
	add_mapping_of(dst->vm_mm, page);
}

/* Nobody runs in @dst's address space yet: its lock is not needed. */
int copy_page_range(struct vm_area_struct *dst, struct vm_area_struct *src)
{
	struct mm_struct *mm = src->vm_mm;
	unsigned long addr = src->vm_start, stop;
	pte_t *src_pte, *dst_pte;
	int err = 0;

	/* A fault brings back what has no private page: the child need not pay for it now. */
	if (!(src->vm_flags & (VM_PFNMAP | VM_MIXEDMAP)) && !src->anon_vma)
		return 0;
	if (dst->vm_flags & VM_WIPEONFORK)
		return 0;
	spin_lock(&mm->page_table_lock);
	for (; (src_pte = next_pte_range(mm, &addr, src->vm_end, &stop)); addr = stop) {
		dst_pte = walk_pte(dst->vm_mm, addr, true);
		if (!dst_pte) {
			err = -ENOMEM;
			break;
		}
		for (unsigned long a = addr; a < stop; a += PAGE_SIZE)
			copy_one_pte(dst, src, dst_pte++, src_pte++);
	}
	if (is_cow_mapping(src->vm_flags))
		flush_tlb_range(mm, src->vm_start, src->vm_end);
	spin_unlock(&mm->page_table_lock);
	return err;
}

/* ---- mprotect, mremap ------------------------------------------------------ */

/* Spares the fault that would only find out that the page is private and ours. */
static bool can_stay_writable(const struct vm_area_struct *vma, pte_t pte)
{
	const struct page *page = pte_page(pte);

	if (!(vma->vm_flags & VM_WRITE) || pte_special(pte) || !pte_dirty(pte))
		return false;
	if (vma->vm_flags & VM_SHARED)
		return true;
	return (page->flags & BIT(PG_anon)) && atomic_read(&page->_refcount) == 1;
}

void change_protection(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long addr = start, stop;
	pte_t *pte;

	spin_lock(&mm->page_table_lock);
	for (; (pte = next_pte_range(mm, &addr, end, &stop)); addr = stop) {
		for (pte_t *last = pte + ((stop - addr) >> PAGE_SHIFT); pte < last; pte++) {
			pte_t new = pte_modify(*pte, vma->vm_page_prot);

			if (pte_none(*pte))
				continue;
			if (wants_mkwrite(vma))
				new = pte_wrprotect(new);
			*pte = can_stay_writable(vma, *pte) ? pte_mkwrite(new) : new;
		}
	}
	flush_tlb_range(mm, start, end);
	spin_unlock(&mm->page_table_lock);
}

/* Upward through the addresses: the ranges may overlap when pages move down (exec's stack). */
unsigned long move_page_tables(struct vm_area_struct *vma, unsigned long old_addr,
			       struct vm_area_struct *new_vma, unsigned long new_addr,
			       unsigned long len)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long addr = old_addr, end = old_addr + len, stop;
	pte_t *pte;

	spin_lock(&new_vma->vm_mm->page_table_lock);
	for (; (pte = next_pte_range(mm, &addr, end, &stop)); addr = stop) {
		for (; addr < stop; addr += PAGE_SIZE, pte++) {
			pte_t *to;

			if (pte_none(*pte))
				continue;
			to = walk_pte(mm, new_addr + (addr - old_addr), true);
			if (!to)
				goto out;
			*to = *pte;
			*pte = __pte(0);
		}
	}
	addr = end;
out:
	flush_tlb_range(mm, old_addr, end);
	spin_unlock(&new_vma->vm_mm->page_table_lock);
	return addr - old_addr;
}

/* ---- faults ----------------------------------------------------------------- */

void do_set_pte(struct vm_fault *vmf, pte_t *pte, struct page *page, bool write)
{
	struct vm_area_struct *vma = vmf->vma;
	pte_t entry = pfn_pte(page_to_pfn(page), vma->vm_page_prot);

	if (write)
		entry = maybe_mkwrite(pte_mkdirty(entry), vma);
	else if (wants_mkwrite(vma))
		entry = pte_wrprotect(entry);
	add_mapping_of(vma->vm_mm, page);
	*pte = entry;
}

/* Enters the page unless another thread was faster; takes over the reference. */
static void finish_fault(struct vm_fault *vmf, struct page *page)
{
	spinlock_t *ptl = &vmf->vma->vm_mm->page_table_lock;

	spin_lock(ptl);
	if (pte_none(*vmf->pte)) {
		do_set_pte(vmf, vmf->pte, page, vmf->flags & FAULT_FLAG_WRITE);
		page = NULL;
	}
	spin_unlock(ptl);
	if (page)
		put_page(page);
}

/* A page of the area's own; NULL: no memory. */
static struct page *alloc_anon_page(struct vm_area_struct *vma, gfp_t gfp)
{
	struct page *page;

	if (!vma->anon_vma && anon_vma_prepare(vma))
		return NULL;
	page = alloc_page(gfp);
	if (page)
		page->flags |= BIT(PG_anon);
	return page;
}

static vm_fault_t do_anonymous_page(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct page *page;

	if (vma->vm_flags & VM_SHARED)
		return VM_FAULT_SIGBUS;
	if (!(vmf->flags & FAULT_FLAG_WRITE)) {
		*vmf->pte = pte_mkspecial(pfn_pte(page_to_pfn(zero_page), vma->vm_page_prot));
		return 0;
	}
	page = alloc_anon_page(vma, GFP_ZERO);
	if (!page)
		return VM_FAULT_OOM;
	finish_fault(vmf, page);
	return 0;
}

/*
 * The neighbours that are in memory come along: aligned to 16 pages, inside the area and the
 * lowest table.
 */
static void do_fault_around(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned long reach = FAULT_AROUND << PAGE_SHIFT;
	unsigned long start = max(ALIGN_DOWN(vmf->address, reach), vma->vm_start);
	unsigned long end = min(ALIGN_DOWN(vmf->address, reach) + reach, vma->vm_end);
	unsigned long first = vmf->pgoff - ((vmf->address - start) >> PAGE_SHIFT);

	vma->vm_ops->map_pages(vmf, first, first + ((end - start) >> PAGE_SHIFT) - 1);
}

static vm_fault_t do_read_fault(struct vm_fault *vmf)
{
	const struct vm_operations_struct *ops = vmf->vma->vm_ops;
	vm_fault_t ret;

	if (ops->map_pages) {
		do_fault_around(vmf);
		if (!pte_none(*vmf->pte))
			return 0;
	}
	ret = ops->fault(vmf);
	if (!(ret & (VM_FAULT_ERROR | VM_FAULT_NOPAGE)))
		finish_fault(vmf, vmf->page);
	return ret;
}

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
	finish_fault(vmf, copy);
	return ret;
}

/* The file changes through the mapping. */
static void fault_dirty_shared_page(struct vm_fault *vmf, struct page *page)
{
	struct file *file = vmf->vma->vm_file;

	page->flags |= BIT(PG_dirty);
	if (file && !vmf->vma->vm_ops->page_mkwrite)
		file->f_inode->i_mtime = file->f_inode->i_ctime = ktime_get_real();
}

static vm_fault_t do_shared_fault(struct vm_fault *vmf)
{
	const struct vm_operations_struct *ops = vmf->vma->vm_ops;
	vm_fault_t ret = ops->fault(vmf);

	if (ret & (VM_FAULT_ERROR | VM_FAULT_NOPAGE))
		return ret;
	if (ops->page_mkwrite)
		ret |= ops->page_mkwrite(vmf);
	if (ret & VM_FAULT_ERROR) {
		put_page(vmf->page);
		return ret;
	}
	fault_dirty_shared_page(vmf, vmf->page);
	finish_fault(vmf, vmf->page);
	return ret;
}

static vm_fault_t do_fault(struct vm_fault *vmf)
{
	if (!vmf->vma->vm_ops->fault)
		return VM_FAULT_SIGBUS;
	if (!(vmf->flags & FAULT_FLAG_WRITE))
		return do_read_fault(vmf);
	if (!(vmf->vma->vm_flags & VM_SHARED))
		return do_cow_fault(vmf);
	return do_shared_fault(vmf);
}

/* Replaces a present entry if it is still the one that faulted. */
static bool replace_pte(struct vm_fault *vmf, pte_t entry)
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

static void wp_page_reuse(struct vm_fault *vmf)
{
	replace_pte(vmf, maybe_mkwrite(pte_mkdirty(pte_mkyoung(vmf->orig_pte)), vmf->vma));
}

/* The writer gets a page of its own. @old: what the entry shows; NULL: it is special. */
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
	add_mapping_of(vma->vm_mm, copy);
	if (old)
		drop_mapping_of(vma->vm_mm, old);
	return 0;
}

static vm_fault_t wp_page_shared(struct vm_fault *vmf, struct page *page)
{
	vm_fault_t ret = 0;

	if (wants_mkwrite(vmf->vma)) {
		vmf->page = page;
		ret = vmf->vma->vm_ops->page_mkwrite(vmf);
		if (ret & (VM_FAULT_ERROR | VM_FAULT_NOPAGE))
			return ret;
	}
	wp_page_reuse(vmf);
	fault_dirty_shared_page(vmf, page);
	return ret;
}

/* A write to a page that is there but read-only. */
static vm_fault_t do_wp_page(struct vm_fault *vmf)
{
	struct page *page = pte_special(vmf->orig_pte) ? NULL : pte_page(vmf->orig_pte);

	if (vmf->vma->vm_flags & VM_SHARED)
		return page ? wp_page_shared(vmf, page) : VM_FAULT_SIGBUS;
	if (page && (page->flags & BIT(PG_anon)) && atomic_read(&page->_refcount) == 1) {
		wp_page_reuse(vmf);
		return 0;
	}
	return wp_page_copy(vmf, page);
}

static vm_fault_t handle_pte_fault(struct vm_fault *vmf)
{
	if (pte_none(vmf->orig_pte))
		return vma_is_anonymous(vmf->vma) ? do_anonymous_page(vmf) : do_fault(vmf);
	if ((vmf->flags & FAULT_FLAG_WRITE) && !pte_write(vmf->orig_pte))
		return do_wp_page(vmf);
	/* Another thread has served it, or the processor remembered an older entry. */
	replace_pte(vmf, pte_mkyoung(vmf->orig_pte));
	return 0;
}

vm_fault_t handle_mm_fault(struct vm_area_struct *vma, unsigned long address, unsigned int flags)
{
	struct mm_struct *mm = vma->vm_mm;
	struct vm_fault vmf = {
		.vma = vma,
		.address = address & PAGE_MASK,
		.pgoff = ((address - vma->vm_start) >> PAGE_SHIFT) + vma->vm_pgoff,
		.flags = flags,
	};
	vm_fault_t ret = VM_FAULT_OOM;

	spin_lock(&mm->page_table_lock);
	vmf.pte = walk_pte(mm, vmf.address, true);
	spin_unlock(&mm->page_table_lock);
	if (vmf.pte) {
		vmf.orig_pte = *vmf.pte;
		ret = handle_pte_fault(&vmf);
	}
	if (ret & VM_FAULT_ERROR)
		return ret;
	if (ret & VM_FAULT_MAJOR)
		current->maj_flt++;
	else
		current->min_flt++;
	return ret;
}
