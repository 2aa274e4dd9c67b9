/* links: mm/vma.c mm/vma_tree.c lib/treap.c mm/anon_vma.c */
/* SPDX-License-Identifier: MIT */
/*
 * The list of VMAs against a model that knows nothing of VMAs: one record a
 * page. Random maps, unmaps and changes of permissions are done to both; after each
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
#include "../../mm/internal.h"
#include <mm_trace.h>
#include <fs.h>
#include "ends.h"
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

int snprintf(char *buf, size_t size, const char *fmt, ...);

/* ---- what a failure says: the list before and after the last operation ---- */

static char before[2048], operation[160];

static void list_as_text(char *buf, size_t size)
{
	size_t n = 0;
	int i = 0;

	buf[0] = 0;
	for (struct vm_area_struct *v = mm.mmap; v && i < 40 && n + 60 < size;
	     v = v->vm_next, i++) {
		n += snprintf(buf + n, size - n, "%s%ld-%ld %c%c%c", n ? ", " : "",
			      (long)(v->vm_start - BASE) >> PAGE_SHIFT,
			      (long)(v->vm_end - BASE) >> PAGE_SHIFT,
			      v->vm_flags & VM_READ ? 'r' : '-', v->vm_flags & VM_WRITE ? 'w' : '-',
			      v->vm_flags & VM_EXEC ? 'x' : '-');
		if (v->vm_file)
			n += snprintf(buf + n, size - n, " file %d+%ld", v->vm_file != &files[0],
				      (long)v->vm_pgoff);
	}
	snprintf(buf + n, size - n, n ? (i == 40 ? ", ..." : "") : "(empty)");
}

#define OPERATION(...) \
	do { \
		list_as_text(before, sizeof(before)); \
		snprintf(operation, sizeof(operation), __VA_ARGS__); \
	} while (0)

/* VMAs are told in pages: "4-8 rw-" is [BASE + 0x4000, BASE + 0x8000). */
static void wrong(const char *what)
{
	static char after[2048];

	list_as_text(after, sizeof(after));
	print_error("%s\n", what);
	print_error("  before:    %.900s\n", before);
	print_error("  operation: %s\n", operation);
	print_error("  after:     %.900s\n", after);
	fail();
}

#define EXPECT(cond, what) \
	do { \
		if (!(cond)) \
			wrong(what); \
	} while (0)

static unsigned int rnd(unsigned int n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 33) % n;
}

static unsigned long page_addr(unsigned int page) { return BASE + page * PAGE_SIZE; }

/* ---- i_mmap_lock, and what vma_link leaves for GDB: they win over those of shims.c ---- */

static struct mutex *held;	 /* the i_mmap_lock that is taken, or NULL */
static const char *lock_error;	 /* what was wrong first */
static struct list_head seen[2]; /* the files' i_mmap when their lock was last given back */

static struct {
	int calls, kind, map_count;
	bool held;
	const struct mm_struct *mm;
	unsigned long start, end, highest_vm_end;
	struct list_head i_mmap[2];
} traced;

static void note_i_mmap(void)
{
	for (int i = 0; i < 2; i++)
		seen[i] = mappings[i].i_mmap;
}

/* A VMA is put in at one of the two ends. */
static bool same_ends(const struct list_head *a, const struct list_head *b)
{
	return a->next == b->next && a->prev == b->prev;
}

static void check_lock(bool ok, const char *what)
{
	if (!ok && !lock_error)
		lock_error = what;
}

static void check_i_mmap(void)
{
	for (int i = 0; i < 2; i++)
		check_lock(same_ends(&seen[i], &mappings[i].i_mmap),
			   "i_mmap of a file was changed without i_mmap_lock");
}

void mutex_lock(struct mutex *m)
{
	check_lock(!held,
		   "i_mmap_lock is taken by one who holds it already: the kernel would hang");
	check_i_mmap();
	held = m;
}

void mutex_unlock(struct mutex *m)
{
	check_lock(held == m, "i_mmap_lock is released by one who does not hold it");
	note_i_mmap();
	held = NULL;
}

