/* links: -include tests/host/machine.h mm/frames/pgtable.c */
/* SPDX-License-Identifier: MIT */
/*
 * Page tables without a machine. Each table is a piece of malloc'ed memory, so that an index
 * beyond 511 and a table used after its end are seen by the address sanitizer. A "physical"
 * address is the host's plus PHYSICAL: whoever takes one for the other is told so.
 *
 * plant() and raw_entry() read and write the tables themselves, never through
 * mm/frames/pgtable.c. A panic ends the test, but a BUG_ON that expect_bug() awaits.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <frames.h>
#include <mm_types.h>
#include <printk.h>
#include <string.h>
#include "../../mm/frames/internal.h"
#include "ends.h"
#include "shims.h"

#define PHYSICAL     0x1000000000000UL
#define MAX_TABLES   512
#define USER_TABLE   (_PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_ACCESSED)
#define KERNEL_TABLE (_PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED)
#define VA(i4, i3, i2, i1) \
	((unsigned long)(i4) << 39 | (unsigned long)(i3) << 30 | (i2) << 21 | (i1) << 12)
#define KERNEL_VA (VMALLOC_START + VA(0, 5, 6, 7))

void *aligned_alloc(size_t align, size_t size);
void free(void *p);

static struct mm_struct mm;
static void *tables[MAX_TABLES];
static int nr_tables;
static int tables_left;	      /* so many more can be had */
static unsigned long lookups; /* tables that were reached through phys_to_virt */
static int flushes;
static bool bug_awaited;
static jmp_buf bug;

/* ---- the machine -------------------------------------------------------- */

static int table_number(const void *p)
{
	for (int i = 0; i < nr_tables; i++)
		if (tables[i] == p)
			return i;
	return -1;
}

void *phys_to_virt(phys_addr_t pa)
{
	void *p = (void *)(pa - PHYSICAL);

	lookups++;
	if (table_number(p) < 0)
		fail_msg("phys_to_virt(%#lx): no table is at this physical address",
			 (unsigned long)pa);
	return p;
}

phys_addr_t virt_to_phys(const void *va) { return (unsigned long)va + PHYSICAL; }
void invlpg(unsigned long addr) { (void)addr, flushes++; }
unsigned long read_cr3(void) { return virt_to_phys(mm.pgd); }
void write_cr3(unsigned long v) { (void)v, flushes++; }
struct task_struct *get_current(void) { return NULL; }

void *alloc_table(void)
{
	void *p;

	if (!tables_left)
		return NULL;
	tables_left--;
	p = aligned_alloc(PAGE_SIZE, PAGE_SIZE);
	assert_true(nr_tables < MAX_TABLES);
	memset(p, 0, PAGE_SIZE);
	return tables[nr_tables++] = p;
}

void free_pages(void *addr, unsigned int order)
{
	int i = table_number(addr);

	if (i < 0 || order)
		fail_msg("free_pages(%p, %u): not a table in use", addr, order);
	free(addr);
	tables[i] = tables[--nr_tables];
}

void free_table(void *table) { free_pages(table, 0); }

void panic(const char *fmt, ...)
{
	va_list ap;

	if (bug_awaited && !memcmp(fmt, "BUG:", 4))
		longjmp(bug, 1);
	va_start(ap, fmt);
	host_panic(fmt, ap);
}

static void expect_bug(const char *what, void (*call)(unsigned long va), unsigned long va)
{
	bug_awaited = true;
	if (!setjmp(bug)) {
		call(va);
		fail_msg("%s at %#lx: a BUG_ON must end it, but it came back", what, va);
	}
	bug_awaited = false;
}

static int setup(void **state)
{
	(void)state;
	tables_left = MAX_TABLES;
	mm = (struct mm_struct){.pgd = alloc_table()};
	init_pgd = alloc_table();
	lookups = flushes = 0;
	bug_awaited = false;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	while (nr_tables)
		free(tables[--nr_tables]);
	return 0;
}

