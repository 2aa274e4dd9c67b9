/*
 * A set-user-ID program gains nothing if its tracer could not gain that itself; if the tracer has
 * CAP_SYS_PTRACE it does. A process of another user, or one that is not dumpable, cannot be traced.
 */
#include "ptrace/tracee.h"
#include <sys/prctl.h>

#define PROGRAM "/tmp/setuid.program"

static void exec_it(void)
{
	char *argv[] = {PROGRAM, "uid", NULL};

	execv(PROGRAM, argv);
	_exit(99);
}

static void as_user(void) /* the tracer is nobody, too */
{
	pid_t pid;

	become_nobody();
	pid = tracee(exec_it);
	EQ(resume(PTRACE_CONT, pid, 0), STOP(SIGTRAP));
	EQ(resume(PTRACE_CONT, pid, 0), 2 << 8);
}

static void under_root(void)
{
	become_nobody();
	exec_it();
}

static void untraced(void)
{
	become_nobody();
	exec_it();
}

static void hidden(void)
{
	pid_t pid;

	become_nobody();
	OK(prctl(PR_SET_DUMPABLE, 1));
	pid = OK(fork());
	if (!pid) {
		OK(prctl(PR_SET_DUMPABLE, 0));
		for (;;)
			pause();
	}
	until_state(pid, 'S');
	ERR(PT(PTRACE_ATTACH, pid, 0, 0), EPERM);
	kill_tracee(pid);
}

int main(int argc, char **argv)
{
	pid_t pid;

	if (argc > 1)
		_exit(!strcmp(argv[1], "uid") ? (geteuid() ? 2 : 1) : 98);
	copy_self(PROGRAM, 04755);
	EQ(in_child(untraced), 1 << 8);
	EQ(in_child(as_user), 0);
	pid = tracee(under_root);
	EQ(resume(PTRACE_CONT, pid, 0), STOP(SIGTRAP));
	EQ(resume(PTRACE_CONT, pid, 0), 1 << 8);
	EQ(in_child(hidden), 0);
	unlink(PROGRAM);
	return 0;
}