/* After an operation. */
static void check_locks(void)
{
	if (!held)
		check_i_mmap();
	check_lock(!held, "i_mmap_lock was not given back");
	if (lock_error)
		wrong(lock_error);
}

void mm_trace(const struct mm_struct *m, unsigned long start, unsigned long end,
	      enum mm_trace_kind kind, const struct vm_area_struct *vma)
{
	(void)vma;
	traced.calls++;
	traced.mm = m;
	traced.start = start;
	traced.end = end;
	traced.kind = kind;
	traced.held = held;
	traced.map_count = mm.map_count;
	traced.highest_vm_end = mm.highest_vm_end;
	for (int i = 0; i < 2; i++)
		traced.i_mmap[i] = mappings[i].i_mmap;
}

static bool list_is_by_hand;

static int setup(void **state)
{
	(void)state;
	before[0] = operation[0] = 0;
	shim_fail_after = -1;
	shim_allocations = 0;
	mm = (struct mm_struct){0};
	for (int i = 0; i < NR_PAGES; i++)
		model[i] = (struct model_page){0};
	for (int i = 0; i < 2; i++) {
		INIT_LIST_HEAD(&mappings[i].i_mmap);
		files[i] = (struct file){.f_mapping = &mappings[i]};
		atomic_set(&files[i].f_count, 1);
	}
	held = NULL;
	lock_error = NULL;
	note_i_mmap();
	return 0;
}

static void drop_list_by_hand(void);

/* What a teardown finds. */
#define LEFT(...) (print_error(__VA_ARGS__), print_error("\n"), host_end(), -1)

static int teardown(void **state)
{
	(void)state;
	if (list_is_by_hand)
		drop_list_by_hand(); /* a case that uses it has failed: no heap to look at */
	while (mm.mmap) {
		struct vm_area_struct *vma = mm.mmap;

		vma_unlink(&mm, vma);
		remove_vma(vma);
	}
	if (mm.map_count || mm.highest_vm_end)
		return LEFT("all VMAs are gone, but map_count is %d and highest_vm_end %#lx",
			    mm.map_count, mm.highest_vm_end);
	if (shim_allocations)
		return LEFT("%ld VMAs or anon_vmas were not given back: vma_unlink without "
			    "remove_vma, "
			    "or anon_vma_clone over one that was there",
			    shim_allocations);
	for (int i = 0; i < 2; i++) {
		if (files[i].f_count.counter != 1)
			return LEFT("all VMAs are gone, but file %d has %d references too many", i,
				    files[i].f_count.counter - 1);
		if (!list_empty(&mappings[i].i_mmap))
			return LEFT("all VMAs are gone, but i_mmap of file %d is not empty", i);
	}
	return 0;
}

