/* nice values are cut to -20..19; nobody may only go down; getpriority() finds none: ESRCH. */
#include "check.h"

static void as_nobody(void)
{
	become_nobody();
	OK(setpriority(PRIO_PROCESS, 0, 10));
	ERR(setpriority(PRIO_PROCESS, 0, 5), EACCES);
	ERR(setpriority(PRIO_PROCESS, 1, 5), EPERM);
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
	return 0;
}
