/* SPDX-License-Identifier: MIT */
/*
 * The vsyscall page of very old programs: three calls at fixed addresses in the kernel half. A jump
 * there faults, and the fault handler does the call and the RET. "vsyscall=" sets the mode.
 *
 *   none      SIGSEGV, the page is not in maps
 *   xonly     calls work, reading the page is SIGSEGV
 *   emulate   the page can be read too: it is mapped, but not executable
 *
 * Abridges Linux's arch/x86/entry/vsyscall/vsyscall_64.c and vsyscall_emu_64.S. Left out: the
 * warnings in the log.
 * Not on the road of an exec.
 */
#include <asm/cpu.h>
#include <asm/processor.h>
#include <asm/uaccess.h>
#include <asm/unistd_64.h>
#include <errno.h>
#include <frames.h>
#include <mm.h>
#include <printk.h>
#include <sched.h>
#include <string.h>
#include <syscalls.h>
#include "internal.h"

#define VSYSCALL_STEP 1024

static const u16 vsyscall_nr[] = {__NR_gettimeofday, __NR_time, __NR_getcpu};

/* What a read of the page returns for call @i: mov $nr, %rax; syscall; ret */
static void write_entry(u8 *page, unsigned int i)
{
	u8 code[] = {0x48, 0xc7, 0xc0, vsyscall_nr[i] & 0xff, vsyscall_nr[i] >> 8, 0, 0,
		     0x0f, 0x05, 0xc3};

	memcpy(page + i * VSYSCALL_STEP, code, sizeof(code));
}

/* Sets the user bit in the upper levels above @va. The PTEs below have bits of their own. */
static void open_upper_levels(unsigned long va)
{
	unsigned long *table = (unsigned long *)init_pgd;
	const unsigned int index[] = {pgd_index(va), pud_index(va), pmd_index(va)};

	for (unsigned int i = 0; i < ARRAY_SIZE(index); i++) {
		table[index[i]] |= _PAGE_USER;
		table = phys_to_virt(table[index[i]] & PTE_PFN_MASK);
	}
}

void vsyscall_init(void)
{
	u8 *page;

	if (vsyscall_mode != VSYSCALL_EMULATE)
		return;
	page = __get_free_pages(GFP_KERNEL, 0);
	if (!page)
		panic("no memory for the vsyscall page");
	memset(page, 0xcc, PAGE_SIZE);
	for (unsigned int i = 0; i < ARRAY_SIZE(vsyscall_nr); i++)
		write_entry(page, i);
	map_kernel_range(VSYSCALL_ADDR, virt_to_phys(page), PAGE_SIZE,
			 __pgprot(pgprot_val(PAGE_KERNEL_RO) | _PAGE_USER));
	open_upper_levels(VSYSCALL_ADDR);
	invlpg(VSYSCALL_ADDR);
}

static int addr_to_vsyscall_nr(unsigned long addr)
{
	unsigned int i = (addr & 0xc00) >> 10;

	if ((addr & ~0xc00UL) != VSYSCALL_ADDR || i >= ARRAY_SIZE(vsyscall_nr))
		return -EINVAL;
	return vsyscall_nr[i];
}

static bool write_ok_or_segv(unsigned long ptr, size_t size)
{
	if (access_ok((void __user *)ptr, size))
		return true;
	current->thread.error_code = X86_PF_USER | X86_PF_WRITE;
	current->thread.cr2 = ptr;
	current->thread.trap_nr = X86_TRAP_PF;
	force_sig_fault(SIGSEGV, SEGV_MAPERR, (void __user *)ptr);
	return false;
}

/* A NULL argument is not written. -EFAULT kills the caller. */
static long do_vsyscall(int nr, const struct pt_regs *regs)
{
	switch (nr) {
	case __NR_gettimeofday:
		if (!write_ok_or_segv(regs->di, sizeof(struct __kernel_old_timeval)) ||
		    !write_ok_or_segv(regs->si, sizeof(struct timezone)))
			return -EFAULT;
		return sys_gettimeofday((void __user *)regs->di, (void __user *)regs->si);
	case __NR_time:
		if (!write_ok_or_segv(regs->di, sizeof(__kernel_old_time_t)))
			return -EFAULT;
		return sys_time((void __user *)regs->di);
	default:
		if (!write_ok_or_segv(regs->di, sizeof(unsigned int)) ||
		    !write_ok_or_segv(regs->si, sizeof(unsigned int)))
			return -EFAULT;
		return sys_getcpu((void __user *)regs->di, (void __user *)regs->si, NULL);
	}
}

bool emulate_vsyscall(unsigned long error_code, struct pt_regs *regs, unsigned long address)
{
	unsigned long caller;
	long ret;
	int nr;

	if ((error_code & (X86_PF_WRITE | X86_PF_USER)) != X86_PF_USER)
		return false;
	if (address != regs->ip || vsyscall_mode == VSYSCALL_NONE)
		return false;
	nr = addr_to_vsyscall_nr(address);
	if (nr < 0 || get_user(caller, (unsigned long __user *)regs->sp))
		goto sigsegv;
	ret = do_vsyscall(nr, regs);
	if (ret == -EFAULT)
		goto sigsegv;
	regs->ax = ret;
	regs->ip = caller;
	regs->sp += 8;
	return true;
sigsegv:
	force_sig(SIGSEGV);
	return true;
}
