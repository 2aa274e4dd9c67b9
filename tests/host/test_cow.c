/* SPDX-License-Identifier: MIT */
/*
 * mm/cow.c on a machine of 64 frames: fork's copy of a range of PTEs, and
 * the first write to a page that is there but read-only. The file under test
 * is included; what it needs of mm/memory.c stands here.
 */
#include "fake_mm.h"
#define count_mapping_of unchecked_count_mapping_of
#include "../../mm/internal.h"
#undef count_mapping_of
static void count_mapping_of(struct mm_struct *mm, struct page *page, int change);
#include "../../mm/cow.c"

#define R  VM_READ
#define RW (VM_READ | VM_WRITE)

static struct mm_struct parent, child;
static struct vm_area_struct area, copy;
static struct vm_fault vmf;
static int dirtied, other_was_faster;
static const char *now; /* the case that is tried; NULL: all have passed */

/* ---- neighbours of the file under test ------------------------------------ */

static void count_mapping_of(struct mm_struct *mm, struct page *page, int change)
{
	expect_locked(mm, "count_mapping_of");
	unchecked_count_mapping_of(mm, page, change);
}

struct page *alloc_anon_page(struct vm_area_struct *vma, gfp_t gfp)
{
	struct page *page = alloc_page(gfp);

	(void)vma;
	if (page)
		page->flags |= BIT(PG_anon);
	return page;
}

bool replace_pte(struct vm_fault *f, pte_t entry)
{
	if (f->vma->vm_mm->page_table_lock.locked)
		fail_msg("replace_pte takes page_table_lock itself: the kernel would hang");
	if (other_was_faster)
		*f->pte = pte_mkdirty(*f->pte);
	if (pte_val(*f->pte) != pte_val(f->orig_pte))
		return false;
	*f->pte = entry;
	flush_tlb_range(f->vma->vm_mm, f->address, f->address + PAGE_SIZE);
	return true;
}

void fault_dirty_shared_page(struct vm_fault *f, struct page *page)
{
	(void)f;
	if (!page)
		fail_msg("fault_dirty_shared_page of a special PTE, which has no page");
	page->flags |= BIT(PG_dirty);
	dirtied++;
}

static int setup(void **state)
{
	fake_machine(state);
	fake_mm_init(&parent);
	fake_mm_init(&child);
	threads_run_in = &parent;
	dirtied = other_was_faster = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (now)
		print_error("the case: %s\n", now);
	now = NULL;
	test_free(parent.pgd);
	test_free(child.pgd);
	return 0;
}

/* ---- helpers ---------------------------------------------------------------- */

static void try(const char *what)
{
	if (parent.page_table_lock.locked)
		fail_msg("the parent's page_table_lock is still held");
	now = what;
}

static pte_t *slot(struct mm_struct *mm, unsigned int page) { return (pte_t *)mm->pgd + page; }
static struct page *shown(struct mm_struct *mm, unsigned int page)
{
	return pfn_to_page(pte_pfn(*slot(mm, page)));
}

/*
 * A page full of @byte in the PTE @n of the parent, with its only reference and mapping.
 */
static struct page *enter(unsigned int n, unsigned char byte, unsigned long flags, bool write)
{
	struct page *page = alloc_page(GFP_KERNEL);
	pte_t entry = pfn_pte(page_to_pfn(page), area.vm_page_prot);

	memset(page_address(page), byte, PAGE_SIZE);
	page->flags = flags;
	unchecked_count_mapping_of(&parent, page, 1);
	*slot(&parent, n) = write ? pte_mkwrite(pte_mkdirty(entry)) : entry;
	return page;
}

static void enter_zero(unsigned int n)
{
	*slot(&parent, n) = pte_mkspecial(pfn_pte(page_to_pfn(zero_page), area.vm_page_prot));
}

/* A special PTE: frame @pfn has bytes, but nobody counts it. */
static void enter_special(unsigned int n, unsigned long pfn, unsigned char byte)
{
	memset(phys_to_virt(pfn << PAGE_SHIFT), byte, PAGE_SIZE);
	*slot(&parent, n) = pte_mkspecial(pfn_pte(pfn, area.vm_page_prot));
}

