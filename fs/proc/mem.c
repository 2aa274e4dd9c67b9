/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/mem, the address space of a process as a file, and /proc/PID/coredump_filter, which
 * says what of it goes into a core.
 * Abridges that part of Linux's fs/proc/base.c.
 * Not on the road of an exec.
 */
#include <errno.h>
#include <mm.h>
#include <seq_file.h>
#include <slab.h>
#include <string.h>
#include <task.h>
#include <asm/page.h>
#include <asm/uaccess.h>
#include "internal.h"

#define U32_DIGITS 16 /* more are more than 32 bits */

/* Who may not look into the process may read it all the same. */
int proc_pid_coredump_filter(struct seq_file *m, struct task_struct *t)
{
	struct mm_struct *mm = get_task_mm(t);

	if (!mm)
		return 0;
	seq_printf(m, "%08lx\n", (mm->flags & MMF_DUMP_FILTER_MASK) >> MMF_DUMP_FILTER_SHIFT);
	mmput(mm);
	return 0;
}

ssize_t proc_pid_set_coredump_filter(const struct proc_entry *e __maybe_unused,
				     struct task_struct *t, char *text, size_t n)
{
	struct mm_struct *mm;
	char *start = text + (*text == '+'), *end;
	unsigned long filter = strtoul(start, &end, 0);

	if (end == start)
		return -EINVAL;
	while (*start == '0' || *start == 'x')
		start++;
	if (end - start > U32_DIGITS || filter > UINT32_MAX)
		return -ERANGE;
	if (end[*end == '\n'])
		return -EINVAL;
	mm = get_task_mm(t);
	if (!mm)
		return -ESRCH;
	mm->flags = (mm->flags & ~MMF_DUMP_FILTER_MASK) |
		    (filter << MMF_DUMP_FILTER_SHIFT & MMF_DUMP_FILTER_MASK);
	mmput(mm);
	return n;
}

/* ---- mem: the address space as a file ---------------------------------- */

/* Copies page by page. It also writes where the process itself may not, as a debugger does. */
ssize_t proc_pid_mem(struct mm_struct *mm, char __user *buf, size_t n, loff_t addr, bool write)
{
	char *page = kmalloc(PAGE_SIZE, GFP_KERNEL);
	ssize_t done = 0, err = page ? 0 : -ENOMEM;

	while (!err && done < n) {
		size_t len = min(n - done, PAGE_SIZE);

		if (write && copy_from_user(page, buf + done, len))
			err = -EFAULT;
		else if (!(len = access_remote_vm(mm, addr + done, page, len, write)))
			err = done ?: -EIO;
		else if (!write && copy_to_user(buf + done, page, len))
			err = -EFAULT;
		else
			done += len;
	}
	kfree(page);
	return err ?: done;
}
