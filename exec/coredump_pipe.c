/* SPDX-License-Identifier: MIT */
/*
 * Cores that go to a program: core_pattern "|program word ...". It reads the dump from its standard
 * input. The limit of the process does not count; only 1 means that there is no dump, and the
 * helper itself has this limit, so that a helper that crashes does not start the next one.
 *
 * Abridges Linux's fs/coredump.c. Not on the road of an exec.
 */
#include <atomic.h>
#include <coredump.h>
#include <file.h>
#include <pid.h>
#include <printk.h>
#include <sched.h>
#include <slab.h>
#include <string.h>
#include <umh.h>
#include <linux/limits.h>

#define COREDUMP_PIDFD 3 /* the descriptor that %F names */

unsigned int core_pipe_limit;  /* dumps at the same time, whose helpers are waited for; 0: any */
static atomic_t dumps_running; /* into pipes */

/* The command line of a helper. The words lie one behind the other in text. */
struct helper_args {
	const char *argv[sizeof(core_pattern) / 2 + 1];
	char text[PATH_MAX];
};

static size_t expand_word_part(struct coredump_params *cprm, const char **p, char *out, size_t size)
{
	if ((*p)[0] != '%' || (*p)[1] != 'F')
		return expand_pattern(p, out, size, cprm->siginfo->si_signo);
	cprm->pidfd = true;
	*p += 2;
	return snprintf(out, size, "%d", COREDUMP_PIDFD);
}

/*
 * Splits the pattern at its spaces, and expands the words then: they may contain spaces. 0, or
 * -ENOMEM if there is no word or no room.
 */
static int split_pattern(struct coredump_params *cprm, struct helper_args *a)
{
	const char *p = core_pattern + 1;
	size_t n = 0, argc = 0;
	bool space = false;

	if (!*p)
		return -ENOMEM;
	a->argv[argc++] = a->text;
	while (*p && n + 1 < sizeof(a->text)) {
		if (isspace(*p)) {
			space = n != 0;
			p++;
			continue;
		}
		if (space) {
			a->text[n++] = '\0';
			a->argv[argc++] = a->text + n;
			space = false;
		}
		n += expand_word_part(cprm, &p, a->text + n, sizeof(a->text) - n);
	}
	if (n + 1 >= sizeof(a->text))
		return -ENOMEM;
	a->text[n] = '\0';
	a->argv[argc] = NULL;
	return 0;
}

/* ---- in the helper's task, before its exec ----------------------------------- */

/* Takes over a reference to @f. 0 or -errno. */
static int install_at(unsigned int fd, struct file *f)
{
	int got = f_dupfd(fd, f, 0);

	fput(f);
	return got < 0 ? got : 0;
}

/* The process that is dumped, as descriptor 3. 0 or -errno. */
static int install_pidfd(struct pid *pid)
{
	struct file *f;
	int fd = pidfd_ops.prepare(pid, 0, &f);

	if (fd < 0)
		return fd;
	put_unused_fd(fd);
	return install_at(COREDUMP_PIDFD, f);
}

static int umh_pipe_setup(void *data)
{
	struct coredump_params *cprm = data;
	struct file *ends[2];
	int err = create_pipe_files(ends);

	if (err)
		return err;
	cprm->file = ends[1];
	err = install_at(0, ends[0]);
	if (!err && cprm->pidfd)
		err = install_pidfd(cprm->pid);
	current->signal->rlim[RLIMIT_CORE] = (struct rlimit64){1, 1};
	return err;
}

/* ---- in the process that is dumped -------------------------------------------- */

/* 0: the helper runs, and cprm->file is its pipe. */
static int start_helper(struct coredump_params *cprm, struct helper_args *a)
{
	struct subprocess_info info = {.argv = a->argv, .init = umh_pipe_setup, .data = cprm};
	int err = split_pattern(cprm, a);

	if (err) {
		printk(KERN_WARNING "format_corename failed\n");
		printk(KERN_WARNING "Aborting core\n");
		return err;
	}
	if (!a->text[0]) {
		printk(KERN_INFO "Core dump to |%s disabled\n", a->text);
		return -ENOENT;
	}
	cprm->pid = current->signal->pids[PIDTYPE_TGID];
	err = call_usermodehelper_exec(&info);
	if (err)
		printk(KERN_INFO "Core dump to |%s pipe failed\n", a->text);
	if (err && cprm->file)
		fput(cprm->file);
	return err;
}

static bool too_many_dumps(void)
{
	int running = atomic_inc_return(&dumps_running);

	if (!core_pipe_limit || (unsigned int)running <= core_pipe_limit)
		return false;
	printk(KERN_WARNING "Pid %d(%s) over core_pipe_limit\n", current->tgid, current->comm);
	printk(KERN_WARNING "Skipping core dump\n");
	return true;
}

struct file *open_core_pipe(struct coredump_params *cprm)
{
	struct helper_args *a;
	int err = -EAGAIN;

	if (cprm->limit == 1) {
		printk(KERN_WARNING "Process %d(%s) has RLIMIT_CORE set to 1\n", current->tgid,
		       current->comm);
		printk(KERN_WARNING "Aborting core\n");
		return ERR_PTR(-EPERM);
	}
	cprm->limit = RLIM64_INFINITY;
	if (!too_many_dumps()) {
		a = kmalloc(sizeof(*a), GFP_KERNEL);
		err = a ? start_helper(cprm, a) : -ENOMEM;
		kfree(a);
	}
	if (!err)
		return cprm->file;
	atomic_dec(&dumps_running);
	return ERR_PTR(err);
}

void close_core_pipe(struct coredump_params *cprm)
{
	if (core_pipe_limit)
		wait_for_dump_helpers(cprm->file);
	atomic_dec(&dumps_running);
	fput(cprm->file);
}