/* Tables beside the two top ones. */
static int nr_made(void) { return nr_tables - 2; }

/* ---- the tables, by hand ------------------------------------------------- */

static unsigned int index_of(unsigned long va, int level)
{
	return va >> (12 + 9 * (level - 1)) & 511;
}

/* The entry for @va at @level; NULL: a table is missing, or a large page is in its place. */
static pte_t *raw_entry(void *top, unsigned long va, int level)
{
	pte_t *table = top;

	for (int l = 4; l > level; l--) {
		unsigned long e = table[index_of(va, l)].pte;

		if (!(e & _PAGE_PRESENT) || (e & _PAGE_PSE))
			return NULL;
		table = (pte_t *)((e & PTE_PFN_MASK) - PHYSICAL);
	}
	return &table[index_of(va, level)];
}

/* Makes the tables for @va down to @level and returns the entry there. */
static pte_t *plant(void *top, unsigned long va, int level)
{
	pte_t *table = top;

	for (int l = 4; l > level; l--) {
		pte_t *e = &table[index_of(va, l)];

		if (!e->pte) {
			e->pte = virt_to_phys(alloc_table()) |
				 (top == mm.pgd ? USER_TABLE : KERNEL_TABLE);
			mm.pgtables_bytes += top == mm.pgd ? PAGE_SIZE : 0;
		}
		table = (pte_t *)((e->pte & PTE_PFN_MASK) - PHYSICAL);
	}
	return &table[index_of(va, level)];
}

/* A page at @va: what stands in its entry does not matter, as long as it is not 0. */
static pte_t *plant_page(unsigned long va)
{
	pte_t *e = plant(mm.pgd, va, 1);

	e->pte = va | _PAGE_PRESENT;
	return e;
}

static void expect_entry(unsigned long va, pte_t *got, pte_t *wanted)
{
	if (got == wanted)
		return;
	if (!got || !wanted)
		fail_msg("for %#lx: got %s, expected %s", va, got ? "an entry" : "NULL",
			 wanted ? "an entry" : "NULL");
	fail_msg("for %#lx: got entry %lu of its table, expected entry %lu (of another table, if "
		 "the numbers are equal)",
		 va, ((unsigned long)got & 4095) / 8, ((unsigned long)wanted & 4095) / 8);
}

/* The caller planted it, and nobody may have taken it away. */
static pte_t *expect_there(const char *when, void *top, unsigned long va, int level)
{
	pte_t *e = raw_entry(top, va, level);

	if (!e)
		fail_msg("%s: no table of level %d leads to %#lx", when, level, va);
	return e;
}

static void expect_tables(const char *when, int wanted)
{
	if (nr_made() != wanted)
		fail_msg("%s: there are %d tables below the top one, expected %d", when, nr_made(),
			 wanted);
}

static void expect_bytes(const char *when)
{
	if (mm.pgtables_bytes != nr_made() * PAGE_SIZE)
		fail_msg("%s: pgtables_bytes is %lu, expected %lu (%d tables)", when,
			 mm.pgtables_bytes, nr_made() * PAGE_SIZE, nr_made());
}

/* ---- vm_get_page_prot ---------------------------------------------------- */

