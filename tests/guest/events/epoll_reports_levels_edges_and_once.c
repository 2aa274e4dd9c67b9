/* epoll: what is ready, by level, by edge, once; and all the ways to call it wrongly. */
#include "check.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>

static int ep;
static volatile int many = INT32_MAX;
static void *volatile bad = (void *)16;

static int wait_for(uint32_t events, int data)
{
	struct epoll_event e[4] = {0};
	int n = OK(epoll_wait(ep, e, 4, 0));

	if (n) {
		EQ(e[0].events, events);
		EQ(e[0].data.u32, data);
	}
	return n;
}

static void ctl(int op, int fd, uint32_t events)
{
	struct epoll_event e = {.events = events, .data.u32 = fd};

	OK(epoll_ctl(ep, op, fd, &e));
}

int main(void)
{
	struct epoll_event e = {.events = EPOLLIN}, out[4];
	int p[2], file = scratch(), other;
	char c;

	OK(pipe(p));
	ep = OK(epoll_create1(EPOLL_CLOEXEC));
	ERR(epoll_create1(1), EINVAL);
	ERR(epoll_create(0), EINVAL);
	ERR(epoll_ctl(ep, EPOLL_CTL_ADD, file, &e), EPERM);
	ERR(epoll_ctl(ep, EPOLL_CTL_ADD, 99, &e), EBADF);
	ERR(epoll_ctl(99, EPOLL_CTL_ADD, p[0], &e), EBADF);
	ERR(epoll_ctl(ep, EPOLL_CTL_ADD, ep, &e), EINVAL);
	ERR(epoll_ctl(p[0], EPOLL_CTL_ADD, p[1], &e), EINVAL);
	ERR(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], NULL), EFAULT);
	ERR(epoll_ctl(ep, EPOLL_CTL_DEL, p[0], NULL), ENOENT);
	ERR(epoll_ctl(ep, EPOLL_CTL_MOD, p[0], &e), ENOENT);
	ERR(epoll_ctl(ep, 7, p[0], &e), EINVAL);
	ERR(epoll_wait(ep, out, 0, 0), EINVAL);
	ERR(epoll_wait(ep, out, many, 0), EINVAL);
	ERR(epoll_wait(p[0], out, 1, 0), EINVAL);
	ERR(epoll_wait(99, out, 1, 0), EBADF);
	/* by level */
	ctl(EPOLL_CTL_ADD, p[0], EPOLLIN);
	ERR(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &e), EEXIST);
	EQ(wait_for(0, 0), 0);
	EQ(write(p[1], "ab", 2), 2);
	EQ(wait_for(EPOLLIN, p[0]), 1);
	ERR(epoll_wait(ep, bad, 1, 0), EFAULT);
	EQ(wait_for(EPOLLIN, p[0]), 1);
	EQ(read(p[0], &c, 1), 1);
	EQ(wait_for(EPOLLIN, p[0]), 1);
	EQ(read(p[0], &c, 1), 1);
	EQ(wait_for(0, 0), 0);
	/* by edge: each write is one, a read is none */
	ctl(EPOLL_CTL_MOD, p[0], EPOLLIN | EPOLLET);
	EQ(write(p[1], "ab", 2), 2);
	EQ(wait_for(EPOLLIN, p[0]), 1);
	EQ(wait_for(0, 0), 0);
	EQ(read(p[0], &c, 1), 1);
	EQ(wait_for(0, 0), 0);
	EQ(write(p[1], "c", 1), 1);
	EQ(wait_for(EPOLLIN, p[0]), 1);
	/* once, until it is armed again */
	ctl(EPOLL_CTL_MOD, p[0], EPOLLIN | EPOLLONESHOT);
	EQ(wait_for(EPOLLIN, p[0]), 1);
	EQ(write(p[1], "d", 1), 1);
	EQ(wait_for(0, 0), 0);
	ctl(EPOLL_CTL_MOD, p[0], EPOLLIN | EPOLLONESHOT);
	EQ(wait_for(EPOLLIN, p[0]), 1);
	/* exclusive: only for ADD, and with few bits */
	e.events = EPOLLIN | EPOLLEXCLUSIVE;
	ERR(epoll_ctl(ep, EPOLL_CTL_MOD, p[0], &e), EINVAL);
	e.events |= EPOLLONESHOT;
	ERR(epoll_ctl(ep, EPOLL_CTL_ADD, p[1], &e), EINVAL);
	ctl(EPOLL_CTL_ADD, p[1], EPOLLOUT | EPOLLEXCLUSIVE);
	EQ(wait_for(EPOLLOUT, p[1]), 1);
	e.events = EPOLLIN;
	ERR(epoll_ctl(ep, EPOLL_CTL_MOD, p[1], &e), EINVAL);
	OK(epoll_ctl(ep, EPOLL_CTL_DEL, p[1], NULL));
	/* the last close takes the file out, a close of a copy does not */
	ctl(EPOLL_CTL_MOD, p[0], EPOLLIN);
	other = OK(dup(p[0]));
	close(p[0]);
	EQ(wait_for(EPOLLIN, p[0]), 1);
	close(other);
	EQ(wait_for(0, 0), 0);
	OK(pipe(p));
	ctl(EPOLL_CTL_ADD, p[0], EPOLLIN | EPOLLRDHUP);
	close(p[1]);
	EQ(wait_for(EPOLLHUP, p[0]), 1);
	return 0;
}
