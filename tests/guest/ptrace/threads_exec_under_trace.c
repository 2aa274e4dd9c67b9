/*
 * A thread of a traced process execs: the tracer waits for the threads that end, and the event has
 * the number that the thread had before. Then it has that of the process.
 */
#include "ptrace/tracee.h"
#include <pthread.h>

static void *sleeping_thread(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void *exec_thread(void *arg)
{
	sleep_ms(50);
	EXEC_SELF("exits");
	return arg;
}

static void child(void)
{
	pthread_t t;

	pthread_create(&t, NULL, sleeping_thread, NULL);
	pthread_create(&t, NULL, exec_thread, NULL);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	struct user_regs_struct r;
	pid_t pid, sleeping, execs, seen = 0;
	int status;

	if (argc > 1)
		_exit(!strcmp(argv[1], "exits") ? 6 : 1);
	pid = tracee(child);
	OK(PT(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC));
	EQ(resume(PTRACE_CONT, pid, 0), EVENT(PTRACE_EVENT_CLONE));
	sleeping = event_message(pid);
	EQ(next_status(sleeping), STOP(SIGSTOP));
	OK(PT(PTRACE_CONT, sleeping, 0, 0));
	EQ(resume(PTRACE_CONT, pid, 0), EVENT(PTRACE_EVENT_CLONE));
	execs = event_message(pid);
	EQ(next_status(execs), STOP(SIGSTOP));
	EQ(tracer_of(execs), getpid());
	OK(PT(PTRACE_CONT, pid, 0, 0));
	OK(PT(PTRACE_CONT, execs, 0, 0));
	while ((seen = OK(waitpid(-1, &status, __WALL))) == sleeping)
		EQ(status, 0);
	EQ(seen, pid);
	EQ(status, EVENT(PTRACE_EVENT_EXEC));
	EQ(event_message(pid), execs);
	ERR(PT(PTRACE_GETREGS, execs, 0, &r), ESRCH);
	OK(PT(PTRACE_GETREGS, pid, 0, &r));
	EQ(r.orig_rax, SYS_execve);
	EQ(r.rax, -ENOSYS);
	EQ(resume(PTRACE_CONT, pid, 0), 6 << 8);
	ERR(waitpid(-1, &status, __WALL | WNOHANG), ECHILD);
	return 0;
}
