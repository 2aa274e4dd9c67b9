/* SPDX-License-Identifier: MIT */
/*
 * What a socket may have sent and nobody has read is limited by SO_SNDBUF, with the size of the
 * kernel's structs; files on their way are limited by RLIMIT_NOFILE.
 */
#include "check.h"
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

static char bytes[212960];

/* Sends of @size bytes until one fails: their number, and what counts for them. */
static void fills(int type, int sndbuf, int size, int sends, int counted)
{
	int s[2], n = 0, queued;

	OK(socketpair(AF_UNIX, type, 0, s));
	if (sndbuf)
		OK(setsockopt(s[0], SOL_SOCKET, SO_SNDBUF, &sndbuf, sizeof(sndbuf)));
	while (send(s[0], bytes, size, MSG_DONTWAIT) > 0)
		n++;
	EQ(errno, EAGAIN);
	EQ(n, sends);
	OK(ioctl(s[0], SIOCOUTQ, &queued));
	EQ(queued, counted);
	close(s[0]);
	close(s[1]);
}

static ssize_t send_files(int to, int count)
{
	char control[CMSG_SPACE(50 * sizeof(int))];
	struct iovec one = {bytes, 1};
	struct msghdr m = {.msg_iov = &one,
			   .msg_iovlen = 1,
			   .msg_control = control,
			   .msg_controllen = CMSG_SPACE(count * sizeof(int))};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(count * sizeof(int));
	for (int i = 0; i < count; i++)
		((int *)CMSG_DATA(c))[i] = to;
	return sendmsg(to, &m, MSG_DONTWAIT);
}

int main(void)
{
	struct rlimit limit = {64, 64};
	int s[2];

	fills(SOCK_STREAM, 0, 1, 278, 213504);
	fills(SOCK_STREAM, 0, 4096, 44, 214016);
	fills(SOCK_STREAM, 0, 100000, 3, 243456);
	fills(SOCK_STREAM, 1, 500, 4, 5120);
	fills(SOCK_STREAM, 1, 5000, 1, 8704);
	fills(SOCK_DGRAM, 0, 4096, 26, 219648);
	fills(SOCK_DGRAM, 0, 100000, 3, 307968);
	fills(SOCK_SEQPACKET, 0, 212960, 1, 332032);
	fills(SOCK_SEQPACKET, 1, 1, 6, 4608);
	/* The limit is passed once. Files that are read do not count any more. */
	OK(socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
	OK(setrlimit(RLIMIT_NOFILE, &limit));
	become_nobody();
	EQ(send_files(s[0], 50), 1);
	EQ(send_files(s[0], 50), 1);
	ERR(send_files(s[0], 1), ETOOMANYREFS);
	EQ(recv(s[1], bytes, 1, 0), 1);
	EQ(send_files(s[0], 1), 1);
	return 0;
}
