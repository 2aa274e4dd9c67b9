/* SPDX-License-Identifier: MIT */
/*
 * New tasks: fork, vfork, clone, clone3, unshare and kernel threads.
 *
 * Abridges Linux's kernel/fork.c. Left out: namespaces, cgroups (EINVAL).
 *
 *   kernel_clone ─> copy_process: check flags ─> dup struct ─> copy or share each part
 *                                  ─> pid ─> COMMIT: family, lists (nothing fails any more)
 *                ─> wake_up_new_task ─> vfork: wait until the child has dropped the mm
 */
#include <sched.h>
#include <errno.h>
#include <file.h>
#include <fs_struct.h>
#include <mm.h>
#include <ptrace.h>
#include <string.h>
#include <syscalls.h>
#include <asm/uaccess.h>
#include <linux/capability.h>

#define CLONE_NAMESPACES \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | \
	 CLONE_NEWNET | CLONE_NEWTIME | CLONE_NEWUSER)
/* clone3 has more bits than clone; a signal and CLONE_DETACHED are not among its flags. */
#define CLONE3_FLAGS \
	((0xffffffffUL | CLONE_CLEAR_SIGHAND) & ~(CLONE_DETACHED | (CSIGNAL & ~CLONE_NEWTIME)))

struct kernel_clone_args {
	u64 flags; /* CLONE_*, without the signal */
	int __user *child_tid, *parent_tid, *pidfd;
	int exit_signal;
	unsigned long stack; /* the child's first sp; 0: the parent's */
	unsigned long tls;
	int (*fn)(void *); /* kernel thread */
	void *fn_arg;
	const char *comm;
	struct pid *pid; /* NULL: a new number */
	pid_t set_tid;	 /* the new number; 0: the next one */
};

struct pid *init_pid;

void fork_init(void) { init_rlimits(init_task.signal->rlim); }

/* 0, or -EINVAL for flags that exclude each other or are not supported. */
static int check_clone_flags(u64 flags)
{
	if ((flags & CLONE_THREAD) && !(flags & CLONE_SIGHAND))
		return -EINVAL;
	if ((flags & CLONE_SIGHAND) && !(flags & CLONE_VM))
		return -EINVAL;
	/* Nobody would reap a sibling of init. */
	if ((flags & CLONE_PARENT) && (current->signal->flags & SIGNAL_UNKILLABLE))
		return -EINVAL;
	if ((flags & CLONE_PIDFD) && (flags & (CLONE_THREAD | CLONE_DETACHED)))
		return -EINVAL;
	return flags & CLONE_NAMESPACES ? -EINVAL : 0;
}

/*
 * A pending signal is handled before the fork: one that was sent to the group must reach the child
 * too. 0 or -ERESTARTNOINTR.
 */
static int check_signals(void)
{
	unsigned long flags;

	spin_lock_irqsave(&current->sighand->siglock, flags);
	recalc_sigpending();
	spin_unlock_irqrestore(&current->sighand->siglock, flags);
	return signal_pending(current) ? -ERESTARTNOINTR : 0;
}

/*
 * The parent's PF_NPROC_EXCEEDED is cleared; as in Linux the child has copied it already. 0 or
 * -EAGAIN.
 */
static int check_nproc(void)
{
	uid_t uid = current->cred->uid;

	if (!sched_may_fork(current) || (is_nproc_overlimit(uid, 1) && uid &&
					 !capable(CAP_SYS_RESOURCE) && !capable(CAP_SYS_ADMIN)))
		return -EAGAIN;
	current->flags &= ~PF_NPROC_EXCEEDED;
	return 0;
}

/*
 * init_child has set these pointers of @p to NULL. Each of the next functions shares or copies one
 * of current's. After an error drop_parts releases those that are set.
 */
static int copy_files(u64 flags, struct task_struct *p)
{
	if (flags & CLONE_FILES) {
		p->files = current->files;
		refcount_inc(&p->files->count);
	} else {
		p->files = dup_fd(current->files);
	}
	return p->files ? 0 : -ENOMEM;
}

