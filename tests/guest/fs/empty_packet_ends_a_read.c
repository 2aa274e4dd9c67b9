/* SPDX-License-Identifier: MIT */
/*
 * A write to a pipe that faults leaves an empty page. As a packet it ends a read, which returns 0.
 * A read that finds only such pages makes room for a writer that waits.
 */
#include "../check.h"
#include <poll.h>

static char *hole; /* not readable */

/* A read of the nonblocking end takes empty pages alone; the writer that waited goes on. */
static void room_wakes_the_writer(void)
{
	char page[PAGE] = "a"; /* a whole one is not merged with the empty one */
	int p[2], flags;
	char c;
	pid_t pid;

	OK(pipe(p));
	flags = OK(fcntl(p[0], F_GETFL));
	OK(fcntl(p[0], F_SETFL, flags | O_NONBLOCK));
	EQ(OK(fcntl(p[1], F_SETPIPE_SZ, PAGE)), PAGE);
	ERR(write(p[1], hole, 1), EFAULT);
	EQ(poll(&(struct pollfd){p[1], POLLOUT, 0}, 1, 0), 0);
	pid = OK(fork());
	if (!pid) {
		EQ(write(p[1], page, PAGE), PAGE);
		_exit(0);
	}
	while (state_of(pid) != 'S')
		sleep_ms(1);
	ERR(read(p[0], &c, 1), EAGAIN);
	EQ(waitpid(pid, NULL, 0), pid);
	EQ(read(p[0], &c, 1), 1);
}

static volatile int signals;

static void count(int sig)
{
	(void)sig;
	signals++;
}

/* Each read tells the owner of the other end, also one that finds nothing. */
static void reads_send_sigio(void)
{
	int p[2];
	char c;

	OK(pipe2(p, O_NONBLOCK));
	signal(SIGIO, count);
	OK(fcntl(p[1], F_SETOWN, getpid()));
	OK(fcntl(p[1], F_SETFL, O_NONBLOCK | O_ASYNC));
	ERR(read(p[0], &c, 1), EAGAIN);
	EQ(signals, 1);
}

int main(void)
{
	char b[8];
	int p[2];

	alarm(20);
	hole = anon(PAGE, PROT_NONE);
	OK(pipe2(p, O_DIRECT));
	ERR(write(p[1], hole, 5), EFAULT);
	EQ(write(p[1], "xy", 2), 2);
	EQ(read(p[0], b, sizeof(b)), 0);
	EQ(read(p[0], b, sizeof(b)), 2);
	ERR(write(p[1], hole, 5), EFAULT);
	EQ(read(p[0], b, sizeof(b)), 0); /* it does not wait */
	room_wakes_the_writer();
	reads_send_sigio();
	return 0;
}