static void page_permissions_of_a_vma(void **state)
{
	enum { P = _PAGE_PRESENT, W = _PAGE_RW, U = _PAGE_USER, A = _PAGE_ACCESSED };
	static const struct {
		const char *maps;
		unsigned long flags, prot;
	} cases[] = {
		{"---p", 0, _PAGE_PROTNONE | A},
		{"r--p", VM_READ, P | U | A | _PAGE_NX},
		{"-w-p", VM_WRITE, P | U | A | _PAGE_NX},
		{"rw-p", VM_READ | VM_WRITE, P | U | A | _PAGE_NX},
		{"--xp", VM_EXEC, P | U | A},
		{"r-xp", VM_READ | VM_EXEC, P | U | A},
		{"-wxp", VM_WRITE | VM_EXEC, P | U | A},
		{"rwxp", VM_READ | VM_WRITE | VM_EXEC, P | U | A},
		{"---s", VM_SHARED, _PAGE_PROTNONE | A},
		{"r--s", VM_SHARED | VM_READ, P | U | A | _PAGE_NX},
		{"-w-s", VM_SHARED | VM_WRITE, P | U | A | W | _PAGE_NX},
		{"rw-s", VM_SHARED | VM_READ | VM_WRITE, P | U | A | W | _PAGE_NX},
		{"--xs", VM_SHARED | VM_EXEC, P | U | A},
		{"r-xs", VM_SHARED | VM_READ | VM_EXEC, P | U | A},
		{"-wxs", VM_SHARED | VM_WRITE | VM_EXEC, P | U | A | W},
		{"rwxs", VM_SHARED | VM_READ | VM_WRITE | VM_EXEC, P | U | A | W},
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		/* What the VMA may become, and all else about it, plays no part. */
		static const unsigned long others[] = {0, VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC,
						       VM_MAYSHARE | VM_ACCOUNT, VM_GROWSDOWN};

		for (unsigned int j = 0; j < ARRAY_SIZE(others); j++) {
			unsigned long got =
				pgprot_val(vm_get_page_prot(cases[i].flags | others[j]));

			if (got != cases[i].prot)
				fail_msg("a VMA %s (vm_flags %#lx): got %#lx, expected %#lx",
					 cases[i].maps, cases[i].flags | others[j], got,
					 cases[i].prot);
		}
	}
}

/* ---- walk ------------------------------------------------------------------ */

static const unsigned long places[] = {
	0x1000,		0x400000,	0x5ff000,	0x600000,	    0x3ffff000,
	0x40000000,	0x7fffffffff,	0x8000000000,	0x555555554000,	    0x7ffff7fff000,
	0x7fffffffe000, VA(1, 2, 3, 4), VA(4, 3, 2, 1), VA(255, 0, 511, 0),
};

static void walk_reads_tables_that_are_there(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++)
		plant(mm.pgd, places[i], 1);
	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++)
		expect_entry(places[i], walk_pte(&mm, places[i], false),
			     raw_entry(mm.pgd, places[i], 1));
	/* An address inside the page has the page's entry; what is in the entry does not matter. */
	plant_page(0x400000)->pte = 0;
	expect_entry(0x400fff, walk_pte(&mm, 0x400fff, false), raw_entry(mm.pgd, 0x400000, 1));
}

static void walk_to(unsigned long va) { walk_pte(&mm, va, false); }

static void walk_returns_null_where_a_table_is_missing(void **state)
{
	int before;

	(void)state;
	expect_entry(0x400000, walk_pte(&mm, 0x400000, false), NULL);
	expect_tables("after a walk without alloc", 0);
	plant(mm.pgd, VA(1, 2, 3, 4), 1);
	before = nr_made();
	expect_entry(VA(1, 2, 4, 4), walk_pte(&mm, VA(1, 2, 4, 4), false), NULL);
	expect_entry(VA(1, 3, 3, 4), walk_pte(&mm, VA(1, 3, 3, 4), false), NULL);
	expect_entry(VA(2, 2, 3, 4), walk_pte(&mm, VA(2, 2, 3, 4), false), NULL);
	expect_tables("after walks without alloc", before);
	expect_bytes("after walks without alloc");
	/* What looks like a table is a page of 2 MiB, then one of 1 GiB. */
	plant(mm.pgd, VA(5, 2, 3, 4), 1);
	raw_entry(mm.pgd, VA(5, 2, 3, 4), 2)->pte |= _PAGE_PSE;
	expect_bug("a walk to level 1 through a large page of level 2", walk_to, VA(5, 2, 3, 4));
	plant(mm.pgd, VA(6, 2, 3, 4), 1);
	raw_entry(mm.pgd, VA(6, 2, 3, 4), 3)->pte |= _PAGE_PSE;
	expect_bug("a walk to level 1 through a large page of level 3", walk_to, VA(6, 2, 3, 4));
}

