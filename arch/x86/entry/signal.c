/* SPDX-License-Identifier: MIT */
/*
 * Signals on the way to user code: the frame of a handler on the stack, rt_sigreturn, and system
 * calls that start again after an interruption.
 *
 * Abridges Linux's arch/x86/kernel/signal.c and the end of get_signal in kernel/signal.c. Left out:
 * 32-bit frames.
 * Not on the road of an exec.
 *
 *   old sp  ----------------
 *           128 bytes red zone (not on the alternate stack)
 *           FPU state, 64-byte aligned, with its magic numbers
 *           siginfo
 *           ucontext         registers, mask, alternate stack
 *   new sp  restorer         where the handler returns to; sp + 8 is 16-byte aligned
 */
#include <asm/irqflags.h>
#include <asm/processor-flags.h>
#include <asm/processor.h>
#include <asm/segment.h>
#include <asm/sigcontext.h>
#include <asm/uaccess.h>
#include <asm/unistd_64.h>
#include <coredump.h>
#include <ptrace.h>
#include <rseq.h>
#include <sched.h>
#include <string.h>
#include <syscalls.h>
#include <linux/signal.h>
#include <asm/ucontext.h>
#include "internal.h"

/* Flags that a program may change by sigreturn. */
#define FIX_EFLAGS \
	(X86_EFLAGS_AC | X86_EFLAGS_OF | X86_EFLAGS_DF | X86_EFLAGS_TF | X86_EFLAGS_SF | \
	 X86_EFLAGS_ZF | X86_EFLAGS_AF | X86_EFLAGS_PF | X86_EFLAGS_CF | X86_EFLAGS_RF)
#define RED_ZONE 128

struct rt_sigframe {
	void __user *pretcode;
	struct ucontext uc;
	siginfo_t info;
};

_Static_assert(sizeof(struct ucontext) == 304, "the ABI's ucontext");
_Static_assert(sizeof(struct rt_sigframe) == 440, "the ABI's frame");

#define AR_USER_DATA 0xf200 /* LAR: present, DPL 3, data that can be written */
#define AR_CHECKED   0xfa00 /* bits that say so; it may grow downward */

/*
 * With an ss that IRET to 64-bit code would refuse, there would be a fault in place of a handler.
 * Others are kept: a program may make a segment of its own.
 */
static void force_valid_ss(struct pt_regs *regs)
{
	unsigned int rights;

	__asm__("lar %1, %0\n\tjz 1f\n\txorl %0, %0\n1:" : "=&r"(rights) : "r"((u32)regs->ss));
	if ((rights & AR_CHECKED) != AR_USER_DATA)
		regs->ss = __USER_DS;
}

/* ---- building a frame ---------------------------------------------------- */

static void save_sigcontext(struct sigcontext *sc, const struct pt_regs *r, void __user *fpstate,
			    sigset_t mask)
{
	const struct thread_struct *th = &current->thread;

	*sc = (struct sigcontext){
		.r8 = r->r8,
		.r9 = r->r9,
		.r10 = r->r10,
		.r11 = r->r11,
		.r12 = r->r12,
		.r13 = r->r13,
		.r14 = r->r14,
		.r15 = r->r15,
		.rdi = r->di,
		.rsi = r->si,
		.rbp = r->bp,
		.rbx = r->bx,
		.rdx = r->dx,
		.rax = r->ax,
		.rcx = r->cx,
		.rsp = r->sp,
		.rip = r->ip,
		.eflags = r->flags,
		.cs = r->cs,
		.ss = r->ss,
		.err = th->error_code,
		.trapno = th->trap_nr,
		.cr2 = th->cr2,
		.oldmask = mask,
		.fpstate = fpstate,
	};
}

/*
 * Chooses the place of the frame and saves the FPU state at *fpstate. NULL: there is no room, or
 * the stack cannot be written.
 */
