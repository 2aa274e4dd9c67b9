/* SPDX-License-Identifier: MIT */
/* epoll_wait() with an array that it cannot write to: no event is lost, and their order stays. */
#include "check.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>

#define FILES 4

static void wait_in_order(int ep, int first)
{
	struct epoll_event got[FILES];

	EQ(epoll_wait(ep, got, FILES, 0), FILES - first);
	for (int i = first; i < FILES; i++)
		EQ(got[i - first].data.u32, i);
}

int main(void)
{
	char *end = anon(2 * PAGE, PROT_READ | PROT_WRITE) + PAGE;
	int level = OK(epoll_create1(0)), edge = OK(epoll_create1(0));

	OK(munmap(end, PAGE));
	for (int i = 0; i < FILES; i++) {
		int fd = OK(eventfd(1, 0));
		struct epoll_event ev = {.events = EPOLLIN, .data.u32 = i};

		OK(epoll_ctl(level, EPOLL_CTL_ADD, fd, &ev));
		ev.events |= EPOLLET;
		OK(epoll_ctl(edge, EPOLL_CTL_ADD, fd, &ev));
	}
	ERR(epoll_wait(level, (void *)end, FILES, 0), EFAULT);
	wait_in_order(level, 0);
	EQ(epoll_wait(edge, (void *)(end - sizeof(struct epoll_event)), FILES, 0), 1);
	wait_in_order(edge, 1);
	return 0;
}
