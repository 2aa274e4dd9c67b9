/* SPDX-License-Identifier: MIT */
/*
 * execve: replaces the program of a process. The flow from the system call to the
 * formats and back, and the point of no return. Abridges Linux's fs/exec.c; the
 * names and the order are Linux's.
 *
 *   sys_execve -> do_execve -> do_execveat_common
 *     alloc_bprm -> bprm_mm_init      a new, empty mm with one page of stack
 *     count, bprm_stack_limits        how many strings, how much room
 *     copy_string_kernel, copy_strings   file name, envp, argv: onto the new stack
 *     bprm_execve
 *       prepare_bprm_creds, do_open_execat
 *       exec_binprm -> search_binary_handler -> fmt->load_binary
 *         begin_new_exec    == point of no return == the old mm is dropped
 *         setup_new_exec, setup_arg_pages, finalize_exec
 *     free_bprm
 *
 * Until begin_new_exec sets point_of_no_return, nothing of the caller has changed:
 * an error is an errno of execve. After it there is no program to return to: an
 * error is SIGSEGV. The list of formats is in formats.c, the stack and its strings
 * in stack.c, credentials in creds.c, the end of the other threads in de_thread.c.
 * Left out: security modules, 32-bit callers.
 */
#include <binfmts.h>
#include <cred.h>
#include <file.h>
#include <fs.h>
#include <fs_struct.h>
#include <mm.h>
#include <namei.h>
#include <printk.h>
#include <ptrace.h>
#include <sched.h>
#include <slab.h>
#include <string.h>
#include <syscalls.h>
#include <trace.h>
#include <linux/fcntl.h>

/* ---- opening ------------------------------------------------------------ */

/*
 * Opens a regular file that may be executed, and denies write access to it. close_exec undoes both.
 * ERR_PTR.
 */
static struct file *do_open_execat(int fd, struct filename *name, int flags)
{
	int open_flags = O_LARGEFILE | O_RDONLY | __FMODE_EXEC;
	struct file *file;
	int err;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return ERR_PTR(-EINVAL);
	if (flags & AT_SYMLINK_NOFOLLOW)
		open_flags |= O_NOFOLLOW;
	file = do_filp_open(fd, name, open_flags, 0, 0);
	if (IS_ERR(file))
		return file;
	err = -EACCES;
	if (S_ISREG(file->f_inode->i_mode) && !path_noexec(&file->f_path))
		err = deny_write_access(file);
	if (err) {
		fput(file);
		return ERR_PTR(err);
	}
	EXEC_STAGE(OPEN);
	return file;
}

struct file *open_exec(const char *name)
{
	struct filename *filename = getname_kernel(name);
	struct file *file;

	if (IS_ERR(filename))
		return ERR_CAST(filename);
	file = do_open_execat(AT_FDCWD, filename, 0);
	putname(filename);
	return file;
}

static void close_exec(struct file *file)
{
	allow_write_access(file);
	fput(file);
}

/* ---- the point of no return --------------------------------------------- */

/*
 * @file will be in memory. A user who may not read the file must not read it there, or in a core
 * dump.
 */
void would_dump(struct linux_binprm *bprm, struct file *file)
{
	if (inode_permission(file->f_inode, MAY_READ) < 0)
		bprm->interp_flags |= BINPRM_FLAGS_ENFORCE_NONDUMP;
}

/* The task gets @mm and drops its old mm. mm_release wakes a parent that waits in vfork. */
static void exec_mmap(struct mm_struct *mm)
{
	struct task_struct *me = current;
	struct mm_struct *old_mm = me->mm;
	unsigned long irq, rss;

	mm_release(me, old_mm);
	irq = local_irq_save();
	me->mm = mm;
	switch_mm(mm);
	local_irq_restore(irq);
	if (!old_mm)
		return;
	rss = get_mm_hiwater_rss(old_mm);
	me->signal->maxrss = max(me->signal->maxrss, rss * (PAGE_SIZE / 1024));
	mmput(old_mm);
}

/*
 * Another process may share the handlers (CLONE_SIGHAND) and keeps them: current gets a copy. 0 or
 * -ENOMEM.
 */
static int unshare_sighand(struct task_struct *me)
{
	struct sighand_struct *old = me->sighand, *new;
	unsigned long irq;

	if (atomic_read(&old->count) == 1)
		return 0;
	new = alloc_sighand(old);
	if (!new)
		return -ENOMEM;
	spin_lock_irqsave(&tasklist_lock, irq);
	me->sighand = new;
	spin_unlock_irqrestore(&tasklist_lock, irq);
	put_sighand(old);
	return 0;
}

