/* SPDX-License-Identifier: MIT */
/*
 * The list of the VMAs of an address space: find, link, split, merge. Nothing here touches page
 * tables or counts pages, so the file also builds on the host, where tests/host/test_vma.c tests
 * it.
 * Abridges the list part of Linux 6.1's mm/mmap.c; leaves out the maple tree (a sorted list and a
 * cache of the last hit are enough for a few dozen VMAs, and vma_tree.c is an index for more),
 * memory policies, userfaultfd and names of anonymous VMAs.
 *
 * Before a range AAAA gets flags that differ from the flags of its VMA (mprotect, madvise, mlock),
 * vma_merge tries to join it to a neighbour, P or N, that has these flags already:
 *
 *       AAAA             AAAA              AAAA                AAAA
 *    PPPPPPPPNNNN     PPPPPPNNNN        PPPPNNNNNN         PPPPMMMMNNNN
 *    cannot merge     PPNNNNNNNN  4     PPPPPPPPNN  5      PPPPPPPPPPPP  6
 *                                                          PPPPPPPPNNNN  7
 *                                                          PPPPNNNNNNNN  8
 * The numbers are the cases of Linux's vma_merge. The range may also be in a hole (mremap):
 *                         AAAA
 *                     PPPP    NNNN      PPPPPPPPPPPP 1, PPPPPPPPNNNN 2, PPPPNNNNNNNN 3
 *
 * The VMA that grows always has the wanted flags already. If it has no anon_vma, it takes over that
 * of the VMA that it replaces.
 */
#include <errno.h>
#include <fs.h>
#include <mm.h>
#include <mm_trace.h>
#include <slab.h>
#include <string.h>
#include "internal.h"

struct vm_area_struct *vm_area_alloc(struct mm_struct *mm)
{
	struct vm_area_struct *vma = kzalloc(sizeof(*vma));

	if (vma)
		vma->vm_mm = mm;
	return vma;
}

struct vm_area_struct *vm_area_copy(const struct vm_area_struct *vma)
{
	struct vm_area_struct *copy = kmalloc(sizeof(*copy), GFP_KERNEL);

	if (!copy)
		return NULL;
	*copy = *vma;
	copy->vm_next = copy->vm_prev = NULL;
	copy->anon_vma = NULL;
	copy->anon_chain = 0;
	if (copy->vm_file)
		get_file(copy->vm_file);
	return copy;
}

void vm_area_free(struct vm_area_struct *vma) { kfree(vma); }

/*
 * mmap_cache is any VMA of the list, or NULL. Readers may set it at the same time: each value is
 * valid.
 */
struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = mm->mmap_cache;

	if (addr >= mm->highest_vm_end)
		return NULL;
	if (!vma || addr < vma->vm_start || (mm->vma_tree && addr >= vma->vm_end))
		vma = vma_tree_start(mm, addr);
	while (vma->vm_end <= addr)
		vma = vma->vm_next;
	mm->mmap_cache = vma;
	return vma;
}

struct vma_place find_vma_place(struct mm_struct *mm, unsigned long addr)
{
	struct vma_place at = {.vma = find_vma(mm, addr)};

	if (at.vma)
		at.prev = at.vma->vm_prev;
	else if (mm->highest_vm_end)
		at.prev = find_vma(mm, mm->highest_vm_end - 1);
	return at;
}

static void i_mmap_lock(struct vm_area_struct *vma)
{
	if (vma->vm_file)
		mutex_lock(&vma->vm_file->f_mapping->i_mmap_lock);
}

static void i_mmap_unlock(struct vm_area_struct *vma)
{
	if (vma->vm_file)
		mutex_unlock(&vma->vm_file->f_mapping->i_mmap_lock);
}

/*
 * Updates highest_vm_end if @vma, whose end has changed, is the last VMA. @vma must be linked,
 * because vm_next NULL means the last.
 */
static void note_last(struct mm_struct *mm, struct vm_area_struct *vma)
{
	if (!vma || !vma->vm_next)
		mm->highest_vm_end = vma ? vma->vm_end : 0;
}

