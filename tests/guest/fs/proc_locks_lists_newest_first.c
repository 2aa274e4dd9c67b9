/* /proc/locks: all locks, the newest first, each followed by the requests that wait for it. */
#include "check.h"
#include <sys/file.h>

static const char *locks(int *count)
{
	static char buf[4096];
	int fd = OK(open("/proc/locks", O_RDONLY)), n = OK(read(fd, buf, sizeof(buf) - 1));

	close(fd);
	buf[n] = 0;
	*count = 0;
	for (char *p = buf; *p; p++)
		*count += *p == '\n';
	return buf;
}

/* Line @n without its own number and those of device and inode. */
static const char *line(int n)
{
	static char out[256];
	int count, pid;
	const char *p = locks(&count), *arrow;
	char head[64], tail[64];

	while (n--)
		p = strchr(p, '\n') + 1;
	p = strchr(p, ':') + 2;
	arrow = strncmp(p, "-> ", 3) ? "" : "-> ";
	p += strlen(arrow);
	EQ(sscanf(p, "%60[ A-Z]%d %*x:%*x:%*u %60[^\n]", head, &pid, tail), 3);
	snprintf(out, sizeof(out), "%s%s%s %s", arrow, head,
		 pid == getpid() ? "me"
		 : pid == -1	 ? "-1"
				 : "other",
		 tail);
	return out;
}

static void lock(int fd, int cmd, int type, long start, long len)
{
	struct flock l = {.l_type = type, .l_start = start, .l_len = len};

	OK(fcntl(fd, cmd, &l));
}

int main(void)
{
	int a = OK(open("locks_a", O_CREAT | O_RDWR, 0600)),
	    b = OK(open("locks_b", O_CREAT | O_RDWR, 0600));
	int count;
	pid_t child;

	locks(&count);
	EQ(count, 0);
	lock(a, F_SETLK, F_WRLCK, 5, 10);
	lock(a, F_SETLK, F_RDLCK, 100, 10);
	OK(flock(b, LOCK_SH));
	lock(b, F_OFD_SETLK, F_WRLCK, 3, 0);
	locks(&count);
	EQ(count, 4);
	STREQ(line(0), "OFDLCK ADVISORY  WRITE -1 3 EOF");
	STREQ(line(1), "FLOCK  ADVISORY  READ me 0 EOF");
	STREQ(line(2), "POSIX  ADVISORY  READ me 100 109");
	STREQ(line(3), "POSIX  ADVISORY  WRITE me 5 14");
	child = fork();
	if (!child) {
		lock(open("locks_a", O_RDWR), F_SETLKW, F_WRLCK, 7, 1);
		_exit(0);
	}
	do {
		usleep(1000);
		locks(&count);
	} while (count < 5);
	STREQ(line(4), "-> POSIX  ADVISORY  WRITE other 7 7");
	/* The left part of a lock that is split is the new one. */
	lock(a, F_SETLK, F_UNLCK, 6, 2);
	OK(waitpid(child, NULL, 0));
	STREQ(line(0), "POSIX  ADVISORY  WRITE me 5 5");
	STREQ(line(4), "POSIX  ADVISORY  WRITE me 8 14");
	/* A lock that grows keeps its place; of those that become one, the lowest does. */
	lock(a, F_SETLK, F_WRLCK, 6, 2);
	lock(a, F_SETLK, F_RDLCK, 110, 10);
	locks(&count);
	EQ(count, 4);
	STREQ(line(0), "POSIX  ADVISORY  WRITE me 5 14");
	STREQ(line(1), "OFDLCK ADVISORY  WRITE -1 3 EOF");
	STREQ(line(3), "POSIX  ADVISORY  READ me 100 119");
	/* A descriptor of O_PATH has no locks to give up. */
	close(OK(open("locks_a", O_PATH)));
	locks(&count);
	EQ(count, 4);
	close(a);
	close(b);
	locks(&count);
	EQ(count, 0);
	return 0;
}
