/* SPDX-License-Identifier: MIT */
/*
 * The calls by which a program may use I/O ports. Nobody may: the answers are those of a Linux that
 * is locked down.
 * Abridges Linux's arch/x86/kernel/ioport.c.
 * Not on the road of an exec.
 */
#include <syscalls.h>
#include <errno.h>
#include <asm/cpu.h>

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
