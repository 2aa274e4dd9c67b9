/* SPDX-License-Identifier: MIT */
/*
 * The plan of an ELF program: what the loader decides from bytes alone,
 * before anything is touched. exec/elf_plan.c fills it, exec/binfmt_elf.c reads it.
 */
#ifndef ELF_IMAGE_H
#define ELF_IMAGE_H

#include <elf.h>
#include <exec_stages.h>
#include <types.h>

struct file;
struct linux_binprm;

/*
 * All addresses are those of the file, without a load bias.
 * Invariant: once elf_plan has returned 0 nothing in here changes.
 */
struct elf_image {
	const Elf64_Ehdr *ehdr;
	const Elf64_Phdr *phdr;		/* ehdr->e_phnum entries */
	const Elf64_Phdr *interp;	/* the first PT_INTERP; NULL: none */
	int executable_stack;		/* EXSTACK_*: what the last PT_GNU_STACK wants */
	unsigned long total_size;	/* bytes from the first segment's page to the last one's end; 0: no PT_LOAD */
	unsigned long alignment;	/* bytes: the greatest p_align that is a power of two, in whole pages; 0: none */
	unsigned long phdr_addr;	/* where the program headers will be in memory; 0: in no segment */
	unsigned long start_code, end_code, start_data, end_data;
	unsigned long brk;		/* end of the highest segment */
};

/*
 * What DECIDE collects. Owns the tables and the interpreter's file until
 * elf_binary_release; the plans point into the tables.
 */
struct elf_binary {
	Elf64_Ehdr ehdr;		/* a copy: bprm->buf may be reused */
	Elf64_Phdr *phdrs;
	struct elf_image image;
	struct file *interpreter;	/* NULL: none */
	Elf64_Ehdr interp_ehdr;
	Elf64_Phdr *interp_phdrs;
	struct elf_image interp_image;
};

/* What BUILD finds out on its way. */
struct elf_layout {
	unsigned long load_bias;	/* added to every address in the file */
	unsigned long interp_base;	/* AT_BASE: the interpreter's bias; 0: none */
	unsigned long entry;		/* first user instruction: the interpreter's or the program's */
};

/*
 * Writes argc, argv, envp and auxv below the strings, and what they point to; bprm->p becomes the
 * first rsp. current has the new mm, so its stack is user memory. 0 or -errno (deadly).
 */
int create_elf_tables(struct linux_binprm *bprm, const struct elf_image *img, const struct elf_layout *l);

/* ---- exec/elf_file.c ---- */

/* All @len bytes at @pos, or an error: -EIO when the file is too short. */
int elf_read(struct file *file, void *buf, size_t len, loff_t pos);
/* The program header table in a new buffer (kfree); NULL whatever is wrong with it, as in Linux. */
Elf64_Phdr *load_elf_phdrs(const Elf64_Ehdr *ehdr, struct file *file);

/* ---- exec/elf_interp.c ---- */

struct file *open_interpreter(struct linux_binprm *bprm, const Elf64_Phdr *ph);
int plan_interpreter(struct elf_binary *b);
int map_interpreter(struct elf_binary *b, struct elf_layout *l);

/* ---- exec/elf_map.c: one segment in memory, for programs, interpreters, libraries ---- */

#define BAD_ADDR(a)		((unsigned long)(a) >= TASK_SIZE)
/* What a deadly error is called does not matter to anyone; that it is one does. */
#define BAD_ADDR_ERROR(a)	(IS_ERR_VALUE(a) ? (int)(a) : -EINVAL)

int make_prot(unsigned int p_flags);	/* PF_* -> PROT_* */
int padzero(unsigned long start);
int set_brk(unsigned long start, unsigned long end, int prot);
int elf_map(struct file *file, unsigned long *addr, const Elf64_Phdr *ph, int prot, unsigned long flags,
	    unsigned long total_size);
int elf_load(struct file *file, unsigned long *addr, const Elf64_Phdr *ph, int prot, unsigned long flags,
	     unsigned long total_size);
/* Leaves a record of the area that now covers @addr in the exec film. */
void trace_area(enum exec_stage stage, const char *function, unsigned int line, unsigned long addr);

/* ---- exec/uselib.c: the load_shlib method of the ELF format. 0 or -errno. ---- */

int load_elf_library(struct file *file);

/* ---- exec/elf_plan.c ---- */

/* An x86-64 program or shared object? As in Linux, class, byte order and version do not matter. */
bool elf_header_ok(const Elf64_Ehdr *ehdr);
/* Bytes of the program header table; 0: entries of a wrong size, none, or more than a page. */
size_t elf_phdrs_size(const Elf64_Ehdr *ehdr);
/*
 * Fills every field of @img. 0, or -ENOEXEC if the size of the first PT_INTERP cannot be that of a
 * path. Pure: reads its arguments and nothing else, so that it also builds on the host for fuzzing.
 */
int elf_plan(const Elf64_Ehdr *ehdr, const Elf64_Phdr *phdr, struct elf_image *img);
/* Does a segment fit into user space if it starts at @start? p_memsz may be any number. */
bool elf_segment_fits(const Elf64_Phdr *ph, unsigned long start);
/* A path of @len bytes as PT_INTERP stores it: ends with NUL. */
bool elf_interp_path_ok(const char *path, size_t len);

#endif
