/* SPDX-License-Identifier: MIT */
/*
 * The strings of exec/stack.c and the tables of exec/elf_tables.c on a stack
 * that is an ordinary array. Both sources are included: the test calls static
 * functions, and the host has no running task.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>

#include <binfmts.h>
#include <cred.h>
#include <elf_image.h>
#include <linux/auxvec.h>
#include <linux/limits.h>
#include <errno.h>
#include <frames.h>
#define find_extend_vma inline_find_extend_vma
#include <mm.h>
#undef find_extend_vma
#include <random.h>
#include <sched.h>
#include <string.h>
#include <trace.h>
#include <asm/processor.h>
#include <asm/uaccess.h>

#define STACK_PAGES 48
#define TOP	    0x7ffffffff000UL /* where the array's end is for the "user" */
#define BOTTOM	    (TOP - STACK_PAGES * PAGE_SIZE)
#define USER	    0x500000UL /* the caller's memory: old[] */

static char stack[STACK_PAGES * PAGE_SIZE];
static struct page pages[STACK_PAGES];
static char old[40 * PAGE_SIZE];
static struct mm_struct new_mm;
static struct cred creds = {.uid = 11, .euid = 12, .gid = 13, .egid = 14};
static struct vm_area_struct area;
static struct signal_struct signals;
static struct task_struct this_task;
static bool no_pages;			/* the new stack has no memory left */
static bool locked;			/* mmap_lock is held for write */
static bool killed;			/* a fatal signal comes while one waits for mmap_lock */
static unsigned int steps, pages_asked; /* page_address, get_user_page: how often */
static unsigned int growths;		/* find_extend_vma: how often, and for what */
static unsigned long grown_to;
static unsigned int records; /* of the stage create-tables, and its VMA */
static unsigned long record_start;

static void *step(struct page *p);
static struct vm_area_struct *find_extend_vma(struct mm_struct *mm, unsigned long addr);

#undef current
#define current (&this_task)
#undef page_address
#define page_address(p) step(p)

#include "../../exec/stack.c"
#include "../../exec/elf_tables.c"

struct cpu_features boot_cpu = {.hwcap = 0xbfebfbff, .hwcap2 = 2};
unsigned long get_sigframe_size(void) { return 0x7f0; }
void __put_page(struct page *p) { (void)p; }

/* ---- what a failed check says ---- */

static const char *name_of(long err)
{
	static const struct {
		long err;
		const char *name;
	} names[] = {{0, "no error"},
		     {-EFAULT, "-EFAULT"},
		     {-E2BIG, "-E2BIG"},
		     {-EINVAL, "-EINVAL"},
		     {-EINTR, "-EINTR"},
		     {-ENOMEM, "-ENOMEM"},
		     {-ERESTARTNOHAND, "-ERESTARTNOHAND"}};

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].err == err)
			return names[i].name;
	return "no errno of this lab";
}

/* @call returns the errno @wanted, or 0. @what: in which case. */
#define EXPECT_RETURNS(what, call, wanted) \
	do { \
		long g_ = (call), w_ = (wanted); \
		if (g_ != w_) \
			fail_msg("%s: %s returned %ld (%s), expected %ld (%s)", what, #call, g_, \
				 name_of(g_), w_, name_of(w_)); \
	} while (0)

/* Two addresses or words are the same. */
#define EXPECT_WORD(what, got, wanted) \
	do { \
		unsigned long g_ = (unsigned long)(got), w_ = (unsigned long)(wanted); \
		if (g_ != w_) \
			fail_msg("%s: got %#lx, expected %#lx", what, g_, w_); \
	} while (0)

/* @n bytes as text into @out of 256 bytes, NULs and what cannot be printed as \0 and \xNN. */
static const char *shown(char *out, const char *bytes, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < n && at < 240; i++) {
		unsigned char c = bytes[i];

		if (!c)
			at += sprintf(out + at, "\\0");
		else if (c < ' ' || c > '~')
			at += sprintf(out + at, "\\x%02x", c);
		else
			out[at++] = c;
	}
	out[at] = '\0';
	return out;
}

/* ---- user memory ---- */

