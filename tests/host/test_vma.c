/* links: mm/vma.c mm/anon_vma.c */
/* SPDX-License-Identifier: MIT */
/*
 * The list of areas against a model that knows nothing of areas: one record a
 * page. Random maps, unmaps and changes of rights are done to both; after each
 * the list must be sorted, free of overlaps, say of every page what the model
 * says, and no two neighbours may be left apart that mmap would merge.
 * The eight cases of vma_merge are tried one by one as well.
 *
 * By hand:
 *	gcc -std=gnu11 -g -fsanitize=address,undefined -Iinclude -Itests/host -o build/test_vma \
 *		tests/host/test_vma.c tests/host/shims.c mm/vma.c mm/anon_vma.c -lcmocka
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <mm.h>
#include <fs.h>
#include "shims.h"

#define NR_PAGES 64
#define BASE	 0x10000UL
#define ROUNDS	 200000
#define R	 (VM_READ | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC)
#define RW	 (R | VM_WRITE)
#define RX	 (R | VM_EXEC)

/* One page of the model; flags 0: not mapped. */
struct model_page {
	unsigned long flags, pgoff;
	struct file *file;
};

static struct mm_struct mm;
static struct model_page model[NR_PAGES];
static struct address_space mappings[2];
static struct file files[2];
static u64 seed;

static unsigned int rnd(unsigned int n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 33) % n;
}

static unsigned long page_addr(unsigned int page) { return BASE + page * PAGE_SIZE; }

