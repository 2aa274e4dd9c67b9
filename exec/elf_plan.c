/* SPDX-License-Identifier: MIT */
/*
 * DECIDE: makes the plan of a program from the bytes of its ELF file, and changes
 * nothing else. Abridges the checks of load_elf_binary in Linux's fs/binfmt_elf.c, in
 * the same order.
 *
 *   file:  | Ehdr | Phdr Phdr Phdr | ...bytes of segment A... | ...B... |
 *                     |    |    `-- PT_GNU_STACK: executable_stack
 *                     |    `------- PT_INTERP: interp
 *                     `------------ PT_LOAD: total_size, alignment, phdr_addr, code, data, brk
 *
 * No global state, no allocation, no kernel function: the same file is built
 * on the host and fuzzed there.
 */
#include <elf_image.h>
#include <binfmts.h>
#include <errno.h>
#include <linux/limits.h>
#include <string.h>

bool elf_header_ok(const Elf64_Ehdr *ehdr)
{
	return memcmp(ehdr->e_ident, ELFMAG, SELFMAG) == 0 &&
	       (ehdr->e_type == ET_EXEC || ehdr->e_type == ET_DYN) && ehdr->e_machine == EM_X86_64;
}

size_t elf_phdrs_size(const Elf64_Ehdr *ehdr)
{
	size_t size = sizeof(Elf64_Phdr) * ehdr->e_phnum;

	if (ehdr->e_phentsize != sizeof(Elf64_Phdr) || size > PAGE_SIZE)
		return 0;
	return size;
}

/*
 * The table may have the segments in any order. Sums may wrap, as in Linux: a segment that does not
 * fit is rejected when it is mapped.
 */
static void plan_span(const Elf64_Phdr *phdr, unsigned int n, struct elf_image *img)
{
	unsigned long low = -1UL, high = 0;

	for (unsigned int i = 0; i < n; i++) {
		if (phdr[i].p_type != PT_LOAD)
			continue;
		low = min(low, PAGE_ALIGN_DOWN(phdr[i].p_vaddr));
		high = max(high, phdr[i].p_vaddr + phdr[i].p_memsz);
		img->total_size = high - low;
	}
}

/* The greatest p_align of all segments. As in Linux, one that is not a power of two is ignored. */
static void plan_alignment(const Elf64_Phdr *ph, struct elf_image *img)
{
	if (ph->p_align && (ph->p_align & (ph->p_align - 1)) == 0)
		img->alignment = max(img->alignment, ph->p_align);
}

/* The last PT_LOAD whose bytes in the file contain the table decides. The sum may wrap. */
static void plan_phdr_addr(const Elf64_Ehdr *ehdr, const Elf64_Phdr *ph, struct elf_image *img)
{
	if (ph->p_offset <= ehdr->e_phoff && ehdr->e_phoff < ph->p_offset + ph->p_filesz)
		img->phdr_addr = ehdr->e_phoff - ph->p_offset + ph->p_vaddr;
}

/*
 * start_data is the highest start of any segment, as in Linux: /proc/PID/stat shows it. The other
 * starts are the lowest, the ends the highest.
 */
static void plan_code_and_data(const Elf64_Phdr *ph, struct elf_image *img)
{
	unsigned long start = ph->p_vaddr, end = start + ph->p_filesz;

	if (ph->p_flags & PF_X) {
		img->start_code = min(img->start_code, start);
		img->end_code = max(img->end_code, end);
	}
	img->start_data = max(img->start_data, start);
	img->end_data = max(img->end_data, end);
	img->brk = max(img->brk, start + ph->p_memsz);
}

/*
 * The first PT_INTERP and the last PT_GNU_STACK count. The plan is complete even after -ENOEXEC:
 * plan_interpreter relies on it.
 */
int elf_plan(const Elf64_Ehdr *ehdr, const Elf64_Phdr *phdr, struct elf_image *img)
{
	*img = (struct elf_image){.ehdr = ehdr, .phdr = phdr, .start_code = -1UL};

	for (unsigned int i = 0; i < ehdr->e_phnum; i++) {
		const Elf64_Phdr *ph = &phdr[i];

		switch (ph->p_type) {
		case PT_INTERP:
			if (!img->interp)
				img->interp = ph;
			break;
		case PT_GNU_STACK:
			img->executable_stack =
				ph->p_flags & PF_X ? EXSTACK_ENABLE_X : EXSTACK_DISABLE_X;
			break;
		case PT_LOAD:
			plan_alignment(ph, img);
			plan_phdr_addr(ehdr, ph, img);
			plan_code_and_data(ph, img);
			break;
		}
	}
	plan_span(phdr, ehdr->e_phnum, img);
	img->alignment = PAGE_ALIGN(img->alignment);
	if (img->interp && (img->interp->p_filesz > PATH_MAX || img->interp->p_filesz < 2))
		return -ENOEXEC;
	return 0;
}

bool elf_segment_fits(const Elf64_Phdr *ph, unsigned long start)
{
	return start < TASK_SIZE && ph->p_filesz <= ph->p_memsz && ph->p_memsz <= TASK_SIZE &&
	       start <= TASK_SIZE - ph->p_memsz;
}

bool elf_interp_path_ok(const char *path, size_t len) { return path[len - 1] == '\0'; }
