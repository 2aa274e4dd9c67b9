/*
 * nice values are cut to -20..19; nobody may only go down; getpriority() finds none: ESRCH.
 * Of a group or a user it returns the highest priority.
 */
#include "check.h"

static void as_nobody(void)
{
	become_nobody();
	OK(setpriority(PRIO_PROCESS, 0, 10));
	ERR(setpriority(PRIO_PROCESS, 0, 5), EACCES);
	ERR(setpriority(PRIO_PROCESS, 1, 5), EPERM);
}

/* A group of two tasks, and a user with one. */
static void many(void)
{
	int p[2], end[2];
	pid_t child;

	OK(setpgid(0, 0));
	OK(pipe(p));
	OK(pipe(end));
	child = fork();
	if (!child) {
		OK(close(end[1]));
		OK(setpriority(PRIO_PROCESS, 0, 7));
		OK(setresuid(4711, 4711, 4711));
		OK(write(p[1], "x", 1));
		read(end[0], p, 1); /* until the parent has ended, which may not kill it then */
		_exit(0);
	}
	EQ(read(p[0], p, 1), 1);
	EQ(getpriority(PRIO_PGRP, 0), 0);
	EQ(getpriority(PRIO_USER, 4711), 7);
	OK(setpriority(PRIO_PGRP, getpgrp(), 4));
	EQ(getpriority(PRIO_PROCESS, child), 4);
	EQ(getpriority(PRIO_PGRP, 0), 4);
	OK(setpriority(PRIO_USER, 4711, 9));
	EQ(getpriority(PRIO_PROCESS, child), 9);
	ERR(getpriority(PRIO_USER, 4712), ESRCH);
	ERR(setpriority(PRIO_PGRP, child, 4), ESRCH);
	OK(setresuid(NOBODY, NOBODY, NOBODY));
	ERR(setpriority(PRIO_USER, 4711, 10), EPERM);
	ERR(setpriority(PRIO_PGRP, 0, 11), EPERM);
	EQ(getpriority(PRIO_PROCESS, 0), 11);
	EQ(getpriority(PRIO_USER, 0), 11);
}

int main(void)
{
	EQ(getpriority(PRIO_PROCESS, 0), 0);
	OK(setpriority(PRIO_PROCESS, 0, 100));
	EQ(getpriority(PRIO_PROCESS, 0), 19);
	OK(setpriority(PRIO_PROCESS, 0, -100));
	EQ(syscall(SYS_getpriority, PRIO_PROCESS, 0), 40);
	OK(setpriority(PRIO_PROCESS, 0, 0));
	ERR(getpriority(PRIO_PROCESS, 99999), ESRCH);
	ERR(getpriority(3, 0), EINVAL);
	EQ(in_child(as_nobody), 0);
	EQ(in_child(many), 0);
	return 0;
}
