/* links: -include tests/host/machine.h mm/layout.c mm/vma_tree.c lib/treap.c */
/* SPDX-License-Identifier: MIT */
/*
 * The search for room in an address space, against one that tries every page. The searches of
 * mm/vma.c are not needed: this file has its own. unmapped_area_topdown is asked through
 * get_unmapped_place, which searches upward from UPWARD when there is no room below MMAP_BASE.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <mm.h>
#include "../../mm/internal.h"
#include <sched.h>

#define NR_AREAS  12
#define MMAP_BASE (100 * PAGE_SIZE)
#define UPWARD	  0x2aaaaaaab000UL
#define NONE	  (-1)

int snprintf(char *buf, size_t size, const char *fmt, ...);

static struct mm_struct mm;
static struct task_struct task = {.mm = &mm};
static struct vm_area_struct areas[NR_AREAS];
static u64 seed = 3;

struct task_struct *get_current(void) { return &task; }
bool capable(int cap) { return (void)cap, true; }
unsigned long arch_mmap_rnd(void) { return 0; }

unsigned long low_mmap_rnd(void) { return 0; }

struct vma_place find_vma_place(struct mm_struct *m, unsigned long addr)
{
	struct vma_place at = {.vma = m->mmap};

	while (at.vma && at.vma->vm_end <= addr)
		at = (struct vma_place){.prev = at.vma, .vma = at.vma->vm_next};
	return at;
}

static unsigned int rnd(unsigned int n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 33) % n;
}

static void no_areas(void)
{
	mm = (struct mm_struct){.mmap_base = MMAP_BASE, .mmap_legacy_base = UPWARD};
	stack_guard_gap = 5 * PAGE_SIZE;
}

/* Adds a VMA above all that are there. */
static void add(unsigned int from, unsigned int to, unsigned long flags)
{
	struct vm_area_struct *v = &areas[mm.map_count];

	*v = (struct vm_area_struct){.vm_mm = &mm,
				     .vm_start = from * PAGE_SIZE,
				     .vm_end = to * PAGE_SIZE,
				     .vm_flags = flags,
				     .vm_prev = mm.map_count ? v - 1 : NULL};
	if (v->vm_prev)
		v->vm_prev->vm_next = v;
	else
		mm.mmap = v;
	mm.map_count++;
	mm.highest_vm_end = v->vm_end;
}

/* A gap that reaches below the next VMA is nobody's rule: the newest VMA is no stack then. */
static void drop_gap_over_others(void)
{
	struct vm_area_struct *v = &areas[mm.map_count - 1];

	if (v->vm_prev && vm_start_gap(v) < v->vm_prev->vm_start)
		v->vm_flags = 0;
}

static bool is_free(unsigned long addr, unsigned long len)
{
	for (struct vm_area_struct *v = mm.mmap; v; v = v->vm_next)
		if (addr < v->vm_end && addr + len > vm_start_gap(v))
			return false;
	return true;
}

/* The page where @n pages belong; NONE: nowhere below MMAP_BASE. */
static int naive(unsigned int n)
{
	for (int page = (int)(MMAP_BASE / PAGE_SIZE) - (int)n; page >= 1; page--)
		if (is_free(page * PAGE_SIZE, n * PAGE_SIZE))
			return page;
	return NONE;
}

static void describe(void)
{
	print_error("the VMAs, in pages (mmap_base is %lu, %lu pages of gap below [stack]):",
		    MMAP_BASE / PAGE_SIZE, stack_guard_gap / PAGE_SIZE);
	for (struct vm_area_struct *v = mm.mmap; v; v = v->vm_next)
		print_error(" %lu-%lu%s", v->vm_start / PAGE_SIZE, v->vm_end / PAGE_SIZE,
			    v->vm_flags & VM_GROWSDOWN ? "[stack]" : "");
	print_error("%s\n", mm.mmap ? "" : " none");
}

