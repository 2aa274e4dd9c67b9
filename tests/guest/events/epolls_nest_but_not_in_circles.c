/* An epoll can be watched by an epoll; a circle and a tower are ELOOP. */
#include "check.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>

static int watch(int ep, int fd)
{
	struct epoll_event e = {.events = EPOLLIN, .data.u32 = fd};

	return epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
}

int main(void)
{
	int a = OK(epoll_create1(0)), b = OK(epoll_create1(0)), c = OK(epoll_create1(0));
	int fd = OK(eventfd(0, 0)), ep[8];
	struct epoll_event out;
	uint64_t one = 1;

	OK(watch(a, b));
	OK(watch(b, c));
	ERR(watch(c, a), ELOOP);
	ERR(watch(c, b), ELOOP);
	ERR(watch(a, a), EINVAL);
	OK(watch(c, fd));
	EQ(epoll_wait(a, &out, 1, 0), 0);
	EQ(write(fd, &one, 8), 8);
	EQ(epoll_wait(a, &out, 1, 0), 1);
	EQ(out.data.u32, b);
	EQ(out.events, EPOLLIN);
	EQ(read(fd, &one, 8), 8);
	EQ(epoll_wait(a, &out, 1, 0), 0);
	for (int i = 0; i < 8; i++)
		ep[i] = OK(epoll_create1(0));
	OK(watch(ep[0], fd));
	for (int i = 1; i < 5; i++)
		OK(watch(ep[i], ep[i - 1]));
	CHECK(watch(ep[5], ep[4]) == -1);
	CHECK(errno == ELOOP || errno == EINVAL);
	return 0;
}
