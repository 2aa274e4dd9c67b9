/*
 * Which files splice(), tee() and vmsplice() take, which offsets, and which of several errors is
 * returned. A pipe without a reader is EPIPE and SIGPIPE.
 */
#include "check.h"
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/uio.h>

static int ends[2], more[2], fd;
static char buf[100];
static struct iovec v = {buf, 10};
static volatile int signals;

static void count(int sig)
{
	(void)sig;
	signals++;
}

static void offsets_are_for_files(void)
{
	off_t at = 0, *bad = (off_t *)8;

	ERR(splice(fd, NULL, fd, NULL, 1, 0), EINVAL);
	ERR(splice(fd, bad, ends[1], NULL, 1, 0), EFAULT);
	ERR(splice(ends[0], bad, fd, NULL, 1, 0), ESPIPE);
	ERR(splice(ends[0], NULL, fd, bad, 1, 0), EFAULT);
	ERR(splice(fd, &at, ends[1], bad, 1, 0), ESPIPE);
	ERR(splice(ends[0], &at, more[1], NULL, 1, 0), ESPIPE);
	at = -1;
	ERR(splice(fd, &at, ends[1], NULL, 1, 0), EINVAL);
	ERR(splice(ends[0], NULL, fd, &at, 1, 0), EINVAL);
	at = INT64_MAX - 5;
	EQ(splice(fd, &at, ends[1], NULL, 5, 0), 0);
	ERR(splice(fd, &at, ends[1], NULL, 6, 0), EINVAL);
	at = 0;
	ERR(splice(ends[0], NULL, fd, &at, -1, 0), EINVAL);
	EQ(splice(fd, &at, ends[1], NULL, -1, 0), 10);
	EQ(at, 10);
	EQ(read(ends[0], buf, 100), 10);
}

static void first_wrong_argument(void)
{
	EQ(splice(-1, NULL, -1, NULL, 0, -1), 0);
	ERR(splice(-1, NULL, -1, NULL, 1, 16), EINVAL);
	ERR(splice(-1, NULL, ends[1], NULL, 1, 0), EBADF);
	ERR(splice(ends[0], NULL, -1, NULL, 1, 0), EBADF);
	ERR(splice(ends[1], NULL, ends[1], NULL, 1, 0), EBADF);
	ERR(splice(ends[0], NULL, ends[0], NULL, 1, 0), EBADF);
	ERR(splice(ends[0], NULL, ends[1], NULL, 1, 0), EINVAL);
	ERR(tee(-1, -1, 0, 16), EINVAL);
	EQ(tee(-1, -1, 0, 15), 0);
	ERR(tee(-1, ends[1], 1, 0), EBADF);
	ERR(tee(ends[1], ends[1], 1, 0), EBADF);
	ERR(tee(ends[0], ends[1], 1, 0), EINVAL);
	ERR(tee(ends[0], fd, 1, 0), EINVAL);
	ERR(tee(fd, ends[1], 1, 0), EINVAL);
	ERR(vmsplice(-1, &v, 1, 16), EINVAL);
	ERR(vmsplice(-1, &v, 1, 0), EBADF);
	ERR(vmsplice(fd, &v, 1, 0), EBADF);
	EQ(vmsplice(fd, &v, 0, 0), 0);
	ERR(vmsplice(fd, (void *)8, 1, 0), EFAULT);
	ERR(vmsplice(ends[1], &v, 1025, 0), EINVAL);
	ERR(vmsplice(OK(open("/", O_PATH)), &v, 1, 0), EBADF);
}

