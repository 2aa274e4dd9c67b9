/*
 * splice() puts the pages of a file into a pipe, not a copy: what is written to the file later is
 * read from the pipe. A hole gets pages of its own. Between two pipes buffers move, or are divided.
 */
#include "check.h"

static char buf[3 * PAGE];
static int ends[2];

static int pipe_size(void) { return OK(fcntl(ends[0], F_GETPIPE_SZ)); }

static long waiting(int fd)
{
	int n;

	OK(ioctl(fd, 0x541b /* FIONREAD */, &n));
	return n;
}

static void pages_are_shared(void)
{
	int fd = scratch();
	off_t at = 10;

	memset(buf, 'a', sizeof(buf));
	EQ(write(fd, buf, PAGE), PAGE);
	EQ(splice(fd, &at, ends[1], NULL, 20, SPLICE_F_MOVE), 20);
	EQ(at, 30);
	EQ(lseek(fd, 0, SEEK_CUR), PAGE);
	EQ(pwrite(fd, "NEW", 3, 10), 3);
	EQ(write(ends[1], "zz", 2), 2); /* not into the page of the file */
	EQ(read(ends[0], buf, 100), 22);
	CHECK(!memcmp(buf, "NEWaaaaaaaaaaaaaaaaazz", 22));
	EQ(pread(fd, buf, 4, 30), 4);
	CHECK(!memcmp(buf, "aaaa", 4));
	/* A page that the file has lost keeps its bytes. */
	EQ(splice(fd, &at, ends[1], NULL, 5, 0), 5);
	OK(ftruncate(fd, 0));
	EQ(read(ends[0], buf, 100), 5);
	CHECK(!memcmp(buf, "aaaaa", 5));
	EQ(splice(fd, &at, ends[1], NULL, 5, 0), 0);
	close(fd);
}

/* Each page of data takes a slot, however little of it there is; zeros of a hole are packed. */
static void slots_count(void)
{
	int fd = scratch();
	off_t at = 100;

	OK(fcntl(ends[0], F_SETPIPE_SZ, PAGE));
	EQ(pipe_size(), PAGE);
	OK(ftruncate(fd, 4 * PAGE));
	EQ(splice(fd, &at, ends[1], NULL, 3 * PAGE, 0), PAGE);
	EQ(waiting(ends[0]), PAGE);
	EQ(read(ends[0], buf, sizeof(buf)), PAGE);
	for (unsigned long i = 0; i < PAGE; i++)
		EQ(buf[i], 0);
	EQ(pwrite(fd, buf, 3 * PAGE, 0), 3 * PAGE);
	at = 100;
	EQ(splice(fd, &at, ends[1], NULL, 3 * PAGE, 0), PAGE - 100);
	EQ(at, PAGE);
	ERR(splice(fd, &at, ends[1], NULL, PAGE, SPLICE_F_NONBLOCK), EAGAIN);
	EQ(at, PAGE);
	EQ(read(ends[0], buf, sizeof(buf)), PAGE - 100);
	OK(fcntl(ends[0], F_SETPIPE_SZ, 2 * PAGE));
	at = PAGE - 1;
	EQ(splice(fd, &at, ends[1], NULL, 3 * PAGE, 0), PAGE + 1);
	EQ(read(ends[0], buf, sizeof(buf)), PAGE + 1);
	OK(fcntl(ends[0], F_SETPIPE_SZ, 16 * PAGE));
	close(fd);
}

static void buffers_move(void)
{
	int to[2];

	OK(pipe(to));
	EQ(write(ends[1], "0123456789", 10), 10);
	EQ(splice(ends[0], NULL, to[1], NULL, 4, 0), 4);
	EQ(waiting(ends[0]), 6);
	EQ(waiting(to[0]), 4);
	EQ(write(to[1], "x", 1), 1); /* the page has two owners: it gets no more bytes */
	EQ(write(ends[1], "ab", 2), 2);
	EQ(splice(ends[0], NULL, to[1], NULL, 100, 0), 8);
	EQ(write(to[1], "y", 1), 1);
	EQ(read(to[0], buf, 100), 14);
	CHECK(!memcmp(buf, "0123x456789aby", 14));
	EQ(tee(ends[0], to[1], 0, 0), 0);
	EQ(write(ends[1], "tee", 3), 3);
	EQ(tee(ends[0], to[1], 2, 0), 2);
	EQ(tee(ends[0], to[1], 200, 0), 3);
	EQ(read(ends[0], buf, 100), 3);
	CHECK(!memcmp(buf, "tee", 3));
	EQ(read(to[0], buf, 100), 5);
	CHECK(!memcmp(buf, "tetee", 5));
	/* A full pipe ends it. */
	OK(fcntl(to[0], F_SETPIPE_SZ, PAGE));
	EQ(write(ends[1], buf, PAGE), PAGE);
	EQ(write(ends[1], buf, PAGE), PAGE);
	EQ(tee(ends[0], to[1], 2 * PAGE, 0), PAGE);
	ERR(splice(ends[0], NULL, to[1], NULL, 2 * PAGE, SPLICE_F_NONBLOCK), EAGAIN);
	ERR(tee(ends[0], to[1], 2 * PAGE, SPLICE_F_NONBLOCK), EAGAIN);
	EQ(read(to[0], buf, 2 * PAGE), PAGE);
	EQ(splice(ends[0], NULL, to[1], NULL, 2 * PAGE, 0), PAGE);
	EQ(waiting(ends[0]), PAGE);
	EQ(read(ends[0], buf, 2 * PAGE), PAGE);
	close(to[0]);
	close(to[1]);
}

static void packets_stay_packets(void)
{
	int from[2], to[2];

	OK(pipe2(from, O_DIRECT));
	OK(pipe(to));
	EQ(write(from[1], "one", 3), 3);
	EQ(write(from[1], "two", 3), 3);
	EQ(splice(from[0], NULL, to[1], NULL, 5, 0), 5);
	EQ(read(to[0], buf, 100), 3);
	EQ(read(to[0], buf, 100), 2);
	CHECK(!memcmp(buf, "tw", 2));
	EQ(read(from[0], buf, 100), 1);
}

static void to_a_file(void)
{
	int fd = scratch();
	off_t at = 3;

	EQ(write(ends[1], "0123456789", 10), 10);
	EQ(splice(ends[0], NULL, fd, &at, 4, 0), 4);
	EQ(at, 7);
	EQ(lseek(fd, 0, SEEK_CUR), 0);
	EQ(splice(ends[0], NULL, fd, NULL, 100, 0), 6);
	EQ(lseek(fd, 0, SEEK_CUR), 6);
	EQ(pread(fd, buf, 100, 0), 7);
	CHECK(!memcmp(buf, "4567893", 7));
	close(fd);
}

int main(void)
{
	OK(pipe(ends));
	pages_are_shared();
	slots_count();
	buffers_move();
	packets_stay_packets();
	to_a_file();
	return 0;
}
