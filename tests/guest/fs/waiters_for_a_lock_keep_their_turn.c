/* SPDX-License-Identifier: MIT */
/*
 * Who has waited longest for a lock gets it first; ranges beyond the largest offset overflow.
 */
#include "../check.h"
#include <sys/file.h>

static int fd;

static int lock(int cmd, int type, int whence, off_t start, off_t len)
{
	struct flock fl = {.l_type = type, .l_whence = whence, .l_start = start, .l_len = len};

	return fcntl(fd, cmd, &fl);
}

static void take(char kind)
{
	char name[40];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	if (kind == 'f')
		OK(flock(OK(open(name, O_RDWR)), LOCK_EX));
	else
		OK(lock(F_SETLKW, kind == 'w' ? F_WRLCK : F_RDLCK, SEEK_SET, 0, 1));
}

/* Three children wait one after the other; returns the order in which they get the lock. */
static int order(const char *kinds)
{
	int order = 0, p[2];
	char id;

	OK(pipe(p));
	OK(lock(F_SETLK, F_WRLCK, SEEK_SET, 0, 1));
	OK(flock(fd, LOCK_EX));
	for (int i = 0; i < 3; i++) {
		if (!fork()) {
			take(kinds[i]);
			EQ(write(p[1], &"123"[i], 1), 1);
			sleep_ms(40);
			_exit(0);
		}
		sleep_ms(40);
	}
	OK(lock(F_SETLK, F_UNLCK, SEEK_SET, 0, 1));
	OK(flock(fd, LOCK_UN));
	for (int i = 0; i < 3; i++) {
		EQ(read(p[0], &id, 1), 1);
		order = 10 * order + id - '0';
	}
	while (wait(NULL) > 0)
		;
	return order;
}

int main(void)
{
	fd = scratch();
	OK(ftruncate(fd, 1000));
	EQ(order("www"), 123);
	EQ(order("rwr"), 132);
	EQ(order("fff"), 123);
	ERR(lock(F_SETLK, F_WRLCK, SEEK_END, INT64_MAX, 0), EOVERFLOW);
	OK(lseek(fd, 100, SEEK_SET));
	ERR(lock(F_SETLK, F_WRLCK, SEEK_CUR, INT64_MAX - 50, 50), EOVERFLOW);
	ERR(lock(F_SETLK, F_WRLCK, SEEK_CUR, -101, 50), EINVAL);
	return 0;
}
