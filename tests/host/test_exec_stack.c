/* SPDX-License-Identifier: MIT */
/*
 * The strings of fs/exec_stack.c and the tables of fs/elf_tables.c on a stack
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
#include <mm.h>
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
static bool no_pages; /* the new stack has no memory left */

#undef current
#define current (&this_task)
#undef page_address
#define page_address(p) ((void *)(stack + ((p)-pages) * PAGE_SIZE))

#include "../../fs/exec_stack.c"
#include "../../fs/elf_tables.c"

struct cpu_features boot_cpu = {.hwcap = 0xbfebfbff, .hwcap2 = 2};
unsigned long get_sigframe_size(void) { return 0x7f0; }
void put_page(struct page *p) { (void)p; }

/* The host's byte behind a user address of @n bytes; NULL: not mapped. */
static char *host(const void __user *p, unsigned long n)
{
	unsigned long a = (unsigned long)p;

	if (a >= BOTTOM && n <= TOP - a && a < TOP)
		return stack + (a - BOTTOM);
	if (a >= USER && a < USER + sizeof(old) && n <= USER + sizeof(old) - a)
		return old + (a - USER);
	return NULL;
}

unsigned long copy_from_user(void *to, const void __user *from, unsigned long n)
{
	char *p = host(from, n);

	if (!n)
		fail_msg("a step of 0 bytes: it would never end");
	if (p)
		memcpy(to, p, n);
	return p ? 0 : n;
}

unsigned long copy_to_user(void __user *to, const void *from, unsigned long n)
{
	char *p = host(to, n);

	if (p)
		memcpy(p, from, n);
	return p ? 0 : n;
}

long strnlen_user(const char __user *s, long n)
{
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
	return no_pages || addr < BOTTOM || addr >= TOP ? ERR_PTR(-EFAULT)
							: &pages[(addr - BOTTOM) / PAGE_SIZE];
}

int expand_stack(struct vm_area_struct *vma, unsigned long address)
{
	vma->vm_start = PAGE_ALIGN_DOWN(address);
	return 0;
}

struct vm_area_struct *find_extend_vma(struct mm_struct *mm, unsigned long addr)
{
	(void)mm;
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

void down_write(struct rw_semaphore *s) { (void)s; }
int down_write_killable(struct rw_semaphore *s) { return (void)s, 0; }
void up_write(struct rw_semaphore *s) { (void)s; }

void exec_stage(enum exec_stage stage, const char *function, u32 line, int pid, const char *comm,
		unsigned long start, unsigned long end, unsigned long vm_flags, unsigned long pgoff,
		int error)
{
	(void)stage, (void)function, (void)line, (void)pid, (void)comm;
	(void)start, (void)end, (void)vm_flags, (void)pgoff, (void)error;
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
	no_pages = false;
	this_task = (struct task_struct){.mm = &new_mm, .cred = &creds, .signal = &signals};
	area = (struct vm_area_struct){
		.vm_mm = &new_mm, .vm_start = TOP - PAGE_SIZE, .vm_end = TOP};
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
	unsigned long v = 0xdeadbeef;

	copy_from_user(&v, (void *)addr, sizeof(v));
	return v;
}

static void push_string_goes_down(void **state)
{
	(void)state;
	assert_int_equal(push_string(&bprm, "first", 6, false), 0);
	assert_int_equal(bprm.p, TOP - 8 - 6);
	assert_string_equal(at(bprm.p), "first");
	assert_int_equal(push_string(&bprm, "", 1, false), 0);
	assert_string_equal(at(bprm.p), "");
	assert_string_equal(at(bprm.p + 1), "first");
	/* From user memory. */
	memcpy(old + 0x123, "from below", 11);
	assert_int_equal(push_string(&bprm, (char *)USER + 0x123, 11, true), 0);
	assert_int_equal(bprm.p, TOP - 8 - 6 - 1 - 11);
	assert_string_equal(at(bprm.p), "from below");
	assert_string_equal(at(bprm.p + 11), "");
}

static void push_string_crosses_pages(void **state)
{
	const unsigned long lengths[] = {
		PAGE_SIZE - 8, 1, PAGE_SIZE, PAGE_SIZE - 1, 2, 3 * PAGE_SIZE + 5, MAX_ARG_STRLEN};
	static char text[MAX_ARG_STRLEN];

	(void)state;
	for (unsigned int i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		unsigned long len = lengths[i], before = bprm.p;

		for (unsigned long j = 0; j < len - 1; j++)
			text[j] = 'a' + (j * 7 + j / PAGE_SIZE + i) % 26;
		text[len - 1] = '\0';
		memcpy(old, text, len);
		assert_int_equal(push_string(&bprm, i % 2 ? (char *)USER : text, len, i % 2 == 1),
				 0);
		assert_int_equal(bprm.p, before - len);
		assert_memory_equal(at(bprm.p), text, len);
	}
	setup(NULL);
	/* The limit is argmin itself: down to it is allowed. */
	bprm.argmin = bprm.p - 10;
	assert_int_equal(push_string(&bprm, "123456789", 10, false), 0);
	assert_int_equal(push_string(&bprm, "", 1, false), -E2BIG);
	setup(NULL);
	assert_int_equal(push_string(&bprm, (char *)USER + sizeof(old) - 4, 8, true), -EFAULT);
	setup(NULL);
	no_pages = true;
	assert_int_equal(push_string(&bprm, "text", 5, false), -E2BIG);
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
		struct arg_ptr argv =
			user ? user_strings(0, three) : (struct arg_ptr){.kernel = three};
		struct arg_ptr envp =
			user ? user_strings(0x2000, two) : (struct arg_ptr){.kernel = two};

		assert_int_equal(lay_strings(&bprm, argv, envp), 0);
		assert_int_equal(bprm.p, TOP - 8 - sizeof(row));
		assert_memory_equal(at(bprm.p), row, sizeof(row));
		assert_int_equal(bprm.argc, 3);
		setup(NULL);
	}
}

