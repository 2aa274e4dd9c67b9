/* clone(): CLONE_FILES, CLONE_FS and CLONE_VM share, without them the child has copies. */
#include "check.h"
#include <sched.h>

static char stack[65536] __attribute__((aligned(16)));
static volatile int seen;

static int child(void *arg)
{
	(void)arg;
	seen++;
	close(40);
	chdir("/proc");
	umask(0);
	return 6;
}

static void run(int flags)
{
	int status;
	pid_t pid = OK(clone(child, stack + sizeof(stack), flags | SIGCHLD, NULL));

	EQ(waitpid(pid, &status, 0), pid);
	EQ(status, 6 << 8);
}

int main(void)
{
	char cwd[64];

	umask(022);
	EQ(dup2(0, 40), 40);
	run(0);
	EQ(seen, 0);
	EQ(fcntl(40, F_GETFD), 0);
	STREQ(getcwd(cwd, sizeof(cwd)), "/tmp");
	run(CLONE_VM | CLONE_VFORK);
	EQ(seen, 1);
	EQ(fcntl(40, F_GETFD), 0);
	run(CLONE_FILES | CLONE_FS);
	ERR(fcntl(40, F_GETFD), EBADF);
	STREQ(getcwd(cwd, sizeof(cwd)), "/proc");
	EQ(umask(0), 0);
	EQ(seen, 1);
	ERR(clone(child, stack + sizeof(stack), CLONE_SIGHAND, NULL), EINVAL);
	ERR(clone(child, stack + sizeof(stack), CLONE_THREAD | CLONE_SIGHAND, NULL), EINVAL);
	return 0;
}
