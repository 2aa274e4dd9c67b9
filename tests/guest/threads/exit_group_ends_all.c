/* exit() of one thread ends all; the end of the leader alone does not end the process. */
#include "check.h"
#include <pthread.h>

static void *leave(void *arg)
{
	sleep_ms(20);
	exit((long)arg);
}

static void *forever(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void any_thread(void)
{
	pthread_t t;

	pthread_create(&t, NULL, forever, NULL);
	pthread_create(&t, NULL, leave, (void *)21);
	forever(NULL);
}

static void leader_first(void)
{
	pthread_t t;

	pthread_create(&t, NULL, leave, (void *)22);
	syscall(SYS_exit, 1);
}

int main(void)
{
	EQ(in_child(any_thread), 21 << 8);
	EQ(in_child(leader_first), 22 << 8);
	return 0;
}