static const char *kbasename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Resets what belonged to the old program: flags, registers, alternate stack, name, handlers. */
static void reset_task(struct linux_binprm *bprm)
{
	struct task_struct *me = current;

	me->flags &= ~(PF_RANDOMIZE | PF_FORKNOEXEC);
	flush_thread();
	me->personality &= ~bprm->per_clear;
	if (bprm->secureexec) {
		me->pdeath_signal = 0;
		bprm->rlim_stack.rlim_cur = min(bprm->rlim_stack.rlim_cur, (__u64)_STK_LIM);
	}
	me->sas_ss_sp = me->sas_ss_size = me->sas_ss_flags = 0;
	if ((bprm->interp_flags & BINPRM_FLAGS_ENFORCE_NONDUMP) ||
	    me->cred->euid != me->cred->uid || me->cred->egid != me->cred->gid)
		set_dumpable(me->mm, suid_dumpable);
	else
		set_dumpable(me->mm, SUID_DUMP_USER);
	set_task_comm(me, bprm->comm_from_dentry ? bprm->file->f_path.dentry->d_name.name
						 : kbasename(bprm->filename));
	me->did_exec = true;
	me->rseq = NULL;
	flush_signal_handlers(me, false);
}

/* Installs bprm->executable as a descriptor of the new program (AT_EXECFD). 0 or -EMFILE. */
static int install_execfd(struct linux_binprm *bprm)
{
	int fd = get_unused_fd_flags(0);

	if (fd < 0)
		return fd;
	fd_install(fd, bprm->executable);
	bprm->executable = NULL;
	bprm->execfd = fd;
	return 0;
}

/*
 * The point of no return: after the first step, the credentials, no error can go back to the
 * caller. On return 0 the task is the only thread, has the new mm and credentials and default
 * handlers, and holds cred_guard_mutex until setup_new_exec.
 */
int begin_new_exec(struct linux_binprm *bprm)
{
	struct task_struct *me = current;
	int err = bprm_creds_from_file(bprm);

	if (err)
		return err;
	bprm->point_of_no_return = true;

	err = de_thread(me);
	if (err)
		return err;
	exit_itimers(me);
	err = unshare_files();
	if (err)
		return err;
	do_close_on_exec(me->files);
	err = set_mm_exe_file(bprm->mm, bprm->file);
	if (err)
		return err;
	would_dump(bprm, bprm->file);
	if (bprm->have_execfd)
		would_dump(bprm, bprm->executable);

	exec_mmap(bprm->mm);
	bprm->mm = NULL;
	EXEC_STAGE(BEGIN_NEW_EXEC);

	err = unshare_sighand(me);
	if (err)
		return err;
	reset_task(bprm);
	commit_creds(bprm->cred);
	bprm->cred = NULL;
	if (bprm->have_execfd)
		err = install_execfd(bprm);
	if (err)
		mutex_unlock(&me->signal->cred_guard_mutex);
	return err;
}

/* Chooses where mmap starts, from the stack limit of this exec. Releases cred_guard_mutex. */
void setup_new_exec(struct linux_binprm *bprm)
{
	arch_pick_mmap_layout(current->mm, bprm->rlim_stack.rlim_cur);
	mutex_unlock(&current->signal->cred_guard_mutex);
	EXEC_STAGE(SETUP_NEW_EXEC);
}

/* The stack limit of this exec becomes the limit of the process. */
void finalize_exec(struct linux_binprm *bprm)
{
	current->signal->rlim[RLIMIT_STACK] = bprm->rlim_stack;
	current->first_fault_pending = true;
}

/* ---- the flow ------------------------------------------------------------ */

/* bprm->interp becomes a copy of @interp. 0 or -ENOMEM. */
int bprm_change_interp(const char *interp, struct linux_binprm *bprm)
{
	if (bprm->interp != bprm->filename)
		kfree(bprm->interp);
	bprm->interp = kstrdup(interp);
	return bprm->interp ? 0 : -ENOMEM;
}

/* Replaces bprm->file by bprm->interpreter. 0 or -ENOEXEC. */
static int follow_interpreter(struct linux_binprm *bprm)
{
	struct file *old = bprm->file;

	bprm->file = bprm->interpreter;
	bprm->interpreter = NULL;
	allow_write_access(old);
	if (bprm->have_execfd && !bprm->executable) {
		bprm->executable = old;
		return 0;
	}
	fput(old);
	return bprm->have_execfd ? -ENOEXEC : 0;
}

/*
 * With one interpreter too many, the last file still goes to bprm->file, because free_bprm closes
 * that one and not bprm->interpreter.
 */
static int exec_binprm(struct linux_binprm *bprm)
{
	for (int depth = 0; depth <= BINPRM_MAX_RECURSION; depth++) {
		int err = search_binary_handler(bprm);

		if (err < 0 || !bprm->interpreter)
			return err;
		err = follow_interpreter(bprm);
		if (err)
			return err;
	}
	return -ELOOP;
}

/*
 * free_bprm releases the credentials and the file. in_exec and in_execve must be clear after every
 * exec. Past the point of no return there is no caller to return an error to: SIGSEGV.
 */
