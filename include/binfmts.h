/* SPDX-License-Identifier: MIT */
/*
 * linux_binprm, one exec while it is under way; linux_binfmt, one binary format;
 * and the functions of exec/ that the formats and others call.
 */
#ifndef BINFMTS_H
#define BINFMTS_H

#include <list.h>
#include <types.h>
#include <asm/page.h>
#include <linux/resource.h>

struct task_struct;
struct file;
struct cred;
struct mm_struct;
struct page;
struct vm_area_struct;
struct coredump_params;

#define BINPRM_BUF_SIZE	     256
#define MAX_ARG_STRLEN	     (PAGE_SIZE * 32) /* bytes of one string, with its NUL */
#define MAX_ARG_STRINGS	     0x7FFFFFFF
#define BINPRM_MAX_RECURSION 5 /* interpreters of interpreters */

/*
 * One exec, from alloc_bprm to free_bprm; no other task sees it. The new stack grows downward from
 * vma->vm_end in mm, and p is its lowest byte in use. mm belongs to bprm until exec_mmap has made
 * it the task's; then it is NULL.
 */
struct linux_binprm {
	struct vm_area_struct *vma; /* the stack in mm */
	struct page *arg_page;	    /* the page last written to, with a reference */
	unsigned long arg_page_addr;
	struct mm_struct *mm;
	unsigned long p;	  /* current top of the new stack */
	unsigned long argmin;	  /* lowest p that the argument limit allows */
	bool have_execfd;	  /* a format needs the descriptor (AT_EXECFD) */
	bool secureexec;	  /* AT_SECURE */
	bool point_of_no_return;  /* from here on every error kills the process */
	bool comm_from_dentry;	  /* the name was empty: comm comes from the file */
	struct file *executable;  /* passed to an interpreter, as by Linux's binfmt_misc */
	struct file *interpreter; /* next file of the loop, for follow_interpreter to take */
	struct file *file;	  /* open, write access denied; free_bprm closes it */
	struct cred *cred;	  /* the new credentials */
	int unsafe;		  /* UNSAFE_*: why it must not gain privileges */
	unsigned int per_clear;	  /* bits to clear in personality */
	int argc, envc;
	const char *filename;	    /* as the caller passed it; comm comes from it */
	const char *interp;	    /* what really runs: the interpreter of a script */
	const char *fdpath;	    /* "/dev/fd/N", kmalloc'ed, for execveat */
	unsigned int interp_flags;  /* BINPRM_FLAGS_* */
	int execfd;		    /* AT_EXECFD */
	unsigned long exec;	    /* address of the file name string: AT_EXECFN */
	struct rlimit64 rlim_stack; /* the stack limit, frozen for this exec */
	char buf[BINPRM_BUF_SIZE];  /* first bytes of the file, zero padded */
};

#define BINPRM_FLAGS_ENFORCE_NONDUMP   1 /* the user may not read one of the files */
#define BINPRM_FLAGS_PATH_INACCESSIBLE 4 /* a close-on-exec descriptor */

#define UNSAFE_SHARE	    1 /* fs_struct is shared with another process */
#define UNSAFE_PTRACE	    2 /* traced, and the tracer lacks CAP_SYS_PTRACE */
#define UNSAFE_NO_NEW_PRIVS 4 /* prctl(PR_SET_NO_NEW_PRIVS) */

#define EXSTACK_DEFAULT	  0 /* no PT_GNU_STACK */
#define EXSTACK_DISABLE_X 1
#define EXSTACK_ENABLE_X  2

/* A binary format. load_binary returns -ENOEXEC for a file that another format may load. */
struct linux_binfmt {
	struct list_head lh;
	unsigned int users; /* execs that are in it; binfmt_lock */
	const char *name;
	int (*load_binary)(struct linux_binprm *bprm);
	int (*load_shlib)(struct file *file);
	int (*core_dump)(struct coredump_params *cprm);
	unsigned long min_coredump; /* bytes: with a lower limit nothing is written */
};

/* argv or envp: of user space, or of the kernel when it starts /init. Both NULL: empty. */
struct arg_ptr {
	const char __user *const __user *user;
	const char *const *kernel;
};

/* exec/exec.c. A format calls these; each comment is above the function. */
int bprm_change_interp(const char *interp, struct linux_binprm *bprm);
struct file *open_exec(const char *name); /* by a path of the kernel. ERR_PTR */
void would_dump(struct linux_binprm *bprm, struct file *file);
int begin_new_exec(struct linux_binprm *bprm);
void setup_new_exec(struct linux_binprm *bprm);
void finalize_exec(struct linux_binprm *bprm);
/* Execs /init from the kernel. 0: current's pt_regs start the new program. Or -errno. */
int kernel_execve(const char *filename, const char *const *argv, const char *const *envp);

/* exec/formats.c */
void register_binfmt(struct linux_binfmt *fmt);	 /* the last to be tried */
void insert_binfmt(struct linux_binfmt *fmt);	 /* the first to be tried */
int unregister_binfmt(struct linux_binfmt *fmt); /* 0, or -EAGAIN: an exec is in it */
void set_binfmt(struct linux_binfmt *fmt);	 /* the format of current's program */
int search_binary_handler(struct linux_binprm *bprm);
int search_library_handler(struct file *file);

/* exec/stack.c */
int bprm_mm_init(struct linux_binprm *bprm); /* a new mm with one page of stack. 0 or -ENOMEM */
int lay_strings(struct linux_binprm *bprm, struct arg_ptr argv, struct arg_ptr envp);
int copy_string_kernel(const char *arg, struct linux_binprm *bprm);
int remove_arg_zero(struct linux_binprm *bprm);
int setup_arg_pages(struct linux_binprm *bprm, unsigned long stack_top, int executable_stack);
void put_arg_page(struct linux_binprm *bprm); /* drops bprm->arg_page */

/* exec/creds.c */
int prepare_bprm_creds(struct linux_binprm *bprm);
void check_unsafe_exec(struct linux_binprm *bprm);
int bprm_creds_from_file(struct linux_binprm *bprm);

/*
 * exec/de_thread.c: ends the other threads of @me, which is current. 0, or -EAGAIN: it is killed.
 */
int de_thread(struct task_struct *me);

/* The formats. */
void elf_binfmt_init(void);	  /* exec/binfmt_elf.c */
void script_binfmt_init(void);	  /* exec/binfmt_script.c */
int binfmt_test_switch(int mode); /* exec/binfmt_test.c: /proc/sys/fs/binfmt_test */

#endif
