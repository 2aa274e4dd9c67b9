/* flags: -static */
/* SPDX-License-Identifier: MIT */
/*
 * many COUNT: so many processes at once. Each is there, is woken and ends; afterwards nothing is
 * missing. For a kernel of make DEBUG=1.
 */
#include "use.h"

static double seconds_since(struct timespec *t)
{
	struct timespec now;
	double s;

	clock_gettime(CLOCK_MONOTONIC, &now);
	s = now.tv_sec - t->tv_sec + (now.tv_nsec - t->tv_nsec) / 1e9;
	*t = now;
	return s;
}

/* Waits for the signal that ends it with 0. */
static void child(void)
{
	sigset_t usr1;
	int sig;

	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigwait(&usr1, &sig);
	_exit(0);
}

static int make(pid_t *pids, int count)
{
	for (int i = 0; i < count; i++) {
		pids[i] = fork();
		if (!pids[i])
			child();
		if (pids[i] < 0)
			return i;
	}
	return count;
}

static void many(int count)
{
	pid_t *pids = malloc(count * sizeof(*pids));
	struct timespec t;
	double forked, found, ended;
	int made, status;

	seconds_since(&t);
	made = make(pids, count);
	if (made < count)
		printf("fork %d: %s\n", made, strerror(errno));
	forked = seconds_since(&t);
	for (int i = 0; i < made; i++) {
		OK(kill(pids[i], 0));
		EQ(getpgid(pids[i]), getpgrp());
	}
	found = seconds_since(&t);
	for (int i = 0; i < made; i++)
		OK(kill(pids[i], SIGUSR1));
	for (int i = 0; i < made; i++) {
		EQ(waitpid(pids[i], &status, 0), pids[i]);
		EQ(status, 0);
	}
	ended = seconds_since(&t);
	printf("%d processes at once: made in %.2f s, asked in %.2f s, ended in %.2f s\n", made,
	       forked, found, ended);
	fflush(stdout);
	free(pids);
}

int main(int argc, char **argv)
{
	struct use before, after;
	sigset_t usr1;

	CHECK(argc == 2);
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr1, NULL);
	many(atoi(argv[1])); /* the kernel takes RAM into use when it is needed first */
	before = in_use();
	many(atoi(argv[1]));
	sleep_ms(100);
	after = in_use();
	printf("processes: %+ld KiB free, %+ld objects\n", after.free - before.free,
	       after.objects - before.objects);
	return 0;
}
