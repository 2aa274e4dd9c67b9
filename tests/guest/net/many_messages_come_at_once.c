/* recvmmsg() takes several messages, until none is there, one has come, or the time is over. */
#include "check.h"
#include <sys/socket.h>

int main(void)
{
	char in[2][8];
	struct iovec out = {"hello", 5}, iv[2] = {{in[0], 8}, {in[1], 8}};
	struct mmsghdr m[2] = {{.msg_hdr = {.msg_iov = &out, .msg_iovlen = 1}},
			       {.msg_hdr = {.msg_iov = &out, .msg_iovlen = 1}}};
	struct mmsghdr r[2] = {{.msg_hdr = {.msg_iov = &iv[0], .msg_iovlen = 1}},
			       {.msg_hdr = {.msg_iov = &iv[1], .msg_iovlen = 1}}};
	struct timespec limit = {0, 100000000};
	int s[2], file = scratch();

	OK(socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
	EQ(sendmmsg(s[0], m, 2, 0), 2);
	EQ(m[1].msg_len, 5);
	EQ(recvmmsg(s[1], r, 1, 0, NULL), 1);
	EQ(r[0].msg_len, 5);
	EQ(recvmmsg(s[1], r, 2, MSG_DONTWAIT, NULL), 1);
	ERR(recvmmsg(s[1], r, 2, MSG_DONTWAIT, NULL), EAGAIN);
	EQ(sendmmsg(s[0], m, 2, 0), 2);
	EQ(recvmmsg(s[1], r, 2, 0, &limit), 2);
	CHECK(!limit.tv_sec && limit.tv_nsec < 100000000);
	CHECK(!memcmp(in[1], "hello", 5));
	limit = (struct timespec){INT64_MAX, 0}; /* added to the time of now it must not wrap */
	EQ(sendmmsg(s[0], m, 2, 0), 2);
	EQ(recvmmsg(s[1], r, 2, 0, &limit), 2);
	EQ(sendmmsg(s[0], m, 1, 0), 1);
	EQ(recvmmsg(s[1], r, 2, MSG_WAITFORONE, NULL), 1);
	limit = (struct timespec){0, -1};
	ERR(recvmmsg(s[1], r, 2, 0, &limit), EINVAL);
	ERR(recvmmsg(s[1], r, 2, 0, (void *)8), EFAULT);
	ERR(syscall(SYS_recvmmsg, s[1], 8, 1, MSG_DONTWAIT, NULL), EFAULT);
	ERR(recvmmsg(-1, r, 2, 0, NULL), EBADF);
	ERR(recvmmsg(file, r, 2, 0, NULL), ENOTSOCK);
	EQ(recvmmsg(s[1], r, 0, 0, NULL), 0);
	/* An error after the first message is for the next call. */
	EQ(sendmmsg(s[0], m, 2, 0), 2);
	iv[1].iov_base = anon(PAGE, PROT_NONE);
	EQ(recvmmsg(s[1], r, 2, 0, NULL), 1);
	ERR(recv(s[1], in[0], 8, MSG_DONTWAIT), EFAULT);
	ERR(recv(s[1], in[0], 8, MSG_DONTWAIT), EAGAIN);
	return 0;
}
