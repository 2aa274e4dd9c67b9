/* SPDX-License-Identifier: MIT */
/*
 * linux_binprm: everything that an exec knows while it is under way; and the
 * list of binary formats. exec/exec.c is its home.
 */
#ifndef BINFMTS_H
#define BINFMTS_H

#include <list.h>
#include <signal.h>
#include <types.h>
#include <asm/page.h>
#include <linux/resource.h>

struct file;
struct cred;
struct mm_struct;
struct page;
struct vm_area_struct;
struct pt_regs;
struct coredump_params;

#define BINPRM_BUF_SIZE		256
#define MAX_ARG_STRLEN		(PAGE_SIZE * 32)	/* bytes a string, with its NUL */
#define MAX_ARG_STRINGS		0x7FFFFFFF
#define BINPRM_MAX_RECURSION	5

/*
 * One exec, from alloc_bprm to free_bprm; no other task knows it. The new stack grows downward
 * from vma->vm_end in mm; p is its lowest byte in use. Invariant: mm belongs to the exec until
 * exec_mmap gives it to the task and sets it NULL.
 */
struct linux_binprm {
	struct vm_area_struct *vma;	/* the stack area in mm */
	struct page *arg_page;		/* the page of the stack last written to; owns a reference */
	unsigned long arg_page_addr;
	struct mm_struct *mm;
	unsigned long p;		/* current top of the new stack */
	unsigned long argmin;		/* lowest p that the argument limit allows */
	bool have_execfd;		/* a format wants the descriptor (AT_EXECFD) */
	bool execfd_creds;
	bool secureexec;		/* AT_SECURE */
	bool point_of_no_return;	/* from here on every error kills the process */
	bool comm_from_dentry;		/* the name was empty: comm comes from the file */
	struct file *executable;	/* passed to an interpreter (binfmt_misc) */
	struct file *interpreter;	/* next file of the loop: set by load_script; follow_interpreter must take it,
					 * free_bprm does not look at it */
	struct file *file;		/* open, writers locked out: free_bprm closes it */
	struct cred *cred;		/* the new credentials */
	int unsafe;
	unsigned int per_clear;		/* bits to clear in personality */
	int argc, envc;
	const char *filename;		/* as the caller gave it: what /proc/PID/comm shows */
	const char *interp;		/* what is really executed: the script's interpreter */
	const char *fdpath;		/* "/dev/fd/N", kmalloc'ed, for execveat */
	unsigned int interp_flags;
	int execfd;
	unsigned long exec;		/* address of the file name string: AT_EXECFN */
	struct rlimit64 rlim_stack;	/* the stack limit, frozen for this exec */
	char buf[BINPRM_BUF_SIZE];	/* first bytes of the file, zero padded */
};

#define BINPRM_FLAGS_ENFORCE_NONDUMP	1
#define BINPRM_FLAGS_PATH_INACCESSIBLE	4

/*
 * A binary format. load_binary answers -ENOEXEC for "not mine, ask the next";
 * 0 when the program is ready to run; anything else ends the search.
 */
struct linux_binfmt {
	struct list_head lh;
	const char *name;
	int (*load_binary)(struct linux_binprm *bprm);
	int (*load_shlib)(struct file *file);
	int (*core_dump)(struct coredump_params *cprm);
	unsigned long min_coredump;	/* bytes: a smaller limit writes nothing */
};

/* exec/formats.c */
void register_binfmt(struct linux_binfmt *fmt);		/* asked last among those registered so far */
void insert_binfmt(struct linux_binfmt *fmt);		/* asked first */
void unregister_binfmt(struct linux_binfmt *fmt);
void set_binfmt(struct linux_binfmt *fmt);
int search_binary_handler(struct linux_binprm *bprm);
int search_library_handler(struct file *file);

void elf_binfmt_init(void);
void script_binfmt_init(void);
void binfmt_test_switch(bool on);			/* exec/binfmt_test.c: registers and unregisters a format at run time */

/* 0 or -errno; after success the caller's pt_regs start the new program. Kernel strings: /init. */
int kernel_execve(const char *filename, const char *const *argv, const char *const *envp);

/* What the formats use, in the order of an exec. Contracts stand at the functions in exec/exec.c. */
int begin_new_exec(struct linux_binprm *bprm);
void setup_new_exec(struct linux_binprm *bprm);
int setup_arg_pages(struct linux_binprm *bprm, unsigned long stack_top, int executable_stack);
void finalize_exec(struct linux_binprm *bprm);
int copy_string_kernel(const char *arg, struct linux_binprm *bprm);
int remove_arg_zero(struct linux_binprm *bprm);
int bprm_change_interp(const char *interp, struct linux_binprm *bprm);
struct file *open_exec(const char *name);	/* a path of the kernel's; executable, writers locked out. ERR_PTR: -ENOENT, -EACCES, ... */
void would_dump(struct linux_binprm *bprm, struct file *file);	/* @file will be in memory: no core dump if the user may not read it */
extern int suid_dumpable;	/* /proc/sys/fs/suid_dumpable; kernel/task/cred.c */

/* argv or envp: of user space, or of the kernel when it starts /init. Both NULL: empty. */
struct arg_ptr {
	const char __user *const __user *user;
	const char *const *kernel;
};

/* exec/stack.c */
int bprm_mm_init(struct linux_binprm *bprm);	/* a new mm with one page of stack. 0 or -ENOMEM */
void put_arg_page(struct linux_binprm *bprm);
int lay_strings(struct linux_binprm *bprm, struct arg_ptr argv, struct arg_ptr envp);

/* exec/creds.c */
int prepare_bprm_creds(struct linux_binprm *bprm);
void check_unsafe_exec(struct linux_binprm *bprm);
int bprm_creds_from_file(struct linux_binprm *bprm);

#define UNSAFE_SHARE		1	/* fs_struct is shared with another process */
#define UNSAFE_NO_NEW_PRIVS	4

#define EXSTACK_DEFAULT		0
#define EXSTACK_DISABLE_X	1
#define EXSTACK_ENABLE_X	2

/* exec/coredump.c: writes a core of current, which dies of @info, if its limit allows. True: one was written. */
bool do_coredump(const kernel_siginfo_t *info);

#endif
