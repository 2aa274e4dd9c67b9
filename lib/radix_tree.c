/* SPDX-License-Identifier: MIT */
/*
 * A map from unsigned long to pointers: the pages of a file by their number. Abridges Linux's
 * lib/radix-tree.c as it was before the xarray; leaves out tags, RCU, preloading, iterators.
 *
 *   height 0: root.node is the item of index 0 itself (most files have one page)
 *   height 2: root.node ─> [ 0 | 1 | .. | 63 ]      index 0xc5 = 3 * 64 + 5
 *                                 3 ─> [ 0 | .. | 5 ─> item | .. ]
 *
 * Invariants: no node is empty; the top node, if any, has more than slot 0 in use.
 */
#include <radix_tree.h>
#include <errno.h>
#include <mm.h>

#define MAP_SHIFT  6
#define MAP_SIZE   (1UL << MAP_SHIFT)
#define MAX_HEIGHT DIV_ROUND_UP(64, MAP_SHIFT)

struct radix_tree_node {
	unsigned long count;   /* slots in use */
	void *slots[MAP_SIZE]; /* nodes, or items in the lowest level */
};

/* The way from the top to an item. */
struct radix_path {
	unsigned int depth;
	struct {
		struct radix_tree_node *node;
		void **slot;
	} step[MAX_HEIGHT];
};

static unsigned long max_index(unsigned int height)
{
	return height * MAP_SHIFT >= 64 ? ~0UL : (1UL << height * MAP_SHIFT) - 1;
}

static unsigned int slot_of(unsigned long index, unsigned int height)
{
	return (index >> (height - 1) * MAP_SHIFT) & (MAP_SIZE - 1);
}

/* Removes the levels that do nothing but lead to index 0. */
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

/* Frees the nodes at the end of the path that have become empty. */
static void prune(struct radix_tree_root *root, struct radix_path *path)
{
	while (path->depth) {
		struct radix_tree_node *node = path->step[--path->depth].node;

		if (node->count)
			break;
		kfree(node);
		if (!path->depth) {
			root->node = NULL;
			break;
		}
		*path->step[path->depth - 1].slot = NULL;
		path->step[path->depth - 1].node->count--;
	}
	shrink(root);
}

/* Adds levels on top until @index fits. */
static int extend(struct radix_tree_root *root, unsigned long index)
{
	while (index > max_index(root->height)) {
		struct radix_tree_node *node;

		if (root->node) {
			node = kzalloc(sizeof(*node));
			if (!node)
				return -ENOMEM;
			node->slots[0] = root->node;
			node->count = 1;
			root->node = node;
		}
		root->height++;
	}
	return 0;
}

static struct radix_tree_node *new_child(struct radix_tree_node *parent, void **slot)
{
	struct radix_tree_node *node = kzalloc(sizeof(*node));

	if (node) {
		*slot = node;
		if (parent)
			parent->count++;
	}
	return node;
}

/* Walks to @index's slot, making nodes if @create; false if there is none. */
static bool walk(struct radix_tree_root *root, unsigned long index, bool create,
		 struct radix_path *path)
{
	struct radix_tree_node *parent = NULL;
	void **slot = (void **)&root->node;

	path->depth = 0;
	for (unsigned int h = root->height; h; h--) {
		struct radix_tree_node *node = *slot;

		if (!node && create)
			node = new_child(parent, slot);
		if (!node)
			return false;
		slot = &node->slots[slot_of(index, h)];
		path->step[path->depth].node = node;
		path->step[path->depth++].slot = slot;
		parent = node;
	}
	return true;
}

int radix_tree_insert(struct radix_tree_root *root, unsigned long index, void *item)
{
	struct radix_path path;
	void **slot;

	if (extend(root, index) || !walk(root, index, true, &path)) {
		walk(root, index, false, &path);
		prune(root, &path);
		return -ENOMEM;
	}
	slot = path.depth ? path.step[path.depth - 1].slot : (void **)&root->node;
	if (*slot)
		return -EEXIST;
	*slot = item;
	if (path.depth)
		path.step[path.depth - 1].node->count++;
	return 0;
}

void *radix_tree_lookup(const struct radix_tree_root *root, unsigned long index)
{
	const struct radix_tree_node *node = root->node;

	if (index > max_index(root->height))
		return NULL;
	for (unsigned int h = root->height; h && node; h--)
		node = node->slots[slot_of(index, h)];
	return (void *)node;
}

void *radix_tree_delete(struct radix_tree_root *root, unsigned long index)
{
	struct radix_path path;
	void **slot, *item;

	if (index > max_index(root->height) || !walk(root, index, false, &path))
		return NULL;
	slot = path.depth ? path.step[path.depth - 1].slot : (void **)&root->node;
	item = *slot;
	if (!item)
		return NULL;
	*slot = NULL;
	if (path.depth)
		path.step[path.depth - 1].node->count--;
	prune(root, &path);
	return item;
}

/*
 * Follows *index down. Returns the item; or NULL, and then *index is the next place worth a
 * look, 0 if there is none.
 */
static void *descend(const struct radix_tree_root *root, unsigned long *index)
{
	const struct radix_tree_node *node = root->node;

	for (unsigned int h = root->height; h; h--) {
		unsigned int shift = (h - 1) * MAP_SHIFT;
		unsigned long slot = slot_of(*index, h), first = slot;

		while (slot < MAP_SIZE && !node->slots[slot])
			slot++;
		if (slot == MAP_SIZE) {
			*index = h == MAX_HEIGHT ? 0
						 : ((*index >> shift >> MAP_SHIFT) + 1)
							   << shift << MAP_SHIFT;
			return NULL;
		}
		if (slot != first)
			*index = (*index >> shift >> MAP_SHIFT << MAP_SHIFT | slot) << shift;
		node = node->slots[slot];
	}
	return (void *)node;
}

void *radix_tree_next(const struct radix_tree_root *root, unsigned long *index)
{
	unsigned long at = *index;

	if (!root->node)
		return NULL;
	while (at <= max_index(root->height)) {
		void *item = descend(root, &at);

		if (item) {
			*index = at;
			return item;
		}
		if (!at)
			break;
	}
	return NULL;
}