static int setup(void **state)
{
	(void)state;
	mm = (struct mm_struct){0};
	for (int i = 0; i < NR_PAGES; i++)
		model[i] = (struct model_page){0};
	for (int i = 0; i < 2; i++) {
		INIT_LIST_HEAD(&mappings[i].i_mmap);
		files[i] = (struct file){.f_mapping = &mappings[i]};
		atomic_set(&files[i].f_count, 1);
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	while (mm.mmap) {
		struct vm_area_struct *vma = mm.mmap;

		vma_unlink(&mm, vma);
		remove_vma(vma);
	}
	assert_int_equal(mm.map_count, 0);
	assert_int_equal(mm.highest_vm_end, 0);
	assert_int_equal(shim_allocations, 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(files[i].f_count.counter, 1);
		assert_true(list_empty(&mappings[i].i_mmap));
	}
	return 0;
}

/* munmap of pages [from, to), as mm/mmap.c does it. */
static void do_unmap(unsigned int from, unsigned int to)
{
	unsigned long start = page_addr(from), end = page_addr(to);
	struct vm_area_struct *vma = find_vma_intersection(&mm, start, end);

	while (vma && vma->vm_start < end) {
		if (vma->vm_start < start) {
			assert_int_equal(__split_vma(&mm, vma, start, 0), 0);
			vma = vma->vm_next;
		}
		if (vma->vm_end > end) {
			assert_int_equal(__split_vma(&mm, vma, end, 1), 0);
			vma = vma->vm_prev;
		}
		struct vm_area_struct *next = vma->vm_next;

		vma_unlink(&mm, vma);
		remove_vma(vma);
		vma = next;
	}
	for (unsigned int i = from; i < to; i++)
		model[i] = (struct model_page){0};
}

static struct vm_area_struct *do_map(unsigned int from, unsigned int to, unsigned long flags,
				     struct file *file, unsigned long pgoff)
{
	struct vm_area_struct *prev, *next, *vma;

	do_unmap(from, to);
	next = find_vma_prev(&mm, page_addr(from), &prev);
	vma = vma_merge_new(&mm, prev, next, page_addr(from), page_addr(to), flags, file, pgoff);
	if (!vma) {
		vma = vm_area_alloc(&mm);
		assert_non_null(vma);
		vma->vm_start = page_addr(from);
		vma->vm_end = page_addr(to);
		vma->vm_flags = flags;
		vma->vm_pgoff = pgoff;
		vma->vm_file = file ? get_file(file) : NULL;
		vma_link(&mm, vma, prev);
	}
	for (unsigned int i = from; i < to; i++)
		model[i] = (struct model_page){
			.flags = flags, .pgoff = pgoff + i - from, .file = file};
	return vma;
}

/* Anonymous memory, whose offset is its address. */
static struct vm_area_struct *map_anon(unsigned int from, unsigned int to, unsigned long flags)
{
	return do_map(from, to, flags, NULL, page_addr(from) >> PAGE_SHIFT);
}

/* mprotect of what is mapped in [from, to). */
static void do_protect(unsigned int from, unsigned int to, unsigned long flags)
{
	unsigned long start = page_addr(from), end = page_addr(to);
	struct vm_area_struct *prev, *vma = find_vma_prev(&mm, start, &prev);

	while (vma && vma->vm_start < end) {
		start = max(start, vma->vm_start);
		prev = start > vma->vm_start ? vma : vma->vm_prev;
		if (vma->vm_flags == flags) {
			prev = vma;
		} else {
			assert_int_equal(vma_carve(vma, &prev, start, min(vma->vm_end, end), flags),
					 0);
			prev->vm_flags = flags;
		}
		vma = prev->vm_next;
	}
	for (unsigned int i = from; i < to; i++)
		if (model[i].flags)
			model[i].flags = flags;
}

static bool could_merge(const struct vm_area_struct *a, const struct vm_area_struct *b)
{
	return a->vm_end == b->vm_start && a->vm_flags == b->vm_flags && a->vm_file == b->vm_file &&
	       a->vm_pgoff + vma_pages(a) == b->vm_pgoff && a->anon_vma == b->anon_vma;
}

static void check_against_model(void)
{
	struct vm_area_struct *vma, *prev = NULL;
	int count = 0;
	unsigned int page = 0;

	for (vma = mm.mmap; vma; prev = vma, vma = vma->vm_next) {
		assert_ptr_equal(vma->vm_prev, prev);
		assert_true(vma->vm_start < vma->vm_end);
		assert_true(!prev || prev->vm_end <= vma->vm_start);
		assert_false(prev && could_merge(prev, vma));
		for (; page_addr(page) < vma->vm_start; page++)
			assert_int_equal(model[page].flags, 0);
		for (; page_addr(page) < vma->vm_end; page++) {
			assert_int_equal(model[page].flags, vma->vm_flags);
			assert_ptr_equal(model[page].file, vma->vm_file);
			assert_int_equal(model[page].pgoff,
					 vma->vm_pgoff +
						 ((page_addr(page) - vma->vm_start) >> PAGE_SHIFT));
			assert_ptr_equal(find_vma(&mm, page_addr(page)), vma);
		}
		count++;
	}
	for (; page < NR_PAGES; page++)
		assert_int_equal(model[page].flags, 0);
	assert_int_equal(count, mm.map_count);
	assert_int_equal(mm.highest_vm_end, prev ? prev->vm_end : 0);
}

static void random_step(bool with_anon_vma)
{
	static const unsigned long rights[] = {R, RW, RX};
	unsigned int from = rnd(NR_PAGES), to = from + 1 + rnd(min(16, NR_PAGES - (int)from));
	unsigned long flags = rights[rnd(3)];
	struct vm_area_struct *vma;

	switch (rnd(with_anon_vma ? 5 : 4)) {
	case 0:
		map_anon(from, to, flags);
		break;
	case 1: /* both files at their own linear offset, so that neighbours often fit */
		do_map(from, to, flags, &files[rnd(2)], from + 100 * rnd(2));
		break;
	case 2:
		do_unmap(from, to);
		break;
	case 3:
		do_protect(from, to, flags);
		break;
	default:
		vma = find_vma(&mm, page_addr(from));
		if (vma)
			assert_int_equal(anon_vma_prepare(vma), 0);
	}
}

/* No page touched yet: then whatever fits must have been merged. */
static void test_random_operations(void **state)
{
	(void)state;
	seed = 1;
	for (int i = 0; i < ROUNDS; i++) {
		random_step(false);
		check_against_model();
	}
}

/*
 * With anon_vmas some neighbours stay apart, as in Linux; all else must hold, and no reference
 * be lost.
 */
static void test_random_operations_on_touched_pages(void **state)
{
	(void)state;
	seed = 2;
	for (int i = 0; i < ROUNDS; i++) {
		struct vm_area_struct *vma;

		random_step(true);
		for (vma = mm.mmap; vma; vma = vma->vm_next) {
			assert_true(!vma->vm_next || vma->vm_end <= vma->vm_next->vm_start);
			assert_int_equal(vma->anon_chain, vma->anon_vma ? 1 : 0);
			for (unsigned long a = vma->vm_start; a < vma->vm_end; a += PAGE_SIZE)
				assert_int_equal(model[(a - BASE) >> PAGE_SHIFT].flags,
						 vma->vm_flags);
		}
	}
}

/* The list as text: "4-8 rw, 8-9 r" becomes pairs of page numbers and flags. */
static void expect_areas(int n, ...)
{
	struct vm_area_struct *vma = mm.mmap;
	va_list ap;

	assert_int_equal(mm.map_count, n);
	va_start(ap, n);
	for (int i = 0; i < n; i++, vma = vma->vm_next) {
		assert_int_equal((vma->vm_start - BASE) >> PAGE_SHIFT, va_arg(ap, int));
		assert_int_equal((vma->vm_end - BASE) >> PAGE_SHIFT, va_arg(ap, int));
		assert_int_equal(vma->vm_flags, va_arg(ap, unsigned long));
	}
	va_end(ap);
	check_against_model();
}

static void test_merge_cases_in_a_hole(void **state)
{
	(void)state;
	map_anon(0, 4, RW);
	map_anon(8, 12, RW);
	map_anon(4, 8, RW);
	expect_areas(1, 0, 12, RW); /* 1 */
	do_unmap(4, 8);
	map_anon(4, 6, RW);
	expect_areas(2, 0, 6, RW, 8, 12, RW); /* 2 */
	map_anon(7, 8, RW);
	expect_areas(2, 0, 6, RW, 7, 12, RW); /* 3 */
}

static void test_merge_cases_of_mprotect(void **state)
{
	(void)state;
	map_anon(0, 6, RW);
	map_anon(6, 12, R);
	do_protect(4, 6, R);
	expect_areas(2, 0, 4, RW, 4, 12, R); /* 4 */
	do_protect(4, 8, RW);
	expect_areas(2, 0, 8, RW, 8, 12, R); /* 5 */
	do_protect(4, 8, RX);
	do_protect(8, 12, RW);
	expect_areas(3, 0, 4, RW, 4, 8, RX, 8, 12, RW);
	do_protect(4, 8, RW);
	expect_areas(1, 0, 12, RW); /* 6 */
	do_protect(4, 8, R);
	do_protect(8, 12, RX);
	do_protect(4, 8, RW);
	expect_areas(2, 0, 8, RW, 8, 12, RX); /* 7 */
	do_protect(4, 8, R);
	do_protect(4, 8, RX);
	expect_areas(2, 0, 4, RW, 4, 12, RX); /* 8 */
}

static void test_split_runs_out_of_memory(void **state)
{
	struct vm_area_struct *vma;

	(void)state;
	vma = do_map(0, 8, RW, &files[0], 5);
	shim_fail_after = 0;
	assert_int_equal(split_vma(&mm, vma, page_addr(4), 1), -ENOMEM);
	expect_areas(1, 0, 8, RW);
}

static void test_distinct_anon_vmas_stay_apart(void **state)
{
	struct vm_area_struct *a, *b;

	(void)state;
	a = map_anon(0, 4, RW);
	b = map_anon(8, 12, RW);
	assert_int_equal(anon_vma_prepare(a), 0);
	assert_int_equal(anon_vma_prepare(b), 0);
	assert_ptr_not_equal(a->anon_vma, b->anon_vma);
	map_anon(4, 8, RW);
	assert_int_equal(mm.map_count, 2);
	assert_int_equal((mm.mmap->vm_end - BASE) >> PAGE_SHIFT,
			 4); /* a new mapping prefers the next */
}

static void test_forked_area_does_not_merge_with_untouched(void **state)
{
	struct vm_area_struct *a;

	(void)state;
	a = map_anon(0, 4, RW);
	assert_int_equal(anon_vma_prepare(a), 0);
	a->anon_chain = 2;
	map_anon(4, 8, RW);
	assert_int_equal(mm.map_count, 2);
}

static void test_neighbour_shares_its_anon_vma(void **state)
{
	struct vm_area_struct *a, *b;

	(void)state;
	a = map_anon(0, 4, RW);
	b = map_anon(4, 8, R);
	assert_int_equal(anon_vma_prepare(a), 0);
	assert_int_equal(anon_vma_prepare(b), 0);
	assert_ptr_equal(a->anon_vma, b->anon_vma);
	do_protect(4, 8, RW);
	expect_areas(1, 0, 8, RW);
}

static void test_stack_keeps_its_gap(void **state)
{
	struct vm_area_struct stack = {.vm_start = 0x7f0000000000, .vm_flags = VM_GROWSDOWN};

	(void)state;
	assert_int_equal(vm_start_gap(&stack), 0x7f0000000000 - 0x100000);
	stack.vm_start = 0x2000;
	assert_int_equal(vm_start_gap(&stack), 0);
	stack.vm_flags = 0;
	assert_int_equal(vm_start_gap(&stack), 0x2000);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_random_operations),
		TEST(test_random_operations_on_touched_pages),
		TEST(test_merge_cases_in_a_hole),
		TEST(test_merge_cases_of_mprotect),
		TEST(test_split_runs_out_of_memory),
		TEST(test_distinct_anon_vmas_stay_apart),
		TEST(test_forked_area_does_not_merge_with_untouched),
		TEST(test_neighbour_shares_its_anon_vma),
		TEST(test_stack_keeps_its_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
