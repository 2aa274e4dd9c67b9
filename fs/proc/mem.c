/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/mem, the address space of a process as a file, /proc/PID/coredump_filter, which says
 * what of it goes into a core, and the files that show a part of it: cmdline, environ, auxv.
 * Abridges that part of Linux's fs/proc/base.c.
 * Not on the road of an exec.
 */
#include <elf.h>
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

/* ---- cmdline, environ, auxv ------------------------------------------------ */

/* Writes [start, end) of the process's memory, as far as it can be read. */
static int show_remote(struct seq_file *m, struct mm_struct *mm, unsigned long start,
		       unsigned long end)
{
	while (start < end && m->count < m->size) {
		int n = min(end - start, m->size - m->count);
		int got = access_remote_vm(mm, start, m->buf + m->count, n, false);

		if (got <= 0)
			return 0;
		m->count += got;
		start += got;
	}
	if (start < end)
		m->count = m->size;
	return 0;
}

int proc_pid_cmdline(struct seq_file *m, struct task_struct *t)
{
	struct mm_struct *mm = get_task_mm(t);

	char last;

	if (!mm)
		return 0;
	show_remote(m, mm, mm->arg_start, mm->arg_end);
	/* No NUL at the end: the process has written a title there, one string. */
	if (mm->arg_start < mm->arg_end && m->count < m->size &&
	    access_remote_vm(mm, mm->arg_end - 1, &last, 1, false) == 1 && last)
		m->count = strnlen(m->buf, m->count) + 1;
	mmput(mm);
	return 0;
}

int proc_pid_environ(struct seq_file *m, struct mm_struct *mm)
{
	return show_remote(m, mm, mm->env_start, mm->env_end);
}

/* Up to the pair AT_NULL, which is included. */
int proc_pid_auxv(struct seq_file *m, struct mm_struct *mm)
{
	size_t n = 0;

	do
		n += 2;
	while (mm->saved_auxv[n - 2] != AT_NULL && n < ARRAY_SIZE(mm->saved_auxv));
	seq_write(m, mm->saved_auxv, n * sizeof(mm->saved_auxv[0]));
	return 0;
}
