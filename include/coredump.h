/* SPDX-License-Identifier: MIT */
/*
 * The state of a core dump, and the records of its PT_NOTE segment, as in Linux's
 * include/linux/elfcore.h and elf(5).
 */
#ifndef COREDUMP_H
#define COREDUMP_H

#include <signal.h>
#include <types.h>

struct file;
struct pid;

struct coredump_params {
	const kernel_siginfo_t *siginfo;
	struct file *file;
	bool pipe;  /* to a helper: it takes all bytes, in their order */
	bool pidfd; /* %F: the helper gets a pidfd of the process, pid */
	struct pid *pid;
	u64 limit;  /* RLIMIT_CORE: how many bytes may be written; holes do not count */
	loff_t pos; /* where the next bytes go, holes included */
	u64 written;
	size_t to_skip;		/* a hole that no byte follows yet */
	unsigned long mm_flags; /* of the mm when the dump began: which VMAs to write */
};

/* exec/coredump.c: writes a core of current, which dies of @info. True: there is a core. */
bool do_coredump(const kernel_siginfo_t *info);
/* Append @n bytes, or a hole of @n bytes. False: the limit is reached or a write failed. */
bool dump_emit(struct coredump_params *cprm, const void *p, size_t n);
void dump_skip(struct coredump_params *cprm, size_t n);
/* exec/elf_core.c: the core_dump method of the ELF format. Nonzero: something was written. */
int elf_core_dump(struct coredump_params *cprm);

/* Linux's struct user_regs_struct: pt_regs, then the segments. */
struct elf_gregs {
	unsigned long pt_regs[21];
	unsigned long fs_base, gs_base, ds, es, fs, gs;
};

struct elf_timeval {
	long sec, usec;
};

struct elf_prstatus {
	int si_signo, si_code, si_errno;
	short pr_cursig;
	unsigned long pr_sigpend, pr_sighold;
	pid_t pr_pid, pr_ppid, pr_pgrp, pr_sid;
	struct elf_timeval pr_utime, pr_stime, pr_cutime, pr_cstime;
	struct elf_gregs pr_reg;
	int pr_fpvalid;
};

struct elf_prpsinfo {
	char pr_state, pr_sname, pr_zomb, pr_nice;
	unsigned long pr_flag;
	unsigned int pr_uid, pr_gid;
	int pr_pid, pr_ppid, pr_pgrp, pr_sid;
	char pr_fname[16], pr_psargs[80];
};

_Static_assert(sizeof(struct elf_prstatus) == 336, "as GDB expects it");
_Static_assert(sizeof(struct elf_prpsinfo) == 136, "as GDB expects it");

/* exec/corename.c */
#define MAX_CORENAME 512 /* bytes of a core file's name, with its NUL */
/* The name that core_pattern makes for this dump. 0, or -ENAMETOOLONG. */
int format_corename(char *name, size_t size, int sig);
/*
 * The text of the character or "%x" at *@pattern, which moves behind it. Returns its length. @size
 * is not 0; a text that does not fit is cut, its length is returned whole.
 */
size_t expand_pattern(const char **pattern, char *out, size_t size, int sig);

/* exec/coredump_pipe.c: starts the helper; its pipe, or ERR_PTR. */
struct file *open_core_pipe(struct coredump_params *cprm);
void close_core_pipe(struct coredump_params *cprm); /* drops cprm->file */
extern unsigned int core_pipe_limit;		    /* /proc/sys/kernel/core_pipe_limit */

extern char core_pattern[128]; /* /proc/sys/kernel/core_pattern */
extern int core_uses_pid;      /* /proc/sys/kernel/core_uses_pid */

#endif
