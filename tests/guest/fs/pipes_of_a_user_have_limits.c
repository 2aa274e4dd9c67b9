/* SPDX-License-Identifier: MIT */
/*
 * Above pipe-user-pages-soft a user's new pipes hold two pages and none may grow; above
 * pipe-user-pages-hard there are no new ones. Neither holds for root.
 */
#include "check.h"

#define PIPES 4 /* of 16 pages: the soft limit */

static int fds[100][2];

static void sysctl(const char *name, const char *value)
{
	char path[100];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/fs/%s", name);
	fd = OK(open(path, O_WRONLY));
	EQ(write(fd, value, strlen(value)), (long)strlen(value));
	close(fd);
}

static int size(int i) { return OK(fcntl(fds[i][0], F_GETPIPE_SZ)); }

static void up_to_the_limits(void)
{
	int n = 0;

	for (; n < PIPES; n++) {
		OK(pipe(fds[n]));
		EQ(size(n), 65536);
	}
	ERR(fcntl(fds[0][0], F_SETPIPE_SZ, 131072), EPERM);
	EQ(fcntl(fds[0][0], F_SETPIPE_SZ, 32768), 32768);
	EQ(fcntl(fds[0][0], F_SETPIPE_SZ, 65536), 65536);
	for (; n < PIPES + 3; n++) {
		OK(pipe(fds[n]));
		EQ(size(n), 8192);
		ERR(fcntl(fds[n][0], F_SETPIPE_SZ, 65536), EPERM);
		EQ(fcntl(fds[n][0], F_SETPIPE_SZ, 8192), 8192);
	}
	ERR(pipe(fds[n]), ENFILE);
	ERR(open("limited", O_RDWR), ENOMEM);
	EQ(fcntl(fds[4][0], F_SETPIPE_SZ, 4096), 4096);
	EQ(fcntl(fds[5][0], F_SETPIPE_SZ, 4096), 4096);
	OK(pipe(fds[n]));
	EQ(size(n), 8192);
	close(fds[0][0]);
	close(fds[0][1]);
	OK(pipe(fds[0])); /* 54 + 16 would be above 64 */
	EQ(size(0), 8192);
	close(fds[1][0]);
	close(fds[1][1]);
	OK(open("limited", O_RDWR));
	EQ(fcntl(fds[0][0], F_SETPIPE_SZ, 16), 4096);
}

/* A smaller pipe-max-size is the size of new pipes. */
static void small_pipes(void)
{
	OK(pipe(fds[0]));
	EQ(size(0), 16384);
	ERR(fcntl(fds[0][0], F_SETPIPE_SZ, 32768), EPERM);
}

static void as_nobody(void (*what)(void))
{
	int status;
	pid_t pid = OK(fork());

	if (!pid) {
		become_nobody();
		what();
		_exit(0);
	}
	EQ(waitpid(pid, &status, 0), pid);
	EQ(status, 0);
}

int main(void)
{
	OK(mkfifo("limited", 0666));
	OK(chmod("limited", 0666));
	sysctl("pipe-user-pages-soft", "64");
	sysctl("pipe-user-pages-hard", "70");
	as_nobody(up_to_the_limits);
	as_nobody(up_to_the_limits);
	for (int i = 0; i < 8; i++) {
		OK(pipe(fds[i]));
		EQ(size(i), 65536);
	}
	EQ(fcntl(fds[0][0], F_SETPIPE_SZ, 131072), 131072);
	sysctl("pipe-user-pages-hard", "0");
	sysctl("pipe-max-size", "16384");
	as_nobody(small_pipes);
	sysctl("pipe-max-size", "1048576");
	sysctl("pipe-user-pages-soft", "16384");
	OK(unlink("limited"));
	return 0;
}
