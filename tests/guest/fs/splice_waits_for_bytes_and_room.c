/*
 * splice() and tee() wait for the first bytes and for room in the pipe, and return what there is
 * then. O_NONBLOCK of either pipe, or SPLICE_F_NONBLOCK, is EAGAIN instead; vmsplice() heeds the
 * flag alone. A signal interrupts the wait, and RLIMIT_FSIZE cuts a splice to a file.
 */
#include "check.h"
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>

static int ends[2], more[2];
static char buf[20 * PAGE];
static struct iovec v = {buf, 10};
static volatile int signals;

static void count(int sig)
{
	(void)sig;
	signals++;
}

static void write_later(void)
{
	sleep_ms(50);
	EQ(write(ends[1], "later", 5), 5);
	_exit(0);
}

static void read_later(void)
{
	sleep_ms(50);
	EQ(read(more[0], buf, PAGE), PAGE);
	_exit(0);
}

#define LATER(fn, call, want) \
	do { \
		pid_t pid_ = fork(); \
		if (!pid_) \
			fn(); \
		EQ(call, want); \
		EQ(waitpid(pid_, NULL, 0), pid_); \
	} while (0)

static void waits(void)
{
	int fd = scratch();

	LATER(write_later, splice(ends[0], NULL, fd, NULL, 100, 0), 5);
	LATER(write_later, splice(ends[0], NULL, more[1], NULL, 100, 0), 5);
	EQ(read(more[0], buf, 100), 5);
	LATER(write_later, tee(ends[0], more[1], 100, 0), 5);
	EQ(read(ends[0], buf, 100), 5);
	EQ(read(more[0], buf, 100), 5);
	OK(fcntl(more[0], F_SETPIPE_SZ, PAGE));
	EQ(write(more[1], buf, PAGE), PAGE);
	EQ(lseek(fd, 0, SEEK_SET), 0);
	LATER(read_later, splice(fd, NULL, more[1], NULL, 100, 0), 5);
	EQ(read(more[0], buf, 100), 5);
	EQ(write(more[1], buf, PAGE), PAGE);
	EQ(write(ends[1], "bytes", 5), 5);
	LATER(read_later, tee(ends[0], more[1], 3, 0), 3);
	EQ(read(more[0], buf, 100), 3);
	EQ(write(more[1], buf, PAGE), PAGE);
	LATER(read_later, splice(ends[0], NULL, more[1], NULL, 100, 0), 5);
	EQ(read(more[0], buf, 100), 5);
	EQ(write(more[1], buf, PAGE), PAGE);
	LATER(read_later, vmsplice(more[1], &v, 1, 0), 10);
	EQ(read(more[0], buf, 100), 10);
	close(fd);
}

static void does_not_wait(void)
{
	int fd = scratch();

	EQ(write(fd, "text", 4), 4);
	EQ(lseek(fd, 0, SEEK_SET), 0);
	ERR(splice(ends[0], NULL, fd, NULL, 1, SPLICE_F_NONBLOCK), EAGAIN);
	ERR(splice(ends[0], NULL, more[1], NULL, 1, SPLICE_F_NONBLOCK), EAGAIN);
	ERR(tee(ends[0], more[1], 1, SPLICE_F_NONBLOCK), EAGAIN);
	ERR(vmsplice(ends[0], &v, 1, SPLICE_F_NONBLOCK), EAGAIN);
	OK(fcntl(more[1], F_SETFL, O_NONBLOCK));
	ERR(splice(ends[0], NULL, more[1], NULL, 1, 0), EAGAIN);
	ERR(tee(ends[0], more[1], 1, 0), EAGAIN);
	EQ(write(more[1], buf, PAGE), PAGE);
	ERR(splice(fd, NULL, more[1], NULL, 1, 0), EAGAIN);
	ERR(vmsplice(more[1], &v, 1, SPLICE_F_NONBLOCK), EAGAIN);
	LATER(read_later, vmsplice(more[1], &v, 1, 0), 10);
	EQ(read(more[0], buf, 100), 10);
	OK(fcntl(more[1], F_SETFL, 0));
	OK(fcntl(ends[0], F_SETFL, O_NONBLOCK));
	ERR(splice(ends[0], NULL, fd, NULL, 1, 0), EAGAIN);
	OK(fcntl(ends[0], F_SETFL, 0));
	close(fd);
}

static void alarm_soon(int flags)
{
	static const struct itimerval soon = {.it_value.tv_usec = 50000};
	struct sigaction sa = {.sa_handler = count, .sa_flags = flags};

	OK(sigaction(SIGALRM, &sa, NULL));
	OK(setitimer(ITIMER_REAL, &soon, NULL));
}

static void signals_interrupt(void)
{
	int fd = scratch();

	alarm_soon(0);
	ERR(splice(ends[0], NULL, fd, NULL, 1, 0), EINTR);
	alarm_soon(0);
	ERR(splice(ends[0], NULL, more[1], NULL, 1, 0), EINTR);
	alarm_soon(0);
	ERR(tee(ends[0], more[1], 1, 0), EINTR);
	alarm_soon(0);
	ERR(vmsplice(ends[0], &v, 1, 0), EINTR);
	EQ(write(more[1], buf, PAGE), PAGE);
	EQ(write(fd, "text", 4), 4);
	EQ(lseek(fd, 0, SEEK_SET), 0);
	alarm_soon(0);
	ERR(splice(fd, NULL, more[1], NULL, 1, 0), EINTR);
	EQ(lseek(fd, 0, SEEK_CUR), 0);
	EQ(signals, 5);
	EQ(read(more[0], buf, PAGE), PAGE);
	alarm_soon(SA_RESTART);
	LATER(write_later, splice(ends[0], NULL, fd, NULL, 100, 0), 5);
	close(fd);
}

/* A socket that takes no more ends the call with what it took; the rest stays in the pipe. */
static void socket_is_full(void)
{
	int pair[2], small = 4608;
	long sent;

	OK(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
	OK(setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)));
	OK(fcntl(pair[0], F_SETFL, O_NONBLOCK));
	for (int i = 0; i < 8; i++)
		EQ(write(ends[1], buf, PAGE), PAGE);
	sent = OK(splice(ends[0], NULL, pair[0], NULL, 8 * PAGE, 0));
	CHECK(sent > 0 && sent < (long)(8 * PAGE) && sent % PAGE == 0);
	ERR(splice(ends[0], NULL, pair[0], NULL, 8 * PAGE, 0), EAGAIN);
	EQ(read(pair[1], buf, sizeof(buf)), PAGE); /* a datagram for each buffer */
	EQ(read(ends[0], buf, sizeof(buf)), 8 * PAGE - sent);
}

static void limit_of_size(void)
{
	struct rlimit lim = {6, RLIM_INFINITY};
	int fd = scratch();

	signal(SIGXFSZ, count);
	signals = 0;
	OK(setrlimit(RLIMIT_FSIZE, &lim));
	EQ(write(ends[1], "0123456789", 10), 10);
	EQ(splice(ends[0], NULL, fd, NULL, 10, 0), 6);
	EQ(signals, 1);
	ERR(splice(ends[0], NULL, fd, NULL, 10, 0), EFBIG);
	EQ(signals, 2);
	EQ(read(ends[0], buf, 100), 4);
}

int main(void)
{
	OK(pipe(ends));
	OK(pipe(more));
	waits();
	does_not_wait();
	signals_interrupt();
	socket_is_full();
	limit_of_size();
	return 0;
}