/* mm_trace comes last, after i_mmap_lock is released. */
void vma_link(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_area_struct *prev)
{
	struct vm_area_struct **link = prev ? &prev->vm_next : &mm->mmap;

	vma->vm_prev = prev;
	vma->vm_next = *link;
	*link = vma;
	if (vma->vm_next)
		vma->vm_next->vm_prev = vma;
	mm->map_count++;
	note_last(mm, vma);
	i_mmap_lock(vma);
	if (vma->vm_file)
		list_add_tail(&vma->shared_node, &vma->vm_file->f_mapping->i_mmap);
	i_mmap_unlock(vma);
	vma_tree_insert(mm, vma);
	mm_trace(mm, vma->vm_start, vma->vm_end, MM_TRACE_VMA, vma);
}

void vma_unlink(struct mm_struct *mm, struct vm_area_struct *vma)
{
	i_mmap_lock(vma);
	if (vma->vm_file)
		list_del(&vma->shared_node);
	i_mmap_unlock(vma);
	if (vma->vm_prev)
		vma->vm_prev->vm_next = vma->vm_next;
	else
		mm->mmap = vma->vm_next;
	if (vma->vm_next)
		vma->vm_next->vm_prev = vma->vm_prev;
	else
		note_last(mm, vma->vm_prev);
	if (mm->vma_tree)
		vma_tree_erase(mm, vma);
	if (mm->mmap_cache == vma)
		mm->mmap_cache = vma->vm_prev;
	mm->map_count--;
}

void remove_vma(struct vm_area_struct *vma)
{
	unlink_anon_vma(vma);
	if (vma->vm_file)
		fput(vma->vm_file);
	vm_area_free(vma);
}

int insert_vm_struct(struct mm_struct *mm, struct vm_area_struct *vma)
{
	struct vma_place at = find_vma_place(mm, vma->vm_start);

	if (at.vma && at.vma->vm_start < vma->vm_end)
		return -ENOMEM;
	if ((vma->vm_flags & VM_ACCOUNT) && security_vm_enough_memory(vma_pages(vma)))
		return -ENOMEM;
	if (vma_is_anonymous(vma))
		vma->vm_pgoff = vma->vm_start >> PAGE_SHIFT;
	vma_link(mm, vma, at.prev);
	return 0;
}

/* @vma must be linked (note_last). */
static void vma_set_edges(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			  unsigned long pgoff)
{
	i_mmap_lock(vma);
	vma->vm_start = start;
	vma->vm_end = end;
	vma->vm_pgoff = pgoff;
	i_mmap_unlock(vma);
	note_last(vma->vm_mm, vma);
	if (vma->vm_mm->vma_tree)
		vma_tree_renew(vma->vm_mm, vma);
}

/* Moves both ends; each page keeps its offset in the file. @vma must be linked (note_last). */
static void vma_stretch(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	vma_set_edges(vma, start, end,
		      vma->vm_pgoff + (start >> PAGE_SHIFT) - (vma->vm_start >> PAGE_SHIFT));
}

int vma_adjust(struct vm_area_struct *vma, unsigned long start, unsigned long end,
	       unsigned long pgoff)
{
	if ((vma->vm_prev && start < vma->vm_prev->vm_end) ||
	    (vma->vm_next && end > vma->vm_next->vm_start))
		return -ENOMEM;
	vma_set_edges(vma, start, end, pgoff);
	mm_trace(vma->vm_mm, start, end, MM_TRACE_MOVE, vma);
	return 0;
}

/*
 * @piece is linked only by vma_link, so its ends are set directly: vma_stretch is for linked VMAs.
 * After an error nothing has changed.
 */
