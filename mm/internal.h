/* SPDX-License-Identifier: MIT */
/*
 * What the files of mm/ share. Callers hold mmap_lock for writing, unless a comment says otherwise.
 */
#ifndef MM_INTERNAL_H
#define MM_INTERNAL_H

#include <gfp.h>
#include <mm.h>
#include <asm/pgtable.h>

/* ---- the list: vma.c ------------------------------------------------------ */

/*
 * The place of an address in the list of VMAs. It is looked up once and then passed on. Functions
 * that unmap update it, so that the same address is not looked up again.
 */
struct vma_place {
	struct vm_area_struct *prev; /* the VMA before vma, or the last one of all; NULL: none */
	struct vm_area_struct *vma;  /* the first with vm_end > addr, see find_vma; NULL: none */
};

struct vma_place find_vma_place(struct mm_struct *mm, unsigned long addr);
/*
 * Returns a copy that is in no list, without anon_vma, with its own reference to the file; or NULL.
 */
struct vm_area_struct *vm_area_copy(const struct vm_area_struct *vma);
/*
 * Links @vma, which overlaps nothing, after @prev (NULL: first) into the list and into i_mmap of
 * its file. Counts it and records who made it (mm_trace.h).
 */
void vma_link(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_area_struct *prev);
/* An index of the list, for long ones: vma_tree.c. erase and renew: only if there is one. */
void vma_tree_insert(struct mm_struct *mm, struct vm_area_struct *vma);
void vma_tree_erase(struct mm_struct *mm, struct vm_area_struct *vma);
void vma_tree_renew(struct mm_struct *mm, struct vm_area_struct *vma);
struct vm_area_struct *vma_tree_start(const struct mm_struct *mm, unsigned long addr);
unsigned long vma_tree_room(const struct mm_struct *mm, unsigned long len, unsigned long high);
/* Undoes vma_link; the VMA keeps its references. */
void vma_unlink(struct mm_struct *mm, struct vm_area_struct *vma);
/* Closes an unlinked VMA: drops its file and anon_vma, frees the struct. */
void remove_vma(struct vm_area_struct *vma);
int split_vma(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, int new_below);
/* split_vma without the limit on the number of VMAs. */
int __split_vma(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr,
		int new_below);
struct vm_area_struct *vma_merge(struct mm_struct *mm, struct vm_area_struct *prev,
				 unsigned long addr, unsigned long end, unsigned long vm_flags,
				 struct anon_vma *anon_vma, struct file *file, unsigned long pgoff);
/* The same for a new range, which no VMA covers yet, between @prev and @next. */
struct vm_area_struct *vma_merge_new(struct mm_struct *mm, struct vm_area_struct *prev,
				     struct vm_area_struct *next, unsigned long addr,
				     unsigned long end, unsigned long vm_flags, struct file *file,
				     unsigned long pgoff);
bool can_vma_merge_after(struct vm_area_struct *vma, unsigned long addr, unsigned long vm_flags,
			 struct anon_vma *anon_vma, struct file *file, unsigned long pgoff);
/*
 * Sets the flags of [start, end), which is in @vma, to @vm_flags: merges the range with a neighbour
 * that has them already, or splits it off. *pprev: in the VMA before @start (or @vma itself), out
 * the VMA that now covers the range. 0 or -errno.
 */
int vma_carve(struct vm_area_struct *vma, struct vm_area_struct **pprev, unsigned long start,
	      unsigned long end, unsigned long vm_flags);
/* What walk_vmas calls for [start, end), which is in @vma; *pprev as in vma_carve. 0 or -errno. */
typedef int vma_fn(struct vm_area_struct *vma, struct vm_area_struct **pprev, unsigned long start,
		   unsigned long end, unsigned long arg);
/*
 * Calls @fn for each VMA's part of [start, end) until one fails. @at: the place of @start. A hole
 * makes the result -ENOMEM:
 * at once, or with @skip_holes in the end.
 */
int walk_vmas(struct vma_place at, unsigned long start, unsigned long end, bool skip_holes,
	      vma_fn *fn, unsigned long arg);

static inline bool vma_is_accessible(const struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_ACCESS_FLAGS;
}

/* ---- anon_vma.c -------------------------------------------------------------- */

/* Makes sure that @vma has an anon_vma: a new one, or its mergeable neighbour's. 0 or -ENOMEM. */
int anon_vma_prepare(struct vm_area_struct *vma);
int anon_vma_fork(struct vm_area_struct *dst, struct vm_area_struct *src);
void unlink_anon_vma(struct vm_area_struct *vma);
/* @dst, which has no anon_vma, shares that of @src, if there is one. */
void anon_vma_clone(struct vm_area_struct *dst, const struct vm_area_struct *src);

/* ---- limits and totals: account.c, mlock.c ----------------------------------- */

bool may_expand_vm(struct mm_struct *mm, unsigned long vm_flags, unsigned long npages);
void vm_acct_memory(struct mm_struct *mm, long npages); /* what counts to the commit limit */
/* 0, or -ENOMEM if @pages more are too many in the mode vm.overcommit_memory. */
int security_vm_enough_memory(long pages);
/* Does RLIMIT_MEMLOCK allow locked memory at all? */
bool can_do_mlock(void);
bool may_lock(unsigned long npages); /* so many pages, all together? */
/* Does it leave room in @mm for @len bytes more with these flags? 0 or -EAGAIN. */
int mlock_future_check(const struct mm_struct *mm, unsigned long vm_flags, unsigned long len);

