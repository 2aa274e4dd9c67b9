/* SPDX-License-Identifier: MIT */
/* The processor, and the part of a task that belongs to it: arch/x86/process.c, fpu.c, cpu.c. */
#ifndef ASM_PROCESSOR_H
#define ASM_PROCESSOR_H

#include <types.h>
#include <asm/ptrace.h>

struct task_struct;
struct mm_struct;
struct fpu;

struct thread_struct {
	unsigned long sp;	      /* kernel rsp while not running */
	unsigned long fsbase, gsbase; /* user's; saved while not running */
	/* user's selectors: 0 unless a program loads them */
	unsigned short ds, es, fsindex, gsindex;
	struct fpu *fpu;			/* XSAVE area, fpu_size() bytes, 64-byte aligned */
	unsigned long trap_nr, error_code, cr2; /* of the last fault, for the signal frame */
	bool forced_tf;				/* a tracer has set TF, to step */
	/* a tracer's breakpoints: addresses, which of them was hit, and what they are */
	unsigned long dr[4], dr6, dr7;
	u8 *io_bitmap; /* ports: a 0 permits one; NULL: none are permitted by ioperm */
	u8 iopl_emul;  /* iopl: 3 permits all ports */
	bool no_tsc;   /* rdtsc faults: PR_SET_TSC */
	bool xtra;     /* it has one of these four, which a switch of tasks must load */
};

#define task_pt_regs(t)	  ((struct pt_regs *)((char *)(t)->stack + THREAD_SIZE) - 1)
#define current_pt_regs() ((struct pt_regs *)current_stack_top() - 1)

/* CPU features that Exon uses, found by cpu_init. */
struct cpu_features {
	bool nx, smep, smap, umip, fsgsbase, xsave, rdtscp, pge;
	u32 hwcap;	 /* AT_HWCAP: CPUID.1:EDX */
	u32 hwcap2;	 /* AT_HWCAP2: bit 1 FSGSBASE (as Linux 6.1) */
	u64 xfeatures;	 /* XCR0 */
	u32 xstate_size; /* bytes */
};
extern struct cpu_features boot_cpu;

/* cpu.c */
/* GDT, TSS with its ISTs, MSRs, CR0/CR4, per-CPU data behind GS */
void cpu_init(void);
void cpu_init_late(void);	  /* after mem_init: emergency stacks with guard pages */
void set_kernel_stack(void *top); /* TSS.rsp0 and percpu.kernel_stack */
/* fpu.c */
void fpu_init(void);
/* AT_MINSIGSTKSZ: bytes of the largest signal frame, as Linux computes it. */
unsigned long get_sigframe_size(void);
size_t fpu_size(void);	       /* bytes of one struct fpu */
void fpu_reset(struct fpu *f); /* the state that a new program starts with */
void fpu_save(struct fpu *f);  /* from the processor; and back: */
void fpu_restore(const struct fpu *f);
/* current's FPU state in a signal frame: size; save; restore. False: bad pointer or contents. */
size_t fpu_sigframe_size(void);
bool fpu_save_sigframe(void __user *buf);
bool fpu_restore_sigframe(void __user *buf); /* NULL, or failure: the first state */
int fpu_exception_code(int trap_nr);	     /* FPE_* of a pending #MF or #XM; 0: none */
/* entry/idt.c: the IDT and the MSRs of SYSCALL; after cpu_init. */
void trap_init(void);
/* entry/vsyscall.c: after mem_init, before the first user address space. */
void vsyscall_init(void);
/* process.c */
/* Upward pointer, filled in by entry/idt.c: where a new task starts. */
extern void (*ret_from_fork)(void);
extern const unsigned long last_frame[2]; /* switch.asm: the end of every backtrace */
/* The TLS bases of current, in the registers. */
unsigned long read_fsbase(void);
void write_fsbase(unsigned long base);
unsigned long read_user_gsbase(void);
void write_user_gsbase(unsigned long base);
/* Loads the page tables of @mm; NULL: those of the kernel. */
void switch_mm(struct mm_struct *mm);
/* Saves @prev and continues @next; returns when @prev runs again. Interrupts off. */
void switch_to(struct task_struct *prev, struct task_struct *next);
/*
 * fork: @t gets a copy of current's pt_regs (with ax 0, and @sp unless that is 0), TLS and FPU
 * state. It starts at ret_from_fork. 0, -EPERM or -ENOMEM.
 */
int copy_thread(struct task_struct *t, unsigned long clone_flags, unsigned long sp,
		unsigned long tls);
/*
 * @t will call fn(arg). If that returns, which it does after an exec, @t goes to user mode. 0 or
 * -ENOMEM.
 */
int copy_kernel_thread(struct task_struct *t, int (*fn)(void *), void *arg);
/* Stores the segment registers and bases of user code in @t->thread. */
void save_user_segments(struct task_struct *t);
/* exec: FPU state, TLS bases and selectors of a new program */
void flush_thread(void);
void start_thread(struct pt_regs *regs, unsigned long new_ip, unsigned long new_sp);
/* Frees what copy_thread made. */
void exit_thread(struct task_struct *t);
/* ioport.c */
/* The ports of @th, which is current's, for user code. */
void load_io_bitmap(const struct thread_struct *th);
/* fork: @th, a copy of current's, gets a bitmap of its own. False: no memory. */
bool dup_io_bitmap(struct thread_struct *th);
/* After a change of breakpoints or ports. */
void update_xtra(struct thread_struct *th);
void load_tsc_mode(const struct thread_struct *th);
int set_tsc_mode(unsigned int mode);

#endif
