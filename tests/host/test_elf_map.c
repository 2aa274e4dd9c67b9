/* SPDX-License-Identifier: MIT */
/*
 * fs/elf_map.c against a memory that only writes down what is asked of it: which
 * areas are mapped, from where in the file, and which bytes are zeroed. Its
 * source is included, for the host has no running task.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>

#include <elf_image.h>
#include <linux/mman.h>
#include <mm.h>
#include <sched.h>
#include <string.h>
#include <trace.h>
#include <asm/uaccess.h>

static struct mm_struct this_mm;
static struct task_struct this_task = {.mm = &this_mm};
#undef current
#define current (&this_task)

#include "../../fs/elf_map.c"

#define ANYWHERE 0x7ffff7fc0000UL /* where a mapping without a wish goes */

/* What was asked for, one line each, in order. */
static char asked[4096];
static int map_error, brk_error, clear_error;
static struct file *const program = (struct file *)0x1000;

static __attribute__((format(printf, 1, 2))) void note(const char *fmt, ...)
{
	size_t at = strlen(asked);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(asked + at, sizeof(asked) - at, fmt, ap);
	va_end(ap);
}

int vm_mmap(struct file *file, unsigned long *addr, unsigned long len, unsigned long prot,
	    unsigned long flags, unsigned long offset)
{
	if (file != program || offset_in_page(offset) || !(flags & MAP_PRIVATE))
		return -EINVAL;
	note("map %lx+%lx prot %lx from %lx\n", *addr, PAGE_ALIGN(len), prot, offset);
	if (!*addr)
		*addr = ANYWHERE;
	return map_error;
}

int vm_munmap(unsigned long start, size_t len)
{
	if (len)
		note("unmap %lx+%lx\n", start, PAGE_ALIGN(len));
	return len ? 0 : -EINVAL;
}

int vm_brk_flags(unsigned long addr, unsigned long len, unsigned long flags)
{
	if (offset_in_page(addr))
		return -EINVAL;
	if (len)
		note("zero pages %lx+%lx%s\n", addr, PAGE_ALIGN(len),
		     flags == VM_EXEC ? " exec"
		     : flags	      ? " ?"
				      : "");
	return len ? brk_error : 0;
}

unsigned long clear_user(void __user *to, unsigned long n)
{
	if (n)
		note("clear %lx+%lx\n", (unsigned long)to, n);
	return n && clear_error ? n : 0;
}

struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr)
{
	(void)mm, (void)addr;
	return NULL;
}

void exec_stage(enum exec_stage stage, const char *function, u32 line, int pid, const char *comm,
		unsigned long start, unsigned long end, unsigned long vm_flags, unsigned long pgoff,
		int error)
{
	(void)stage, (void)function, (void)line, (void)pid, (void)comm;
	(void)start, (void)end, (void)vm_flags, (void)pgoff, (void)error;
}

void down_read(struct rw_semaphore *sem) { (void)sem; }
void up_read(struct rw_semaphore *sem) { (void)sem; }

static int setup(void **state)
{
	(void)state;
	asked[0] = '\0';
	map_error = brk_error = clear_error = 0;
	return 0;
}

#define ASKED(text)                                                                                \
	do {                                                                                       \
		assert_string_equal(asked, text);                                                  \
		asked[0] = '\0';                                                                   \
	} while (0)

static Elf64_Phdr segment(unsigned long offset, unsigned long vaddr, unsigned long filesz,
			  unsigned long memsz)
{
	return (Elf64_Phdr){.p_type = PT_LOAD,
			    .p_offset = offset,
			    .p_vaddr = vaddr,
			    .p_filesz = filesz,
			    .p_memsz = memsz};
}

static void padzero_clears_to_the_pages_end(void **state)
{
	(void)state;
	assert_int_equal(padzero(0x500600), 0);
	ASKED("clear 500600+a00\n");
	assert_int_equal(padzero(0x500fff), 0);
	ASKED("clear 500fff+1\n");
	assert_int_equal(padzero(0x500001), 0);
	ASKED("clear 500001+fff\n");
	/* At a page's end nothing of the file's page is left. */
	assert_int_equal(padzero(0x501000), 0);
	ASKED("");
	clear_error = 1;
	assert_int_equal(padzero(0x500600), -EFAULT);
}

static void set_brk_maps_whole_pages(void **state)
{
	(void)state;
	assert_int_equal(set_brk(0x500600, 0x505600, PROT_READ | PROT_WRITE), 0);
	ASKED("zero pages 501000+5000\n");
	assert_int_equal(set_brk(0x501000, 0x503000, PROT_READ | PROT_WRITE | PROT_EXEC), 0);
	ASKED("zero pages 501000+2000 exec\n");
	/* All of it in the page that padzero has cleared. */
	assert_int_equal(set_brk(0x500600, 0x501000, PROT_READ | PROT_WRITE), 0);
	ASKED("");
	brk_error = -ENOMEM;
	assert_int_equal(set_brk(0x500600, 0x505600, PROT_READ), -ENOMEM);
}

