/*
 * The lowest free number is taken; dup2() onto itself, dup3(), F_DUPFD and RLIMIT_NOFILE keep their
 * rules.
 */
#include "check.h"

int main(void)
{
	struct rlimit lim;

	for (int i = 3; i < 20; i++)
		close(i);
	EQ(open("/dev/null", O_RDONLY), 3);
	EQ(dup(3), 4);
	EQ(dup(3), 5);
	close(4);
	EQ(open("/", O_RDONLY), 4);
	EQ(dup2(3, 3), 3);
	ERR(dup2(99, 99), EBADF);
	ERR(dup3(3, 3, 0), EINVAL);
	ERR(dup3(3, 9, 1), EINVAL);
	ERR(dup(-1), EBADF);
	EQ(fcntl(3, F_DUPFD, 100), 100);
	EQ(fcntl(100, F_SETFD, FD_CLOEXEC), 0);
	EQ(fcntl(100, F_GETFD), FD_CLOEXEC);
	EQ(dup2(100, 101), 101);
	EQ(fcntl(101, F_GETFD), 0);
	OK(getrlimit(RLIMIT_NOFILE, &lim));
	lim.rlim_cur = 6;
	OK(setrlimit(RLIMIT_NOFILE, &lim));
	ERR(open("/", O_RDONLY), EMFILE);
	ERR(dup(3), EMFILE);
	ERR(dup2(3, 6), EBADF);
	ERR(fcntl(3, F_DUPFD, 6), EINVAL);
	ERR(pipe((int[2]){0}), EMFILE);
	EQ(fcntl(101, F_GETFD), 0);
	close(100);
	ERR(close(100), EBADF);
	ERR(fcntl(3, 9999), EINVAL);
	return 0;
}