/* What a file of each kind says to a splice from it, and to it. */
static void kind(int file, int from, int to)
{
	int n;

	OK(fcntl(file, F_SETFL, O_NONBLOCK));
	errno = 0;
	n = splice(file, NULL, ends[1], NULL, 4, SPLICE_F_NONBLOCK);
	EQ(n < 0 ? -errno : n, from);
	if (n > 0)
		EQ(read(ends[0], buf, 100), n);
	EQ(write(ends[1], "four", 4), 4);
	errno = 0;
	n = splice(ends[0], NULL, file, NULL, 4, SPLICE_F_NONBLOCK);
	EQ(n < 0 ? -errno : n, to);
	if (n < 4)
		EQ(read(ends[0], buf, 100), n > 0 ? 4 - n : 4);
	close(file);
}

static void kinds(void)
{
	int pair[2];

	kind(OK(open("/dev/null", O_RDWR)), -EINVAL, 4);
	kind(OK(open("/dev/zero", O_RDWR)), -EINVAL, -EINVAL);
	kind(OK(open("/dev/full", O_RDWR)), -EINVAL, -EINVAL);
	kind(OK(open("/dev/urandom", O_RDWR)), 4, 4);
	kind(OK(open("/", O_RDONLY)), -EINVAL, -EBADF);
	kind(OK(open("/proc/self/status", O_RDONLY)), -EINVAL, -EBADF);
	kind(OK(open("/proc/self/mem", O_RDWR)), -EINVAL, -EINVAL);
	kind(eventfd(1, 0), -EINVAL, -EINVAL);
	OK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	kind(pair[0], -EAGAIN, 4);
	OK(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
	kind(pair[0], -EAGAIN, 4);
	kind(OK(socket(AF_UNIX, SOCK_STREAM, 0)), -EINVAL, -ENOTCONN);
	kind(OK(socket(AF_UNIX, SOCK_DGRAM, 0)), -EAGAIN, -ENOTCONN);
}

static void no_reader(void)
{
	int dead[2];

	signal(SIGPIPE, count);
	OK(pipe(dead));
	close(dead[0]);
	EQ(lseek(fd, 0, SEEK_SET), 0);
	ERR(splice(fd, NULL, dead[1], NULL, 1, 0), EPIPE);
	EQ(signals, 1);
	EQ(write(ends[1], "x", 1), 1);
	ERR(splice(ends[0], NULL, dead[1], NULL, 1, 0), EPIPE);
	ERR(tee(ends[0], dead[1], 1, 0), EPIPE);
	ERR(vmsplice(dead[1], &v, 1, 0), EPIPE);
	EQ(signals, 4);
	EQ(read(ends[0], buf, 100), 1);
	ERR(splice(ends[0], NULL, dead[1], NULL, 1, SPLICE_F_NONBLOCK), EAGAIN);
	EQ(signals, 4);
	/* The end of the bytes. */
	close(ends[1]);
	EQ(splice(ends[0], NULL, fd, NULL, 5, 0), 0);
	EQ(splice(ends[0], NULL, more[1], NULL, 5, 0), 0);
	EQ(tee(ends[0], more[1], 5, 0), 0);
	EQ(vmsplice(ends[0], &v, 1, 0), 0);
	ERR(splice(ends[0], NULL, dead[1], NULL, 1, 0), EPIPE);
	EQ(signals, 5);
}

int main(void)
{
	fd = scratch();
	OK(pipe(ends));
	OK(pipe(more));
	EQ(write(fd, "0123456789", 10), 10);
	EQ(lseek(fd, 0, SEEK_SET), 0);
	first_wrong_argument();
	offsets_are_for_files();
	OK(fcntl(fd, F_SETFL, O_APPEND));
	EQ(write(ends[1], "x", 1), 1);
	ERR(splice(ends[0], NULL, fd, NULL, 1, 0), EINVAL);
	EQ(read(ends[0], buf, 100), 1);
	OK(fcntl(fd, F_SETFL, 0));
	OK(fcntl(more[1], F_SETFL, O_APPEND));
	EQ(write(ends[1], "x", 1), 1);
	EQ(splice(ends[0], NULL, more[1], NULL, 1, 0), 1);
	kinds();
	no_reader();
	return 0;
}