/* The host's byte behind a user address of @n bytes; NULL: not mapped. */
static char *host(const void __user *p, unsigned long n)
{
	unsigned long a = (unsigned long)p;

	if (a >= area.vm_start && n <= TOP - a && a < TOP)
		return stack + (a - BOTTOM);
	if (a >= USER && a < USER + sizeof(old) && n <= USER + sizeof(old) - a)
		return old + (a - USER);
	return NULL;
}

/* The kernel's own pages of the new stack: one step of a string each. */
static void *step(struct page *p)
{
	if (++steps > 20000)
		fail_msg("20000 steps of page_address: steps of 0 bytes, it would never end");
	return stack + (p - pages) * PAGE_SIZE;
}

static void may_fault(const char *function)
{
	if (locked)
		fail_msg("%s while mmap_lock is held for write: a fault there would wait for ever",
			 function);
}

unsigned long copy_from_user(void *to, const void __user *from, unsigned long n)
{
	char *p = host(from, n);

	may_fault(__func__);
	if (!n)
		fail_msg("a step of 0 bytes: it would never end");
	if (p)
		memcpy(to, p, n);
	return p ? 0 : n;
}

unsigned long copy_to_user(void __user *to, const void *from, unsigned long n)
{
	char *p = host(to, n);

	may_fault("put_user or copy_to_user");
	if (p)
		memcpy(p, from, n);
	return p ? 0 : n;
}

long strnlen_user(const char __user *s, long n)
{
	may_fault(__func__);
	for (long i = 0; i < n; i++) {
		char *p = host(s + i, 1);

		if (!p)
			return 0;
		if (!*p)
			return i + 1;
	}
	return n + 1;
}

struct page *get_user_page(struct mm_struct *mm, unsigned long addr, bool write, bool force)
{
	(void)mm, (void)write, (void)force;
	pages_asked++;
	return no_pages || addr < BOTTOM || addr >= TOP ? ERR_PTR(-EFAULT)
							: &pages[(addr - BOTTOM) / PAGE_SIZE];
}

int expand_stack(struct vm_area_struct *vma, unsigned long address)
{
	vma->vm_start = PAGE_ALIGN_DOWN(address);
	return 0;
}

static struct vm_area_struct *find_extend_vma(struct mm_struct *mm, unsigned long addr)
{
	(void)mm;
	if (!locked)
		fail_msg("find_extend_vma without mmap_lock");
	growths++;
	grown_to = addr;
	if (addr < BOTTOM)
		return NULL;
	if (addr < area.vm_start)
		expand_stack(&area, addr);
	return &area;
}

unsigned long arch_align_stack(unsigned long sp) { return sp & ~0xfUL; }

void get_random_bytes(void *buf, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((u8 *)buf)[i] = 0xa0 + i;
}

void down_write(struct rw_semaphore *s)
{
	(void)s;
	if (locked)
		fail_msg("mmap_lock is taken twice");
	locked = true;
}

int down_write_killable(struct rw_semaphore *s)
{
	if (killed)
		return -EINTR;
	down_write(s);
	return 0;
}

void up_write(struct rw_semaphore *s)
{
	(void)s;
	if (!locked)
		fail_msg("mmap_lock is given back, but nobody holds it");
	locked = false;
}

void exec_stage(const struct exec_site *site, unsigned long start, unsigned long end,
		const struct vm_area_struct *vma, int error)
{
	(void)end, (void)vma, (void)error;
	if (site->stage != EXEC_STAGE_CREATE_TABLES)
		return;
	if (!locked)
		fail_msg("the record reads the VMA, but mmap_lock is not held any more");
	records++;
	record_start = start;
}

