/* A pseudo terminal for the tests in this folder: its two ends, in a directory of their own. */
#ifndef PTY_H
#define PTY_H

#include "check.h"
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>

static int master, slave;

static inline char *slave_name(void)
{
	static char name[32];
	int n = -1;

	OK(ioctl(master, TIOCGPTN, &n));
	snprintf(name, sizeof(name), "/dev/pts/%d", n);
	return name;
}

static inline void open_pty(void)
{
	int zero = 0;

	master = OK(open("/dev/ptmx", O_RDWR | O_NOCTTY));
	OK(ioctl(master, TIOCSPTLCK, &zero));
	slave = OK(open(slave_name(), O_RDWR | O_NOCTTY));
}

static inline void type(const char *s) { EQ(write(master, s, strlen(s)), strlen(s)); }

/* What a read of @fd returns now, "" if it would wait. */
static inline const char *text_of(int fd)
{
	static char buf[256];
	struct pollfd p = {fd, POLLIN, 0};

	buf[0] = 0;
	if (OK(poll(&p, 1, 20)) && (p.revents & POLLIN))
		buf[OK(read(fd, buf, sizeof(buf) - 1))] = 0;
	return buf;
}

/* Exactly @n bytes, which may come in pieces. */
static inline void read_all(int fd, char *to, size_t n)
{
	for (size_t done = 0; done < n;)
		done += OK(read(fd, to + done, n - done));
}

static inline short events_of(int fd)
{
	struct pollfd p = {fd, POLLIN | POLLOUT | POLLPRI, 0};

	OK(poll(&p, 1, 0));
	return p.revents;
}

#endif
