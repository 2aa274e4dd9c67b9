/* SPDX-License-Identifier: MIT */
/*
 * PTRACE_GET_RSEQ_CONFIGURATION tells where the restartable sequences of a thread are; after it is
 * unregistered, the address is 0.
 */
#include "ptrace/tracee.h"
#include <linux/rseq.h>

#ifndef PTRACE_GET_RSEQ_CONFIGURATION
#define PTRACE_GET_RSEQ_CONFIGURATION 0x420f
#endif

static struct rseq area;

static void child(void)
{
	OK(syscall(SYS_rseq, &area, 32, 0, 0x1234567));
	raise(SIGSTOP);
	OK(syscall(SYS_rseq, &area, 32, RSEQ_FLAG_UNREGISTER, 0x1234567));
	raise(SIGSTOP);
}

int main(int argc, char **argv)
{
	struct {
		uint64_t pointer;
		uint32_t size, signature, flags, pad;
	} c;
	int status;
	pid_t pid;

	if (argc == 1) { /* the C library must not register its own */
		setenv("GLIBC_TUNABLES", "glibc.pthread.rseq=0", 1);
		execl("/proc/self/exe", argv[0], "again", NULL);
		_exit(1);
	}
	pid = OK(fork());
	if (!pid) {
		PT(PTRACE_TRACEME, 0, 0, 0);
		child();
		_exit(0);
	}
	EQ(waitpid(pid, &status, 0), pid);
	memset(&c, 0x55, sizeof(c));
	EQ(PT(PTRACE_GET_RSEQ_CONFIGURATION, pid, sizeof(c), &c), 24);
	EQ(c.pointer, (uintptr_t)&area);
	EQ(c.size, 32);
	EQ(c.signature, 0x1234567);
	EQ(c.flags, 0);
	EQ(c.pad, 0);
	memset(&c, 0x55, sizeof(c));
	EQ(PT(PTRACE_GET_RSEQ_CONFIGURATION, pid, 8, &c), 24);
	EQ(c.pointer, (uintptr_t)&area);
	EQ(c.size, 0x55555555);
	EQ(PT(PTRACE_GET_RSEQ_CONFIGURATION, pid, 4000, &c), 24);
	ERR(PT(PTRACE_GET_RSEQ_CONFIGURATION, pid, 24, (void *)8), EFAULT);
	OK(PT(PTRACE_CONT, pid, 0, 0));
	EQ(waitpid(pid, &status, 0), pid);
	EQ(PT(PTRACE_GET_RSEQ_CONFIGURATION, pid, sizeof(c), &c), 24);
	EQ(c.pointer, 0);
	EQ(c.size, 32);
	EQ(c.signature, 0);
	OK(PT(PTRACE_KILL, pid, 0, 0));
	EQ(waitpid(pid, &status, 0), pid);
	return 0;
}
