/*
 * PTRACE_SYSCALL stops before and after each call; the tracer sees its number, arguments and
 * result, and may change them. PTRACE_SYSEMU stops once, and the call is not carried out.
 */
#include "ptrace/tracee.h"

static void child(void)
{
	long r;

	syscall(SYS_getuid);
	r = syscall(SYS_getppid);
	EQ(r, 4321); /* the result was changed */
	r = syscall(SYS_getppid);
	EQ(r, getpid());		   /* the number was changed */
	ERR(syscall(SYS_getppid), ENOSYS); /* no call at all */
	ERR(syscall(SYS_close, -1), EBADF);
	EQ(syscall(SYS_getppid, 1, 2, 3, 4, 5, 6), 77); /* PTRACE_SYSEMU */
	_exit(0);
}

/* Continues to the entry of call @nr. The tracee is at the end of a call. */
static void to_entry(pid_t pid, unsigned long nr)
{
	struct user_regs_struct r;

	do {
		EQ(resume(PTRACE_SYSCALL, pid, 0), SYSCALL_STOP);
		r = regs_of(pid);
		if (r.rax == (unsigned long)-ENOSYS && r.orig_rax == nr)
			return;
		EQ(resume(PTRACE_SYSCALL, pid, 0), SYSCALL_STOP);
	} while (1);
}

static void set_reg(pid_t pid, size_t offset, unsigned long value)
{
	OK(PT(PTRACE_POKEUSR, pid, offset, value));
}

int main(void)
{
	struct ptrace_syscall_info info;
	struct user_regs_struct r;
	siginfo_t si;
	pid_t pid = tracee(child);

	memset(&info, 0xff, sizeof(info));
	EQ(PT(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info), 24);
	EQ(info.op, PTRACE_SYSCALL_INFO_NONE);
	EQ(info.arch, 0xc000003e);
	/* Without the option a stop looks like SIGTRAP. */
	EQ(resume(PTRACE_SYSCALL, pid, 0), STOP(SIGTRAP));
	OK(PT(PTRACE_GETSIGINFO, pid, 0, &si));
	EQ(si.si_code, SIGTRAP);
	EQ(resume(PTRACE_SYSCALL, pid, 0), STOP(SIGTRAP));
	ERR(PT(PTRACE_SETOPTIONS, pid, 0, 1 << 30), EINVAL);
	OK(PT(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD));
	to_entry(pid, SYS_getppid);
	OK(PT(PTRACE_GETSIGINFO, pid, 0, &si));
	EQ(si.si_signo, SIGTRAP);
	EQ(si.si_code, SIGTRAP | 0x80);
	EQ(event_message(pid), PTRACE_EVENTMSG_SYSCALL_ENTRY);
	EQ(resume(PTRACE_SYSCALL, pid, 0), SYSCALL_STOP);
	EQ(event_message(pid), PTRACE_EVENTMSG_SYSCALL_EXIT);
	EQ(regs_of(pid).rax, getpid());
	set_reg(pid, offsetof(struct user, regs.rax), 4321);

	to_entry(pid, SYS_getppid);
	set_reg(pid, offsetof(struct user, regs.orig_rax), SYS_getpid);
	EQ(resume(PTRACE_SYSCALL, pid, 0), SYSCALL_STOP);
	EQ(regs_of(pid).rax, pid);

	to_entry(pid, SYS_getppid);
	set_reg(pid, offsetof(struct user, regs.orig_rax), -1);
	EQ(resume(PTRACE_SYSCALL, pid, 0), SYSCALL_STOP);
	EQ(regs_of(pid).rax, -ENOSYS);

	to_entry(pid, SYS_close);
	EQ(PT(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info), 80);
	EQ(info.op, PTRACE_SYSCALL_INFO_ENTRY);
	EQ(info.entry.nr, SYS_close);
	EQ((int)info.entry.args[0], -1);
	EQ(info.instruction_pointer, regs_of(pid).rip);
	EQ(info.stack_pointer, regs_of(pid).rsp);
	EQ(resume(PTRACE_SYSCALL, pid, 0), SYSCALL_STOP);
	EQ(PT(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info), 33);
	EQ(info.op, PTRACE_SYSCALL_INFO_EXIT);
	EQ(info.exit.rval, -EBADF);
	EQ(info.exit.is_error, 1);
	info.exit.is_error = 9;
	EQ(PT(PTRACE_GET_SYSCALL_INFO, pid, 24, &info), 33);
	EQ(info.exit.is_error, 9);
	ERR(PT(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), 8), EFAULT);

	EQ(resume(PTRACE_SYSEMU, pid, 0), SYSCALL_STOP);
	r = regs_of(pid);
	EQ(r.orig_rax, SYS_getppid);
	EQ(r.rdi, 1);
	EQ(r.r9, 6);
	set_reg(pid, offsetof(struct user, regs.rax), 77);
	EQ(resume(PTRACE_CONT, pid, 0), 0);
	return 0;
}
