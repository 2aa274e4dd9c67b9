/*
 * POKEUSER of the debug registers sets breakpoints on code and on data; they are the tracee's own,
 * a child has none, and an exec takes them away. What cannot be one is refused.
 */
#include "ptrace/tracee.h"

#define DR(n) offsetof(struct user, u_debugreg[n])

static volatile long watched[2];

static __attribute__((noinline)) int code(void)
{
	__asm__ volatile("nop");
	return 5;
}

static void child(void)
{
	watched[0] = 1;
	watched[1] = 2;
	(void)watched[1];
	if (code() != 5)
		_exit(1);
	if (!fork()) {
		watched[1] = 3;
		_exit(0);
	}
	EXEC_SELF("exits");
}

static unsigned long peek(pid_t pid, int n)
{
	unsigned long value = 0;

	EQ(PT(PTRACE_PEEKUSR, pid, DR(n), &value), 0);
	return value;
}

static void hit(pid_t pid, int n)
{
	siginfo_t info;

	EQ(resume(PTRACE_CONT, pid, 0), STOP(SIGTRAP));
	OK(PT(PTRACE_GETSIGINFO, pid, 0, &info));
	EQ(info.si_code, TRAP_HWBKPT);
	EQ(peek(pid, 6) & 15, 1 << n);
	OK(PT(PTRACE_POKEUSR, pid, DR(6), 0));
}

/* SIGCHLD of the child may come at any time. */
static int resume_quietly(pid_t pid)
{
	int status;

	do
		status = resume(PTRACE_CONT, pid, 0);
	while (status == STOP(SIGCHLD));
	return status;
}

int main(int argc, char **argv)
{
	pid_t pid;

	if (argc > 1) {
		watched[0] = 1;
		_exit(!strcmp(argv[1], "exits") ? 6 : 1);
	}
	pid = tracee(child);
	EQ(peek(pid, 7), 0);
	OK(PT(PTRACE_POKEUSR, pid, DR(0), code));
	OK(PT(PTRACE_POKEUSR, pid, DR(1), &watched[0]));
	OK(PT(PTRACE_POKEUSR, pid, DR(2), &watched[1]));
	ERR(PT(PTRACE_POKEUSR, pid, DR(3), -8L), EINVAL);
	ERR(PT(PTRACE_POKEUSR, pid, DR(4), 0), EIO);
	ERR(PT(PTRACE_POKEUSR, pid, DR(7), 0x20001), EINVAL); /* a port */
	ERR(PT(PTRACE_POKEUSR, pid, DR(7), 0x40001), EINVAL); /* code of two bytes */
	/* 0: code, 1: 8 bytes written, 2: 8 bytes read or written */
	OK(PT(PTRACE_POKEUSR, pid, DR(7), 0xb900015));
	EQ(peek(pid, 7), 0xb900015);
	EQ(peek(pid, 1), &watched[0]);
	ERR(PT(PTRACE_POKEUSR, pid, DR(1), (char *)&watched[0] + 1), EINVAL);
	hit(pid, 1);
	hit(pid, 2);
	hit(pid, 2);
	hit(pid, 0);
	EQ(regs_of(pid).rip, (unsigned long)code);
	EQ(resume_quietly(pid), STOP(SIGTRAP)); /* the exec */
	EQ(peek(pid, 7), 0);
	EQ(resume_quietly(pid), 6 << 8);
	return 0;
}
