/*
 * PTRACE_SEIZE does not stop its tracee; PTRACE_INTERRUPT does. The stop of a process can be told
 * from a signal, and with PTRACE_LISTEN it lasts until SIGCONT. Without seizing these fail.
 */
#include "ptrace/tracee.h"

#define STOPPED_BY(sig) (PTRACE_EVENT_STOP << 16 | (sig) << 8 | 0x7f)

static void handler(int sig) { (void)sig; }

static void sleeper(void)
{
	signal(SIGUSR1, handler);
	for (;;)
		pause();
}

int main(void)
{
	int status;
	siginfo_t info;
	pid_t pid = OK(fork());

	if (!pid)
		sleeper();
	until_state(pid, 'S');
	OK(PT(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACESYSGOOD));
	EQ(waitpid(pid, &status, WNOHANG), 0);
	until_state(pid, 'S');
	ERR(PT(PTRACE_GETEVENTMSG, pid, 0, &status), ESRCH);
	OK(PT(PTRACE_INTERRUPT, pid, 0, 0));
	EQ(next_status(pid), STOPPED_BY(SIGTRAP));
	OK(PT(PTRACE_GETSIGINFO, pid, 0, &info));
	EQ(info.si_code, SIGTRAP | PTRACE_EVENT_STOP << 8);
	/* The interrupted call begins again. */
	EQ(resume(PTRACE_SYSCALL, pid, 0), SYSCALL_STOP);
	EQ(regs_of(pid).orig_rax, SYS_pause);
	OK(PT(PTRACE_CONT, pid, 0, 0));
	/* A stop of the process: first the signal, then the stop. */
	OK(kill(pid, SIGSTOP));
	EQ(next_status(pid), STOP(SIGSTOP));
	EQ(resume(PTRACE_CONT, pid, SIGSTOP), STOPPED_BY(SIGSTOP));
	OK(PT(PTRACE_LISTEN, pid, 0, 0));
	until_state(pid, 't');
	EQ(waitpid(pid, &status, WNOHANG | __WALL), 0);
	ERR(PT(PTRACE_CONT, pid, 0, 0), ESRCH);
	OK(kill(pid, SIGCONT));
	EQ(next_status(pid), STOPPED_BY(SIGTRAP));
	EQ(resume(PTRACE_CONT, pid, 0), STOP(SIGCONT));
	OK(PT(PTRACE_CONT, pid, 0, SIGCONT));
	/* PTRACE_INTERRUPT ends PTRACE_LISTEN, too. */
	OK(kill(pid, SIGSTOP));
	EQ(next_status(pid), STOP(SIGSTOP));
	EQ(resume(PTRACE_CONT, pid, SIGSTOP), STOPPED_BY(SIGSTOP));
	OK(PT(PTRACE_LISTEN, pid, 0, 0));
	OK(PT(PTRACE_INTERRUPT, pid, 0, 0));
	EQ(next_status(pid), STOPPED_BY(SIGSTOP));
	kill_tracee(pid);
	/* PTRACE_LISTEN is only for such a stop; both need a seized task. */
	pid = tracee(sleeper);
	ERR(PT(PTRACE_INTERRUPT, pid, 0, 0), EIO);
	ERR(PT(PTRACE_LISTEN, pid, 0, 0), EIO);
	kill_tracee(pid);
	/* The child of a seized task reports that it begins. */
	pid = OK(fork());
	if (!pid) {
		while (!tracer_of(getpid()))
			sleep_ms(1);
		if (!fork())
			_exit(9);
		sleeper();
	}
	OK(PT(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACEFORK));
	EQ(next_status(pid), EVENT(PTRACE_EVENT_FORK));
	pid_t new = event_message(pid);
	EQ(next_status(new), STOPPED_BY(SIGTRAP));
	EQ(resume(PTRACE_CONT, new, 0), 9 << 8);
	kill_tracee(pid);
	return 0;
}
