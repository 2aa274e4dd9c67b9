/* SPDX-License-Identifier: MIT */
/*
 * process_vm_readv and process_vm_writev: the memory of another process, for who may trace it. The
 * permissions of its VMAs hold, unlike for ptrace and /proc/PID/mem.
 * Abridges Linux's mm/process_vm_access.c.
 * Not on the road of an exec.
 */
#include <ptrace.h>
#include <errno.h>
#include <frames.h>
#include <fs.h>
#include <iov_iter.h>
#include <mm.h>
#include <slab.h>
#include <syscalls.h>
#include <asm/uaccess.h>

/* Copies up to the end of one page of @mm. Returns the bytes done, or -EFAULT. */
static ssize_t copy_page_part(struct mm_struct *mm, unsigned long addr, size_t n,
			      struct iov_iter *local, bool write)
{
	unsigned long offset = offset_in_page(addr);
	struct page *page;
	size_t done;
	char *mem;

	mmap_read_lock(mm);
	page = get_user_page(mm, addr, write, false);
	mmap_read_unlock(mm);
	if (IS_ERR(page))
		return -EFAULT;
	n = min(n, PAGE_SIZE - offset);
	mem = (char *)page_address(page) + offset;
	done = write ? copy_from_iter(mem, n, local) : copy_to_iter(mem, n, local);
	if (write)
		page->flags |= BIT(PG_dirty);
	put_page(page);
	return done ?: -EFAULT;
}

/* Copies until one of the two vectors ends, or an address is bad. */
static ssize_t copy_vectors(struct mm_struct *mm, const struct iovec *remote, unsigned long nr,
			    struct iov_iter *local, bool write)
{
	ssize_t total = 0, n;

	for (; nr; nr--, remote++) {
		for (size_t done = 0; done < remote->iov_len && local->count; done += n) {
			n = copy_page_part(mm, (unsigned long)remote->iov_base + done,
					   min(remote->iov_len - done, local->count), local, write);
			if (n < 0)
				return total ?: n;
			total += n;
		}
	}
	return total;
}

/* The address space of process @pid, with a user reference. -ESRCH or -EPERM. */
static struct mm_struct *find_mm(pid_t pid)
{
	struct task_struct *t = find_get_task_by_vpid(pid);
	struct mm_struct *mm = ERR_PTR(-ESRCH);

	if (t && !ptrace_may_access(t, PTRACE_MODE_ATTACH | PTRACE_MODE_REALCREDS))
		mm = ERR_PTR(-EPERM);
	else if (t)
		mm = get_task_mm(t) ?: mm;
	put_task_struct(t);
	return mm;
}

static long process_vm_rw(pid_t pid, struct iov_iter *local, const struct iovec __user *rvec,
			  unsigned long nr, bool write)
{
	struct iovec *remote = iovec_from_user(rvec, nr, -EINVAL);
	struct mm_struct *mm;
	size_t len = 0;
	long ret = 0;

	if (IS_ERR(remote))
		return PTR_ERR(remote);
	for (unsigned long i = 0; i < nr; i++)
		len |= remote[i].iov_len;
	if (len) {
		mm = find_mm(pid);
		ret = IS_ERR(mm) ? PTR_ERR(mm) : copy_vectors(mm, remote, nr, local, write);
		if (!IS_ERR(mm))
			mmput(mm);
	}
	kfree(remote);
	return ret;
}

static long import_and_copy(pid_t pid, const struct iovec __user *lvec, unsigned long ln,
			    const struct iovec __user *rvec, unsigned long rn, unsigned long flags,
			    bool write)
{
	struct iov_iter local;
	struct iovec *v;
	long ret = 0;

	if (flags)
		return -EINVAL;
	v = import_iovec(lvec, ln, -EINVAL, &local);
	if (IS_ERR(v))
		return PTR_ERR(v);
	if (local.count)
		ret = process_vm_rw(pid, &local, rvec, rn, write);
	kfree(v);
	return ret;
}

long sys_process_vm_readv(pid_t pid, const struct iovec __user *lvec, unsigned long ln,
			  const struct iovec __user *rvec, unsigned long rn, unsigned long flags)
{
	return import_and_copy(pid, lvec, ln, rvec, rn, flags, false);
}

long sys_process_vm_writev(pid_t pid, const struct iovec __user *lvec, unsigned long ln,
			   const struct iovec __user *rvec, unsigned long rn, unsigned long flags)
{
	return import_and_copy(pid, lvec, ln, rvec, rn, flags, true);
}
