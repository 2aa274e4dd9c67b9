/*
 * PTRACE_SINGLESTEP runs one instruction, a system call too, and the first of a handler is not run
 * by the step that enters it. TF is not seen in the flags.
 */
#include "ptrace/tracee.h"

extern char step_first[], step_second[], step_call[], step_after[], step_end[];

static void handler(int sig) { (void)sig; }

static void child(void)
{
	signal(SIGUSR1, handler);
	raise(SIGUSR1);
	__asm__ volatile("movl $39, %%eax\n\t"
			 "int3\n"
			 "step_first: xorl %%ebx, %%ebx\n"
			 "step_second: pushfq; popq %%r12\n"
			 "step_call: syscall\n"
			 "step_after: movl %%eax, %%ebx\n"
			 "step_end: nop\n" ::
				 : "rax", "rbx", "rcx", "r11", "r12");
	_exit(3);
}

static void step_to(pid_t pid, const char *where, int code)
{
	siginfo_t info;

	EQ(resume(PTRACE_SINGLESTEP, pid, 0), STOP(SIGTRAP));
	EQ(regs_of(pid).rip, (unsigned long)where);
	EQ(regs_of(pid).eflags & 0x100, 0);
	OK(PT(PTRACE_GETSIGINFO, pid, 0, &info));
	EQ(info.si_signo, SIGTRAP);
	EQ(info.si_code, code);
}

int main(void)
{
	siginfo_t info;
	pid_t pid = tracee(child);

	EQ(resume(PTRACE_CONT, pid, 0), STOP(SIGUSR1));
	/* The step enters the handler; it stops before the first instruction of it. */
	EQ(resume(PTRACE_SINGLESTEP, pid, SIGUSR1), STOP(SIGTRAP));
	EQ(regs_of(pid).rip, (unsigned long)handler);
	OK(PT(PTRACE_GETSIGINFO, pid, 0, &info));
	EQ(info.si_code, SIGTRAP);
	EQ(resume(PTRACE_CONT, pid, 0), STOP(SIGTRAP));
	EQ(regs_of(pid).rip, (unsigned long)step_first);
	OK(PT(PTRACE_GETSIGINFO, pid, 0, &info));
	EQ(info.si_code, SI_KERNEL);
	step_to(pid, step_second, TRAP_TRACE);
	step_to(pid, step_second + 1, TRAP_TRACE);
	step_to(pid, step_call, TRAP_TRACE);
	step_to(pid, step_after, TRAP_BRKPT);
	EQ(regs_of(pid).rax, pid);
	step_to(pid, step_end, TRAP_TRACE);
	EQ(regs_of(pid).rbx, pid);
	EQ(resume(PTRACE_CONT, pid, 0), 3 << 8);
	return 0;
}