static void walk_makes_the_missing_tables(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++) {
		pte_t *got = walk_pte(&mm, places[i], true);

		if (!got)
			fail_msg("for %#lx: a walk with alloc gave NULL although there is memory",
				 places[i]);
		expect_entry(places[i], got, raw_entry(mm.pgd, places[i], 1));
		if (got->pte)
			fail_msg("for %#lx: the entry in the new table is %#lx, expected 0",
				 places[i], got->pte);
		expect_bytes("after a walk with alloc");
	}
	teardown(NULL);
	setup(NULL);
	walk_pte(&mm, VA(1, 2, 3, 4), true);
	expect_tables("after the first walk with alloc", 3);
	walk_pte(&mm, VA(1, 2, 3, 4), true);
	walk_pte(&mm, VA(1, 2, 3, 500), true);
	expect_tables("after walks in the same 2 MiB", 3);
	walk_pte(&mm, VA(1, 2, 4, 4), true);
	expect_tables("after a walk in the next 2 MiB", 4);
	walk_pte(&mm, VA(1, 3, 3, 4), true);
	expect_tables("after a walk in the next GiB", 6);
	walk_pte(&mm, VA(2, 2, 3, 4), true);
	expect_tables("after a walk in the next 512 GiB", 9);
	expect_bytes("in the end");
}

/* The kernel's own tables are those of init_pgd; they are in no mm and not counted. */
static void walk_gives_tables_their_permissions(void **state)
{
	(void)state;
	walk_pte(&mm, VA(1, 2, 3, 4), true);
	reserve_kernel_table(KERNEL_VA, TOP_LEVEL - 1);
	for (int level = 4; level > 1; level--) {
		pte_t *e = expect_there("after a walk with alloc", mm.pgd, VA(1, 2, 3, 4), level);

		if ((e->pte & ~PTE_PFN_MASK) != USER_TABLE)
			fail_msg("a user's entry at level %d has the bits %#lx, expected %#lx",
				 level, e->pte & ~PTE_PFN_MASK, USER_TABLE);
	}
	if ((raw_entry(init_pgd, KERNEL_VA, 4)->pte & ~PTE_PFN_MASK) != KERNEL_TABLE)
		fail_msg("the kernel's entry at level 4 has the bits %#lx, expected %#lx",
			 raw_entry(init_pgd, KERNEL_VA, 4)->pte & ~PTE_PFN_MASK, KERNEL_TABLE);
	expect_tables("three of the user's, one of the kernel's", 4);
	if (mm.pgtables_bytes != 3 * PAGE_SIZE)
		fail_msg(
			"pgtables_bytes is %lu, expected %lu: the user's three tables, and none of "
			"the kernel's",
			mm.pgtables_bytes, 3 * PAGE_SIZE);
}

/* What was made before memory ran out stays, is counted, and serves the next try. */
static void walk_runs_out_of_memory(void **state)
{
	pte_t *got;

	(void)state;
	for (int n = 0; n < 3; n++) {
		teardown(NULL);
		setup(NULL);
		tables_left = n;
		expect_entry(VA(1, 2, 3, 4), walk_pte(&mm, VA(1, 2, 3, 4), true), NULL);
		expect_tables("when memory ran out", n);
		expect_bytes("when memory ran out");
		tables_left = 3 - n;
		got = walk_pte(&mm, VA(1, 2, 3, 4), true);
		expect_entry(VA(1, 2, 3, 4), got, raw_entry(mm.pgd, VA(1, 2, 3, 4), 1));
		expect_tables("with memory again", 3);
		expect_bytes("with memory again");
	}
}

/* ---- map_kernel_pages ------------------------------------------------------- */

static void map(unsigned long va, phys_addr_t pa, size_t size, pgprot_t prot)
{
	int err = map_kernel_pages(va, pa, size, prot);

	if (err)
		fail_msg("map_kernel_pages(%#lx, %#lx, %#lx): got %d, expected 0 (%d tables were "
			 "made)",
			 va, (unsigned long)pa, size, err, nr_made());
}

