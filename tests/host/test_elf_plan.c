/* links: exec/elf_plan.c */
/* SPDX-License-Identifier: MIT */
/*
 * The plan of an ELF program, one claim a test. Random files: fuzz_elf_plan.c; whole execs:
 * tests/oracle.
 */
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

/* Two numbers are the same; else says which ones, of what. */
#define EXPECT_IS(got, wanted) \
	do { \
		unsigned long g_ = (unsigned long)(got), w_ = (unsigned long)(wanted); \
		if (g_ != w_) \
			fail_msg("%s: got %#lx, expected %#lx (%s)", #got, g_, w_, #wanted); \
	} while (0)

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

static Elf64_Phdr load(unsigned int flags, unsigned long off, unsigned long vaddr,
		       unsigned long filesz, unsigned long memsz)
{
	return (Elf64_Phdr){PT_LOAD, flags, off, vaddr, vaddr, filesz, memsz, PAGE_SIZE};
}

static struct elf_image plan(Elf64_Ehdr *eh, const Elf64_Phdr *phdr, unsigned int n, int expected)
{
	struct elf_image img;
	int err;

	memset(&img, 0xa5, sizeof(img));
	*eh = good_header(n);
	err = elf_plan(eh, phdr, &img);
	if (err != expected)
		fail_msg("elf_plan: got %d, expected %d (-ENOEXEC is %d)", err, expected, -ENOEXEC);
	return img;
}

/*
 * Linux looks at the magic, type and machine, and at nothing else: class, version and data order
 * pass.
 */
static void expect_header(const char *what, Elf64_Ehdr eh, bool wanted)
{
	if (elf_header_ok(&eh) != wanted)
		fail_msg("%s: elf_header_ok says %s, expected %s", what, wanted ? "no" : "yes",
			 wanted ? "yes" : "no");
}

#define HEADER(field, value, wanted) \
	do { \
		Elf64_Ehdr eh_ = good_header(1); \
		eh_.field = (value); \
		expect_header(#field " = " #value, eh_, wanted); \
	} while (0)

static void header_fields(void **state)
{
	(void)state;
	expect_header("a good header", good_header(1), true);
	HEADER(e_ident[EI_CLASS], ELFCLASS32, true);
	HEADER(e_ident[EI_DATA], ELFDATA2MSB, true);
	HEADER(e_version, 77, true);
	HEADER(e_ehsize, 0, true);
	HEADER(e_type, ET_DYN, true);
	HEADER(e_type, ET_NONE, false);
	HEADER(e_type, ET_REL, false);
	HEADER(e_type, ET_CORE, false);
	HEADER(e_machine, EM_386, false);
	for (int i = 0; i < SELFMAG; i++)
		HEADER(e_ident[i], 'f', false);
}

/* One page of headers and no more: 73 of them fit. */
static void table_size(void **state)
{
	Elf64_Ehdr eh = good_header(PAGE_SIZE / sizeof(Elf64_Phdr));

	(void)state;
	EXPECT_IS(elf_phdrs_size(&eh), 73 * sizeof(Elf64_Phdr));
	eh.e_phnum++;
	EXPECT_IS(elf_phdrs_size(&eh), 0);
	eh.e_phnum = 0;
	EXPECT_IS(elf_phdrs_size(&eh), 0);
	eh.e_phnum = 1171; /* 65576 bytes: 40 in a number of 16 bits */
	EXPECT_IS(elf_phdrs_size(&eh), 0);
	eh.e_phnum = 0xffff;
	EXPECT_IS(elf_phdrs_size(&eh), 0);
	eh = good_header(2);
	eh.e_phentsize--;
	EXPECT_IS(elf_phdrs_size(&eh), 0);
	eh.e_phentsize += 2;
	EXPECT_IS(elf_phdrs_size(&eh), 0);
}

static void code_and_data(void **state)
{
	const Elf64_Phdr ph[] = {
		load(PF_R | PF_X, 0, BASE, 0x600, 0x600),
		load(PF_R | PF_W, 0x600, BASE + 0x2600, 0x40, 0x1a40),
	};
	const Elf64_Phdr unsorted[] = {
		load(PF_R | PF_W, 0, BASE + 0x800, 0x10, 0x6800),
		load(PF_R | PF_X, 0, BASE + 0x5000, 0x10, 0x10),
		load(PF_R | PF_X, 0, BASE, 0x10, 0x10),
	};
	const Elf64_Phdr wrapping[] = {
		load(PF_R | PF_X, 0, BASE, 0x600, 0x600),
		load(PF_R | PF_X, 0, BASE + 0x10000, -BASE - 1, 0x800),
	};
	Elf64_Ehdr eh;
	struct elf_image img = plan(&eh, ph, 2, 0);

	(void)state;
	EXPECT_IS(img.start_code, BASE);
	EXPECT_IS(img.end_code, BASE + 0x600);
	EXPECT_IS(img.start_data, BASE + 0x2600);
	EXPECT_IS(img.end_data, BASE + 0x2640);
	EXPECT_IS(img.brk, BASE + 0x4040);

	/*
	 * The order in the table does not matter. A start may be the highest of any segment,
	 * writable or not.
	 */
	img = plan(&eh, unsorted, 3, 0);
	EXPECT_IS(img.start_code, BASE);
	EXPECT_IS(img.end_code, BASE + 0x5010);
	EXPECT_IS(img.start_data, BASE + 0x5000);
	EXPECT_IS(img.end_data, BASE + 0x5010);
	EXPECT_IS(img.brk, BASE + 0x7000);

	/* The sum wraps: the end is 0xffff, so the first segment's ends are higher. */
	img = plan(&eh, wrapping, 2, 0);
	EXPECT_IS(img.end_code, BASE + 0x600);
	EXPECT_IS(img.start_data, BASE + 0x10000);
	EXPECT_IS(img.end_data, BASE + 0x600);
	EXPECT_IS(img.brk, BASE + 0x10800);
}

/*
 * The numbers of a program as Debian links them: four segments, in a table with others between
 * them. Only the code has more memory than bytes here.
 */
static void four_segments_and_others(void **state)
{
	const Elf64_Phdr ph[] = {
		{.p_type = PT_PHDR,
		 .p_flags = PF_R,
		 .p_offset = 0x40,
		 .p_vaddr = 0x40,
		 .p_filesz = 0x2d8,
		 .p_memsz = 0x2d8},
		{.p_type = PT_INTERP,
		 .p_flags = PF_R,
		 .p_offset = 0x318,
		 .p_vaddr = 0x318,
		 .p_filesz = 28,
		 .p_memsz = 28},
		load(PF_R, 0, 0, 0x16f8, 0x16f8),
		load(PF_R | PF_X, 0x2000, 0x2000, 0x4a35, 0x4a80),
		load(PF_R, 0x7000, 0x7000, 0x2a50, 0x2a50),
		load(PF_R | PF_W, 0x9a70, 0xaa70, 0x630, 0x7d0),
		{.p_type = PT_DYNAMIC,
		 .p_flags = PF_R | PF_X,
		 .p_offset = 0x9ba8,
		 .p_vaddr = 0xfba8,
		 .p_filesz = 0x1f0,
		 .p_memsz = 0x9999,
		 .p_align = 0x10000000},
		{.p_type = PT_TLS,
		 .p_flags = PF_X,
		 .p_vaddr = 0xffff0000,
		 .p_filesz = 0x1000,
		 .p_memsz = 0x1000},
		{.p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W},
	};
	Elf64_Ehdr eh;
	struct elf_image img = plan(&eh, ph, 9, 0);

	(void)state;
	assert_ptr_equal(img.ehdr, &eh);
	assert_ptr_equal(img.phdr, ph);
	assert_ptr_equal(img.interp, &ph[1]);
	EXPECT_IS(img.executable_stack, EXSTACK_DISABLE_X);
	EXPECT_IS(img.total_size, 0xb240);
	EXPECT_IS(img.alignment, 0x1000);
	EXPECT_IS(img.phdr_addr, 0x40);
	EXPECT_IS(img.start_code, 0x2000);
	EXPECT_IS(img.end_code, 0x6a35);
	EXPECT_IS(img.start_data, 0xaa70);
	EXPECT_IS(img.end_data, 0xb0a0);
	EXPECT_IS(img.brk, 0xb240);
}

/* Nothing to load: the plan says so, and its lowest and highest values have not moved. */
static void no_segment_at_all(void **state)
{
	const Elf64_Phdr ph[] = {{.p_type = PT_NULL},
				 {.p_type = PT_NOTE, .p_flags = PF_X, .p_vaddr = 5, .p_memsz = 9}};
	Elf64_Ehdr eh;
	struct elf_image img = plan(&eh, ph, 2, 0);

	(void)state;
	EXPECT_IS(img.total_size, 0);
	EXPECT_IS(img.alignment, 0);
	EXPECT_IS(img.phdr_addr, 0);
	EXPECT_IS(img.start_code, -1UL);
	EXPECT_IS(img.end_code, 0);
	EXPECT_IS(img.start_data, 0);
	EXPECT_IS(img.end_data, 0);
	EXPECT_IS(img.brk, 0);
	assert_null(img.interp);
	EXPECT_IS(img.executable_stack, EXSTACK_DEFAULT);
}

/* The order of the segments in the table does not matter for the span. */
static void span_of_unsorted_segments(void **state)
{
	const Elf64_Phdr ph[] = {
		load(PF_R, 0, BASE + 0x5000, 0x10, 0x10),
		load(PF_R, 0, BASE + 0x123, 0x10, 0x10),
	};
	const Elf64_Phdr other[] = {
		load(PF_R | PF_W, 0, BASE + 0x800, 0x10, 0x6800),
		load(PF_R | PF_X, 0, BASE + 0x5000, 0x10, 0x10),
		load(PF_R | PF_X, 0, BASE, 0x10, 0x10),
	};
	Elf64_Ehdr eh;

	(void)state;
	EXPECT_IS(plan(&eh, ph, 2, 0).total_size, 0x5010);
	EXPECT_IS(plan(&eh, other, 3, 0).total_size, 0x7000);
	EXPECT_IS(plan(&eh, other, 1, 0).total_size, 0x7000); /* from the beginning of its page */
}

static void alignment_counts_if_power_of_two(void **state)
{
	static const struct {
		unsigned long p_align, alignment;
	} cases[] = {{0, 0},
		     {1, 4096},
		     {3, 0},
		     {4096, 4096},
		     {0x200000, 0x200000},
		     {0x200001, 0},
		     {1UL << 63, 1UL << 63},
		     {(1UL << 63) + 1, 0},
		     {-1UL, 0}};
	Elf64_Phdr ph = load(PF_R, 0, BASE, 1, 1);
	Elf64_Phdr two[] = {load(PF_R, 0, BASE, 1, 1), load(PF_R, 0, BASE + 0x1000, 1, 1)};
	struct elf_image img;
	Elf64_Ehdr eh;

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		ph.p_align = cases[i].p_align;
		img = plan(&eh, &ph, 1, 0);
		if (img.alignment != cases[i].alignment)
			fail_msg("p_align %#lx: alignment is %#lx, expected %#lx", cases[i].p_align,
				 img.alignment, cases[i].alignment);
	}
	two[0].p_align = 0x10000;
	EXPECT_IS(plan(&eh, two, 2, 0).alignment, 0x10000); /* the greatest, wherever it stands */
	two[0].p_align = 0x1000, two[1].p_align = 0x10000;
	EXPECT_IS(plan(&eh, two, 2, 0).alignment, 0x10000);
	two[1].p_type = PT_NOTE; /* and of no other segment */
	EXPECT_IS(plan(&eh, two, 2, 0).alignment, 0x1000);
}

static void last_stack_header_wins(void **state)
{
	Elf64_Phdr ph[] = {
		{.p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W},
		{.p_type = PT_GNU_STACK, .p_flags = PF_X},
	};
	Elf64_Ehdr eh;

	(void)state;
	EXPECT_IS(plan(&eh, ph, 1, 0).executable_stack, EXSTACK_DISABLE_X);
	EXPECT_IS(plan(&eh, ph, 2, 0).executable_stack, EXSTACK_ENABLE_X);
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
	} cases[] = {
		{0, -ENOEXEC},	 {1, -ENOEXEC}, {2, 0}, {PATH_MAX, 0}, {PATH_MAX + 1, -ENOEXEC},
		{-1UL, -ENOEXEC}};
	Elf64_Phdr ph[] = {{.p_type = PT_INTERP}, load(PF_R | PF_X, 0, BASE, 1, 0x1234)};
	Elf64_Ehdr eh;

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct elf_image img;

		ph[0].p_filesz = cases[i].filesz;
		img = plan(&eh, ph, 2, cases[i].err);
		/* The plan is complete even after the error. */
		assert_ptr_equal(img.interp, &ph[0]);
		EXPECT_IS(img.total_size, 0x1234);
		EXPECT_IS(img.brk, BASE + 0x1234);
	}
	assert_true(elf_interp_path_ok("/i", 3));
	assert_false(elf_interp_path_ok("/i", 2));
}

