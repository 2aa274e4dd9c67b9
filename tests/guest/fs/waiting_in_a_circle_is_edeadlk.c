/* SPDX-License-Identifier: MIT */
/* F_SETLKW that would close a circle of processes fails with EDEADLK; the others go on. */
#include "check.h"

#define PROCESSES 3

static int fd, held[2], order[2];

static struct flock byte(short type, off_t at)
{
	return (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = at, .l_len = 1};
}

/* Holds byte @i and waits for the next one. The last of all meets the circle. */
static void member(int i)
{
	struct flock mine = byte(F_WRLCK, i), next = byte(F_WRLCK, (i + 1) % PROCESSES);
	char c;

	OK(fcntl(fd, F_SETLK, &mine));
	OK(write(held[1], "h", 1));
	EQ(read(order[0], &c, 1), 1);
	if (i < PROCESSES - 1) {
		OK(fcntl(fd, F_SETLKW, &next));
		_exit(0);
	}
	sleep_ms(500); /* until the others wait */
	ERR(fcntl(fd, F_SETLKW, &next), EDEADLK);
	mine.l_type = F_UNLCK;
	OK(fcntl(fd, F_SETLK, &mine));
	OK(fcntl(fd, F_SETLKW, &next));
	_exit(0);
}

int main(void)
{
	pid_t pid[PROCESSES];
	int status;
	char c;

	fd = scratch();
	OK(pipe(held));
	OK(pipe(order));
	for (int i = 0; i < PROCESSES; i++) {
		pid[i] = OK(fork());
		if (!pid[i])
			member(i);
	}
	for (int i = 0; i < PROCESSES; i++)
		EQ(read(held[0], &c, 1), 1);
	OK(write(order[1], "ggg", PROCESSES));
	for (int i = 0; i < PROCESSES; i++) {
		OK(waitpid(pid[i], &status, 0));
		EQ(status, 0);
	}
	return 0;
}
