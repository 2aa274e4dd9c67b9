/* SPDX-License-Identifier: MIT */
/*
 * One segment of an ELF file becomes memory: elf_map, padzero and set_brk, and elf_load,
 * which calls them in order. Abridges the same functions of Linux's fs/binfmt_elf.c.
 *
 *   file      | ...  p_offset [ p_filesz bytes ] other bytes ... |
 *                            |                |
 *   memory  |  page  |  page  |  page ////////|  page  |  page  |
 *              elf_map: pages of the file     set_brk: anonymous pages
 *                                padzero: ////, up to the end of the file's last page
 *           ^ p_vaddr rounded down            p_vaddr + p_memsz, rounded up ^
 *
 * In early 6.1 set_brk mapped the bss of a program once, after all its segments. Since
 * then Linux does it segment by segment, because a segment in the middle may have one.
 * Exon keeps the name for that step.
 *
 * All of this runs past the point of no return: an error kills the process.
 */
#include <elf_image.h>
#include <linux/mman.h>
#include <errno.h>
#include <mm.h>
#include <sched.h>
#include <trace.h>
#include <asm/uaccess.h>

/* PF_* of a segment as PROT_* of mmap. */
int make_prot(unsigned int p_flags)
{
	return (p_flags & PF_R ? PROT_READ : 0) | (p_flags & PF_W ? PROT_WRITE : 0) |
	       (p_flags & PF_X ? PROT_EXEC : 0);
}

/* Leaves a record of the VMA that covers @addr now, if there is one. */
void trace_vma(const struct exec_site *site, unsigned long addr)
{
	struct vm_area_struct *v;

	mmap_read_lock(current->mm);
	v = find_vma(current->mm, addr);
	if (v && v->vm_start <= addr)
		exec_stage(site, v->vm_start, v->vm_end, v, 0);
	mmap_read_unlock(current->mm);
}

/*
 * The last page of the file's part also has bytes of the file after the segment: clears them. This
 * is the first user address that an exec writes to: a copy-on-write fault in kernel mode.
 */
int padzero(unsigned long start)
{
	unsigned long n = offset_in_page(start) ? PAGE_SIZE - offset_in_page(start) : 0;

	return clear_user((void __user *)start, n) ? -EFAULT : 0;
}

/*
 * Maps the pages of a bss that have no bytes of the file: both ends are rounded up. They are
 * readable and writable, even after a read-only segment.
 */
int set_brk(unsigned long start, unsigned long end, int prot)
{
	int err;

	start = PAGE_ALIGN(start);
	end = PAGE_ALIGN(end);
	err = vm_brk_flags(start, end - start, prot & PROT_EXEC ? VM_EXEC : 0);
	if (!err && end > start)
		trace_vma(EXEC_SITE(SET_BRK), start);
	return err;
}

/*
 * With @total_size the first segment maps room for all segments, then unmaps the rest, so that the
 * addresses of the others are free. The record comes last, to show the final size of the VMA.
 */
int elf_map(struct file *file, unsigned long *addr, const Elf64_Phdr *ph, int prot,
	    unsigned long flags, unsigned long total_size)
{
	unsigned long size = PAGE_ALIGN(ph->p_filesz + offset_in_page(ph->p_vaddr));
	unsigned long off = ph->p_offset - offset_in_page(ph->p_vaddr);
	int err;

	*addr = PAGE_ALIGN_DOWN(*addr);
	if (!size)
		return BAD_ADDR(*addr) ? BAD_ADDR_ERROR(*addr) : 0;
	total_size = PAGE_ALIGN(total_size);
	err = vm_mmap(file, addr, total_size ? total_size : size, prot, flags, off);
	if (!err && total_size)
		vm_munmap(*addr + size, total_size - size);
	if (!err)
		trace_vma(EXEC_SITE(MAP_SEGMENTS), *addr);
	return err;
}

/* *addr: in, where p_vaddr is to be; out, the start of the page that contains it. */
int elf_load(struct file *file, unsigned long *addr, const Elf64_Phdr *ph, int prot,
	     unsigned long flags, unsigned long total_size)
{
	unsigned long start = PAGE_ALIGN_DOWN(*addr); /* of a segment without bytes in the file */
	int err;

	if (ph->p_filesz) {
		err = elf_map(file, addr, ph, prot, flags, total_size);
		if (err || ph->p_memsz <= ph->p_filesz)
			return err;
		start = *addr + offset_in_page(ph->p_vaddr) + ph->p_filesz;
		/* Fails if the segment is not writable: then the bytes stay, as in Linux. */
		padzero(start);
	} else {
		*addr = start;
	}
	if (ph->p_memsz <= ph->p_filesz)
		return BAD_ADDR(*addr) ? BAD_ADDR_ERROR(*addr) : 0;
	err = set_brk(start, *addr + offset_in_page(ph->p_vaddr) + ph->p_memsz, prot);
	if (!err && BAD_ADDR(*addr))
		err = BAD_ADDR_ERROR(*addr);
	return err;
}
