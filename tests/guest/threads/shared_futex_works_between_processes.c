/* A process-shared semaphore in shared memory wakes another process. */
#include "check.h"
#include <semaphore.h>

static sem_t *sem;

static void child(void)
{
	EQ(sem_wait(&sem[0]), 0);
	EQ(sem_post(&sem[1]), 0);
}

int main(void)
{
	sem = OK(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	sem_init(&sem[0], 1, 0);
	sem_init(&sem[1], 1, 0);
	pid_t pid = OK(fork());
	if (!pid) {
		child();
		_exit(0);
	}
	sleep_ms(30);
	sem_post(&sem[0]);
	EQ(sem_wait(&sem[1]), 0);
	EQ(waitpid(pid, NULL, 0), pid);
	return 0;
}