/* munmap of pages [from, to), as mm/mmap.c does it. */
static void unmap_pages(unsigned int from, unsigned int to)
{
	unsigned long start = page_addr(from), end = page_addr(to);
	struct vm_area_struct *vma = find_vma(&mm, start);

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

static void do_unmap(unsigned int from, unsigned int to)
{
	OPERATION("munmap of pages %u-%u", from, to);
	unmap_pages(from, to);
}

static const char *rights_text(unsigned long flags)
{
	return flags & VM_WRITE ? "rw-" : flags & VM_EXEC ? "r-x" : "r--";
}

static struct vm_area_struct *do_map(unsigned int from, unsigned int to, unsigned long flags,
				     struct file *file, unsigned long pgoff)
{
	struct vm_area_struct *vma;
	struct vma_place at;

	OPERATION("mmap of pages %u-%u, %s, %s at page %lu", from, to, rights_text(flags),
		  !file		      ? "anonymous"
		  : file == &files[0] ? "file 0"
				      : "file 1",
		  pgoff);
	unmap_pages(from, to);
	at = find_vma_place(&mm, page_addr(from));
	vma = vma_merge_new(&mm, at.prev, at.vma, page_addr(from), page_addr(to), flags, file,
			    pgoff);
	if (!vma) {
		vma = vm_area_alloc(&mm);
		assert_non_null(vma);
		vma->vm_start = page_addr(from);
		vma->vm_end = page_addr(to);
		vma->vm_flags = flags;
		vma->vm_pgoff = pgoff;
		vma->vm_file = file ? get_file(file) : NULL;
		vma_link(&mm, vma, at.prev);
	}
	for (unsigned int i = from; i < to; i++)
		model[i] = (struct model_page){.flags = flags,
					       .pgoff = pgoff + i - from,
					       .file = file};
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
	struct vm_area_struct *prev, *vma = find_vma(&mm, start);

	OPERATION("mprotect of pages %u-%u to %s", from, to, rights_text(flags));
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
		EXPECT(vma->vm_prev == prev, "vm_prev does not point to the VMA before");
		EXPECT(vma->vm_start < vma->vm_end, "a VMA is empty, or ends before it starts");
		EXPECT(!prev || prev->vm_end <= vma->vm_start,
		       "two VMAs overlap, or the list is not sorted");
		EXPECT(!(prev && could_merge(prev, vma)),
		       "two VMAs were left apart that could be one");
		EXPECT(vma->vm_mm == &mm, "vm_mm of a VMA is not its mm");
		for (; page_addr(page) < vma->vm_start; page++)
			EXPECT(!model[page].flags, "a page that is mapped lies in no VMA");
		for (; page_addr(page) < vma->vm_end; page++) {
			EXPECT(model[page].flags, "a page that is not mapped lies in a VMA");
			EXPECT(model[page].flags == vma->vm_flags,
			       "a page has got the permissions of another");
			EXPECT(model[page].file == vma->vm_file,
			       "a page has got the file of another");
			EXPECT(model[page].pgoff == vma_pgoff(vma, page_addr(page)),
			       "a page shows another place of its file than before: vm_pgoff is "
			       "wrong");
			EXPECT(find_vma(&mm, page_addr(page)) == vma,
			       "find_vma does not find a VMA");
		}
		count++;
	}
	for (; page < NR_PAGES; page++)
		EXPECT(!model[page].flags, "a page that is mapped lies in no VMA");
	EXPECT(count == mm.map_count, "map_count is not the number of VMAs");
	EXPECT(mm.highest_vm_end == (prev ? prev->vm_end : 0),
	       "highest_vm_end is not the end of the last VMA");
	check_locks();
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

/* The list must be these @n VMAs, each told by two page numbers and its flags. */
static void expect_areas(int n, ...)
{
	struct vm_area_struct *vma = mm.mmap;
	char wanted[512];
	size_t len = 0;
	bool same = mm.map_count == n;
	va_list ap;

	va_start(ap, n);
	for (int i = 0; i < n; i++, vma = vma ? vma->vm_next : NULL) {
		int from = va_arg(ap, int), to = va_arg(ap, int);
		unsigned long flags = va_arg(ap, unsigned long);

		len += snprintf(wanted + len, sizeof(wanted) - len, "%s%d-%d %s", len ? ", " : "",
				from, to, rights_text(flags));
		same = same && vma && vma->vm_start == page_addr(from) &&
		       vma->vm_end == page_addr(to) && vma->vm_flags == flags;
	}
	if (!same) {
		print_error("expected:    %s\n", wanted);
		wrong(mm.map_count == n ? "the list is another"
					: "the list is another, or map_count is wrong");
	}
	va_end(ap);
	check_against_model();
}

/* ---- one function at a time ------------------------------------------------- */

/*
 * A list that no function of mm/vma.c has made: pages 4-8 and 10-12, then 12-20 of file 0 at page
 * 100.
 */
static struct vm_area_struct by_hand[3];
static const struct {
	unsigned int from, to;
} by_hand_at[] = {{4, 8}, {10, 12}, {12, 20}};

static void remove_vma_struct(struct vm_area_struct *v)
{
	unlink_anon_vma(v);
	vm_area_free(v);
}

static void list_by_hand(void)
{
	for (int i = 0; i < 3; i++)
		by_hand[i] = (struct vm_area_struct){.vm_mm = &mm,
						     .vm_start = page_addr(by_hand_at[i].from),
						     .vm_end = page_addr(by_hand_at[i].to),
						     .vm_flags = R,
						     .vm_pgoff = page_addr(by_hand_at[i].from) >>
								 PAGE_SHIFT,
						     .vm_next = i < 2 ? &by_hand[i + 1] : NULL,
						     .vm_prev = i ? &by_hand[i - 1] : NULL};
	by_hand[2].vm_file = get_file(&files[0]);
	by_hand[2].vm_pgoff = 100;
	list_add_tail(&by_hand[2].shared_node, &mappings[0].i_mmap);
	note_i_mmap();
	list_is_by_hand = true;
	mm.mmap = by_hand;
	mm.map_count = 3;
	mm.highest_vm_end = page_addr(20);
}

/* The list is on no heap: takes it apart before the end of a case, however it was left. */
static void drop_list_by_hand(void)
{
	list_is_by_hand = false;
	for (struct vm_area_struct *v = mm.mmap, *next; v; v = next) {
		next = v->vm_next;
		if (v->vm_file)
			atomic_dec(&v->vm_file->f_count);
		if (v < by_hand || v >= by_hand + 3)
			remove_vma_struct(v);
		else
			unlink_anon_vma(v);
	}
	for (int i = 0; i < 2; i++)
		atomic_set(&files[i].f_count, 1);
	INIT_LIST_HEAD(&mappings[0].i_mmap);
	INIT_LIST_HEAD(&mappings[1].i_mmap);
	note_i_mmap();
	mm = (struct mm_struct){0};
}

static void test_find_vma(void **state)
{
	static const struct {
		unsigned long addr;
		int found; /* number of the VMA, -1: NULL */
	} cases[] = {
		{0, 0},
		{BASE, 0},
		{BASE + 4 * PAGE_SIZE, 0},
		{BASE + 4 * PAGE_SIZE + 123, 0},
		{BASE + 8 * PAGE_SIZE - 1, 0},
		{BASE + 8 * PAGE_SIZE, 1},
		{BASE + 9 * PAGE_SIZE, 1},
		{BASE + 12 * PAGE_SIZE - 1, 1},
		{BASE + 12 * PAGE_SIZE, 2},
		{BASE + 20 * PAGE_SIZE - 1, 2},
		{BASE + 20 * PAGE_SIZE, -1},
		{TASK_SIZE, -1},
		{-1UL, -1},
	};

	(void)state;
	assert_null(find_vma(&mm, 0));
	assert_null(find_vma(&mm, BASE));
	list_by_hand();
	/* After each other in every order: the last hit must not mislead. */
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++)
		for (unsigned int j = 0; j < 2 * ARRAY_SIZE(cases); j++) {
			unsigned int k = j % 2 ? i : j / 2;
			struct vm_area_struct *got = find_vma(&mm, cases[k].addr);
			int n = got ? got - by_hand : -1;

			if (n != cases[k].found)
				fail_msg("VMAs 4-8, 10-12, 12-20: find_vma of page %ld + %lu "
					 "returns VMA %d, expected %d (-1: NULL)",
					 (long)(cases[k].addr - BASE) >> PAGE_SHIFT,
					 offset_in_page(cases[k].addr), n, cases[k].found);
		}
	assert_true(!mm.mmap_cache || (mm.mmap_cache >= by_hand && mm.mmap_cache < by_hand + 3));
	drop_list_by_hand();
}