/* ---- mappings: mmap.c, layout.c, expand_stack.c ---------------------------------- */

/* Makes a VMA of anonymous memory that is in no list yet. NULL: no memory. */
struct vm_area_struct *vm_area_new(struct mm_struct *mm, unsigned long start, unsigned long end,
				   unsigned long vm_flags);
/* munmap(2). 0, -EINVAL (a bad range), -ENOMEM. */
int do_munmap(struct mm_struct *mm, unsigned long start, size_t len);
/* The same for a range that is valid. *at: in the place of @start, out the place of the hole. */
int unmap_at(struct mm_struct *mm, struct vma_place *at, unsigned long start, unsigned long end);
void exit_mmap(struct mm_struct *mm);
/*
 * Chooses an address in current's mm. *addr: in the hint (0: none), out the address. MAP_FIXED in
 * @flags: *addr is only checked. *at becomes its place. 0, -ENOMEM, -EINVAL or -EPERM.
 */
int get_unmapped_place(unsigned long *addr, unsigned long len, unsigned long flags,
		       struct vma_place *at);
int get_unmapped_area(unsigned long *addr, unsigned long len, unsigned long flags);
extern unsigned long stack_guard_gap; /* bytes: 256 pages */
/* The start of @vma with its guard gap: a stack keeps a gap free below it. */
static inline unsigned long vm_start_gap(const struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_GROWSDOWN))
		return vma->vm_start;
	return vma->vm_start > stack_guard_gap ? vma->vm_start - stack_guard_gap : 0;
}

/*
 * Faults in [start, end), which lies in @vma, unless it is locked page by page (VM_LOCKONFAULT).
 * mmap_lock may be held for reading. 0 or -errno.
 */
int populate_vma_page_range(struct vm_area_struct *vma, unsigned long start, unsigned long end);
/* Faults in what is mapped of [start, start + len), as far as it goes. mmap_lock is not held. */
void mm_populate(unsigned long start, unsigned long len);
/* The same, but the first error ends it. 0 or -errno. */
int mm_populate_strict(unsigned long start, unsigned long len);

/* ---- oom_kill.c ------------------------------------------------------------------ */

/*
 * Allocates a page for user space or a file; kills a process if there is none. NULL: current is to
 * die, or has no mm. May sleep.
 */
struct page *alloc_user_page(gfp_t gfp);

/* ---- PTEs: memory.c, ptes.c and cow.c ----------------------------------------- */

static inline pte_t maybe_mkwrite(pte_t pte, const struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_WRITE ? pte_mkwrite(pte) : pte;
}

/*
 * Clears the PTEs in [start, end) and drops their pages; not @even_cows: private copies of the
 * pages of a file stay. mmap_lock may be held for reading.
 */
void zap_page_range(struct vm_area_struct *vma, unsigned long start, unsigned long end,
		    bool even_cows);
/*
 * Truncation, and holes: removes every mapping of the pages @first to @last of @mapping in all
 * address spaces; @even_cows: private copies of them, too.
 */
void unmap_mapping_range(struct address_space *mapping, unsigned long first, unsigned long last,
			 bool even_cows);
/* mprotect: rewrites the permissions of the present PTEs to @vma->vm_page_prot. */
void change_protection(struct vm_area_struct *vma, unsigned long start, unsigned long end);
/* fork: copies @src's PTEs into @dst, write-protecting both where private. 0 or -ENOMEM. */
int copy_page_range(struct vm_area_struct *dst, struct vm_area_struct *src);
/*
 * A fault makes the lowest table when there is something to map in it: sets vmf->pte, unless it is
 * set. False: no memory. page_table_lock held.
 */
bool pte_alloc(struct vm_fault *vmf);
/* @change 1: a PTE of @mm maps @page now; -1: no longer. page_table_lock held, or mm private. */
static inline void count_mapping_of(struct mm_struct *mm, struct page *page, int change)
{
	if (likely(page->flags & BIT(PG_anon)))
		mm->rss_stat[MM_ANONPAGES] += change;
	else
		mm->rss_stat[page->flags >> PG_swapbacked & 1] += change;
	atomic_add(change, &page->_mapcount);
}
/* Allocates an anonymous page for @vma. NULL: no memory. */
struct page *alloc_anon_page(struct vm_area_struct *vma, gfp_t gfp);
/*
 * Replaces a present PTE if it is still the one that faulted: true. Takes page_table_lock and
 * releases it; flushes the old PTE from the TLB.
 */
bool replace_pte(struct vm_fault *vmf, pte_t entry);
/* Marks a page of a shared file mapping dirty, and sets the times of the file. */
void fault_dirty_shared_page(struct vm_fault *vmf, struct page *page);
/* Is it an anonymous page that a single PTE maps? Then it may be written without a copy. */
bool page_anon_exclusive(const struct page *page);
/* Handles a write to a page that is mapped read-only. VM_FAULT_*. */
vm_fault_t do_wp_page(struct vm_fault *vmf);

#endif
