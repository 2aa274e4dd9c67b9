/* Nobody may signal his own processes only; SIGCONT inside the session passes; kill's errors. */
#include "check.h"

static pid_t root_child;

static void as_nobody(void)
{
	become_nobody();
	ERR(kill(1, 0), EPERM);
	ERR(kill(root_child, SIGTERM), EPERM);
	OK(kill(root_child, SIGCONT));
	ERR(kill(99999, 0), ESRCH);
	ERR(kill(getpid(), 65), EINVAL);
	ERR(kill(-99999, SIGTERM), ESRCH);
	pid_t pid = OK(fork());
	if (!pid)
		for (;;)
			pause();
	OK(kill(pid, SIGKILL));
	EQ(waitpid(pid, NULL, 0), pid);
}

int main(void)
{
	root_child = OK(fork());
	if (!root_child)
		for (;;)
			pause();
	EQ(in_child(as_nobody), 0);
	OK(kill(root_child, SIGKILL));
	EQ(waitpid(root_child, NULL, 0), root_child);
	ERR(syscall(SYS_tgkill, getpid(), 1, 0), ESRCH);
	ERR(syscall(SYS_tgkill, 0, 1, 0), EINVAL);
	return 0;
}
