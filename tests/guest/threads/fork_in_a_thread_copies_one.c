/* fork() in a thread gives a process with that one thread, with its TLS. */
#include "check.h"
#include <pthread.h>

static __thread int own;

static void child(void)
{
	EQ(own, 3);
	EQ(proc_number("/proc/self/status", "Threads"), 1);
	EQ(syscall(SYS_gettid), getpid());
}

static void *run(void *arg)
{
	own = 3;
	EQ(in_child(child), 0);
	return arg;
}

int main(void)
{
	pthread_t t;

	EQ(pthread_create(&t, NULL, run, NULL), 0);
	EQ(pthread_join(t, NULL), 0);
	EQ(own, 0);
	return 0;
}