/* @va must show @pa by an entry of 4 KiB, or of 2 MiB. */
static void expect_mapped(unsigned long va, phys_addr_t pa, pgprot_t prot, bool large)
{
	pte_t *e = raw_entry(init_pgd, va, large ? 2 : 1);
	unsigned long wanted = pa | pgprot_val(prot) | (large ? _PAGE_PSE : 0);

	if (!e)
		fail_msg("%#lx has no entry of %s", va, large ? "2 MiB" : "4 KiB");
	if (e->pte != wanted)
		fail_msg("%#lx, entry of %s: got %#lx, expected %#lx", va,
			 large ? "2 MiB" : "4 KiB", e->pte, wanted);
}

static void expect_unmapped(unsigned long va)
{
	for (int level = 3; level > 0; level--) {
		pte_t *e = raw_entry(init_pgd, va, level);

		if (e && (level == 1 || (e->pte & _PAGE_PSE)) && e->pte)
			fail_msg("%#lx is mapped (by %#lx), which nobody asked for", va, e->pte);
	}
}

static void map_pages_of_4k(void **state)
{
	(void)state;
	map(KERNEL_VA, 0xfee00000, 3 * PAGE_SIZE, PAGE_KERNEL_IO);
	for (int i = 0; i < 3; i++)
		expect_mapped(KERNEL_VA + i * PAGE_SIZE, 0xfee00000 + i * PAGE_SIZE, PAGE_KERNEL_IO,
			      false);
	expect_unmapped(KERNEL_VA - PAGE_SIZE);
	expect_unmapped(KERNEL_VA + 3 * PAGE_SIZE);
	/* Over the end of a table, and nothing at all. */
	map(PAGE_OFFSET + 0x1fe000, 0x5000, 4 * PAGE_SIZE, PAGE_KERNEL_RO);
	for (int i = 0; i < 4; i++)
		expect_mapped(PAGE_OFFSET + 0x1fe000 + i * PAGE_SIZE, 0x5000 + i * PAGE_SIZE,
			      PAGE_KERNEL_RO, false);
	map(PAGE_OFFSET + 0x800000, 0x800000, 0, PAGE_KERNEL);
	expect_unmapped(PAGE_OFFSET + 0x800000);
	if (mm.pgtables_bytes)
		fail_msg("pgtables_bytes is %lu, expected 0: only the kernel's tables were made",
			 mm.pgtables_bytes);
}

static void map_pages_of_2m(void **state)
{
	unsigned long va = PAGE_OFFSET;

	(void)state;
	map(va + PMD_SIZE, PMD_SIZE, 2 * PMD_SIZE, PAGE_KERNEL);
	expect_mapped(va + PMD_SIZE, PMD_SIZE, PAGE_KERNEL, true);
	expect_mapped(va + 2 * PMD_SIZE, 2 * PMD_SIZE, PAGE_KERNEL, true);
	expect_unmapped(va);
	expect_unmapped(va + 3 * PMD_SIZE);
	expect_tables("a level 3 and a level 2 table, for large pages need no more", 2);
	/* Pages of 4 KiB up to the border, one of 2 MiB, and three of 4 KiB that are left. */
	va += PUD_SIZE;
	map(va + PMD_SIZE - PAGE_SIZE, PMD_SIZE - PAGE_SIZE, PMD_SIZE + 4 * PAGE_SIZE,
	    PAGE_KERNEL_RX);
	expect_mapped(va + PMD_SIZE - PAGE_SIZE, PMD_SIZE - PAGE_SIZE, PAGE_KERNEL_RX, false);
	expect_mapped(va + PMD_SIZE, PMD_SIZE, PAGE_KERNEL_RX, true);
	for (int i = 0; i < 3; i++)
		expect_mapped(va + 2 * PMD_SIZE + i * PAGE_SIZE, 2 * PMD_SIZE + i * PAGE_SIZE,
			      PAGE_KERNEL_RX, false);
	expect_unmapped(va + 2 * PMD_SIZE + 3 * PAGE_SIZE);
	/*
	 * The frame, not only the address, must begin at a border; and one page less is too little.
	 */
	va += PUD_SIZE;
	map(va, PAGE_SIZE, PMD_SIZE, PAGE_KERNEL);
	expect_mapped(va, PAGE_SIZE, PAGE_KERNEL, false);
	expect_mapped(va + PMD_SIZE - PAGE_SIZE, PMD_SIZE, PAGE_KERNEL, false);
	va += PUD_SIZE;
	map(va, 0, PMD_SIZE - PAGE_SIZE, PAGE_KERNEL);
	expect_mapped(va, 0, PAGE_KERNEL, false);
	expect_unmapped(va + PMD_SIZE - PAGE_SIZE);
}

