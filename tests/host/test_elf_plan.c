/* links: fs/elf_plan.c */
/* SPDX-License-Identifier: MIT */
/* The plan of an ELF program, one claim a test. Random files: fuzz_elf_plan.c; whole execs: tests/oracle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <binfmts.h>
#include <elf_image.h>
#include <errno.h>
#include <linux/limits.h>
#include <string.h>

#define BASE 0x400000UL

static Elf64_Ehdr good_header(unsigned int phnum)
{
	return (Elf64_Ehdr){
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3},
		.e_type = ET_EXEC,
		.e_machine = EM_X86_64,
		.e_phoff = sizeof(Elf64_Ehdr),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = phnum,
	};
}

static Elf64_Phdr load(unsigned int flags, unsigned long off, unsigned long vaddr, unsigned long filesz,
		       unsigned long memsz)
{
	return (Elf64_Phdr){PT_LOAD, flags, off, vaddr, vaddr, filesz, memsz, PAGE_SIZE};
}

static struct elf_image plan(Elf64_Ehdr *eh, const Elf64_Phdr *phdr, unsigned int n, int expected)
{
	struct elf_image img;

	memset(&img, 0xa5, sizeof(img));
	*eh = good_header(n);
	assert_int_equal(elf_plan(eh, phdr, &img), expected);
	return img;
}

/* Linux looks at the magic, type and machine, and at nothing else: class, version and data order pass. */
static void header_fields(void **state)
{
	Elf64_Ehdr eh = good_header(1);

	(void)state;
	assert_true(elf_header_ok(&eh));
	eh.e_ident[EI_CLASS] = ELFCLASS32;
	eh.e_version = 77;
	assert_true(elf_header_ok(&eh));
	eh.e_type = ET_DYN;
	assert_true(elf_header_ok(&eh));
	eh.e_type = ET_REL;
	assert_false(elf_header_ok(&eh));
	eh = good_header(1);
	eh.e_machine = EM_386;
	assert_false(elf_header_ok(&eh));
	eh = good_header(1);
	eh.e_ident[3] = 'f';
	assert_false(elf_header_ok(&eh));
}

/* One page of headers and no more: 73 of them fit. */
static void table_size(void **state)
{
	Elf64_Ehdr eh = good_header(PAGE_SIZE / sizeof(Elf64_Phdr));

	(void)state;
	assert_int_equal(elf_phdrs_size(&eh), 73 * sizeof(Elf64_Phdr));
	eh.e_phnum++;
	assert_int_equal(elf_phdrs_size(&eh), 0);
	eh.e_phnum = 0;
	assert_int_equal(elf_phdrs_size(&eh), 0);
	eh = good_header(2);
	eh.e_phentsize--;
	assert_int_equal(elf_phdrs_size(&eh), 0);
}

static void code_and_data(void **state)
{
	const Elf64_Phdr ph[] = {
		load(PF_R | PF_X, 0, BASE, 0x600, 0x600),
		load(PF_R | PF_W, 0x600, BASE + 0x2600, 0x40, 0x1a40),
	};
	Elf64_Ehdr eh;
	struct elf_image img = plan(&eh, ph, 2, 0);

	(void)state;
	assert_int_equal(img.start_code, BASE);
	assert_int_equal(img.end_code, BASE + 0x600);
	assert_int_equal(img.start_data, BASE + 0x2600);
	assert_int_equal(img.end_data, BASE + 0x2640);
	assert_int_equal(img.brk, BASE + 0x4040);
	assert_int_equal(img.total_size, 0x4040);
	assert_int_equal(img.phdr_addr, BASE + sizeof(Elf64_Ehdr));
	assert_int_equal(img.executable_stack, EXSTACK_DEFAULT);
	assert_null(img.interp);
}

/* The order of the segments in the table does not matter for the span. */
static void span_of_unsorted_segments(void **state)
{
	const Elf64_Phdr ph[] = {
		load(PF_R, 0, BASE + 0x5000, 0x10, 0x10),
		load(PF_R, 0, BASE + 0x123, 0x10, 0x10),
	};
	Elf64_Ehdr eh;

	(void)state;
	assert_int_equal(plan(&eh, ph, 2, 0).total_size, 0x5010);
}

