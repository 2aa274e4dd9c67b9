/* SPDX-License-Identifier: MIT */
/* What the files of arch/x86/entry/ share. */
#ifndef ENTRY_INTERNAL_H
#define ENTRY_INTERNAL_H

#include <types.h>
#include <asm/ptrace.h>

/* Vectors of exceptions (Intel SDM vol. 3A, 6.15). */
enum {
	X86_TRAP_DE,
	X86_TRAP_DB,
	X86_TRAP_NMI,
	X86_TRAP_BP,
	X86_TRAP_OF,
	X86_TRAP_BR,
	X86_TRAP_UD,
	X86_TRAP_NM,
	X86_TRAP_DF,
	X86_TRAP_OLD_MF,
	X86_TRAP_TS,
	X86_TRAP_NP,
	X86_TRAP_SS,
	X86_TRAP_GP,
	X86_TRAP_PF,
	X86_TRAP_SPURIOUS,
	X86_TRAP_MF,
	X86_TRAP_AC,
	X86_TRAP_MC,
	X86_TRAP_XF,
	NR_EXCEPTIONS = 32
};

/* Error code of a page fault. */
#define X86_PF_PROT  BIT(0) /* the page was present, the permission missing */
#define X86_PF_WRITE BIT(1)
#define X86_PF_USER  BIT(2)
#define X86_PF_RSVD  BIT(3)
#define X86_PF_INSTR BIT(4)

/* entry.asm */
extern const unsigned long trap_stubs[];
void entry_SYSCALL_64(void);
void entry_SYSCALL_compat(void);
void ret_from_fork_asm(void);
void spurious_stub(void);

/* Called from entry.asm. */
bool do_syscall_64(struct pt_regs *regs);
void exit_to_user_mode(struct pt_regs *regs);
/* @bad_iret: IRET to user mode has failed. */
struct pt_regs *trap_dispatch(struct pt_regs *regs, unsigned long vector, unsigned long error_code,
			      bool bad_iret);
void exc_nmi(struct pt_regs *regs, unsigned long error_code);
void exc_double_fault(struct pt_regs *regs, unsigned long error_code) __noreturn;
void exc_machine_check(struct pt_regs *regs, unsigned long error_code) __noreturn;

void do_signal(struct pt_regs *regs); /* interrupts on */
void exc_page_fault(struct pt_regs *regs, unsigned long error_code);
void show_regs(const struct pt_regs *regs);
/* A fault of kernel code: prints the registers and panics. */
void die(const char *what, const struct pt_regs *regs, unsigned long error_code) __noreturn;
/*
 * Emulates SGDT, SIDT, SLDT, STR or SMSW after a #GP of user code, or sends SIGSEGV. False: it was
 * another instruction.
 */
bool emulate_umip(struct pt_regs *regs);
/* With iopl(3) CLI and STI do nothing, instead of a #GP. False: it was another instruction. */
bool skip_cli_sti(struct pt_regs *regs);
/* Emulates a call to the vsyscall page, or sends SIGSEGV. False: the fault was no such call. */
bool emulate_vsyscall(unsigned long error_code, struct pt_regs *regs, unsigned long address);

static inline bool is_vsyscall_vaddr(unsigned long address)
{
	return (address & ~0xfffUL) == 0xffffffffff600000UL;
}

#endif