static vm_fault_t write_to(unsigned int n)
{
	vmf = (struct vm_fault){
		.vma = &area,
		.address = TABLE_BASE + n * PAGE_SIZE,
		.flags = FAULT_FLAG_WRITE | FAULT_FLAG_USER,
		.pte = slot(&parent, n),
		.orig_pte = *slot(&parent, n),
	};
	flush_wanted = vmf.address;
	flushes = 0;
	return do_wp_page(&vmf);
}

static void expect_bytes(const struct page *page, unsigned char byte)
{
	const unsigned char *p = page_address(page);

	for (unsigned int i = 0; i < PAGE_SIZE; i++)
		assert_int_equal(p[i], byte);
}

static void expect_writable(unsigned int n)
{
	pte_t e = *slot(&parent, n);

	assert_true(pte_present(e) && pte_write(e) && pte_dirty(e) && pte_young(e));
	assert_false(pte_special(e));
	assert_true(flushes > 0);
}

/* ---- cases -------------------------------------------------------------------- */

static void first_write(void **state)
{
	struct page *page, *old;
	int frames;

	(void)state;
	fake_area(&area, &parent, 16, 8, RW);

	try("a page of our own alone: the same frame, writable");
	page = enter(16, 'a', BIT(PG_anon), false);
	frames = frames_in_use();
	assert_true(page_anon_exclusive(page));
	assert_int_equal(write_to(16), 0);
	assert_ptr_equal(shown(&parent, 16), page);
	expect_writable(16);
	assert_int_equal(page->_refcount.counter, 1);
	assert_int_equal(page->_mapcount.counter, 1);
	assert_int_equal(parent.rss_stat[MM_ANONPAGES], 1);
	assert_int_equal(frames_in_use(), frames);

	try("a page that another PTE maps as well: a copy; the old one loses one of each count");
	old = enter(17, 'b', BIT(PG_anon), false);
	get_page(old);
	count_mapping_of(&child, old, 1);
	assert_false(page_anon_exclusive(old));
	assert_int_equal(write_to(17), 0);
	page = shown(&parent, 17);
	assert_ptr_not_equal(page, old);
	expect_writable(17);
	expect_bytes(page, 'b');
	assert_true(page->flags & BIT(PG_anon));
	assert_int_equal(page->_refcount.counter, 1);
	assert_int_equal(page->_mapcount.counter, 1);
	assert_int_equal(old->_refcount.counter, 1);
	assert_int_equal(old->_mapcount.counter, 1);
	assert_int_equal(parent.rss_stat[MM_ANONPAGES], 2);

	try("a file's page in a private VMA: never ours alone, whatever its count; a copy");
	old = enter(18, 'f', 0, false);
	get_page(old);
	assert_false(page_anon_exclusive(old));
	old->_refcount.counter = 1;
	assert_false(page_anon_exclusive(old));
	old->_refcount.counter = 2;
	assert_int_equal(write_to(18), 0);
	page = shown(&parent, 18);
	assert_ptr_not_equal(page, old);
	expect_writable(18);
	expect_bytes(page, 'f');
	expect_bytes(old, 'f');
	assert_int_equal(old->_refcount.counter, 1);
	assert_int_equal(old->_mapcount.counter, 0);
	assert_int_equal(parent.rss_stat[MM_FILEPAGES], 0);
	assert_int_equal(parent.rss_stat[MM_ANONPAGES], 3);

	try("the zero page: a page of zeros; the zero page keeps its one reference");
	enter_zero(19);
	assert_int_equal(write_to(19), 0);
	page = shown(&parent, 19);
	assert_ptr_not_equal(page, zero_page);
	expect_writable(19);
	expect_bytes(page, 0);
	assert_int_equal(page->_mapcount.counter, 1);
	assert_int_equal(zero_page->_refcount.counter, 1);
	assert_int_equal(zero_page->_mapcount.counter, 0);
	assert_int_equal(parent.rss_stat[MM_ANONPAGES], 4);

	try("another special PTE: a copy of the frame's bytes; the frame is not counted");
	enter_special(23, 50, 'd');
	assert_int_equal(write_to(23), 0);
	page = shown(&parent, 23);
	assert_ptr_not_equal(page, &fake_frames[50]);
	expect_writable(23);
	expect_bytes(page, 'd');
	assert_int_equal(page->_mapcount.counter, 1);
	assert_int_equal(fake_frames[50]._refcount.counter, 0);
	assert_int_equal(fake_frames[50]._mapcount.counter, 0);
	assert_int_equal(parent.rss_stat[MM_ANONPAGES], 5);
	assert_int_equal(parent.rss_stat[MM_FILEPAGES], 0);

	try("no memory: VM_FAULT_OOM, and all is as it was");
	old = enter(20, 'n', BIT(PG_anon), false);
	get_page(old);
	frames = frames_in_use();
	frames_fail_after = 0;
	assert_int_equal(write_to(20), VM_FAULT_OOM);
	frames_fail_after = -1;
	assert_int_equal(pte_val(*slot(&parent, 20)), pte_val(vmf.orig_pte));
	assert_int_equal(old->_refcount.counter, 2);
	assert_int_equal(old->_mapcount.counter, 1);

	try("another thread was faster: its PTE stays, the copy is freed");
	other_was_faster = 1;
	assert_int_equal(write_to(20), 0);
	other_was_faster = 0;
	assert_ptr_equal(shown(&parent, 20), old);
	assert_int_equal(old->_refcount.counter, 2);
	assert_int_equal(old->_mapcount.counter, 1);
	assert_int_equal(frames_in_use(), frames);
	assert_int_equal(parent.rss_stat[MM_ANONPAGES], 6);

	try("a shared mapping: the file's own page, however many PTEs map it; it becomes dirty");
	fake_area(&area, &parent, 16, 8, RW | VM_SHARED);
	page = enter(21, 's', 0, false);
	*slot(&parent, 21) = pte_wrprotect(*slot(&parent, 21));
	get_page(page);
	assert_int_equal(write_to(21), 0);
	assert_ptr_equal(shown(&parent, 21), page);
	expect_writable(21);
	assert_int_equal(page->_refcount.counter, 2);
	assert_int_equal(dirtied, 1);

	try("a shared mapping, and another thread was faster: its PTE stays, no file is dirty");
	*slot(&parent, 21) = pte_mkclean(pte_wrprotect(*slot(&parent, 21)));
	other_was_faster = 1;
	assert_int_equal(write_to(21), 0);
	other_was_faster = 0;
	assert_false(pte_write(*slot(&parent, 21)));
	assert_int_equal(dirtied, 1);

	try("a special PTE in a shared VMA: the same frame, writable; "
	    "there is no page to make dirty");
	enter_special(23, 50, 'd');
	*slot(&parent, 23) = pte_wrprotect(*slot(&parent, 23));
	assert_int_equal(write_to(23), 0);
	assert_int_equal(pte_pfn(*slot(&parent, 23)), 50);
	assert_true(pte_write(*slot(&parent, 23)) && pte_special(*slot(&parent, 23)));
	assert_int_equal(dirtied, 1);

	try("a debugger's store into a VMA without VM_WRITE: a copy, dirty, but not writable");
	fake_area(&area, &parent, 16, 8, R);
	old = enter(22, 'r', BIT(PG_anon), false);
	get_page(old);
	assert_int_equal(write_to(22), 0);
	page = shown(&parent, 22);
	assert_ptr_not_equal(page, old);
	assert_false(pte_write(*slot(&parent, 22)));
	assert_true(pte_dirty(*slot(&parent, 22)));
	assert_int_equal(write_to(22), 0);
	assert_ptr_equal(shown(&parent, 22), page);
	assert_false(pte_write(*slot(&parent, 22)));
	try(NULL);
}

