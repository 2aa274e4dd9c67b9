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

/* A child that waits for the lock, says so when it has it, and keeps it until it may go. */
static void start_waiter(char kind, int number, int has, int may_go)
{
	pid_t pid = OK(fork());
	char go;

	if (!pid) {
		take(kind);
		EQ(write(has, &number, sizeof(number)), sizeof(number));
		EQ(read(may_go, &go, 1), 1);
		_exit(0);
	}
	while (state_of(pid) != 'S')
		sleep_ms(1);
}

static int next(int has)
{
	int number;

	EQ(read(has, &number, sizeof(number)), sizeof(number));
	return number;
}

/*
 * Three children wait one after the other. Returns the order in which they get the lock; the first
 * @together have it at the same time, in any order.
 */
static int order(const char *kinds, int together)
{
	int order = 0, has[2], go[2];

	OK(pipe(has));
	OK(pipe(go));
	OK(lock(F_SETLK, F_WRLCK, SEEK_SET, 0, 1));
	OK(flock(fd, LOCK_EX));
	for (int i = 0; i < 3; i++)
		start_waiter(kinds[i], i + 1, has[1], go[0]);
	OK(lock(F_SETLK, F_UNLCK, SEEK_SET, 0, 1));
	OK(flock(fd, LOCK_UN));
	if (together == 2) {
		int a = next(has[0]), b = next(has[0]);

		order = a < b ? 10 * a + b : 10 * b + a;
		EQ(write(go[1], "..", 2), 2);
	}
	for (int i = together == 2 ? 2 : 0; i < 3; i++) {
		order = 10 * order + next(has[0]);
		EQ(write(go[1], ".", 1), 1);
	}
	while (wait(NULL) > 0)
		;
	return order;
}

int main(void)
{
	fd = scratch();
	OK(ftruncate(fd, 1000));
	EQ(order("www", 1), 123);
	EQ(order("rwr", 2), 132);
	EQ(order("fff", 1), 123);
	ERR(lock(F_SETLK, F_WRLCK, SEEK_END, INT64_MAX, 0), EOVERFLOW);
	OK(lseek(fd, 100, SEEK_SET));
	ERR(lock(F_SETLK, F_WRLCK, SEEK_CUR, INT64_MAX - 50, 50), EOVERFLOW);
	ERR(lock(F_SETLK, F_WRLCK, SEEK_CUR, -101, 50), EINVAL);
	return 0;
}
