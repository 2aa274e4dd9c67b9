/* links: -include tests/host/machine.h mm/vma.c mm/vma_tree.c lib/treap.c mm/anon_vma.c */
/* SPDX-License-Identifier: MIT */
/*
 * All sequences of up to DEPTH calls of mmap, munmap, mprotect, mremap and brk in a window of six
 * pages, against a model that knows nothing of VMAs: one record a page, and the break. After each
 * call the result, the VMAs, the totals and the references must be what the model says; so
 * neighbours that could be one VMA must be one.
 *
 * No page is ever touched here, so the model's pages are the whole state: two sequences that end in
 * the same pages have the same VMAs, as has been checked. So what follows is tried once for each
 * state, which is the same as trying it after each sequence.
 *
 *	test_vma_sequences [DEPTH]	3 calls, or as many as given; `make prove` tries 4
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <fs.h>
#include <mm.h>
#include <sched.h>
#include <syscalls.h>
#include <linux/mman.h>
#include <linux/stat.h>
#include "../../mm/account.c"
#include "../../mm/brk.c"
#include "../../mm/layout.c"
#include "../../mm/mmap.c"
#include "../../mm/mprotect.c"
#include "../../mm/mremap.c"
#include "shims.h"

#define PAGES 6
#define BASE  0x10000000UL
#define END   (BASE + PAGES * PAGE_SIZE)

int printf(const char *format, ...);
int atoi(const char *text);
void *calloc(size_t n, size_t size);
void *realloc(void *p, size_t size);
void *memset(void *p, int c, size_t n);

/* ---- the model --------------------------------------------------------------- */

enum { READ = 1, WRITE = 2, ACCOUNTED = 4, OF_FILE = 8, MAPPED = 16 };

struct model {
	unsigned char is[PAGES]; /* 0: not mapped */
	unsigned char at[PAGES]; /* the page of the file */
	unsigned char brk;	 /* the heap begins at page 0, and ends before this one */
};

static u64 key_of(const struct model *m)
{
	u64 key = m->brk;

	for (int i = 0; i < PAGES; i++)
		key = key << 9 | m->is[i] << 4 | m->at[i];
	return key;
}

static void clear(struct model *m, int from, int count)
{
	memset(m->is + from, 0, count);
	memset(m->at + from, 0, count);
}

static void set(struct model *m, int from, int count, int is, int at)
{
	for (int i = 0; i < count; i++) {
		m->is[from + i] = is;
		m->at[from + i] = is & OF_FILE ? at + i : 0;
	}
}

static bool is_free(const struct model *m, int from, int count)
{
	for (int i = from; i < from + count; i++)
		if (i >= PAGES || m->is[i])
			return false;
	return true;
}

/* Are pages @i and @i + 1 in one VMA? */
static bool joined(const struct model *m, int i)
{
	return i + 1 < PAGES && m->is[i] && m->is[i] == m->is[i + 1] &&
	       (!(m->is[i] & OF_FILE) || m->at[i] + 1 == m->at[i + 1]);
}

static int vma_end(const struct model *m, int i)
{
	while (joined(m, i))
		i++;
	return i + 1;
}

/* The highest hole of @count pages, or -1. */
static int hole(const struct model *m, int count)
{
	for (int i = PAGES - count; i >= 0; i--)
		if (is_free(m, i, count))
			return i;
	return -1;
}

/* ---- the calls ---------------------------------------------------------------- */

enum call { MAP_AT, MAP_HINT, UNMAP, PROTECT, REMAP, REMAP_TO, BRK };

struct step {
	enum call call;
	int page, count, more; /* more: permissions, or the new size, or the new page */
	bool file, may_move;
};

static struct step steps[1000];
static int nr_steps;

static void add(enum call call, int page, int count, int more, bool file, bool may_move)
{
	steps[nr_steps++] = (struct step){call, page, count, more, file, may_move};
}

static void list_steps_of(int page, int count)
{
	for (int file = 0; file < 2; file++)
		for (int prot = READ; prot <= (READ | WRITE) - file * 2; prot += 2)
			add(MAP_AT, page, count, prot, file, false);
	add(MAP_HINT, page, count, READ | WRITE, false, false);
	add(UNMAP, page, count, 0, false, false);
	for (int prot = 0; prot <= (READ | WRITE); prot++)
		if (prot != WRITE)
			add(PROTECT, page, count, prot, false, false);
	for (int size = 1; size <= PAGES; size++)
		for (int move = 0; move < 2; move++)
			add(REMAP, page, count, size, false, move);
	for (int to = 0; to + count <= PAGES; to++)
		add(REMAP_TO, page, count, to, false, false);
}

