/* SPDX-License-Identifier: MIT */
/*
 * The tree of include/treap.h, which has the picture. It has the duties of Linux 6.1's
 * lib/maple_tree.c; leaves out ranges as keys, readers without a lock.
 */
#include <treap.h>

static struct treap_node *note_widest(struct treap_node *node)
{
	node->widest = node->room;
	if (node->lower && node->lower->widest > node->widest)
		node->widest = node->lower->widest;
	if (node->higher && node->higher->widest > node->widest)
		node->widest = node->higher->widest;
	return node;
}

/* Two trees of one: *low gets the nodes below @key. */
static void split(struct treap_node *tree, unsigned long key, struct treap_node **low,
		  struct treap_node **high)
{
	*low = *high = NULL;
	if (!tree)
		return;
	if (tree->key < key) {
		split(tree->higher, key, &tree->higher, high);
		*low = note_widest(tree);
	} else {
		split(tree->lower, key, low, &tree->lower);
		*high = note_widest(tree);
	}
}

/* One tree of two; all of @low is below all of @high. */
static struct treap_node *join(struct treap_node *low, struct treap_node *high)
{
	if (!low || !high)
		return low ? low : high;
	if (low->rank > high->rank) {
		low->higher = join(low->higher, high);
		return note_widest(low);
	}
	high->lower = join(low, high->lower);
	return note_widest(high);
}

static struct treap_node **side(struct treap_node *tree, const struct treap_node *node)
{
	return node->key < tree->key ? &tree->lower : &tree->higher;
}

void treap_insert(struct treap_node **tree, struct treap_node *node)
{
	if (!*tree || node->rank > (*tree)->rank) {
		split(*tree, node->key, &node->lower, &node->higher);
		*tree = node;
	} else {
		treap_insert(side(*tree, node), node);
	}
	note_widest(*tree);
}

void treap_erase(struct treap_node **tree, struct treap_node *node)
{
	if (*tree == node) {
		*tree = join(node->lower, node->higher);
		return;
	}
	treap_erase(side(*tree, node), node);
	note_widest(*tree);
}

void treap_changed(struct treap_node *tree, struct treap_node *node)
{
	if (tree != node)
		treap_changed(*side(tree, node), node);
	note_widest(tree);
}

struct treap_node *treap_floor(struct treap_node *tree, unsigned long key)
{
	struct treap_node *found = NULL;

	while (tree) {
		if (tree->key <= key)
			found = tree;
		tree = tree->key <= key ? tree->higher : tree->lower;
	}
	return found;
}