static void alignment_counts_if_power_of_two(void **state)
{
	static const struct {
		unsigned long p_align, alignment;
	} cases[] = {{0, 0}, {1, 4096}, {3, 0}, {4096, 4096}, {0x200000, 0x200000}, {0x200001, 0}, {1UL << 63, 1UL << 63}};
	Elf64_Phdr ph = load(PF_R, 0, BASE, 1, 1);
	Elf64_Ehdr eh;

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		ph.p_align = cases[i].p_align;
		assert_int_equal(plan(&eh, &ph, 1, 0).alignment, cases[i].alignment);
	}
}

static void last_stack_header_wins(void **state)
{
	Elf64_Phdr ph[] = {
		{.p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W},
		{.p_type = PT_GNU_STACK, .p_flags = PF_X},
	};
	Elf64_Ehdr eh;

	(void)state;
	assert_int_equal(plan(&eh, ph, 1, 0).executable_stack, EXSTACK_DISABLE_X);
	assert_int_equal(plan(&eh, ph, 2, 0).executable_stack, EXSTACK_ENABLE_X);
}

static void first_interp_wins(void **state)
{
	Elf64_Phdr ph[] = {
		{.p_type = PT_NULL},
		{.p_type = PT_INTERP, .p_filesz = 9},
		{.p_type = PT_INTERP, .p_filesz = 0},
	};
	Elf64_Ehdr eh;

	(void)state;
	assert_ptr_equal(plan(&eh, ph, 3, 0).interp, &ph[1]);
}

static void interp_path_length(void **state)
{
	static const struct {
		unsigned long filesz;
		int err;
	} cases[] = {{0, -ENOEXEC}, {1, -ENOEXEC}, {2, 0}, {PATH_MAX, 0}, {PATH_MAX + 1, -ENOEXEC}, {-1UL, -ENOEXEC}};
	Elf64_Phdr ph = {.p_type = PT_INTERP};
	Elf64_Ehdr eh;

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		ph.p_filesz = cases[i].filesz;
		plan(&eh, &ph, 1, cases[i].err);
	}
	assert_true(elf_interp_path_ok("/i", 3));
	assert_false(elf_interp_path_ok("/i", 2));
}

/* The borders of user space, and a sum that would wrap. */
static void segment_borders(void **state)
{
	Elf64_Phdr ph = load(PF_R, 0, 0, 0x10, 0x1000);

	(void)state;
	assert_true(elf_segment_fits(&ph, TASK_SIZE - 0x1000));
	assert_false(elf_segment_fits(&ph, TASK_SIZE - 0xfff));
	assert_false(elf_segment_fits(&ph, TASK_SIZE));
	ph.p_memsz = 0xf;
	assert_false(elf_segment_fits(&ph, BASE));
	ph.p_memsz = -1UL;
	assert_false(elf_segment_fits(&ph, BASE));
	ph.p_memsz = -BASE;
	assert_false(elf_segment_fits(&ph, BASE));
}

/* A header table behind the segment's bytes, or at its very end, is in no segment. */
static void phdr_addr_outside(void **state)
{
	Elf64_Phdr ph = load(PF_R, 0, BASE, sizeof(Elf64_Ehdr), 0x1000);
	Elf64_Ehdr eh;

	(void)state;
	assert_int_equal(plan(&eh, &ph, 1, 0).phdr_addr, 0);
	ph.p_filesz++;
	assert_int_equal(plan(&eh, &ph, 1, 0).phdr_addr, BASE + sizeof(Elf64_Ehdr));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_fields),
		cmocka_unit_test(table_size),
		cmocka_unit_test(code_and_data),
		cmocka_unit_test(span_of_unsorted_segments),
		cmocka_unit_test(alignment_counts_if_power_of_two),
		cmocka_unit_test(last_stack_header_wins),
		cmocka_unit_test(first_interp_wins),
		cmocka_unit_test(interp_path_length),
		cmocka_unit_test(segment_borders),
		cmocka_unit_test(phdr_addr_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
