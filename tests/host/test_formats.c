/* SPDX-License-Identifier: MIT */
/*
 * exec/formats.c: which formats are tried, and in which order; and what happens to
 * the list while an exec is in one of them. A format here does what the test tells it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>

#include <binfmts.h>
#include <fs.h>
#include <mm.h>
#include <sched.h>
#include <string.h>
#include <trace.h>
#include "shims.h"
#include "told.h"

static struct mm_struct this_mm;
static struct task_struct this_task = {.mm = &this_mm};
#undef current
#define current (&this_task)

#include "../../exec/formats.c"

/* What @load does in each format: its result, and what else happens meanwhile. */
static int result[3];
static void (*meanwhile)(void);
static ssize_t bytes;
static struct linux_binprm bprm;

ssize_t kernel_read(struct file *f, void *buf, size_t n, loff_t *pos)
{
	(void)f, (void)buf, (void)n, (void)pos;
	return bytes;
}

void exec_stage(const struct exec_site *site, unsigned long start, unsigned long end,
		const struct vm_area_struct *vma, int error)
{
	(void)site, (void)start, (void)end, (void)vma, (void)error;
}

static int load(int i)
{
	note("%c", 'a' + i);
	if (binfmt_lock.locked)
		fail_msg("binfmt_lock is held while a format, which may sleep, looks at the file");
	if (meanwhile)
		meanwhile();
	return result[i];
}

static int load_a(struct linux_binprm *b) { return (void)b, load(0); }
static int load_b(struct linux_binprm *b) { return (void)b, load(1); }
static int load_c(struct linux_binprm *b) { return (void)b, load(2); }
static int library_b(struct file *f) { return (void)f, load(1); }
static int library_c(struct file *f) { return (void)f, load(2); }

static struct linux_binfmt a = {.load_binary = load_a};
static struct linux_binfmt b = {.load_binary = load_b, .load_shlib = library_b};
static struct linux_binfmt c = {.load_binary = load_c, .load_shlib = library_c};

/* b is registered, then c, then a in front of both. */
static int setup(void **state)
{
	(void)state;
	INIT_LIST_HEAD(&formats);
	register_binfmt(&b);
	register_binfmt(&c);
	insert_binfmt(&a);
	asked[0] = '\0';
	result[0] = result[1] = result[2] = -ENOEXEC;
	meanwhile = NULL;
	bytes = 256;
	bprm = (struct linux_binprm){.argc = 1};
	return 0;
}

static void nobody_uses_them(void)
{
	IS(0UL, (unsigned long)a.users, "users of a after the walk");
	IS(0UL, (unsigned long)b.users, "users of b after the walk");
	IS(0UL, (unsigned long)c.users, "users of c after the walk");
}

static void tries_each_in_turn(void **state)
{
	(void)state;
	RETURNS(-ENOEXEC, search_binary_handler(&bprm), "no format knows the file");
	ASKED("abc", "no format knows the file");
	nobody_uses_them();
	result[1] = 0;
	RETURNS(0, search_binary_handler(&bprm), "b loads the file");
	ASKED("ab", "b loads the file");
	nobody_uses_them();
	result[0] = -EACCES;
	RETURNS(-EACCES, search_binary_handler(&bprm), "the error of a");
	ASKED("a", "the error of a");
	result[0] = -ENOEXEC;
	bprm.point_of_no_return = true;
	RETURNS(-ENOEXEC, search_binary_handler(&bprm), "a is past the point of no return");
	ASKED("a", "a is past the point of no return");
	nobody_uses_them();
	bytes = -EIO;
	RETURNS(-EIO, search_binary_handler(&bprm), "the file cannot be read");
	ASKED("", "the file cannot be read");
	INIT_LIST_HEAD(&formats);
	bytes = 256;
	RETURNS(-ENOENT, search_binary_handler(&bprm), "there are no formats");
}

static void tries_what_loads_libraries(void **state)
{
	(void)state;
	RETURNS(-ENOEXEC, search_library_handler(NULL), "no library");
	ASKED("bc", "a loads no libraries");
	result[1] = -EEXIST;
	RETURNS(-EEXIST, search_library_handler(NULL), "the error of b");
	ASKED("b", "the error of b");
	nobody_uses_them();
}

static void remove_b_while_in_b(void)
{
	if (b.users)
		RETURNS(-EAGAIN, unregister_binfmt(&b), "an exec is in b");
}

static void a_format_in_use_stays(void **state)
{
	(void)state;
	meanwhile = remove_b_while_in_b;
	RETURNS(-ENOEXEC, search_binary_handler(&bprm), "b is removed while it is in use");
	ASKED("abc", "b stays, and c is tried after it");
	RETURNS(0, unregister_binfmt(&b), "no exec is in b");
	RETURNS(-ENOEXEC, search_binary_handler(&bprm), "b is gone");
	ASKED("ac", "b is gone");
}

static void remove_a_and_c_while_in_b(void)
{
	if (!b.users)
		return;
	RETURNS(0, unregister_binfmt(&a), "the exec has left a");
	RETURNS(0, unregister_binfmt(&c), "the exec is not in c yet");
	insert_binfmt(&a);
}

static void the_list_changes_around_it(void **state)
{
	(void)state;
	meanwhile = remove_a_and_c_while_in_b;
	RETURNS(-ENOEXEC, search_binary_handler(&bprm), "neighbours of b come and go");
	ASKED("ab", "c is gone when b is left; a, in front, is not tried again");
	nobody_uses_them();
}

static void exec_inside(void)
{
	struct linux_binprm other = {.argc = 2};

	meanwhile = NULL;
	result[1] = 0;
	RETURNS(0, search_binary_handler(&other), "an exec while another one sleeps in a");
	IS(1UL, (unsigned long)a.users, "users of a: the exec that sleeps");
	RETURNS(-EAGAIN, unregister_binfmt(&a), "the first exec is still in a");
}

static void two_execs_at_once(void **state)
{
	(void)state;
	meanwhile = exec_inside;
	RETURNS(0, search_binary_handler(&bprm), "two execs");
	ASKED("aabb", "each goes through the list by itself");
	nobody_uses_them();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(tries_each_in_turn, setup),
		cmocka_unit_test_setup(tries_what_loads_libraries, setup),
		cmocka_unit_test_setup(a_format_in_use_stays, setup),
		cmocka_unit_test_setup(the_list_changes_around_it, setup),
		cmocka_unit_test_setup(two_execs_at_once, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
