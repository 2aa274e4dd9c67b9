/*
 * waitid(): code, status, pid and uid of each event; WNOWAIT leaves the child; no event zeroes
 * si_pid.
 */
#include "check.h"

static void expect(pid_t pid, int options, int code, int status)
{
	siginfo_t si = {0};

	EQ(waitid(P_PID, pid, &si, options), 0);
	EQ(si.si_signo, SIGCHLD);
	EQ(si.si_pid, pid);
	EQ(si.si_uid, 0);
	EQ(si.si_code, code);
	EQ(si.si_status, status);
}

int main(void)
{
	siginfo_t si;
	int fds[2];
	char byte;

	OK(pipe(fds));
	pid_t pid = OK(fork());
	if (!pid) {
		raise(SIGSTOP);
		EQ(read(fds[0], &byte, 1), 1);
		_exit(77);
	}
	expect(pid, WSTOPPED, CLD_STOPPED, SIGSTOP);
	memset(&si, 0xff, sizeof(si));
	EQ(waitid(P_PID, pid, &si, WEXITED | WNOHANG), 0);
	EQ(si.si_pid, 0);
	EQ(si.si_signo, 0);
	OK(kill(pid, SIGCONT));
	expect(pid, WCONTINUED, CLD_CONTINUED, SIGCONT);
	EQ(write(fds[1], "x", 1), 1);
	expect(pid, WEXITED | WNOWAIT, CLD_EXITED, 77);
	expect(pid, WEXITED, CLD_EXITED, 77);
	ERR(waitid(P_PID, pid, &si, WEXITED), ECHILD);
	pid = OK(fork());
	if (!pid)
		raise(SIGKILL);
	expect(pid, WEXITED, CLD_KILLED, SIGKILL);
	return 0;
}
