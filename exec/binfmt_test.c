/* SPDX-License-Identifier: MIT */
/*
 * A binary format that is registered and unregistered while the kernel runs, to show that the
 * formats are a list. A file that begins with "TEST:", a path and a newline is run by the program
 * at that path, which gets the file as an open descriptor (AT_EXECFD). Abridges load_misc_binary of
 * Linux's fs/binfmt_misc.c, with one fixed rule.
 * Not on the road of an exec.
 *
 *   exec ./x a b      file  TEST:/bin/y\n...      runs  /bin/y "./x" "a" "b", AT_EXECFD 3
 *
 * /proc/sys/fs/binfmt_test: 1 registers the format, 0 unregisters it. With 2 it is registered, and
 * each exec sleeps in it until the number changes.
 */
#include <binfmts.h>
#include <errno.h>
#include <sched.h>
#include <string.h>

#define MAGIC "TEST:"

enum { OFF, ON, HOLD };

static int mode = OFF;
static DECLARE_WAIT_QUEUE_HEAD(held);

/* Runs @path instead. The file stays open for it, and stays argv[0]. 0 or -errno. */
static int hand_over(struct linux_binprm *bprm, const char *path)
{
	struct file *file;
	int err;

	if (bprm->interp_flags & BINPRM_FLAGS_PATH_INACCESSIBLE)
		return -ENOENT;
	err = bprm_change_interp(path, bprm);
	if (err)
		return err;
	file = open_exec(path);
	if (IS_ERR(file))
		return PTR_ERR(file);
	bprm->interpreter = file;
	bprm->have_execfd = true;
	return 0;
}

static int load_test_binary(struct linux_binprm *bprm)
{
	char *path = bprm->buf + sizeof(MAGIC) - 1, *eol;

	if (memcmp(bprm->buf, MAGIC, sizeof(MAGIC) - 1) != 0)
		return -ENOEXEC;
	eol = memchr(path, '\n', BINPRM_BUF_SIZE - (sizeof(MAGIC) - 1));
	if (!eol)
		return -ENOEXEC;
	*eol = '\0';
	if (wait_event_killable(&held, mode != HOLD))
		return -EINTR;
	return hand_over(bprm, path);
}

static struct linux_binfmt test_format = {
	.name = "test",
	.load_binary = load_test_binary,
};

int binfmt_test_switch(int new_mode)
{
	int err = 0;

	if (mode == OFF && new_mode != OFF)
		insert_binfmt(&test_format);
	if (mode != OFF && new_mode == OFF)
		err = unregister_binfmt(&test_format);
	if (err)
		return err;
	mode = new_mode;
	wake_up_all(&held);
	return 0;
}
