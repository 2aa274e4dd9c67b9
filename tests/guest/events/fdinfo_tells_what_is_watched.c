/* The files of events have names in /proc/PID/fd and texts in fdinfo. */
#include "check.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

static char text[1024];

static const char *link_of(int fd)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	text[OK(readlink(path, text, sizeof(text) - 1))] = 0;
	return text;
}

static const char *fdinfo(int fd, const char *from)
{
	char path[64];
	int info;
	const char *at;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	info = OK(open(path, O_RDONLY));
	text[OK(read(info, text, sizeof(text) - 1))] = 0;
	close(info);
	at = strstr(text, from);
	return at ? at : text;
}

int main(void)
{
	int efd = OK(eventfd(10, 0)), ep = OK(epoll_create1(0));
	int tfd = OK(timerfd_create(CLOCK_MONOTONIC, 0)), sfd;
	struct epoll_event e = {.events = EPOLLIN | EPOLLET, .data.u64 = 0x1234};
	struct stat st;
	sigset_t set;
	char line[128];

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sfd = OK(signalfd(-1, &set, SFD_NONBLOCK));
	STREQ(link_of(ep), "anon_inode:[eventpoll]");
	STREQ(link_of(tfd), "anon_inode:[timerfd]");
	STREQ(link_of(sfd), "anon_inode:[signalfd]");
	CHECK(strstr(fdinfo(efd, "eventfd"), "eventfd-count:                a\neventfd-id: "));
	CHECK(strstr(fdinfo(efd, "pos"), "flags:\t02\n"));
	CHECK(strstr(fdinfo(sfd, "pos"), "flags:\t04002\n"));
	STREQ(fdinfo(sfd, "sigmask"), "sigmask:\t0000000000000200\n");
	STREQ(fdinfo(tfd, "clockid"), "clockid: 1\nticks: 0\nsettime flags: 00\n"
				      "it_value: (0, 0)\nit_interval: (0, 0)\n");
	OK(epoll_ctl(ep, EPOLL_CTL_ADD, efd, &e));
	OK(fstat(efd, &st));
	snprintf(line, sizeof(line),
		 "tfd: %8d events: 80000019 data:             1234  pos:0 ino:%lx sdev:%lx\n", efd,
		 st.st_ino, st.st_dev);
	STREQ(fdinfo(ep, "tfd"), line);
	EQ(st.st_mode, 0600);
	EQ(st.st_size, 0);
	EQ(st.st_nlink, 1);
	return 0;
}
