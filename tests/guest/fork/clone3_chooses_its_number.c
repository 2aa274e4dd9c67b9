/* SPDX-License-Identifier: MIT */
/* clone3()'s set_tid: the child has the chosen number, if it is free and the caller may choose. */
#include "check.h"
#include <linux/sched.h>

static pid_t chosen[2];
static struct clone_args args = {.exit_signal = SIGCHLD};

static long clone3(pid_t pid, unsigned long size)
{
	chosen[0] = pid;
	args.set_tid = (unsigned long)chosen;
	args.set_tid_size = size;
	return syscall(SYS_clone3, &args, sizeof(args));
}

static void as_nobody(void)
{
	become_nobody();
	ERR(clone3(31000, 1), EPERM);
	ERR(clone3(40000, 1), EINVAL);
}

int main(void)
{
	int status;
	pid_t pid, next;

	ERR(clone3(0, 1), EINVAL);
	ERR(clone3(-5, 1), EINVAL);
	ERR(clone3(proc_number("/proc/self/status", "Pid"), 1), EEXIST);
	ERR(clone3(1, 1), EEXIST);
	ERR(clone3(1 << 23, 1), EINVAL);
	ERR(clone3(31000, 2), EINVAL);
	ERR(clone3(31000, 33), EINVAL);
	ERR(clone3(31000, 0), EINVAL);
	args.set_tid = 0;
	args.set_tid_size = 1;
	ERR(syscall(SYS_clone3, &args, sizeof(args)), EINVAL);
	args.set_tid = 8;
	ERR(syscall(SYS_clone3, &args, sizeof(args)), EFAULT);
	EQ(in_child(as_nobody), 0);

	next = OK(fork());
	if (!next)
		_exit(0);
	EQ(waitpid(next, &status, 0), next);
	pid = OK(clone3(31000, 1));
	if (!pid)
		_exit(getpid() == 31000 && (long)syscall(SYS_gettid) == 31000 ? 7 : 1);
	EQ(pid, 31000);
	EQ(waitpid(pid, &status, 0), pid);
	EQ(status, 7 << 8);
	/* The number may be used again, and the others go on where they were. */
	pid = OK(clone3(31000, 1));
	if (!pid)
		_exit(0);
	EQ(waitpid(pid, &status, 0), 31000);
	pid = OK(fork());
	if (!pid)
		_exit(0);
	EQ(pid > next && pid < next + 10, 1);
	EQ(waitpid(pid, &status, 0), pid);
	return 0;
}
