/* SPDX-License-Identifier: MIT */
/* A map from unsigned long to pointers, 64-way: mm/radix_tree.c. The caller locks. */
#ifndef RADIX_TREE_H
#define RADIX_TREE_H

#include <types.h>

#define RADIX_TREE_MAP_SHIFT 6 /* slots of a node, as a power of 2 */

struct radix_tree_node;

struct radix_tree_root {
	struct radix_tree_node *node;
	unsigned int height;
};

/* 0, -EEXIST, -ENOMEM. */
int radix_tree_insert(struct radix_tree_root *root, unsigned long index, void *item);
/* Where the item of @index is. NULL: its node does not exist, so it has none. */
void **radix_tree_slot(struct radix_tree_root *root, unsigned long index);
/* How many slots, with that of @index, follow each other in memory: those up to its node's end. */
static inline unsigned long radix_tree_run(const struct radix_tree_root *root, unsigned long index)
{
	return root->height ? (~index & ((1UL << RADIX_TREE_MAP_SHIFT) - 1)) + 1 : 1;
}
static inline void *radix_tree_lookup(struct radix_tree_root *root, unsigned long index)
{
	void **slot = radix_tree_slot(root, index);

	return slot ? *slot : NULL;
}
/* Returns what was there. Empty nodes are freed. */
void *radix_tree_delete(struct radix_tree_root *root, unsigned long index);
/* Returns the first item at or after *index and sets *index to its index; NULL: none. */
void *radix_tree_next(const struct radix_tree_root *root, unsigned long *index);

#endif
