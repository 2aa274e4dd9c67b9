/* SPDX-License-Identifier: MIT */
/*
 * The calls by which a program asks for I/O ports: ioperm for some of them, iopl for all.
 * Abridges Linux's arch/x86/kernel/ioport.c, and fixup_iopl_exception of traps.c. Left out: a
 * kernel that is locked down, the warning about CLI and STI.
 * Not on the road of an exec.
 */
#include <asm/cpu.h>
#include <asm/desc.h>
#include <asm/processor.h>
#include <asm/uaccess.h>
#include <cred.h>
#include <errno.h>
#include <slab.h>
#include <string.h>
#include <syscalls.h>
#include <task.h>
#include <linux/capability.h>
#include "internal.h"

#define INSN_CLI 0xfa
#define INSN_STI 0xfb

static void ports_have_changed(struct thread_struct *th)
{
	update_xtra(th);
	load_io_bitmap(th);
}

/* Levels 1 and 2 permit no more than 0: the processor's own level is not changed. */
long sys_iopl(unsigned int level)
{
	struct thread_struct *th = &current->thread;

	if (level > 3)
		return -EINVAL;
	if (level > th->iopl_emul && !capable(CAP_SYS_RAWIO))
		return -EPERM;
	th->iopl_emul = level;
	ports_have_changed(th);
	return 0;
}

static u8 *new_bitmap(void)
{
	u8 *bitmap = kmalloc(IO_BITMAP_BYTES, GFP_KERNEL);

	return bitmap ? memset(bitmap, 0xff, IO_BITMAP_BYTES) : NULL;
}

static void set_ports(u8 *bitmap, unsigned long from, unsigned long n, bool permit)
{
	for (unsigned long port = from; port < from + n; port++)
		if (permit)
			bitmap[port / 8] &= ~BIT(port % 8);
		else
			bitmap[port / 8] |= BIT(port % 8);
}

static bool permits_none(const u8 *bitmap)
{
	for (unsigned int i = 0; i < IO_BITMAP_BYTES; i++)
		if (bitmap[i] != 0xff)
			return false;
	return true;
}

long sys_ioperm(unsigned long from, unsigned long n, int turn_on)
{
	struct thread_struct *th = &current->thread;

	if (from + n <= from || from + n > IO_PORTS)
		return -EINVAL;
	if (turn_on && !capable(CAP_SYS_RAWIO))
		return -EPERM;
	if (!th->io_bitmap && !turn_on)
		return 0;
	if (!th->io_bitmap)
		th->io_bitmap = new_bitmap();
	if (!th->io_bitmap)
		return -ENOMEM;
	set_ports(th->io_bitmap, from, n, turn_on);
	if (permits_none(th->io_bitmap)) {
		kfree(th->io_bitmap);
		th->io_bitmap = NULL;
	}
	ports_have_changed(th);
	return 0;
}

bool skip_cli_sti(struct pt_regs *regs)
{
	u8 byte;

	if (current->thread.iopl_emul != 3 ||
	    get_user(byte, (u8 __user *)(user_segment_base(regs->cs) + regs->ip)))
		return false;
	if (byte != INSN_CLI && byte != INSN_STI)
		return false;
	regs->ip++;
	return true;
}
