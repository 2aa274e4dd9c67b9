/* SPDX-License-Identifier: MIT */
/*
 * The list of binary formats. An exec tries each in turn until one loads the file.
 * Abridges the same part of Linux's fs/exec.c. Left out: loading a module for a
 * format that is not registered.
 *
 *   formats -> script -> elf            binfmt_lock: the list and the users of each
 *               users 0   users 1       an exec is in load_binary, and may sleep there
 *
 * A format may sleep, so binfmt_lock cannot be held while it runs. Instead each format counts the
 * execs that are in it, and stays in the list while there are any. Linux uses the count of the
 * module: try_module_get, put_binfmt.
 */
#include <binfmts.h>
#include <errno.h>
#include <file.h>
#include <mm_types.h>
#include <sched.h>
#include <string.h>
#include <trace.h>

static LIST_HEAD(formats);
static DEFINE_SPINLOCK(binfmt_lock, LOCK_BINFMT);

void register_binfmt(struct linux_binfmt *fmt)
{
	spin_lock(&binfmt_lock);
	list_add_tail(&fmt->lh, &formats);
	spin_unlock(&binfmt_lock);
}

void insert_binfmt(struct linux_binfmt *fmt)
{
	spin_lock(&binfmt_lock);
	list_add(&fmt->lh, &formats);
	spin_unlock(&binfmt_lock);
}

int unregister_binfmt(struct linux_binfmt *fmt)
{
	int err = -EAGAIN;

	spin_lock(&binfmt_lock);
	if (!fmt->users) {
		list_del(&fmt->lh);
		err = 0;
	}
	spin_unlock(&binfmt_lock);
	return err;
}

/*
 * Returns the format after @prev (NULL: the first one), or NULL at the end. The caller becomes a
 * user of it, and no longer is one of @prev.
 */
static struct linux_binfmt *next_binfmt(struct linux_binfmt *prev)
{
	struct linux_binfmt *next = NULL;
	struct list_head *lh;

	spin_lock(&binfmt_lock);
	lh = prev ? prev->lh.next : formats.next;
	if (lh != &formats) {
		next = list_entry(lh, struct linux_binfmt, lh);
		next->users++;
	}
	if (prev)
		prev->users--;
	spin_unlock(&binfmt_lock);
	return next;
}

/* For a walk that ends before the last format. */
static void put_binfmt(struct linux_binfmt *fmt)
{
	spin_lock(&binfmt_lock);
	fmt->users--;
	spin_unlock(&binfmt_lock);
}

void set_binfmt(struct linux_binfmt *fmt) { current->mm->binfmt = fmt; }

/*
 * Reads the first bytes of the file, zero padded, for the formats. Returns their number or -errno.
 */
static int prepare_binprm(struct linux_binprm *bprm)
{
	loff_t pos = 0;

	memset(bprm->buf, 0, BINPRM_BUF_SIZE);
	return kernel_read(bprm->file, bprm->buf, BINPRM_BUF_SIZE, &pos);
}

/*
 * After -ENOEXEC the next format is tried; but not past the point of no return, because the old
 * program is gone.
 */
int search_binary_handler(struct linux_binprm *bprm)
{
	struct linux_binfmt *fmt;
	int err = prepare_binprm(bprm);

	if (err < 0)
		return err;
	EXEC_STAGE(SEARCH_HANDLER);
	err = -ENOENT;
	for (fmt = next_binfmt(NULL); fmt; fmt = next_binfmt(fmt)) {
		err = fmt->load_binary(bprm);
		if (bprm->point_of_no_return || err != -ENOEXEC) {
			put_binfmt(fmt);
			break;
		}
	}
	return err;
}

/* Tries each format that loads libraries. 0 or -errno; -ENOEXEC: @file is no library. */
int search_library_handler(struct file *file)
{
	struct linux_binfmt *fmt;
	int err = -ENOEXEC;

	for (fmt = next_binfmt(NULL); fmt; fmt = next_binfmt(fmt)) {
		if (fmt->load_shlib)
			err = fmt->load_shlib(file);
		if (err != -ENOEXEC) {
			put_binfmt(fmt);
			break;
		}
	}
	return err;
}
