/* SIGCHLD carries CLD_EXITED or CLD_KILLED with status; SA_NOCLDSTOP keeps it silent for stops. */
#include "check.h"

static siginfo_t got;
static volatile int count;

static void handler(int sig, siginfo_t *info, void *context)
{
	(void)sig, (void)context;
	got = *info;
	count++;
}

static void expect(pid_t pid, int code, int status)
{
	sigset_t none;

	sigemptyset(&none);
	while (!count)
		sigsuspend(&none);
	EQ(got.si_code, code);
	EQ(got.si_pid, pid);
	EQ(got.si_status, status);
	count = 0;
}

int main(void)
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	OK(sigprocmask(SIG_BLOCK, &set, NULL));
	OK(sigaction(SIGCHLD, &sa, NULL));
	pid_t pid = OK(fork());
	if (!pid) {
		raise(SIGSTOP);
		_exit(9);
	}
	expect(pid, CLD_STOPPED, SIGSTOP);
	sa.sa_flags |= SA_NOCLDSTOP;
	OK(sigaction(SIGCHLD, &sa, NULL));
	OK(kill(pid, SIGCONT));
	expect(pid, CLD_EXITED, 9);
	EQ(waitpid(pid, NULL, 0), pid);
	pid = OK(fork());
	if (!pid)
		raise(SIGTERM);
	expect(pid, CLD_KILLED, SIGTERM);
	return 0;
}
