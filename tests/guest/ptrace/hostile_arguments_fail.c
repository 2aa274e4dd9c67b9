/*
 * Every request with bad pointers, numbers and registers fails, or has no effect; a tracee with
 * senseless registers gets a signal, and the kernel goes on.
 */
#include "ptrace/tracee.h"

static void child(void)
{
	for (;;)
		raise(SIGUSR1);
}

static const long values[] = {
	0,
	1,
	8,
	-1,
	-4096,
	4096,
	1L << 46,
	1L << 47,
	0x7fffffffe000,
	0x7ffffffff000,
	-(1L << 47),
	-(1L << 31),
	0x7fffffff,
	0x80000000,
	1L << 62,
	1L << 63,
};
#define NR (long)(sizeof(values) / sizeof(values[0]))

static int resumes(long request)
{
	return request == PTRACE_CONT || request == PTRACE_KILL || request == PTRACE_SINGLESTEP ||
	       request == PTRACE_DETACH || request == PTRACE_SYSCALL ||
	       (request >= PTRACE_SYSEMU && request <= 33);
}

/* Registers that no program has: the tracee ends by a signal, in a few steps. */
static void bad_register(size_t offset, unsigned long value)
{
	pid_t pid = tracee(child);
	int status = 0;

	if (PT(PTRACE_POKEUSR, pid, offset, value))
		EQ(errno, EIO);
	for (int i = 0; i < 4; i++) {
		status = resume(PTRACE_SINGLESTEP, pid, 0);
		if (!WIFSTOPPED(status))
			return;
	}
	kill_tracee(pid);
}

int main(void)
{
	static unsigned char random[8192];
	struct iovec ports;
	pid_t pid = tracee(child);

	for (long request = 0; request < 0x4220; request++) {
		if (request == 40)
			request = 0x41f0;
		if (resumes(request) || request == PTRACE_TRACEME || request == PTRACE_INTERRUPT)
			continue;
		for (int a = 0; a < NR; a++)
			for (int d = 0; d < NR; d++)
				if (request != PTRACE_POKEUSR && request != PTRACE_SETSIGMASK)
					PT(request, pid, values[a], values[d]);
	}
	for (int d = 0; d < NR; d++)
		if (values[d] < 0 || values[d] > 64)
			for (int r = 0; r < 40; r++)
				if (resumes(r) && r != PTRACE_KILL && r != PTRACE_DETACH)
					ERR(PT(r, pid, 0, values[d]), EIO);
	/* Registers from bytes that are not registers. */
	for (int round = 0; round < 200; round++) {
		struct iovec iov = {random, sizeof(random)};

		for (unsigned int i = 0; i < sizeof(random); i++)
			random[i] = rand() >> 8;
		PT(PTRACE_SETREGS, pid, 0, random);
		PT(PTRACE_SETFPREGS, pid, 0, random);
		memset(random + 24, 0, 8);
		PT(PTRACE_SETFPREGS, pid, 0, random);
		memset(random + 512, 0, 64);
		random[512] = 7;
		PT(PTRACE_SETREGSET, pid, NT_X86_XSTATE, &iov);
		iov.iov_len = sizeof(random);
		PT(PTRACE_SETREGSET, pid, NT_PRSTATUS, &iov);
		PT(PTRACE_SETSIGINFO, pid, 0, random);
	}
	ports = (struct iovec){random, 8};
	ERR(PT(PTRACE_GETREGSET, pid, 0x201, &ports), ENXIO); /* NT_386_IOPERM */
	ERR(PT(PTRACE_SETREGSET, pid, 0x201, &ports), EOPNOTSUPP);
	OK(kill(pid, SIGKILL));
	next_status(pid);
	for (size_t i = 0; i < sizeof(struct user_regs_struct) / 8; i++)
		for (int v = 1; v < NR; v++)
			if (v % 3 == (int)i % 3 || i >= 16)
				bad_register(i * 8, values[v]);
	return 0;
}
