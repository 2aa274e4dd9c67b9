/* SPDX-License-Identifier: MIT */
/*
 * The parts of exec/binfmt_elf.c and exec/elf_interp.c that decide where things go,
 * against a kernel that only writes down what is asked of it. Their source is
 * included: most of it is static, and the host has no running task. A wish without a place of its
 * own goes to ANYWHERE.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>

#include <binfmts.h>
#include <coredump.h>
#include <elf_image.h>
#include <fs.h>
#include <linux/mman.h>
#include <mm.h>
#include <pagecache.h>
#include <sched.h>
#include <string.h>
#include <trace.h>
#include <asm/processor.h>
#include "shims.h"
#include "told.h"

static struct mm_struct this_mm;
static struct task_struct this_task = {.mm = &this_mm};
#undef current
#define current (&this_task)
#undef current_pt_regs
#define current_pt_regs() NULL

#include "../../exec/elf_file.c"
#include "../../exec/elf_interp.c"
#include "../../exec/binfmt_elf.c"

#define ANYWHERE 0x7ffff7fc0000UL
#define RANDOM	 0x123456000UL /* what arch_mmap_rnd says */

static const struct file_operations with_mmap = {.mmap = generic_file_mmap}, without_mmap;
static struct inode an_inode;
static struct file program = {.f_inode = &an_inode, .f_op = &with_mmap};
static struct file interpreter = {.f_inode = &an_inode, .f_op = &with_mmap};
static const char *content; /* the bytes at 0x2a8 of the program, or an error of reading */
static size_t content_size;
static int read_error, open_error, map_error, zero_error, brk_error;
static bool header_bad, no_segment_fits, taken; /* taken: a wish is not fulfilled */

/* ---- what open_interpreter calls ----------------------------------------- */

ssize_t kernel_read(struct file *f, void *buf, size_t n, loff_t *pos)
{
	note("read %s at %lx\n", f == &program ? "program" : "another file", (unsigned long)*pos);
	if (read_error)
		return read_error;
	n = min(n, content_size);
	memcpy(buf, content, n);
	*pos += n;
	return n;
}

bool elf_interp_path_ok(const char *path, size_t len) { return len && path[len - 1] == '\0'; }

struct file *open_exec(const char *name)
{
	note("open_exec %s\n", name);
	return open_error ? ERR_PTR(open_error) : &interpreter;
}

void would_dump(struct linux_binprm *bprm, struct file *file)
{
	(void)bprm;
	note("would_dump %s\n", file == &interpreter ? "interpreter" : "another file");
}

/* ---- what decides about places calls ---------------------------------------- */

int make_prot(unsigned int p_flags)
{
	return (p_flags & PF_R ? PROT_READ : 0) | (p_flags & PF_W ? PROT_WRITE : 0) |
	       (p_flags & PF_X ? PROT_EXEC : 0);
}

static int mapping(const char *name, struct file *file, unsigned long *addr, int prot,
		   unsigned long flags, unsigned long total_size)
{
	bool demand = flags & (MAP_FIXED | MAP_FIXED_NOREPLACE);

	*addr = PAGE_ALIGN_DOWN(*addr);
	note("%s %s at %lx prot %x%s%s total_size %lx\n", name,
	     file == &program ? "program" : "interpreter", *addr, prot,
	     flags & MAP_FIXED_NOREPLACE ? " MAP_FIXED_NOREPLACE"
	     : flags & MAP_FIXED	 ? " MAP_FIXED"
					 : "",
	     flags & MAP_PRIVATE ? "" : " not MAP_PRIVATE", total_size);
	if (!demand && (!*addr || taken))
		*addr = ANYWHERE;
	return map_error;
}

int elf_load(struct file *file, unsigned long *addr, const Elf64_Phdr *ph, int prot,
	     unsigned long flags, unsigned long total_size)
{
	(void)ph;
	return mapping("elf_load", file, addr, prot, flags, total_size);
}

int elf_map(struct file *file, unsigned long *addr, const Elf64_Phdr *ph, int prot,
	    unsigned long flags, unsigned long total_size)
{
	(void)ph;
	return mapping("elf_map", file, addr, prot, flags, total_size);
}

int padzero(unsigned long start)
{
	note("padzero %lx\n", start);
	return zero_error;
}

int set_brk(unsigned long start, unsigned long end, int prot)
{
	note("set_brk %lx to %lx prot %x\n", start, end, prot);
	return brk_error;
}

void trace_vma(const struct exec_site *site, unsigned long addr)
{
	note("record %s at %lx\n",
	     site->stage == EXEC_STAGE_MAP_INTERP ? "map-interp" : "of another stage", addr);
}

