/* SPDX-License-Identifier: MIT */
/* A map from unsigned long to pointers, 64-way: mm/radix_tree.c. The caller locks. */
#ifndef RADIX_TREE_H
#define RADIX_TREE_H

#include <types.h>

struct radix_tree_node;

struct radix_tree_root {
	struct radix_tree_node *node;
	unsigned int height;
};

/* 0, -EEXIST, -ENOMEM. */
int radix_tree_insert(struct radix_tree_root *root, unsigned long index, void *item);
void *radix_tree_lookup(const struct radix_tree_root *root, unsigned long index);
/* Puts @item in the place of another one, which is there. */
void radix_tree_replace(struct radix_tree_root *root, unsigned long index, void *item);
/* Returns what was there. Empty nodes are freed. */
void *radix_tree_delete(struct radix_tree_root *root, unsigned long index);
/* Returns the first item at or after *index and sets *index to its index; NULL: none. */
void *radix_tree_next(const struct radix_tree_root *root, unsigned long *index);

#endif
