/* SPDX-License-Identifier: MIT */
/*
 * The registers of a task that is stopped for its tracer, in the order of Linux's struct
 * user_regs_struct: pt_regs, then the bases and selectors of the segments; the FPU state; the debug
 * registers; and single steps.
 *
 * Abridges Linux's arch/x86/kernel/ptrace.c, step.c and fpu/regset.c. Left out: 32-bit tasks,
 * block steps.
 * Not on the road of an exec.
 */
#include <asm/cpu.h>
#include <asm/page.h>
#include <asm/processor-flags.h>
#include <asm/processor.h>
#include <asm/segment.h>
#include <asm/sigcontext.h>
#include <errno.h>
#include <ptrace.h>
#include <string.h>

/* Flags that a tracer may change. */
#define FLAG_MASK \
	(X86_EFLAGS_CF | X86_EFLAGS_PF | X86_EFLAGS_AF | X86_EFLAGS_ZF | X86_EFLAGS_SF | \
	 X86_EFLAGS_TF | X86_EFLAGS_DF | X86_EFLAGS_OF | X86_EFLAGS_RF | X86_EFLAGS_AC | \
	 X86_EFLAGS_NT)
#define XFEATURE_FPSSE	  3
#define MXCSR_MASK_OF_OLD 0xffbf /* of a CPU that reports none */

#define DR_STEP	     BIT(14)
#define DR_TRAP_BITS 15UL
#define DR7_RESERVED 0xffffffff0000fc00UL

enum { DR_CODE, DR_WRITE, DR_PORT, DR_ACCESS };

enum {
	REG_CS = offsetof(struct pt_regs, cs) / 8,
	REG_FLAGS = offsetof(struct pt_regs, flags) / 8,
	REG_SS = offsetof(struct pt_regs, ss) / 8,
	REG_FS_BASE,
	REG_GS_BASE,
	REG_DS,
	REG_ES,
	REG_FS,
	REG_GS,
	NR_REGS
};

_Static_assert(NR_REGS == PTRACE_NR_REGS, "struct user_regs_struct");

/* ---- general registers --------------------------------------------------- */

static unsigned long *reg_at(struct task_struct *t, unsigned int i)
{
	return (unsigned long *)task_pt_regs(t) + i;
}

/* NULL: another register. */
static unsigned short *selector_at(struct task_struct *t, unsigned int i)
{
	switch (i) {
	case REG_DS:
		return &t->thread.ds;
	case REG_ES:
		return &t->thread.es;
	case REG_FS:
		return &t->thread.fsindex;
	case REG_GS:
		return &t->thread.gsindex;
	default:
		return NULL;
	}
}

unsigned long ptrace_get_reg(struct task_struct *t, unsigned int i)
{
	switch (i) {
	case REG_CS:
	case REG_SS:
		return *reg_at(t, i) & 0xffff;
	case REG_FLAGS:
		return *reg_at(t, i) & ~(t->thread.forced_tf ? X86_EFLAGS_TF : 0UL);
	case REG_FS_BASE:
		return t->thread.fsbase;
	case REG_GS_BASE:
		return t->thread.gsbase;
	default:
		return i < REG_FS_BASE ? *reg_at(t, i) : *selector_at(t, i);
	}
}

/* A TF that the tracer sets is the tracee's own: a step does not clear it. */
static void set_flags(struct task_struct *t, unsigned long value)
{
	unsigned long *flags = reg_at(t, REG_FLAGS);

	if (value & X86_EFLAGS_TF)
		t->thread.forced_tf = false;
	else if (t->thread.forced_tf)
		value |= X86_EFLAGS_TF;
	*flags = (*flags & ~FLAG_MASK) | (value & FLAG_MASK);
}

/* A data segment that the CPU refuses to load becomes 0 when the task runs. */
static int set_selector(struct task_struct *t, unsigned int i, unsigned short value)
{
	if (value && (value & 3) != 3)
		return -EIO;
	if (i != REG_CS && i != REG_SS)
		*selector_at(t, i) = value;
	else if (!value)
		return -EIO;
	else
		*reg_at(t, i) = value;
	return 0;
}

int ptrace_set_reg(struct task_struct *t, unsigned int i, unsigned long value)
{
	t->force_iret = true;
	switch (i) {
	case REG_CS:
	case REG_SS:
	case REG_DS:
	case REG_ES:
	case REG_FS:
	case REG_GS:
		return set_selector(t, i, value);
	case REG_FLAGS:
		set_flags(t, value);
		return 0;
	case REG_FS_BASE:
	case REG_GS_BASE:
		if (value >= TASK_SIZE_MAX)
			return -EIO;
		*(i == REG_FS_BASE ? &t->thread.fsbase : &t->thread.gsbase) = value;
		return 0;
	default:
		*reg_at(t, i) = value;
		return 0;
	}
}

/* ---- the FPU ------------------------------------------------------------- */

const void *ptrace_get_fpu(struct task_struct *t, bool whole)
{
	struct _fpstate_64 *fx = (struct _fpstate_64 *)t->thread.fpu;

	memset(&fx->reserved3, 0, FXSAVE_SIZE - offsetof(struct _fpstate_64, reserved3));
	if (whole)
		memcpy(&fx->sw_reserved, &boot_cpu.xfeatures, sizeof(boot_cpu.xfeatures));
	return fx;
}

