/* SPDX-License-Identifier: MIT */
/*
 * The list of binary formats. An exec tries each in turn until one loads the file.
 * Abridges the same part of Linux's fs/exec.c. Left out: loading a module for a
 * format that is not registered.
 */
#include <binfmts.h>
#include <errno.h>
#include <file.h>
#include <mm_types.h>
#include <sched.h>
#include <string.h>
#include <trace.h>

static LIST_HEAD(formats);
static DEFINE_MUTEX(binfmt_lock, LOCK_NONE);

void register_binfmt(struct linux_binfmt *fmt)
{
	mutex_lock(&binfmt_lock);
	list_add_tail(&fmt->lh, &formats);
	mutex_unlock(&binfmt_lock);
}

void insert_binfmt(struct linux_binfmt *fmt)
{
	mutex_lock(&binfmt_lock);
	list_add(&fmt->lh, &formats);
	mutex_unlock(&binfmt_lock);
}

void unregister_binfmt(struct linux_binfmt *fmt)
{
	mutex_lock(&binfmt_lock);
	list_del(&fmt->lh);
	mutex_unlock(&binfmt_lock);
}

void set_binfmt(struct linux_binfmt *fmt)
{
	current->mm->binfmt = fmt;
}

/* Reads the first bytes of the file, zero padded, for the formats. Bytes or -errno. */
static int prepare_binprm(struct linux_binprm *bprm)
{
	loff_t pos = 0;

	memset(bprm->buf, 0, BINPRM_BUF_SIZE);
	return kernel_read(bprm->file, bprm->buf, BINPRM_BUF_SIZE, &pos);
}

/*
 * -ENOEXEC goes on to the next format, but not past the point of no return: the old program is
 * gone, and no other format may try.
 */
int search_binary_handler(struct linux_binprm *bprm)
{
	struct linux_binfmt *fmt;
	int err = prepare_binprm(bprm);

	if (err < 0)
		return err;
	EXEC_STAGE(SEARCH_HANDLER);
	err = -ENOENT;
	list_for_each_entry(fmt, &formats, lh) {
		err = fmt->load_binary(bprm);
		if (bprm->point_of_no_return || err != -ENOEXEC)
			break;
	}
	return err;
}

/* Tries each format that loads libraries. 0 or -errno; -ENOEXEC: @file is no library. */
int search_library_handler(struct file *file)
{
	struct linux_binfmt *fmt;
	int err = -ENOEXEC;

	list_for_each_entry(fmt, &formats, lh)
		if (err == -ENOEXEC && fmt->load_shlib)
			err = fmt->load_shlib(file);
	return err;
}