/* -EAGAIN: another thread execs, and has checked that nobody else shares fs. */
static int copy_fs(u64 flags, struct task_struct *p)
{
	if (!(flags & CLONE_FS)) {
		p->fs = copy_fs_struct(current->fs);
		return p->fs ? 0 : -ENOMEM;
	}
	if (current->fs->in_exec)
		return -EAGAIN;
	p->fs = current->fs;
	refcount_inc(&p->fs->users);
	return 0;
}

static int copy_sighand(u64 flags, struct task_struct *p)
{
	if (flags & CLONE_SIGHAND) {
		p->sighand = current->sighand;
		refcount_inc(&p->sighand->count);
		return 0;
	}
	p->sighand = alloc_sighand(current->sighand);
	if (p->sighand && (flags & CLONE_CLEAR_SIGHAND))
		flush_signal_handlers(p, false);
	return p->sighand ? 0 : -ENOMEM;
}

/* put_task_struct drops it, not drop_parts. */
static int copy_signal(u64 flags, struct task_struct *p)
{
	if (flags & CLONE_THREAD) {
		p->signal = current->signal;
		refcount_inc(&p->signal->sigcnt);
		return 0;
	}
	p->signal = alloc_signal_struct();
	if (!p->signal)
		return -ENOMEM;
	memcpy(p->signal->rlim, current->signal->rlim, sizeof(p->signal->rlim));
	p->signal->oom_score_adj = current->signal->oom_score_adj;
	p->signal->oom_score_adj_min = current->signal->oom_score_adj_min;
	return 0;
}

static int copy_mm(u64 flags, struct task_struct *p)
{
	if (!current->mm)
		return 0;
	if (flags & CLONE_VM) {
		mmget(current->mm);
		p->mm = current->mm;
	} else {
		p->mm = dup_mm(current->mm);
	}
	return p->mm ? 0 : -ENOMEM;
}

static int copy_registers(const struct kernel_clone_args *args, struct task_struct *p)
{
	if (!args->fn)
		return copy_thread(p, args->flags, args->stack, args->tls);
	return copy_kernel_thread(p, args->fn, args->fn_arg);
}

static int copy_parts(const struct kernel_clone_args *args, struct task_struct *p)
{
	u64 flags = args->flags;

	return copy_files(flags, p) ?: copy_fs(flags, p) ?: copy_sighand(flags, p) ?:
	       copy_signal(flags, p) ?: copy_mm(flags, p) ?: copy_registers(args, p);
}

static void drop_parts(struct task_struct *p)
{
	if (p->mm)
		mmput(p->mm);
	if (p->sighand)
		put_sighand(p->sighand);
	exit_fs(p);
	exit_files(p);
}

/* Resets what the child does not inherit. */
static void init_child(const struct kernel_clone_args *args, struct task_struct *p)
{
	u64 flags = args->flags;

	p->flags = (p->flags & ~(PF_SUPERPRIV | PF_KTHREAD | PF_SIGNALED)) | PF_FORKNOEXEC;
	p->files = NULL;
	p->fs = NULL;
	p->sighand = NULL;
	p->mm = NULL;
	p->utime = p->stime = p->nvcsw = p->nivcsw = p->min_flt = p->maj_flt = 0;
	p->start_time = ktime_get();
	p->work = p->exit_state = p->exit_code = p->pdeath_signal = 0;
	p->in_execve = p->did_exec = p->restore_sigmask = false;
	INIT_LIST_HEAD(&p->children);
	INIT_LIST_HEAD(&p->ptraced);
	INIT_LIST_HEAD(&p->pending.list);
	p->pending.signal = p->real_blocked = p->jobctl = p->ptrace = 0;
	INIT_LIST_HEAD(&p->pi_locks);
	if ((flags & (CLONE_VM | CLONE_VFORK)) == CLONE_VM)
		p->sas_ss_sp = p->sas_ss_size = p->sas_ss_flags = 0;
	p->set_child_tid = flags & CLONE_CHILD_SETTID ? args->child_tid : NULL;
	p->clear_child_tid = flags & CLONE_CHILD_CLEARTID ? args->child_tid : NULL;
	p->vfork_done = NULL;
	p->robust_list = NULL;
	if (flags & CLONE_VM)
		p->rseq = NULL;
	p->restart_block.fn = NULL;
	if (args->comm)
		set_task_comm(p, args->comm);
}

