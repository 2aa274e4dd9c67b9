/* SPDX-License-Identifier: MIT */
/* Ranges of one owner: neighbours of one type merge, F_GETLK names the lowest, a hole splits. */
#include "check.h"

static int fd;

static void set(short type, off_t start, off_t len)
{
	struct flock l = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len};

	OK(fcntl(fd, F_SETLK, &l));
}

/* What keeps a write lock of the whole file out, or of what follows @from. */
static long from, want_type, want_start, want_len;

static void ask(void)
{
	struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = from};

	OK(fcntl(fd, F_GETLK, &l));
	EQ(l.l_type, want_type);
	if (l.l_type == F_UNLCK)
		return;
	EQ(l.l_start, want_start);
	EQ(l.l_len, want_len);
}

static void expect(long at, long type, long start, long len)
{
	from = at;
	want_type = type;
	want_start = start;
	want_len = len;
	EQ(in_child(ask), 0);
}

int main(void)
{
	struct flock get = {.l_type = F_UNLCK};
	int ready[2], done[2];
	pid_t other;
	char c;

	fd = scratch();
	set(F_WRLCK, 10, 10);
	set(F_WRLCK, 0, 10);
	expect(0, F_WRLCK, 0, 20);
	set(F_WRLCK, 40, 5);
	set(F_WRLCK, 30, 5);
	expect(20, F_WRLCK, 30, 5);
	set(F_WRLCK, 15, 25);
	expect(0, F_WRLCK, 0, 45);
	set(F_RDLCK, 10, 10);
	expect(0, F_WRLCK, 0, 10);
	expect(10, F_RDLCK, 10, 10);
	expect(20, F_WRLCK, 20, 25);
	set(F_WRLCK, 12, 4);
	expect(10, F_RDLCK, 10, 2);
	expect(12, F_WRLCK, 12, 4);
	expect(16, F_RDLCK, 16, 4);
	set(F_UNLCK, 13, 1);
	expect(13, F_WRLCK, 14, 2);
	set(F_RDLCK, 0, 0);
	expect(100, F_RDLCK, 0, 0);
	set(F_UNLCK, 0, 0);
	expect(0, F_UNLCK, 0, 0);

	/* Who came first stays first, also when his lock changes. */
	OK(pipe(ready));
	OK(pipe(done));
	set(F_RDLCK, 20, 10);
	other = OK(fork());
	if (!other) {
		close(done[1]);
		set(F_RDLCK, 0, 10);
		OK(write(ready[1], "r", 1));
		read(done[0], &c, 1);
		_exit(0);
	}
	EQ(read(ready[0], &c, 1), 1);
	expect(0, F_RDLCK, 20, 10);
	set(F_WRLCK, 20, 10);
	expect(0, F_WRLCK, 20, 10);
	close(done[1]);
	OK(waitpid(other, NULL, 0));

	ERR(fcntl(fd, F_GETLK, &get), EINVAL);
	return 0;
}
