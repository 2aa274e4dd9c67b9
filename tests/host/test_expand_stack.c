/* links: -fno-pie -no-pie -Wl,--unresolved-symbols=ignore-in-object-files */
/* SPDX-License-Identifier: MIT */
/*
 * expand_stack of mm/expand_stack.c, line by line of its contract: what growth changes
 * and what it leaves alone, and each error, alone and at its very edge. The
 * file under test is included; what else it calls is not there, and no part
 * of expand_stack's business.
 */
#include "fake_mm.h"
#include "../../mm/account.c"
#include "../../mm/expand_stack.c"

#define END   0x7ffffffff000UL /* where the stack ends */
#define PAGES 4UL
#define START (END - PAGES * PAGE_SIZE)
#define STACK (VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_GROWSDOWN | VM_ACCOUNT)
#define PGOFF 0x7fffffffbUL /* of START */

static struct mm_struct mm, other_mm;
static struct vm_area_struct stack, below;
static struct signal_struct signals;
static struct anon_vma *had;
static unsigned long ram_pages;

/* ---- neighbours of the file under test ------------------------------------ */

unsigned long totalram_pages(void) { return ram_pages; }

int vma_adjust(struct vm_area_struct *vma, unsigned long start, unsigned long end,
	       unsigned long pgoff)
{
	(void)vma, (void)start, (void)end, (void)pgoff;
	fail_msg("vma_adjust was called: set the fields directly");
	return 0;
}

struct vm_area_struct *find_vma(struct mm_struct *m, unsigned long addr)
{
	if (m != &mm || addr >= END)
		return NULL;
	return stack.vm_prev && addr < below.vm_end ? &below : &stack;
}

/* A stack of four pages in an address space that, as in exec, is not current's. */
static int setup(void **state)
{
	fake_machine(state);
	mm = other_mm = (struct mm_struct){0};
	mm.total_vm = 100;
	mm.stack_vm = PAGES;
	memset(&signals, 0, sizeof(signals));
	for (unsigned int i = 0; i < sizeof(signals.rlim) / sizeof(signals.rlim[0]); i++)
		signals.rlim[i] = (struct rlimit64){RLIM64_INFINITY, RLIM64_INFINITY};
	fake_task.signal = &signals;
	fake_task.mm = &other_mm;
	ram_pages = 1UL << 30;
	memset(&below, 0, sizeof(below));
	memset(&stack, 0, sizeof(stack));
	stack.vm_mm = &mm;
	stack.vm_start = START;
	stack.vm_end = END;
	stack.vm_pgoff = PGOFF;
	stack.vm_flags = STACK;
	had = NULL;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	SAY_UNLESS(!mm.page_table_lock.locked, "page_table_lock is still held at the end");
	return 0;
}

/* ---- helpers ---------------------------------------------------------------- */

static const char *error_name(int err)
{
	return err == 0		? "0"
	       : err == -EFAULT ? "-EFAULT"
	       : err == -EPERM	? "-EPERM"
	       : err == -ENOMEM ? "-ENOMEM"
				: "something else";
}

/* A VMA that ends @pages pages below the page of @address. */
static void neighbour(unsigned long address, unsigned long bytes, unsigned long flags)
{
	below = (struct vm_area_struct){.vm_mm = &mm,
					.vm_flags = flags,
					.vm_end = PAGE_ALIGN_DOWN(address) - bytes,
					.vm_next = &stack};
	below.vm_start = below.vm_end - PAGE_SIZE;
	stack.vm_prev = &below;
	mm.mmap = &below;
}

#define EXPAND(address, want, when) \
	do { \
		int err_ = expand_stack(&stack, (address)); \
		SAY_UNLESS(err_ == (want), "%s: expand_stack returns %s (%d), expected %s", \
			   (when), error_name(err_), err_, error_name(want)); \
	} while (0)