static void list_steps(void)
{
	for (int page = 0; page < PAGES; page++)
		for (int count = 1; page + count <= PAGES; count++)
			list_steps_of(page, count);
	for (int page = 0; page <= PAGES; page++)
		add(BRK, page, 0, 0, false, false);
}

static long addr_of(int page) { return BASE + page * PAGE_SIZE; }

static long model_map(struct model *m, const struct step *s)
{
	int page = s->page, is = MAPPED | s->more | (s->more & WRITE ? ACCOUNTED : 0);

	if (s->call == MAP_HINT && !is_free(m, page, s->count))
		page = hole(m, s->count);
	if (page < 0)
		return -ENOMEM;
	set(m, page, s->count, is | (s->file ? OF_FILE : 0), page);
	return addr_of(page);
}

static long model_protect(struct model *m, const struct step *s)
{
	for (int i = s->page; i < s->page + s->count; i++) {
		if (!m->is[i])
			return -ENOMEM;
		m->is[i] =
			(m->is[i] & ~(READ | WRITE)) | s->more | (s->more & WRITE ? ACCOUNTED : 0);
	}
	return 0;
}

static long model_move(struct model *m, const struct step *s, int to, int size)
{
	int is = m->is[s->page], at = m->at[s->page];

	clear(m, s->page, s->count);
	set(m, to, size, is, at);
	return addr_of(to);
}

static long model_remap(struct model *m, const struct step *s)
{
	int end = s->page + s->count, to;

	if (!m->is[s->page])
		return -EFAULT;
	if (s->more <= s->count) {
		clear(m, s->page + s->more, s->count - s->more);
		return addr_of(s->page);
	}
	if (vma_end(m, s->page) < end)
		return -EFAULT;
	if (vma_end(m, s->page) == end && is_free(m, end, s->more - s->count)) {
		set(m, s->page, s->more, m->is[s->page], m->at[s->page]);
		return addr_of(s->page);
	}
	to = hole(m, s->more);
	return !s->may_move || to < 0 ? -ENOMEM : model_move(m, s, to, s->more);
}

static long model_remap_to(struct model *m, const struct step *s)
{
	if (!m->is[s->page])
		return -EFAULT;
	if (s->more < s->page + s->count && s->page < s->more + s->count)
		return -EINVAL;
	clear(m, s->more, s->count);
	if (vma_end(m, s->page) < s->page + s->count)
		return -EFAULT;
	return model_move(m, s, s->more, s->count);
}

/* It shrinks if the heap has any page there, and grows if all of them and one more are free. */
static long model_brk(struct model *m, const struct step *s)
{
	int old = m->brk, grown = s->page - old;

	if (grown > 0 && is_free(m, old, grown + 1))
		set(m, old, grown, MAPPED | READ | WRITE | ACCOUNTED, 0);
	else if (grown < 0 && !is_free(m, s->page, -grown))
		clear(m, s->page, -grown);
	else if (grown)
		return addr_of(old);
	m->brk = s->page;
	return addr_of(s->page);
}

static long model_step(struct model *m, const struct step *s)
{
	switch (s->call) {
	case UNMAP:
		clear(m, s->page, s->count);
		return 0;
	case PROTECT:
		return model_protect(m, s);
	case REMAP:
		return model_remap(m, s);
	case REMAP_TO:
		return model_remap_to(m, s);
	case BRK:
		return model_brk(m, s);
	default:
		return model_map(m, s);
	}
}

/* ---- the kernel ----------------------------------------------------------------- */

static struct mm_struct mm;
static struct signal_struct limits;
static struct task_struct task = {.mm = &mm, .signal = &limits};
static struct address_space mapping;
static struct inode inode = {.i_mode = S_IFREG};
static struct file file;

const struct vm_operations_struct generic_file_vm_ops;

static int map_file(struct file *f, struct vm_area_struct *vma)
{
	(void)f;
	vma->vm_ops = &generic_file_vm_ops;
	return 0;
}

static const struct file_operations file_ops = {.mmap = map_file};

struct task_struct *get_current(void) { return &task; }
int down_write_killable(struct rw_semaphore *s) { return !s; }
void up_write(struct rw_semaphore *s) { (void)s; }
bool capable(int cap) { return cap < 0; }
bool can_do_mlock(void) { return true; }
unsigned long totalram_pages(void) { return 1 << 20; }
unsigned long arch_mmap_rnd(void) { return 0; }
unsigned long low_mmap_rnd(void) { return 0; }
pgprot_t vm_get_page_prot(unsigned long vm_flags) { return __pgprot(vm_flags & 7); }
void mm_populate(unsigned long start, unsigned long len) { assert_true(start > len && 0); }

