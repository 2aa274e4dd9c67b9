/* SPDX-License-Identifier: MIT */
/* Parent and child in the small programs of the labs: fork, wait, and taking turns. */
#ifndef FAMILY_H
#define FAMILY_H

#include <pages.h>

static inline long fork_child(void)
{
	long pid = syscall0(__NR_fork);

	if (pid < 0)
		say("fork failed: errno %d\n", -pid);
	if (pid == 0)
		pagemap_fd = -1; /* the parent's shows the parent */
	return pid;
}

static inline __attribute__((noreturn)) void end(int status)
{
	syscall1(__NR_exit_group, status);
	__builtin_unreachable();
}

/* Waits for @pid; says so if it did not end with 0. */
static inline void wait_for(long pid)
{
	int status = -1;

	if (syscall4(__NR_wait4, pid, &status, 0, NULL) != pid)
		say("wait failed\n");
	else if (status & 0x7f)
		say("the child was killed by signal %d\n", (unsigned long)(status & 0x7f));
	else if (status)
		say("the child ended with %d\n", (unsigned long)(status >> 8));
}

/* Two pipes: one side waits in await_turn until the other calls give_turn. */
static int turns[2][2];

static inline void make_turns(void)
{
	syscall1(__NR_pipe, turns[0]);
	syscall1(__NR_pipe, turns[1]);
}

static inline void give_turn(int to_child) { syscall3(__NR_write, turns[to_child][1], "x", 1); }

static inline void await_turn(int is_child)
{
	static char c;

	syscall3(__NR_read, turns[is_child][0], &c, 1);
}

#endif
