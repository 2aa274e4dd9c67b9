/* SPDX-License-Identifier: MIT */
/* F_SETPIPE_SZ rounds up and keeps what is there; with O_DIRECT each write is read alone. */
#include "check.h"
#include <sys/ioctl.h>
#include <sys/uio.h>

static int p[2];

static void as_nobody(void)
{
	become_nobody();
	EQ(fcntl(p[0], F_SETPIPE_SZ, 1 << 20), 1 << 20);
	ERR(fcntl(p[0], F_SETPIPE_SZ, (1 << 20) + 1), EPERM);
}

int main(void)
{
	static char big[70000];
	char buf[100];
	int n;

	OK(pipe2(p, O_NONBLOCK));
	EQ(fcntl(p[0], F_GETPIPE_SZ), 65536);
	EQ(fcntl(p[1], F_SETPIPE_SZ, 5000), 8192);
	EQ(fcntl(p[0], F_GETPIPE_SZ), 8192);
	EQ(write(p[1], big, 70000), 8192);
	ERR(fcntl(p[0], F_SETPIPE_SZ, 4096), EBUSY);
	EQ(fcntl(p[0], F_SETPIPE_SZ, 1), -1);
	EQ(fcntl(p[0], F_SETPIPE_SZ, 2 << 20), 2 << 20);
	EQ(write(p[1], big, 70000), 70000);
	OK(ioctl(p[0], FIONREAD, &n));
	EQ(n, 78192);
	OK(ioctl(p[1], FIONREAD, &n));
	EQ(n, 78192);
	ERR(fcntl(p[0], F_SETPIPE_SZ, 65536), EBUSY);
	EQ(read(p[0], big, 70000), 70000);
	EQ(read(p[0], big, 70000), 8192);
	EQ(fcntl(p[0], F_SETPIPE_SZ, 0), 4096);
	EQ(in_child(as_nobody), 0);
	ERR(fcntl(OK(open("/dev/null", O_RDONLY)), F_SETPIPE_SZ, 4096), EBADF);

	OK(pipe2(p, O_DIRECT | O_NONBLOCK));
	EQ(fcntl(p[0], F_GETFL), O_RDONLY | O_NONBLOCK);
	EQ(fcntl(p[1], F_GETFL), O_WRONLY | O_NONBLOCK | O_DIRECT);
	EQ(write(p[1], "abc", 3), 3);
	EQ(write(p[1], "defg", 4), 4);
	EQ(write(p[1], "hij", 3), 3);
	EQ(read(p[0], buf, 100), 3);
	EQ(read(p[0], buf, 2), 2); /* the rest of the packet is lost */
	EQ(read(p[0], buf, 100), 3);
	CHECK(!memcmp(buf, "hij", 3));
	OK(fcntl(p[1], F_SETFL, O_NONBLOCK));
	EQ(write(p[1], "k", 1), 1);
	EQ(write(p[1], "l", 1), 1);
	EQ(read(p[0], buf, 100), 2);
	OK(fcntl(p[1], F_SETFL, O_DIRECT));
	EQ(fcntl(p[1], F_GETFL), O_WRONLY | O_DIRECT);
	return 0;
}
