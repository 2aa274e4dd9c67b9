/* SPDX-License-Identifier: MIT */
/*
 * kcmp: do two processes share an open file, their memory, their table of descriptors? lsfd asks.
 * Abridges Linux's kernel/kcmp.c.
 * Not on the road of an exec.
 */
#include <file.h>
#include <poll.h>
#include <ptrace.h>
#include <random.h>
#include <sched.h>
#include <syscalls.h>
#include <asm/uaccess.h>
#include <linux/kcmp.h>

/*
 * 0: the same; 1 or 2: @a is before or behind @b. The order is always the same one, and says
 * nothing of the addresses, which are the kernel's secret.
 */
static int kcmp_ptr(const void *a, const void *b)
{
	static u64 mask, factor;
	u64 va, vb;

	if (!factor) {
		mask = get_random_u64();
		factor = get_random_u64() | 1;
	}
	va = ((u64)a ^ mask) * factor;
	vb = ((u64)b ^ mask) * factor;
	return (va < vb) | (va > vb) << 1;
}

/* Two open files, the second of which may be an error. Drops the first one's reference. */
static int kcmp_files(struct file *a, const struct file *b)
{
	int ret = IS_ERR(b) ? PTR_ERR(b) : kcmp_ptr(a, b);

	fput(a);
	return ret;
}

static int kcmp_file(struct task_struct *a, struct task_struct *b, unsigned int fd1,
		     unsigned int fd2)
{
	struct file *f1 = fget_task(a, fd1), *f2 = fget_task(b, fd2);
	int ret = -EBADF;

	if (f1)
		ret = kcmp_files(f1, f2 ?: ERR_PTR(-EBADF));
	if (f2)
		fput(f2);
	return ret;
}

/* Descriptor @fd of @a with what an epoll of @b watches. */
static int kcmp_epoll_target(struct task_struct *a, struct task_struct *b, unsigned int fd,
			     const struct kcmp_epoll_slot __user *uslot)
{
	struct kcmp_epoll_slot slot;
	struct file *f, *epoll;
	int ret = -EBADF;

	if (copy_from_user(&slot, uslot, sizeof(slot)))
		return -EFAULT;
	f = fget_task(a, fd);
	if (!f)
		return -EBADF;
	epoll = fget_task(b, slot.efd);
	if (!epoll) {
		fput(f);
		return -EBADF;
	}
	ret = kcmp_files(f, get_epoll_tfile(epoll, slot.tfd, slot.toff));
	fput(epoll);
	return ret;
}

static int kcmp_tasks(struct task_struct *a, struct task_struct *b, int type, unsigned long idx1,
		      unsigned long idx2)
{
	switch (type) {
	case KCMP_FILE:
		return kcmp_file(a, b, idx1, idx2);
	case KCMP_VM:
		return kcmp_ptr(a->mm, b->mm);
	case KCMP_FILES:
		return kcmp_ptr(a->files, b->files);
	case KCMP_FS:
		return kcmp_ptr(a->fs, b->fs);
	case KCMP_SIGHAND:
		return kcmp_ptr(a->sighand, b->sighand);
	case KCMP_IO:
	case KCMP_SYSVSEM: /* nobody has these */
		return 0;
	case KCMP_EPOLL_TFD:
		return kcmp_epoll_target(a, b, idx1, (const void __user *)idx2);
	}
	return -EINVAL;
}

long sys_kcmp(pid_t pid1, pid_t pid2, int type, unsigned long idx1, unsigned long idx2)
{
	const int mode = PTRACE_MODE_READ | PTRACE_MODE_REALCREDS;
	struct task_struct *a = find_get_task_by_vpid(pid1), *b = find_get_task_by_vpid(pid2);
	long ret = -ESRCH;

	if (a && b)
		ret = ptrace_may_access(a, mode) && ptrace_may_access(b, mode)
			      ? kcmp_tasks(a, b, type, idx1, idx2)
			      : -EPERM;
	put_task_struct(a);
	put_task_struct(b);
	return ret;
}
