/* /proc/self names the reader: cmdline with its NULs, environ, status, stat, fd links. */
#include "check.h"

int main(int argc, char **argv)
{
	char buf[256], want[64];

	if (argc == 1)
		EXEC_SELF("two words", "", "last");
	int fd = OK(open("/proc/self/cmdline", O_RDONLY));
	ssize_t n = read(fd, buf, sizeof(buf));
	EQ(n, strlen(argv[0]) + 1 + 10 + 1 + 5);
	CHECK(!memcmp(buf + strlen(argv[0]) + 1, "two words\0\0last", 16));
	buf[OK(readlink("/proc/self", buf, 255))] = 0;
	EQ(atoi(buf), getpid());
	EQ(proc_number("/proc/self/status", "Pid"), getpid());
	EQ(proc_number("/proc/self/status", "PPid"), getppid());
	sprintf(want, "/proc/self/fd/%d", fd);
	buf[OK(readlink(want, buf, 255))] = 0;
	sprintf(want, "/proc/%d/cmdline", getpid());
	STREQ(buf, want);
	int fds[2];
	OK(pipe(fds));
	sprintf(want, "/proc/self/fd/%d", fds[0]);
	buf[OK(readlink(want, buf, 255))] = 0;
	CHECK(!strncmp(buf, "pipe:[", 6));
	OK(write(fds[1], "z", 1));
	fd = OK(open(want, O_RDONLY));
	EQ(read(fd, buf, 5), 1);
	ERR(open("/proc/99999/maps", O_RDONLY), ENOENT);
	ERR(open("/proc/self/nothing", O_RDONLY), ENOENT);
	return 0;
}