/* The stack has @pages pages more than in the beginning, and everything says so. */
static void expect_grown(unsigned long pages, const char *when)
{
	SAY_UNLESS(!offset_in_page(stack.vm_start),
		   "%s: vm_start is %#lx, which is not page aligned", when, stack.vm_start);
	if (stack.vm_start != START - pages * PAGE_SIZE)
		fail_msg("%s: vm_start is %ld pages below its old place, expected %ld", when,
			 (long)(START - stack.vm_start) / (long)PAGE_SIZE, (long)pages);
	if (stack.vm_pgoff != PGOFF - pages)
		fail_msg("%s: vm_pgoff is %ld less than it was, expected %ld", when,
			 (long)(PGOFF - stack.vm_pgoff), (long)pages);
	SAY_UNLESS(stack.vm_end == END && stack.vm_flags == STACK,
		   "%s: vm_end or vm_flags have changed", when);
	SAY_UNLESS(
		!other_mm.total_vm && !other_mm.stack_vm,
		"%s: the pages were added to current->mm, not to vma->vm_mm: in exec they differ",
		when);
	if (mm.total_vm != 100 + pages)
		fail_msg("%s: total_vm has grown by %ld, expected %ld", when,
			 (long)mm.total_vm - 100, (long)pages);
	if (mm.stack_vm != PAGES + pages)
		fail_msg("%s: stack_vm has grown by %ld, expected %ld", when,
			 (long)(mm.stack_vm - PAGES), (long)pages);
	SAY_UNLESS(!mm.data_vm && !mm.exec_vm && !mm.locked_vm,
		   "%s: it was counted as data, code or locked memory", when);
}

/* ---- cases -------------------------------------------------------------------- */

static int locks;

static void count_locks(void) { locks++; }

static void growth(void **state)
{
	(void)state;
	/* The VMA contains the page: nothing grows, but an anon_vma is there. */
	EXPAND(START, 0, "the VMA's first page");
	expect_grown(0, "the VMA's first page");
	SAY_UNLESS(stack.anon_vma, "the VMA's first page: no anon_vma afterwards");
	EXPAND(END - 1, 0, "the VMA's last byte");
	expect_grown(0, "the VMA's last byte");

	stack.anon_vma = NULL;
	fake_lock_hook = count_locks;
	locks = 0;
	EXPAND(START - 1, 0, "the last byte of the page below");
	expect_grown(1, "the last byte of the page below");
	SAY_UNLESS(stack.anon_vma, "the page below: no anon_vma afterwards");
	SAY_UNLESS(locks, "the page below: page_table_lock was not taken for the change");
	SAY_UNLESS(!other_mm.page_table_lock.locked, "the wrong address space was locked");
	EXPAND(START - 9 * PAGE_SIZE + 123, 0, "an odd address, far below");
	expect_grown(9, "an odd address, far below");
	EXPAND(START - 3 * PAGE_SIZE + 5, 0, "a page that is in the VMA by now");
	expect_grown(9, "a page that is in the VMA by now");
	EXPAND(START - 10 * PAGE_SIZE, 0, "the first byte of the next page");
	expect_grown(10, "the first byte of the next page");
	SAME(mm.hiwater_vm, 110, "hiwater_vm");
}

/* -EFAULT and -EPERM come before all else. */
static void refusals(void **state)
{
	unsigned long address = START - 20 * PAGE_SIZE + 77; /* 20 pages below */

	(void)state;
	stack.vm_flags &= ~VM_GROWSDOWN;
	EXPAND(START - 1, -EFAULT, "a VMA that does not grow");
	EXPAND(START, -EFAULT, "a VMA that does not grow, a page of its own");
	stack.vm_flags = STACK;
	expect_grown(0, "after -EFAULT");

	/* The gap: measured from the page of the address. */
	neighbour(address, stack_guard_gap - PAGE_SIZE, VM_READ);
	EXPAND(address, -ENOMEM, "one page less than the gap above a readable VMA");
	neighbour(address, 0, VM_WRITE);
	EXPAND(address, -ENOMEM, "no gap above a writable VMA");
	neighbour(address, stack_guard_gap - PAGE_SIZE, VM_EXEC);
	EXPAND(address, -ENOMEM, "one page less than the gap above an executable VMA");
	expect_grown(0, "after a gap that was too small");
	neighbour(address, 0, VM_MAYREAD | VM_MAYWRITE);
	EXPAND(address, 0, "no gap above a PROT_NONE VMA");
	expect_grown(20, "above a PROT_NONE VMA");
	neighbour(address - PAGE_SIZE, 0, STACK);
	EXPAND(address - PAGE_SIZE, 0, "no gap above a VMA that grows down itself");
	expect_grown(21, "above a VMA that grows down itself");
	neighbour(address - 2 * PAGE_SIZE, stack_guard_gap, VM_READ);
	EXPAND(address - 2 * PAGE_SIZE, 0, "exactly the gap above a readable VMA");
	expect_grown(22, "exactly the gap above a readable VMA");
	stack.vm_prev = NULL;
	mm.mmap = &stack;

	stack.anon_vma = NULL;
	anon_vmas_fail = 1;
	EXPAND(address - 3 * PAGE_SIZE, -ENOMEM, "no memory for an anon_vma");
	expect_grown(22, "after a failure of anon_vma_prepare");
	anon_vmas_fail = 0;

	/* Limits: of current, in bytes; the stack has 26 pages. */
	signals.rlim[RLIMIT_STACK].rlim_cur = 30 * PAGE_SIZE;
	EXPAND(END - 31 * PAGE_SIZE, -ENOMEM, "31 pages in all, RLIMIT_STACK 30");
	EXPAND(END - 31 * PAGE_SIZE + 4095, -ENOMEM,
	       "31 pages in all, RLIMIT_STACK 30, an odd address");
	expect_grown(22, "after RLIMIT_STACK");
	EXPAND(END - 30 * PAGE_SIZE, 0, "30 pages in all, RLIMIT_STACK 30");
	expect_grown(26, "RLIMIT_STACK 30");
	signals.rlim[RLIMIT_STACK].rlim_cur = 31 * PAGE_SIZE - 8;
	EXPAND(END - 31 * PAGE_SIZE + 100, -ENOMEM,
	       "31 pages in all, RLIMIT_STACK 31 pages less 8 bytes");
	signals.rlim[RLIMIT_STACK].rlim_cur = RLIM64_INFINITY;
	signals.rlim[RLIMIT_AS].rlim_cur = 130 * PAGE_SIZE;
	EXPAND(END - 35 * PAGE_SIZE, -ENOMEM, "131 pages in all, RLIMIT_AS 130");
	expect_grown(26, "after RLIMIT_AS");
	EXPAND(END - 34 * PAGE_SIZE, 0, "130 pages in all, RLIMIT_AS 130");
	expect_grown(30, "RLIMIT_AS 130");
	signals.rlim[RLIMIT_AS].rlim_cur = RLIM64_INFINITY;
	ram_pages = 5;
	EXPAND(END - 40 * PAGE_SIZE, -ENOMEM, "6 pages more, 5 in the machine");
	EXPAND(END - 39 * PAGE_SIZE, 0, "5 pages more, 5 in the machine");
	expect_grown(35, "5 pages more");
}