static struct rt_sigframe __user *get_sigframe(const struct k_sigaction *ka,
					       const struct pt_regs *regs, void __user **fpstate)
{
	unsigned long sp = regs->sp;
	bool nested = on_sig_stack(sp), entering = false;

	sp -= RED_ZONE;
	if ((ka->sa.sa_flags & SA_ONSTACK) && current->sas_ss_size && !on_sig_stack(sp)) {
		sp = current->sas_ss_sp + current->sas_ss_size;
		entering = true;
	}
	sp = ALIGN_DOWN(sp - fpu_sigframe_size(), 64UL);
	*fpstate = (void __user *)sp;
	sp = ALIGN_DOWN(sp - sizeof(struct rt_sigframe), 16UL) - 8;
	if ((nested || entering) && !__on_sig_stack(sp))
		return NULL;
	return fpu_save_sigframe(*fpstate) ? (struct rt_sigframe __user *)sp : NULL;
}

static int setup_rt_frame(const struct ksignal *ksig, struct pt_regs *regs)
{
	struct task_struct *t = current;
	struct rt_sigframe __user *frame;
	struct rt_sigframe f;
	void __user *fpstate;
	size_t size = offsetof(struct rt_sigframe, info);

	if (!(ksig->ka.sa.sa_flags & SA_RESTORER))
		return -EFAULT;
	frame = get_sigframe(&ksig->ka, regs, &fpstate);
	if (!frame)
		return -EFAULT;
	memset(&f.uc, 0, offsetof(struct ucontext, uc_mcontext));
	f.pretcode = ksig->ka.sa.sa_restorer;
	f.uc.uc_flags = UC_SIGCONTEXT_SS | (boot_cpu.xsave ? UC_FP_XSTATE : 0) |
			(regs->cs == __USER_CS ? UC_STRICT_RESTORE_SS : 0);
	f.uc.uc_stack.ss_sp = (void *)t->sas_ss_sp;
	f.uc.uc_stack.ss_flags = t->sas_ss_flags;
	f.uc.uc_stack.ss_size = t->sas_ss_size;
	f.uc.uc_sigmask = t->restore_sigmask ? t->saved_sigmask : t->blocked;
	save_sigcontext(&f.uc.uc_mcontext, regs, fpstate, f.uc.uc_sigmask);
	if (ksig->ka.sa.sa_flags & SA_SIGINFO) {
		copy_siginfo_to_external(&f.info, &ksig->info);
		size = sizeof(f);
	}
	if (copy_to_user(frame, &f, size))
		return -EFAULT;

	regs->di = ksig->sig;
	regs->ax = 0;
	regs->si = (unsigned long)&frame->info;
	regs->dx = (unsigned long)&frame->uc;
	regs->ip = (unsigned long)ksig->ka.sa.sa_handler;
	regs->sp = (unsigned long)frame;
	regs->cs = __USER_CS;
	if (regs->ss != __USER_DS)
		force_valid_ss(regs);
	return 0;
}

/* Sets the mask for the handler. An SS_AUTODISARM stack is disabled until sigreturn. */
static void signal_delivered(const struct ksignal *ksig)
{
	struct task_struct *t = current;
	sigset_t blocked = t->blocked | ksig->ka.sa.sa_mask;

	t->restore_sigmask = false;
	if (!(ksig->ka.sa.sa_flags & SA_NODEFER))
		blocked |= sigmask(ksig->sig);
	set_current_blocked(blocked);
	if (t->sas_ss_flags & SS_AUTODISARM) {
		t->sas_ss_sp = 0;
		t->sas_ss_size = 0;
		t->sas_ss_flags = SS_DISABLE;
	}
}

static void rewind_syscall(struct pt_regs *regs, unsigned long nr)
{
	regs->ax = nr;
	regs->ip -= 2; /* the length of the SYSCALL instruction */
}

static bool from_syscall(const struct pt_regs *regs) { return (int)regs->orig_ax != -1; }

static void handle_signal(const struct ksignal *ksig, struct pt_regs *regs)
{
	bool stepping = current->syscall_work & SYSCALL_WORK_EXIT_TRAP;

	if (from_syscall(regs)) {
		switch ((long)regs->ax) {
		case -ERESTART_RESTARTBLOCK:
		case -ERESTARTNOHAND:
			regs->ax = -EINTR;
			break;
		case -ERESTARTSYS:
			if (!(ksig->ka.sa.sa_flags & SA_RESTART)) {
				regs->ax = -EINTR;
				break;
			}
			/* fall through */
		case -ERESTARTNOINTR:
			rewind_syscall(regs, regs->orig_ax);
		}
	}
	if (stepping) /* the frame shows TF as the program has set it */
		ptrace_single_step(current, false);
	if (current->rseq)
		rseq_handle_notify_resume(ksig->sig, regs);
	if (setup_rt_frame(ksig, regs)) {
		if (ksig->sig == SIGSEGV)
			force_fatal_sig(SIGSEGV);
		else
			force_sig(SIGSEGV);
		return;
	}
	regs->flags &= ~(X86_EFLAGS_DF | X86_EFLAGS_RF | X86_EFLAGS_TF);
	fpu_restore_sigframe(NULL);
	signal_delivered(ksig);
	if (stepping)
		ptrace_notify(SIGTRAP, 0);
}

