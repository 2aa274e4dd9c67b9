/* SPDX-License-Identifier: MIT */
/*
 * Files that are sent and not received count for the real user who sent them, until somebody
 * receives them; only its own sendmsg fails beyond RLIMIT_NOFILE.
 */
#include "check.h"
#include <sys/socket.h>

#define EACH 50

static char byte[1];
static int s[2];

static ssize_t send_files(void)
{
	char control[CMSG_SPACE(EACH * sizeof(int))];
	struct iovec one = {byte, 1};
	struct msghdr m = {.msg_iov = &one,
			   .msg_iovlen = 1,
			   .msg_control = control,
			   .msg_controllen = sizeof(control)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(EACH * sizeof(int));
	for (int i = 0; i < EACH; i++)
		((int *)CMSG_DATA(c))[i] = s[0];
	return sendmsg(s[0], &m, MSG_DONTWAIT);
}

static void become(uid_t real, uid_t effective)
{
	struct rlimit limit = {EACH + 14, EACH + 14};

	OK(setrlimit(RLIMIT_NOFILE, &limit));
	OK(setresuid(real, effective, effective));
}

static void one_user_sends_too_many(void)
{
	become(1000, 1000);
	EQ(send_files(), 1);
	EQ(send_files(), 1);
	ERR(send_files(), ETOOMANYREFS);
}

static void another_may_send(void)
{
	become(1001, 1001);
	EQ(send_files(), 1);
}

static void the_real_user_counts(void)
{
	become(1000, 1002);
	ERR(send_files(), ETOOMANYREFS);
}

static void the_effective_one_does_not(void)
{
	become(1002, 1000);
	EQ(send_files(), 1);
}

static void what_is_received_does_not_count(void)
{
	become(1000, 1000);
	EQ(send_files(), 1);
	ERR(send_files(), ETOOMANYREFS);
}

int main(void)
{
	OK(socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
	EQ(in_child(one_user_sends_too_many), 0);
	EQ(in_child(another_may_send), 0);
	EQ(in_child(the_real_user_counts), 0);
	EQ(in_child(the_effective_one_does_not), 0);
	EQ(recv(s[1], byte, 1, 0), 1); /* by root, of the first user */
	EQ(in_child(what_is_received_does_not_count), 0);
	return 0;
}
