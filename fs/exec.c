/* SPDX-License-Identifier: MIT */
/*
 * execve: replace the program of a process. After Linux's fs/exec.c; the
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
 * Until begin_new_exec sets point_of_no_return nothing of the caller has been
 * touched: an error is an errno. After it there is no caller to return to: an
 * error is SIGSEGV. Left out: ptrace, security modules, 32-bit callers.
 */
#include <binfmts.h>
#include <cred.h>
#include <fs.h>
#include <mm.h>
#include <printk.h>
#include <sched.h>
#include <string.h>
#include <syscalls.h>
#include <trace.h>
#include <linux/personality.h>
#include <asm/uaccess.h>

#define MMAP_MIN_ADDR	65536UL
#define STACK_EXPAND	131072UL		/* bytes of stack mapped ahead of use */

int suid_dumpable = SUID_DUMP_DISABLE;

/* ---- the list of formats ---------------------------------------------- */

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

void exec_init(void)
{
	script_binfmt_init();
	elf_binfmt_init();
}

/* ---- strings: from the old address space to the new stack -------------- */

/*
 * The page of the new stack that holds @pos, with a reference. @write grows
 * the stack down to it. The mm is not current's: the page is faulted in "from
 * afar" and reached through the direct map. NULL: no memory, or too far.
 */
static struct page *get_arg_page(struct linux_binprm *bprm, unsigned long pos, bool write)
{
	struct mm_struct *mm = bprm->mm;
	struct page *page = NULL;

	mmap_write_lock(mm);
	if (!write || pos >= bprm->vma->vm_start || expand_stack(bprm->vma, pos) == 0)
		page = get_user_page(mm, pos, write, false);
	mmap_write_unlock(mm);
	return IS_ERR(page) ? NULL : page;
}

/*
 * A piece of the new stack just below *pos: at most @len bytes and never
 * across a page. Moves *pos down, gives the kernel address and the page.
 * Returns its length, 0 when there is no page.
 */
static unsigned long arg_piece_below(struct linux_binprm *bprm, unsigned long *pos, unsigned long len,
				     struct page **page, char **kaddr)
{
	unsigned long room = offset_in_page(*pos) ? offset_in_page(*pos) : PAGE_SIZE;
	unsigned long n = min(room, len);

	*page = get_arg_page(bprm, *pos - n, true);
	if (!*page)
		return 0;
	*pos -= n;
	*kaddr = (char *)page_address(*page) + offset_in_page(*pos);
	return n;
}

/* Lowers bprm->p by @len bytes for a string; -E2BIG when that is below the limit. */
static int reserve_string(struct linux_binprm *bprm, unsigned long len)
{
	bprm->p -= len;
	return bprm->p < bprm->argmin ? -E2BIG : 0;
}

/* One string of @len bytes, NUL included, from user space to the new stack. Copied end first, page by page. */
static int copy_string_user(const char __user *str, unsigned long len, struct linux_binprm *bprm)
{
	unsigned long pos = bprm->p;

	if (reserve_string(bprm, len))
		return -E2BIG;
	while (len > 0) {
		struct page *page;
		unsigned long n, left;
		char *kaddr;

		if (fatal_signal_pending(current))
			return -ERESTARTNOHAND;
		n = arg_piece_below(bprm, &pos, len, &page, &kaddr);
		if (!n)
			return -E2BIG;
		len -= n;
		left = copy_from_user(kaddr, str + len, n);
		put_page(page);
		if (left)
			return -EFAULT;
	}
	return 0;
}

/* argv or envp: last string first, so that they end up in order. 0, -EFAULT, -E2BIG. */
static int copy_strings(int argc, const char __user *const __user *argv, struct linux_binprm *bprm)
{
	while (argc-- > 0) {
		const char __user *str;
		long len;
		int err;

		if (get_user(str, argv + argc))
			return -EFAULT;
		len = strnlen_user(str, MAX_ARG_STRLEN);
		if (!len)
			return -EFAULT;
		if (len > (long)MAX_ARG_STRLEN)
			return -E2BIG;
		err = copy_string_user(str, len, bprm);
		if (err)
			return err;
	}
	return 0;
}

