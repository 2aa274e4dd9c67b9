/* /proc/PID/coredump_filter of another user can be read, but not written. */
#include "check.h"

int main(void)
{
	char path[64], text[16];
	pid_t pid = OK(fork());
	int fd;

	if (!pid) {
		pause();
		_exit(0);
	}
	snprintf(path, sizeof(path), "/proc/%d/coredump_filter", pid);
	become_nobody();
	fd = OK(open(path, O_RDONLY));
	EQ(read(fd, text, sizeof(text)), 9);
	EQ(memcmp(text, "00000033\n", 9), 0);
	ERR(open(path, O_WRONLY), EACCES);
	ERR(kill(pid, SIGKILL), EPERM);
	return 0;
}