/* tasklist_lock held. */
static void set_parent(const struct kernel_clone_args *args, struct task_struct *p)
{
	if (args->flags & (CLONE_PARENT | CLONE_THREAD)) {
		p->real_parent = current->real_parent;
		p->exit_signal =
			args->flags & CLONE_THREAD ? -1 : current->group_leader->exit_signal;
	} else {
		p->real_parent = current;
		p->exit_signal = args->exit_signal;
	}
	p->parent = p->real_parent;
}

/* tasklist_lock and siglock held. */
static void link_leader(struct task_struct *p)
{
	struct signal_struct *sig = p->signal, *old = current->signal;

	sig->pids[PIDTYPE_TGID] = p->thread_pid;
	sig->pids[PIDTYPE_PGID] = old->pids[PIDTYPE_PGID];
	sig->pids[PIDTYPE_SID] = old->pids[PIDTYPE_SID];
	if (p->pid == 1) {
		sig->flags |= SIGNAL_UNKILLABLE;
		init_pid = p->thread_pid;
	}
	sig->tty = old->tty;
	list_add_tail(&p->thread_node, &sig->thread_head);
	list_add_tail(&p->sibling, &p->real_parent->children);
	list_add_tail(&p->tasks, &init_task.tasks);
	attach_pid(p, PIDTYPE_TGID);
	attach_pid(p, PIDTYPE_PGID);
	attach_pid(p, PIDTYPE_SID);
}

static void link_thread(struct task_struct *p)
{
	p->signal->nr_threads++;
	refcount_inc(&p->signal->live);
	list_add_tail(&p->thread_node, &p->signal->thread_head);
}

/* Makes the child visible. 0, or -EINTR: current is being killed, and nothing has changed. */
static int publish(const struct kernel_clone_args *args, struct task_struct *p, struct pid *pid)
{
	bool thread = args->flags & CLONE_THREAD;
	unsigned long flags;
	int err = 0;

	p->thread_pid = pid;
	p->pid = pid->nr;
	p->tgid = thread ? current->tgid : p->pid;
	p->group_leader = thread ? current->group_leader : p;
	spin_lock_irqsave(&tasklist_lock, flags);
	spin_lock(&current->sighand->siglock);
	if (fatal_signal_pending(current)) {
		err = -EINTR;
	} else {
		set_parent(args, p);
		if (thread)
			link_thread(p);
		else
			link_leader(p);
		attach_pid(p, PIDTYPE_PID);
		account_user(p->cred->uid, USER_TASKS, 1);
	}
	spin_unlock(&current->sighand->siglock);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return err;
}

/* With CLONE_PIDFD the caller gets a descriptor for the child, too. */
static int publish_with_pidfd(const struct kernel_clone_args *args, struct task_struct *p,
			      struct pid *pid)
{
	struct file *f;
	int err, fd;

	if (!(args->flags & CLONE_PIDFD))
		return publish(args, p, pid);
	fd = pidfd_ops.prepare(pid, 0, &f);
	if (fd < 0)
		return fd;
	err = put_user(fd, args->pidfd) ?: publish(args, p, pid);
	if (!err) {
		fd_install(fd, f);
		return 0;
	}
	put_unused_fd(fd);
	fput(f);
	return err;
}

/* Returns a child of current that does not run yet, or ERR_PTR. */
static struct task_struct *copy_process(const struct kernel_clone_args *args)
{
	struct task_struct *p;
	struct pid *pid;
	unsigned long flags;
	int err = check_clone_flags(args->flags);

