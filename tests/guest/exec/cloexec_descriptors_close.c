/* Descriptors with FD_CLOEXEC are closed by exec, the others keep number, offset and flags. */
#include "check.h"

int main(int argc, char **argv)
{
	if (argc > 1) {
		EQ(fcntl(50, F_GETFD), 0);
		EQ(lseek(50, 0, SEEK_CUR), 3);
		EQ(fcntl(50, F_GETFL) & (O_ACCMODE | O_APPEND), O_RDWR | O_APPEND);
		ERR(fcntl(51, F_GETFD), EBADF);
		ERR(fcntl(200, F_GETFD), EBADF);
		ERR(fcntl(atoi(argv[1]), F_GETFD), EBADF);
		return 0;
	}
	char number[12];
	int fd = scratch();
	EQ(write(fd, "abc", 3), 3);
	OK(fcntl(fd, F_SETFL, O_APPEND));
	OK(fcntl(fd, F_SETFD, FD_CLOEXEC));
	EQ(dup2(fd, 50), 50);
	EQ(dup3(fd, 51, O_CLOEXEC), 51);
	EQ(fcntl(fd, F_DUPFD_CLOEXEC, 200), 200);
	sprintf(number, "%d", fd);
	EXEC_SELF(number);
}