static struct vm_area_struct *new_area(unsigned int from, unsigned int to, struct file *file)
{
	struct vm_area_struct *vma = vm_area_alloc(&mm);

	vma->vm_start = page_addr(from);
	vma->vm_end = page_addr(to);
	vma->vm_flags = RW;
	vma->vm_pgoff = file ? 100 + from : page_addr(from) >> PAGE_SHIFT;
	vma->vm_file = file ? get_file(file) : NULL;
	for (unsigned int i = from; i < to; i++)
		model[i] = (struct model_page){RW, vma_pgoff(vma, page_addr(i)), file};
	OPERATION("vma_link of a VMA %u-%u", from, to);
	return vma;
}

/* Walks forward and backward; @n VMAs, whose starts are given. */
static void expect_list(int n, ...)
{
	struct vm_area_struct *vma = mm.mmap, *last = NULL;
	va_list ap;

	va_start(ap, n);
	for (int i = 0; i < n; i++, last = vma, vma = vma->vm_next) {
		EXPECT(vma, "the list is too short");
		EXPECT(vma->vm_start == page_addr(va_arg(ap, int)),
		       "the list is not sorted, or a VMA is missing");
		EXPECT(vma->vm_prev == last, "vm_prev does not point to the VMA before");
	}
	va_end(ap);
	EXPECT(!vma, "the list is too long: does the last VMA's vm_next end it?");
	EXPECT(mm.map_count == n, "map_count is not the number of VMAs");
	EXPECT(mm.highest_vm_end == last->vm_end, "highest_vm_end is not the end of the last VMA");
	check_locks();
}

