/*
 * With the options of PTRACE_SETOPTIONS a tracee stops at fork, vfork, clone, exec and exit; the
 * message is the child, the old thread or the status. New children are traced too.
 */
#include "ptrace/tracee.h"
#include <sched.h>

static char stack[65536];

static int clone_child(void *arg)
{
	(void)arg;
	return 5;
}

static void child(void)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(3);
	EQ(waitpid(pid, &status, 0), pid);
	pid = vfork();
	if (!pid)
		_exit(4);
	EQ(waitpid(pid, &status, 0), pid);
	pid = OK(clone(clone_child, stack + sizeof(stack), CLONE_VM, NULL));
	EQ(waitpid(pid, &status, __WCLONE), pid);
	EXEC_SELF("exits");
}

/* The first stop of a new tracee, which then runs to its exit with @code. */
static void new_child(pid_t pid, int code)
{
	EQ(next_status(pid), STOP(SIGSTOP));
	EQ(tracer_of(pid), getpid());
	EQ(resume(PTRACE_CONT, pid, 0), EVENT(PTRACE_EVENT_EXIT));
	EQ(event_message(pid), code << 8);
	EQ(resume(PTRACE_CONT, pid, 0), code << 8);
}

/* Continues over the SIGCHLD of a child that has ended. */
static int resume_after(pid_t pid)
{
	int status = resume(PTRACE_CONT, pid, 0);

	if (status == STOP(SIGCHLD))
		status = resume(PTRACE_CONT, pid, SIGCHLD);
	return status;
}

int main(int argc, char **argv)
{
	siginfo_t info;
	pid_t pid, new;

	if (argc > 1)
		_exit(!strcmp(argv[1], "exits") ? 6 : 1);
	pid = tracee(child);
	OK(PT(PTRACE_SETOPTIONS, pid, 0,
	      PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |
		      PTRACE_O_TRACEVFORKDONE | PTRACE_O_TRACEEXIT));
	EQ(resume(PTRACE_CONT, pid, 0), EVENT(PTRACE_EVENT_FORK));
	OK(PT(PTRACE_GETSIGINFO, pid, 0, &info));
	EQ(info.si_signo, SIGTRAP);
	EQ(info.si_code, SIGTRAP | PTRACE_EVENT_FORK << 8);
	EQ(info.si_pid, pid);
	new_child(event_message(pid), 3);
	EQ(resume_after(pid), EVENT(PTRACE_EVENT_VFORK));
	new = event_message(pid);
	EQ(next_status(new), STOP(SIGSTOP));
	OK(PT(PTRACE_CONT, pid, 0, 0));
	EQ(resume(PTRACE_CONT, new, 0), EVENT(PTRACE_EVENT_EXIT));
	EQ(resume(PTRACE_CONT, new, 0), 4 << 8);
	EQ(next_status(pid), EVENT(PTRACE_EVENT_VFORK_DONE));
	EQ(event_message(pid), new);
	EQ(resume_after(pid), EVENT(PTRACE_EVENT_CLONE));
	new_child(event_message(pid), 5);
	EQ(resume_after(pid), EVENT(PTRACE_EVENT_EXEC));
	EQ(event_message(pid), pid);
	EQ(resume(PTRACE_CONT, pid, 0), EVENT(PTRACE_EVENT_EXIT));
	EQ(event_message(pid), 6 << 8);
	EQ(resume(PTRACE_CONT, pid, 0), 6 << 8);
	/* Without the option an exec ends with SIGTRAP. */
	pid = tracee(child);
	do
		new = resume(PTRACE_CONT, pid, 0);
	while (new == STOP(SIGCHLD));
	EQ(new, STOP(SIGTRAP));
	OK(PT(PTRACE_GETSIGINFO, pid, 0, &info));
	EQ(info.si_code, SI_USER);
	EQ(resume(PTRACE_CONT, pid, 0), 6 << 8);
	return 0;
}