/* What exec_stack.c names beside; no test comes there. */
struct mm_struct *mm_alloc(void) { return NULL; }
struct vm_area_struct *vm_area_alloc(struct mm_struct *mm) { return (void)mm, NULL; }
void vm_area_free(struct vm_area_struct *vma) { (void)vma; }
pgprot_t vm_get_page_prot(unsigned long flags) { return (pgprot_t){flags}; }
int insert_vm_struct(struct mm_struct *mm, struct vm_area_struct *vma)
{
	return (void)mm, (void)vma, 0;
}
void vm_stat_account(struct mm_struct *mm, unsigned long vm_flags, long npages)
{
	(void)mm, (void)vm_flags, (void)npages;
}
struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr)
{
	return (void)mm, (void)addr, NULL;
}
int mprotect_fixup(struct vm_area_struct *vma, struct vm_area_struct **pprev, unsigned long start,
		   unsigned long end, unsigned long newflags)
{
	return (void)vma, (void)pprev, (void)start, (void)end, (void)newflags, 0;
}
int vma_adjust(struct vm_area_struct *vma, unsigned long start, unsigned long end,
	       unsigned long pgoff)
{
	return (void)vma, (void)start, (void)end, (void)pgoff, 0;
}
unsigned long move_page_tables(struct vm_area_struct *vma, unsigned long old_addr,
			       unsigned long new_addr, unsigned long len)
{
	return (void)vma, (void)old_addr, (void)new_addr, len;
}
void free_pgtables(struct mm_struct *mm, unsigned long start, unsigned long end,
		   unsigned long floor, unsigned long ceiling)
{
	(void)mm, (void)start, (void)end, (void)floor, (void)ceiling;
}

static struct linux_binprm bprm;

static int setup(void **state)
{
	(void)state;
	memset(stack, 0xcc, sizeof(stack));
	memset(old, 0, sizeof(old));
	memset(&new_mm, 0, sizeof(new_mm));
	no_pages = locked = killed = false;
	steps = pages_asked = growths = records = 0;
	grown_to = record_start = 0;
	this_task = (struct task_struct){.mm = &new_mm, .cred = &creds, .signal = &signals};
	area = (struct vm_area_struct){.vm_mm = &new_mm,
				       .vm_start = TOP - PAGE_SIZE,
				       .vm_end = TOP};
	bprm = (struct linux_binprm){.vma = &area,
				     .mm = &new_mm,
				     .p = TOP - 8,
				     .argmin = BOTTOM,
				     .filename = "/bin/program",
				     .rlim_stack = {8 << 20, 8 << 20}};
	return 0;
}

static const char *at(unsigned long addr)
{
	char *p = host((void *)addr, 1);

	return p ? p : "(no address of the stack)";
}

static unsigned long word(unsigned long addr)
{
	char *p = host((void *)addr, sizeof(long));
	unsigned long v = 0xdeadbeef;

	if (p)
		memcpy(&v, p, sizeof(v));
	return v;
}

/* The @n bytes at the user address @addr, as a row of strings, are those of @row. */
static void expect_row(const char *what, unsigned long addr, const char *row, size_t n)
{
	const char *p = host((void *)addr, n);
	char got[256], wanted[256];
	size_t same = 0, from;

	if (!p)
		fail_msg("%s: the stack has no %zu bytes at %#lx", what, n, addr);
	while (same < n && p[same] == row[same])
		same++;
	if (same == n)
		return;
	from = n < 100 ? 0 : same & ~15UL;
	n = min(n - from, 60UL);
	print_message("%s, at %#lx, from byte %zu on:\n  expected \"%s\"\n  got      \"%s\"\n",
		      what, addr, from, shown(wanted, row + from, n), shown(got, p + from, n));
	fail_msg("%s: byte %zu of the row is wrong", what, same);
}

/* The string of which the address is the word at @addr. */
static void expect_string_of(const char *what, unsigned long addr, const char *wanted)
{
	if (strcmp(at(word(addr)), wanted))
		fail_msg("%s, the word at %#lx: %#lx \"%.40s\", expected the address of \"%s\"",
			 what, addr, word(addr), at(word(addr)), wanted);
}

static void expect_unlocked(void)
{
	if (locked)
		fail_msg("mmap_lock is still held at the end");
}

static void push_string_goes_down(void **state)
{
	(void)state;
	EXPECT_RETURNS("the kernel's \"first\"", push_string(&bprm, "first", 6, false), 0);
	EXPECT_WORD("p after 6 bytes below TOP - 8", bprm.p, TOP - 8 - 6);
	expect_row("the string at p", bprm.p, "first", 6);
	EXPECT_RETURNS("an empty string", push_string(&bprm, "", 1, false), 0);
	EXPECT_WORD("p after one byte more", bprm.p, TOP - 8 - 6 - 1);
	expect_row("the strings at p", bprm.p, "\0first", 7);
	memcpy(old + 0x123, "from below", 11);
	EXPECT_RETURNS("the caller's \"from below\"",
		       push_string(&bprm, (char *)USER + 0x123, 11, true), 0);
	EXPECT_WORD("p after 11 bytes more", bprm.p, TOP - 8 - 6 - 1 - 11);
	expect_row("the strings at p", bprm.p, "from below\0\0first", 18);
}

