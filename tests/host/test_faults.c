/* SPDX-License-Identifier: MIT */
/*
 * handle_mm_fault of mm/memory.c on a machine of 64 frames: what each fault
 * leaves in the page table, in the counters and in the frames, and that a
 * fault that fails leaves nothing. The file under test is included.
 */
#include "fake_mm.h"
#include "../../mm/memory.c"
#include "../../mm/ptes.c"

#define R  VM_READ
#define RW (VM_READ | VM_WRITE)

static struct mm_struct mm;
static struct vm_area_struct area;
static struct page *file_page; /* what ->fault finds: the cache holds one reference */
static vm_fault_t file_result;
static int asked, wp_calls;
static unsigned long asked_pgoff;
static int traced, trace_kind; /* calls of mm_trace, and what the last one said */
static unsigned long trace_start, trace_end;
static const struct mm_struct *trace_mm;

/* ---- neighbours of the file under test ------------------------------------ */

bool page_anon_exclusive(const struct page *page) { return page->_refcount.counter == 1; }

void mm_trace(const struct mm_struct *of, unsigned long start, unsigned long end,
	      enum mm_trace_kind kind, const struct vm_area_struct *vma)
{
	(void)vma;
	traced++;
	trace_mm = of;
	trace_start = start;
	trace_end = end;
	trace_kind = kind;
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
	asked = wp_calls = traced = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	SAY_UNLESS(!mm.page_table_lock.locked, "page_table_lock is still held at the end");
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

static const char *result_name(vm_fault_t ret)
{
	return ret == 0			? "0"
	       : ret == VM_FAULT_OOM	? "VM_FAULT_OOM"
	       : ret == VM_FAULT_SIGBUS ? "VM_FAULT_SIGBUS"
	       : ret == VM_FAULT_NOPAGE ? "VM_FAULT_NOPAGE"
					: "something else";
}

/* One fault, and what handle_mm_fault must give. */
#define FAULT(page, flags, want) \
	do { \
		vm_fault_t ret_ = fault((page), (flags)); \
		SAY_UNLESS(ret_ == (want), \
			   "%s page %d: handle_mm_fault returns %s (%#x), expected %s", \
			   FAULT_FLAG_WRITE & (flags) ? "a write to" : "a read of", (int)(page), \
			   result_name(ret_), (unsigned int)ret_, result_name(want)); \
	} while (0)

/* @page shows a private copy or a page of zeros: of @byte, writable, counted once in each place. */
static void expect_own(unsigned int page, unsigned char byte)
{
	SAY_UNLESS(pte_present(entry(page)), "page %d: no PTE after a write", page);
	SAY_UNLESS(!pte_special(entry(page)), "page %d: the PTE is special after a write", page);
	SAY_UNLESS(shown(page) != zero_page && shown(page) != file_page,
		   "page %d: a write entered the %s itself, not a page of its own", page,
		   shown(page) == zero_page ? "zero page" : "file's page");
	SAY_UNLESS(pte_write(entry(page)), "page %d: the PTE is not writable after a write", page);
	SAY_UNLESS(pte_dirty(entry(page)), "page %d: the PTE is not dirty after a write", page);
	SAY_UNLESS(shown(page)->flags & BIT(PG_anon), "page %d: its frame is not PG_anon", page);
	SAY_UNLESS(all_bytes(shown(page), byte), "page %d: wrong bytes: expected %s", page,
		   byte ? "those of the file" : "zeros");
	SAME(shown(page)->_refcount.counter, 1, "references to the new page");
	SAME(shown(page)->_mapcount.counter, 1, "_mapcount of the new page");
}

/* A failed fault: nothing entered, nothing counted, @frames in use. */
static void expect_nothing(unsigned int page, int frames, const char *when)
{
	SAY_UNLESS(!pte_val(entry(page)), "%s: a PTE was made all the same", when);
	SAY_UNLESS(!mm.rss_stat[MM_ANONPAGES] && !mm.rss_stat[MM_FILEPAGES],
		   "%s: rss_stat has changed", when);
	SAY_UNLESS(frames_in_use() == frames, "%s: %d frames in use, expected %d: a page was %s",
		   when, frames_in_use(), frames,
		   frames_in_use() > frames ? "not given back" : "given back twice");
	SAY_UNLESS(file_page->_refcount.counter == 1,
		   "%s: %d references to the file's page, expected 1", when,
		   file_page->_refcount.counter);
	SAY_UNLESS(!current->min_flt, "%s: a failed fault was counted in min_flt", when);
	SAY_UNLESS(!traced, "%s: a failed fault was noted with mm_trace", when);
}

/* The newest fault, of @page, the @n-th in all, was noted for the debugger. */
static void expect_noted(unsigned int page, int n)
{
	unsigned long at = TABLE_BASE + page * PAGE_SIZE;

	SAME(current->min_flt, n, "min_flt");
	SAY_UNLESS(
		traced == n,
		"%d of %d served faults noted with mm_trace (GDB's xfault and who-mapped live by "
		"it)",
		traced, n);
	SAY_UNLESS(trace_mm == &mm && trace_kind >= MM_TRACE_PAGE,
		   "mm_trace: not of vma->vm_mm, or not the kind of a fault (fault_kind)");
	SAY_UNLESS(trace_start == at && trace_end == at + PAGE_SIZE,
		   "mm_trace notes %#lx to %#lx, expected %#lx to %#lx", trace_start, trace_end, at,
		   at + PAGE_SIZE);
}

/* ---- cases -------------------------------------------------------------------- */

/*
 * Another thread enters frame 7 while this one waits for the lock the second time: the first is
 * walk_pte's.
 */
static int waits;

static void faster_reader(void)
{
	if (++waits == 2)
		((pte_t *)mm.pgd)[17] = pfn_pte(7, area.vm_page_prot);
}

/* A read shows the zero page, a write gets a zeroed page of its own. */
static void anonymous_memory(void **state)
{
	int frames = frames_in_use();

	(void)state;
	fake_area(&area, &mm, 16, 8, RW);
	FAULT(16, FAULT_FLAG_USER, 0);
	SAY_UNLESS(pte_present(entry(16)), "page 16: no PTE after a read");
	SAY_UNLESS(shown(16) == zero_page, "page 16: a read does not show the zero page");
	SAY_UNLESS(pte_special(entry(16)),
		   "page 16: the zero page's PTE is not special: it would be freed one day");
	SAY_UNLESS(!pte_write(entry(16)), "page 16: the zero page is writable");
	SAME(zero_page->_refcount.counter, 1, "references to the zero page");
	SAME(zero_page->_mapcount.counter, 0, "_mapcount of the zero page");
	SAME(mm.rss_stat[MM_ANONPAGES], 0, "rss_stat[MM_ANONPAGES] after a read");
	FRAMES_ARE(frames);
	expect_noted(16, 1);

	FAULT(20, FAULT_FLAG_USER | FAULT_FLAG_WRITE, 0);
	expect_own(20, 0);
	SAME(mm.rss_stat[MM_ANONPAGES], 1, "rss_stat[MM_ANONPAGES] after a write");
	FRAMES_ARE(frames + 1);
	expect_noted(20, 2);

	for (unsigned int i = 0; i < 512; i++)
		if (i != 16 && i != 20)
			SAY_UNLESS(pte_none(entry(i)), "page %d has a PTE, and nobody touched it",
				   i);
}

/* Errors are returned, and cost no frame, no PTE, no count. */
static void errors_leave_nothing(void **state)
{
	int frames = frames_in_use();

	(void)state;
	fake_area(&area, &mm, 16, 8, RW);
	frames_fail_after = 0;
	FAULT(16, FAULT_FLAG_WRITE, VM_FAULT_OOM);
	expect_nothing(16, frames, "no frame for a page of zeros");
	frames_fail_after = -1;
	tables_fail = 1;
	FAULT(16, FAULT_FLAG_WRITE, VM_FAULT_OOM);
	FAULT(16, 0, VM_FAULT_OOM);
	tables_fail = 0;
	expect_nothing(16, frames, "walk_pte gave NULL");
	fake_area(&area, &mm, 16, 8, RW | VM_SHARED);
	FAULT(16, FAULT_FLAG_WRITE, VM_FAULT_SIGBUS);
	FAULT(16, 0, VM_FAULT_SIGBUS);
	expect_nothing(16, frames, "a shared VMA without ->fault");

	file_area(RW);
	table_missing = 1;
	file_result = VM_FAULT_SIGBUS;
	FAULT(17, 0, VM_FAULT_SIGBUS);
	expect_nothing(17, frames, "a read, ->fault gave VM_FAULT_SIGBUS");
	FAULT(17, FAULT_FLAG_WRITE, VM_FAULT_SIGBUS);
	expect_nothing(17, frames, "a write, ->fault gave VM_FAULT_SIGBUS");
	file_result = VM_FAULT_OOM;
	FAULT(17, 0, VM_FAULT_OOM);
	FAULT(17, FAULT_FLAG_WRITE, VM_FAULT_OOM);
	expect_nothing(17, frames, "->fault gave VM_FAULT_OOM");
	SAY_UNLESS(table_missing, "->fault gave an error, and a page table was made");
	table_missing = 0;
	file_result = 0;
	asked = 0;
	frames_fail_after = 0;
	FAULT(17, FAULT_FLAG_WRITE, VM_FAULT_OOM);
	expect_nothing(17, frames, "no frame for the copy");
	SAY_UNLESS(!asked, "->fault was asked before there was a frame for the copy");
	frames_fail_after = -1;

	/* ->fault may enter the page itself: then there is none to enter, and that is no error. */
	area.vm_ops = &device_ops;
	FAULT(18, 0, VM_FAULT_NOPAGE);
	SAME(pte_pfn(entry(18)), 9,
	     "the frame that ->fault has entered itself (VM_FAULT_NOPAGE), after a read");
	FRAMES_ARE(frames);
	FAULT(19, FAULT_FLAG_WRITE, VM_FAULT_NOPAGE);
	SAME(pte_pfn(entry(19)), 9,
	     "the frame that ->fault has entered itself (VM_FAULT_NOPAGE), after a write");
	SAY_UNLESS(frames_in_use() == frames,
		   "a write, ->fault gave VM_FAULT_NOPAGE: %d frames in use, expected %d: the copy "
		   "was not given back",
		   frames_in_use(), frames);
	SAME(mm.rss_stat[MM_FILEPAGES] + mm.rss_stat[MM_ANONPAGES], 0,
	     "rss_stat after VM_FAULT_NOPAGE");
	SAME(current->min_flt, 2, "min_flt");
}

/* The lowest table is made when there is a page for it. Without memory the page is released. */
static void tables_as_needed(void **state)
{
	int frames = frames_in_use();

	(void)state;
	fake_area(&area, &mm, 16, 8, RW);
	table_missing = 1;
	FAULT(16, 0, 0);
	table_missing = 1;
	FAULT(17, FAULT_FLAG_WRITE, 0);
	file_area(RW);
	table_missing = tables_fail = 1;
	FAULT(18, 0, VM_FAULT_OOM);
	FAULT(18, FAULT_FLAG_WRITE, VM_FAULT_OOM);
	FRAMES_ARE(frames + 1);
	SAME(file_page->_refcount.counter, 1, "references to the file's page");
	tables_fail = 0;
	FAULT(18, 0, 0);
	table_missing = 1;
	FAULT(19, FAULT_FLAG_WRITE, 0);
}

/* A read shows the file's own page, a write a copy of it; these VMAs have no ->map_pages. */
static void file_pages(void **state)
{
	int frames = frames_in_use();

	(void)state;
	file_area(RW);
	FAULT(18, FAULT_FLAG_USER, 0);
	SAME(asked_pgoff, 5 + 2, "vmf->pgoff of the third page, vm_pgoff 5");
	SAY_UNLESS(pte_present(entry(18)) && shown(18) == file_page,
		   "page 18: a read does not show the file's page");
	SAY_UNLESS(!pte_write(entry(18)), "page 18: the file's page is writable in a private VMA");
	SAME(file_page->_refcount.counter, 2,
	     "references to the file's page: the file's and the PTE's");
	SAME(file_page->_mapcount.counter, 1, "_mapcount of the file's page");
	SAME(mm.rss_stat[MM_FILEPAGES], 1, "rss_stat[MM_FILEPAGES] after a read");
	FRAMES_ARE(frames);

	FAULT(19, FAULT_FLAG_USER | FAULT_FLAG_WRITE, 0);
	SAME(asked_pgoff, 5 + 3, "vmf->pgoff of the fourth page, vm_pgoff 5");
	expect_own(19, 'F');
	SAME(file_page->_refcount.counter, 2,
	     "references to the file's page after a write elsewhere");
	SAME(file_page->_mapcount.counter, 1,
	     "_mapcount of the file's page after a write elsewhere");
	SAME(mm.rss_stat[MM_ANONPAGES], 1, "rss_stat[MM_ANONPAGES] after a write");
	FRAMES_ARE(frames + 1);
	SAME(asked, 2, "calls of ->fault");
	SAME(current->min_flt, 2, "min_flt");
}

/* ---- fault-around ------------------------------------------------------------- */

static unsigned long window[2];
static int windows, in_window;

static void map_pages(struct vm_fault *f, unsigned long first, unsigned long last)
{
	windows++;
	window[0] = first;
	window[1] = last;
	SAY_UNLESS(!mm.page_table_lock.locked, "map_pages was called with page_table_lock held");
	if (in_window) {
		get_page(file_page);
		count_mapping_of(f->vma->vm_mm, file_page, 1);
		*f->pte = pfn_pte(page_to_pfn(file_page), f->vma->vm_page_prot);
	}
}

static const struct vm_operations_struct around_ops = {.fault = file_fault, .map_pages = map_pages};

/* The pages that map_pages is asked for: in pages, the VMA, the fault, and what is expected. */
static void around_window(void **state)
{
	static const struct {
		unsigned int start, pages, fault, first, last;
	} rows[] = {
		{16, 48, 16, 16, 31}, /* a window inside the VMA */
		{16, 48, 31, 16, 31},	  {16, 48, 32, 32, 47},
		{21, 40, 21, 21, 36}, /* the VMA begins inside a window */
		{21, 40, 31, 21, 36},	  {21, 40, 32, 32, 47},
		{16, 5, 18, 16, 20}, /* the VMA ends first */
		{16, 37, 49, 48, 52},	  {3, 1, 3, 3, 3},
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
		FAULT(rows[i].fault, FAULT_FLAG_USER, 0);
		if (windows != 1)
			fail_msg("map_pages was called %d times for one read fault", windows);
		if (window[0] != base + rows[i].first || window[1] != base + rows[i].last)
			fail_msg("VMA of pages %u to %u, read fault in page %u: map_pages was "
				 "asked for pages "
				 "%ld to %ld, expected %u to %u",
				 rows[i].start, rows[i].start + rows[i].pages - 1, rows[i].fault,
				 (long)(window[0] - base), (long)(window[1] - base), rows[i].first,
				 rows[i].last);
		SAME(asked, 1, "calls of ->fault for a page that map_pages has not entered");
		SAY_UNLESS(shown(rows[i].fault) == file_page,
			   "page %d does not show the file's page", rows[i].fault);
	}
	/* What map_pages enters needs no ->fault. */
	in_window = 1;
	asked = 0;
	*((pte_t *)mm.pgd + 495) = __pte(0);
	FAULT(495, FAULT_FLAG_USER, 0);
	in_window = 0;
	SAME(asked, 0, "calls of ->fault for a page that map_pages has entered");
	SAY_UNLESS(shown(495) == file_page, "page 495 does not show what map_pages has entered");
	/* A write brings its own page alone. */
	windows = 0;
	FAULT(494, FAULT_FLAG_WRITE, 0);
	SAME(windows, 0, "calls of map_pages for a write");
}

/* Another thread was faster while we looked for the page. */
static struct page *faster;

static vm_fault_t late_fault(struct vm_fault *vmf)
{
	faster = alloc_page(__GFP_ZERO);
	*vmf->pte = pte_mkwrite(pfn_pte(page_to_pfn(faster), vmf->vma->vm_page_prot));
	return file_fault(vmf);
}

/* The PTE is there already: a spurious fault, a write that do_wp_page serves, a lost race. */
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
	FAULT(16, FAULT_FLAG_USER, 0);
	SAY_UNLESS(pte_val(*slot) != pte_val(pte_mkold(pfn_pte(7, area.vm_page_prot))),
		   "a read of a page that is there: its PTE did not become young");
	SAY_UNLESS(
		pte_val(*slot) == pte_val(pfn_pte(7, area.vm_page_prot)),
		"a read of a page that is there: more of its PTE has changed than that it became "
		"young");
	SAY_UNLESS(flushes > 0,
		   "a spurious fault: the processor still remembers the older PTE (replace_pte "
		   "flushes)");
	*slot = pte_mkdirty(pte_mkwrite(*slot));
	FAULT(16, FAULT_FLAG_WRITE, 0);
	SAY_UNLESS(pte_write(*slot) && pte_dirty(*slot) && pte_pfn(*slot) == 7,
		   "a write to a writable PTE: its frame or its permissions have changed");
	SAME(wp_calls, 0, "calls of do_wp_page for a writable PTE");
	*slot = pte_wrprotect(*slot);
	FAULT(16, FAULT_FLAG_WRITE, 0);
	SAME(wp_calls, 1, "calls of do_wp_page for a write to a read-only PTE");
	FAULT(16, FAULT_FLAG_USER, 0);
	SAME(wp_calls, 1, "calls of do_wp_page after a read of a read-only PTE");
	SAY_UNLESS(!pte_write(*slot), "a read of a read-only PTE made it writable");
	SAME(current->min_flt, 4, "min_flt");
	FRAMES_ARE(frames);

