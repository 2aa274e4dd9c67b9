/*
 * A tracee stops before each signal, even one that it ignores; the tracer lets it through, drops it
 * or sends another one. wait reports each stop once.
 */
#include "ptrace/tracee.h"

static volatile int got;

static void note(int sig, siginfo_t *info, void *context)
{
	(void)context;
	got = sig * 1000 + (info->si_code == SI_USER && info->si_pid == getppid());
}

static void child(void)
{
	struct sigaction sa = {.sa_sigaction = note, .sa_flags = SA_SIGINFO};

	OK(sigaction(SIGUSR1, &sa, NULL));
	OK(sigaction(SIGUSR2, &sa, NULL));
	signal(SIGHUP, SIG_IGN);
	OK(raise(SIGUSR1));
	EQ(got, SIGUSR1 * 1000); /* passed on: from itself */
	got = 0;
	OK(raise(SIGUSR1));
	EQ(got, 0); /* dropped */
	OK(raise(SIGUSR1));
	EQ(got, SIGUSR2 * 1000 + 1); /* replaced: from the tracer */
	OK(raise(SIGHUP));
	_exit(7);
}

int main(void)
{
	int status;
	siginfo_t info;
	pid_t pid = tracee(child);

	EQ(state_of(pid), 't');
	EQ(tracer_of(pid), getpid());
	EQ(waitpid(pid, &status, WNOHANG), 0);
	EQ(resume(PTRACE_CONT, pid, 0), STOP(SIGUSR1));
	OK(PT(PTRACE_GETSIGINFO, pid, 0, &info));
	EQ(info.si_signo, SIGUSR1);
	EQ(info.si_code, SI_TKILL);
	EQ(info.si_pid, pid);
	EQ(resume(PTRACE_CONT, pid, SIGUSR1), STOP(SIGUSR1));
	EQ(resume(PTRACE_CONT, pid, 0), STOP(SIGUSR1));
	EQ(resume(PTRACE_CONT, pid, SIGUSR2), STOP(SIGHUP));
	ERR(PT(PTRACE_CONT, pid, 0, 65), EIO);
	OK(PT(PTRACE_CONT, pid, 0, SIGHUP));
	memset(&info, 0, sizeof(info));
	OK(waitid(P_PID, pid, &info, WEXITED));
	EQ(info.si_code, CLD_EXITED);
	EQ(info.si_status, 7);
	pid = tracee(child);
	OK(kill(pid, SIGTERM));
	EQ(resume(PTRACE_CONT, pid, 0), STOP(SIGTERM));
	memset(&info, 0, sizeof(info));
	OK(PT(PTRACE_CONT, pid, 0, SIGTERM));
	OK(waitid(P_PID, pid, &info, WEXITED));
	EQ(info.si_code, CLD_KILLED);
	EQ(info.si_status, SIGTERM);
	/* A stop is CLD_TRAPPED to waitid, and to the handler of SIGCHLD. */
	pid = tracee(child);
	OK(PT(PTRACE_CONT, pid, 0, 0));
	OK(waitid(P_PID, pid, &info, WSTOPPED | WNOWAIT));
	EQ(info.si_code, CLD_TRAPPED);
	EQ(info.si_status, SIGUSR1);
	EQ(next_status(pid), STOP(SIGUSR1));
	kill_tracee(pid);
	return 0;
}
