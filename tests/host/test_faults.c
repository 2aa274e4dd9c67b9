/* SPDX-License-Identifier: MIT */
/*
 * handle_mm_fault of mm/memory.c on a machine of 64 frames: what each fault
 * leaves in the page table, in the counters and in the frames, and that a
 * fault that fails leaves nothing. The file under test is included.
 */
#include "fake_mm.h"
#include "../../mm/memory.c"

#define R  VM_READ
#define RW (VM_READ | VM_WRITE)

static struct mm_struct mm;
static struct vm_area_struct area;
static struct page *file_page; /* what ->fault finds: the cache holds one reference */
static vm_fault_t file_result;
static int asked, wp_calls;
static unsigned long asked_pgoff;

/* ---- neighbours of the file under test ------------------------------------ */

bool is_ours_alone(const struct page *page)
{
	return page->_refcount.counter == 1;
}

vm_fault_t do_wp_page(struct vm_fault *vmf)
{
	(void)vmf;
	wp_calls++;
	return 0;
}

static vm_fault_t file_fault(struct vm_fault *vmf)
{
	asked++;
	asked_pgoff = vmf->pgoff;
	if (file_result)
		return file_result;
	get_page(file_page);
	vmf->page = file_page;
	return 0;
}

/* As a driver does that enters frames of a device. */
static vm_fault_t device_fault(struct vm_fault *vmf)
{
	asked++;
	*vmf->pte = pte_mkspecial(pfn_pte(9, vmf->vma->vm_page_prot));
	return VM_FAULT_NOPAGE;
}

static const struct vm_operations_struct file_ops = {.fault = file_fault};
static const struct vm_operations_struct device_ops = {.fault = device_fault};
static struct inode inode;
static struct super_block sb;
static struct address_space mapping = {.host = &inode};
static struct file file = {.f_inode = &inode, .f_mapping = &mapping};

static int setup(void **state)
{
	fake_machine(state);
	fake_mm_init(&mm);
	inode.i_sb = &sb;
	file_page = alloc_page(GFP_KERNEL);
	file_page->mapping = &mapping;
	memset(page_address(file_page), 'F', PAGE_SIZE);
	file_result = 0;
	asked = wp_calls = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	assert_int_equal(mm.page_table_lock.locked, 0);
	test_free(mm.pgd);
	return 0;
}

/* ---- helpers ---------------------------------------------------------------- */

static pte_t entry(unsigned int page) { return ((pte_t *)mm.pgd)[page]; }
static struct page *shown(unsigned int page) { return pfn_to_page(pte_pfn(entry(page))); }

static vm_fault_t fault(unsigned int page, unsigned int flags)
{
	return handle_mm_fault(&area, TABLE_BASE + page * PAGE_SIZE + 123, flags);
}

static void file_area(unsigned long flags)
{
	fake_area(&area, &mm, 16, 8, flags);
	area.vm_ops = &file_ops;
	area.vm_file = &file;
	area.vm_pgoff = 5;
}

static bool all_bytes(const struct page *page, unsigned char byte)
{
	const unsigned char *p = page_address(page);

	for (unsigned int i = 0; i < PAGE_SIZE; i++)
		if (p[i] != byte)
			return false;
	return true;
}

/* A failed fault: nothing entered, nothing counted, @frames in use. */
static void expect_nothing(unsigned int page, int frames)
{
	assert_int_equal(pte_val(entry(page)), 0);
	assert_int_equal(mm.rss_stat[MM_ANONPAGES], 0);
	assert_int_equal(mm.rss_stat[MM_FILEPAGES], 0);
	assert_int_equal(frames_in_use(), frames);
	assert_int_equal(current->min_flt, 0);
}

/* ---- cases -------------------------------------------------------------------- */

/* A read shows the zero page, a write gets a zeroed page of its own. */
static void anonymous_memory(void **state)
{
	int frames = frames_in_use();

	(void)state;
	fake_area(&area, &mm, 16, 8, RW);
	assert_int_equal(fault(16, FAULT_FLAG_USER), 0);
	assert_ptr_equal(shown(16), zero_page);
	assert_true(pte_present(entry(16)));
	assert_true(pte_special(entry(16)));
	assert_false(pte_write(entry(16)));
	assert_int_equal(zero_page->_refcount.counter, 1);
	assert_int_equal(zero_page->_mapcount.counter, 0);
	assert_int_equal(mm.rss_stat[MM_ANONPAGES], 0);
	assert_int_equal(frames_in_use(), frames);
	assert_int_equal(current->min_flt, 1);

	assert_int_equal(fault(20, FAULT_FLAG_USER | FAULT_FLAG_WRITE), 0);
	assert_true(pte_present(entry(20)));
	assert_true(pte_write(entry(20)));
	assert_true(pte_dirty(entry(20)));
	assert_false(pte_special(entry(20)));
	assert_ptr_not_equal(shown(20), zero_page);
	assert_true(shown(20)->flags & BIT(PG_anon));
	assert_true(all_bytes(shown(20), 0));
	assert_int_equal(shown(20)->_refcount.counter, 1);
	assert_int_equal(shown(20)->_mapcount.counter, 1);
	assert_int_equal(mm.rss_stat[MM_ANONPAGES], 1);
	assert_int_equal(frames_in_use(), frames + 1);
	assert_int_equal(current->min_flt, 2);

	for (unsigned int i = 0; i < 512; i++)
		if (i != 16 && i != 20)
			assert_true(pte_none(entry(i)));
}