	/* Another thread enters a page while a read of anonymous memory waits for the lock. */
	waits = 0;
	fake_lock_hook = faster_reader;
	FAULT(17, FAULT_FLAG_USER, 0);
	fake_lock_hook = NULL;
	SAY_UNLESS(waits > 1, "page_table_lock was not taken to enter the zero page");
	SAY_UNLESS(pte_pfn(entry(17)) == 7 && !pte_special(entry(17)),
		   "the zero page was mapped over another thread's page: the PTE was not looked at "
		   "under the lock");
	*((pte_t *)mm.pgd + 17) = __pte(0);

	file_area(RW);
	area.vm_ops = &late_ops;
	for (unsigned int write = 0; write < 2; write++) {
		FAULT(17 + write, write ? FAULT_FLAG_WRITE : 0, 0);
		SAY_UNLESS(shown(17 + write) == faster,
			   "page %d: another thread's page, entered first, was replaced",
			   17 + write);
		SAME(file_page->_refcount.counter, 1,
		     "references to the file's page after a lost race");
		++frames; /* the other thread's */
		FRAMES_ARE(frames);
	}
	SAME(mm.rss_stat[MM_ANONPAGES] + mm.rss_stat[MM_FILEPAGES], 0,
	     "rss_stat after two lost races");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(anonymous_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(file_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(around_window, setup, teardown),
		cmocka_unit_test_setup_teardown(errors_leave_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(tables_as_needed, setup, teardown),
		cmocka_unit_test_setup_teardown(entry_is_there, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
