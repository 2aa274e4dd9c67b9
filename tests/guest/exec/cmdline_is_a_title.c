/* Without the NUL at the end of the arguments /proc/PID/cmdline is one string, a title. */
#include "check.h"

static int cmdline(char buf[256])
{
	int fd = OK(open("/proc/self/cmdline", O_RDONLY)), n = OK(read(fd, buf, 256));

	close(fd);
	return n;
}

int main(int argc, char **argv)
{
	char buf[256], *end;

	if (argc == 1) {
		execl("/proc/self/exe", "name", "first argument", "second", NULL);
		return 1;
	}
	EQ(cmdline(buf), 27);
	strcpy(argv[0], "abc");
	EQ(cmdline(buf), 27); /* the last byte is still NUL */
	end = argv[argc - 1] + strlen(argv[argc - 1]);
	*end = 'x';
	EQ(cmdline(buf), 4);
	STREQ(buf, "abc");
	memset(argv[0], 'y', end - argv[0]);
	end[1] = 0;
	CHECK(cmdline(buf) >= 28);
	EQ(buf[26], 'x');
	return 0;
}
