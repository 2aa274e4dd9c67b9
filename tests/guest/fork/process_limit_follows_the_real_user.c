/* SPDX-License-Identifier: MIT */
/*
 * RLIMIT_NPROC compares the tasks of the real user: threads and zombies count until they are
 * waited for, and a process that becomes another user takes its count along.
 */
#include "check.h"
#include <pthread.h>

#define LIMIT 4
#define USER  4321

static void *wait_for_end(void *unused)
{
	pause();
	return unused;
}

static void limit(void) { OK(setrlimit(RLIMIT_NPROC, &(struct rlimit){LIMIT, LIMIT})); }

static pid_t fork_zombie(void)
{
	pid_t pid = OK(fork());

	if (!pid)
		_exit(0);
	OK(waitid(P_PID, pid, NULL, WEXITED | WNOWAIT));
	return pid;
}

static void zombies_count(void)
{
	pid_t pid[LIMIT];

	limit();
	OK(setresuid(USER, USER, USER));
	for (int i = 1; i < LIMIT; i++)
		pid[i] = fork_zombie();
	ERR(fork(), EAGAIN);
	EQ(waitpid(pid[1], NULL, 0), pid[1]);
	fork_zombie();
	ERR(fork(), EAGAIN);
}

static void threads_count(void)
{
	pthread_t t;

	limit();
	OK(setresuid(USER, USER, USER));
	for (int i = 1; i < LIMIT; i++)
		EQ(pthread_create(&t, NULL, wait_for_end, NULL), 0);
	EQ(pthread_create(&t, NULL, wait_for_end, NULL), EAGAIN);
	ERR(fork(), EAGAIN);
}

/* The effective user does not count, and whoever leaves makes room. */
static void becoming_another_moves_the_count(void)
{
	pid_t pid[LIMIT];
	int p[2];
	char byte;

	OK(pipe(p));
	for (int i = 1; i < LIMIT; i++) {
		pid[i] = OK(fork());
		if (!pid[i]) {
			OK(setresuid(USER, -1, -1));
			OK(write(p[1], "", 1));
			pause();
		}
	}
	for (int i = 1; i < LIMIT; i++)
		EQ(read(p[0], &byte, 1), 1);
	limit();
	if (!fork()) {
		OK(setresuid(USER, USER, USER));
		ERR(fork(), EAGAIN);
		_exit(0);
	}
	wait(NULL);
	kill(pid[1], SIGKILL);
	EQ(waitpid(pid[1], NULL, 0), pid[1]);
	OK(setresuid(USER, USER, USER));
	fork_zombie();
	ERR(fork(), EAGAIN);
	for (int i = 2; i < LIMIT; i++)
		kill(pid[i], SIGKILL);
}

/* 0 in this user's processes: nothing is left of those that were there. */
static void all_have_gone(void)
{
	limit();
	OK(setresuid(USER, USER, USER));
	for (int i = 1; i < LIMIT; i++)
		fork_zombie();
	ERR(fork(), EAGAIN);
}

int main(void)
{
	EQ(in_child(zombies_count), 0);
	while (wait(NULL) > 0)
		;
	EQ(in_child(threads_count), 0);
	EQ(in_child(becoming_another_moves_the_count), 0);
	EQ(in_child(all_have_gone), 0);
	return 0;
}
