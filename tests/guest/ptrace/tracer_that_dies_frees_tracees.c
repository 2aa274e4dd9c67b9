/*
 * Tracees of a tracer that ends go on, or are killed with PTRACE_O_EXITKILL. A tracee that is
 * killed while it is stopped ends at once, and its tracer can wait for it.
 */
#include "ptrace/tracee.h"

static void sleeper(void)
{
	for (;;)
		pause();
}

/* A tracer attaches to @pid with @options, and ends. */
static void trace_and_end(pid_t pid, long options)
{
	pid_t tracer = OK(fork());

	if (!tracer) {
		OK(PT(PTRACE_ATTACH, pid, 0, 0));
		EQ(next_status(pid), STOP(SIGSTOP));
		OK(PT(PTRACE_SETOPTIONS, pid, 0, options));
		_exit(0);
	}
	EQ(next_status(tracer), 0);
}

int main(void)
{
	int status;
	siginfo_t info;
	struct user_regs_struct r;
	pid_t pid = OK(fork());

	if (!pid)
		sleeper();
	trace_and_end(pid, 0);
	EQ(tracer_of(pid), 0);
	until_state(pid, 'S');
	EQ(waitpid(pid, &status, WNOHANG), 0);
	trace_and_end(pid, PTRACE_O_EXITKILL);
	EQ(next_status(pid), SIGKILL);

	pid = tracee(sleeper);
	OK(kill(pid, SIGKILL));
	OK(waitid(P_PID, pid, &info, WEXITED | WNOWAIT));
	EQ(info.si_code, CLD_KILLED);
	ERR(PT(PTRACE_GETREGS, pid, 0, &r), ESRCH);
	ERR(PT(PTRACE_CONT, pid, 0, 0), ESRCH);
	EQ(next_status(pid), SIGKILL);
	ERR(PT(PTRACE_CONT, pid, 0, 0), ESRCH);
	/* PTRACE_KILL, of one that runs and of one that is stopped. */
	pid = tracee(sleeper);
	OK(PT(PTRACE_KILL, pid, 0, 0));
	EQ(next_status(pid), SIGKILL);
	pid = tracee(sleeper);
	OK(PT(PTRACE_CONT, pid, 0, 0));
	OK(PT(PTRACE_KILL, pid, 0, 0));
	EQ(next_status(pid), SIGKILL);
	/* The exit of a killed tracee is an event, too. */
	pid = tracee(sleeper);
	OK(PT(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACEEXIT));
	OK(PT(PTRACE_CONT, pid, 0, 0));
	OK(kill(pid, SIGKILL));
	EQ(next_status(pid), EVENT(PTRACE_EVENT_EXIT));
	EQ(event_message(pid), SIGKILL);
	EQ(resume(PTRACE_CONT, pid, 0), SIGKILL);
	return 0;
}
