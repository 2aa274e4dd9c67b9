/*
 * PTRACE_ATTACH stops a running process and makes the caller its parent for wait; after a detach
 * its own parent waits for it again. The tracer must be allowed to.
 */
#include "ptrace/tracee.h"

static void sleeper(void)
{
	for (;;)
		pause();
}

/* A process of another parent than this one: its parent ends with 0 if it sees @want. */
static pid_t grandchild(int want, pid_t *parent)
{
	int p[2], status;
	pid_t pid;

	OK(pipe(p));
	*parent = OK(fork());
	if (!*parent) {
		pid = OK(fork());
		if (!pid)
			sleeper();
		EQ(write(p[1], &pid, sizeof(pid)), sizeof(pid));
		EQ(waitpid(pid, &status, 0), pid);
		_exit(status == want ? 0 : 1);
	}
	EQ(read(p[0], &pid, sizeof(pid)), sizeof(pid));
	close(p[0]);
	close(p[1]);
	return pid;
}

static void as_nobody(void)
{
	pid_t parent = getppid();

	become_nobody();
	ERR(PT(PTRACE_ATTACH, parent, 0, 0), EPERM);
	ERR(PT(PTRACE_SEIZE, parent, 0, 0), EPERM);
}

int main(void)
{
	struct user_regs_struct r;
	int status;
	pid_t pid, parent;

	/* Who is no tracee, and who cannot be one. */
	pid = OK(fork());
	if (!pid)
		sleeper();
	ERR(PT(PTRACE_GETREGS, pid, 0, &r), ESRCH);
	ERR(PT(PTRACE_CONT, pid, 0, 0), ESRCH);
	ERR(PT(PTRACE_KILL, pid, 0, 0), ESRCH);
	ERR(PT(PTRACE_CONT, 0x7fffffff, 0, 0), ESRCH);
	ERR(PT(PTRACE_ATTACH, getpid(), 0, 0), EPERM);
	ERR(PT(PTRACE_ATTACH, 0, 0, 0), ESRCH);
	ERR(PT(PTRACE_ATTACH, 0x7fffffff, 0, 0), ESRCH);
	ERR(PT(PTRACE_SEIZE, pid, 8, 0), EIO);
	ERR(PT(PTRACE_SEIZE, pid, 0, 1 << 30), EIO);
	EQ(in_child(as_nobody), 0);
	until_state(pid, 'S');

	/* A child of one's own. */
	OK(PT(PTRACE_ATTACH, pid, 0, 0));
	ERR(PT(PTRACE_ATTACH, pid, 0, 0), EPERM);
	EQ(next_status(pid), STOP(SIGSTOP));
	r = regs_of(pid);
	EQ(r.orig_rax, SYS_pause);
	ERR(PT(12345, pid, 0, 0), EIO);
	ERR(PT(PTRACE_DETACH, pid, 0, 65), EIO);
	OK(PT(PTRACE_DETACH, pid, 0, 0));
	ERR(PT(PTRACE_GETREGS, pid, 0, &r), ESRCH);
	EQ(tracer_of(pid), 0);
	until_state(pid, 'S'); /* pause() has begun again */
	/* Detached with a signal. */
	OK(PT(PTRACE_ATTACH, pid, 0, 0));
	EQ(next_status(pid), STOP(SIGSTOP));
	OK(PT(PTRACE_DETACH, pid, 0, SIGTERM));
	EQ(next_status(pid), SIGTERM);

	/* Another's child: the tracer is the first to wait for it. */
	pid = grandchild(SIGKILL, &parent);
	OK(PT(PTRACE_ATTACH, pid, 0, 0));
	EQ(next_status(pid), STOP(SIGSTOP));
	EQ(tracer_of(pid), getpid());
	OK(kill(pid, SIGKILL));
	sleep_ms(20);
	EQ(waitpid(parent, &status, WNOHANG), 0);
	EQ(next_status(pid), SIGKILL);
	EQ(next_status(parent), 0);
	pid = grandchild(SIGTERM, &parent);
	OK(PT(PTRACE_ATTACH, pid, 0, 0));
	EQ(next_status(pid), STOP(SIGSTOP));
	OK(PT(PTRACE_DETACH, pid, 0, 0));
	OK(kill(pid, SIGTERM));
	EQ(next_status(parent), 0);
	ERR(waitpid(pid, &status, 0), ECHILD);

	/* A stopped process becomes a tracee at once; detached, it is still stopped. */
	pid = OK(fork());
	if (!pid)
		sleeper();
	OK(kill(pid, SIGSTOP));
	EQ(waitpid(pid, &status, WUNTRACED), pid);
	EQ(state_of(pid), 'T');
	OK(PT(PTRACE_ATTACH, pid, 0, 0));
	EQ(next_status(pid), STOP(SIGSTOP));
	EQ(state_of(pid), 't');
	OK(PT(PTRACE_DETACH, pid, 0, 0));
	until_state(pid, 'T');
	OK(kill(pid, SIGCONT));
	OK(kill(pid, SIGKILL));
	EQ(next_status(pid), SIGKILL);
	return 0;
}