/* Errors are handed on, and cost no frame, no entry, no count. */
static void errors_leave_nothing(void **state)
{
	int frames = frames_in_use();

	(void)state;
	fake_area(&area, &mm, 16, 8, RW);
	frames_fail_after = 0;
	assert_int_equal(fault(16, FAULT_FLAG_WRITE), VM_FAULT_OOM);
	expect_nothing(16, frames);
	frames_fail_after = -1;
	tables_fail = 1;
	assert_int_equal(fault(16, FAULT_FLAG_WRITE), VM_FAULT_OOM);
	assert_int_equal(fault(16, 0), VM_FAULT_OOM);
	tables_fail = 0;
	expect_nothing(16, frames);
	fake_area(&area, &mm, 16, 8, RW | VM_SHARED);
	assert_int_equal(fault(16, FAULT_FLAG_WRITE), VM_FAULT_SIGBUS);
	assert_int_equal(fault(16, 0), VM_FAULT_SIGBUS);
	expect_nothing(16, frames);

	file_area(RW);
	file_result = VM_FAULT_SIGBUS;
	assert_int_equal(fault(17, 0), VM_FAULT_SIGBUS);
	assert_int_equal(fault(17, FAULT_FLAG_WRITE), VM_FAULT_SIGBUS);
	file_result = VM_FAULT_OOM;
	assert_int_equal(fault(17, 0), VM_FAULT_OOM);
	assert_int_equal(fault(17, FAULT_FLAG_WRITE), VM_FAULT_OOM);
	expect_nothing(17, frames);
	file_result = 0;
	asked = 0;
	frames_fail_after = 0;
	assert_int_equal(fault(17, FAULT_FLAG_WRITE), VM_FAULT_OOM);
	assert_int_equal(file_page->_refcount.counter, 1);
	expect_nothing(17, frames);
	frames_fail_after = -1;

	/* ->fault may enter the page itself: then there is none to enter, and that is no error. */
	area.vm_ops = &device_ops;
	assert_int_equal(fault(18, 0), VM_FAULT_NOPAGE);
	assert_int_equal(pte_pfn(entry(18)), 9);
	assert_int_equal(frames_in_use(), frames);
	assert_int_equal(mm.rss_stat[MM_FILEPAGES], 0);
	assert_int_equal(current->min_flt, 1);
}

/* A read shows the file's own page, a write a copy of it; these areas have no ->map_pages. */
static void file_pages(void **state)
{
	int frames = frames_in_use();

	(void)state;
	file_area(RW);
	assert_int_equal(fault(18, FAULT_FLAG_USER), 0);
	assert_int_equal(asked_pgoff, 5 + 2);
	assert_ptr_equal(shown(18), file_page);
	assert_false(pte_write(entry(18)));
	assert_int_equal(file_page->_refcount.counter, 2);
	assert_int_equal(file_page->_mapcount.counter, 1);
	assert_int_equal(mm.rss_stat[MM_FILEPAGES], 1);
	assert_int_equal(frames_in_use(), frames);

	assert_int_equal(fault(19, FAULT_FLAG_USER | FAULT_FLAG_WRITE), 0);
	assert_int_equal(asked_pgoff, 5 + 3);
	assert_ptr_not_equal(shown(19), file_page);
	assert_true(pte_write(entry(19)));
	assert_true(pte_dirty(entry(19)));
	assert_true(shown(19)->flags & BIT(PG_anon));
	assert_true(all_bytes(shown(19), 'F'));
	assert_int_equal(shown(19)->_refcount.counter, 1);
	assert_int_equal(file_page->_refcount.counter, 2);
	assert_int_equal(file_page->_mapcount.counter, 1);
	assert_int_equal(mm.rss_stat[MM_ANONPAGES], 1);
	assert_int_equal(frames_in_use(), frames + 1);
	assert_int_equal(asked, 2);
	assert_int_equal(current->min_flt, 2);
}

/* ---- fault-around ------------------------------------------------------------- */

static unsigned long window[2];
static int windows, in_window;

static void map_pages(struct vm_fault *f, unsigned long first, unsigned long last)
{
	windows++;
	window[0] = first;
	window[1] = last;
	assert_int_equal(mm.page_table_lock.locked, 0);
	if (in_window) {
		get_page(file_page);
		do_set_pte(f, f->pte, file_page, false);
	}
}

static const struct vm_operations_struct around_ops = {.fault = file_fault, .map_pages = map_pages};