/* A string of the kernel's (file name, "#!" arguments) onto the new stack. 0 or -E2BIG. */
int copy_string_kernel(const char *arg, struct linux_binprm *bprm)
{
	unsigned long len = strnlen(arg, MAX_ARG_STRLEN) + 1, pos = bprm->p;

	if (len > MAX_ARG_STRLEN || reserve_string(bprm, len))
		return -E2BIG;
	while (len > 0) {
		struct page *page;
		char *kaddr;
		unsigned long n = arg_piece_below(bprm, &pos, len, &page, &kaddr);

		if (!n)
			return -E2BIG;
		len -= n;
		memcpy(kaddr, arg + len, n);
		put_page(page);
	}
	return 0;
}

static int copy_strings_kernel(int argc, const char *const *argv, struct linux_binprm *bprm)
{
	int err = 0;

	while (!err && argc-- > 0)
		err = copy_string_kernel(argv[argc], bprm);
	return err;
}

/* Drops argv[0] from the new stack: p moves behind its NUL. 0 or -EFAULT. */
int remove_arg_zero(struct linux_binprm *bprm)
{
	if (!bprm->argc)
		return 0;
	for (;;) {
		struct page *page = get_arg_page(bprm, bprm->p, false);
		unsigned long room = PAGE_SIZE - offset_in_page(bprm->p), n;

		if (!page)
			return -EFAULT;
		n = strnlen((char *)page_address(page) + offset_in_page(bprm->p), room);
		put_page(page);
		bprm->p += n;
		if (n < room)
			break;
	}
	bprm->p++;
	bprm->argc--;
	return 0;
}

/* The number of strings before the NULL; NULL itself counts as an empty array. -EFAULT, -E2BIG. */
static int count(const char __user *const __user *argv, int max)
{
	int i = 0;

	if (!argv)
		return 0;
	for (;;) {
		const char __user *p;

		if (get_user(p, argv + i))
			return -EFAULT;
		if (!p)
			return i;
		if (IS_ERR(p))
			return -EFAULT;
		if (i >= max)
			return -E2BIG;
		i++;
		if (fatal_signal_pending(current))
			return -ERESTARTNOHAND;
	}
}

static int count_strings_kernel(const char *const *argv)
{
	int i = 0;

	while (argv && argv[i])
		i++;
	return i;
}

/*
 * How far down the strings may reach: a quarter of the stack limit, at most
 * 6 MiB, at least 128 KiB, less the pointers to them that create_elf_tables
 * will lay below. An empty argv becomes one "", so it counts as one. 0 or -E2BIG.
 */
static int bprm_stack_limits(struct linux_binprm *bprm)
{
	unsigned long limit = min(_STK_LIM / 4 * 3, (unsigned long)bprm->rlim_stack.rlim_cur / 4);
	unsigned long pointers = (max(bprm->argc, 1) + bprm->envc) * sizeof(void *);

	limit = max(limit, (unsigned long)ARG_MAX);
	if (limit <= pointers)
		return -E2BIG;
	bprm->argmin = bprm->p - (limit - pointers);
	return 0;
}

/* ---- the new address space and its stack -------------------------------- */

/* The temporary stack: one page at the very top. setup_arg_pages moves it where it belongs. */
static int __bprm_mm_init(struct linux_binprm *bprm)
{
	struct mm_struct *mm = bprm->mm;
	struct vm_area_struct *vma = vm_area_alloc(mm);
	int err;

	if (!vma)
		return -ENOMEM;
	mmap_write_lock(mm);
	vma->vm_end = STACK_TOP_MAX;
	vma->vm_start = vma->vm_end - PAGE_SIZE;
	vma->vm_flags = VM_SOFTDIRTY | VM_STACK_FLAGS | VM_STACK_INCOMPLETE_SETUP;
	vma->vm_page_prot = vm_get_page_prot(vma->vm_flags);
	err = insert_vm_struct(mm, vma);
	if (!err)
		mm->stack_vm = mm->total_vm = 1;
	mmap_write_unlock(mm);
	if (err) {
		vm_area_free(vma);
		return err;
	}
	bprm->vma = vma;
	bprm->p = vma->vm_end - sizeof(void *);
	EXEC_STAGE_VMA(MM_INIT, vma);
	return 0;
}

static int bprm_mm_init(struct linux_binprm *bprm)
{
	bprm->mm = mm_alloc();
	if (!bprm->mm)
		return -ENOMEM;
	/* Read once: setrlimit by another thread must not change the rules on the way. */
	bprm->rlim_stack = current->signal->rlim[RLIMIT_STACK];
	return __bprm_mm_init(bprm);
}

