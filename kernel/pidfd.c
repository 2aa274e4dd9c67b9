/* SPDX-License-Identifier: MIT */
/*
 * Pidfds: a process as an open file, which never means another process that gets
 * the same number later. It is readable once the process has ended.
 * Abridges the pidfds of Linux's kernel/fork.c, pid.c and signal.c. Left out: namespaces.
 * Not on the road of an exec.
 */
#include <anon_inodes.h>
#include <file.h>
#include <poll.h>
#include <ptrace.h>
#include <sched.h>
#include <syscalls.h>
#include <asm/uaccess.h>
#include <linux/eventpoll.h>
#include <linux/fcntl.h>

/* Is there a task of this type; with @alive, one that has not ended with all its threads? */
static bool has_task(struct pid *pid, enum pid_type type, bool alive)
{
	struct task_struct *t;
	unsigned long flags;
	bool found;

	spin_lock_irqsave(&tasklist_lock, flags);
	t = pid_task(pid, type);
	found = t && !(alive && t->exit_state && thread_group_empty(t));
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return found;
}

static unsigned int pidfd_poll(struct file *f, struct poll_table_struct *pt)
{
	struct pid *pid = f->private_data;

	poll_wait(f, &pid->wait_pidfd, pt);
	return has_task(pid, PIDTYPE_PID, true) ? 0 : EPOLLIN | EPOLLRDNORM;
}

static int pidfd_release(struct inode *inode __maybe_unused, struct file *f)
{
	put_pid(f->private_data);
	return 0;
}

static void pidfd_show_fdinfo(struct file *f, struct seq_file *m, seq_print_t print)
{
	struct pid *pid = f->private_data;
	int nr = has_task(pid, PIDTYPE_PID, false) ? pid->nr : -1;

	print(m, "Pid:\t%d\nNSpid:\t%d\n", nr, nr);
}

static const struct file_operations pidfd_fops = {
	.poll = pidfd_poll,
	.release = pidfd_release,
	.show_fdinfo = pidfd_show_fdinfo,
};

static int pidfd_prepare(struct pid *pid, unsigned int flags, struct file **f)
{
	int fd = anon_inode_prepare("[pidfd]", &pidfd_fops, pid,
				    O_RDWR | O_CLOEXEC | (flags & O_NONBLOCK), f);

	if (fd >= 0)
		get_pid(pid);
	return fd;
}

static struct pid *pidfd_get_pid(unsigned int fd, bool *nonblock)
{
	struct file *f = fget(fd);
	struct pid *pid = ERR_PTR(-EBADF);

	if (!f)
		return pid;
	*nonblock = f->f_flags & O_NONBLOCK;
	if (f->f_op == &pidfd_fops)
		pid = get_pid(f->private_data);
	fput(f);
	return pid;
}

const struct pidfd_operations pidfd_ops = {.prepare = pidfd_prepare, .get_pid = pidfd_get_pid};

long sys_pidfd_open(pid_t nr, unsigned int flags)
{
	struct pid *pid;
	struct file *f;
	int fd = -EINVAL;

	if ((flags & ~O_NONBLOCK) || nr <= 0)
		return -EINVAL;
	pid = find_get_pid(nr);
	if (!pid)
		return -ESRCH;
	if (has_task(pid, PIDTYPE_TGID, false)) {
		fd = pidfd_prepare(pid, flags, &f);
		if (fd >= 0)
			fd_install(fd, f);
	}
	put_pid(pid);
	return fd;
}

/* The user's siginfo: only to current itself may it look as if the kernel had sent it. */
static int get_siginfo(kernel_siginfo_t *info, const void __user *uinfo, int sig, struct pid *pid)
{
	int err = copy_siginfo_from_user(info, uinfo);

	if (err)
		return err;
	if (info->si_signo != sig)
		return -EINVAL;
	if (pid->nr != current->pid && (info->si_code >= 0 || info->si_code == SI_TKILL))
		return -EPERM;
	return 0;
}

long sys_pidfd_send_signal(int fd, int sig, void __user *uinfo, unsigned int flags)
{
	kernel_siginfo_t info = {.si_signo = sig, .si_code = SI_USER};
	struct pid *pid;
	bool nonblock;
	long err = 0;

	if (flags)
		return -EINVAL;
	pid = pidfd_get_pid(fd, &nonblock);
	if (IS_ERR(pid))
		return PTR_ERR(pid);
	info.si_pid = current->tgid;
	info.si_uid = current->cred->uid;
	if (uinfo)
		err = get_siginfo(&info, uinfo, sig, pid);
	if (!err)
		err = kill_pid_info(sig, &info, pid);
	put_pid(pid);
	return err;
}

/* The open file @fd of the process of @pid, for who may trace it. -ESRCH, -EPERM or -EBADF. */
static struct file *pidfd_fget(struct pid *pid, int fd)
{
	struct task_struct *t = find_get_task_by_vpid(pid->nr);
	struct file *f;

	if (!t || t->thread_pid != pid || (t->flags & PF_EXITING))
		f = ERR_PTR(-ESRCH);
	else if (!ptrace_may_access(t, PTRACE_MODE_ATTACH | PTRACE_MODE_REALCREDS))
		f = ERR_PTR(-EPERM);
	else
		f = fget_task(t, fd) ?: ERR_PTR(-EBADF);
	put_task_struct(t);
	return f;
}

/* Another process's open file gets a descriptor here, which an exec closes. */
long sys_pidfd_getfd(int pidfd, int fd, unsigned int flags)
{
	struct pid *pid;
	struct file *f;
	bool nonblock;

	if (flags)
		return -EINVAL;
	pid = pidfd_get_pid(pidfd, &nonblock);
	if (IS_ERR(pid))
		return PTR_ERR(pid);
	f = pidfd_fget(pid, fd);
	put_pid(pid);
	return IS_ERR(f) ? PTR_ERR(f) : fd_install_new(f, O_CLOEXEC);
}