static void __noreturn die_by_signal(const struct ksignal *ksig)
{
	int code = ksig->sig;

	if ((sigmask(ksig->sig) & SIG_KERNEL_COREDUMP_MASK) && do_coredump(&ksig->info))
		code |= 0x80;
	do_group_exit(code);
}

static void restart_syscall_without_handler(struct pt_regs *regs)
{
	switch ((long)regs->ax) {
	case -ERESTARTNOHAND:
	case -ERESTARTSYS:
	case -ERESTARTNOINTR:
		rewind_syscall(regs, regs->orig_ax);
		break;
	case -ERESTART_RESTARTBLOCK:
		rewind_syscall(regs, __NR_restart_syscall);
	}
}

/* Handles one pending signal of current. If there is none, the interrupted call starts again. */
void do_signal(struct pt_regs *regs)
{
	struct ksignal ksig;

	if (get_signal(&ksig)) {
		if (ksig.ka.sa.sa_handler == SIG_DFL)
			die_by_signal(&ksig);
		handle_signal(&ksig, regs);
		return;
	}
	if (from_syscall(regs))
		restart_syscall_without_handler(regs);
	if (current->restore_sigmask) {
		current->restore_sigmask = false;
		set_current_blocked(current->saved_sigmask);
	}
}

/* ---- sigreturn ----------------------------------------------------------- */

static long do_no_restart_syscall(struct restart_block *rb __maybe_unused) { return -EINTR; }

static bool restore_sigcontext(struct pt_regs *regs, const struct sigcontext *sc,
			       unsigned long uc_flags)
{
	current->restart_block.fn = do_no_restart_syscall;
	regs->r8 = sc->r8;
	regs->r9 = sc->r9;
	regs->r10 = sc->r10;
	regs->r11 = sc->r11;
	regs->r12 = sc->r12;
	regs->r13 = sc->r13;
	regs->r14 = sc->r14;
	regs->r15 = sc->r15;
	regs->di = sc->rdi;
	regs->si = sc->rsi;
	regs->bp = sc->rbp;
	regs->bx = sc->rbx;
	regs->dx = sc->rdx;
	regs->ax = sc->rax;
	regs->cx = sc->rcx;
	regs->sp = sc->rsp;
	regs->ip = sc->rip;
	regs->cs = sc->cs | 3;
	regs->ss = sc->ss | 3;
	regs->flags = (regs->flags & ~FIX_EFLAGS) | (sc->eflags & FIX_EFLAGS);
	regs->orig_ax = -1;
	current->force_iret = true;
	/*
	 * A program may make a frame with any ss. Frames that the kernel has made have this flag.
	 */
	if (!(uc_flags & UC_STRICT_RESTORE_SS) && regs->cs == __USER_CS)
		force_valid_ss(regs);
	return fpu_restore_sigframe(sc->fpstate);
}

/* User code can write any frame: this function, XRSTOR and finally IRET check it. */
long sys_rt_sigreturn(void)
{
	struct pt_regs *regs = current_pt_regs();
	struct rt_sigframe __user *frame = (struct rt_sigframe __user *)(regs->sp - 8);
	struct ucontext uc;

	if (copy_from_user(&uc, &frame->uc, sizeof(uc)))
		goto badframe;
	set_current_blocked(uc.uc_sigmask);
	if (!restore_sigcontext(regs, &uc.uc_mcontext, uc.uc_flags))
		goto badframe;
	restore_altstack(&uc.uc_stack);
	return regs->ax;
badframe:
	force_sig(SIGSEGV);
	return 0;
}