/* Low in the address space: MMAP_MIN_ADDR, and the number of a page is not below 0. */
static void low_area(unsigned long start, unsigned long pgoff)
{
	stack.vm_start = start;
	stack.vm_end = start + PAGE_SIZE;
	stack.vm_pgoff = pgoff;
	stack.anon_vma = NULL;
}

static void far_down(void **state)
{
	(void)state;
	low_area(MMAP_MIN_ADDR + PAGE_SIZE, 17);
	EXPAND(MMAP_MIN_ADDR - 1, -EPERM, "the page below MMAP_MIN_ADDR");
	SAY_UNLESS(stack.vm_start == MMAP_MIN_ADDR + PAGE_SIZE && stack.vm_pgoff == 17 &&
			   mm.total_vm == 100,
		   "after -EPERM: the VMA has changed");
	EXPAND(MMAP_MIN_ADDR + 3, 0, "the page at MMAP_MIN_ADDR");
	SAME(stack.vm_start, MMAP_MIN_ADDR, "vm_start at MMAP_MIN_ADDR");
	low_area(MMAP_MIN_ADDR - PAGE_SIZE, 15);
	EXPAND(MMAP_MIN_ADDR - PAGE_SIZE, -EPERM,
	       "a page below MMAP_MIN_ADDR that the VMA has already");
	/*
	 * A VMA that mremap has moved keeps its numbers: they may be smaller than the address
	 * says.
	 */
	low_area(0x40000000, 3);
	EXPAND(0x40000000 - 4 * PAGE_SIZE, -ENOMEM, "4 pages, vm_pgoff 3");
	SAY_UNLESS(stack.vm_start == 0x40000000 && stack.vm_pgoff == 3,
		   "after vm_pgoff: the VMA has changed");
	EXPAND(0x40000000 - 3 * PAGE_SIZE, 0, "3 pages, vm_pgoff 3");
	SAME(stack.vm_pgoff, 0, "vm_pgoff");
}

static void errors(void **state)
{
	refusals(state);
	setup(state);
	far_down(state);
}

/* Where the VMA begins for its neighbours. */
static void gap_below_stack(void **state)
{
	(void)state;
	SAME(vm_start_gap(&stack), START - stack_guard_gap, "vm_start_gap of a stack");
	stack.vm_start = 2 * PAGE_SIZE;
	SAME(vm_start_gap(&stack), 0, "vm_start_gap of a stack at page 2");
	stack.vm_flags = 0;
	SAME(vm_start_gap(&stack), 2 * PAGE_SIZE, "vm_start_gap of what does not grow");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(growth, setup, teardown),
		cmocka_unit_test_setup_teardown(errors, setup, teardown),
		cmocka_unit_test_setup_teardown(gap_below_stack, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
