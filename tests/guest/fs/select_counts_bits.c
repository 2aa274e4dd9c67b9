/*
 * select() counts and leaves the ready bits, writes back the time left, refuses a closed
 * descriptor.
 */
#include "check.h"
#include <sys/select.h>

int main(void)
{
	int fds[2];
	fd_set in, out;
	struct timeval tv = {0, 30000};

	OK(pipe(fds));
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(fds[0], &in);
	EQ(select(fds[1] + 1, &in, NULL, NULL, &tv), 0);
	EQ(FD_ISSET(fds[0], &in), 0);
	EQ(tv.tv_sec + tv.tv_usec, 0);
	EQ(write(fds[1], "x", 1), 1);
	FD_SET(fds[0], &in);
	FD_SET(fds[1], &out);
	tv.tv_sec = 10;
	EQ(select(fds[1] + 1, &in, &out, NULL, &tv), 2);
	CHECK(FD_ISSET(fds[0], &in) && FD_ISSET(fds[1], &out));
	CHECK(tv.tv_sec >= 9);
	FD_SET(50, &in);
	ERR(select(51, &in, NULL, NULL, &tv), EBADF);
	ERR(select(-1, &in, NULL, NULL, &tv), EINVAL);
	tv.tv_sec = -1;
	ERR(select(0, NULL, NULL, NULL, &tv), EINVAL);
	tv = (struct timeval){INT64_MAX, 1000000}; /* their sum is negative */
	ERR(syscall(SYS_select, 0, NULL, NULL, NULL, &tv), EINVAL);
	return 0;
}
