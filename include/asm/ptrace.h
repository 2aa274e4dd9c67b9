/* SPDX-License-Identifier: MIT */
/*
 * The registers of user code as entry.asm pushes them, lowest address first. ptregs.inc has the
 * offsets for nasm; arch/x86/entry/syscall.c checks them.
 */
#ifndef ASM_PTRACE_H
#define ASM_PTRACE_H

struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx;
	unsigned long r11, r10, r9, r8, ax, cx, dx, si, di;
	unsigned long orig_ax; /* system call number; error code of a trap; -1 otherwise */
	unsigned long ip, cs, flags, sp, ss;
};

#define user_mode(regs) (((regs)->cs & 3) != 0)

#endif
