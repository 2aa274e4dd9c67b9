/*
 * Mutexes of the C library with PTHREAD_PRIO_INHERIT: contention, errors, time limits, robust ones
 * whose owner ends, and a condition variable.
 */
#include "threads/pi.h"

static pthread_mutex_t mutex, *shared;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static long counter, turn;

static void make(pthread_mutex_t *m, int type, int robust, int pshared)
{
	pthread_mutexattr_t attr;

	EQ(pthread_mutexattr_init(&attr), 0);
	EQ(pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT), 0);
	EQ(pthread_mutexattr_settype(&attr, type), 0);
	EQ(pthread_mutexattr_setrobust(&attr, robust), 0);
	EQ(pthread_mutexattr_setpshared(&attr, pshared), 0);
	EQ(pthread_mutex_init(m, &attr), 0);
}

static long count(void)
{
	for (int i = 0; i < 300; i++) {
		long n;

		EQ(pthread_mutex_lock(&mutex), 0);
		n = counter;
		if (i % 10 == 0)
			sched_yield();
		counter = n + 1;
		EQ(pthread_mutex_unlock(&mutex), 0);
	}
	return 0;
}

static long take_and_end(void) { return pthread_mutex_lock(&mutex); }

static long try_and_wait(void)
{
	struct timespec t = after(CLOCK_REALTIME, SOON);

	EQ(pthread_mutex_trylock(&mutex), EBUSY);
	EQ(pthread_mutex_timedlock(&mutex, &t), ETIMEDOUT);
	return pthread_mutex_unlock(&mutex);
}

static long wait_for_turn(void)
{
	EQ(pthread_mutex_lock(&mutex), 0);
	while (!turn)
		EQ(pthread_cond_wait(&cond, &mutex), 0);
	turn++;
	return pthread_mutex_unlock(&mutex);
}

static void take_in_child(void) { EQ(pthread_mutex_lock(shared), 0); }

static void plain(void)
{
	struct thread t[4];

	make(&mutex, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED, PTHREAD_PROCESS_PRIVATE);
	for (int i = 0; i < 4; i++)
		start(&t[i], count);
	for (int i = 0; i < 4; i++)
		EQ(join(&t[i]), 0);
	EQ(counter, 1200);
	for (int i = 0; i < 4; i++)
		start_sleeper(&t[i], wait_for_turn);
	EQ(pthread_mutex_lock(&mutex), 0);
	turn = 1;
	EQ(pthread_cond_broadcast(&cond), 0);
	EQ(pthread_mutex_unlock(&mutex), 0);
	for (int i = 0; i < 4; i++)
		EQ(join(&t[i]), 0);
	EQ(turn, 5);
}

static void checked(void)
{
	struct thread a;

	make(&mutex, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED, PTHREAD_PROCESS_PRIVATE);
	EQ(pthread_mutex_unlock(&mutex), EPERM);
	EQ(pthread_mutex_lock(&mutex), 0);
	EQ(pthread_mutex_lock(&mutex), EDEADLK);
	start(&a, try_and_wait);
	EQ(join(&a), EPERM);
	EQ(pthread_mutex_unlock(&mutex), 0);
}

/* By a thread, and by a process that shares the page. */
static void robust(void)
{
	struct thread a;

	make(&mutex, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, PTHREAD_PROCESS_PRIVATE);
	start(&a, take_and_end);
	EQ(join(&a), 0);
	EQ(pthread_mutex_lock(&mutex), EOWNERDEAD);
	start_sleeper(&a, take_and_end);
	EQ(pthread_mutex_consistent(&mutex), 0);
	EQ(pthread_mutex_unlock(&mutex), 0);
	EQ(join(&a), 0);
	EQ(pthread_mutex_trylock(&mutex), EOWNERDEAD);
	EQ(pthread_mutex_unlock(&mutex), 0);
	EQ(pthread_mutex_lock(&mutex), ENOTRECOVERABLE);
	shared = OK(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	make(shared, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, PTHREAD_PROCESS_SHARED);
	EQ(in_child(take_in_child), 0);
	EQ(pthread_mutex_lock(shared), EOWNERDEAD);
	EQ(pthread_mutex_consistent(shared), 0);
	EQ(pthread_mutex_unlock(shared), 0);
}

int main(void)
{
	plain();
	checked();
	robust();
	return 0;
}