static void copy_strings_knows_its_errors(void **state)
{
	struct arg_ptr argv = user_strings(0, three);

	(void)state;
	/* One pointer to nowhere; a string that runs into nowhere; an array of which an entry cannot be read. */
	((unsigned long *)old)[1] = 0x1000;
	assert_int_equal(copy_strings(3, argv, &bprm), -EFAULT);
	setup(NULL);
	argv = user_strings(0, three);
	((unsigned long *)old)[2] = USER + sizeof(old) - 3;
	memcpy(old + sizeof(old) - 3, "xyz", 3);
	assert_int_equal(copy_strings(3, argv, &bprm), -EFAULT);
	setup(NULL);
	argv.user = (const char __user *const __user *)(USER + sizeof(old) - 8);
	assert_int_equal(copy_strings(2, argv, &bprm), -EFAULT);
	/* A string of 128 KiB with its NUL goes, one byte more does not. */
	setup(NULL);
	argv = user_strings(0, three);
	((unsigned long *)old)[0] = USER + PAGE_SIZE;
	memset(old + PAGE_SIZE, 'x', MAX_ARG_STRLEN - 1);
	assert_int_equal(copy_strings(1, argv, &bprm), 0);
	setup(NULL);
	argv = user_strings(0, three);
	((unsigned long *)old)[0] = USER + PAGE_SIZE;
	memset(old + PAGE_SIZE, 'x', MAX_ARG_STRLEN);
	assert_int_equal(copy_strings(1, argv, &bprm), -E2BIG);
	setup(NULL);
	assert_int_equal(copy_strings(0, (struct arg_ptr){0}, &bprm), 0);
	assert_int_equal(bprm.p, TOP - 8);
}

static void pointers_follow_the_strings(void **state)
{
	static const char row[] = "one\0\0three\0";
	unsigned long text = TOP - 64, str = text, table = TOP - 4096;
	unsigned long __user *sp = (unsigned long __user *)table;

	(void)state;
	memcpy(host((void *)text, sizeof(row)), row, sizeof(row));
	assert_int_equal(put_string_pointers(&sp, &str, 3), 0);
	assert_int_equal(word(table), text);
	assert_int_equal(word(table + 8), text + 4);
	assert_int_equal(word(table + 16), text + 5);
	assert_int_equal(word(table + 24), 0);
	assert_int_equal((unsigned long)sp, table + 32);
	assert_int_equal(str, text + 11);
	/* No strings: the NULL alone. */
	assert_int_equal(put_string_pointers(&sp, &str, 0), 0);
	assert_int_equal(word(table + 32), 0);
	assert_int_equal((unsigned long)sp, table + 40);
	assert_int_equal(str, text + 11);
	sp = (unsigned long __user *)0x1000;
	assert_int_equal(put_string_pointers(&sp, &str, 1), -EFAULT);
	/* A string that does not end. */
	str = TOP - 4;
	memset(host((void *)str, 4), 'x', 4);
	sp = (unsigned long __user *)table;
	assert_int_equal(put_string_pointers(&sp, &str, 1), -EINVAL);
}

/* The value of @type in @auxv; fails unless it is there once. */
static unsigned long aux(const unsigned long *auxv, size_t words, unsigned long type)
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
		print_message("auxv type %lu: %d entries, expected one\n", type, found);
	assert_int_equal(found, 1);
	return value;
}

