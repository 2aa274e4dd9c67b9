/* Two threads pass a turn to and fro by a condition variable; a timed wait ends in ETIMEDOUT. */
#include "check.h"
#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn_changed = PTHREAD_COND_INITIALIZER;
static int turn, passes;

static void *run(void *arg)
{
	int me = (long)arg;

	pthread_mutex_lock(&lock);
	for (int i = 0; i < 200; i++) {
		while (turn != me)
			pthread_cond_wait(&turn_changed, &lock);
		passes++;
		turn = !me;
		pthread_cond_broadcast(&turn_changed);
	}
	pthread_mutex_unlock(&lock);
	return NULL;
}

int main(void)
{
	pthread_t t;
	struct timespec ts;

	EQ(pthread_create(&t, NULL, run, (void *)1), 0);
	run(0);
	EQ(pthread_join(t, NULL), 0);
	EQ(passes, 400);
	clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_nsec += 30000000;
	if (ts.tv_nsec >= 1000000000) {
		ts.tv_sec++;
		ts.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&lock);
	EQ(pthread_cond_timedwait(&turn_changed, &lock, &ts), ETIMEDOUT);
	return 0;
}