/* The borders of user space, and a sum that would wrap. */
static void expect_fits(unsigned long start, unsigned long filesz, unsigned long memsz, bool wanted)
{
	Elf64_Phdr ph = load(PF_R, 0, 0, filesz, memsz);

	if (elf_segment_fits(&ph, start) != wanted)
		fail_msg("start %#lx, p_filesz %#lx, p_memsz %#lx: elf_segment_fits says %s, "
			 "expected %s (TASK_SIZE is %#lx)",
			 start, filesz, memsz, wanted ? "no" : "yes", wanted ? "yes" : "no",
			 TASK_SIZE);
}

static void segment_borders(void **state)
{
	(void)state;
	expect_fits(BASE, 0x10, 0x1000, true);
	expect_fits(BASE, 0x10, 0x10, true);
	expect_fits(BASE, 0x10, 0xf, false);
	expect_fits(BASE, 0, 0, true);
	expect_fits(TASK_SIZE - 0x1000, 0x10, 0x1000, true);
	expect_fits(TASK_SIZE - 0xfff, 0x10, 0x1000, false);
	expect_fits(TASK_SIZE, 0x10, 0x1000, false);
	expect_fits(TASK_SIZE, 0, 0, false);
	expect_fits(-1UL, 0, 0, false);
	expect_fits(-0x1000UL, 0x10, 0x1000, false);
	expect_fits(0, 0x10, TASK_SIZE, true);
	expect_fits(0, 0x10, TASK_SIZE + 1, false);
	expect_fits(BASE, 0x10, -1UL, false);
	expect_fits(BASE, 0x10, -BASE, false);
	expect_fits(BASE, 0x10, -BASE + 0x1000, false);
}