static void map_one_page(unsigned long va) { map_kernel_pages(va, 0x7000, PAGE_SIZE, PAGE_KERNEL); }
static void map_large_page(unsigned long va) { map_kernel_pages(va, 0, PMD_SIZE, PAGE_KERNEL); }

static void map_runs_out_of_memory(void **state)
{
	int err;

	(void)state;
	for (int n = 0; n < 4; n++) {
		teardown(NULL);
		setup(NULL);
		tables_left = n;
		err = map_kernel_pages(PAGE_OFFSET + PMD_SIZE - PAGE_SIZE, 0, 2 * PAGE_SIZE,
				       PAGE_KERNEL);
		if (err != -ENOMEM)
			fail_msg(
				"map_kernel_pages of 4 tables with memory for %d: got %d, expected "
				"-ENOMEM (%d)",
				n, err, -ENOMEM);
	}
	expect_mapped(PAGE_OFFSET + PMD_SIZE - PAGE_SIZE, 0, PAGE_KERNEL, false);
	/* Where something is mapped there is no room either. */
	expect_bug("mapping a page over a page", map_one_page, PAGE_OFFSET + PMD_SIZE - PAGE_SIZE);
	expect_bug("mapping a large page over a table of pages", map_large_page, PAGE_OFFSET);
}

/* ---- next_pte ------------------------------------------------------------------ */

static void expect_next(unsigned long *addr, unsigned long end, unsigned long wanted)
{
	unsigned long from = *addr;
	pte_t *e = next_pte(&mm, addr, end);

	if (!e)
		fail_msg("next_pte from %#lx to %#lx: got NULL, expected the entry of %#lx", from,
			 end, wanted);
	if (*addr != wanted)
		fail_msg("next_pte from %#lx to %#lx: *addr is %#lx, expected %#lx", from, end,
			 *addr, wanted);
	expect_entry(wanted, e, raw_entry(mm.pgd, wanted, 1));
	*addr += PAGE_SIZE;
}

static void expect_no_next(unsigned long addr, unsigned long end)
{
	unsigned long from = addr;

	if (next_pte(&mm, &addr, end))
		fail_msg("next_pte from %#lx to %#lx: got an entry (*addr %#lx), expected NULL",
			 from, end, addr);
}

static void next_pte_finds_all_in_order(void **state)
{
	unsigned long addr = 0;

	(void)state;
	expect_no_next(0, TASK_SIZE);
	plant_page(0x400000);
	plant_page(0x401000);
	plant_page(0x403000)->pte = _PAGE_PROTNONE; /* hidden from the processor, but there */
	plant_page(0x5ff000);
	plant_page(0x600000);
	expect_next(&addr, TASK_SIZE, 0x400000);
	expect_next(&addr, TASK_SIZE, 0x401000);
	expect_next(&addr, TASK_SIZE, 0x403000);
	expect_next(&addr, TASK_SIZE, 0x5ff000);
	expect_next(&addr, TASK_SIZE, 0x600000);
	expect_no_next(addr, TASK_SIZE);
	expect_no_next(0x401000, 0x401000);
	expect_no_next(0x402000, 0x403000);
	expect_no_next(0x300000, 0x400000);
	addr = 0x400000;
	expect_next(&addr, 0x401000, 0x400000);
	expect_no_next(addr, 0x401000);
}