static void push_string_crosses_pages(void **state)
{
	const unsigned long lengths[] = {PAGE_SIZE - 8, 1, PAGE_SIZE,
					 PAGE_SIZE - 1, 2, 3 * PAGE_SIZE + 5,
					 MAX_ARG_STRLEN};
	static char text[MAX_ARG_STRLEN];

	(void)state;
	for (unsigned int i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		unsigned long len = lengths[i], before = bprm.p;
		char what[80];

		sprintf(what, "%lu bytes %s, ending at %#lx", len,
			i % 2 ? "of the caller" : "of the kernel", before);
		for (unsigned long j = 0; j < len - 1; j++)
			text[j] = 'a' + (j * 7 + j / PAGE_SIZE + i) % 26;
		text[len - 1] = '\0';
		memcpy(old, text, len);
		EXPECT_RETURNS(what,
			       push_string(&bprm, i % 2 ? (char *)USER : text, len, i % 2 == 1), 0);
		EXPECT_WORD("p", bprm.p, before - len);
		expect_row(what, bprm.p, text, len);
	}
	setup(NULL);
	bprm.argmin = bprm.p - 10;
	EXPECT_RETURNS("down to argmin", push_string(&bprm, "123456789", 10, false), 0);
	EXPECT_RETURNS("one byte below argmin", push_string(&bprm, "", 1, false), -E2BIG);
	setup(NULL);
	EXPECT_RETURNS("user memory ends within the string",
		       push_string(&bprm, (char *)USER + sizeof(old) - 4, 8, true), -EFAULT);
	setup(NULL);
	no_pages = true;
	EXPECT_RETURNS("no page to be had", push_string(&bprm, "text", 5, false), -E2BIG);
	setup(NULL);
	this_task.sigpending_flag = true;
	this_task.pending.signal = sigmask(SIGKILL);
	EXPECT_RETURNS("SIGKILL is pending, a string of 32 pages",
		       push_string(&bprm, (char *)USER, MAX_ARG_STRLEN, true), -ERESTARTNOHAND);
	if (pages_asked > 1)
		fail_msg("SIGKILL is pending: %u pages were filled, expected one", pages_asked);
}

/* The strings and their array with its NULL, at the user address USER + @where. */
static struct arg_ptr user_strings(unsigned long where, const char *const *strings)
{
	unsigned long *array = (unsigned long *)(old + where), text = where + 64 * sizeof(long);

	for (; *strings; strings++) {
		*array++ = USER + text;
		memcpy(old + text, *strings, strlen(*strings) + 1);
		text += strlen(*strings) + 1;
	}
	*array = 0;
	return (struct arg_ptr){.user = (const char __user *const __user *)(USER + where)};
}

static const char *const three[] = {"one", "", "three", NULL}, *const two[] = {"A=1", "B=2", NULL};

static void copy_strings_keeps_the_order(void **state)
{
	static const char row[] = "one\0\0three\0A=1\0B=2\0/bin/program";

	(void)state;
	/* Strings of the kernel, then of the user: the same row. */
	for (int user = 0; user < 2; user++) {
		const char *what = user ? "the caller's strings" : "the kernel's strings";
		struct arg_ptr argv =
			user ? user_strings(0, three) : (struct arg_ptr){.kernel = three};
		struct arg_ptr envp =
			user ? user_strings(0x2000, two) : (struct arg_ptr){.kernel = two};

		EXPECT_RETURNS(what, lay_strings(&bprm, argv, envp), 0);
		EXPECT_WORD("p below all strings", bprm.p, TOP - 8 - sizeof(row));
		expect_row(what, bprm.p, row, sizeof(row));
		EXPECT_WORD("argc", bprm.argc, 3);
		setup(NULL);
	}
}

