/* SPDX-License-Identifier: MIT */
/*
 * Core dumps: the limits and the file. corename.c makes its name; the binary format writes what is
 * in it (elf_core.c). If core_pattern is "|program", a pipe takes the place of the file
 * (coredump_pipe.c). Abridges Linux's fs/coredump.c. Not on the road of an exec.
 */
#include <binfmts.h>
#include <coredump.h>
#include <cred.h>
#include <file.h>
#include <frames.h>
#include <fs.h>
#include <mm.h>
#include <namei.h>
#include <sched.h>
#include <linux/fcntl.h>
#include <linux/limits.h>

/* False: the limit is reached, a write failed, or a fatal signal ends the dump. */
static bool write_bytes(struct coredump_params *cprm, const void *p, size_t n)
{
	struct file *f = cprm->file;
	loff_t pos = cprm->pos;
	ssize_t done;

	if (fatal_signal_pending(current) || cprm->written + n > cprm->limit)
		return false;
	done = (cprm->pipe ? kernel_write_iter : kernel_write)(f, p, n, &pos);
	if (done != (ssize_t)n)
		return false;
	cprm->pos += n;
	cprm->written += n;
	return true;
}

/* Moves past the hole that dump_skip has left; a pipe has no holes and gets zeros. */
static bool flush_hole(struct coredump_params *cprm)
{
	size_t n;

	while (cprm->pipe && cprm->to_skip) {
		n = min(cprm->to_skip, PAGE_SIZE);
		if (!write_bytes(cprm, page_address(zero_page), n))
			return false;
		cprm->to_skip -= n;
	}
	cprm->pos += cprm->to_skip;
	cprm->to_skip = 0;
	return true;
}

bool dump_emit(struct coredump_params *cprm, const void *p, size_t n)
{
	return flush_hole(cprm) && write_bytes(cprm, p, n);
}

void dump_skip(struct coredump_params *cprm, size_t n) { cprm->to_skip += n; }

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
	char name[MAX_CORENAME];
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

/* Opens the file or the pipe, and lets the format fill it. False: there is no core. */
static bool write_core(struct coredump_params *cprm, const struct linux_binfmt *fmt, bool safe)
{
	bool written;

	if (cprm->pipe)
		cprm->file = open_core_pipe(cprm);
	else
		cprm->file = open_core(cprm->siginfo->si_signo, safe);
	if (IS_ERR(cprm->file))
		return false;
	written = fmt->core_dump(cprm);
	/* A hole at the end needs a last byte, otherwise the file is too short. */
	if (cprm->to_skip) {
		cprm->to_skip--;
		dump_emit(cprm, "", 1);
	}
	if (cprm->pipe)
		close_core_pipe(cprm);
	else
		fput(cprm->file);
	return written;
}

/* From now on only SIGKILL ends the dump. */
static void begin_dumping(void)
{
	unsigned long flags;

	spin_lock_irqsave(&current->sighand->siglock, flags);
	current->signal->flags |= SIGNAL_DUMPING;
	spin_unlock_irqrestore(&current->sighand->siglock, flags);
	current->flags |= PF_DUMPCORE;
}

bool do_coredump(const kernel_siginfo_t *info)
{
	const struct linux_binfmt *fmt = current->mm ? current->mm->binfmt : NULL;
	struct coredump_params cprm = {
		.siginfo = info,
		.limit = rlimit(RLIMIT_CORE),
		.pipe = core_pattern[0] == '|',
	};
	const struct cred *old = current->cred;
	int dumpable = current->mm ? get_dumpable(current->mm) : SUID_DUMP_DISABLE;
	struct cred *cred;
	bool written;

	if (!fmt || !fmt->core_dump || dumpable == SUID_DUMP_DISABLE)
		return false;
	if (!cprm.pipe && cprm.limit < fmt->min_coredump)
		return false;
	begin_dumping();
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
