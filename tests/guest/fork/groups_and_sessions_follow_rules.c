/* setpgid() and setsid(): who may move whom. */
#include "check.h"

static void fresh_leader(void)
{
	OK(setsid());
	EQ(getsid(0), getpid());
	EQ(getpgrp(), getpid());
	ERR(setsid(), EPERM);
	ERR(setpgid(0, 0), EPERM);
}

static void group_leader(void)
{
	OK(setpgid(0, 0));
	EQ(getpgrp(), getpid());
	ERR(setsid(), EPERM);
	pid_t pid = OK(fork());
	if (!pid) {
		sleep_ms(60);
		_exit(0);
	}
	EQ(getpgid(pid), getpid());
	OK(setpgid(pid, pid));
	EQ(getpgid(pid), pid);
	OK(setpgid(pid, getpid()));
	ERR(setpgid(pid, 99999), EPERM);
	ERR(setpgid(pid, -1), EINVAL);
	ERR(setpgid(1, getpid()), ESRCH);
	EQ(waitpid(pid, NULL, 0), pid);
}

int main(void)
{
	EQ(in_child(fresh_leader), 0);
	EQ(in_child(group_leader), 0);
	ERR(getpgid(99999), ESRCH);
	ERR(getsid(99999), ESRCH);
	return 0;
}
