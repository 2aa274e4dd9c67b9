/* SPDX-License-Identifier: MIT */
/*
 * An index of the list of VMAs, for address spaces with many: it says where a search of the list
 * may begin. The list decides: the index may be empty, and it is while the list is short. Its place
 * in Linux 6.1 is mm->mm_mt. A VMA's key is its start, its room the hole below it.
 * Not on the road of an exec.
 */
#include <mm.h>
#include <random.h>
#include "internal.h"

#define LIST_IS_SHORT 64 /* VMAs */

static struct vm_area_struct *vma_of(struct treap_node *node)
{
	return container_of(node, struct vm_area_struct, node);
}

static unsigned long end_below(const struct vm_area_struct *vma)
{
	return vma->vm_prev ? vma->vm_prev->vm_end : 0;
}

/* A guard gap may reach into the VMA below. */
static void set_node(struct vm_area_struct *vma)
{
	unsigned long top = vm_start_gap(vma), end = end_below(vma);

	vma->node.key = vma->vm_start;
	vma->node.room = top > end ? top - end : 0;
}

/* The hole below @vma, if that is not NULL, has changed. */
static void vma_tree_hole(struct mm_struct *mm, struct vm_area_struct *vma)
{
	if (!mm->vma_tree || !vma)
		return;
	set_node(vma);
	treap_changed(mm->vma_tree, &vma->node);
}

/* The holes on both sides of @vma have changed. */
void vma_tree_renew(struct mm_struct *mm, struct vm_area_struct *vma)
{
	vma_tree_hole(mm, vma);
	vma_tree_hole(mm, vma->vm_next);
}

/* Puts in the VMAs from @vma to before @stop. */
static noinline void insert_vmas(struct mm_struct *mm, struct vm_area_struct *vma,
				 struct vm_area_struct *stop)
{
	for (; vma != stop; vma = vma->vm_next) {
		set_node(vma);
		vma->node.rank = get_random_u64();
		treap_insert(&mm->vma_tree, &vma->node);
	}
	vma_tree_hole(mm, stop);
}

/* @vma was linked. When the list becomes long, all are put in. */
void vma_tree_insert(struct mm_struct *mm, struct vm_area_struct *vma)
{
	if (mm->vma_tree)
		insert_vmas(mm, vma, vma->vm_next);
	else if (mm->map_count > LIST_IS_SHORT)
		insert_vmas(mm, mm->mmap, NULL);
}

/* @vma was unlinked; its vm_next is still what follows. */
void vma_tree_erase(struct mm_struct *mm, struct vm_area_struct *vma)
{
	treap_erase(&mm->vma_tree, &vma->node);
	vma_tree_hole(mm, vma->vm_next);
}

/* The last VMA that begins at or below @addr, or the first of the list. */
struct vm_area_struct *vma_tree_start(const struct mm_struct *mm, unsigned long addr)
{
	struct treap_node *node = treap_floor(mm->vma_tree, addr);

	return node ? vma_of(node) : mm->mmap;
}

/* The highest VMA with @len free bytes below it and below @high, or NULL. */
static struct vm_area_struct *find_hole(struct treap_node *tree, unsigned long len,
					unsigned long high)
{
	struct vm_area_struct *found = NULL, *vma;

	if (!tree || tree->widest < len)
		return NULL;
	vma = vma_of(tree);
	if (vma->vm_end < high)
		found = find_hole(tree->higher, len, high);
	if (!found && min(vm_start_gap(vma), high) >= end_below(vma) + len)
		found = vma;
	return found ? found : find_hole(tree->lower, len, high);
}

/* Where a search for @len free bytes downward from @high may begin: there is no room above. */
unsigned long vma_tree_room(const struct mm_struct *mm, unsigned long len, unsigned long high)
{
	bool on_top = mm->highest_vm_end + len <= high;
	struct vm_area_struct *vma = on_top ? NULL : find_hole(mm->vma_tree, len, high);

	return vma ? min(high, vm_start_gap(vma)) : high;
}
