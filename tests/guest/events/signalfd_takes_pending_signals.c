/* A signalfd returns the pending signals of its mask, with who sent them. */
#include "check.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>

int main(void)
{
	struct signalfd_siginfo si[3];
	struct epoll_event e = {.events = EPOLLIN}, out;
	sigset_t set;
	pid_t pid;
	int fd, ep = OK(epoll_create1(0));

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGRTMIN);
	sigaddset(&set, SIGCHLD);
	OK(sigprocmask(SIG_BLOCK, &set, NULL));
	fd = OK(signalfd(-1, &set, SFD_NONBLOCK));
	OK(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e));
	ERR(read(fd, si, sizeof(si)), EAGAIN);
	ERR(read(fd, si, 127), EINVAL);
	EQ(epoll_wait(ep, &out, 1, 0), 0);
	OK(kill(getpid(), SIGUSR1));
	EQ(epoll_wait(ep, &out, 1, 0), 1);
	OK(sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 41}));
	OK(sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 42}));
	EQ(read(fd, si, sizeof(si)), sizeof(si));
	EQ(si[0].ssi_signo, SIGUSR1);
	EQ(si[0].ssi_code, SI_USER);
	EQ(si[0].ssi_pid, getpid());
	EQ(si[1].ssi_signo, SIGRTMIN);
	EQ(si[1].ssi_code, SI_QUEUE);
	EQ(si[1].ssi_int, 41);
	EQ(si[2].ssi_int, 42);
	EQ(epoll_wait(ep, &out, 1, 0), 0);
	OK(fcntl(fd, F_SETFL, 0));
	pid = OK(fork());
	if (!pid) {
		sleep_ms(30);
		_exit(7);
	}
	EQ(read(fd, si, sizeof(si)), sizeof(si[0]));
	EQ(si[0].ssi_signo, SIGCHLD);
	EQ(si[0].ssi_pid, pid);
	EQ(si[0].ssi_code, CLD_EXITED);
	EQ(si[0].ssi_status, 7);
	EQ(waitpid(pid, NULL, 0), pid);
	sigdelset(&set, SIGUSR1);
	EQ(signalfd(fd, &set, 0), fd);
	raise(SIGUSR1);
	struct pollfd p = {fd, POLLIN, 0};
	EQ(poll(&p, 1, 0), 0);
	ERR(signalfd(0, &set, 0), EINVAL);
	ERR(signalfd(99, &set, 0), EBADF);
	ERR(signalfd(-1, &set, 1), EINVAL);
	ERR(syscall(SYS_signalfd4, -1, &set, 4, 0), EINVAL);
	ERR(syscall(SYS_signalfd4, -1, (void *)1, 8, 0), EFAULT);
	/* the task whose signals an epoll has looked at ends first */
	pid = OK(fork());
	if (!pid) {
		fd = OK(signalfd(-1, &set, 0));
		_exit(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e));
	}
	int status;
	EQ(waitpid(pid, &status, 0), pid);
	EQ(status, 0);
	close(ep);
	return 0;
}
