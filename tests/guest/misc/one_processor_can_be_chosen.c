/* sched_setaffinity() wants a set with a processor that is there; priorities have their ranges. */
#include "check.h"
#include <sched.h>

static pid_t parent;

static void other_user(void)
{
	unsigned long set = 1;

	become_nobody();
	OK(syscall(SYS_sched_setaffinity, 0, sizeof(set), &set));
	ERR(syscall(SYS_sched_setaffinity, parent, sizeof(set), &set), EPERM);
}

int main(void)
{
	unsigned long set = 1;

	parent = getpid();
	OK(syscall(SYS_sched_setaffinity, 0, sizeof(set), &set));
	OK(syscall(SYS_sched_setaffinity, 0, 1, &set));
	ERR(syscall(SYS_sched_setaffinity, 0, 0, &set), EINVAL);
	set = 1UL << 63;
	ERR(syscall(SYS_sched_setaffinity, 0, sizeof(set), &set), EINVAL);
	ERR(syscall(SYS_sched_setaffinity, 0, sizeof(set), NULL), EFAULT);
	set = 1;
	ERR(syscall(SYS_sched_setaffinity, 99999, sizeof(set), &set), ESRCH);
	EQ(in_child(other_user), 0);
	EQ(sched_get_priority_max(SCHED_RR), 99);
	EQ(sched_get_priority_min(SCHED_FIFO), 1);
	EQ(sched_get_priority_max(SCHED_OTHER), 0);
	EQ(sched_get_priority_min(SCHED_IDLE), 0);
	ERR(sched_get_priority_max(4), EINVAL);
	return 0;
}