	if (!err)
		err = check_signals();
	if (err)
		return ERR_PTR(err);
	p = dup_task_struct(current);
	if (!p)
		return ERR_PTR(-ENOMEM);
	p->cred = get_cred(current->cred);
	err = check_nproc();
	if (err)
		goto bad_struct;
	init_child(args, p);
	err = copy_parts(args, p);
	if (err)
		goto bad_parts;
	pid = args->pid ? get_pid(args->pid) : alloc_pid(args->set_tid);
	if (IS_ERR(pid)) {
		err = PTR_ERR(pid);
		goto bad_parts;
	}
	err = publish_with_pidfd(args, p, pid);
	if (!err)
		return p;
	spin_lock_irqsave(&tasklist_lock, flags);
	free_pid(pid);
	spin_unlock_irqrestore(&tasklist_lock, flags);
bad_parts:
	drop_parts(p);
bad_struct:
	atomic_set(&p->usage, 1); /* it never ran, so both of its references are dropped here */
	put_task_struct(p);
	return ERR_PTR(err);
}

/*
 * Sleeps until the child has released the mm. If current is killed before that, its completion is
 * gone, so the child must not use it. False: it was killed.
 */
static bool wait_for_vfork_done(struct task_struct *child, struct completion *vfork)
{
	bool killed = wait_for_completion_killable(vfork);

	if (killed)
		child->vfork_done = NULL;
	put_task_struct(child);
	return !killed;
}

/* Returns the pid of the child, or -errno. */
static pid_t kernel_clone(const struct kernel_clone_args *args)
{
	struct task_struct *p = copy_process(args);
	struct completion vfork;
	int event = 0;
	pid_t nr;

	if (IS_ERR(p))
		return PTR_ERR(p);
	if (current->ptrace)
		event = ptrace_init_child(p, args->flags, args->exit_signal);
	nr = p->pid;
	if (args->flags & CLONE_PARENT_SETTID)
		put_user(nr, args->parent_tid);
	if (args->flags & CLONE_VFORK) {
		init_completion(&vfork);
		p->vfork_done = &vfork;
		get_task_struct(p);
	}
	wake_up_new_task(p);
	if (event)
		ptrace_event(event, nr);
	if ((args->flags & CLONE_VFORK) && wait_for_vfork_done(p, &vfork))
		ptrace_event(PTRACE_EVENT_VFORK_DONE, nr);
	return nr;
}

pid_t kernel_thread(int (*fn)(void *), void *arg, const char *comm)
{
	struct kernel_clone_args args = {
		.exit_signal = SIGCHLD,
		.fn = fn,
		.fn_arg = arg,
		.comm = comm,
	};

	return kernel_clone(&args);
}

int kernel_worker(int (*fn)(void *), const char *comm)
{
	struct kernel_clone_args args = {.fn = fn, .comm = comm, .pid = init_task.thread_pid};

	return kernel_clone(&args);
}

long sys_fork(void)
{
	struct kernel_clone_args args = {.exit_signal = SIGCHLD};

	return kernel_clone(&args);
}

long sys_vfork(void)
{
	struct kernel_clone_args args = {.flags = CLONE_VFORK | CLONE_VM, .exit_signal = SIGCHLD};

	return kernel_clone(&args);
}

long sys_clone(unsigned long flags, unsigned long sp, int __user *ptid, int __user *ctid,
	       unsigned long tls)
{
	struct kernel_clone_args args = {
		.flags = (u32)flags & ~CSIGNAL,
		.child_tid = ctid,
		.parent_tid = ptid,
		.pidfd = ptid,
		.exit_signal = flags & CSIGNAL,
		.stack = sp,
		.tls = tls,
	};

	/* Both would be written to the same place. */
	if ((flags & CLONE_PIDFD) && (flags & CLONE_PARENT_SETTID))
		return -EINVAL;
	return kernel_clone(&args);
}

/*
 * struct clone_args is longer in newer kernels. A shorter one is extended with zeros; of a longer
 * one the unknown part must be zero. 0, -E2BIG, -EINVAL or -EFAULT.
 */
