/* SPDX-License-Identifier: MIT */
/*
 * The interpreter that a program names in PT_INTERP (ld.so): opened and read while execve can still
 * return an error, mapped after the program. Abridges the parts of load_elf_binary that do so, and
 * load_elf_interp, of Linux's fs/binfmt_elf.c.
 *
 *   program   | PT_INTERP "/lib64/ld-linux-x86-64.so.2" | ...     open_interpreter
 *   ld.so     | Ehdr | Phdrs |                                    plan_interpreter
 *             | LOAD 0 | LOAD 1 | ... | file bytes / bss |        map_interpreter
 */
#include <binfmts.h>
#include <elf_image.h>
#include <fs.h>
#include <linux/mman.h>
#include <sched.h>
#include <slab.h>
#include <string.h>
#include <trace.h>

/* ---- DECIDE ----------------------------------------------------------- */

/*
 * elf_plan has checked the size of the path. open_exec denies write access to the file; would_dump
 * keeps an unreadable interpreter out of core dumps.
 */
struct file *open_interpreter(struct linux_binprm *bprm, const Elf64_Phdr *ph)
{
	char *path = kmalloc(ph->p_filesz, GFP_KERNEL);
	struct file *file;
	int err;

	if (!path)
		return ERR_PTR(-ENOMEM);
	err = elf_read(bprm->file, path, ph->p_filesz, ph->p_offset);
	if (!err && !elf_interp_path_ok(path, ph->p_filesz))
		err = -ENOEXEC;
	file = err ? ERR_PTR(err) : open_exec(path);
	kfree(path);
	if (!IS_ERR(file))
		would_dump(bprm, file);
	return file;
}

/*
 * Reads the interpreter's header and makes its plan. 0, -ELIBBAD if it is not an ELF file for this
 * machine, or another -errno.
 */
int plan_interpreter(struct elf_binary *b)
{
	const Elf64_Ehdr *eh = &b->interp_ehdr;
	int err = elf_read(b->interpreter, &b->interp_ehdr, sizeof(b->interp_ehdr), 0);

	if (err)
		return err;
	if (memcmp(eh->e_ident, ELFMAG, SELFMAG) != 0 || eh->e_machine != EM_X86_64)
		return -ELIBBAD;
	b->interp_phdrs = load_elf_phdrs(eh, b->interpreter);
	if (!b->interp_phdrs)
		return -ELIBBAD;
	/* The error can be ignored: an interpreter's own PT_INTERP is not used. */
	elf_plan(eh, b->interp_phdrs, &b->interp_image);
	return 0;
}

/* ---- BUILD ------------------------------------------------------------ */

/*
 * Where the interpreter's file bytes and its memory end, and the permissions of the last segment.
 */
struct interp_bss {
	unsigned long file_end, mem_end;
	int prot;
};

static void note_interp_bss(struct interp_bss *bss, const Elf64_Phdr *ph, unsigned long start)
{
	bss->file_end = max(bss->file_end, start + ph->p_filesz);
	if (start + ph->p_memsz > bss->mem_end) {
		bss->mem_end = start + ph->p_memsz;
		bss->prot = make_prot(ph->p_flags);
	}
}

/* In a program each segment may end with a bss, in an interpreter only the last one. */
static int map_interp_bss(const struct interp_bss *bss)
{
	if (padzero(bss->file_end))
		return -EFAULT;
	if (PAGE_ALIGN(bss->mem_end) <= PAGE_ALIGN(bss->file_end))
		return 0;
	return set_brk(bss->file_end, bss->mem_end, bss->prot);
}

/*
 * Let mmap choose (hint 0). Without a program bias the hint is p_vaddr, as in Linux. The first
 * segment asks for room for all, and its address is the bias of the others. An error kills the
 * process.
 */
static int load_elf_interp(struct file *file, const struct elf_image *img,
			   unsigned long program_bias, unsigned long *base)
{
	unsigned long bias = 0, total_size = img->total_size;
	bool is_dyn = img->ehdr->e_type == ET_DYN, placed = !is_dyn;
	struct interp_bss bss = {0};

	if (!elf_header_ok(img->ehdr) || !file->f_op->mmap)
		return -ENOEXEC;
	if (!total_size)
		return -EINVAL;
	for (unsigned int i = 0; i < img->ehdr->e_phnum; i++) {
		const Elf64_Phdr *ph = &img->phdr[i];
		unsigned long addr;
		int err;

		if (ph->p_type != PT_LOAD)
			continue;
		if (!placed && program_bias)
			bias = -ph->p_vaddr;
		addr = bias + ph->p_vaddr;
		err = elf_map(file, &addr, ph, make_prot(ph->p_flags),
			      MAP_PRIVATE | (placed ? MAP_FIXED : 0), total_size);
		if (err)
			return err;
		total_size = 0;
		if (!placed)
			bias = addr - PAGE_ALIGN_DOWN(ph->p_vaddr);
		placed = true;
		if (!elf_segment_fits(ph, bias + ph->p_vaddr))
			return -ENOMEM;
		note_interp_bss(&bss, ph, bias + ph->p_vaddr);
	}
	*base = bias;
	return map_interp_bss(&bss);
}

/*
 * Sets l->interp_base and l->entry, the address of the first user instruction. An error, such as an
 * entry outside user space, kills the process.
 */
int map_interpreter(struct elf_binary *b, struct elf_layout *l)
{
	int err;

	l->entry = b->ehdr.e_entry + l->load_bias;
	if (b->interpreter) {
		err = load_elf_interp(b->interpreter, &b->interp_image, l->load_bias,
				      &l->interp_base);
		if (err)
			return err;
		l->entry = l->interp_base + b->interp_ehdr.e_entry;
		trace_vma(EXEC_SITE(MAP_INTERP), l->entry);
	}
	return BAD_ADDR(l->entry) ? BAD_ADDR_ERROR(l->entry) : 0;
}
