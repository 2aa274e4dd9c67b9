/* A memfd that is open for writing can be executed. A script in it needs the descriptor. */
#include "check.h"

static int fd;

static void by_execveat(void)
{
	char *argv[] = {"x", NULL}, *envp[] = {NULL};

	syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH);
	_exit(errno);
}

static void by_path(void)
{
	char path[64], *argv[] = {"x", NULL}, *envp[] = {NULL};

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	execve(path, argv, envp);
	_exit(errno);
}

int main(void)
{
	static const char script[] = "#!/bin/sh\nexit 123\n";

	fd = OK(memfd_create("name", 0));
	EQ(write(fd, script, sizeof(script) - 1), (long)sizeof(script) - 1);
	EQ(WEXITSTATUS(in_child(by_execveat)), 123);
	EQ(WEXITSTATUS(in_child(by_path)), 123);
	OK(fcntl(fd, F_SETFD, FD_CLOEXEC));
	EQ(WEXITSTATUS(in_child(by_execveat)), ENOENT);
	return 0;
}
