/* SPDX-License-Identifier: MIT */
/*
 * A small machine for files of mm/ that are included into a host test: some
 * frames, one page table per address space, and a lock that complains. Every
 * frame in use has an owner who can be asked; a test ends with as many frames
 * as it began with.
 *
 * Include before the file under test, and instead of the kernel's headers.
 */
#ifndef FAKE_MM_H
#define FAKE_MM_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

/* What only the machine can do. */
#define ASM_IRQFLAGS_H
static inline unsigned long local_irq_save(void) { return 0; }
static inline void local_irq_restore(unsigned long flags) { (void)flags; }
#define ASM_CURRENT_H
struct task_struct;
static struct task_struct *fake_current;
static inline struct task_struct *get_current(void) { return fake_current; }
#define current get_current()

#include <errno.h>
#include <frames.h>
#include <fs.h>
#include <mm_types.h>
#include <sched.h>
#include <string.h>
#include <time.h>
#include "shims.h"

#define FRAMES	   64
#define TABLE_BASE 0x40000000UL /* the one page table: 512 entries from here on */

static struct page fake_frames[FRAMES];
static unsigned char fake_memory[FRAMES][PAGE_SIZE] __attribute__((aligned(4096)));
static struct task_struct fake_task;
static int frames_fail_after = -1; /* so many frames can be had, then none; negative: all */
static int flushes;		   /* calls of flush_tlb_range that covered flush_wanted */
static unsigned long flush_wanted;
struct page *zero_page;
/* called by each spin_lock before it takes the lock; NULL: none */
static void (*fake_lock_hook)(void);

/* ---- what a failure says: in words, and at the line of the test that asked ---- */

#define SAY_UNLESS(condition, ...) \
	do { \
		if (!(condition)) \
			fail_msg(__VA_ARGS__); \
	} while (0)
/* Two numbers are the same; @what is a noun. */
#define SAME(got, want, what) \
	SAY_UNLESS((long)(got) == (long)(want), "%s: %ld, expected %ld", (what), (long)(got), \
		   (long)(want))

#undef VMEMMAP_START
#define VMEMMAP_START ((unsigned long)fake_frames)
static inline void *fake_phys_to_virt(phys_addr_t pa)
{
	assert_true(pa >> PAGE_SHIFT < FRAMES);
	return fake_memory[pa >> PAGE_SHIFT] + offset_in_page(pa);
}
#define phys_to_virt(pa) fake_phys_to_virt(pa)

/* ---- locks: taken once, and given back --------------------------------- */

static inline void fake_lock(spinlock_t *l)
{
	if (fake_lock_hook)
		fake_lock_hook();
	if (l->locked)
		fail_msg("page_table_lock is taken by one who holds it already: the kernel would "
			 "hang");
	l->locked = 1;
}

static inline void fake_unlock(spinlock_t *l)
{
	if (!l->locked)
		fail_msg("page_table_lock is released by one who does not hold it");
	l->locked = 0;
}
#define spin_lock(l)   fake_lock(l)
#define spin_unlock(l) fake_unlock(l)

/* ---- frames ------------------------------------------------------------- */

static inline int frames_in_use(void)
{
	int n = 0;

	for (int i = 0; i < FRAMES; i++)
		n += fake_frames[i]._refcount.counter > 0;
	return n;
}

static inline int distance(int n) { return n < 0 ? -n : n; }
#define FRAMES_ARE(want) \
	SAY_UNLESS(frames_in_use() == (want), "%d frame%s too %s in use", \
		   distance(frames_in_use() - (want)), \
		   distance(frames_in_use() - (want)) == 1 ? "" : "s", \
		   frames_in_use() > (want) ? "many: a reference was not given back" \
					    : "few: one was given back twice")

/* Frames that are given out again hold somebody's old bytes, unless __GFP_ZERO is asked for. */
struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	assert_int_equal(order, 0);
	if (frames_fail_after == 0)
		return NULL;
	if (frames_fail_after > 0)
		frames_fail_after--;
	for (int i = 1; i < FRAMES; i++) {
		struct page *page = &fake_frames[i];

		if (page->_refcount.counter)
			continue;
		*page = (struct page){0};
		page->_refcount.counter = 1;
		memset(fake_memory[i], gfp & __GFP_ZERO ? 0 : 0xee, PAGE_SIZE);
		return page;
	}
	fail_msg("more than %d frames are in use", FRAMES);
	return NULL;
}

