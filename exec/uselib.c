/* SPDX-License-Identifier: MIT */
/*
 * uselib(2): maps a library from before ld.so into the caller, at the address in its file. Abridges
 * sys_uselib of Linux's fs/exec.c and load_elf_library of fs/binfmt_elf.c.
 * Not on the road of an exec.
 */
#include <binfmts.h>
#include <elf_image.h>
#include <fs.h>
#include <linux/mman.h>
#include <mm.h>
#include <namei.h>
#include <sched.h>
#include <syscalls.h>
#include <linux/fcntl.h>

/* The one PT_LOAD of a library. NULL: it has none, or several. */
static const Elf64_Phdr *library_segment(const Elf64_Phdr *phdr, unsigned int n)
{
	const Elf64_Phdr *found = NULL;

	for (unsigned int i = 0; i < n; i++) {
		if (phdr[i].p_type != PT_LOAD)
			continue;
		if (found)
			return NULL;
		found = &phdr[i];
	}
	return found;
}

/* As in Linux: a library is writable and executable as a whole, but its bss is not executable. */
static int map_library(struct file *file, const Elf64_Phdr *ph)
{
	unsigned long addr = PAGE_ALIGN_DOWN(ph->p_vaddr), end = ph->p_vaddr + ph->p_filesz;
	int err = vm_mmap(file, &addr, ph->p_filesz + offset_in_page(ph->p_vaddr),
			  PROT_READ | PROT_WRITE | PROT_EXEC, MAP_FIXED_NOREPLACE | MAP_PRIVATE,
			  ph->p_offset - offset_in_page(ph->p_vaddr));

	if (err)
		return err;
	if (padzero(end))
		return -EFAULT;
	if (PAGE_ALIGN(ph->p_vaddr + ph->p_memsz) <= PAGE_ALIGN(end))
		return 0;
	return set_brk(end, ph->p_vaddr + ph->p_memsz, 0);
}

/* A library is ET_EXEC with at most two program headers, one of them a PT_LOAD. */
int load_elf_library(struct file *file)
{
	const Elf64_Phdr *ph = NULL;
	Elf64_Phdr phdr[2];
	Elf64_Ehdr ehdr;

	if (elf_read(file, &ehdr, sizeof(ehdr), 0) < 0 || !elf_header_ok(&ehdr) ||
	    ehdr.e_type != ET_EXEC || ehdr.e_phnum > ARRAY_SIZE(phdr) || !file->f_op->mmap)
		return -ENOEXEC;
	if (elf_read(file, phdr, ehdr.e_phnum * sizeof(phdr[0]), ehdr.e_phoff) == 0)
		ph = library_segment(phdr, ehdr.e_phnum);
	return ph ? map_library(file, ph) : -ENOEXEC;
}

long sys_uselib(const char __user *library)
{
	struct filename *name = getname(library);
	struct file *file;
	int err;

	if (IS_ERR(name))
		return PTR_ERR(name);
	file = do_filp_open(AT_FDCWD, name, O_LARGEFILE | O_RDONLY | __FMODE_EXEC, 0, 0);
	putname(name);
	if (IS_ERR(file))
		return PTR_ERR(file);
	err = inode_permission(file->f_inode, MAY_READ);
	if (!err && (!S_ISREG(file->f_inode->i_mode) || path_noexec(&file->f_path)))
		err = -EACCES;
	if (!err)
		err = search_library_handler(file);
	fput(file);
	return err;
}
