/*
 * readv() and writev(): pieces in order, at most 1024, a bad piece is EFAULT or cuts short;
 * positions are checked.
 */
#include "check.h"
#include <sys/uio.h>

int main(void)
{
	char a[4] = "", b[4] = "", *volatile bad = (char *)8;
	struct iovec v[2] = {{"abc", 3}, {"def", 3}}, r[2] = {{a, 2}, {b, 3}};
	volatile int minus_one = -1, too_many = 1025;
	int fd = scratch(), pipes[2];

	EQ(writev(fd, v, 2), 6);
	EQ(preadv(fd, r, 2, 1), 5);
	STREQ(a, "bc");
	STREQ(b, "def");
	ERR(writev(fd, v, minus_one), EINVAL);
	ERR(writev(fd, v, too_many), EINVAL);
	EQ(writev(fd, v, 0), 0);
	ERR(readv(-1, v, minus_one), EBADF);
	ERR(writev(-1, (struct iovec *)bad, 1), EBADF);
	ERR(preadv(-1, v, minus_one, -1), EINVAL);
	ERR(preadv(-1, v, minus_one, 0), EBADF);
	EQ(pipe(pipes), 0);
	ERR(preadv(pipes[0], v, minus_one, 0), ESPIPE);
	ERR(writev(pipes[0], v, minus_one), EINVAL);
	ERR(writev(pipes[0], v, 1), EBADF);
	v[0].iov_len = -1;
	ERR(writev(fd, v, 2), EINVAL);
	ERR(readv(fd, (struct iovec *)bad, 1), EFAULT);
	v[0] = (struct iovec){(void *)(1UL << 63), 3};
	v[1].iov_len = -1;
	ERR(writev(fd, v, 1), EFAULT);
	ERR(writev(fd, v, 2), EINVAL); /* all lengths are looked at before an address is */
	v[0] = (struct iovec){bad, 3};
	ERR(writev(fd, v, 1), EFAULT);
	ERR(pread(fd, a, 1, -1), EINVAL);
	ERR(pwrite(fd, a, 1, -1), EINVAL);
	ERR(read(-1, a, 1), EBADF);
	EQ(read(fd, a, 0), 0);
	int dir = OK(open("/", O_RDONLY));
	ERR(read(dir, a, 1), EISDIR);
	return 0;
}