struct page *alloc_user_page(gfp_t gfp) { return alloc_pages(gfp, 0); }

void __put_page(struct page *page)
{
	if (page->_refcount.counter < 0)
		fail_msg("put_page of a page without a reference");
}

void copy_page(void *to, const void *from) { memcpy(to, from, PAGE_SIZE); }

/* ---- page tables: mm->pgd is an array of 512 entries for TABLE_BASE and up ---- */

static int tables_fail;	  /* walk_pte cannot make a table */
static int table_missing; /* there is no table yet: the lowest one */
/* its entries and counts: only under its page_table_lock */
static struct mm_struct *threads_run_in;

static inline void expect_locked(const struct mm_struct *mm, const char *who)
{
	if (mm == threads_run_in && !mm->page_table_lock.locked)
		fail_msg("%s in an address space where other threads run, without its "
			 "page_table_lock",
			 who);
}

pte_t *walk_pte(struct mm_struct *mm, unsigned long addr, bool alloc)
{
	expect_locked(mm, "walk_pte");
	if (addr < TABLE_BASE || addr >= TABLE_BASE + 512 * PAGE_SIZE)
		fail_msg("walk_pte of %#lx, where the test has no VMA", addr);
	if (alloc && !tables_fail)
		table_missing = 0;
	return table_missing || (alloc && tables_fail) ? NULL : (pte_t *)mm->pgd + pte_index(addr);
}

pte_t *walk_to_table(struct mm_struct *mm, unsigned long addr) { return walk_pte(mm, addr, false); }

pte_t *next_pte(struct mm_struct *mm, unsigned long *addr, unsigned long end)
{
	expect_locked(mm, "next_pte");
	for (; *addr < end; *addr += PAGE_SIZE)
		if (!pte_none(*walk_pte(mm, *addr, false)))
			return walk_pte(mm, *addr, false);
	return NULL;
}

void flush_tlb_range(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	(void)mm;
	flushes += start <= flush_wanted && flush_wanted < end;
}

pgprot_t vm_get_page_prot(unsigned long vm_flags)
{
	bool writable = (vm_flags & (VM_WRITE | VM_SHARED)) == (VM_WRITE | VM_SHARED);

	return __pgprot(_PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED | (writable ? _PAGE_RW : 0) |
			_PAGE_NX);
}

/* ---- the rest of the kernel ---------------------------------------------- */

static struct anon_vma fake_anon_vma;
static int anon_vmas_fail; /* there is no memory for one */

int anon_vma_prepare(struct vm_area_struct *vma)
{
	if (anon_vmas_fail)
		return -ENOMEM;
	vma->anon_vma = &fake_anon_vma;
	return 0;
}

ktime_t ktime_get_coarse_real(void) { return 1; }

/* An address space with an empty table and no VMAs. */
static inline void fake_mm_init(struct mm_struct *mm)
{
	*mm = (struct mm_struct){.pgd = (pgd_t *)test_calloc(512, sizeof(pte_t))};
}

static inline void fake_area(struct vm_area_struct *vma, struct mm_struct *mm, unsigned long page,
			     unsigned long pages, unsigned long flags)
{
	*vma = (struct vm_area_struct){
		.vm_mm = mm,
		.vm_start = TABLE_BASE + page * PAGE_SIZE,
		.vm_end = TABLE_BASE + (page + pages) * PAGE_SIZE,
		.vm_flags = flags | (flags & 7) << 4,
		.vm_page_prot = vm_get_page_prot(flags),
		.vm_pgoff = (TABLE_BASE >> PAGE_SHIFT) + page,
	};
}

/* Frame 0 is the zero page. */
static inline int fake_machine(void **state)
{
	(void)state;
	memset(fake_frames, 0, sizeof(fake_frames));
	memset(fake_memory, 0, sizeof(fake_memory));
	memset(&fake_task, 0, sizeof(fake_task));
	fake_current = &fake_task;
	zero_page = &fake_frames[0];
	zero_page->_refcount.counter = 1;
	frames_fail_after = -1;
	tables_fail = table_missing = anon_vmas_fail = 0;
	fake_lock_hook = NULL;
	threads_run_in = NULL;
	return 0;
}

#endif