static unsigned int mappings_of(struct file *file)
{
	unsigned int n = 0;

	for (struct list_head *l = file->f_mapping->i_mmap.next; l != &file->f_mapping->i_mmap;
	     l = l->next)
		n++;
	return n;
}

/* vma_link, and what it has told mm_trace: when all else was done. */
static void link_area(struct vm_area_struct *vma, struct vm_area_struct *prev)
{
	traced.calls = 0;
	vma_link(&mm, vma, prev);
	EXPECT(traced.calls == 1,
	       traced.calls ? "vma_link calls mm_trace more than once"
			    : "vma_link leaves no record for GDB: mm_trace is its last act");
	EXPECT(traced.mm == &mm && traced.start == vma->vm_start && traced.end == vma->vm_end &&
		       traced.kind == MM_TRACE_VMA,
	       "mm_trace is called with other than mm, start and end of the VMA, MM_TRACE_VMA");
	EXPECT(!traced.held,
	       "mm_trace is called with i_mmap_lock held: it is the last act of vma_link");
	EXPECT(traced.map_count == mm.map_count && traced.highest_vm_end == mm.highest_vm_end &&
		       same_ends(&traced.i_mmap[0], &mappings[0].i_mmap) &&
		       same_ends(&traced.i_mmap[1], &mappings[1].i_mmap),
	       "mm_trace is called before the rest is done: it is the last act of vma_link");
}

static void test_link_in_order(void **state)
{
	struct vm_area_struct *a, *b, *c, *d;

	(void)state;
	b = new_area(8, 10, NULL);
	link_area(b, NULL);
	expect_list(1, 8);
	d = new_area(20, 24, &files[0]);
	link_area(d, b);
	expect_list(2, 8, 20);
	c = new_area(12, 14, &files[0]);
	link_area(c, b);
	expect_list(3, 8, 12, 20);
	a = new_area(0, 8, &files[1]);
	link_area(a, NULL);
	expect_list(4, 0, 8, 12, 20);
	EXPECT(mappings_of(&files[0]) == 2 && mappings_of(&files[1]) == 1,
	       "a VMA of a file must be in i_mmap of the file's address_space");
	EXPECT(mappings[0].i_mmap.next == &d->shared_node &&
		       mappings[0].i_mmap.prev == &c->shared_node,
	       "a VMA of a file goes to the end of i_mmap");
}

