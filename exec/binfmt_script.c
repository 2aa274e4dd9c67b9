/* SPDX-License-Identifier: MIT */
/*
 * "#!" scripts: the first line of the file names an interpreter, which is run with the script as an
 * argument. Abridges Linux's fs/binfmt_script.c.
 *
 *   exec  ./hi a b            bprm strings:  "./hi" "a" "b"
 *   file  #!/bin/sh -e        becomes:       "/bin/sh" "-e" "./hi" "a" "b"
 *
 * load_script opens the interpreter and leaves it in bprm->interpreter; the
 * loop in exec_binprm then starts over with that file.
 */
#include <binfmts.h>
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <trace.h>

static bool spacetab(char c) { return c == ' ' || c == '\t'; }

/* The first byte in [p, last] that is not a blank. NULL: all are blanks. */
static char *next_non_spacetab(char *p, const char *last)
{
	for (; p <= last; p++)
		if (!spacetab(*p))
			return p;
	return NULL;
}

/* The first byte in [p, last] that ends a word: a blank or NUL. NULL: there is none. */
static char *next_terminator(char *p, const char *last)
{
	for (; p <= last; p++)
		if (spacetab(*p) || !*p)
			return p;
	return NULL;
}

/*
 * Returns the end of the line, or NULL if the path of the interpreter does not fit in the buffer: a
 * truncated path must not be run. A truncated argument is harmless, because the interpreter reads
 * the line itself.
 */
static char *script_line_end(char *buf)
{
	char *last = buf + BINPRM_BUF_SIZE - 1;
	size_t n = strnlen(buf, BINPRM_BUF_SIZE);
	char *end = memchr(buf, '\n', n);

	if (!end) {
		char *name = next_non_spacetab(buf + 2, last);

		if (!name || !next_terminator(name, last))
			return NULL;
		end = last;
	}
	while (spacetab(end[-1]))
		end--;
	return end;
}

/*
 * Everything after the path is one argument. If the file ends with blanks it may be empty, because
 * a NUL does not count as a blank.
 */
static int parse_script_line(char *buf, char **name, char **arg)
{
	char *end = script_line_end(buf), *sep;

	if (!end)
		return -ENOEXEC;
	*name = next_non_spacetab(buf + 2, end);
	if (!*name || *name == end)
		return -ENOEXEC;
	*arg = NULL;
	sep = next_terminator(*name, end);
	if (sep && *sep)
		*arg = next_non_spacetab(sep, end);
	*end = '\0';
	if (*arg)
		*sep = '\0';
	return 0;
}

static int push_arg(const char *s, struct linux_binprm *bprm)
{
	int err = copy_string_kernel(s, bprm);

	if (!err)
		bprm->argc++;
	return err;
}

/*
 * The stack grows downward, so the last string is pushed first. bprm->interp is the name by which
 * the script was opened.
 */
static int push_script_args(struct linux_binprm *bprm, const char *name, const char *arg)
{
	int err = remove_arg_zero(bprm);

	if (!err)
		err = push_arg(bprm->interp, bprm);
	if (!err && arg)
		err = push_arg(arg, bprm);
	if (!err)
		err = push_arg(name, bprm);
	return err;
}

/*
 * Opens the interpreter last, so that there is nothing to close after an error. follow_interpreter
 * takes bprm->interpreter; free_bprm does not close it.
 */
static int load_script(struct linux_binprm *bprm)
{
	char *name, *arg;
	struct file *file;
	int err;

	if (bprm->buf[0] != '#' || bprm->buf[1] != '!')
		return -ENOEXEC;
	err = parse_script_line(bprm->buf, &name, &arg);
	if (err)
		return err;
	/* The script is a close-on-exec descriptor: the interpreter could not open it. */
	if (bprm->interp_flags & BINPRM_FLAGS_PATH_INACCESSIBLE)
		return -ENOENT;
	EXEC_STAGE(LOAD_SCRIPT);
	err = push_script_args(bprm, name, arg);
	if (!err)
		err = bprm_change_interp(name, bprm);
	if (err)
		return err;
	file = open_exec(name);
	if (IS_ERR(file))
		return PTR_ERR(file);
	bprm->interpreter = file;
	return 0;
}

static struct linux_binfmt script_format = {
	.name = "script",
	.load_binary = load_script,
};

void script_binfmt_init(void) { register_binfmt(&script_format); }
