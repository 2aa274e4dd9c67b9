/* SPDX-License-Identifier: MIT */
/*
 * ptrace(2): the requests of a tracer, and who may trace or look into whom.
 *
 * Abridges Linux's kernel/ptrace.c and arch/x86/kernel/ptrace.c (arch_ptrace). Left out: seccomp,
 * checkpoints of restartable sequences, 32-bit tracees, block steps.
 * Not on the road of an exec.
 *
 * Most requests need a tracee that is stopped in ptrace_stop. It stays there until the tracer
 * resumes it: only SIGKILL also wakes it, and its task_struct stays as long as the request holds
 * its reference.
 */
#include <ptrace.h>
#include <rseq.h>
#include <coredump.h>
#include <errno.h>
#include <mm.h>
#include <sched.h>
#include <slab.h>
#include <string.h>
#include <syscalls.h>
#include <asm/cpu.h>
#include <asm/uaccess.h>
#include <asm/ptrace-abi.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/elf.h>
#include <linux/uio.h>

#define USER_SIZE      928 /* Linux's struct user, of which only the registers exist */
#define USER_DEBUGREGS 848

_Static_assert(sizeof(struct elf_gregs) == PTRACE_NR_REGS * 8, "struct user_regs_struct");

/* ---- permissions --------------------------------------------------------- */

static bool same_ids(const struct cred *tc, uid_t uid, gid_t gid)
{
	return uid == tc->euid && uid == tc->suid && uid == tc->uid && gid == tc->egid &&
	       gid == tc->sgid && gid == tc->gid;
}

bool ptrace_may_access(struct task_struct *t, unsigned int mode)
{
	const struct cred *c = current->cred, *tc = t->cred;
	bool fs = mode & PTRACE_MODE_FSCREDS;
	bool dumpable = !t->mm || get_dumpable(t->mm) == SUID_DUMP_USER;

	if (same_thread_group(t, current))
		return true;
	/* The capability is tested last, because its use sets PF_SUPERPRIV. */
	if (same_ids(tc, fs ? c->fsuid : c->uid, fs ? c->fsgid : c->gid) && dumpable &&
	    !(tc->cap_permitted & ~(fs ? c->cap_effective : c->cap_permitted)))
		return true;
	return capable(CAP_SYS_PTRACE);
}

/* ---- attaching ----------------------------------------------------------- */

/* The parent must have at least the capabilities of its tracee. */
static bool parent_may_trace(const struct cred *parent)
{
	return !(current->cred->cap_permitted & ~parent->cap_permitted) ||
	       (parent->cap_effective & BIT(CAP_SYS_PTRACE));
}