/* The VMA number @n is cut at @at; vma_link is needed as well, for the new piece. */
static void split_by_hand(int n, unsigned int at, int new_below)
{
	struct vm_area_struct *vma = &by_hand[n], *piece, *lower, *upper;
	unsigned int from = by_hand_at[n].from, to = by_hand_at[n].to;
	bool of_file = n == 2;
	unsigned long pgoff;

	list_by_hand();
	pgoff = vma->vm_pgoff;
	OPERATION("__split_vma of %u-%u at %u, new_below %d", from, to, at, new_below);
	EXPECT(__split_vma(&mm, vma, page_addr(at), new_below) == 0, "__split_vma fails");
	EXPECT(mm.map_count == 4, "map_count: one VMA more");
	piece = new_below ? vma->vm_prev : vma->vm_next;
	EXPECT(piece && (piece < by_hand || piece >= by_hand + 3),
	       new_below ? "new_below 1: the new struct must be before the old"
			 : "new_below 0: the new struct must be behind the old");
	lower = new_below ? piece : vma, upper = new_below ? vma : piece;
	expect_list(4, 4, n == 0 ? at : 10, n == 2 ? 12 : n == 1 ? at : 10, n == 2 ? at : 12);
	EXPECT(lower->vm_end == page_addr(at) && upper->vm_end == page_addr(to), "an end is wrong");
	EXPECT(lower->vm_pgoff == pgoff, "vm_pgoff of the lower part must stay");
	EXPECT(upper->vm_pgoff == pgoff + at - from,
	       "vm_pgoff of the upper part must grow by the pages below it");
	EXPECT(piece->vm_flags == R && piece->vm_file == vma->vm_file && piece->vm_mm == &mm,
	       "the new part is no copy");
	EXPECT(files[0].f_count.counter == 2 + of_file,
	       "each of the two parts has a reference to the file");
	EXPECT(mappings_of(&files[0]) == 1u + of_file, "the new part must be in i_mmap, too");
	drop_list_by_hand();
}

static void test_split_keeps_offsets(void **state)
{
	(void)state;
	for (int new_below = 0; new_below < 2; new_below++) {
		split_by_hand(2, 15, new_below);
		split_by_hand(1, 11, new_below);
		split_by_hand(0, 5, new_below);
	}
}

/* Nothing is changed when a split is refused, or memory runs out; both parts have the anon_vma. */
static void test_split_refused_or_shared(void **state)
{
	struct vm_area_struct *vma = &by_hand[2];

	(void)state;
	list_by_hand();
	vma->vm_flags |= VM_DONTEXPAND;
	OPERATION("__split_vma of 12-20, which is VM_DONTEXPAND");
	EXPECT(__split_vma(&mm, vma, page_addr(15), 0) == -EINVAL, "expected -EINVAL");
	expect_list(3, 4, 10, 12);
	vma->vm_flags = R;
	OPERATION("__split_vma of 12-20 without memory");
	shim_fail_after = 0;
	EXPECT(__split_vma(&mm, vma, page_addr(15), 0) == -ENOMEM, "expected -ENOMEM");
	expect_list(3, 4, 10, 12);
	EXPECT(vma->vm_end == page_addr(20) && vma->vm_pgoff == 100 &&
		       files[0].f_count.counter == 2,
	       "a VMA, or its file's count, has changed though there was no memory");
	shim_fail_after = -1;
	assert_int_equal(anon_vma_prepare(vma), 0);
	OPERATION("__split_vma of 12-20 at 15, which has an anon_vma");
	EXPECT(__split_vma(&mm, vma, page_addr(15), 0) == 0, "__split_vma fails");
	EXPECT(vma->vm_next->anon_vma == vma->anon_vma, "both parts have the same anon_vma");
	EXPECT(vma->vm_next->anon_chain == 1, "anon_chain belongs to the anon_vma");
	EXPECT(vma->anon_vma->refcount.counter == 2, "each part has a reference to the anon_vma");
	unlink_anon_vma(vma->vm_next);
	unlink_anon_vma(vma);
	drop_list_by_hand();
}

/*
 * Two VMAs of a file are one if the second goes on where the first ends, in memory and in the
 * file.
 */
static void test_merge_of_file_pages(void **state)
{
	(void)state;
	do_map(0, 4, R, &files[0], 10);
	do_map(4, 8, R, &files[0], 14);
	expect_areas(1, 0, 8, R);
	do_map(8, 10, R, &files[0], 19);
	expect_areas(2, 0, 8, R, 8, 10, R);
	do_map(10, 12, R, &files[1], 21);
	expect_areas(3, 0, 8, R, 8, 10, R, 10, 12, R);
	do_map(8, 10, R, &files[0], 18);
	expect_areas(2, 0, 10, R, 10, 12, R);
	do_map(12, 14, R, NULL, 23);
	expect_areas(3, 0, 10, R, 10, 12, R, 12, 14, R);
	EXPECT(files[0].f_count.counter == 2 && files[1].f_count.counter == 2,
	       "a VMA that goes drops its reference to the file");
}

