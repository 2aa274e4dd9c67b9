/* SPDX-License-Identifier: MIT */
/*
 * The calls by which a program may use I/O ports and segments of its own. Nobody may: the answers
 * are those of a Linux that is locked down, and of a table that was never written to.
 * Abridges Linux's arch/x86/kernel/ioport.c and ldt.c.
 * Not on the road of an exec.
 */
#include <syscalls.h>
#include <errno.h>
#include <task.h>
#include <asm/cpu.h>
#include <asm/ldt.h>
#include <asm/uaccess.h>

#define LDT_SIZE 128UL /* bytes of an empty table that modify_ldt(2, ...) shows */

long sys_iopl(unsigned int level)
{
	if (level > 3)
		return -EINVAL;
	return level ? -EPERM : 0;
}

long sys_ioperm(unsigned long from, unsigned long n, int turn_on)
{
	if (from + n <= from || from + n > IO_PORTS)
		return -EINVAL;
	return turn_on ? -EPERM : 0;
}

/* Linux's errnos in its order; an entry that it would take is -ENOSYS. */
static int write_ldt(const void __user *ptr, unsigned long n)
{
	struct user_desc d;

	if (n != sizeof(d))
		return -EINVAL;
	if (copy_from_user(&d, ptr, sizeof(d)))
		return -EFAULT;
	if (d.entry_number >= LDT_ENTRIES || (d.contents == 3 && !d.seg_not_present))
		return -EINVAL;
	return -ENOSYS;
}

/* Linux's call returns an int: an errno comes as a positive number. */
long sys_modify_ldt(int func, void __user *ptr, unsigned long n)
{
	switch (func) {
	case 0:
		return 0;
	case 1:
	case 0x11:
		return (unsigned int)write_ldt(ptr, n);
	case 2:
		n = min(n, LDT_SIZE);
		return clear_user(ptr, n) ? (unsigned int)-EFAULT : n;
	default:
		return (unsigned int)-ENOSYS;
	}
}