int populate_vma_page_range(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	return vma && start < end ? 0 : -EFAULT;
}

/* There are no pages: the functions below have nothing to do but to look at the range. */
void zap_page_range(struct vm_area_struct *vma, unsigned long start, unsigned long end,
		    bool unmapping)
{
	assert_true(unmapping && vma->vm_start == start);
	while (vma->vm_end < end)
		vma = vma->vm_next;
	assert_true(vma->vm_end == end);
}

void free_pgtables(struct mm_struct *m, unsigned long start, unsigned long end, unsigned long floor,
		   unsigned long ceiling)
{
	assert_true(m == &mm && floor <= start && start < end && end <= ceiling);
}

void change_protection(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	assert_true(vma->vm_start <= start && start < end && end <= vma->vm_end);
}

unsigned long move_page_tables(struct vm_area_struct *vma, unsigned long old_addr,
			       unsigned long new_addr, unsigned long len)
{
	assert_true(vma->vm_start <= old_addr && old_addr + len <= vma->vm_end && new_addr >= BASE);
	return len;
}

/* Everything outside the window is taken by a VMA that merges with nothing. */
static void add_wall(unsigned long start, unsigned long end)
{
	vma_link(&mm, vm_area_new(&mm, start, end, VM_IO | VM_PFNMAP | VM_DONTEXPAND), mm.mmap);
}

static void begin(void)
{
	mm = (struct mm_struct){.mmap_base = END,
				.mmap_legacy_base = BASE,
				.start_brk = BASE,
				.brk = BASE};
	add_wall(PAGE_SIZE, BASE);
	add_wall(END, TASK_SIZE);
}