/*
 * Moves the stack down by @shift bytes. mmap_lock held for write.
 * 1) compute the new ends  2) widen the area over old and new place
 * 3) move the page table entries  4) free the tables that are empty now
 * 5) narrow the area to the new place.
 */
static int shift_arg_pages(struct vm_area_struct *vma, unsigned long shift)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long old_start = vma->vm_start, old_end = vma->vm_end;
	unsigned long new_start = old_start - shift, new_end = old_end - shift;
	unsigned long length = old_end - old_start;
	unsigned long next_start;

	if (find_vma(mm, new_start) != vma)
		return -EFAULT;
	if (vma_adjust(vma, new_start, old_end, vma->vm_pgoff))
		return -ENOMEM;
	if (move_page_tables(vma, old_start, vma, new_start, length) != length)
		return -ENOMEM;
	next_start = vma->vm_next ? vma->vm_next->vm_start : TASK_SIZE;
	free_pgtables(mm, max(new_end, old_start), old_end, new_end, next_start);
	return vma_adjust(vma, new_start, new_end, vma->vm_pgoff);
}

/* Rights of the final stack: read and write, and execute as PT_GNU_STACK asks. */
static unsigned long stack_vm_flags(const struct mm_struct *mm, int executable_stack)
{
	unsigned long flags = VM_STACK_FLAGS | mm->def_flags;

	if (executable_stack == EXSTACK_ENABLE_X)
		flags |= VM_EXEC;
	return flags;
}

/* Maps 128 KiB ahead of use, if the limit of this exec allows it. mmap_lock held for write. */
static int expand_initial_stack(const struct linux_binprm *bprm, struct vm_area_struct *vma)
{
	unsigned long limit = bprm->rlim_stack.rlim_cur & PAGE_MASK;
	unsigned long size = vma->vm_end - vma->vm_start;
	unsigned long base = vma->vm_start - STACK_EXPAND;

	if (size + STACK_EXPAND > limit)
		base = vma->vm_end - limit;
	return expand_stack(vma, base) ? -EFAULT : 0;
}

/* Gives the stack its final place below @stack_top, its rights and some room. 0 or -errno (deadly). */
int setup_arg_pages(struct linux_binprm *bprm, unsigned long stack_top, int executable_stack)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma = bprm->vma, *prev = NULL;
	unsigned long shift, size = vma->vm_end - vma->vm_start;
	int err;

	stack_top = PAGE_ALIGN(arch_align_stack(stack_top));
	if (stack_top < MMAP_MIN_ADDR || size >= stack_top - MMAP_MIN_ADDR)
		return -ENOMEM;
	shift = vma->vm_end - stack_top;
	bprm->p -= shift;
	bprm->exec -= shift;
	mm->arg_start = bprm->p;

	if (mmap_write_lock_killable(mm))
		return -EINTR;
	err = mprotect_fixup(vma, &prev, vma->vm_start, vma->vm_end,
			     stack_vm_flags(mm, executable_stack) | VM_STACK_INCOMPLETE_SETUP);
	if (!err && shift)
		err = shift_arg_pages(vma, shift);
	if (!err) {
		vma->vm_flags &= ~VM_STACK_INCOMPLETE_SETUP;
		mm->start_stack = bprm->p;
		err = expand_initial_stack(bprm, vma);
	}
	mmap_write_unlock(mm);
	if (!err)
		EXEC_STAGE_VMA(ARG_PAGES, vma);
	return err;
}

/* ---- opening ------------------------------------------------------------ */

