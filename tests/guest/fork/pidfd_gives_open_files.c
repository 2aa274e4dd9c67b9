/* SPDX-License-Identifier: MIT */
/* pidfd_getfd copies a descriptor of another process, whom the caller may trace. */
#include "check.h"
#include <sys/pidfd.h>

static int pidfd, p[2];

static void nobody_gets_none(void)
{
	become_nobody();
	ERR(pidfd_getfd(pidfd, p[0], 0), EPERM);
}

static void no_number_is_free(void)
{
	struct rlimit none = {0, 0};

	OK(setrlimit(RLIMIT_NOFILE, &none));
	ERR(pidfd_getfd(pidfd, 99, 0), EBADF);
	ERR(pidfd_getfd(pidfd, p[0], 0), EMFILE);
}

static void wrong_arguments_fail(void)
{
	int dir = OK(open("/proc/self", O_RDONLY | O_DIRECTORY));

	ERR(pidfd_getfd(99, p[0], 1), EINVAL);
	ERR(pidfd_getfd(99, p[0], 0), EBADF);
	ERR(pidfd_getfd(p[0], p[0], 0), EBADF);
	ERR(pidfd_getfd(dir, 0, 0), EBADF);
	ERR(pidfd_getfd(pidfd, 99, 0), EBADF);
	ERR(pidfd_getfd(pidfd, -1, 0), EBADF);
}

int main(void)
{
	pid_t child;
	char c;
	int fd;

	OK(pipe(p));
	child = OK(fork());
	if (!child) {
		OK(dup2(p[1], 50));
		OK(write(p[1], "r", 1));
		for (;;)
			pause();
	}
	EQ(read(p[0], &c, 1), 1);
	pidfd = OK(pidfd_open(child, 0));
	fd = OK(pidfd_getfd(pidfd, 50, 0));
	EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	EQ(write(fd, "x", 1), 1);
	EQ(read(p[0], &c, 1), 1);
	EQ(c, 'x');
	wrong_arguments_fail();
	EQ(in_child(nobody_gets_none), 0);
	EQ(in_child(no_number_is_free), 0);
	OK(kill(child, SIGKILL));
	EQ(waitid(P_PID, child, &(siginfo_t){0}, WEXITED | WNOWAIT), 0);
	ERR(pidfd_getfd(pidfd, 50, 0), ESRCH);
	EQ(waitpid(child, NULL, 0), child);
	ERR(pidfd_getfd(pidfd, 50, 0), ESRCH);
	return 0;
}
