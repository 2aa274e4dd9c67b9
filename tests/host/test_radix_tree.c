/* links: mm/radix_tree.c */
/* SPDX-License-Identifier: MIT */
/*
 * mm/radix_tree.c against a naive model: an array of (index, item) pairs. Also that every node
 * is given back and that running out of memory in the middle of an insertion changes nothing.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <slab.h>
#include <radix_tree.h>

#define MODEL_SIZE 512

static struct {
	unsigned long index;
	void *item;
} model[MODEL_SIZE];
static long nodes;	    /* allocated and not freed */
static long allowance = -1; /* allocations that still succeed; -1: all */

void *kmalloc(size_t size, gfp_t gfp __maybe_unused)
{
	if (!allowance)
		return NULL;
	if (allowance > 0)
		allowance--;
	nodes++;
	return __builtin_calloc(1, size);
}

void kfree(const void *p)
{
	if (p)
		nodes--;
	__builtin_free((void *)p);
}

static unsigned long next_random(void)
{
	static unsigned long x = 88172645463325252UL;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

/* Small numbers mostly, as files have; sometimes any. */
static unsigned long random_index(void)
{
	unsigned long r = next_random();

	return r & 1 ? r >> 54 : r >> (r >> 1 & 63);
}

static int model_find(unsigned long index)
{
	for (int i = 0; i < MODEL_SIZE; i++)
		if (model[i].item && model[i].index == index)
			return i;
	return -1;
}

static void *model_next(unsigned long *index)
{
	int best = -1;

	for (int i = 0; i < MODEL_SIZE; i++)
		if (model[i].item && model[i].index >= *index &&
		    (best < 0 || model[i].index < model[best].index))
			best = i;
	if (best < 0)
		return NULL;
	*index = model[best].index;
	return model[best].item;
}

static void step(struct radix_tree_root *root, int slot)
{
	unsigned long index = random_index(), at = index, expected = index;
	int known = model_find(index);

	assert_ptr_equal(radix_tree_lookup(root, index), known < 0 ? NULL : model[known].item);
	assert_ptr_equal(radix_tree_next(root, &at), model_next(&expected));
	assert_int_equal(at, expected);
	if (known >= 0) {
		assert_int_equal(radix_tree_insert(root, index, &model[slot]), -EEXIST);
		return;
	}
	if (model[slot].item) {
		assert_ptr_equal(radix_tree_delete(root, model[slot].index), model[slot].item);
		model[slot].item = NULL;
	}
	assert_null(radix_tree_delete(root, index));
	assert_int_equal(radix_tree_insert(root, index, &model[slot]), 0);
	model[slot].index = index;
	model[slot].item = &model[slot];
}

static void agrees_with_model(void **state __maybe_unused)
{
	struct radix_tree_root root = {NULL, 0};

	for (int i = 0; i < 20000; i++)
		step(&root, next_random() % MODEL_SIZE);
	for (int i = 0; i < MODEL_SIZE; i++)
		if (model[i].item)
			assert_ptr_equal(radix_tree_delete(&root, model[i].index), model[i].item);
	assert_null(root.node);
	assert_int_equal(nodes, 0);
}

static void failed_insert_leaves_nothing(void **state __maybe_unused)
{
	struct radix_tree_root root = {NULL, 0};
	long before;

	for (long n = 0; n < 4; n++) {
		allowance = n;
		assert_int_equal(radix_tree_insert(&root, 1UL << 40, &root), -ENOMEM);
		allowance = -1;
		assert_int_equal(nodes, 0);
		assert_null(root.node);
	}
	assert_int_equal(radix_tree_insert(&root, 5, &root), 0);
	before = nodes;
	for (long n = 0; n < 8; n++) {
		allowance = n;
		assert_int_equal(radix_tree_insert(&root, 1UL << 40, &root), -ENOMEM);
		allowance = -1;
		assert_int_equal(nodes, before);
		assert_ptr_equal(radix_tree_lookup(&root, 5), &root);
	}
	radix_tree_delete(&root, 5);
	assert_int_equal(nodes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_model),
		cmocka_unit_test(failed_insert_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