int __split_vma(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, int new_below)
{
	struct vm_area_struct *piece;

	/* The kernel relies on the size of its own VMAs, so they are never split. */
	if (vma->vm_flags & VM_DONTEXPAND)
		return -EINVAL;
	piece = vm_area_copy(vma);
	if (!piece)
		return -ENOMEM;
	anon_vma_clone(piece, vma);
	if (new_below) {
		piece->vm_end = addr;
		vma_stretch(vma, addr, vma->vm_end);
	} else {
		piece->vm_start = addr;
		piece->vm_pgoff += (addr - vma->vm_start) >> PAGE_SHIFT;
		vma_stretch(vma, vma->vm_start, addr);
	}
	vma_link(mm, piece, new_below ? vma->vm_prev : vma);
	return 0;
}

/*
 * Splits @vma in two at @addr, which is page aligned and inside it. @new_below: the new struct is
 * the lower part. 0, -ENOMEM (also: too many VMAs), or -EINVAL (VM_DONTEXPAND).
 */
int split_vma(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, int new_below)
{
	if (mm->map_count >= sysctl_max_map_count)
		return -ENOMEM;
	return __split_vma(mm, vma, addr, new_below);
}

static bool is_mergeable_vma(struct vm_area_struct *vma, struct file *file, unsigned long vm_flags)
{
	return !((vma->vm_flags ^ vm_flags) & ~VM_SOFTDIRTY) && vma->vm_file == file;
}

/* Equal, or one is NULL and the chain of @vma has length 1 (no fork). @vma NULL: any chain. */
static bool is_mergeable_anon_vma(struct anon_vma *a, struct anon_vma *b,
				  struct vm_area_struct *vma)
{
	if ((!a || !b) && (!vma || vma->anon_chain == 1))
		return true;
	return a == b;
}

/*
 * Can a range that ends at @end, with page offset @pgoff there, become the head of @vma (or NULL)?
 */
static bool can_vma_merge_before(struct vm_area_struct *vma, unsigned long end,
				 unsigned long vm_flags, struct anon_vma *anon_vma,
				 struct file *file, unsigned long pgoff)
{
	return vma && vma->vm_start == end && vma->vm_pgoff == pgoff &&
	       is_mergeable_vma(vma, file, vm_flags) &&
	       is_mergeable_anon_vma(anon_vma, vma->anon_vma, vma);
}

/* Can a range that begins at @addr, with page offset @pgoff, become the tail of @vma (or NULL)? */
bool can_vma_merge_after(struct vm_area_struct *vma, unsigned long addr, unsigned long vm_flags,
			 struct anon_vma *anon_vma, struct file *file, unsigned long pgoff)
{
	return vma && vma->vm_end == addr && vma_pgoff(vma, addr) == pgoff &&
	       is_mergeable_vma(vma, file, vm_flags) &&
	       is_mergeable_anon_vma(anon_vma, vma->anon_vma, vma);
}

/*
 * Neighbours shrink or are removed first and @into grows last, so that no two VMAs overlap in
 * between. @into takes over an anon_vma before its owner is removed.
 */
static void vma_expand(struct mm_struct *mm, struct vm_area_struct *into, unsigned long start,
		       unsigned long end)
{
	for (;;) {
		struct vm_area_struct *v = into->vm_next;
		bool below = !v || v->vm_start >= end;

		if (below)
			v = into->vm_prev;
		if (below && (!v || v->vm_end <= start))
			break;
		if (!into->anon_vma && v->anon_vma)
			anon_vma_clone(into, v);
		if (v->vm_start < start) {
			vma_stretch(v, v->vm_start, start);
		} else if (v->vm_end > end) {
			vma_stretch(v, end, v->vm_end);
		} else {
			vma_unlink(mm, v);
			remove_vma(v);
		}
	}
	vma_stretch(into, start, end);
}

/*
 * Merges [addr, end) with @prev, @next, or both, which then become one. NULL: that one does not
 * fit.
 */
static struct vm_area_struct *merge_with(struct mm_struct *mm, struct vm_area_struct *prev,
					 struct vm_area_struct *next, unsigned long addr,
					 unsigned long end)
{
	struct vm_area_struct *into = prev ? prev : next;

	if (!into)
		return NULL;
	vma_expand(mm, into, prev ? prev->vm_start : addr, next ? next->vm_end : end);
	mm_trace(mm, into->vm_start, into->vm_end, MM_TRACE_MERGE, into);
	return into;
}