static int copy_clone_args(struct clone_args *args, void __user *uargs, size_t size)
{
	size_t known = min(size, sizeof(*args));
	u8 byte;

	if (size > PAGE_SIZE)
		return -E2BIG;
	if (size < CLONE_ARGS_SIZE_VER0)
		return -EINVAL;
	for (size_t i = known; i < size; i++) {
		if (get_user(byte, (u8 __user *)uargs + i))
			return -EFAULT;
		if (byte)
			return -E2BIG;
	}
	memset(args, 0, sizeof(*args));
	return copy_from_user(args, uargs, known) ? -EFAULT : 0;
}

static int check_clone3_args(const struct clone_args *a)
{
	if (a->exit_signal > _NSIG || (a->flags & ~CLONE3_FLAGS))
		return -EINVAL;
	if ((a->flags & CLONE_SIGHAND) && (a->flags & CLONE_CLEAR_SIGHAND))
		return -EINVAL;
	if ((a->flags & (CLONE_THREAD | CLONE_PARENT)) && a->exit_signal)
		return -EINVAL;
	if (!a->stack)
		return a->stack_size ? -EINVAL : 0;
	return a->stack_size && access_ok((void __user *)a->stack, a->stack_size) ? 0 : -EINVAL;
}

/*
 * The number that a program chooses for its child: a stored process has its own again. More than
 * one number would be for namespaces. 0 or -errno.
 */
static int copy_set_tid(const struct clone_args *a, pid_t *tid)
{
	if (!a->set_tid && !a->set_tid_size)
		return 0;
	if (!a->set_tid || a->set_tid_size != 1)
		return -EINVAL;
	if (get_user(*tid, (pid_t __user *)a->set_tid))
		return -EFAULT;
	if (*tid < 1 || *tid >= pid_max)
		return -EINVAL;
	return capable(CAP_SYS_ADMIN) || capable(CAP_CHECKPOINT_RESTORE) ? 0 : -EPERM;
}

long sys_clone3(void __user *uargs, size_t size)
{
	struct clone_args a;
	struct kernel_clone_args args;
	pid_t tid = 0;
	int err = copy_clone_args(&a, uargs, size) ?: check_clone3_args(&a);

	err = err ?: copy_set_tid(&a, &tid);
	if (err)
		return err;
	args = (struct kernel_clone_args){
		.flags = a.flags,
		.child_tid = (int __user *)a.child_tid,
		.parent_tid = (int __user *)a.parent_tid,
		.pidfd = (int __user *)a.pidfd,
		.exit_signal = a.exit_signal,
		.stack = a.stack + a.stack_size,
		.tls = a.tls,
		.set_tid = tid,
	};
	return kernel_clone(&args);
}

long sys_set_tid_address(int __user *tidptr)
{
	current->clear_child_tid = tidptr;
	return current->pid;
}

static int unshare_fs(void)
{
	struct fs_struct *fs;

	if (atomic_read(&current->fs->users) == 1)
		return 0;
	fs = copy_fs_struct(current->fs);
	if (!fs)
		return -ENOMEM;
	change_fs(current, fs);
	return 0;
}

/* What only a process of one task has for itself anyway. */
#define UNSHARE_SINGLE (CLONE_THREAD | CLONE_SIGHAND | CLONE_VM)

/* Current gets files or directories of its own. What a clone shares beside them stays shared. */
long sys_unshare(unsigned long flags)
{
	int err = 0;

	if (flags & ~(UNSHARE_SINGLE | CLONE_FS | CLONE_FILES | CLONE_SYSVSEM))
		return -EINVAL;
	if ((flags & UNSHARE_SINGLE) && !thread_group_empty(current))
		return -EINVAL;
	if ((flags & (CLONE_SIGHAND | CLONE_VM)) && atomic_read(&current->sighand->count) > 1)
		return -EINVAL;
	if ((flags & CLONE_VM) && atomic_read(&current->mm->mm_users) > 1)
		return -EINVAL;
	if (flags & CLONE_FS)
		err = unshare_fs();
	return !err && (flags & CLONE_FILES) ? unshare_files() : err;
}