/* XRSTOR faults on a header that has other bits. */
static bool header_valid(const struct _header *h)
{
	for (int i = 0; i < ARRAY_SIZE(h->reserved1); i++)
		if (h->reserved1[i])
			return false;
	for (int i = 0; i < ARRAY_SIZE(h->reserved2); i++)
		if (h->reserved2[i])
			return false;
	return !(h->xfeatures & ~boot_cpu.xfeatures);
}

int ptrace_set_fpu(struct task_struct *t, const void *state, size_t n)
{
	struct _fpstate_64 *to = (struct _fpstate_64 *)t->thread.fpu;
	const struct _fpstate_64 *fx = state;
	struct _header *header = (struct _header *)(to + 1);
	u32 mask = to->mxcsr_mask ?: MXCSR_MASK_OF_OLD;

	if ((fx->mxcsr & ~mask) || (n > FXSAVE_SIZE && !header_valid((const void *)(fx + 1))))
		return -EINVAL;
	memcpy(to, state, n);
	to->mxcsr_mask = mask;
	if (boot_cpu.xsave && n == FXSAVE_SIZE)
		header->xfeatures |= XFEATURE_FPSSE;
	return 0;
}

/* ---- debug registers ----------------------------------------------------- */

/*
 *   DR0-DR3  addresses     DR6  which were hit     DR7  bits 2i, 2i + 1: breakpoint i is on
 *   DR7 has four bits for each from 16 on: 0 code, 1 writes, 3 reads and writes; then its size
 */
static unsigned int type_of(unsigned long dr7, int i) { return dr7 >> (16 + 4 * i) & 3; }

static bool breakpoint_valid(const struct thread_struct *th, unsigned long dr7, int i)
{
	static const u8 sizes[] = {1, 2, 8, 4};
	unsigned int type = type_of(dr7, i), size = sizes[dr7 >> (18 + 4 * i) & 3];

	if (!(dr7 >> 2 * i & 3))
		return true;
	if (type == DR_PORT || (type == DR_CODE && size != 1))
		return false;
	return !(th->dr[i] & (size - 1));
}

unsigned long ptrace_get_debugreg(struct task_struct *t, unsigned int n)
{
	const struct thread_struct *th = &t->thread;

	if (n < 4)
		return th->dr[n];
	if (n == 6)
		return th->dr6 ^ DR6_RESERVED;
	return n == 7 ? th->dr7 : 0;
}

/* A breakpoint in the kernel is refused. */
static int set_address(struct thread_struct *th, unsigned int n, unsigned long value)
{
	unsigned long old = th->dr[n];

	if (value >= TASK_SIZE_MAX)
		return -EINVAL;
	th->dr[n] = value;
	if (breakpoint_valid(th, th->dr7, n))
		return 0;
	th->dr[n] = old;
	return -EINVAL;
}

int ptrace_set_debugreg(struct task_struct *t, unsigned int n, unsigned long value)
{
	struct thread_struct *th = &t->thread;

	if (n < 4)
		return set_address(th, n, value);
	if (n == 4 || n == 5)
		return -EIO;
	if (n == 6) {
		th->dr6 = value ^ DR6_RESERVED;
		return 0;
	}
	for (int i = 0; i < 4; i++)
		if (!breakpoint_valid(th, value, i))
			return -EINVAL;
	th->dr7 = value;
	update_xtra(th);
	return 0;
}

void load_debug_registers(const struct thread_struct *th)
{
	write_dr7(0);
	if (!th->dr7)
		return;
	__asm__ volatile("movq %0, %%db0" : : "r"(th->dr[0]));
	__asm__ volatile("movq %0, %%db1" : : "r"(th->dr[1]));
	__asm__ volatile("movq %0, %%db2" : : "r"(th->dr[2]));
	__asm__ volatile("movq %0, %%db3" : : "r"(th->dr[3]));
	write_dr7(th->dr7 & ~DR7_RESERVED);
}

void flush_debug_registers(struct thread_struct *th)
{
	memset(th->dr, 0, sizeof(th->dr));
	th->dr6 = th->dr7 = 0;
	update_xtra(th);
	write_dr7(0);
}

/* Without RF an instruction with a breakpoint would trap again instead of running. */
void note_debug_trap(struct pt_regs *regs, unsigned long dr6)
{
	struct thread_struct *th = &current->thread;

	th->dr6 = dr6 & (DR_STEP | DR_TRAP_BITS);
	for (int i = 0; i < 4; i++)
		if ((dr6 & BIT(i)) && type_of(th->dr7, i) == DR_CODE)
			regs->flags |= X86_EFLAGS_RF;
}

/* ---- single steps -------------------------------------------------------- */

/*
 * The CPU traps after one instruction if TF is set. If that was SYSCALL, which clears TF, the way
 * out of the call reports the step. TF that was set before is not cleared at the end of the step.
 */
void ptrace_single_step(struct task_struct *t, bool on)
{
	unsigned long *flags = reg_at(t, REG_FLAGS);

	if (on) {
		t->syscall_work |= SYSCALL_WORK_EXIT_TRAP;
		t->thread.forced_tf |= !(*flags & X86_EFLAGS_TF);
		*flags |= X86_EFLAGS_TF;
		return;
	}
	t->syscall_work &= ~SYSCALL_WORK_EXIT_TRAP;
	if (t->thread.forced_tf)
		*flags &= ~X86_EFLAGS_TF;
	t->thread.forced_tf = false;
}
