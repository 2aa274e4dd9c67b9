/* A pipe takes 65536 bytes, then EAGAIN; F_GETPIPE_SZ; what was written comes out in order. */
#include "check.h"

int main(void)
{
	static unsigned char buf[70000], back[70000];
	int fds[2];

	OK(pipe2(fds, O_NONBLOCK | O_CLOEXEC));
	EQ(fcntl(fds[0], F_GETFD), FD_CLOEXEC);
	EQ(fcntl(fds[0], F_GETPIPE_SZ), 65536);
	for (int i = 0; i < 70000; i++)
		buf[i] = i % 251;
	EQ(write(fds[1], buf, 70000), 65536);
	ERR(write(fds[1], buf, 1), EAGAIN);
	EQ(read(fds[0], back, 4095), 4095);
	ERR(write(fds[1], buf, 1), EAGAIN);
	EQ(read(fds[0], back + 4095, 1), 1);
	EQ(write(fds[1], buf, 1), 1);
	EQ(read(fds[0], back + 4096, 70000 - 4096), 65536 - 4096 + 1);
	CHECK(!memcmp(buf, back, 65536));
	ERR(read(fds[0], back, 1), EAGAIN);
	close(fds[1]);
	EQ(read(fds[0], back, 1), 0);
	ERR(pipe2(fds, 0x100), EINVAL);
	return 0;
}
