/* SPDX-License-Identifier: MIT */
/*
 * A treap: a binary tree by key, in which a parent has a higher rank than its children. With random
 * ranks such a tree is shallow, about 2 log2(n) levels, and nothing needs to be balanced.
 *
 *          [7000, rank 90]
 *          /             \
 *   [2000, 61]       [9000, 73]
 *
 * widest is the largest room of a node and of all below it: a search leaves out every subtree that
 * has too little.
 */
#ifndef TREAP_H
#define TREAP_H

#include <types.h>

struct treap_node {
	unsigned long key;
	unsigned long rank;
	unsigned long room, widest;
	struct treap_node *lower, *higher;
};

/* The caller has set key, room and a random rank, which nobody can foresee. */
void treap_insert(struct treap_node **tree, struct treap_node *node);
/* @node must be in the tree. */
void treap_erase(struct treap_node **tree, struct treap_node *node);
/* Room, or key, of @node has changed; it keeps its place in the order. */
void treap_changed(struct treap_node *tree, struct treap_node *node);
/* The last node whose key is @key or lower, or NULL. */
struct treap_node *treap_floor(struct treap_node *tree, unsigned long key);

#endif
