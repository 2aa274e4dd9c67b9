/* SPDX-License-Identifier: MIT */
/*
 * Core dumps: name, limits and file. What stands in the file is the business
 * of the binary format (fs/elf_core.c). After Linux's fs/coredump.c. Left out:
 * pipes to a helper ("|program"), which are refused.
 */
#include <binfmts.h>
#include <coredump.h>
#include <cred.h>
#include <fs.h>
#include <mm.h>
#include <printk.h>
#include <sched.h>
#include <string.h>

char core_pattern[128] = "core";
int core_uses_pid;

bool dump_emit(struct coredump_params *cprm, const void *p, size_t n)
{
	loff_t pos = cprm->pos;

	if ((u64)pos + n > cprm->limit || fatal_signal_pending(current))
		return false;
	if (kernel_write(cprm->file, p, n, &pos) != (ssize_t)n)
		return false;
	cprm->pos = pos;
	return true;
}

bool dump_skip(struct coredump_params *cprm, size_t n)
{
	if ((u64)cprm->pos + n > cprm->limit)
		return false;
	cprm->pos += n;
	return true;
}

/* One "%x" of core_pattern. Returns the length of its text. */
static int expand_specifier(char c, char *out, size_t size, int sig)
{
	switch (c) {
	case 'p':
		return snprintf(out, size, "%d", current->tgid);
	case 'i':
		return snprintf(out, size, "%d", current->pid);
	case 'u':
		return snprintf(out, size, "%u", current->cred->uid);
	case 'g':
		return snprintf(out, size, "%u", current->cred->gid);
	case 's':
		return snprintf(out, size, "%d", sig);
	case 't':
		return snprintf(out, size, "%ld", (long)(ktime_get_real() / NSEC_PER_SEC));
	case 'e':
		return snprintf(out, size, "%s", current->comm);
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

/* A dump must not follow links or fill a file that somebody else owns. */
static bool core_file_ok(const struct file *f)
{
	const struct inode *inode = f->f_inode;

	return S_ISREG(inode->i_mode) && inode->i_nlink == 1 &&
	       inode->i_uid == current->cred->fsuid && (inode->i_mode & 0677) == 0600;
}

static struct file *open_core(int sig)
{
	char name[PATH_MAX / 8];
	struct file *f;
	int err = format_corename(name, sizeof(name), sig);

	if (err)
		return ERR_PTR(err);
	f = filp_open(name, O_CREAT | O_RDWR | O_NOFOLLOW | O_LARGEFILE, 0600);
	if (!IS_ERR(f) && (!core_file_ok(f) || vfs_truncate(&f->f_path, 0))) {
		filp_close(f, NULL);
		return ERR_PTR(-EPERM);
	}
	return f;
}

/* May this process be dumped at all, and in how many bytes? 0: no. */
static u64 core_limit(const struct linux_binfmt *fmt)
{
	u64 limit = rlimit(RLIMIT_CORE);

	if (!fmt || !fmt->core_dump || get_dumpable(current->mm) != SUID_DUMP_USER)
		return 0;
	if (core_pattern[0] == '|' || limit < fmt->min_coredump)
		return 0;
	return limit;
}

bool do_coredump(const kernel_siginfo_t *info)
{
	struct linux_binfmt *fmt = current->mm ? current->mm->binfmt : NULL;
	struct coredump_params cprm = { .siginfo = info };
	bool written;

	cprm.limit = core_limit(fmt);
	if (!cprm.limit)
		return false;
	cprm.mm_flags = current->mm->flags;
	cprm.file = open_core(info->si_signo);
	if (IS_ERR(cprm.file))
		return false;
	current->flags |= PF_DUMPCORE;
	written = fmt->core_dump(&cprm);
	/* A hole at the end has been skipped, not written. */
	if (written && cprm.pos > cprm.file->f_inode->i_size)
		vfs_truncate(&cprm.file->f_path, cprm.pos);
	filp_close(cprm.file, NULL);
	return written;
}
