/*
 * Exec from a second thread ends the others, and the program goes on with the leader's pid, alone.
 */
#include "check.h"
#include <pthread.h>

static char pid_text[12];

static void *sleeper(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void *executor(void *arg)
{
	CHECK(syscall(SYS_gettid) != getpid());
	EXEC_SELF(pid_text);
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t t;

	if (argc > 1) {
		EQ(getpid(), atoi(argv[1]));
		EQ(syscall(SYS_gettid), getpid());
		EQ(proc_number("/proc/self/status", "Threads"), 1);
		return 0;
	}
	sprintf(pid_text, "%d", getpid());
	for (int i = 0; i < 3; i++)
		EQ(pthread_create(&t, NULL, sleeper, NULL), 0);
	EQ(pthread_create(&t, NULL, executor, NULL), 0);
	for (;;)
		pause();
}
