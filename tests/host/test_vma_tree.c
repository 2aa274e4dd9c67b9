/* links: mm/vma_tree.c lib/treap.c */
/* SPDX-License-Identifier: MIT */
/*
 * The index of a long list of VMAs, against the list: random VMAs come, go and change their edges,
 * and each search must find what a walk of the whole list finds.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <mm.h>
#include "../../mm/internal.h"

#define SLOTS  400 /* VMAs; each may be anywhere within its own 16 pages */
#define SLOT   (16 * PAGE_SIZE)
#define BASE   SLOT
#define ROUNDS 30000

unsigned long stack_guard_gap = 2 * PAGE_SIZE;
static struct mm_struct mm;
static struct vm_area_struct slots[SLOTS];
static bool used[SLOTS];
static u64 seed = 5;

static unsigned int rnd(unsigned int n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 33) % n;
}

/* The edges of @i; a stack has a guard gap, which reaches over the slot below. */
static void set_edges(int i)
{
	unsigned int from = rnd(16), to = from + 1 + rnd(16 - from);

	slots[i].vm_start = BASE + i * SLOT + from * PAGE_SIZE;
	slots[i].vm_end = BASE + i * SLOT + to * PAGE_SIZE;
}

static void link(int i)
{
	struct vm_area_struct *prev = NULL, *vma = &slots[i];

	for (int k = i - 1; k >= 0 && !prev; k--)
		prev = used[k] ? &slots[k] : NULL;
	set_edges(i);
	vma->vm_flags = rnd(8) ? 0 : VM_GROWSDOWN;
	vma->vm_prev = prev;
	vma->vm_next = prev ? prev->vm_next : mm.mmap;
	*(prev ? &prev->vm_next : &mm.mmap) = vma;
	if (vma->vm_next)
		vma->vm_next->vm_prev = vma;
	mm.map_count++;
	used[i] = true;
	vma_tree_insert(&mm, vma);
}

static void unlink(int i)
{
	struct vm_area_struct *vma = &slots[i];

	*(vma->vm_prev ? &vma->vm_prev->vm_next : &mm.mmap) = vma->vm_next;
	if (vma->vm_next)
		vma->vm_next->vm_prev = vma->vm_prev;
	if (mm.vma_tree)
		vma_tree_erase(&mm, vma);
	mm.map_count--;
	used[i] = false;
}

static void note_last(void)
{
	mm.highest_vm_end = 0;
	for (struct vm_area_struct *v = mm.mmap; v; v = v->vm_next)
		mm.highest_vm_end = v->vm_end;
}

static void check_start(unsigned long addr)
{
	struct vm_area_struct *want = mm.mmap;

	for (struct vm_area_struct *v = mm.mmap; v && v->vm_start <= addr; v = v->vm_next)
		want = v;
	assert_ptr_equal(vma_tree_start(&mm, addr), mm.vma_tree ? want : mm.mmap);
}

/* The upper end of the highest hole of @len bytes below @high; @high if there is none. */
static unsigned long room_of_list(unsigned long len, unsigned long high)
{
	unsigned long found = high;

	if (high >= mm.highest_vm_end + len)
		return high;
	for (struct vm_area_struct *v = mm.mmap; v; v = v->vm_next)
		if (min(high, vm_start_gap(v)) >= (v->vm_prev ? v->vm_prev->vm_end : 0) + len)
			found = min(high, vm_start_gap(v));
	return found;
}

static void test_random(void **state)
{
	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		int i = rnd(SLOTS);
		unsigned long len = (1 + rnd(40)) * PAGE_SIZE;
		unsigned long high = BASE + rnd(SLOTS * 16 + 40) * PAGE_SIZE;

		if (!used[i]) {
			link(i);
		} else if (rnd(2)) {
			set_edges(i);
			vma_tree_renew(&mm, &slots[i]);
		} else if (rnd(2)) {
			unlink(i);
		}
		note_last();
		check_start(high + rnd(PAGE_SIZE));
		assert_int_equal(vma_tree_room(&mm, len, high),
				 mm.vma_tree ? room_of_list(len, high) : high);
	}
	assert_non_null(mm.vma_tree);
}

static int depth(const struct treap_node *tree)
{
	return tree ? 1 + max(depth(tree->lower), depth(tree->higher)) : 0;
}

static void test_shallow(void **state)
{
	(void)state;
	assert_in_range(depth(mm.vma_tree), 8, 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_shallow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