/* The pages that map_pages is asked for: in pages, the area, the fault, and what is expected. */
static void around_window(void **state)
{
	static const struct {
		unsigned int start, pages, fault, first, last;
	} rows[] = {
		{16, 48, 16, 16, 31},	  /* a window inside the area */
		{16, 48, 31, 16, 31},
		{16, 48, 32, 32, 47},
		{21, 40, 21, 21, 36},	  /* the area begins inside a window */
		{21, 40, 31, 21, 36},
		{21, 40, 32, 32, 47},
		{16, 5, 18, 16, 20},	  /* the area ends first */
		{16, 37, 49, 48, 52},
		{3, 1, 3, 3, 3},
		{500, 40, 500, 500, 511}, /* the lowest table ends first */
		{490, 40, 500, 496, 511},
	};

	(void)state;
	fake_area(&area, &mm, 0, 8, RW);
	area.vm_ops = &around_ops;
	area.vm_file = &file;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned long base = 100;

		area.vm_start = TABLE_BASE + rows[i].start * PAGE_SIZE;
		area.vm_end = area.vm_start + rows[i].pages * PAGE_SIZE;
		area.vm_pgoff = base + rows[i].start;
		*((pte_t *)mm.pgd + rows[i].fault) = __pte(0);
		windows = asked = 0;
		assert_int_equal(fault(rows[i].fault, FAULT_FLAG_USER), 0);
		if (windows != 1)
			fail_msg("map_pages was called %d times for one read fault", windows);
		if (window[0] != base + rows[i].first || window[1] != base + rows[i].last)
			fail_msg("area of pages %u to %u, read fault in page %u: map_pages was asked for pages "
				 "%ld to %ld, expected %u to %u", rows[i].start, rows[i].start + rows[i].pages - 1,
				 rows[i].fault, (long)(window[0] - base), (long)(window[1] - base), rows[i].first,
				 rows[i].last);
		assert_int_equal(asked, 1);
		assert_ptr_equal(shown(rows[i].fault), file_page);
	}
	/* What map_pages enters needs no ->fault. */
	in_window = 1;
	asked = 0;
	*((pte_t *)mm.pgd + 495) = __pte(0);
	assert_int_equal(fault(495, FAULT_FLAG_USER), 0);
	in_window = 0;
	assert_int_equal(asked, 0);
	assert_ptr_equal(shown(495), file_page);
	/* A write brings its own page alone. */
	windows = 0;
	assert_int_equal(fault(494, FAULT_FLAG_WRITE), 0);
	assert_int_equal(windows, 0);
}

/* Another thread was faster while we looked for the page. */
static struct page *faster;

static vm_fault_t late_fault(struct vm_fault *vmf)
{
	faster = alloc_page(GFP_ZERO);
	*vmf->pte = pte_mkwrite(pfn_pte(page_to_pfn(faster), vmf->vma->vm_page_prot));
	return file_fault(vmf);
}

/* The entry is there already: a spurious fault, a write that do_wp_page serves, a lost race. */
static void entry_is_there(void **state)
{
	static const struct vm_operations_struct late_ops = {.fault = late_fault};
	int frames = frames_in_use();
	pte_t *slot;

	(void)state;
	fake_area(&area, &mm, 16, 8, RW);
	slot = (pte_t *)mm.pgd + 16;
	flush_wanted = TABLE_BASE + 16 * PAGE_SIZE;
	flushes = 0;
	*slot = pte_mkold(pfn_pte(7, area.vm_page_prot));
	assert_int_equal(fault(16, FAULT_FLAG_USER), 0);
	assert_int_equal(pte_val(*slot), pte_val(pfn_pte(7, area.vm_page_prot)));
	assert_true(flushes > 0);
	*slot = pte_mkdirty(pte_mkwrite(*slot));
	assert_int_equal(fault(16, FAULT_FLAG_WRITE), 0);
	assert_true(pte_write(*slot) && pte_dirty(*slot));
	assert_int_equal(pte_pfn(*slot), 7);
	assert_int_equal(wp_calls, 0);
	*slot = pte_wrprotect(*slot);
	assert_int_equal(fault(16, FAULT_FLAG_WRITE), 0);
	assert_int_equal(wp_calls, 1);
	assert_int_equal(fault(16, FAULT_FLAG_USER), 0);
	assert_int_equal(wp_calls, 1);
	assert_false(pte_write(*slot));
	assert_int_equal(current->min_flt, 4);
	assert_int_equal(frames_in_use(), frames);

	file_area(RW);
	area.vm_ops = &late_ops;
	for (unsigned int write = 0; write < 2; write++) {
		assert_int_equal(fault(17 + write, write ? FAULT_FLAG_WRITE : 0), 0);
		assert_ptr_equal(shown(17 + write), faster);
		assert_int_equal(file_page->_refcount.counter, 1);
		assert_int_equal(frames_in_use(), ++frames);
	}
	assert_int_equal(mm.rss_stat[MM_ANONPAGES] + mm.rss_stat[MM_FILEPAGES], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(anonymous_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(file_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(around_window, setup, teardown),
		cmocka_unit_test_setup_teardown(errors_leave_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(entry_is_there, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