bool elf_header_ok(const Elf64_Ehdr *ehdr)
{
	(void)ehdr;
	return !header_bad;
}

bool elf_segment_fits(const Elf64_Phdr *ph, unsigned long start)
{
	(void)ph;
	note("fits %lx?\n", start);
	return !no_segment_fits;
}

int vm_munmap(unsigned long start, size_t len)
{
	note("vm_munmap %lx+%lx\n", start, len);
	return 0;
}

unsigned long arch_mmap_rnd(void) { return RANDOM; }

/* ---- what only the rest of the file calls --------------------------------------- */

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"

#define NOT_HERE(type, name, ...) \
	type name(__VA_ARGS__) \
	{ \
		fail_msg(#name " is not to be called here"); \
		return (type)0; \
	}
#define NOT_HERE_VOID(name, ...) \
	void name(__VA_ARGS__) { fail_msg(#name " is not to be called here"); }

int randomize_va_space = 2;
NOT_HERE(size_t, elf_phdrs_size, const Elf64_Ehdr *eh)
NOT_HERE(int, elf_plan, const Elf64_Ehdr *eh, const Elf64_Phdr *ph, struct elf_image *img)
NOT_HERE(int, vm_mmap, struct file *f, unsigned long *addr, unsigned long len, unsigned long prot,
	 unsigned long flags, unsigned long offset)
NOT_HERE(int, generic_file_mmap, struct file *f, struct vm_area_struct *vma)
NOT_HERE(int, begin_new_exec, struct linux_binprm *bprm)
NOT_HERE_VOID(setup_new_exec, struct linux_binprm *bprm)
NOT_HERE_VOID(finalize_exec, struct linux_binprm *bprm)
NOT_HERE(int, setup_arg_pages, struct linux_binprm *bprm, unsigned long top, int executable)
NOT_HERE(int, arch_setup_additional_pages, struct linux_binprm *bprm, int uses_interp)
NOT_HERE(int, create_elf_tables, struct linux_binprm *bprm, const struct elf_image *img,
	 const struct elf_layout *l)
NOT_HERE(int, load_elf_library, struct file *file)
NOT_HERE(int, elf_core_dump, struct coredump_params *cprm)
NOT_HERE_VOID(set_binfmt, struct linux_binfmt *fmt)
NOT_HERE_VOID(register_binfmt, struct linux_binfmt *fmt)
NOT_HERE_VOID(start_thread, struct pt_regs *regs, unsigned long ip, unsigned long sp)
NOT_HERE(unsigned long, arch_randomize_brk, struct mm_struct *mm)
NOT_HERE(unsigned long, randomize_stack_top, unsigned long top)
NOT_HERE_VOID(exec_stage, const struct exec_site *site, unsigned long start, unsigned long end,
	      const struct vm_area_struct *vma, int error)

#pragma GCC diagnostic pop

/* ---- files ---------------------------------------------------------------------- */

static Elf64_Ehdr header;
static Elf64_Phdr table[4]; /* a note that is not loaded, two segments, and one of no use */
static const Elf64_Phdr path_header = {.p_type = PT_INTERP};
static struct elf_image image;

/* A file of two segments: 0x1234 bytes at @first, and 0x200 bytes and a bss at @first + 0x2e00. */
static void make_file(int type, unsigned long first, const Elf64_Phdr *interp)
{
	header = (Elf64_Ehdr){.e_type = type, .e_phnum = 4, .e_entry = first + 0x100};
	table[0] =
		(Elf64_Phdr){.p_type = PT_NOTE, .p_vaddr = 0x999000, .p_filesz = 8, .p_memsz = 8};
	table[1] = (Elf64_Phdr){.p_type = PT_LOAD,
				.p_flags = PF_R | PF_X,
				.p_vaddr = first,
				.p_offset = offset_in_page(first),
				.p_filesz = 0x1234,
				.p_memsz = 0x1234};
	table[2] = (Elf64_Phdr){.p_type = PT_LOAD,
				.p_flags = PF_R | PF_W,
				.p_vaddr = first + 0x2e00,
				.p_offset = 0x3000 + offset_in_page(first + 0x2e00),
				.p_filesz = 0x200,
				.p_memsz = 0x5200};
	table[3] = (Elf64_Phdr){.p_type = PT_GNU_STACK};
	image = (struct elf_image){.ehdr = &header,
				   .phdr = table,
				   .interp = interp,
				   .total_size = 0x8000,
				   .alignment = PAGE_SIZE};
}

static int setup(void **state)
{
	(void)state;
	asked[0] = '\0';
	shim_allocations = 0;
	shim_fail_after = -1;
	read_error = open_error = map_error = zero_error = brk_error = 0;
	header_bad = no_segment_fits = taken = false;
	interpreter.f_op = &with_mmap;
	this_task.flags = 0;
	return 0;
}

/* ---- open_interpreter ------------------------------------------------------------ */

/*
 * 0, or the error, of a program whose file has @bytes for its path; the buffer must be free again.
 */
static int opened(const char *bytes, size_t in_file, size_t p_filesz)
{
	const Elf64_Phdr ph = {.p_type = PT_INTERP, .p_offset = 0x2a8, .p_filesz = p_filesz};
	struct linux_binprm bprm = {.file = &program};
	struct file *file;

	content = bytes;
	content_size = in_file;
	file = open_interpreter(&bprm, &ph);
	if (shim_allocations)
		fail_msg("%ld buffer is not freed; the notes so far:\n%s", shim_allocations, asked);
	if (IS_ERR(file))
		return PTR_ERR(file);
	if (file != &interpreter)
		fail_msg("the file returned is not the one that open_exec gave");
	return 0;
}

static void opens_the_interpreter(void **state)
{
	(void)state;
	RETURNS(0, opened("/t/interp", 10, 10), "a path of 10 bytes with its NUL");
	ASKED("read program at 2a8\nopen_exec /t/interp\nwould_dump interpreter\n", "a good path");
	RETURNS(0, opened("/t/a\0junk", 10, 10), "a path with a NUL before its end");
	ASKED("read program at 2a8\nopen_exec /t/a\nwould_dump interpreter\n",
	      "a path with a NUL before its end");
	RETURNS(-ENOEXEC, opened("/t/interp", 9, 9), "no NUL at the end");
	ASKED("read program at 2a8\n", "no NUL at the end: nothing is opened");
	RETURNS(-EIO, opened("/t/interp", 5, 10), "the file ends within the path");
	ASKED("read program at 2a8\n", "the file ends within the path: nothing is opened");
	open_error = -ENOENT;
	RETURNS(-ENOENT, opened("/t/interp", 10, 10), "open_exec's error");
	ASKED("read program at 2a8\nopen_exec /t/interp\n", "no such file: would_dump has none");
	read_error = -EINTR;
	RETURNS(-EINTR, opened("/t/interp", 10, 10), "elf_read's error");
	asked[0] = '\0';
	shim_fail_after = 0;
	RETURNS(-ENOMEM, opened("/t/interp", 10, 10), "kmalloc had no memory");
	ASKED("", "kmalloc had no memory: nothing is read");
}

/* ---- choose_load_bias, map_first_segment ------------------------------------------- */

#define TWO_THIRDS 0x555555554000UL /* ELF_ET_DYN_BASE, rounded down to a page */

static void places_a_fixed_program(void)
{
	unsigned long bias = 0x5555;

	make_file(ET_EXEC, 0x400000, NULL);
	RETURNS(0, map_first_segment(&program, &image, &table[1], &bias), "ET_EXEC");
	IS(0UL, bias, "the bias of ET_EXEC");
	ASKED("elf_load program at 400000 prot 5 MAP_FIXED_NOREPLACE total_size 0\n", "ET_EXEC");
	map_error = -EEXIST;
	RETURNS(-EEXIST, map_first_segment(&program, &image, &table[1], &bias), "elf_load's error");
	map_error = 0;
	asked[0] = '\0';
}

static void places_a_pie(void)
{
	unsigned long bias = 0x5555, flags = MAP_PRIVATE;

	make_file(ET_DYN, 0, &path_header);
	RETURNS(0, map_first_segment(&program, &image, &table[1], &bias), "ET_DYN, interpreter");
	IS(TWO_THIRDS, bias, "the bias of a program with an interpreter");
	ASKED("elf_load program at 555555554000 prot 5 MAP_FIXED_NOREPLACE total_size 8000\n",
	      "ET_DYN with an interpreter");
	make_file(ET_DYN, 0x1400, &path_header);
	RETURNS(0, map_first_segment(&program, &image, &table[1], &bias), "p_vaddr 0x1400");
	IS(TWO_THIRDS - 0x2000, bias, "the place minus p_vaddr 0x1400, rounded down to a page");
	ASKED("elf_load program at 555555553000 prot 5 MAP_FIXED_NOREPLACE total_size 8000\n",
	      "ET_DYN with an interpreter, p_vaddr 0x1400");
	make_file(ET_DYN, 0, &path_header);
	image.alignment = 0x200000;
	this_task.flags = PF_RANDOMIZE;
	RETURNS(0, choose_load_bias(&program, &image, &table[1], &bias, &flags), "random");
	IS((ELF_ET_DYN_BASE + RANDOM) & ~0x1fffffUL, bias, "random, and 2 MiB of alignment");
	IS((unsigned long)(MAP_PRIVATE | MAP_FIXED_NOREPLACE), flags & ~(unsigned long)MAP_FIXED,
	   "a demand; other flags stay");
	ASKED("", "with an interpreter nothing is tried");
	image.total_size = 0;
	RETURNS(-EINVAL, choose_load_bias(&program, &image, &table[1], &bias, &flags),
		"nothing to load");
}

static void places_a_loader(void)
{
	unsigned long bias = 0x5555, flags = MAP_PRIVATE;

	make_file(ET_DYN, 0x10000, NULL);
	RETURNS(0, choose_load_bias(&program, &image, &table[1], &bias, &flags), "no interpreter");
	IS(-0x10000UL, bias, "no interpreter: place 0 minus p_vaddr");
	IS((unsigned long)MAP_PRIVATE, flags, "no interpreter: no demand");
	RETURNS(0, map_first_segment(&program, &image, &table[1], &bias), "no interpreter");
	IS(ANYWHERE - 0x10000, bias, "what mmap gave, 0x7ffff7fc0000, minus p_vaddr");
	ASKED("elf_load program at 0 prot 5 total_size 8000\n", "no interpreter: no demand");
	image.alignment = 0x200000;
	RETURNS(0, map_first_segment(&program, &image, &table[1], &bias), "2 MiB of alignment");
	IS((ANYWHERE & ~0x1fffffUL) - 0x10000, bias, "the trial's place, rounded, minus p_vaddr");
	ASKED("elf_load program at 0 prot 5 total_size 8000\n"
	      "vm_munmap 7ffff7fc0000+8000\n"
	      "elf_load program at 7ffff7e00000 prot 5 MAP_FIXED_NOREPLACE total_size 8000\n",
	      "no interpreter, 2 MiB of alignment: a trial, then a demand");
	map_error = -ENOMEM;
	RETURNS(-ENOMEM, map_first_segment(&program, &image, &table[1], &bias),
		"the trial's error");
	ASKED("elf_load program at 0 prot 5 total_size 8000\n", "the trial failed");
}

static void places_the_first_segment(void **state)
{
	(void)state;
	places_a_fixed_program();
	places_a_pie();
	this_task.flags = 0;
	places_a_loader();
}

/* ---- load_elf_interp ------------------------------------------------------------- */

#define LOAD(program_bias) load_elf_interp(&interpreter, &image, program_bias, &base)

static void maps_where_it_likes(void)
{
	unsigned long base = 0x5555;

	make_file(ET_DYN, 0, NULL);
	RETURNS(0, LOAD(TWO_THIRDS), "ET_DYN, its addresses begin at 0");
	IS(ANYWHERE, base, "the place of address 0");
	ASKED("elf_map interpreter at 0 prot 5 total_size 8000\nfits 7ffff7fc0000?\n"
	      "elf_map interpreter at 7ffff7fc2000 prot 3 MAP_FIXED total_size 0\n"
	      "fits 7ffff7fc2e00?\npadzero 7ffff7fc3000\nset_brk 7ffff7fc3000 to 7ffff7fc8000 prot "
	      "3\n",
	      "ET_DYN, its addresses begin at 0");
	make_file(ET_DYN, 0x7000400, NULL);
	RETURNS(0, LOAD(TWO_THIRDS), "ET_DYN at 0x7000400, program_bias not 0");
	IS(ANYWHERE - 0x7000000, base, "the page it got minus the page of its p_vaddr");
	ASKED("elf_map interpreter at 0 prot 5 total_size 8000\nfits 7ffff7fc0400?\n"
	      "elf_map interpreter at 7ffff7fc3000 prot 3 MAP_FIXED total_size 0\n"
	      "fits 7ffff7fc3200?\npadzero 7ffff7fc3400\nset_brk 7ffff7fc3400 to 7ffff7fc8400 prot "
	      "3\n",
	      "ET_DYN with addresses of its own, program_bias not 0: anywhere");
}

static void maps_where_it_wishes(void)
{
	unsigned long base = 0x5555;

	make_file(ET_DYN, 0x7000400, NULL);
	RETURNS(0, LOAD(0), "ET_DYN at 0x7000400, program_bias 0");
	IS(0UL, base, "the wish was fulfilled");
	ASKED("elf_map interpreter at 7000000 prot 5 total_size 8000\nfits 7000400?\n"
	      "elf_map interpreter at 7003000 prot 3 MAP_FIXED total_size 0\n"
	      "fits 7003200?\npadzero 7003400\nset_brk 7003400 to 7008400 prot 3\n",
	      "ET_DYN with addresses of its own, program_bias 0: a wish");
	taken = true;
	RETURNS(0, LOAD(0), "the wish was not fulfilled");
	IS(ANYWHERE - 0x7000000, base, "the page it got minus the page of its p_vaddr");
	asked[0] = '\0';
	make_file(ET_EXEC, 0x7000400, NULL);
	RETURNS(0, LOAD(TWO_THIRDS), "ET_EXEC");
	IS(0UL, base, "the bias of ET_EXEC");
	ASKED("elf_map interpreter at 7000000 prot 5 MAP_FIXED total_size 8000\nfits 7000400?\n"
	      "elf_map interpreter at 7003000 prot 3 MAP_FIXED total_size 0\n"
	      "fits 7003200?\npadzero 7003400\nset_brk 7003400 to 7008400 prot 3\n",
	      "ET_EXEC: all at the file's addresses");
}

static void refuses_an_interpreter(void)
{
	unsigned long base;

	make_file(ET_DYN, 0, NULL);
	map_error = -EINVAL;
	RETURNS(-EINVAL, LOAD(TWO_THIRDS), "elf_map's error");
	ASKED("elf_map interpreter at 0 prot 5 total_size 8000\n", "elf_map failed: no step more");
	map_error = 0;
	no_segment_fits = true;
	RETURNS(-ENOMEM, LOAD(TWO_THIRDS), "a segment does not fit into user space");
	no_segment_fits = false;
	zero_error = -EFAULT;
	RETURNS(-EFAULT, LOAD(TWO_THIRDS), "map_interp_bss's error");
	asked[0] = '\0';
	image.total_size = 0;
	RETURNS(-EINVAL, LOAD(TWO_THIRDS), "no PT_LOAD");
	interpreter.f_op = &without_mmap;
	RETURNS(-ENOEXEC, LOAD(TWO_THIRDS), "a file that cannot be mapped");
	interpreter.f_op = &with_mmap;
	header_bad = true;
	RETURNS(-ENOEXEC, LOAD(TWO_THIRDS), "a header that elf_header_ok does not like");
	ASKED("", "refused before anything is mapped");
}

static void maps_the_interpreter(void **state)
{
	(void)state;
	maps_where_it_likes();
	maps_where_it_wishes();
	taken = false;
	refuses_an_interpreter();
}

/* ---- map_interpreter -------------------------------------------------------------- */

static void decides_the_entry(void **state)
{
	struct elf_binary b = {.ehdr = {.e_entry = 0x1000}};
	struct elf_layout l = {.load_bias = TWO_THIRDS};

	(void)state;
	RETURNS(0, map_interpreter(&b, &l), "no interpreter");
	IS(TWO_THIRDS + 0x1000, l.entry, "the program's e_entry plus its bias");
	IS(0UL, l.interp_base, "there is no interpreter");
	ASKED("", "no interpreter: nothing to map, no record");
	b.ehdr.e_entry = TASK_SIZE;
	FAILS(map_interpreter(&b, &l), "the program's entry is none of user space");
	make_file(ET_DYN, 0, NULL);
	b.interpreter = &interpreter;
	b.interp_ehdr = header;
	b.interp_image = image;
	b.ehdr.e_entry = 0x1000;
	RETURNS(0, map_interpreter(&b, &l), "an interpreter");
	IS(ANYWHERE, l.interp_base, "where load_elf_interp put it");
	IS(ANYWHERE + 0x100, l.entry, "the interpreter's e_entry plus its base");
	if (!strstr(asked, "record map-interp at 7ffff7fc0100\n"))
		fail_msg("no record map-interp at 7ffff7fc0100; got:\n%s", asked);
	b.interp_ehdr.e_entry = TASK_SIZE;
	FAILS(map_interpreter(&b, &l), "the interpreter's entry is none of user space");
	map_error = -EINVAL;
	RETURNS(-EINVAL, map_interpreter(&b, &l), "load_elf_interp's error");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(opens_the_interpreter, setup),
		cmocka_unit_test_setup(places_the_first_segment, setup),
		cmocka_unit_test_setup(maps_the_interpreter, setup),
		cmocka_unit_test_setup(decides_the_entry, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
