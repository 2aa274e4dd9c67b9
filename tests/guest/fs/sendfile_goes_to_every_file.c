/*
 * sendfile() from a file in memory goes to sockets, terminals and files; what was read and not
 * written is sent next time. splice() reads from sockets and terminals, and changes no time of a
 * pipe.
 */
#include "check.h"
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <termios.h>

static char buf[100];

static int file_of(const char *text)
{
	int fd = scratch();

	EQ(write(fd, text, strlen(text)), strlen(text));
	EQ(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static void to_sockets(void)
{
	int pair[2], fd = file_of("0123456789"), ends[2];
	off_t at = 2;

	OK(pipe(ends));
	OK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	EQ(sendfile(pair[0], fd, &at, 3), 3);
	EQ(at, 5);
	EQ(sendfile(pair[0], fd, NULL, 100), 10);
	EQ(lseek(fd, 0, SEEK_CUR), 10);
	EQ(splice(pair[1], NULL, ends[1], NULL, 100, 0), 13);
	EQ(read(ends[0], buf, 100), 13);
	CHECK(!memcmp(buf, "2340123456789", 13));
	ERR(splice(pair[1], NULL, ends[1], NULL, 100, SPLICE_F_NONBLOCK), EAGAIN);
	ERR(splice(pair[1], &at, ends[1], NULL, 100, 0), EINVAL);
	ERR(sendfile(fd, pair[1], NULL, 1), EINVAL);
	ERR(sendfile(fd, pair[1], &at, 1), ESPIPE);
	ERR(sendfile(-1, pair[1], &at, 1), ESPIPE);
	ERR(sendfile(ends[1], ends[0], NULL, 1), EINVAL);
	ERR(sendfile(fd, ends[0], NULL, 1), EINVAL);
	close(pair[1]);
	signal(SIGPIPE, SIG_IGN);
	at = 0;
	ERR(sendfile(pair[0], fd, &at, 3), EPIPE);
	EQ(at, 0);
	EQ(splice(pair[0], NULL, ends[1], NULL, 100, 0), 0);
}

/* Linux passes the bytes from one end of a terminal to the other in the background. */
static void await(int fd, int bytes)
{
	int n = 0;

	while (!ioctl(fd, FIONREAD, &n) && n < bytes)
		sleep_ms(1);
	EQ(n, bytes);
}

static void to_terminals(void)
{
	int ptm = OK(posix_openpt(O_RDWR | O_NOCTTY)), pts, fd = file_of("line\n"), ends[2];

	OK(pipe(ends));
	OK(grantpt(ptm));
	OK(unlockpt(ptm));
	pts = OK(open(ptsname(ptm), O_RDWR | O_NOCTTY));
	EQ(sendfile(pts, fd, NULL, 100), 5);
	await(ptm, 6);
	EQ(read(ptm, buf, 100), 6);
	CHECK(!memcmp(buf, "line\r\n", 6));
	EQ(sendfile(ptm, fd, (off_t[]){1}, 100), 4);
	EQ(splice(pts, NULL, ends[1], NULL, 100, 0), 4);
	EQ(read(ends[0], buf, 100), 4);
	CHECK(!memcmp(buf, "ine\n", 4));
	await(ptm, 5); /* the echo */
	EQ(splice(ptm, NULL, ends[1], NULL, 100, 0), 5);
	EQ(splice(ends[0], NULL, pts, NULL, 100, 0), 5);
	await(ptm, 6);
	EQ(read(ptm, buf, 100), 6);
	ERR(sendfile(fd, pts, NULL, 1), EINVAL);
}

static long changed(int fd, int which)
{
	struct stat st;

	OK(fstat(fd, &st));
	return which == 'a' ? st.st_atim.tv_sec : st.st_mtim.tv_sec;
}

static void long_ago(int fd)
{
	struct timespec t[2] = {{1000, 0}, {1000, 0}};

	OK(futimens(fd, t));
}

static void times(void)
{
	int from = file_of("text"), to = scratch(), ends[2], more[2];

	OK(pipe(ends));
	OK(pipe(more));
	long_ago(from);
	long_ago(to);
	long_ago(ends[0]);
	long_ago(more[0]);
	EQ(splice(from, NULL, ends[1], NULL, 4, 0), 4);
	EQ(splice(ends[0], NULL, more[1], NULL, 4, 0), 4);
	EQ(splice(more[0], NULL, to, NULL, 4, 0), 4);
	CHECK(changed(from, 'a') > 1000);
	EQ(changed(from, 'm'), 1000);
	EQ(changed(to, 'a'), 1000);
	CHECK(changed(to, 'm') > 1000);
	EQ(changed(ends[0], 'a'), 1000);
	EQ(changed(ends[0], 'm'), 1000);
	EQ(changed(more[0], 'a'), 1000);
	EQ(changed(more[0], 'm'), 1000);
}

static void what_was_not_written(void)
{
	struct rlimit lim = {3, RLIM_INFINITY};
	int from = file_of("0123456789"), to = scratch();

	signal(SIGXFSZ, SIG_IGN);
	OK(setrlimit(RLIMIT_FSIZE, &lim));
	EQ(sendfile(to, from, NULL, 10), 3);
	EQ(lseek(from, 0, SEEK_CUR), 3);
	ERR(sendfile(to, from, NULL, 10), EFBIG);
	EQ(lseek(from, 0, SEEK_CUR), 3);
}

int main(void)
{
	to_sockets();
	to_terminals();
	times();
	what_was_not_written();
	return 0;
}
