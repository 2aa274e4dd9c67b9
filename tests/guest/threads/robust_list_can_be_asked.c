/* get_robust_list() returns what set_robust_list() has set, of others only with permission. */
#include "check.h"
#include <linux/futex.h>

static struct robust_list_head head = {.list = {&head.list}};
static pid_t parent;

static void child(void)
{
	void *p;
	size_t n;

	OK(syscall(SYS_get_robust_list, parent, &p, &n));
	EQ(p, &head);
	become_nobody();
	ERR(syscall(SYS_get_robust_list, parent, &p, &n), EPERM);
	ERR(syscall(SYS_get_robust_list, 99999, &p, &n), ESRCH);
	OK(syscall(SYS_get_robust_list, getpid(), &p, &n));
}

int main(void)
{
	void *p;
	size_t n;

	parent = getpid();
	OK(syscall(SYS_set_robust_list, &head, sizeof(head)));
	OK(syscall(SYS_get_robust_list, 0, &p, &n));
	EQ(p, &head);
	EQ(n, sizeof(head));
	ERR(syscall(SYS_get_robust_list, 0, 1L, &n), EFAULT);
	EQ(in_child(child), 0);
	return 0;
}