/* A hole costs one look at each level, not one for each of its pages. */
static void next_pte_skips_holes_level_by_level(void **state)
{
	static const unsigned long pages[] = {
		0x400000,	    0x7ff000,	    0x40000000,
		VA(0, 5, 511, 511), VA(0, 6, 0, 0), VA(7, 511, 511, 511),
		VA(9, 1, 1, 1),	    0x7fffffffe000,
	};
	unsigned long addr = 0;

	(void)state;
	plant(mm.pgd, VA(3, 3, 3, 3), 1); /* tables without a page */
	plant(mm.pgd, VA(8, 3, 3, 3), 2);
	for (unsigned int i = 0; i < ARRAY_SIZE(pages); i++)
		plant_page(pages[i]);
	lookups = 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(pages); i++)
		expect_next(&addr, TASK_SIZE, pages[i]);
	expect_no_next(addr, TASK_SIZE);
	/*
	 * Each table may be found anew, from the top, for each of its 512 entries, and for each
	 * level. A step of the wrong level makes millions.
	 */
	if (lookups > 200000)
		fail_msg("next_pte followed %lu entries for %lu pages: does it step over whole "
			 "tables that are missing?",
			 lookups, ARRAY_SIZE(pages));
	/* Starting in the middle of a hole, and ending in one. */
	addr = 0x500000;
	expect_next(&addr, TASK_SIZE, 0x7ff000);
	addr = VA(2, 2, 2, 2);
	expect_next(&addr, TASK_SIZE, VA(7, 511, 511, 511));
	expect_no_next(VA(2, 2, 2, 2), VA(7, 511, 511, 511));
	addr = VA(7, 511, 511, 511) + PAGE_SIZE;
	expect_next(&addr, VA(9, 1, 1, 2), VA(9, 1, 1, 1));
	/* The hole ends where its table would; what lies behind may be nearer than a whole step. */
	plant_page(VA(7, 0, 0, 5));
	addr = VA(4, 2, 2, 2);
	expect_next(&addr, TASK_SIZE, VA(7, 0, 0, 5));
	plant_page(VA(10, 4, 0, 1));
	addr = VA(10, 2, 2, 2);
	expect_next(&addr, TASK_SIZE, VA(10, 4, 0, 1));
	plant_page(VA(10, 4, 3, 1));
	addr = VA(10, 4, 1, 2);
	expect_next(&addr, TASK_SIZE, VA(10, 4, 3, 1));
}

/* ---- free_pgtables: free_level ---------------------------------------------------- */

static void free_and_expect(unsigned long start, unsigned long end, unsigned long floor,
			    unsigned long ceiling, int left)
{
	free_pgtables(&mm, start, end, floor, ceiling);
	if (nr_made() != left)
		fail_msg("free_pgtables(%#lx, %#lx, floor %#lx, ceiling %#lx): %d tables are left, "
			 "expected %d",
			 start, end, floor, ceiling, nr_made(), left);
	expect_bytes("after free_pgtables");
}

static void expect_gone(unsigned long va, int level)
{
	pte_t *e = raw_entry(mm.pgd, va, level);

	if (!e || e->pte)
		fail_msg("the entry of %#lx at level %d must be there and empty", va, level);
}

static void free_the_tables_of_one_vma(void **state)
{
	(void)state;
	free_and_expect(0, TASK_SIZE, 0, 0, 0);
	plant(mm.pgd, 0x400000, 1);
	free_and_expect(0x400000, 0x401000, 0, 0, 0);
	expect_gone(0x400000, 4);
	/* Over the borders of tables of all levels. */
	plant(mm.pgd, VA(1, 511, 511, 511), 1);
	plant(mm.pgd, VA(2, 0, 0, 0), 1);
	plant(mm.pgd, VA(2, 0, 1, 0), 1);
	free_and_expect(VA(1, 511, 511, 511), VA(2, 0, 1, 1), 0, 0, 0);
	/* Only the top entries that are in use are looked at; and what lies outside stays. */
	plant(mm.pgd, VA(1, 1, 1, 1), 1);
	plant(mm.pgd, VA(3, 1, 1, 1), 1);
	free_and_expect(VA(1, 1, 1, 1), VA(1, 1, 1, 2), 0, VA(3, 1, 1, 1), 3);
	expect_there("after free_pgtables below it", mm.pgd, VA(3, 1, 1, 1), 1);
	free_and_expect(0, TASK_SIZE, 0, 0, 0);
}