/* Device memory and the kernel's own VMAs: VM_SPECIAL. */
static void test_special_vmas_stay_apart(void **state)
{
	static const unsigned long special[] = {VM_IO, VM_DONTEXPAND, VM_PFNMAP};
	struct vma_place at;

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(special); i++) {
		map_anon(0, 4, RW | special[i]);
		at = find_vma_place(&mm, page_addr(4));
		OPERATION("a range 4-8 of the flags %#lx beside 0-4, which has the same",
			  RW | special[i]);
		EXPECT(!vma_merge_new(&mm, at.prev, at.vma, page_addr(4), page_addr(8),
				      RW | special[i], NULL, page_addr(4) >> PAGE_SHIFT),
		       "vma_merge_new returns a VMA, expected NULL");
		EXPECT(!vma_merge(&mm, at.prev, page_addr(4), page_addr(8), RW | special[i], NULL,
				  NULL, page_addr(4) >> PAGE_SHIFT),
		       "vma_merge returns a VMA, expected NULL");
		expect_areas(1, 0, 4, RW | special[i]);
		do_unmap(0, 4);
	}
}

/* ---- all together ------------------------------------------------------------- */

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
			EXPECT(!vma->vm_next || vma->vm_end <= vma->vm_next->vm_start,
			       "two VMAs overlap");
			EXPECT(vma->anon_chain == (vma->anon_vma ? 1 : 0),
			       "anon_vma and anon_chain do not fit");
			for (unsigned long a = vma->vm_start; a < vma->vm_end; a += PAGE_SIZE)
				EXPECT(model[(a - BASE) >> PAGE_SHIFT].flags == vma->vm_flags,
				       "a page has the permissions of another, or is not mapped");
		}
	}
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
	EXPECT(mm.map_count == 2, "a VMA between two with different anon_vmas joins one of them");
	EXPECT(mm.mmap->vm_end == page_addr(4),
	       "a new mapping that fits both, which cannot be one, joins the next");
	do_unmap(4, 8);
	map_anon(4, 8, R);
	expect_areas(3, 0, 4, RW, 4, 8, R, 8, 12, RW);
	do_protect(4, 8, RW);
	EXPECT(mm.map_count == 2,
	       "a range that fits both, whose anon_vmas differ, joins one of them");
	EXPECT(mm.mmap->vm_end == page_addr(8),
	       "a range of vma_merge that fits both, which cannot be one, joins the one before");
}

static void test_forked_vma_does_not_merge_with_untouched(void **state)
{
	struct vm_area_struct *a;

	(void)state;
	a = map_anon(0, 4, RW);
	assert_int_equal(anon_vma_prepare(a), 0);
	a->anon_chain = 2;
	map_anon(4, 8, RW);
	EXPECT(mm.map_count == 2,
	       "a VMA that has been through a fork does not join an untouched one");
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
	/* The first of three was never touched, and swallows one that was. */
	do_unmap(0, 8);
	map_anon(0, 4, RW);
	map_anon(4, 8, R);
	b = map_anon(8, 12, RW);
	assert_int_equal(anon_vma_prepare(b), 0);
	do_protect(4, 8, RW);
	expect_areas(1, 0, 12, RW);
	EXPECT(mm.mmap->anon_vma && mm.mmap->anon_chain == 1,
	       "the VMA that grew must inherit the anon_vma of what it swallowed");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_find_vma),
		TEST(test_link_in_order),
		TEST(test_split_keeps_offsets),
		TEST(test_split_refused_or_shared),
		TEST(test_merge_of_file_pages),
		TEST(test_special_vmas_stay_apart),
		TEST(test_random_operations),
		TEST(test_random_operations_on_touched_pages),
		TEST(test_merge_cases_in_a_hole),
		TEST(test_merge_cases_of_mprotect),
		TEST(test_split_runs_out_of_memory),
		TEST(test_distinct_anon_vmas_stay_apart),
		TEST(test_forked_vma_does_not_merge_with_untouched),
		TEST(test_neighbour_shares_its_anon_vma),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
