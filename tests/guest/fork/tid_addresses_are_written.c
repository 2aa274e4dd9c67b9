/*
 * CLONE_PARENT_SETTID, CLONE_CHILD_SETTID write the tid, CLONE_CHILD_CLEARTID clears and wakes the
 * futex.
 */
#include "check.h"
#include <linux/futex.h>
#include <sched.h>

static char stack[65536] __attribute__((aligned(16)));
static volatile int parent_tid, child_tid, seen;

static int child(void *arg)
{
	(void)arg;
	seen = child_tid;
	sleep_ms(30);
	return 0;
}

int main(void)
{
	int status;
	int pid = OK(clone(child, stack + sizeof(stack),
			   CLONE_VM | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID |
				   CLONE_CHILD_CLEARTID | SIGCHLD,
			   NULL, &parent_tid, NULL, &child_tid));

	EQ(parent_tid, pid);
	while (!seen)
		sleep_ms(1);
	while (child_tid)
		syscall(SYS_futex, &child_tid, FUTEX_WAIT, pid, NULL, NULL, 0);
	EQ(seen, pid);
	EQ(waitpid(pid, &status, 0), pid);
	EQ(status, 0);
	EQ(syscall(SYS_set_tid_address, &child_tid), getpid());
	return 0;
}