static void copy_strings_knows_its_errors(void **state)
{
	struct arg_ptr argv = user_strings(0, three);

	(void)state;
	((unsigned long *)old)[1] = 0x1000;
	EXPECT_RETURNS("argv[1] points to nowhere", copy_strings(3, argv, &bprm), -EFAULT);
	setup(NULL);
	argv = user_strings(0, three);
	((unsigned long *)old)[2] = USER + sizeof(old) - 3;
	memcpy(old + sizeof(old) - 3, "xyz", 3);
	EXPECT_RETURNS("argv[2] runs into nowhere", copy_strings(3, argv, &bprm), -EFAULT);
	setup(NULL);
	argv.user = (const char __user *const __user *)(USER + sizeof(old) - 8);
	EXPECT_RETURNS("argv[1] itself cannot be read", copy_strings(2, argv, &bprm), -EFAULT);
	setup(NULL);
	argv = user_strings(0, three);
	((unsigned long *)old)[0] = USER + PAGE_SIZE;
	memset(old + PAGE_SIZE, 'x', MAX_ARG_STRLEN - 1);
	EXPECT_RETURNS("128 KiB with the NUL", copy_strings(1, argv, &bprm), 0);
	setup(NULL);
	argv = user_strings(0, three);
	((unsigned long *)old)[0] = USER + PAGE_SIZE;
	memset(old + PAGE_SIZE, 'x', MAX_ARG_STRLEN);
	EXPECT_RETURNS("one byte more than 128 KiB", copy_strings(1, argv, &bprm), -E2BIG);
	setup(NULL);
	EXPECT_RETURNS("no strings", copy_strings(0, (struct arg_ptr){0}, &bprm), 0);
	EXPECT_WORD("p after no strings", bprm.p, TOP - 8);
}

static void pointers_follow_the_strings(void **state)
{
	static const char row[] = "one\0\0three\0";
	unsigned long text = TOP - 64, str = text, table = TOP - 4096;
	unsigned long __user *sp = (unsigned long __user *)table;

	(void)state;
	memcpy(host((void *)text, sizeof(row)), row, sizeof(row));
	EXPECT_RETURNS("three strings", put_string_pointers(&sp, &str, 3), 0);
	EXPECT_WORD("pointer 0, to \"one\"", word(table), text);
	EXPECT_WORD("pointer 1, to \"\"", word(table + 8), text + 4);
	EXPECT_WORD("pointer 2, to \"three\"", word(table + 16), text + 5);
	EXPECT_WORD("the NULL behind them", word(table + 24), 0);
	EXPECT_WORD("*sp after 3 pointers and NULL", sp, table + 32);
	EXPECT_WORD("*str after the last string", str, text + 11);
	EXPECT_RETURNS("no strings", put_string_pointers(&sp, &str, 0), 0);
	EXPECT_WORD("the NULL alone", word(table + 32), 0);
	EXPECT_WORD("*sp after the NULL alone", sp, table + 40);
	EXPECT_WORD("*str after no string", str, text + 11);
	str = text;
	sp = (unsigned long __user *)0x1000;
	EXPECT_RETURNS("*sp is not mapped", put_string_pointers(&sp, &str, 1), -EFAULT);
	sp = (unsigned long __user *)0x1000;
	EXPECT_RETURNS("*sp is not mapped, no strings", put_string_pointers(&sp, &str, 0), -EFAULT);
	sp = (unsigned long __user *)TOP - 1;
	EXPECT_RETURNS("the NULL alone is not mapped", put_string_pointers(&sp, &str, 1), -EFAULT);
	str = TOP - 4;
	memset(host((void *)str, 4), 'x', 4);
	sp = (unsigned long __user *)table;
	EXPECT_RETURNS("a string that runs out of the stack", put_string_pointers(&sp, &str, 1),
		       -EINVAL);
	area.vm_start = BOTTOM;
	str = TOP - MAX_ARG_STRLEN - PAGE_SIZE;
	memset(host((void *)str, MAX_ARG_STRLEN), 'x', MAX_ARG_STRLEN);
	sp = (unsigned long __user *)table;
	EXPECT_RETURNS("a string of more than 128 KiB", put_string_pointers(&sp, &str, 1), -EINVAL);
}