/*
 * See the picture above. @prev is the VMA before @addr, or the one that contains the range and
 * begins before it. If both neighbours fit but their anon_vmas differ, @prev takes the range.
 * Returns the VMA that covers the range, or NULL: nothing has changed.
 */
struct vm_area_struct *vma_merge(struct mm_struct *mm, struct vm_area_struct *prev,
				 unsigned long addr, unsigned long end, unsigned long vm_flags,
				 struct anon_vma *anon_vma, struct file *file, unsigned long pgoff)
{
	struct vm_area_struct *mid = prev ? prev->vm_next : mm->mmap;
	struct vm_area_struct *next = mid && mid->vm_end == end ? mid->vm_next : mid;

	if (vm_flags & VM_SPECIAL)
		return NULL;
	if (!can_vma_merge_after(prev, addr, vm_flags, anon_vma, file, pgoff))
		prev = NULL;
	if (!can_vma_merge_before(next, end, vm_flags, anon_vma, file,
				  pgoff + ((end - addr) >> PAGE_SHIFT)))
		next = NULL;
	if (prev && next && !is_mergeable_anon_vma(prev->anon_vma, next->anon_vma, NULL))
		next = NULL;
	return merge_with(mm, prev, next, addr, end);
}

/*
 * As in Linux 6.1, @next is tried first, and @prev must fit the anon_vma of @next: if the two
 * cannot become one, @next takes the range. (vma_merge prefers @prev.) NULL: nothing has changed.
 */
struct vm_area_struct *vma_merge_new(struct mm_struct *mm, struct vm_area_struct *prev,
				     struct vm_area_struct *next, unsigned long addr,
				     unsigned long end, unsigned long vm_flags, struct file *file,
				     unsigned long pgoff)
{
	if (vm_flags & VM_SPECIAL)
		return NULL;
	if (!can_vma_merge_before(next, end, vm_flags, NULL, file,
				  pgoff + ((end - addr) >> PAGE_SHIFT)))
		next = NULL;
	if (!can_vma_merge_after(prev, addr, vm_flags, next ? next->anon_vma : NULL, file, pgoff))
		prev = NULL;
	return merge_with(mm, prev, next, addr, end);
}

int vma_carve(struct vm_area_struct *vma, struct vm_area_struct **pprev, unsigned long start,
	      unsigned long end, unsigned long vm_flags)
{
	struct mm_struct *mm = vma->vm_mm;
	struct vm_area_struct *merged = NULL;
	int err = 0;

	if (vma->vm_flags != vm_flags) {
		merged = vma_merge(mm, *pprev, start, end, vm_flags, vma->anon_vma, vma->vm_file,
				   vma_pgoff(vma, start));
		if (!merged && start != vma->vm_start)
			err = split_vma(mm, vma, start, 1);
		if (!merged && !err && end != vma->vm_end)
			err = split_vma(mm, vma, end, 0);
	}
	*pprev = merged ? merged : vma;
	if (!err)
		(*pprev)->vm_flags = vm_flags;
	return err;
}

int walk_vmas(struct vma_place at, unsigned long start, unsigned long end, bool skip_holes,
	      vma_fn *fn, unsigned long arg)
{
	struct vm_area_struct *vma = at.vma, *prev = at.prev;
	int err, hole = 0;

	if (vma && start > vma->vm_start)
		prev = vma;
	for (; start < end; start = prev->vm_end, vma = prev->vm_next) {
		if (!vma || vma->vm_start >= end || (start < vma->vm_start && !skip_holes))
			return -ENOMEM;
		if (start < vma->vm_start)
			hole = -ENOMEM;
		start = max(start, vma->vm_start);
		err = fn(vma, &prev, start, min(vma->vm_end, end), arg);
		if (err)
			return err;
	}
	return hole;
}
