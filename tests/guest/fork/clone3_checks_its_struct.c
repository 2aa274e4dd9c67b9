/*
 * clone3(): works as fork() with exit_signal alone; sizes, unknown bytes and bad mixtures have
 * their errno.
 */
#include "check.h"
#include <linux/sched.h>

static struct {
	struct clone_args a;
	unsigned long more;
} args;

#define CLONE3(size) syscall(SYS_clone3, &args, size)

int main(void)
{
	int status;

	args.a.exit_signal = SIGCHLD;
	int pid = OK(CLONE3(sizeof(args.a)));
	if (!pid)
		_exit(8);
	EQ(waitpid(pid, &status, 0), pid);
	EQ(status, 8 << 8);
	ERR(CLONE3(63), EINVAL);
	ERR(CLONE3(PAGE + 1), E2BIG);
	args.more = 1;
	ERR(CLONE3(sizeof(args)), E2BIG);
	args.more = 0;
	pid = OK(CLONE3(sizeof(args)));
	if (!pid)
		_exit(8);
	EQ(waitpid(pid, &status, 0), pid);
	args.a.exit_signal = 65;
	ERR(CLONE3(64), EINVAL);
	args.a.exit_signal = SIGCHLD;
	args.a.stack = 4096;
	ERR(CLONE3(64), EINVAL);
	args.a.stack = 0;
	args.a.flags = CLONE_DETACHED;
	ERR(CLONE3(64), EINVAL);
	args.a.flags = CLONE_THREAD;
	ERR(CLONE3(64), EINVAL);
	ERR(syscall(SYS_clone3, 8, 64), EFAULT);
	return 0;
}