/* The entry of @type in @auxv is there once and has this value. */
static void expect_aux(const unsigned long *auxv, size_t words, const char *name,
		       unsigned long type, unsigned long wanted)
{
	unsigned long value = 0;
	int found = 0;

	for (size_t i = 0; i + 1 < words; i += 2) {
		if (auxv[i] != type)
			continue;
		value = auxv[i + 1];
		found++;
	}
	if (found != 1)
		fail_msg("%s (type %lu): %d entries, expected one", name, type, found);
	if (value != wanted)
		fail_msg("%s: got %#lx, wanted %#lx", name, value, wanted);
}

static unsigned long aux(const unsigned long *auxv, unsigned long type)
{
	while (*auxv != type && *auxv != AT_NULL)
		auxv += 2;
	return *auxv == type ? auxv[1] : 0;
}

static void expect_length(const char *what, size_t got, size_t wanted)
{
	if (got != wanted)
		fail_msg("%s: fill_auxv returned %zu words, expected %zu (AT_NULL counts two)",
			 what, got, wanted);
}

static void auxv_says_what_it_should(void **state)
{
	Elf64_Ehdr ehdr = {.e_phnum = 9, .e_entry = 0x1130};
	struct elf_image img = {.ehdr = &ehdr, .phdr_addr = 0x40};
	struct elf_layout l = {.load_bias = 0x555555554000,
			       .interp_base = 0x7ffff7fca000,
			       .entry = 0x7ffff7fe4b70};
#define ENTRY(type, value) \
	{ \
		type, value, #type \
	}
	const struct {
		unsigned long type, value;
		const char *name;
	} wanted[] = {
		ENTRY(AT_SYSINFO_EHDR, 0x7ffff7fc8000),
		ENTRY(AT_MINSIGSTKSZ, 0x7f0),
		ENTRY(AT_HWCAP, 0xbfebfbff),
		ENTRY(AT_PAGESZ, 4096),
		ENTRY(AT_CLKTCK, 100),
		ENTRY(AT_PHDR, 0x555555554040),
		ENTRY(AT_PHENT, 56),
		ENTRY(AT_PHNUM, 9),
		ENTRY(AT_BASE, 0x7ffff7fca000),
		ENTRY(AT_FLAGS, 0),
		ENTRY(AT_ENTRY, 0x555555555130),
		ENTRY(AT_UID, 11),
		ENTRY(AT_EUID, 12),
		ENTRY(AT_GID, 13),
		ENTRY(AT_EGID, 14),
		ENTRY(AT_SECURE, 1),
		ENTRY(AT_RANDOM, 0x1234),
		ENTRY(AT_HWCAP2, 2),
		ENTRY(AT_EXECFN, 0xfff0),
		ENTRY(AT_PLATFORM, 0x5678),
		ENTRY(AT_NULL, 0),
	};
#undef ENTRY
	const size_t all = 2 * (sizeof(wanted) / sizeof(wanted[0]));
	const unsigned long *auxv = new_mm.saved_auxv;
	size_t words;

	(void)state;
	new_mm.context.vdso = (void *)0x7ffff7fc8000;
	bprm.exec = 0xfff0;
	bprm.secureexec = true;
	/* First with an entry more, so that something is left for the next to forget. */
	bprm.have_execfd = true;
	bprm.execfd = 5;
	words = fill_auxv(&bprm, &img, &l, 0x1234, 0x5678);
	expect_length("with have_execfd", words, all + 2);
	expect_aux(auxv, words, "AT_EXECFD", AT_EXECFD, 5);
	if (auxv[words - 4] != AT_EXECFD)
		fail_msg("AT_EXECFD is not the last entry before AT_NULL, type %lu is",
			 auxv[words - 4]);
	bprm.have_execfd = false;
	words = fill_auxv(&bprm, &img, &l, 0x1234, 0x5678);
	expect_length("with a vdso", words, all);
	for (unsigned int i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		expect_aux(auxv, words, wanted[i].name, wanted[i].type, wanted[i].value);
	if (auxv[0] != AT_SYSINFO_EHDR)
		fail_msg("AT_SYSINFO_EHDR is not the first entry, type %lu is", auxv[0]);
	EXPECT_WORD("the type of the last entry, AT_NULL", auxv[words - 2], AT_NULL);
	/* No vdso: no AT_SYSINFO_EHDR, not one of 0. Nothing of an earlier vector stays. */
	new_mm.context.vdso = NULL;
	words = fill_auxv(&bprm, &img, &l, 0x1234, 0x5678);
	expect_length("without a vdso", words, all - 2);
	if (auxv[0] == AT_SYSINFO_EHDR)
		fail_msg("there is no vdso, but AT_SYSINFO_EHDR");
	for (size_t i = words; i < sizeof(new_mm.saved_auxv) / sizeof(long); i++)
		if (auxv[i])
			fail_msg("word %zu of saved_auxv, behind AT_NULL, is %#lx, expected 0", i,
				 auxv[i]);
	/* Headers that lie in no segment: the bias goes on all the same. */
	img.phdr_addr = 0;
	words = fill_auxv(&bprm, &img, &l, 0x1234, 0x5678);
	expect_aux(auxv, words, "AT_PHDR, phdr_addr is 0", AT_PHDR, 0x555555554000);
}

/* argc, argv and envp with their NULLs are at @p; returns the address behind them. */
static unsigned long expect_tables(unsigned long p, const char *const *argv,
				   const char *const *envp)
{
	int argc = 0;
	char what[40];

	while (argv[argc])
		argc++;
	EXPECT_WORD("argc, at bprm->p", word(p), argc);
	p += 8;
	for (const char *const *list = argv;; list = envp) {
		const char *name = list == argv ? "argv" : "envp";

		for (int i = 0; list[i]; i++, p += 8) {
			sprintf(what, "%s[%d]", name, i);
			expect_string_of(what, p, list[i]);
		}
		sprintf(what, "the NULL behind %s", name);
		EXPECT_WORD(what, word(p), 0);
		p += 8;
		if (list == envp)
			return p;
	}
}

static void write_tables_goes_up_from_argc(void **state)
{
	static const char row[] = "one\0\0three\0A=1\0B=2\0/bin/program";
	unsigned long p = TOP - 4096 + 64, end;

	(void)state;
	new_mm.arg_start = TOP - 256;
	memcpy(host((void *)new_mm.arg_start, sizeof(row)), row, sizeof(row));
	for (unsigned int i = 0; i < 6; i++)
		new_mm.saved_auxv[i] = 0x100 + i;
	bprm.p = p;
	bprm.argc = 3;
	bprm.envc = 2;
	EXPECT_RETURNS("3 and 2 strings", write_tables(&bprm, 6), 0);
	end = expect_tables(p, three, two);
	for (unsigned int i = 0; i < 6; i++)
		EXPECT_WORD("a word of saved_auxv behind envp's NULL", word(end + 8 * i),
			    0x100 + i);
	EXPECT_WORD("what is behind the 6 words, not to be touched", word(end + 48),
		    0xcccccccccccccccc);
	EXPECT_WORD("mm->arg_end", new_mm.arg_end, new_mm.arg_start + 11);
	EXPECT_WORD("mm->env_start", new_mm.env_start, new_mm.arg_start + 11);
	EXPECT_WORD("mm->env_end", new_mm.env_end, new_mm.arg_start + 11 + 8);
	/* No word of the tables may be missed: the stack ends before the first, the second .. */
	for (unsigned int n = 0; n < 14; n++) {
		char what[60];

		sprintf(what, "the stack ends %u words above bprm->p", n);
		bprm.p = TOP - 8 * n;
		new_mm.arg_start = TOP - 256;
		EXPECT_RETURNS(what, write_tables(&bprm, 6), -EFAULT);
	}
	bprm.p = area.vm_start - 8;
	new_mm.arg_start = TOP - 256;
	EXPECT_RETURNS("argc alone is not mapped", write_tables(&bprm, 6), -EFAULT);
	bprm.p = p;
	new_mm.arg_start = TOP - 2;
	memset(host((void *)(TOP - 2), 2), 'x', 2);
	EXPECT_RETURNS("the strings run out of the stack", write_tables(&bprm, 6), -EINVAL);
}

static void tables_are_complete_and_aligned(void **state)
{
	static const char random[] =
		"\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab\xac\xad\xae\xaf";
	static const char *list[1501];
	Elf64_Ehdr ehdr = {.e_phnum = 9};
	struct elf_image img = {.ehdr = &ehdr};
	struct elf_layout l = {0};

	(void)state;
	/*
	 * The last one's tables are larger than what is mapped below the strings: a page, as if
	 * from setup_arg_pages.
	 */
	for (int n = 1; n <= 13; n++) {
		int argc = n < 13 ? n : 1500;
		unsigned long below, end, tables = 8 * (1 + argc + 1 + 3 + 40);

		for (int i = 0; i < argc; i++)
			list[i] = i % 3 ? "x" : "a string";
		list[argc] = NULL;
		setup(NULL);
		if (lay_strings(&bprm, (struct arg_ptr){.kernel = list},
				(struct arg_ptr){.kernel = two}))
			fail_msg("copy_strings does not work yet");
		area.vm_start -= PAGE_SIZE;
		new_mm.arg_start = bprm.p;
		below = (bprm.p & ~15UL) - 7 - 16;
		EXPECT_RETURNS("all is well", create_elf_tables(&bprm, &img, &l), 0);
		expect_unlocked();
		if (bprm.p != ((below - tables) & ~15UL))
			fail_msg("argc %d: bprm->p is %#lx, expected %#lx: %lu bytes of tables "
				 "below the "
				 "random bytes at %#lx, down to a multiple of 16",
				 argc, bprm.p, (below - tables) & ~15UL, tables, below);
		if (!growths)
			fail_msg("find_extend_vma was not called: who grows the stack?");
		if (growths != 1 || grown_to != bprm.p)
			fail_msg("find_extend_vma: called %u times, last for %#lx; expected once, "
				 "for bprm->p "
				 "%#lx",
				 growths, grown_to, bprm.p);
		if (records != 1 || record_start != area.vm_start)
			fail_msg("the record of the stage: %u of them, the VMA starts at %#lx; "
				 "expected one, "
				 "%#lx",
				 records, record_start, area.vm_start);
		end = expect_tables(bprm.p, list, two);
		if (memcmp(at(end), new_mm.saved_auxv, 40 * 8))
			fail_msg("behind envp's NULL, at %#lx, are not the 40 words of saved_auxv",
				 end);
		EXPECT_WORD("AT_PLATFORM", aux(new_mm.saved_auxv, AT_PLATFORM), below + 16);
		expect_row("AT_PLATFORM", below + 16, "x86_64", 7);
		EXPECT_WORD("AT_RANDOM", aux(new_mm.saved_auxv, AT_RANDOM), below);
		expect_row("AT_RANDOM", below, random, 16);
		EXPECT_WORD("AT_EXECFN", aux(new_mm.saved_auxv, AT_EXECFN), bprm.exec);
		EXPECT_WORD("mm->env_start", new_mm.env_start, new_mm.env_end - 8);
		EXPECT_WORD("mm->arg_end", new_mm.arg_end, new_mm.env_start);
		EXPECT_WORD("mm->env_end", new_mm.env_end, bprm.exec);
	}
	setup(NULL);
	killed = true;
	bprm.p = new_mm.arg_start = TOP - 256;
	EXPECT_RETURNS("killed before it has mmap_lock", create_elf_tables(&bprm, &img, &l),
		       -EINTR);
	setup(NULL);
	area.vm_start = BOTTOM;
	bprm.p = new_mm.arg_start = BOTTOM + 64;
	EXPECT_RETURNS("the stack cannot grow to the tables", create_elf_tables(&bprm, &img, &l),
		       -EFAULT);
	expect_unlocked();
	setup(NULL);
	bprm.p = new_mm.arg_start = area.vm_start + 8;
	EXPECT_RETURNS("no room for the platform's name", create_elf_tables(&bprm, &img, &l),
		       -EFAULT);
	expect_unlocked();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(push_string_goes_down, setup),
		cmocka_unit_test_setup(push_string_crosses_pages, setup),
		cmocka_unit_test_setup(copy_strings_keeps_the_order, setup),
		cmocka_unit_test_setup(copy_strings_knows_its_errors, setup),
		cmocka_unit_test_setup(pointers_follow_the_strings, setup),
		cmocka_unit_test_setup(auxv_says_what_it_should, setup),
		cmocka_unit_test_setup(write_tables_goes_up_from_argc, setup),
		cmocka_unit_test_setup(tables_are_complete_and_aligned, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