/* A regular file that may be executed; writers are locked out until allow_write_access. ERR_PTR. */
static struct file *do_open_execat(int fd, struct filename *name, int flags)
{
	int open_flags = O_LARGEFILE | O_RDONLY | __FMODE_EXEC;
	struct file *file;
	int err;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return ERR_PTR(-EINVAL);
	if (flags & AT_SYMLINK_NOFOLLOW)
		open_flags |= O_NOFOLLOW;
	file = do_filp_open(fd, name, open_flags, 0);
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

void set_dumpable(struct mm_struct *mm, int value)
{
	mm->flags = (mm->flags & ~(unsigned long)MMF_DUMPABLE_MASK) | value;
}

int get_dumpable(struct mm_struct *mm)
{
	return mm->flags & MMF_DUMPABLE_MASK;
}

/* A program that its user may not read must not be read from its memory either. */
void would_dump(struct linux_binprm *bprm, struct file *file)
{
	if (inode_permission(file->f_inode, MAY_READ) < 0)
		bprm->interp_flags |= BINPRM_FLAGS_ENFORCE_NONDUMP;
}

/* Makes bprm's mm the task's. The old one is released; a vfork parent goes on. */
static int exec_mmap(struct mm_struct *mm)
{
	struct task_struct *me = current;
	struct mm_struct *old_mm = me->mm, *active_mm = me->active_mm;
	unsigned long irq, rss;

	mm_release(me, old_mm);
	irq = local_irq_save();
	me->mm = me->active_mm = mm;
	switch_mm(active_mm, mm);
	local_irq_restore(irq);
	if (!old_mm) {
		if (active_mm)
			mmdrop(active_mm);
		return 0;
	}
	rss = max(old_mm->hiwater_rss, (unsigned long)(old_mm->rss_stat[MM_FILEPAGES] +
		  old_mm->rss_stat[MM_ANONPAGES] + old_mm->rss_stat[MM_SHMEMPAGES]));
	me->signal->maxrss = max(me->signal->maxrss, rss * (PAGE_SIZE / 1024));
	mmput(old_mm);
	return 0;
}

/* Swaps the thread numbers of two threads. tasklist_lock held. */
static void exchange_tids(struct task_struct *a, struct task_struct *b)
{
	struct pid *pid_a = a->thread_pid;
	pid_t nr_a = a->pid;

	list_del(&a->pid_links[PIDTYPE_PID]);
	list_del(&b->pid_links[PIDTYPE_PID]);
	a->thread_pid = b->thread_pid;
	b->thread_pid = pid_a;
	a->pid = b->pid;
	b->pid = nr_a;
	list_add(&a->pid_links[PIDTYPE_PID], &a->thread_pid->tasks[PIDTYPE_PID]);
	list_add(&b->pid_links[PIDTYPE_PID], &b->thread_pid->tasks[PIDTYPE_PID]);
}

/*
 * A thread that is not the leader becomes it, with its pid, parent and place
 * among the siblings. The old leader, a zombie by now, is the caller's to
 * release. tasklist_lock held.
 */
static void become_leader(struct task_struct *me, struct task_struct *leader)
{
	me->start_time = leader->start_time;
	exchange_tids(me, leader);
	transfer_pid(leader, me, PIDTYPE_TGID);
	transfer_pid(leader, me, PIDTYPE_PGID);
	transfer_pid(leader, me, PIDTYPE_SID);
	list_add(&me->tasks, &leader->tasks);
	list_del_init(&leader->tasks);
	list_add(&me->sibling, &leader->sibling);
	list_del_init(&leader->sibling);
	me->group_leader = leader->group_leader = me;
	me->exit_signal = SIGCHLD;
	leader->exit_signal = -1;
	leader->exit_state = EXIT_DEAD;
}

/* Kills the other threads and waits until at most the leader's zombie is left. 0 or -EAGAIN (we are being killed). */
static int kill_other_threads(struct task_struct *me)
{
	struct signal_struct *sig = me->signal;
	spinlock_t *lock = &me->sighand->siglock;
	unsigned long irq;

	spin_lock_irqsave(lock, irq);
	if ((sig->flags & SIGNAL_GROUP_EXIT) || sig->group_exec_task) {
		spin_unlock_irqrestore(lock, irq);
		return -EAGAIN;
	}
	sig->group_exec_task = me;
	sig->notify_count = zap_other_threads(me);
	if (!thread_group_leader(me))
		sig->notify_count--;
	while (sig->notify_count) {
		__set_current_state(TASK_KILLABLE);
		spin_unlock_irqrestore(lock, irq);
		schedule();
		if (fatal_signal_pending(me))
			return -EAGAIN;
		spin_lock_irqsave(lock, irq);
	}
	spin_unlock_irqrestore(lock, irq);
	return 0;
}

/* Waits for the leader to be a zombie and takes its identity. 0 or -EAGAIN. */
static int replace_leader(struct task_struct *me)
{
	struct task_struct *leader = me->group_leader;
	unsigned long irq;

	for (;;) {
		spin_lock_irqsave(&tasklist_lock, irq);
		me->signal->notify_count = -1;	/* exit_notify of the leader wakes us */
		if (leader->exit_state)
			break;
		__set_current_state(TASK_KILLABLE);
		spin_unlock_irqrestore(&tasklist_lock, irq);
		schedule();
		if (fatal_signal_pending(me))
			return -EAGAIN;
	}
	become_leader(me, leader);
	spin_unlock_irqrestore(&tasklist_lock, irq);
	release_task(leader);
	return 0;
}

/* Leaves current alone in its thread group, as its leader. 0 or -EAGAIN. */
static int de_thread(struct task_struct *me)
{
	int err = 0;

	if (!thread_group_empty(me)) {
		err = kill_other_threads(me);
		if (!err && !thread_group_leader(me))
			err = replace_leader(me);
		me->signal->group_exec_task = NULL;
		me->signal->notify_count = 0;
	}
	if (!err)
		me->exit_signal = SIGCHLD;
	return err;
}

/* Handlers that another process shares (CLONE_SIGHAND) must not be reset under it. 0 or -ENOMEM. */
static int unshare_sighand(struct task_struct *me)
{
	struct sighand_struct *old = me->sighand, *new;
	unsigned long irq;

	if (atomic_read(&old->count) == 1)
		return 0;
	new = alloc_sighand();
	if (!new)
		return -ENOMEM;
	spin_lock_irqsave(&tasklist_lock, irq);
	memcpy(new->action, old->action, sizeof(new->action));
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

/* What of the task itself belonged to the old program: flags, registers, alternate stack, name, handlers. */
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
	me->sas_ss_sp = me->sas_ss_size = 0;
	me->sas_ss_flags = 0;
	if ((bprm->interp_flags & BINPRM_FLAGS_ENFORCE_NONDUMP) ||
	    me->cred->euid != me->cred->uid || me->cred->egid != me->cred->gid)
		set_dumpable(me->mm, suid_dumpable);
	else
		set_dumpable(me->mm, SUID_DUMP_USER);
	set_task_comm(me, bprm->comm_from_dentry ? bprm->file->f_path.dentry->d_name.name
						 : kbasename(bprm->filename));
	me->did_exec = true;
	flush_signal_handlers(me, false);
}

/* The program asked for the open file itself (AT_EXECFD). 0 or -EMFILE. */
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
 * The point of no return. Only its first step, the credentials, may still
 * fail softly. When it returns 0 the task is alone, has the new mm, default
 * handlers and its new credentials, and holds cred_guard_mutex until
 * setup_new_exec.
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

