/*
 * The leader has ended already: a thread's exec still takes over its pid, and the parent waits for
 * that.
 */
#include "check.h"
#include <pthread.h>

static const char *path;

static void *executor(void *arg)
{
	char *args[] = {"x", "run", NULL};

	sleep_ms(30);
	execv(path, args);
	return arg;
}

static void child(void)
{
	pthread_t t;

	EQ(pthread_create(&t, NULL, executor, NULL), 0);
	syscall(SYS_exit, 0);
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		EQ(syscall(SYS_gettid), getpid());
		return 9;
	}
	path = self();
	EQ(in_child(child), 9 << 8);
	return 0;
}
