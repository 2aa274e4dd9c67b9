/* A pidfd: poll and waitid see the end of the process, signals reach it, and no other. */
#include "check.h"
#include <poll.h>
#include <sched.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

static int pidfd_open_(pid_t pid, unsigned int flags)
{
	return syscall(SYS_pidfd_open, pid, flags);
}

static int send(int fd, int sig, void *info, int flags)
{
	return syscall(SYS_pidfd_send_signal, fd, sig, info, flags);
}

static int ready(int fd, int ms)
{
	struct pollfd p = {fd, POLLIN, 0};

	EQ(poll(&p, 1, ms) >= 0, 1);
	return p.revents;
}

int main(void)
{
	char text[64] = "", path[64];
	siginfo_t info = {0};
	int fd, pfd = -1;
	pid_t pid = OK(fork());

	if (!pid) {
		pause();
		_exit(1);
	}
	fd = OK(pidfd_open_(pid, 0));
	EQ(OK(fcntl(fd, F_GETFD)), FD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	OK(readlink(path, text, 63));
	STREQ(text, "anon_inode:[pidfd]");
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	EQ(proc_number(path, "Pid"), pid);
	EQ(ready(fd, 0), 0);
	OK(send(fd, 0, NULL, 0));
	ERR(send(fd, 0, NULL, 1), EINVAL);
	ERR(send(0, 0, NULL, 0), EBADF);
	ERR(send(fd, 99, NULL, 0), EINVAL);
	OK(send(fd, SIGTERM, NULL, 0));
	EQ(ready(fd, 2000), POLLIN);
	OK(waitid(P_PIDFD, fd, &info, WEXITED));
	EQ(info.si_pid, pid);
	EQ(info.si_code, CLD_KILLED);
	EQ(info.si_status, SIGTERM);
	ERR(send(fd, 0, NULL, 0), ESRCH);
	ERR(waitid(P_PIDFD, fd, &info, WEXITED), ECHILD);
	EQ(ready(fd, 0), POLLIN);
	EQ(proc_number(path, "Pid"), -1);
	ERR(pidfd_open_(pid, 0), ESRCH);
	ERR(pidfd_open_(0, 0), EINVAL);
	ERR(pidfd_open_(getpid(), 1), EINVAL);
	ERR(waitid(P_PIDFD, 0, &info, WEXITED), EBADF);
	ERR(waitid(P_PIDFD, -1, &info, WEXITED), EINVAL);
	pid = OK(syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, &pfd, 0, 0));
	if (!pid) {
		sleep_ms(50);
		_exit(3);
	}
	CHECK(pfd > fd);
	fd = OK(pidfd_open_(pid, O_NONBLOCK));
	ERR(waitid(P_PIDFD, fd, &info, WEXITED), EAGAIN);
	OK(waitid(P_PIDFD, pfd, &info, WEXITED));
	EQ(info.si_status, 3);
	ERR(syscall(SYS_clone, CLONE_PIDFD | CLONE_PARENT_SETTID | SIGCHLD, 0, &pfd, 0, 0), EINVAL);
	ERR(syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, 1, 0, 0), EFAULT);
	return 0;
}
