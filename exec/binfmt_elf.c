/* SPDX-License-Identifier: MIT */
/*
 * The ELF format: load_elf_binary builds the address space of a program from the
 * plan of its file. Abridges Linux's fs/binfmt_elf.c.
 *
 *      file              address space when load_elf_binary returns
 *   | headers |   ffffffffff600000  [vsyscall]   a gate, not a VMA
 *   | LOAD 0  |   7fff........      [stack]      setup_arg_pages, create_elf_tables
 *   | LOAD 1  |   7ffff7ff....      ld.so        load_elf_interp
 *   | ...     |   7ffff7fc....      [vvar][vdso] arch_setup_additional_pages
 *                 555555554000      LOAD 0..n    elf_load: elf_map + set_brk   (PIE)
 *                     400000        the same for ET_EXEC, where the file says
 *
 * load_elf_binary has three parts. DECIDE reads and checks the file; execve returns
 * its errors. COMMIT is begin_new_exec, the point of no return. BUILD follows the
 * plan; an error there kills the process.
 *
 * elf_plan.c makes the plan, elf_map.c maps one segment, elf_interp.c the interpreter, elf_tables.c
 * lays the tables on the stack. Left out: 32-bit programs, FDPIC, GNU properties (in 6.1 x86 uses
 * none).
 */
#include <binfmts.h>
#include <coredump.h>
#include <elf_image.h>
#include <fs.h>
#include <linux/mman.h>
#include <linux/personality.h>
#include <mm.h>
#include <sched.h>
#include <slab.h>
#include <string.h>
#include <trace.h>
#include <asm/uaccess.h>

/* A PIE with an interpreter goes two thirds up user space. Not page aligned, as in Linux. */
#define ELF_ET_DYN_BASE (TASK_SIZE / 3 * 2)

/* ---- DECIDE ----------------------------------------------------------- */

/* Fills @b from the file and its interpreter. elf_binary_release is needed even after an error. */
static int decide(struct linux_binprm *bprm, struct elf_binary *b)
{
	struct file *interpreter;
	int err;

	memcpy(&b->ehdr, bprm->buf, sizeof(b->ehdr));
	if (!elf_header_ok(&b->ehdr) || !bprm->file->f_op->mmap)
		return -ENOEXEC;
	b->phdrs = load_elf_phdrs(&b->ehdr, bprm->file);
	if (!b->phdrs)
		return -ENOEXEC;
	err = elf_plan(&b->ehdr, b->phdrs, &b->image);
	if (err || !b->image.interp)
		return err;
	interpreter = open_interpreter(bprm, b->image.interp);
	if (IS_ERR(interpreter))
		return PTR_ERR(interpreter);
	b->interpreter = interpreter;
	return plan_interpreter(b);
}

static void elf_binary_release(struct elf_binary *b)
{
	if (b->interpreter) {
		allow_write_access(b->interpreter);
		fput(b->interpreter);
	}
	kfree(b->interp_phdrs);
	kfree(b->phdrs);
	kfree(b);
}

/* ---- BUILD: all segments ---------------------------------------------- */

/*
 * For a loader (ET_DYN without PT_INTERP) whose alignment is more than a page: maps it once where
 * mmap chooses, unmaps it, and rounds that address down.
 */
static int probe_aligned_bias(struct file *file, const struct elf_image *img, const Elf64_Phdr *ph,
			      unsigned long *bias)
{
	int err;

	*bias = 0;
	err = elf_load(file, bias, ph, make_prot(ph->p_flags), MAP_PRIVATE, img->total_size);
	if (err)
		return err;
	vm_munmap(*bias, img->total_size);
	*bias &= ~(img->alignment - 1);
	return 0;
}

/*
 * A program with an interpreter goes to ELF_ET_DYN_BASE. A loader goes where mmap chooses, so that
 * it does not occupy the addresses of the program that it will load.
 */
static int choose_load_bias(struct file *file, const struct elf_image *img, const Elf64_Phdr *first,
			    unsigned long *bias, unsigned long *flags)
{
	int err;

	*bias = 0;
	if (!img->total_size)
		return -EINVAL;
	if (img->interp) {
		*bias = ELF_ET_DYN_BASE;
		if (current->flags & PF_RANDOMIZE)
			*bias += arch_mmap_rnd();
		if (img->alignment)
			*bias &= ~(img->alignment - 1);
		*flags |= MAP_FIXED_NOREPLACE;
	} else if (img->alignment > PAGE_SIZE) {
		err = probe_aligned_bias(file, img, first, bias);
		if (err)
			return err;
		*flags |= MAP_FIXED_NOREPLACE;
	}
	*bias = PAGE_ALIGN_DOWN(*bias - first->p_vaddr);
	return 0;
}

/*
 * The first segment decides where all others go. For ET_DYN it asks for room for the whole program;
 * if mmap chose another address, *bias follows.
 */
