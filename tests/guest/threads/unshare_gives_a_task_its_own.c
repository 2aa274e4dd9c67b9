/* SPDX-License-Identifier: MIT */
/* unshare(): a task that shared files and directories with another has its own from then on. */
#include "check.h"
#include <sched.h>
#include <sys/stat.h>

#define SHARED (CLONE_FILES | CLONE_FS | SIGCHLD)

static char stack[65536] __attribute__((aligned(16)));
static int fd;

static int changes(void *flags)
{
	if (unshare((long)flags))
		return errno;
	close(fd);
	umask(0123);
	return chdir("/proc") ? 100 : 0;
}

/* What is left of the parent's: 1 the descriptor, 2 the umask, 4 the directory. */
static int left_by(long flags)
{
	char at[64];
	int status, left;
	pid_t pid;

	fd = OK(open("/dev/null", O_RDONLY));
	umask(022);
	OK(chdir("/"));
	pid = OK(clone(changes, stack + sizeof(stack), SHARED, (void *)flags));
	EQ(waitpid(pid, &status, 0), pid);
	EQ(status, 0);
	left = (fcntl(fd, F_GETFD) == 0) | (umask(022) == 022) << 1 |
	       !strcmp(getcwd(at, sizeof(at)), "/") << 2;
	close(fd);
	return left;
}

static void as_sibling(void)
{
	ERR(unshare(0x10), EINVAL);
	ERR(unshare(SIGCHLD), EINVAL);
	OK(unshare(0));
	OK(unshare(CLONE_FILES));
	OK(unshare(CLONE_FS | CLONE_SYSVSEM));
	OK(unshare(CLONE_THREAD | CLONE_SIGHAND | CLONE_VM));
}

static int in_shared_memory(void *unused __attribute__((unused)))
{
	ERR(unshare(CLONE_VM), EINVAL);
	OK(unshare(CLONE_SIGHAND));
	return 0;
}

int main(void)
{
	int status;
	pid_t pid;

	EQ(left_by(0), 0);
	EQ(left_by(CLONE_FILES), 1);
	EQ(left_by(CLONE_FS), 6);
	EQ(left_by(CLONE_FILES | CLONE_FS), 7);
	EQ(in_child(as_sibling), 0);
	pid = OK(clone(in_shared_memory, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL));
	EQ(waitpid(pid, &status, 0), pid);
	EQ(status, 0);
	return 0;
}