static void auxv_says_what_it_should(void **state)
{
	Elf64_Ehdr ehdr = {.e_phnum = 9, .e_entry = 0x1130};
	struct elf_image img = {.ehdr = &ehdr, .phdr_addr = 0x40};
	struct elf_layout l = {.load_bias = 0x555555554000,
			       .interp_base = 0x7ffff7fca000,
			       .entry = 0x7ffff7fe4b70};
	const struct {
		unsigned long type, value;
	} wanted[] = {
		{AT_SYSINFO_EHDR, 0x7ffff7fc8000},
		{AT_MINSIGSTKSZ, 0x7f0},
		{AT_HWCAP, 0xbfebfbff},
		{AT_PAGESZ, 4096},
		{AT_CLKTCK, 100},
		{AT_PHDR, 0x555555554040},
		{AT_PHENT, 56},
		{AT_PHNUM, 9},
		{AT_BASE, 0x7ffff7fca000},
		{AT_FLAGS, 0},
		{AT_ENTRY, 0x555555555130},
		{AT_UID, 11},
		{AT_EUID, 12},
		{AT_GID, 13},
		{AT_EGID, 14},
		{AT_SECURE, 1},
		{AT_RANDOM, 0x1234},
		{AT_HWCAP2, 2},
		{AT_EXECFN, 0xfff0},
		{AT_PLATFORM, 0x5678},
		{AT_NULL, 0},
	};
	const unsigned long *auxv = new_mm.saved_auxv;
	size_t words;

	(void)state;
	new_mm.context.vdso = (void *)0x7ffff7fc8000;
	bprm.exec = 0xfff0;
	bprm.secureexec = true;
	words = fill_auxv(&bprm, &img, &l, 0x1234, 0x5678);
	assert_int_equal(words, 2 * (sizeof(wanted) / sizeof(wanted[0])));
	for (unsigned int i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		unsigned long got = aux(auxv, words, wanted[i].type);

		if (got != wanted[i].value)
			print_message("auxv type %lu (include <linux/auxvec.h>)\n", wanted[i].type);
		assert_int_equal(got, wanted[i].value);
	}
	assert_int_equal(auxv[words - 2], AT_NULL);
	/* No vdso: no AT_SYSINFO_EHDR, not one of 0. Nothing of an earlier vector stays. */
	new_mm.context.vdso = NULL;
	words = fill_auxv(&bprm, &img, &l, 0x1234, 0x5678);
	assert_int_equal(words, 2 * (sizeof(wanted) / sizeof(wanted[0])) - 2);
	assert_true(auxv[0] != AT_SYSINFO_EHDR);
	for (size_t i = words; i < sizeof(new_mm.saved_auxv) / sizeof(long); i++)
		assert_int_equal(auxv[i], 0);
}

static void tables_are_complete_and_aligned(void **state)
{
	Elf64_Ehdr ehdr = {.e_phnum = 9};
	struct elf_image img = {.ehdr = &ehdr};
	struct elf_layout l = {0};

	(void)state;
	for (int n = 0; n < 12; n++) {
		const char *list[13] = {0};
		unsigned long p;

		for (int i = 0; i <= n; i++)
			list[i] = i % 3 ? "x" : "a string";
		setup(NULL);
		assert_int_equal(lay_strings(&bprm, (struct arg_ptr){.kernel = list},
					     (struct arg_ptr){.kernel = two}),
				 0);
		new_mm.arg_start = p = bprm.p;
		assert_int_equal(create_elf_tables(&bprm, &img, &l), 0);
		assert_int_equal(bprm.p % 16, 0);
		assert_true(bprm.p < p && p - bprm.p < 700);
		assert_int_equal(word(bprm.p), n + 1);
		for (int i = 0; i <= n; i++)
			assert_string_equal(at(word(bprm.p + 8 + 8 * i)), list[i]);
		assert_int_equal(word(bprm.p + 8 * (n + 2)), 0);
		assert_string_equal(at(word(bprm.p + 8 * (n + 4))), "B=2");
		assert_int_equal(word(bprm.p + 8 * (n + 5)), 0);
		assert_memory_equal(at(bprm.p + 8 * (n + 6)), new_mm.saved_auxv, 40 * 8);
		assert_string_equal(at(aux(new_mm.saved_auxv, 42, AT_PLATFORM)), "x86_64");
		assert_memory_equal(
			at(aux(new_mm.saved_auxv, 42, AT_RANDOM)),
			"\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab\xac\xad\xae\xaf", 16);
		assert_string_equal(at(aux(new_mm.saved_auxv, 42, AT_EXECFN)), "/bin/program");
		assert_string_equal(at(new_mm.env_start), "A=1");
		assert_int_equal(new_mm.arg_end, new_mm.env_start);
		assert_int_equal(new_mm.env_end, bprm.exec);
	}
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
		cmocka_unit_test_setup(tables_are_complete_and_aligned, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
