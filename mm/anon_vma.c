/* SPDX-License-Identifier: MIT */
/*
 * VMAs with private pages may be merged only if they have the same anon_vma. Here an anon_vma is
 * just a reference count.
 * Abridges Linux's mm/rmap.c and the anon_vma part of mm/mmap.c; leaves out the interval trees,
 * because Exon never looks up the VMAs of a page. Of Linux's anon_vma_chain only the length is
 * kept: 1 means that the VMA was never forked, and only such a VMA may share its anon_vma with a
 * neighbour.
 */
#include <errno.h>
#include <mm.h>
#include <slab.h>
#include "internal.h"

/* Makes a new anon_vma for @vma, whose chain has length @chain. 0 or -ENOMEM. */
static int anon_vma_new(struct vm_area_struct *vma, unsigned int chain)
{
	vma->anon_vma = kmalloc(sizeof(*vma->anon_vma), GFP_KERNEL);
	if (!vma->anon_vma)
		return -ENOMEM;
	atomic_set(&vma->anon_vma->refcount, 1);
	vma->anon_chain = chain;
	return 0;
}

/* Could @a and @b, in this order, be merged after an mprotect? */
static bool anon_vma_compatible(const struct vm_area_struct *a, const struct vm_area_struct *b)
{
	return a->vm_end == b->vm_start && a->vm_file == b->vm_file &&
	       !((a->vm_flags ^ b->vm_flags) & ~(VM_ACCESS_FLAGS | VM_SOFTDIRTY)) &&
	       b->vm_pgoff == a->vm_pgoff + vma_pages(a);
}

/*
 * Returns the neighbour whose anon_vma @vma should share, so that the two can be merged later, or
 * NULL.
 */
static struct vm_area_struct *find_mergeable_anon_vma(struct vm_area_struct *vma)
{
	struct vm_area_struct *next = vma->vm_next, *prev = vma->vm_prev;

	if (next && anon_vma_compatible(vma, next) && next->anon_vma && next->anon_chain == 1)
		return next;
	if (prev && anon_vma_compatible(prev, vma) && prev->anon_vma && prev->anon_chain == 1)
		return prev;
	return NULL;
}

void anon_vma_clone(struct vm_area_struct *dst, const struct vm_area_struct *src)
{
	dst->anon_vma = src->anon_vma;
	dst->anon_chain = src->anon_chain;
	if (dst->anon_vma)
		refcount_inc(&dst->anon_vma->refcount);
}

int anon_vma_prepare(struct vm_area_struct *vma)
{
	struct vm_area_struct *donor;

	if (vma->anon_vma)
		return 0;
	donor = find_mergeable_anon_vma(vma);
	if (!donor)
		return anon_vma_new(vma, 1);
	anon_vma_clone(vma, donor);
	return 0;
}

/* fork: @dst, a copy of @src without anon_vma, gets a new one, in a longer chain. 0 or -ENOMEM. */
int anon_vma_fork(struct vm_area_struct *dst, struct vm_area_struct *src)
{
	return src->anon_vma ? anon_vma_new(dst, src->anon_chain + 1) : 0;
}

/* Drops @vma's reference to its anon_vma, and sets it to NULL. */
void unlink_anon_vma(struct vm_area_struct *vma)
{
	if (vma->anon_vma && refcount_dec_and_test(&vma->anon_vma->refcount))
		kfree(vma->anon_vma);
	vma->anon_vma = NULL;
	vma->anon_chain = 0;
}
