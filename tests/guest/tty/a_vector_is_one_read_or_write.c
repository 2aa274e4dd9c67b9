/* SPDX-License-Identifier: MIT */
/*
 * A vector that a terminal reads ends with the line, or at VMIN bytes, as if it were one buffer. A
 * read that faults loses its chunk of 64 bytes, a write its chunk of 2048.
 */
#include "pty.h"
#include <sys/uio.h>

static char a[4096], b[4096], *edge; /* after @edge there is nothing */

static void lines(void)
{
	struct iovec v[] = {{a, 3}, {b, 3}, {b + 4, 10}};

	type("hello\nworld\nagain\n");
	EQ(readv(slave, v, 3), 6);
	EQ(memcmp(a, "hel", 3), 0);
	EQ(memcmp(b, "lo\n", 3), 0);
	EQ(readv(slave, v, 2), 6);
	v[0].iov_len = 0;
	v[1].iov_len = 4;
	EQ(readv(slave, v, 3), 6);
	EQ(memcmp(b, "again\n", 6), 0);
}

static void chunk_that_faults(void)
{
	char text[202] = {0};

	memset(text, 'x', 200);
	text[200] = '\n';
	type(text);
	EQ(read(slave, edge - 100, 201), 100);
	EQ(read(slave, a, 201), 201 - 2 * 64);
	type(text);
	ERR(read(slave, edge, 201), EFAULT);
	EQ(read(slave, a, 201), 201 - 64);
	EQ(write(slave, text, 200), 200);
	EQ(read(master, edge - 100, 200), 100);
	EQ(read(master, a, 200), 200 - 2 * 64);
}

static void bytes(const struct termios *old)
{
	struct iovec v[] = {{a, 1}, {b, 1}};
	struct termios t = *old;

	t.c_lflag &= ~ICANON;
	t.c_cc[VMIN] = 5;
	OK(tcsetattr(slave, TCSANOW, &t));
	type("abcdefgh");
	EQ(readv(slave, v, 2), 2);
	EQ(b[0], 'b');
	v[1].iov_len = 100;
	EQ(readv(slave, v, 2), 6);
}

static void writes(void)
{
	struct iovec v[] = {{"one ", 4}, {"two ", 4}, {edge, 4}};

	ERR(writev(slave, v, 3), EFAULT);
	EQ(writev(slave, v, 2), 8);
	EQ(read(master, a, 100), 8);
	memset(edge - 2100, 'w', 2100);
	ERR(write(slave, edge - 2047, 2048), EFAULT);
	EQ(write(slave, edge - 2100, 4000), 2048);
	read_all(master, a, 2048);
}

static void packets(void)
{
	int on = 1;

	OK(ioctl(master, TIOCPKT, &on));
	EQ(write(slave, a, 300), 300);
	EQ(read(master, b, 1000), 301);
	EQ(b[0], TIOCPKT_DATA);
}

int main(void)
{
	struct termios t;

	edge = anon(2 * PAGE, PROT_READ | PROT_WRITE) + PAGE;
	OK(munmap(edge, PAGE));
	open_pty();
	OK(tcgetattr(slave, &t));
	t.c_lflag &= ~ECHO;
	t.c_oflag = 0;
	OK(tcsetattr(slave, TCSANOW, &t));
	lines();
	chunk_that_faults();
	writes();
	packets();
	bytes(&t);
	return 0;
}
