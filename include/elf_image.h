/* SPDX-License-Identifier: MIT */
/*
 * The plan of an ELF program: what DECIDE reads from the bytes of its file alone; and the functions
 * of the ELF loader, file by file. exec/elf_plan.c makes the plan, exec/binfmt_elf.c follows it.
 */
#ifndef ELF_IMAGE_H
#define ELF_IMAGE_H

#include <elf.h>
#include <types.h>

struct exec_site;
struct file;
struct linux_binprm;

/*
 * All addresses are those in the file, without a load bias. Nothing in here changes after elf_plan
 * has returned 0.
 */
struct elf_image {
	const Elf64_Ehdr *ehdr;
	const Elf64_Phdr *phdr;	  /* ehdr->e_phnum of them */
	const Elf64_Phdr *interp; /* the first PT_INTERP; NULL: none */
	int executable_stack;	  /* EXSTACK_*: what the last PT_GNU_STACK asks for */
	unsigned long total_size; /* from the first page to the end of the last segment */
	unsigned long alignment;  /* the greatest valid p_align, in whole pages; 0: none */
	unsigned long phdr_addr;  /* of the program headers; 0: in no segment */
	unsigned long start_code, end_code, start_data, end_data;
	unsigned long brk; /* end of the highest segment */
};

/*
 * What DECIDE reads. Owns the tables and the interpreter's file until elf_binary_release; the plans
 * point into the tables.
 */
struct elf_binary {
	Elf64_Ehdr ehdr; /* a copy: bprm->buf may be reused */
	Elf64_Phdr *phdrs;
	struct elf_image image;
	struct file *interpreter; /* NULL: none */
	Elf64_Ehdr interp_ehdr;
	Elf64_Phdr *interp_phdrs;
	struct elf_image interp_image;
};

/* The addresses that BUILD chooses. */
struct elf_layout {
	unsigned long load_bias;   /* added to every address in the file */
	unsigned long interp_base; /* AT_BASE: the bias of the interpreter; 0: none */
	unsigned long entry;	   /* address of the first user instruction */
};

/*
 * exec/elf_tables.c: writes argc, argv, envp and auxv below the strings, and what they point to.
 * bprm->p becomes the first rsp. current has the new mm, so the stack is user memory. 0 or -errno,
 * which kills the process.
 */
int create_elf_tables(struct linux_binprm *bprm, const struct elf_image *img,
		      const struct elf_layout *l);

/* ---- exec/elf_file.c ---- */

/* All @len bytes at @pos, or an error: -EIO when the file is too short. */
int elf_read(struct file *file, void *buf, size_t len, loff_t pos);
/* Returns the program header table in a new buffer (kfree); NULL after any error, as in Linux. */
Elf64_Phdr *load_elf_phdrs(const Elf64_Ehdr *ehdr, struct file *file);

/* ---- exec/elf_interp.c ---- */

struct file *open_interpreter(struct linux_binprm *bprm, const Elf64_Phdr *ph);
int plan_interpreter(struct elf_binary *b);
int map_interpreter(struct elf_binary *b, struct elf_layout *l);

/* ---- exec/elf_map.c: one segment in memory, for programs, interpreters, libraries ---- */

#define BAD_ADDR(a) ((unsigned long)(a) >= TASK_SIZE)
/* Any errno is right: the error kills the process, and no caller sees it. */
#define BAD_ADDR_ERROR(a) (IS_ERR_VALUE(a) ? (int)(a) : -EINVAL)

int make_prot(unsigned int p_flags); /* PF_* -> PROT_* */
int padzero(unsigned long start);
int set_brk(unsigned long start, unsigned long end, int prot);
int elf_map(struct file *file, unsigned long *addr, const Elf64_Phdr *ph, int prot,
	    unsigned long flags, unsigned long total_size);
int elf_load(struct file *file, unsigned long *addr, const Elf64_Phdr *ph, int prot,
	     unsigned long flags, unsigned long total_size);
/* Leaves a record of the VMA that covers @addr now in the exec film. */
void trace_vma(const struct exec_site *site, unsigned long addr);

/* ---- exec/uselib.c: the load_shlib method of the ELF format. 0 or -errno. ---- */

int load_elf_library(struct file *file);

/* ---- exec/elf_plan.c ---- */

/* Is it an x86-64 program or shared object? As in Linux, class and byte order do not matter. */
bool elf_header_ok(const Elf64_Ehdr *ehdr);
/* Bytes of the program header table. 0: no header, headers of a wrong size, or more than a page. */
size_t elf_phdrs_size(const Elf64_Ehdr *ehdr);
/*
 * Fills every field of @img. 0, or -ENOEXEC if the first PT_INTERP is too long or too short for a
 * path. It reads only its arguments, so that it can be fuzzed on the host.
 */
int elf_plan(const Elf64_Ehdr *ehdr, const Elf64_Phdr *phdr, struct elf_image *img);
/* Does the segment fit into user space if it starts at @start? p_memsz may be any number. */
bool elf_segment_fits(const Elf64_Phdr *ph, unsigned long start);
/* Does the path of @len bytes that PT_INTERP stores end with NUL? */
bool elf_interp_path_ok(const char *path, size_t len);

#endif