/* Two VMAs in the same 2 MiB, GiB and 512 GiB: what the neighbour needs stays. */
static void free_leaves_what_neighbours_need(void **state)
{
	(void)state;
	plant(mm.pgd, 0x400000, 1);
	/* another VMA above, in the same table */
	free_and_expect(0x400000, 0x401000, 0, 0x402000, 3);
	free_and_expect(0x402000, 0x403000, 0x401000, 0, 3);	  /* and below */
	free_and_expect(0x400000, 0x401000, 0x1000, 0x5ff000, 3); /* the table ends at 0x600000 */
	free_and_expect(0x400000, 0x401000, 0x1000, 0x600000, 2); /* its level 1 table alone */
	expect_gone(0x400000, 2);
	plant(mm.pgd, 0x400000, 1);
	free_and_expect(0x400000, 0x401000, 0x400000, 0x40000000, 2);
	plant(mm.pgd, 0x400000, 1);
	free_and_expect(0x400000, 0x401000, 0, 0x40000000, 1); /* levels 1 and 2 */
	expect_gone(0x400000, 3);
	plant(mm.pgd, 0x400000, 1);
	free_and_expect(0x400000, 0x401000, 0, 0x8000000000, 0); /* all three */
	plant(mm.pgd, VA(1, 2, 3, 4), 1);
	plant(mm.pgd, VA(1, 2, 5, 4), 1);
	free_and_expect(VA(1, 2, 3, 4), VA(1, 2, 3, 5), VA(1, 2, 2, 511), VA(1, 2, 5, 0), 3);
	expect_there("after free_pgtables below it", mm.pgd, VA(1, 2, 5, 4), 1);
	free_and_expect(0, TASK_SIZE, 0, 0, 0);
	/*
	 * Over the border of two top entries: behind it the first table's beginning is not meant.
	 */
	plant(mm.pgd, VA(1, 0, 0, 0), 1);
	plant(mm.pgd, VA(1, 511, 511, 511), 1);
	plant(mm.pgd, VA(2, 0, 0, 0), 1);
	free_and_expect(VA(1, 511, 511, 511), VA(2, 0, 0, 1), VA(1, 0, 0, 1), 0, 3);
	expect_there("after free_pgtables above it", mm.pgd, VA(1, 0, 0, 0), 1);
	free_and_expect(0, TASK_SIZE, 0, 0, 0);
	/* The last bytes of the address space, whose border is no number any more. */
	plant(mm.pgd, 0x7fffffffe000, 1);
	free_and_expect(0x7fffffffe000, 0x7ffffffff000, 0x7ffff7fff000, 0, 2);
	free_and_expect(0x7fffffffe000, 0x7ffffffff000, 0x7f8000000000, 0, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(page_permissions_of_a_vma),
		TEST(walk_reads_tables_that_are_there),
		TEST(walk_returns_null_where_a_table_is_missing),
		TEST(walk_makes_the_missing_tables),
		TEST(walk_gives_tables_their_permissions),
		TEST(walk_runs_out_of_memory),
		TEST(map_pages_of_4k),
		TEST(map_pages_of_2m),
		TEST(map_runs_out_of_memory),
		TEST(next_pte_finds_all_in_order),
		TEST(next_pte_skips_holes_level_by_level),
		TEST(free_the_tables_of_one_vma),
		TEST(free_leaves_what_neighbours_need),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