static int map_first_segment(struct file *file, const struct elf_image *img, const Elf64_Phdr *ph,
			     unsigned long *bias)
{
	unsigned long flags = MAP_PRIVATE, addr, wish, total_size = 0;
	int err;

	*bias = 0;
	if (img->ehdr->e_type == ET_DYN) {
		err = choose_load_bias(file, img, ph, bias, &flags);
		if (err)
			return err;
		total_size = img->total_size;
	} else {
		flags |= MAP_FIXED_NOREPLACE;
	}
	addr = *bias + ph->p_vaddr;
	wish = PAGE_ALIGN_DOWN(addr);
	err = elf_load(file, &addr, ph, make_prot(ph->p_flags), flags, total_size);
	if (!err && img->ehdr->e_type == ET_DYN)
		*bias += addr - wish;
	return err;
}

/* Maps all PT_LOADs of the program and sets *bias. 0 or -errno, which kills the process. */
static int map_segments(struct file *file, const struct elf_image *img, unsigned long *bias)
{
	bool first = true;
	int err;

	*bias = 0;
	for (unsigned int i = 0; i < img->ehdr->e_phnum; i++) {
		const Elf64_Phdr *ph = &img->phdr[i];
		unsigned long addr = *bias + ph->p_vaddr;

		if (ph->p_type != PT_LOAD)
			continue;
		if (first)
			err = map_first_segment(file, img, ph, bias);
		else
			err = elf_load(file, &addr, ph, make_prot(ph->p_flags),
				       MAP_PRIVATE | MAP_FIXED, 0);
		if (err)
			return err;
		first = false;
		if (!elf_segment_fits(ph, ph->p_vaddr))
			return -EINVAL;
	}
	return 0;
}

/* ---- BUILD: the rest --------------------------------------------------- */

/* Sets where code, data, stack and heap are, for /proc/PID/stat and brk(2). */
static void set_mm_numbers(struct mm_struct *mm, const struct linux_binprm *bprm,
			   const struct elf_image *img, unsigned long bias, int randomize)
{
	bool loader = img->ehdr->e_type == ET_DYN && !img->interp;

	mm->start_code = img->start_code + bias;
	mm->end_code = img->end_code + bias;
	mm->start_data = img->start_data + bias;
	mm->end_data = img->end_data + bias;
	mm->start_stack = bprm->p;
	/* A loader is among the mmaps. Its heap grows upward, so it goes where a PIE would be. */
	mm->start_brk = mm->brk = PAGE_ALIGN(loader ? ELF_ET_DYN_BASE : img->brk + bias);
	if ((current->flags & PF_RANDOMIZE) && randomize > 1) {
		if (!loader)
			mm->brk += PAGE_SIZE;
		mm->start_brk = mm->brk = arch_randomize_brk(mm);
	}
}

/* SVr4 had a readable page of zeros at address 0. personality(2) can request it. */
static void map_page_zero(void)
{
	unsigned long addr = 0;

	vm_mmap(NULL, &addr, PAGE_SIZE, PROT_READ | PROT_EXEC, MAP_FIXED | MAP_PRIVATE, 0);
}

static struct linux_binfmt elf_format;

static int load_elf_binary(struct linux_binprm *bprm)
{
	struct elf_binary *b = kzalloc(sizeof(*b));
	struct elf_layout l = {0};
	int randomize, err;

	if (!b)
		return -ENOMEM;

	/* A: DECIDE. Errors go back to the caller of execve; nothing of it has changed. */
	err = decide(bprm, b);
	if (err)
		goto out;
	EXEC_STAGE(LOAD_ELF);

	/* B: COMMIT. The old program is gone when this returns. */
	err = begin_new_exec(bprm);
	if (err)
		goto out;

	/* C: BUILD. There is no program to return an error to, so an error kills the process. */
	current->personality &= ~READ_IMPLIES_EXEC;
	randomize = randomize_va_space;
	if (!(current->personality & ADDR_NO_RANDOMIZE) && randomize)
		current->flags |= PF_RANDOMIZE;
	setup_new_exec(bprm);
	err = setup_arg_pages(bprm, randomize_stack_top(STACK_TOP), b->image.executable_stack);
	if (err)
		goto out;
	err = map_segments(bprm->file, &b->image, &l.load_bias);
	if (err)
		goto out;
	err = map_interpreter(b, &l);
	if (err)
		goto out;
	set_binfmt(&elf_format);
	err = arch_setup_additional_pages(bprm, b->interpreter != NULL);
	if (err)
		goto out;
	err = create_elf_tables(bprm, &b->image, &l);
	if (err)
		goto out;
	set_mm_numbers(current->mm, bprm, &b->image, l.load_bias, randomize);
	if (current->personality & MMAP_PAGE_ZERO)
		map_page_zero();
	finalize_exec(bprm);
	EXEC_STAGE(START_THREAD);
	start_thread(current_pt_regs(), l.entry, bprm->p);
out:
	elf_binary_release(b);
	return err;
}

static struct linux_binfmt elf_format = {
	.name = "elf",
	.load_binary = load_elf_binary,
	.load_shlib = load_elf_library,
	.core_dump = elf_core_dump,
	.min_coredump = PAGE_SIZE,
};

void elf_binfmt_init(void) { register_binfmt(&elf_format); }