static long ptrace_traceme(void)
{
	struct task_struct *parent;
	unsigned long flags;
	long ret = -EPERM;

	spin_lock_irqsave(&tasklist_lock, flags);
	parent = current->real_parent;
	if (!current->ptrace && parent_may_trace(parent->cred)) {
		ret = 0;
		if (!(parent->flags & PF_EXITING)) {
			current->ptrace = PT_PTRACED;
			ptrace_link(current, parent, parent->cred);
		}
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return ret;
}

/* Links @t, which current may trace. A seized task does not stop for that. */
static long attach_task(struct task_struct *t, unsigned int ptrace)
{
	unsigned long flags;
	long ret = -EPERM;

	spin_lock_irqsave(&tasklist_lock, flags);
	if (!t->exit_state && !t->ptrace) {
		ret = 0;
		t->ptrace = ptrace;
		ptrace_link(t, current, current->cred);
		if (!(ptrace & PT_SEIZED))
			send_sig_info(SIGSTOP, SEND_SIG_PRIV, t, false);
		spin_lock(&t->sighand->siglock);
		if ((t->__state & __TASK_STOPPED) &&
		    task_set_jobctl(t, JOBCTL_TRAP_STOP | JOBCTL_TRAPPING)) {
			t->sigpending_flag = true;
			wake_up_state(t, __TASK_STOPPED);
		}
		spin_unlock(&t->sighand->siglock);
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return ret;
}

/* Nothing is filtered here, so that a filter could be suspended; but only root may ask for it. */
static bool options_allowed(unsigned long options)
{
	return !(options & PTRACE_O_SUSPEND_SECCOMP) || capable(CAP_SYS_ADMIN);
}

/* cred_guard_mutex: an exec of @t must not gain privileges in between. */
static long ptrace_attach(struct task_struct *t, long request, unsigned long addr,
			  unsigned long options)
{
	struct mutex *guard = &t->signal->cred_guard_mutex;
	bool seize = request == PTRACE_SEIZE;
	long ret = -EPERM;

	if (seize && (addr || (options & ~PTRACE_O_MASK)))
		return -EIO;
	if (seize && !options_allowed(options))
		return -EPERM;
	if ((t->flags & PF_KTHREAD) || same_thread_group(t, current))
		return -EPERM;
	if (mutex_lock_interruptible(guard))
		return -ERESTARTNOINTR;
	if (ptrace_may_access(t, PTRACE_MODE_ATTACH | PTRACE_MODE_REALCREDS))
		ret = attach_task(t, seize ? PT_PTRACED | PT_SEIZED | PT_OPT(options) : PT_PTRACED);
	mutex_unlock(guard);
	/* A task that was stopped is on its way to stop again, for its tracer. */
	if (!ret)
		wait_event_killable(&current->signal->wait_chldexit,
				    !(t->jobctl & JOBCTL_TRAPPING) || t->exit_state);
	return ret;
}

/* ---- detaching and resuming ---------------------------------------------- */

/* As in Linux, only the low half of @sig is looked at. */
static long ptrace_detach(struct task_struct *t, unsigned int sig)
{
	unsigned long flags;
	bool dead;

	if (sig > _NSIG)
		return -EIO;
	ptrace_single_step(t, false);
	spin_lock_irqsave(&tasklist_lock, flags);
	t->exit_code = sig;
	dead = ptrace_detach_locked(current, t);
	spin_unlock_irqrestore(&tasklist_lock, flags);
	if (dead)
		release_task(t);
	return 0;
}

static long ptrace_resume(struct task_struct *t, long request, unsigned long sig)
{
	bool step = request == PTRACE_SINGLESTEP || request == PTRACE_SYSEMU_SINGLESTEP;
	unsigned int work = 0;
	unsigned long flags;

	if (sig > _NSIG)
		return -EIO;
	if (request == PTRACE_SYSCALL)
		work = SYSCALL_WORK_TRACE;
	else if (request == PTRACE_SYSEMU || request == PTRACE_SYSEMU_SINGLESTEP)
		work = SYSCALL_WORK_EMU;
	t->syscall_work = work;
	ptrace_single_step(t, step);
	spin_lock_irqsave(&t->sighand->siglock, flags);
	t->exit_code = sig;
	wake_up_state(t, __TASK_TRACED);
	spin_unlock_irqrestore(&t->sighand->siglock, flags);
	return 0;
}

static long ptrace_interrupt(struct task_struct *t)
{
	unsigned long flags;

	if (!(t->ptrace & PT_SEIZED))
		return -EIO;
	spin_lock_irqsave(&tasklist_lock, flags);
	if (t->sighand) {
		spin_lock(&t->sighand->siglock);
		if (task_set_jobctl(t, JOBCTL_TRAP_STOP))
			ptrace_signal_wake_up(t, t->jobctl & JOBCTL_LISTENING);
		spin_unlock(&t->sighand->siglock);
	}
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return 0;
}

/* The tracee stays stopped, but reports the end of the stop of its process. */
static long ptrace_listen(struct task_struct *t)
{
	unsigned long flags;
	long ret = -EIO;

	if (!(t->ptrace & PT_SEIZED))
		return -EIO;
	spin_lock_irqsave(&t->sighand->siglock, flags);
	if (t->last_siginfo && t->last_siginfo->si_code >> 8 == PTRACE_EVENT_STOP) {
		t->jobctl |= JOBCTL_LISTENING;
		if (t->jobctl & JOBCTL_TRAP_NOTIFY)
			ptrace_signal_wake_up(t, true);
		ret = 0;
	}
	spin_unlock_irqrestore(&t->sighand->siglock, flags);
	return ret;
}

static long ptrace_setoptions(struct task_struct *t, unsigned long options)
{
	if (options & ~(unsigned long)PTRACE_O_MASK)
		return -EINVAL;
	if (!options_allowed(options))
		return -EPERM;
	t->ptrace = (t->ptrace & ~PT_OPTIONS) | PT_OPT(options);
	return 0;
}

/* ---- memory -------------------------------------------------------------- */

/* One word of memory. False: it cannot be accessed, or a new program has more privileges. */
static bool access_word(struct task_struct *t, unsigned long addr, unsigned long *word, bool write)
{
	struct mm_struct *mm = get_task_mm(t);
	bool done;

	if (!mm)
		return false;
	done = (get_dumpable(mm) == SUID_DUMP_USER || ptracer_capable(t)) &&
	       access_remote_vm(mm, addr, word, sizeof(*word), write) == sizeof(*word);
	mmput(mm);
	return done;
}

static long peek_data(struct task_struct *t, unsigned long addr, unsigned long __user *data)
{
	unsigned long word;

	return access_word(t, addr, &word, false) ? put_user(word, data) : -EIO;
}

/* ---- registers ----------------------------------------------------------- */

static bool is_debugreg(unsigned long addr)
{
	return addr >= USER_DEBUGREGS && addr < USER_DEBUGREGS + 8 * 8;
}

static long peek_user(struct task_struct *t, unsigned long addr, unsigned long __user *data)
{
	if (addr & 7 || addr >= USER_SIZE)
		return -EIO;
	if (addr / 8 < PTRACE_NR_REGS)
		return put_user(ptrace_get_reg(t, addr / 8), data);
	return put_user(is_debugreg(addr) ? ptrace_get_debugreg(t, (addr - USER_DEBUGREGS) / 8) : 0,
			data);
}

static long poke_user(struct task_struct *t, unsigned long addr, unsigned long word)
{
	if (!(addr & 7) && is_debugreg(addr))
		return ptrace_set_debugreg(t, (addr - USER_DEBUGREGS) / 8, word);
	if (addr & 7 || addr / 8 >= PTRACE_NR_REGS)
		return -EIO;
	return ptrace_set_reg(t, addr / 8, word);
}

/* The sets of registers, by the type of their ELF note. All have units of 8 bytes. */
static size_t regset_size(unsigned long type)
{
	switch (type) {
	case NT_PRSTATUS:
		return PTRACE_NR_REGS * 8;
	case NT_PRFPREG:
		return FXSAVE_SIZE;
	case NT_X86_XSTATE:
		return boot_cpu.xsave ? boot_cpu.xstate_size : 0;
	case NT_386_IOPERM:
		return IO_BITMAP_BYTES;
	default:
		return 0;
	}
}

/* @n is at most the size of the set. */
static long get_regset(struct task_struct *t, unsigned long type, void __user *to, size_t n)
{
	unsigned long regs[PTRACE_NR_REGS];
	const void *from = regs;

	if (type == NT_386_IOPERM)
		from = t->thread.io_bitmap;
	else if (type != NT_PRSTATUS)
		from = ptrace_get_fpu(t, type == NT_X86_XSTATE);
	else
		for (int i = 0; i < PTRACE_NR_REGS; i++)
			regs[i] = ptrace_get_reg(t, i);
	if (!from)
		return -ENXIO;
	return copy_to_user(to, from, n) ? -EFAULT : 0;
}

static long set_general_regs(struct task_struct *t, const unsigned long *regs, size_t n)
{
	long ret = 0;

	for (unsigned int i = 0; !ret && i < n / 8; i++)
		ret = ptrace_set_reg(t, i, regs[i]);
	return ret;
}

/* A part of the FPU state cannot be set. */
static long set_regset(struct task_struct *t, unsigned long type, const void __user *from, size_t n)
{
	void *state;
	long ret;

	if (type == NT_386_IOPERM)
		return -EOPNOTSUPP;
	if (type != NT_PRSTATUS && n != regset_size(type))
		return type == NT_X86_XSTATE ? -EFAULT : -EINVAL;
	state = kmalloc(n, GFP_KERNEL);
	if (!state)
		return -ENOMEM;
	if (copy_from_user(state, from, n))
		ret = -EFAULT;
	else if (type == NT_PRSTATUS)
		ret = set_general_regs(t, state, n);
	else
		ret = ptrace_set_fpu(t, state, n);
	kfree(state);
	return ret;
}

static long ptrace_regset(struct task_struct *t, bool set, unsigned long type,
			  struct iovec __user *uiov)
{
	size_t size = regset_size(type);
	struct iovec iov;
	long ret;

	if (copy_from_user(&iov, uiov, sizeof(iov)))
		return -EFAULT;
	if (!size || iov.iov_len % 8)
		return -EINVAL;
	iov.iov_len = min(iov.iov_len, size);
	ret = set ? set_regset(t, type, iov.iov_base, iov.iov_len)
		  : get_regset(t, type, iov.iov_base, iov.iov_len);
	return ret ?: put_user(iov.iov_len, &uiov->iov_len);
}

/* ---- signals ------------------------------------------------------------- */

/* last_siginfo lies on the kernel stack of the tracee, which is stopped. */
static long access_siginfo(struct task_struct *t, siginfo_t __user *data, bool set)
{
	kernel_siginfo_t info;

	int err = set ? copy_siginfo_from_user(&info, data) : 0;

	if (err)
		return err;
	if (!t->last_siginfo || !(t->__state & __TASK_TRACED))
		return -EINVAL;
	if (!set)
		return copy_siginfo_to_user(data, t->last_siginfo);
	*t->last_siginfo = info;
	return 0;
}

static long get_sigmask(struct task_struct *t, unsigned long size, sigset_t __user *data)
{
	if (size != sizeof(sigset_t))
		return -EINVAL;
	return put_user(t->restore_sigmask ? t->saved_sigmask : t->blocked, data);
}

static long set_sigmask(struct task_struct *t, unsigned long size, sigset_t __user *data)
{
	unsigned long flags;
	sigset_t mask;

	if (size != sizeof(sigset_t))
		return -EINVAL;
	if (get_user(mask, data))
		return -EFAULT;
	spin_lock_irqsave(&t->sighand->siglock, flags);
	t->blocked = mask & ~SIG_KERNEL_ONLY_MASK;
	t->restore_sigmask = false;
	spin_unlock_irqrestore(&t->sighand->siglock, flags);
	return 0;
}

static long peek_siginfo(struct task_struct *t, const struct ptrace_peeksiginfo_args __user *uargs,
			 siginfo_t __user *data)
{
	struct ptrace_peeksiginfo_args args;
	kernel_siginfo_t info;
	int i;

	if (copy_from_user(&args, uargs, sizeof(args)))
		return -EFAULT;
	if ((args.flags & ~PTRACE_PEEKSIGINFO_SHARED) || args.nr < 0)
		return -EINVAL;
	if (args.off > UINT64_MAX - args.nr)
		return 0;
	for (i = 0; i < args.nr && !signal_pending(current); i++) {
		if (!peek_queued(t, args.flags & PTRACE_PEEKSIGINFO_SHARED, args.off + i, &info))
			break;
		if (copy_siginfo_to_user(data + i, &info))
			return i ?: -EFAULT;
	}
	return i;
}

/* ---- system calls -------------------------------------------------------- */

static void fill_entry(struct ptrace_syscall_info *info, struct task_struct *t)
{
	const struct pt_regs *r = task_pt_regs(t);

	info->entry.nr = r->orig_ax;
	info->entry.args[0] = r->di;
	info->entry.args[1] = r->si;
	info->entry.args[2] = r->dx;
	info->entry.args[3] = r->r10;
	info->entry.args[4] = r->r8;
	info->entry.args[5] = r->r9;
}

/* Fills in what the stop of @t is about, and returns how many bytes that takes. */
static size_t fill_syscall_info(struct ptrace_syscall_info *info, struct task_struct *t)
{
	const struct pt_regs *r = task_pt_regs(t);

	info->arch = AUDIT_ARCH_X86_64;
	info->instruction_pointer = r->ip;
	info->stack_pointer = r->sp;
	if (!t->last_siginfo || t->last_siginfo->si_code != (SIGTRAP | 0x80))
		return offsetof(struct ptrace_syscall_info, entry);
	if (t->ptrace_message == PTRACE_EVENTMSG_SYSCALL_ENTRY) {
		info->op = PTRACE_SYSCALL_INFO_ENTRY;
		fill_entry(info, t);
		return offsetof(struct ptrace_syscall_info, entry) + sizeof(info->entry);
	}
	info->op = PTRACE_SYSCALL_INFO_EXIT;
	info->exit.rval = r->ax;
	info->exit.is_error = IS_ERR_VALUE(r->ax);
	return offsetof(struct ptrace_syscall_info, exit.is_error) + 1;
}

static long get_syscall_info(struct task_struct *t, unsigned long size, void __user *data)
{
	struct ptrace_syscall_info info;
	size_t actual;

	memset(&info, 0, sizeof(info));
	actual = fill_syscall_info(&info, t);
	return copy_to_user(data, &info, min(size, actual)) ? -EFAULT : actual;
}

static long get_rseq_configuration(struct task_struct *t, unsigned long size, void __user *data)
{
	struct ptrace_rseq_configuration conf = {
		.rseq_abi_pointer = (unsigned long)t->rseq,
		.rseq_abi_size = sizeof(*t->rseq),
		.signature = t->rseq ? t->rseq_sig : 0,
	};

	return copy_to_user(data, &conf, min(size, sizeof(conf))) ? -EFAULT : (long)sizeof(conf);
}

/* ---- the call ------------------------------------------------------------ */

static long request_of_regs(struct task_struct *t, long request, unsigned long addr, void __user *p)
{
	switch (request) {
	case PTRACE_PEEKUSR:
		return peek_user(t, addr, p);
	case PTRACE_POKEUSR:
		return poke_user(t, addr, (unsigned long)p);
	case PTRACE_GETREGS:
		return get_regset(t, NT_PRSTATUS, p, PTRACE_NR_REGS * 8);
	case PTRACE_SETREGS:
		return set_regset(t, NT_PRSTATUS, p, PTRACE_NR_REGS * 8);
	case PTRACE_GETFPREGS:
		return get_regset(t, NT_PRFPREG, p, FXSAVE_SIZE);
	case PTRACE_SETFPREGS:
		return set_regset(t, NT_PRFPREG, p, FXSAVE_SIZE);
	case PTRACE_GETREGSET:
	case PTRACE_SETREGSET:
		return ptrace_regset(t, request == PTRACE_SETREGSET, addr, p);
	default:
		return -EIO;
	}
}

static long request_of_signals(struct task_struct *t, long request, unsigned long addr,
			       void __user *p)
{
	switch (request) {
	case PTRACE_GETSIGINFO:
	case PTRACE_SETSIGINFO:
		return access_siginfo(t, p, request == PTRACE_SETSIGINFO);
	case PTRACE_PEEKSIGINFO:
		return peek_siginfo(t, (void __user *)addr, p);
	case PTRACE_GETSIGMASK:
		return get_sigmask(t, addr, p);
	case PTRACE_SETSIGMASK:
		return set_sigmask(t, addr, p);
	case PTRACE_GETEVENTMSG:
		return put_user(t->ptrace_message, (unsigned long __user *)p);
	case PTRACE_GET_SYSCALL_INFO:
		return get_syscall_info(t, addr, p);
	case PTRACE_GET_RSEQ_CONFIGURATION:
		return get_rseq_configuration(t, addr, p);
	default:
		return request_of_regs(t, request, addr, p);
	}
}

static long do_request(struct task_struct *t, long request, unsigned long addr, unsigned long data)
{
	switch (request) {
	case PTRACE_PEEKTEXT:
	case PTRACE_PEEKDATA:
		return peek_data(t, addr, (unsigned long __user *)data);
	case PTRACE_POKETEXT:
	case PTRACE_POKEDATA:
		return access_word(t, addr, &data, true) ? 0 : -EIO;
	case PTRACE_CONT:
	case PTRACE_SYSCALL:
	case PTRACE_SINGLESTEP:
	case PTRACE_SYSEMU:
	case PTRACE_SYSEMU_SINGLESTEP:
		return ptrace_resume(t, request, data);
	case PTRACE_KILL:
		return send_sig_info(SIGKILL, SEND_SIG_NOINFO, t, false), 0;
	case PTRACE_INTERRUPT:
		return ptrace_interrupt(t);
	case PTRACE_LISTEN:
		return ptrace_listen(t);
	case PTRACE_DETACH:
		return ptrace_detach(t, data);
	case PTRACE_OLDSETOPTIONS:
	case PTRACE_SETOPTIONS:
		return ptrace_setoptions(t, data);
	default:
		return request_of_signals(t, request, addr, (void __user *)data);
	}
}

/*
 * After an exec by a thread that was not the leader, the tracer may still mean the old leader by
 * this number: it must wait for PTRACE_EVENT_EXEC first.
 */
static bool is_spurious_pid(const struct task_struct *t)
{
	return t->exit_code == (PTRACE_EVENT_EXEC << 8 | SIGTRAP) && t->pid != t->ptrace_message;
}

/* Is @t a tracee of current, and (unless @running will do) stopped? 0 or -ESRCH. */
static int check_attach(struct task_struct *t, bool running)
{
	if (!t->ptrace || t->parent != current)
		return -ESRCH;
	if (running)
		return 0;
	if ((t->jobctl & JOBCTL_LISTENING) || !(t->__state & __TASK_TRACED) || is_spurious_pid(t) ||
	    (t->pending.signal & sigmask(SIGKILL)))
		return -ESRCH;
	return 0;
}

long sys_ptrace(long request, long pid, unsigned long addr, unsigned long data)
{
	struct task_struct *t;
	long ret;

	if (request == PTRACE_TRACEME)
		return ptrace_traceme();
	t = find_get_task_by_vpid(pid);
	if (!t)
		return -ESRCH;
	if (request == PTRACE_ATTACH || request == PTRACE_SEIZE) {
		ret = ptrace_attach(t, request, addr, data);
	} else {
		ret = check_attach(t, request == PTRACE_KILL || request == PTRACE_INTERRUPT);
		if (!ret)
			ret = do_request(t, request, addr, data);
	}
	put_task_struct(t);
	return ret;
}
