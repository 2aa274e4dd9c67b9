/* SPDX-License-Identifier: MIT */
/* PTRACE_O_SUSPEND_SECCOMP is for those with CAP_SYS_ADMIN; an unknown option is found before. */
#include "check.h"
#include <sys/ptrace.h>

#define UNKNOWN 0x400000

static pid_t stopped_child(void)
{
	pid_t pid = fork();

	if (!pid) {
		OK(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
		raise(SIGSTOP);
		_exit(0);
	}
	EQ(waitpid(pid, NULL, 0), pid);
	return pid;
}

static void as_nobody(void)
{
	pid_t pid;

	become_nobody();
	pid = stopped_child();
	ERR(ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_SUSPEND_SECCOMP), EPERM);
	ERR(ptrace(PTRACE_SETOPTIONS, pid, NULL, UNKNOWN), EINVAL);
	OK(ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_EXITKILL));
	ERR(ptrace(PTRACE_SEIZE, getppid(), NULL, PTRACE_O_SUSPEND_SECCOMP), EPERM);
	ERR(ptrace(PTRACE_SEIZE, getppid(), NULL, UNKNOWN), EIO);
}

int main(void)
{
	pid_t pid = stopped_child();

	OK(ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_SUSPEND_SECCOMP | PTRACE_O_EXITKILL));
	EQ(in_child(as_nobody), 0);
	return 0;
}
