/* A robust mutex in shared memory whose owner ends gives EOWNERDEAD to the next one. */
#include "check.h"
#include <pthread.h>

static pthread_mutex_t *lock;

static void take(void) { EQ(pthread_mutex_lock(lock), 0); }

int main(void)
{
	pthread_mutexattr_t attr;

	lock = OK(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	EQ(pthread_mutex_init(lock, &attr), 0);
	EQ(in_child(take), 0);
	EQ(pthread_mutex_lock(lock), EOWNERDEAD);
	EQ(pthread_mutex_consistent(lock), 0);
	EQ(pthread_mutex_unlock(lock), 0);
	return 0;
}
