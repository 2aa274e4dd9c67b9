/* close_range closes what is in the range, marks it, or works on a copy of the table. */
#include "check.h"
#include <linux/close_range.h>

static long range(unsigned int first, unsigned int last, unsigned int flags)
{
	return syscall(SYS_close_range, first, last, flags);
}

int main(void)
{
	for (int fd = 10; fd < 15; fd++)
		EQ(OK(dup2(0, fd)), fd);
	OK(range(11, 12, 0));
	OK(fcntl(10, F_GETFD));
	ERR(fcntl(11, F_GETFD), EBADF);
	ERR(fcntl(12, F_GETFD), EBADF);
	EQ(OK(fcntl(13, F_GETFD)), 0);
	OK(range(13, ~0U, CLOSE_RANGE_CLOEXEC));
	EQ(OK(fcntl(10, F_GETFD)), 0);
	EQ(OK(fcntl(14, F_GETFD)), FD_CLOEXEC);
	OK(range(5, ~0U, 0));
	ERR(fcntl(14, F_GETFD), EBADF);
	OK(range(5000, 6000, 0));
	ERR(range(3, 2, 0), EINVAL);
	ERR(range(3, 4, 1), EINVAL);
	OK(range(5, 9, CLOSE_RANGE_UNSHARE));
	return 0;
}
