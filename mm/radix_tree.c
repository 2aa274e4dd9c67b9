/* SPDX-License-Identifier: MIT */
/*
 * A map from unsigned long to pointers: the pages of a file by their number.
 * Abridges Linux's lib/radix-tree.c as it was before the xarray; leaves out tags, RCU, preloading,
 * and iterators.
 *
 *   height 0: root.node is the item of index 0 itself (most files have one page)
 *   height 2: root.node ─> [ 0 | 1 | .. | 63 ]      index 0xc5 = 3 * 64 + 5
 *                                 3 ─> [ 0 | .. | 5 ─> item | .. ]
 *
 * Invariants: no node is empty; the top node, if any, has more than slot 0 in use.
 */
#include <errno.h>
#include <radix_tree.h>
#include <slab.h>

#define MAP_SHIFT RADIX_TREE_MAP_SHIFT
#define MAP_SIZE  (1UL << MAP_SHIFT)

struct radix_tree_node {
	unsigned long count;   /* slots in use */
	void *slots[MAP_SIZE]; /* nodes, or items in the lowest level */
};

static unsigned long max_index(unsigned int height)
{
	return height * MAP_SHIFT >= 64 ? ~0UL : (1UL << height * MAP_SHIFT) - 1;
}

static unsigned int slot_of(unsigned long index, unsigned int height)
{
	return (index >> (height - 1) * MAP_SHIFT) & (MAP_SIZE - 1);
}

/* Removes top levels of which only slot 0 is in use. */
static void shrink(struct radix_tree_root *root)
{
	while (root->height) {
		struct radix_tree_node *node = root->node;

		if (node && (node->count != 1 || !node->slots[0]))
			return;
		root->node = node ? node->slots[0] : NULL;
		root->height = root->node ? root->height - 1 : 0;
		kfree(node);
	}
}

/* Adds levels on top until @index fits. */
static int extend(struct radix_tree_root *root, unsigned long index)
{
	for (; index > max_index(root->height); root->height++) {
		struct radix_tree_node *node;

		if (!root->node)
			continue;
		node = kzalloc(sizeof(*node));
		if (!node)
			return -ENOMEM;
		node->slots[0] = root->node;
		node->count = 1;
		root->node = node;
	}
	return 0;
}

/*
 * *slot is the root of a subtree of @height levels. After an error nothing has changed. 0, -EEXIST
 * or -ENOMEM.
 */
static int insert(void **slot, unsigned int height, unsigned long index, void *item)
{
	struct radix_tree_node *node = *slot;
	void **child;
	bool was_empty;
	int err;

	if (!height) {
		if (*slot)
			return -EEXIST;
		*slot = item;
		return 0;
	}
	if (!node && !(node = kzalloc(sizeof(*node))))
		return -ENOMEM;
	child = &node->slots[slot_of(index, height)];
	was_empty = !*child;
	err = insert(child, height - 1, index, item);
	if (!err && was_empty)
		node->count++;
	*slot = node->count ? node : NULL;
	if (!node->count)
		kfree(node);
	return err;
}

/* Mostly the node is there already: a file is filled in ascending order. */
int radix_tree_insert(struct radix_tree_root *root, unsigned long index, void *item)
{
	void **slot = radix_tree_slot(root, index);
	int err;

	if (slot && root->height && !*slot) {
		*slot = item;
		container_of(slot - slot_of(index, 1), struct radix_tree_node, slots[0])->count++;
		return 0;
	}
	err = extend(root, index);
	if (!err)
		err = insert((void **)&root->node, root->height, index, item);
	if (err)
		shrink(root);
	return err;
}

void **radix_tree_slot(struct radix_tree_root *root, unsigned long index)
{
	void **slot = (void **)&root->node;

	if (index > max_index(root->height))
		return NULL;
	for (unsigned int h = root->height; h; h--) {
		if (!*slot)
			return NULL;
		slot = &((struct radix_tree_node *)*slot)->slots[slot_of(index, h)];
	}
	return slot;
}

/*
 * Deletes an item from the subtree at *slot, and the nodes that become empty. Returns the item or
 * NULL.
 */
static void *delete_item(void **slot, unsigned int height, unsigned long index)
{
	struct radix_tree_node *node = *slot;
	void **child, *item;

	if (!node || !height) {
		*slot = NULL;
		return node;
	}
	child = &node->slots[slot_of(index, height)];
	item = delete_item(child, height - 1, index);
	if (item && !*child && !--node->count) {
		*slot = NULL;
		kfree(node);
	}
	return item;
}

void *radix_tree_delete(struct radix_tree_root *root, unsigned long index)
{
	void *item;

	if (index > max_index(root->height))
		return NULL;
	item = delete_item((void **)&root->node, root->height, index);
	shrink(root);
	return item;
}

/*
 * Returns the first item at or after *index in a subtree of @height levels, and sets *index to its
 * index.
 */
static void *next(struct radix_tree_node *node, unsigned int height, unsigned long *index)
{
	unsigned int shift = (height - 1) * MAP_SHIFT;
	unsigned long first;

	if (!node || !height)
		return node;
	first = *index >> shift & ~(MAP_SIZE - 1);
	for (unsigned long slot = slot_of(*index, height); slot < MAP_SIZE; slot++) {
		void *item = next(node->slots[slot], height - 1, index);

		if (item)
			return item;
		*index = (first + slot + 1) << shift;
	}
	return NULL;
}

void *radix_tree_next(const struct radix_tree_root *root, unsigned long *index)
{
	unsigned long at = *index;
	void *item = at > max_index(root->height) ? NULL : next(root->node, root->height, &at);

	if (item)
		*index = at;
	return item;
}
