/* SPDX-License-Identifier: MIT */
/*
 * An exec by a thread: all others are gone when the new program starts, the
 * process keeps its number, and who executes becomes the leader.
 */
#include "duty.h"
#include <dirent.h>

#define THREADS 8

static volatile int spin = 1;
static int never[2];

static void *sleeper(void *arg)
{
	char c;

	return read(never[0], &c, 1) < 0 ? arg : NULL;
}

static void *spinner(void *arg)
{
	while (spin)
		;
	return arg;
}

static void *blocked_signals(void *arg)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	return sleeper(arg);
}

static void start_threads(void)
{
	void *(*kinds[])(void *) = {sleeper, spinner, blocked_signals};
	pthread_t t;

	CHECK(pipe(never) == 0);
	for (int i = 0; i < THREADS; i++)
		CHECK(pthread_create(&t, NULL, kinds[i % 3], NULL) == 0);
}

static void *executor(void *arg)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", getpid());
	CHECK(gettid() != getpid());
	exec_self("alone", pid);
	return arg;
}

static void leader_waits(void)
{
	pthread_t t;

	start_threads();
	pthread_create(&t, NULL, executor, NULL);
	pthread_join(t, NULL);
}

static void leader_spins(void)
{
	pthread_t t;

	start_threads();
	pthread_create(&t, NULL, executor, NULL);
	for (;;)
		;
}

static void leader_has_exited(void)
{
	pthread_t t;

	start_threads();
	pthread_create(&t, NULL, executor, NULL);
	syscall(SYS_exit, 3);
}

static void leader_executes(void)
{
	char pid[16];

	start_threads();
	snprintf(pid, sizeof(pid), "%d", getpid());
	exec_self("alone", pid);
}

/* A failing exec leaves the threads alone. */
static void failing(void)
{
	DIR *d;
	int n = -2;

	start_threads();
	CHECK(execl("/proc/self/status", "x", (char *)NULL) == -1 && errno == EACCES);
	d = opendir("/proc/self/task");
	while (readdir(d))
		n++;
	CHECK(n == THREADS + 1);
}

static int alone(const char *pid)
{
	DIR *d = opendir("/proc/self/task");
	int n = -2;

	while (readdir(d))
		n++;
	CHECK(n == 1);
	CHECK(getpid() == gettid() && getpid() == atoi(pid));
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 2)
		return alone(argv[2]);
	CHECK(in_child(leader_waits) == 0);
	CHECK(in_child(leader_spins) == 0);
	CHECK(in_child(leader_has_exited) == 0);
	CHECK(in_child(leader_executes) == 0);
	CHECK(in_child(failing) == 0);
	return 0;
}