static void child_area(void)
{
	copy = area;
	copy.vm_mm = &child;
}

static void range_is_copied(void **state)
{
	struct page *a, *f, *s;
	int frames;

	(void)state;
	try("a VMA without an anon_vma, not VM_PFNMAP: no private page, nothing to copy");
	fake_area(&area, &parent, 16, 8, RW);
	child_area();
	f = enter(17, 'f', 0, false);
	get_page(f);
	assert_int_equal(copy_page_range(&copy, &area), 0);
	for (unsigned int i = 0; i < 512; i++)
		assert_true(pte_none(*slot(&child, i)));
	assert_int_equal(f->_refcount.counter, 2);

	try("a private VMA: both read-only; one reference, one mapping, one of rss more");
	area.anon_vma = &fake_anon_vma;
	child_area();
	a = enter(16, 'a', BIT(PG_anon), true);
	enter_zero(18);
	enter(15, 'b', BIT(PG_anon), true);
	enter(24, 'c', BIT(PG_anon), true);
	frames = frames_in_use();
	assert_int_equal(copy_page_range(&copy, &area), 0);
	assert_int_equal(frames_in_use(), frames);
	assert_ptr_equal(shown(&child, 16), a);
	assert_ptr_equal(shown(&parent, 16), a);
	assert_false(pte_write(*slot(&parent, 16)));
	assert_false(pte_write(*slot(&child, 16)));
	assert_true(pte_dirty(*slot(&parent, 16)));
	assert_true(pte_dirty(*slot(&child, 16)));
	assert_true(pte_young(*slot(&parent, 16)));
	assert_false(pte_young(*slot(&child, 16)));
	assert_int_equal(a->_refcount.counter, 2);
	assert_int_equal(a->_mapcount.counter, 2);
	assert_ptr_equal(shown(&child, 17), f);
	assert_int_equal(f->_refcount.counter, 3);
	assert_int_equal(f->_mapcount.counter, 2);
	assert_ptr_equal(shown(&child, 18), zero_page);
	assert_true(pte_special(*slot(&child, 18)));
	assert_int_equal(zero_page->_refcount.counter, 1);
	assert_int_equal(zero_page->_mapcount.counter, 0);
	assert_int_equal(child.rss_stat[MM_ANONPAGES], 1);
	assert_int_equal(child.rss_stat[MM_FILEPAGES], 1);
	for (unsigned int i = 0; i < 512; i++)
		if (i < 16 || i > 18)
			assert_true(pte_none(*slot(&child, i)));
	assert_true(pte_write(*slot(&parent, 15)));
	assert_true(pte_write(*slot(&parent, 24)));

	try("a private VMA without VM_WRITE, but VM_MAYWRITE, "
	    "and a PTE that is writable yet: the same");
	fake_area(&area, &parent, 26, 4, R);
	area.vm_flags |= VM_MAYWRITE;
	area.anon_vma = &fake_anon_vma;
	child_area();
	enter(27, 'm', BIT(PG_anon), true);
	assert_int_equal(copy_page_range(&copy, &area), 0);
	assert_false(pte_write(*slot(&parent, 27)));
	assert_false(pte_write(*slot(&child, 27)));

	/* It may have an anon_vma from a time when it was private enough. */
	try("a shared VMA: permissions stay, the child's PTE is clean");
	fake_area(&area, &parent, 32, 8, RW | VM_SHARED);
	area.anon_vma = &fake_anon_vma;
	child_area();
	s = enter(33, 's', 0, true);
	assert_int_equal(copy_page_range(&copy, &area), 0);
	assert_true(pte_write(*slot(&parent, 33)));
	assert_true(pte_dirty(*slot(&parent, 33)));
	assert_true(pte_write(*slot(&child, 33)));
	assert_false(pte_dirty(*slot(&child, 33)));
	assert_int_equal(s->_refcount.counter, 2);

	try("frames of a device, VM_PFNMAP: special PTEs, no counts, "
	    "copied though there is no anon_vma");
	fake_area(&area, &parent, 40, 8, R | VM_PFNMAP);
	child_area();
	*slot(&parent, 41) = pte_mkspecial(pfn_pte(50, area.vm_page_prot));
	assert_int_equal(copy_page_range(&copy, &area), 0);
	assert_int_equal(pte_pfn(*slot(&child, 41)), 50);
	assert_int_equal(fake_frames[50]._refcount.counter, 0);

	try("no table for the child: -ENOMEM; what was not copied has no count of it");
	fake_area(&area, &parent, 48, 8, RW);
	area.anon_vma = &fake_anon_vma;
	child_area();
	a = enter(49, 'x', BIT(PG_anon), true);
	tables_fail = 1;
	assert_int_equal(copy_page_range(&copy, &area), -ENOMEM);
	tables_fail = 0;
	assert_true(pte_none(*slot(&child, 49)));
	assert_int_equal(a->_refcount.counter, 1);
	assert_int_equal(a->_mapcount.counter, 1);
	try("an empty VMA needs no table");
	*slot(&parent, 49) = __pte(0);
	tables_fail = 1;
	assert_int_equal(copy_page_range(&copy, &area), 0);
	tables_fail = 0;
	try(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(first_write, setup, teardown),
		cmocka_unit_test_setup_teardown(range_is_copied, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