static int bprm_execve(struct linux_binprm *bprm, int fd, struct filename *filename, int flags)
{
	pid_t tid = current->pid; /* another thread becomes the leader, with its pid */
	struct file *file;
	int err = prepare_bprm_creds(bprm);

	if (err)
		return err;
	check_unsafe_exec(bprm);
	current->in_execve = true;
	file = do_open_execat(fd, filename, flags);
	if (IS_ERR(file)) {
		err = PTR_ERR(file);
	} else {
		bprm->file = file;
		if (bprm->fdpath && get_close_on_exec(current->files, fd))
			bprm->interp_flags |= BINPRM_FLAGS_PATH_INACCESSIBLE;
		err = exec_binprm(bprm);
	}
	if (!err)
		ptrace_event(PTRACE_EVENT_EXEC, tid);
	if (err < 0) {
		EXEC_STAGE_ERR(EXEC_FAILED, err);
		if (bprm->point_of_no_return && !fatal_signal_pending(current))
			force_fatal_sig(SIGSEGV);
	}
	current->fs->in_exec = 0;
	current->in_execve = false;
	return err;
}

static void free_bprm(struct linux_binprm *bprm)
{
	put_arg_page(bprm);
	if (bprm->mm)
		mmput(bprm->mm);
	if (bprm->cred) {
		mutex_unlock(&current->signal->cred_guard_mutex);
		put_cred(bprm->cred);
	}
	if (bprm->file)
		close_exec(bprm->file);
	if (bprm->executable)
		fput(bprm->executable);
	if (bprm->interp != bprm->filename)
		kfree(bprm->interp);
	kfree(bprm->fdpath);
	kfree(bprm);
}

/*
 * Names a program that execveat opens by descriptor: "/dev/fd/N" or "/dev/fd/N/name". 0 or -ENOMEM.
 */
static int name_by_fd(struct linux_binprm *bprm, int fd, const char *name)
{
	size_t size = strlen(name) + sizeof("/dev/fd/-2147483648/");

	bprm->fdpath = kmalloc(size, GFP_KERNEL);
	if (!bprm->fdpath)
		return -ENOMEM;
	snprintf((char *)bprm->fdpath, size, name[0] ? "/dev/fd/%d/%s" : "/dev/fd/%d", fd, name);
	bprm->comm_from_dentry = !name[0];
	bprm->filename = bprm->fdpath;
	return 0;
}

/* A new binprm with its names and its new mm. ERR_PTR(-ENOMEM). */
static struct linux_binprm *alloc_bprm(int fd, struct filename *filename)
{
	struct linux_binprm *bprm = kzalloc(sizeof(*bprm));
	int err = 0;

	if (!bprm)
		return ERR_PTR(-ENOMEM);
	bprm->filename = filename->name;
	if (fd != AT_FDCWD && filename->name[0] != '/')
		err = name_by_fd(bprm, fd, filename->name);
	bprm->interp = bprm->filename;
	if (!err)
		err = bprm_mm_init(bprm);
	if (err) {
		free_bprm(bprm);
		return ERR_PTR(err);
	}
	return bprm;
}

/*
 * The check of RLIMIT_NPROC that setuid leaves to execve. The flag is cleared once the user is
 * within the limit. 0 or -EAGAIN.
 */
static int check_nproc_exceeded(void)
{
	if ((current->flags & PF_NPROC_EXCEEDED) && is_nproc_overlimit(current->cred->uid, 0))
		return -EAGAIN;
	current->flags &= ~PF_NPROC_EXCEEDED;
	return 0;
}

/* Releases @filename, which may be an ERR_PTR. 0 or -errno. */
static int do_execveat_common(int fd, struct filename *filename, struct arg_ptr argv,
			      struct arg_ptr envp, int flags)
{
	struct linux_binprm *bprm;
	int err;

	if (IS_ERR(filename))
		return PTR_ERR(filename);
	err = check_nproc_exceeded();
	if (err)
		goto out_name;
	bprm = alloc_bprm(fd, filename);
	if (IS_ERR(bprm)) {
		err = PTR_ERR(bprm);
		goto out_name;
	}
	err = lay_strings(bprm, argv, envp);
	if (!err) {
		EXEC_STAGE_VMA(COPY_STRINGS, bprm->vma);
		err = bprm_execve(bprm, fd, filename, flags);
	}
	free_bprm(bprm);
out_name:
	putname(filename);
	return err;
}

int kernel_execve(const char *name, const char *const *argv, const char *const *envp)
{
	return do_execveat_common(AT_FDCWD, getname_kernel(name), (struct arg_ptr){.kernel = argv},
				  (struct arg_ptr){.kernel = envp}, 0);
}

static struct arg_ptr user_args(const char __user *const __user *strings)
{
	return (struct arg_ptr){.user = strings};
}

static int do_execve(struct filename *filename, const char __user *const __user *argv,
		     const char __user *const __user *envp)
{
	return do_execveat_common(AT_FDCWD, filename, user_args(argv), user_args(envp), 0);
}

long sys_execve(const char __user *name, const char __user *const __user *argv,
		const char __user *const __user *envp)
{
	return do_execve(getname(name), argv, envp);
}

long sys_execveat(int dfd, const char __user *name, const char __user *const __user *argv,
		  const char __user *const __user *envp, int flags)
{
	int lookup = flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0;

	return do_execveat_common(dfd, getname_flags(name, lookup), user_args(argv),
				  user_args(envp), flags);
}