static long kernel_step(const struct step *s)
{
	unsigned long addr = addr_of(s->page), len = s->count * PAGE_SIZE;
	int err;

	switch (s->call) {
	case UNMAP:
		return sys_munmap(addr, len);
	case PROTECT:
		return sys_mprotect(addr, len, s->more);
	case REMAP:
		return sys_mremap(addr, len, s->more * PAGE_SIZE, s->may_move ? MREMAP_MAYMOVE : 0,
				  0);
	case REMAP_TO:
		return sys_mremap(addr, len, len, MREMAP_MAYMOVE | MREMAP_FIXED, addr_of(s->more));
	case BRK:
		return sys_brk(addr);
	case MAP_HINT:
		return sys_mmap(addr, len, s->more, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	default:
		if (!s->file)
			return sys_mmap(addr, len, s->more, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
					-1, 0);
		err = vm_mmap(&file, &addr, len, s->more, MAP_PRIVATE | MAP_FIXED,
			      s->page * PAGE_SIZE);
		return err ? err : (long)addr;
	}
}

/* ---- the comparison ------------------------------------------------------------ */

static const char *const call_names[] = {"mmap fixed", "mmap hint", "munmap", "mprotect",
					 "mremap",     "mremap to", "brk"};

static void say_step(const struct step *s)
{
	print_error("  %s page %d, %d pages, %d%s%s\n", call_names[s->call], s->page, s->count,
		    s->more, s->file ? ", file" : "", s->may_move ? ", may move" : "");
}

static unsigned long flags_of(int is)
{
	return VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | VM_SOFTDIRTY | (is & (READ | WRITE)) |
	       (is & ACCOUNTED ? VM_ACCOUNT : 0);
}

/* NULL, or what is wrong with the VMA of pages @from to @to. */
static const char *wrong_vma(const struct vm_area_struct *vma, const struct model *m, int from,
			     int to)
{
	if (vma->vm_start != addr_of(from) || vma->vm_end != addr_of(to))
		return "a VMA has other bounds";
	if (vma->vm_flags != flags_of(m->is[from]))
		return "a VMA has other flags";
	if (vma->vm_file != (m->is[from] & OF_FILE ? &file : NULL))
		return "a VMA has another file";
	if (vma->vm_pgoff != (vma->vm_file ? m->at[from] : vma->vm_start >> PAGE_SHIFT))
		return "a VMA has another offset";
	if (vma->vm_page_prot.pgprot != (m->is[from] & (READ | WRITE)))
		return "a VMA has other bits for its PTEs";
	return vma->vm_prev->vm_next != vma ? "the list is not linked both ways" : NULL;
}

static const char *wrong_totals(const struct model *m, int vmas, int of_file)
{
	int pages = 0, data = 0, accounted = 0;

	for (int i = 0; i < PAGES; i++) {
		pages += !!m->is[i];
		data += !!(m->is[i] & WRITE);
		accounted += !!(m->is[i] & ACCOUNTED);
	}
	if (mm.map_count != vmas + 2)
		return "map_count is wrong";
	if (mm.total_vm != pages || mm.data_vm != data || mm.acct_vm != accounted)
		return "total_vm, data_vm or acct_vm is wrong";
	if (file.f_count.counter != 1 + of_file)
		return "the references of the file are wrong";
	return shim_allocations != mm.map_count ? "a VMA is lost" : NULL;
}

static const char *wrong_list(const struct model *m)
{
	const struct vm_area_struct *vma = mm.mmap->vm_next;
	int vmas = 0, of_file = 0;

	for (int i = 0, end; i < PAGES; i = end) {
		const char *wrong;

		end = vma_end(m, i);
		if (!m->is[i])
			continue;
		wrong = wrong_vma(vma, m, i, end);
		if (wrong)
			return wrong;
		vmas++;
		of_file += !!vma->vm_file;
		vma = vma->vm_next;
	}
	return vma->vm_start != END || vma->vm_next ? "there is a VMA too many"
						    : wrong_totals(m, vmas, of_file);
}

/* ---- all sequences --------------------------------------------------------------- */

struct state {
	struct model model;
	int before; /* the state that the step leads from, or -1 */
	const struct step *step;
};

static struct state *states;
static int nr_states, room;
static u64 *table; /* keys, + 1; a power of two */
static u64 table_size = 1 << 22;
static long calls;

static bool is_new(u64 key)
{
	u64 i = key * 0x9e3779b97f4a7c15 >> 42;

	for (; table[i & (table_size - 1)]; i++)
		if (table[i & (table_size - 1)] == key + 1)
			return false;
	table[i & (table_size - 1)] = key + 1;
	return true;
}

static void add_state(const struct model *m, int before, const struct step *s)
{
	if (!is_new(key_of(m)))
		return;
	assert_true(nr_states < table_size / 2);
	if (nr_states == room) {
		room = room * 2 + 64;
		states = realloc(states, room * sizeof(*states));
	}
	states[nr_states++] = (struct state){*m, before, s};
}

/* The calls that led to state @i, from an empty window on. */
static void replay(int i)
{
	if (states[i].before < 0)
		return;
	replay(states[i].before);
	kernel_step(states[i].step);
	calls++;
}

static void say_way(int i)
{
	if (states[i].before < 0)
		return;
	say_way(states[i].before);
	say_step(states[i].step);
}

static void try_step(int i, const struct step *s)
{
	struct model m = states[i].model;
	long expected = model_step(&m, s), got;
	const char *wrong;

	begin();
	replay(i);
	got = kernel_step(s);
	calls++;
	wrong = got != expected ? "the result is wrong" : wrong_list(&m);
	if (wrong) {
		say_way(i);
		say_step(s);
		fail_msg("%s (result %ld, expected %ld)", wrong, got, expected);
	}
	exit_mmap(&mm);
	if (shim_allocations || file.f_count.counter != 1 || !list_empty(&mapping.i_mmap))
		fail_msg("the end of the address space leaves something");
	add_state(&m, i, s);
}

static int depth = 3;

static void test_all_sequences(void **state)
{
	struct model empty = {0};
	int first = 0;

	(void)state;
	table = calloc(table_size, sizeof(*table));
	file = (struct file){.f_op = &file_ops,
			     .f_mode = FMODE_READ | FMODE_WRITE,
			     .f_inode = &inode,
			     .f_mapping = &mapping};
	atomic_set(&file.f_count, 1);
	INIT_LIST_HEAD(&mapping.i_mmap);
	memset(limits.rlim, 0xff, sizeof(limits.rlim));
	list_steps();
	add_state(&empty, -1, NULL);
	for (int d = 1; d <= depth; d++) {
		int last = nr_states;

		for (int i = first; i < last; i++)
			for (int s = 0; s < nr_steps; s++)
				try_step(i, &steps[s]);
		first = last;
		printf("%d calls, each one of %d: %d states, %ld calls made\n", d, nr_steps,
		       nr_states, calls);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_sequences)};

	if (argc > 1)
		depth = atoi(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
