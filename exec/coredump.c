/* SPDX-License-Identifier: MIT */
/*
 * Core dumps: the name, the limits and the file. The binary format writes what is in
 * the file (elf_core.c). Abridges Linux's fs/coredump.c. Left out: pipes to a helper
 * ("|program"), which are refused. Not on the road of an exec.
 */
#include <binfmts.h>
#include <coredump.h>
#include <cred.h>
#include <file.h>
#include <fs.h>
#include <mm.h>
#include <namei.h>
#include <printk.h>
#include <sched.h>
#include <slab.h>
#include <string.h>
#include <utsname.h>
#include <linux/fcntl.h>
#include <linux/limits.h>

char core_pattern[128] = "core";
int core_uses_pid;

/* Moves past the hole that dump_skip has left. False: a fatal signal ends the dump. */
static bool flush_hole(struct coredump_params *cprm)
{
	if (fatal_signal_pending(current))
		return false;
	cprm->pos += cprm->to_skip;
	cprm->to_skip = 0;
	return true;
}

bool dump_emit(struct coredump_params *cprm, const void *p, size_t n)
{
	loff_t pos;

	if (!flush_hole(cprm) || cprm->written + n > cprm->limit)
		return false;
	pos = cprm->pos;
	if (kernel_write(cprm->file, p, n, &pos) != (ssize_t)n)
		return false;
	cprm->pos = pos;
	cprm->written += n;
	return true;
}

void dump_skip(struct coredump_params *cprm, size_t n) { cprm->to_skip += n; }

/* ---- the name ------------------------------------------------------------- */

/* @name as one component of a path: without '/', and not "", "." or "..". Returns its length. */
static int print_escaped(char *out, size_t size, const char *name)
{
	int n = snprintf(out, size, "%s", name[0] ? name : "!");

	if (n >= size)
		return n;
	if (out[0] == '.' && (n == 1 || (n == 2 && out[1] == '.')))
		out[0] = '!';
	for (char *p = out; *p; p++)
		if (*p == '/')
			*p = '!';
	return n;
}

/* The path of the program with '!' for '/', or its last component. Returns its length. */
static int print_exe_file(char *out, size_t size, bool name_only)
{
	struct file *exe = get_mm_exe_file(current->mm);
	char *buf = exe ? kmalloc(PATH_MAX, GFP_KERNEL) : NULL;
	char *path = buf ? d_path(&exe->f_path, buf, PATH_MAX) : NULL;
	int n = 0;

	if (path && !IS_ERR(path))
		n = print_escaped(out, size, name_only ? strrchr(path, '/') + 1 : path);
	kfree(buf);
	if (exe)
		fput(exe);
	return n;
}

/* One "%x" of core_pattern. Returns the length of its text. */
static int expand_specifier(char c, char *out, size_t size, int sig)
{
	switch (c) {
	case 'p':
	case 'P':
		return snprintf(out, size, "%d", current->tgid);
	case 'i':
	case 'I':
		return snprintf(out, size, "%d", current->pid);
	case 'u':
		return snprintf(out, size, "%u", current->cred->uid);
	case 'g':
		return snprintf(out, size, "%u", current->cred->gid);
	case 'd':
		return snprintf(out, size, "%d", get_dumpable(current->mm));
	case 's':
		return snprintf(out, size, "%d", sig);
	case 't':
		return snprintf(out, size, "%ld", (long)(ktime_get_real() / NSEC_PER_SEC));
	case 'h':
		return print_escaped(out, size, init_uts.nodename);
	case 'e':
		return print_escaped(out, size, current->comm);
	case 'f':
	case 'E':
		return print_exe_file(out, size, c == 'f');
	case 'c':
		return snprintf(out, size, "%lu", (unsigned long)rlimit(RLIMIT_CORE));
	case '%':
		return snprintf(out, size, "%%");
	}
	return 0;
}

/* The file name that core_pattern makes for this dump. 0, or -ENAMETOOLONG. */
static int format_corename(char *name, size_t size, int sig)
{
	bool pid_in_pattern = false;
	size_t n = 0;

	for (const char *p = core_pattern; *p && n < size; p++) {
		if (*p != '%') {
			name[n++] = *p;
		} else if (*++p) {
			pid_in_pattern |= *p == 'p';
			n += expand_specifier(*p, name + n, size - n, sig);
		} else {
			break;
		}
	}
	if (n < size && !pid_in_pattern && core_uses_pid)
		n += snprintf(name + n, size - n, ".%d", current->tgid);
	if (n >= size)
		return -ENAMETOOLONG;
	name[n] = '\0';
	return 0;
}

/* ---- the file ------------------------------------------------------------- */

/* A core must not go into a file that another user owns or that has another name. */
static bool core_file_ok(const struct file *f)
{
	const struct inode *inode = f->f_inode;

	return S_ISREG(inode->i_mode) && inode->i_nlink == 1 && !d_unlinked(f->f_path.dentry) &&
	       inode->i_uid == current->cred->fsuid && (inode->i_mode & 0677) == 0600;
}

/*
 * Always a new file. @safe: a set-user-ID program is dumped as root, so its user must not choose
 * the directory or the file that is removed.
 */
static struct file *open_core(int sig, bool safe)
{
	char name[PATH_MAX / 8];
	struct file *f;
	int err = format_corename(name, sizeof(name), sig);

	if (err)
		return ERR_PTR(err);
	if (safe && name[0] != '/')
		return ERR_PTR(-EPERM);
	if (!safe)
		do_unlinkat(AT_FDCWD, getname_kernel(name), 0);
	f = filp_open(name, O_CREAT | O_RDWR | O_NOFOLLOW | O_LARGEFILE | O_EXCL, 0600);
	if (!IS_ERR(f) && !core_file_ok(f)) {
		fput(f);
		return ERR_PTR(-EPERM);
	}
	return f;
}

/* Opens the file and lets the format fill it. False: there is no core. */
static bool write_core(struct coredump_params *cprm, const struct linux_binfmt *fmt, bool safe)
{
	bool written;

	cprm->file = open_core(cprm->siginfo->si_signo, safe);
	if (IS_ERR(cprm->file))
		return false;
	current->flags |= PF_DUMPCORE;
	written = fmt->core_dump(cprm);
	/* A hole at the end needs a last byte, otherwise the file is too short. */
	if (cprm->to_skip) {
		cprm->to_skip--;
		dump_emit(cprm, "", 1);
	}
	fput(cprm->file);
	return written;
}

bool do_coredump(const kernel_siginfo_t *info)
{
	const struct linux_binfmt *fmt = current->mm ? current->mm->binfmt : NULL;
	struct coredump_params cprm = {.siginfo = info, .limit = rlimit(RLIMIT_CORE)};
	const struct cred *old = current->cred;
	int dumpable = current->mm ? get_dumpable(current->mm) : SUID_DUMP_DISABLE;
	struct cred *cred;
	bool written;

	if (!fmt || !fmt->core_dump || dumpable == SUID_DUMP_DISABLE)
		return false;
	if (core_pattern[0] == '|' || cprm.limit < fmt->min_coredump)
		return false;
	cred = prepare_creds();
	if (!cred)
		return false;
	if (dumpable == SUID_DUMP_ROOT)
		cred->fsuid = 0;
	cprm.mm_flags = current->mm->flags;
	current->cred = cred;
	written = write_core(&cprm, fmt, dumpable == SUID_DUMP_ROOT);
	current->cred = old;
	put_cred(cred);
	return written;
}