/* @addr lies between the two VMAs of the place. */
static void expect_place(unsigned int n, unsigned long addr, struct vma_place at)
{
	struct vma_place wanted = find_vma_place(&mm, addr);

	if (at.prev == wanted.prev && at.vma == wanted.vma)
		return;
	describe();
	print_error("room for %u pages at page %lu: at->%s is not the VMA %s it\n", n,
		    addr / PAGE_SIZE, at.prev == wanted.prev ? "vma" : "prev",
		    at.prev == wanted.prev ? "above" : "below");
	fail();
}

static void expect_room(unsigned int n, int page)
{
	unsigned long addr = 0, wanted = page == NONE ? UPWARD : page * PAGE_SIZE;
	struct vma_place at = {0};
	int err = get_unmapped_place(&addr, n * PAGE_SIZE, 0, &at);

	if (!err && addr == wanted) {
		expect_place(n, addr, at);
		return;
	}
	describe();
	if (err)
		print_error("room for %u pages: unmapped_area_topdown gave %#lx, which is no user "
			    "address, ",
			    n, addr);
	else if (addr == UPWARD)
		print_error("room for %u pages: unmapped_area_topdown found none, ", n);
	else
		print_error("room for %u pages: got page %lu, ", n, addr / PAGE_SIZE);
	print_error(page == NONE ? "expected: no room below mmap_base\n" : "expected page %d\n",
		    page);
	fail();
}

static void room_in_an_empty_space(void **state)
{
	(void)state;
	no_areas();
	expect_room(1, 99);
	expect_room(99, 1);
	expect_room(100, NONE);
}

static void room_in_the_highest_hole(void **state)
{
	(void)state;
	no_areas();
	add(10, 20, 0);
	add(30, 40, 0);
	add(44, 60, 0);
	add(60, 97, 0);
	expect_room(3, 97); /* all of the highest hole */
	expect_room(4, 40); /* too much for it: the next, just as large */
	expect_room(5, 25);
	expect_room(10, 20);
	expect_room(11, NONE); /* 9 pages below the first VMA: page 0 is never given */
	no_areas();
	add(20, 100, 0);
	expect_room(19, 1);
	expect_room(20, NONE);
	no_areas();
	add(50, 120, 0); /* mmap_base lies in a VMA */
	expect_room(1, 49);
	no_areas();
	add(110, 120, 0); /* all VMAs above mmap_base */
	expect_room(10, 90);
	no_areas();
	add(1, 100, 0); /* no page is free */
	expect_room(1, NONE);
}

static void room_below_a_stack(void **state)
{
	(void)state;
	no_areas();
	add(20, 30, 0);
	add(50, 60, VM_GROWSDOWN);
	add(60, 100, 0);
	expect_room(1, 44); /* 45-50 are the gap */
	expect_room(15, 30);
	expect_room(16, 4);
	no_areas();
	add(20, 47, 0);
	add(50, 100, VM_GROWSDOWN); /* the gap reaches into the VMA below */
	expect_room(1, 19);
	no_areas();
	add(102, 130, VM_GROWSDOWN); /* the gap of a stack above mmap_base */
	expect_room(1, 96);
	no_areas();
	add(3, 100, VM_GROWSDOWN); /* a gap that would begin below 0 */
	expect_room(1, NONE);
}

static void room_as_the_naive_search_finds_it(void **state)
{
	(void)state;
	for (int round = 0; round < 20000; round++) {
		unsigned int at = rnd(20);

		no_areas();
		stack_guard_gap = rnd(12) * PAGE_SIZE;
		for (int i = rnd(NR_AREAS); i > 0; i--) {
			unsigned int len = 1 + rnd(12);

			add(at, at + len, rnd(4) ? 0 : VM_GROWSDOWN);
			drop_gap_over_others();
			at += len + rnd(3) * rnd(10);
		}
		for (unsigned int n = 1; n < 30; n += 1 + rnd(6))
			expect_room(n, naive(n));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(room_in_an_empty_space),
		cmocka_unit_test(room_in_the_highest_hole),
		cmocka_unit_test(room_below_a_stack),
		cmocka_unit_test(room_as_the_naive_search_finds_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
