/*
 * poll() on a pipe: POLLIN with data, POLLOUT with room, POLLHUP without writer, POLLERR without
 * reader, POLLNVAL.
 */
#include "check.h"
#include <poll.h>

static short events(int fd)
{
	struct pollfd p = {fd, POLLIN | POLLOUT, 0x7fff};

	OK(poll(&p, 1, 0));
	return p.revents;
}

int main(void)
{
	static char buf[65536];
	int fds[2];
	struct pollfd p;
	double t0;

	OK(pipe(fds));
	EQ(events(fds[0]), 0);
	EQ(events(fds[1]), POLLOUT);
	EQ(write(fds[1], buf, 65536), 65536);
	EQ(events(fds[0]), POLLIN);
	EQ(events(fds[1]), 0);
	close(fds[1]);
	EQ(events(fds[0]), POLLIN | POLLHUP);
	EQ(read(fds[0], buf, 65536), 65536);
	EQ(events(fds[0]), POLLHUP);
	close(fds[0]);
	EQ(events(fds[0]), POLLNVAL);
	OK(pipe(fds));
	p = (struct pollfd){fds[0], POLLIN, 0};
	t0 = seconds(CLOCK_MONOTONIC);
	EQ(poll(&p, 1, 50), 0);
	CHECK(seconds(CLOCK_MONOTONIC) - t0 >= 0.05);
	pid_t pid = OK(fork());
	if (!pid) {
		sleep_ms(20);
		EQ(write(fds[1], "x", 1), 1);
		_exit(0);
	}
	EQ(poll(&p, 1, 5000), 1);
	EQ(waitpid(pid, NULL, 0), pid);
	close(fds[0]);
	EQ(events(fds[1]), POLLOUT | POLLERR);
	EQ(events(-1), 0);
	int file = scratch();
	EQ(events(file), POLLIN | POLLOUT);
	return 0;
}
