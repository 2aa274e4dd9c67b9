/* SPDX-License-Identifier: MIT */
/*
 * The part of a task that belongs to the processor: its first kernel stack, the switch from one
 * task to the next, and its registers after an exec.
 *
 * Abridges Linux's arch/x86/kernel/process.c and process_64.c.
 *
 *   kernel stack of a new task, top first
 *     struct pt_regs        what it will have in user mode
 *     struct switch_frame   popped by __switch_stacks; its last word is ret_from_fork
 *     ... free ...
 *     guard page
 */
#include <asm/cpu.h>
#include <asm/desc.h>
#include <asm/msr.h>
#include <asm/processor-flags.h>
#include <asm/processor.h>
#include <asm/segment.h>
#include <errno.h>
#include <frames.h>
#include <mm_types.h>
#include <printk.h>
#include <ptrace.h>
#include <sched.h>
#include <slab.h>
#include <string.h>

/* Mirrors the pushes of __switch_stacks. */
struct switch_frame {
	unsigned long r15, r14, r13;
	unsigned long r12; /* kernel thread: arg */
	unsigned long bx;  /* kernel thread: fn; 0: a fork's child */
	unsigned long bp;
	unsigned long ret_addr;
};

void __switch_stacks(unsigned long *prev_sp, unsigned long next_sp);

void (*ret_from_fork)(void);

static struct kmem_cache *fpu_cache;

unsigned long read_fsbase(void) { return boot_cpu.fsgsbase ? rdfsbase() : rdmsr(MSR_FS_BASE); }

void write_fsbase(unsigned long base)
{
	if (boot_cpu.fsgsbase)
		wrfsbase(base);
	else
		wrmsr(MSR_FS_BASE, base);
}

unsigned long read_user_gsbase(void) { return rdmsr(MSR_KERNEL_GS_BASE); }

void write_user_gsbase(unsigned long base) { wrmsr(MSR_KERNEL_GS_BASE, base); }

void save_user_segments(struct task_struct *t)
{
	struct thread_struct *th = &t->thread;

	th->ds = read_ds();
	th->es = read_es();
	th->fsindex = read_fs();
	th->gsindex = read_gs();
	th->fsbase = read_fsbase();
	th->gsbase = read_user_gsbase();
}

/*
 * Loading a selector changes its base, so the bases come last. Nearly all programs leave the
 * selectors 0; then they are not loaded. Interrupts are off, because GS is the user's for a moment.
 */
static void load_user_segments(const struct thread_struct *th)
{
	if (th->ds | read_ds())
		load_ds(th->ds);
	if (th->es | read_es())
		load_es(th->es);
	if (th->fsindex | read_fs())
		load_fs(th->fsindex);
	if (th->gsindex | read_gs())
		load_gs_index(th->gsindex);
	write_fsbase(th->fsbase);
	write_user_gsbase(th->gsbase);
}

void switch_mm(struct mm_struct *mm)
{
	write_cr3(virt_to_phys(mm ? mm->pgd : init_pgd));
	if (loaded_ldt || (mm && mm->context.ldt))
		load_mm_ldt(mm);
}

/* What few tasks have: breakpoints of a tracer, I/O ports, no time stamps. */
static void switch_to_xtra(const struct thread_struct *th)
{
	load_debug_registers(th);
	load_io_bitmap(th);
	load_tsc_mode(th);
}

/* The caller has made @next current and set the stack for its next entry into the kernel. */
void switch_to(struct task_struct *prev, struct task_struct *next)
{
	if (prev->mm) {
		save_user_segments(prev);
		fpu_save(prev->thread.fpu);
	}
	if (next->mm) {
		load_user_segments(&next->thread);
		fpu_restore(next->thread.fpu);
	}
	if (prev->thread.xtra | next->thread.xtra)
		switch_to_xtra(&next->thread);
	__switch_stacks(&prev->thread.sp, next->thread.sp);
}

/* The frame from which __switch_stacks starts @t. @t->stack is set. */
static struct switch_frame *new_switch_frame(struct task_struct *t)
{
	struct switch_frame *f = (struct switch_frame *)task_pt_regs(t) - 1;

	*f = (struct switch_frame){.bp = (unsigned long)last_frame,
				   .ret_addr = (unsigned long)ret_from_fork};
	t->thread.sp = (unsigned long)f;
	return f;
}

/* The first call creates the cache: the size is known only after fpu_init. */
static struct fpu *alloc_fpu(void)
{
	if (!fpu_cache)
		fpu_cache = kmem_cache_create("fpu", fpu_size(), 64);
	return fpu_cache ? kmem_cache_alloc(fpu_cache, GFP_KERNEL) : NULL;
}

/* @t->stack is set. 0, -EPERM (@tls is not a user address) or -ENOMEM. */
int copy_thread(struct task_struct *t, unsigned long clone_flags, unsigned long sp,
		unsigned long tls)
{
	struct pt_regs *regs = task_pt_regs(t);

	if ((clone_flags & CLONE_SETTLS) && tls >= TASK_SIZE_MAX)
		return -EPERM;
	t->thread.fpu = alloc_fpu();
	if (!t->thread.fpu || (t->thread.xtra && !dup_io_bitmap(&t->thread)))
		return -ENOMEM;
	save_user_segments(t);
	if (clone_flags & CLONE_SETTLS)
		t->thread.fsbase = tls;
	fpu_save(current->thread.fpu);
	memcpy(t->thread.fpu, current->thread.fpu, fpu_size());
	*regs = *current_pt_regs();
	regs->ax = 0;
	if (sp)
		regs->sp = sp;
	new_switch_frame(t);
	return 0;
}

int copy_kernel_thread(struct task_struct *t, int (*fn)(void *), void *arg)
{
	struct switch_frame *f = new_switch_frame(t);

	f->bx = (unsigned long)fn;
	f->r12 = (unsigned long)arg;
	memset(task_pt_regs(t), 0, sizeof(struct pt_regs));
	t->thread.fsbase = t->thread.gsbase = 0;
	t->thread.fpu = alloc_fpu();
	if (!t->thread.fpu)
		return -ENOMEM;
	fpu_reset(t->thread.fpu);
	return 0;
}

void exit_thread(struct task_struct *t)
{
	kmem_cache_free(fpu_cache, t->thread.fpu);
	if (t->thread.xtra)
		kfree(t->thread.io_bitmap);
}

void flush_thread(void)
{
	struct thread_struct *th = &current->thread;
	unsigned long irq;

	if (th->dr7)
		flush_debug_registers(th);
	fpu_reset(th->fpu);
	fpu_restore(th->fpu);
	th->fsbase = th->gsbase = 0;
	th->ds = th->es = th->fsindex = th->gsindex = 0;
	irq = local_irq_save();
	load_user_segments(th);
	local_irq_restore(irq);
	th->trap_nr = th->error_code = th->cr2 = 0;
}

/*
 * The System V ABI needs rdx to be 0 (no function for atexit). Linux clears all other registers
 * too, but for the number of the call and its result, which a tracer sees.
 */
void start_thread(struct pt_regs *regs, unsigned long new_ip, unsigned long new_sp)
{
	unsigned long ax = regs->ax;

	memset(regs, 0, offsetof(struct pt_regs, orig_ax));
	regs->ax = ax;
	regs->ip = new_ip;
	regs->sp = new_sp;
	regs->cs = __USER_CS;
	regs->ss = __USER_DS;
	regs->flags = X86_EFLAGS_IF | X86_EFLAGS_FIXED;
	current->force_iret = true;
}
