/* epoll_wait sleeps until an event, its time or a signal; epoll_pwait has a mask for that time. */
#include "check.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>

static volatile int seen;

static void handler(int sig) { seen = sig; }

int main(void)
{
	struct epoll_event e = {.events = EPOLLIN}, out;
	int ep = OK(epoll_create1(0)), fd = OK(eventfd(0, 0));
	struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_RESTART};
	uint64_t one = 1;
	double t0 = seconds(CLOCK_MONOTONIC);
	sigset_t alrm, none;
	pid_t pid;

	OK(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e));
	EQ(epoll_wait(ep, &out, 1, 60), 0);
	CHECK(seconds(CLOCK_MONOTONIC) - t0 >= 0.06);
	pid = OK(fork());
	if (!pid) {
		sleep_ms(30);
		_exit(write(fd, &one, 8) != 8);
	}
	EQ(epoll_wait(ep, &out, 1, -1), 1);
	EQ(out.events, EPOLLIN);
	EQ(waitpid(pid, NULL, 0), pid);
	EQ(read(fd, &one, 8), 8);
	OK(sigaction(SIGALRM, &sa, NULL));
	alarm(1);
	ERR(epoll_wait(ep, &out, 1, -1), EINTR); /* SA_RESTART does not count */
	EQ(seen, SIGALRM);
	sigemptyset(&none);
	sigemptyset(&alrm);
	sigaddset(&alrm, SIGALRM);
	OK(sigprocmask(SIG_BLOCK, &alrm, NULL));
	seen = 0;
	raise(SIGALRM);
	EQ(epoll_wait(ep, &out, 1, 0), 0);
	EQ(seen, 0);
	ERR(epoll_pwait(ep, &out, 1, -1, &none), EINTR);
	EQ(seen, SIGALRM);
	OK(sigprocmask(SIG_BLOCK, NULL, &alrm));
	EQ(sigismember(&alrm, SIGALRM), 1);
	struct timespec ts = {0, 1000000}, bad = {0, 1000000000};
	EQ(syscall(SYS_epoll_pwait2, ep, &out, 1, &ts, NULL, 0), 0);
	ERR(syscall(SYS_epoll_pwait2, ep, &out, 1, &bad, NULL, 0), EINVAL);
	ERR(syscall(SYS_epoll_pwait2, ep, &out, 1, (void *)1, NULL, 0), EFAULT);
	ERR(syscall(SYS_epoll_pwait, ep, &out, 1, 0, &none, 4), EINVAL);
	ERR(syscall(SYS_epoll_pwait, ep, &out, 1, 0, (void *)1, 8), EFAULT);
	return 0;
}
