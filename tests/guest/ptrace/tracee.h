/* SPDX-License-Identifier: MIT */
/* What the tests of ptrace share: tracees, their stops, and one request a line. */
#ifndef TRACEE_H
#define TRACEE_H

#include "check.h"
#include <asm/ptrace-abi.h>
#include <elf.h>
#include <linux/ptrace.h>
#include <stddef.h>
#include <sys/uio.h>
#include <sys/user.h>

/* The system call itself: glibc's ptrace stores what PEEK reads. */
#define PT(request, pid, addr, data) \
	syscall(SYS_ptrace, (long)(request), (long)(pid), (long)(addr), (long)(data))

/* A child that runs fn(), traced from its first instruction on: it has stopped with SIGSTOP. */
static inline pid_t tracee(void (*fn)(void))
{
	int status;
	pid_t pid = OK(fork());

	if (!pid) {
		OK(PT(PTRACE_TRACEME, 0, 0, 0));
		raise(SIGSTOP);
		fn();
		_exit(0);
	}
	EQ(waitpid(pid, &status, 0), pid);
	EQ(status, SIGSTOP << 8 | 0x7f);
	return pid;
}

/* Waits for the next stop or the end of @pid, a process or thread. */
static inline int next_status(pid_t pid)
{
	int status = 0;

	EQ(waitpid(pid, &status, __WALL), pid);
	return status;
}

/* The status of a stop by @sig, or by an event. */
#define STOP(sig)    ((sig) << 8 | 0x7f)
#define EVENT(event) ((event) << 16 | SIGTRAP << 8 | 0x7f)
#define SYSCALL_STOP STOP(SIGTRAP | 0x80)

/* Continues @pid by @request with @sig, and waits. */
static inline int resume(int request, pid_t pid, int sig)
{
	OK(PT(request, pid, 0, sig));
	return next_status(pid);
}

static inline struct user_regs_struct regs_of(pid_t pid)
{
	struct user_regs_struct r;

	OK(PT(PTRACE_GETREGS, pid, 0, &r));
	return r;
}

static inline unsigned long event_message(pid_t pid)
{
	unsigned long message;

	OK(PT(PTRACE_GETEVENTMSG, pid, 0, &message));
	return message;
}

static inline void kill_tracee(pid_t pid)
{
	OK(kill(pid, SIGKILL));
	EQ(next_status(pid), SIGKILL);
}

/* Waits until @pid is in that state: 'S', it sleeps; 'T', it is stopped. */
static inline void until_state(pid_t pid, char state)
{
	while (state_of(pid) != state)
		sleep_ms(1);
}

static inline long tracer_of(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	return proc_number(path, "TracerPid");
}

#endif
