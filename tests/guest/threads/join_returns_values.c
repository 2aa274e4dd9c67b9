/*
 * Threads run, share memory, have ids and TLS of their own, and pthread_join() gets their values.
 */
#include "check.h"
#include <pthread.h>

static __thread long own = 5;
static long tids[16];

static void *run(void *arg)
{
	long i = (long)arg;

	EQ(own, 5);
	own = i;
	tids[i] = syscall(SYS_gettid);
	sched_yield();
	EQ(own, i);
	return (void *)(i * i);
}

int main(void)
{
	pthread_t t[16];
	void *value;

	for (long i = 0; i < 16; i++)
		EQ(pthread_create(&t[i], NULL, run, (void *)i), 0);
	for (long i = 0; i < 16; i++) {
		EQ(pthread_join(t[i], &value), 0);
		EQ(value, i * i);
	}
	EQ(own, 5);
	for (int i = 1; i < 16; i++)
		CHECK(tids[i] != tids[i - 1] && tids[i] != getpid());
	return 0;
}