/* A header table behind the segment's bytes, or at its very end, is in no segment. */
static void phdr_addr_outside(void **state)
{
	Elf64_Phdr ph = load(PF_R, 0, BASE, sizeof(Elf64_Ehdr), 0x1000);
	Elf64_Phdr two[] = {load(PF_R, 0, BASE, 0x100, 0x100),
			    load(PF_R, 0x20, BASE + 0x9000, 0x100, 0x100)};
	Elf64_Ehdr eh;

	(void)state;
	EXPECT_IS(plan(&eh, &ph, 1, 0).phdr_addr, 0);
	ph.p_filesz++;
	EXPECT_IS(plan(&eh, &ph, 1, 0).phdr_addr, BASE + sizeof(Elf64_Ehdr));
	/* Of two segments that show the table the last one counts; other segments never do. */
	EXPECT_IS(plan(&eh, two, 2, 0).phdr_addr, BASE + 0x9000 + sizeof(Elf64_Ehdr) - 0x20);
	two[1].p_type = PT_PHDR;
	EXPECT_IS(plan(&eh, two, 2, 0).phdr_addr, BASE + sizeof(Elf64_Ehdr));
	/* The end wraps: [0x20, 0x1f) has no byte. */
	two[1].p_type = PT_LOAD, two[1].p_filesz = -1UL;
	EXPECT_IS(plan(&eh, two, 2, 0).phdr_addr, BASE + sizeof(Elf64_Ehdr));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_fields),
		cmocka_unit_test(table_size),
		cmocka_unit_test(code_and_data),
		cmocka_unit_test(four_segments_and_others),
		cmocka_unit_test(no_segment_at_all),
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