static void elf_map_asks_for_whole_pages(void **state)
{
	Elf64_Phdr ph = segment(0x1400, 0x500400, 0x200, 0x5000);
	unsigned long addr = 0x500400;

	(void)state;
	assert_int_equal(elf_map(program, &addr, &ph, PROT_READ, MAP_PRIVATE | MAP_FIXED, 0), 0);
	assert_int_equal(addr, 0x500000);
	ASKED("map 500000+1000 prot 1 from 1000\n");
	/* The last byte decides how many pages. */
	ph = segment(0x1400, 0x500400, 0xc01, 0xc01);
	addr = 0x7000500400;
	assert_int_equal(elf_map(program, &addr, &ph, PROT_READ, MAP_PRIVATE | MAP_FIXED, 0), 0);
	assert_int_equal(addr, 0x7000500000);
	ASKED("map 7000500000+2000 prot 1 from 1000\n");
	/* Nothing in the file, at a page's start: nothing to map. */
	ph = segment(0, 0x500000, 0, 0x1000);
	addr = 0x500000;
	assert_int_equal(elf_map(program, &addr, &ph, PROT_READ, MAP_PRIVATE | MAP_FIXED, 0), 0);
	assert_int_equal(addr, 0x500000);
	ASKED("");
	/* ... and in no place where user memory can be. */
	addr = TASK_SIZE;
	assert_true(elf_map(program, &addr, &ph, PROT_READ, MAP_PRIVATE | MAP_FIXED, 0) < 0);
	map_error = -EEXIST;
	ph = segment(0x1400, 0x500400, 0x200, 0x200);
	addr = 0x500400;
	assert_int_equal(elf_map(program, &addr, &ph, PROT_READ, MAP_PRIVATE, 0), -EEXIST);
	ASKED("map 500000+1000 prot 1 from 1000\n");
	/* With total_size: room for all segments is found, and what this one does not need is given back. */
	map_error = 0;
	ph = segment(0, 0, 0x1234, 0x1234);
	addr = 0;
	assert_int_equal(elf_map(program, &addr, &ph, PROT_READ, MAP_PRIVATE, 0x34567), 0);
	assert_int_equal(addr, ANYWHERE);
	ASKED("map 0+35000 prot 1 from 0\nunmap 7ffff7fc2000+33000\n");
	/* No room was found: nothing is given back. */
	map_error = -ENOMEM;
	addr = 0;
	assert_int_equal(elf_map(program, &addr, &ph, PROT_READ, MAP_PRIVATE, 0x34567), -ENOMEM);
	ASKED("map 0+35000 prot 1 from 0\n");
}

static void elf_load_does_its_steps_in_order(void **state)
{
	Elf64_Phdr ph = segment(0x1400, 0x500400, 0x200, 0x5200);
	unsigned long addr = 0x500400;

	(void)state;
	assert_int_equal(
		elf_load(program, &addr, &ph, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, 0),
		0);
	assert_int_equal(addr, 0x500000);
	ASKED("map 500000+1000 prot 3 from 1000\nclear 500600+a00\nzero pages 501000+5000\n");
	/* No bss: the bytes behind the segment are left alone. */
	ph.p_memsz = ph.p_filesz;
	addr = 0x500400;
	assert_int_equal(
		elf_load(program, &addr, &ph, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, 0),
		0);
	ASKED("map 500000+1000 prot 3 from 1000\n");
	/* A page that cannot be written keeps its bytes: no error. */
	ph.p_memsz = 0x1000;
	clear_error = 1;
	addr = 0x500400;
	assert_int_equal(elf_load(program, &addr, &ph, PROT_READ, MAP_PRIVATE | MAP_FIXED, 0), 0);
	ASKED("map 500000+1000 prot 1 from 1000\nclear 500600+a00\nzero pages 501000+1000\n");
	/* The file's part fails: no step more. */
	map_error = -EEXIST;
	addr = 0x500400;
	assert_int_equal(elf_load(program, &addr, &ph, PROT_READ, MAP_PRIVATE, 0), -EEXIST);
	ASKED("map 500000+1000 prot 1 from 1000\n");
}

static void elf_load_of_nothing_in_the_file(void **state)
{
	Elf64_Phdr ph = segment(0x800, 0x502800, 0, 0x1000);
	unsigned long addr = 0x502800;

	(void)state;
	assert_int_equal(
		elf_load(program, &addr, &ph, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, 0),
		0);
	assert_int_equal(addr, 0x502000);
	ASKED("zero pages 502000+2000\n");
	/* Nothing at all is right, too. */
	ph = segment(0x800, 0x502800, 0, 0);
	addr = 0x502800;
	assert_int_equal(elf_load(program, &addr, &ph, PROT_READ, MAP_PRIVATE | MAP_FIXED, 0), 0);
	ASKED("");
	addr = TASK_SIZE + 0x1000;
	assert_true(elf_load(program, &addr, &ph, PROT_READ, MAP_PRIVATE | MAP_FIXED, 0) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(padzero_clears_to_the_pages_end, setup),
		cmocka_unit_test_setup(set_brk_maps_whole_pages, setup),
		cmocka_unit_test_setup(elf_map_asks_for_whole_pages, setup),
		cmocka_unit_test_setup(elf_load_does_its_steps_in_order, setup),
		cmocka_unit_test_setup(elf_load_of_nothing_in_the_file, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
