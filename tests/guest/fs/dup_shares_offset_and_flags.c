/* Descriptors from dup() and fork() share offset and status flags, those from open() do not. */
#include "check.h"

static int fd;

static void child(void)
{
	EQ(lseek(fd, 0, SEEK_CUR), 4);
	EQ(lseek(fd, 2, SEEK_SET), 2);
}

int main(void)
{
	char path[32], c;

	fd = scratch();
	EQ(write(fd, "abcd", 4), 4);
	int d = OK(dup(fd));
	EQ(in_child(child), 0);
	EQ(read(d, &c, 1), 1);
	EQ(c, 'c');
	OK(fcntl(d, F_SETFL, O_APPEND | O_NONBLOCK));
	EQ(fcntl(fd, F_GETFL) & (O_APPEND | O_NONBLOCK | O_ACCMODE),
	   O_APPEND | O_NONBLOCK | O_RDWR);
	sprintf(path, "/proc/self/fd/%d", fd);
	int again = OK(open(path, O_RDONLY));
	EQ(lseek(again, 0, SEEK_CUR), 0);
	EQ(read(again, &c, 1), 1);
	EQ(c, 'a');
	EQ(lseek(fd, 0, SEEK_CUR), 3);
	return 0;
}