	err = exec_mmap(bprm->mm);
	if (err)
		return err;
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

/* Chooses where mmap starts, from the stack limit of this exec, and lets other execs and tracers in. */
void setup_new_exec(struct linux_binprm *bprm)
{
	struct mm_struct *mm = current->mm;

	arch_pick_mmap_layout(mm, bprm->rlim_stack.rlim_cur);
	mm->task_size = TASK_SIZE;
	mutex_unlock(&current->signal->cred_guard_mutex);
	EXEC_STAGE(SETUP_NEW_EXEC);
}

/* The stack limit that this exec has used becomes the process's. */
void finalize_exec(struct linux_binprm *bprm)
{
	current->signal->rlim[RLIMIT_STACK] = bprm->rlim_stack;
	current->first_fault_pending = true;
}

/* ---- the flow ------------------------------------------------------------ */

/* The first bytes of the file, zero padded: what the formats look at. */
static int prepare_binprm(struct linux_binprm *bprm)
{
	loff_t pos = 0;

	memset(bprm->buf, 0, BINPRM_BUF_SIZE);
	return kernel_read(bprm->file, bprm->buf, BINPRM_BUF_SIZE, &pos);
}

int bprm_change_interp(const char *interp, struct linux_binprm *bprm)
{
	if (bprm->interp != bprm->filename)
		kfree(bprm->interp);
	bprm->interp = kstrdup(interp);
	return bprm->interp ? 0 : -ENOMEM;
}

/* Asks each format in turn. -ENOEXEC goes on to the next; anything else is the answer. */
static int search_binary_handler(struct linux_binprm *bprm)
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

/* The next file of a chain of interpreters takes the place of the one that named it. 0 or -ENOEXEC. */
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

static bool fd_is_close_on_exec(int fd)
{
	struct files_struct *files = current->files;
	bool set;

	spin_lock(&files->file_lock);
	set = (unsigned int)fd < files->max_fds && (files->close_on_exec[fd / 64] & BIT(fd % 64));
	spin_unlock(&files->file_lock);
	return set;
}

/* From open to running. 0 or -errno; an error past the point of no return leaves a fatal signal pending. */
static int bprm_execve(struct linux_binprm *bprm, int fd, struct filename *filename, int flags)
{
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
		if (bprm->fdpath && fd_is_close_on_exec(fd))
			bprm->interp_flags |= BINPRM_FLAGS_PATH_INACCESSIBLE;
		err = exec_binprm(bprm);
	}
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

/* The name that an execveat relative to a descriptor goes by: "/dev/fd/N" or "/dev/fd/N/name". */
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

/* A zeroed binprm with its name and its new mm. ERR_PTR(-ENOMEM). */
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

/* Checks the room and lays the file name, the highest string, on the stack. */
static int begin_strings(struct linux_binprm *bprm, int argc, int envc)
{
	int err;

	bprm->argc = argc;
	bprm->envc = envc;
	err = bprm_stack_limits(bprm);
	if (!err)
		err = copy_string_kernel(bprm->filename, bprm);
	bprm->exec = bprm->p;
	return err;
}

static int copy_user_strings(struct linux_binprm *bprm, const char __user *const __user *argv,
			     const char __user *const __user *envp)
{
	int argc = count(argv, MAX_ARG_STRINGS), envc, err;

	if (argc < 0)
		return argc;
	envc = count(envp, MAX_ARG_STRINGS);
	if (envc < 0)
		return envc;
	err = begin_strings(bprm, argc, envc);
	if (!err)
		err = copy_strings(envc, envp, bprm);
	if (!err)
		err = copy_strings(argc, argv, bprm);
	/* Programs that start at argv[1] would walk into envp: an empty argv gets one "". */
	if (!err && argc == 0) {
		err = copy_string_kernel("", bprm);
		bprm->argc = 1;
	}
	return err;
}

/* @filename may be an error pointer; it is put here. 0 or -errno. */
static int do_execveat_common(int fd, struct filename *filename, const char __user *const __user *argv,
			      const char __user *const __user *envp, int flags)
{
	struct linux_binprm *bprm;
	int err;

	if (IS_ERR(filename))
		return PTR_ERR(filename);
	bprm = alloc_bprm(fd, filename);
	if (IS_ERR(bprm)) {
		err = PTR_ERR(bprm);
		goto out_name;
	}
	err = copy_user_strings(bprm, argv, envp);
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
	struct filename *filename = getname_kernel(name);
	struct linux_binprm *bprm;
	int err;

	if (IS_ERR(filename))
		return PTR_ERR(filename);
	bprm = alloc_bprm(AT_FDCWD, filename);
	if (IS_ERR(bprm)) {
		err = PTR_ERR(bprm);
		goto out_name;
	}
	err = begin_strings(bprm, count_strings_kernel(argv), count_strings_kernel(envp));
	if (!err)
		err = copy_strings_kernel(bprm->envc, envp, bprm);
	if (!err)
		err = copy_strings_kernel(bprm->argc, argv, bprm);
	if (!err)
		err = bprm_execve(bprm, AT_FDCWD, filename, 0);
	free_bprm(bprm);
out_name:
	putname(filename);
	return err;
}

static int do_execve(struct filename *filename, const char __user *const __user *argv,
		     const char __user *const __user *envp)
{
	return do_execveat_common(AT_FDCWD, filename, argv, envp, 0);
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

	return do_execveat_common(dfd, getname_flags(name, lookup), argv, envp, flags);
}

/* Maps a library of the days before ld.so into the caller, at the address its file names. */
long sys_uselib(const char __user *library)
{
	struct filename *name = getname(library);
	struct linux_binfmt *fmt;
	struct file *file;
	int err;

	if (IS_ERR(name))
		return PTR_ERR(name);
	file = do_filp_open(AT_FDCWD, name, O_LARGEFILE | O_RDONLY | __FMODE_EXEC, 0);
	putname(name);
	if (IS_ERR(file))
		return PTR_ERR(file);
	err = inode_permission(file->f_inode, MAY_READ);
	if (!err && (!S_ISREG(file->f_inode->i_mode) || path_noexec(&file->f_path)))
		err = -EACCES;
	if (!err) {
		err = -ENOEXEC;
		list_for_each_entry(fmt, &formats, lh)
			if (err == -ENOEXEC && fmt->load_shlib)
				err = fmt->load_shlib(file);
	}
	fput(file);
	return err;
}
