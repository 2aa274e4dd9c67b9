/*
 * /proc/self/task has one directory a thread; getpid() is one for all; setuid() holds for all
 * threads.
 */
#include "check.h"
#include <dirent.h>
#include <pthread.h>

static volatile int stop;
static volatile uid_t seen;

static void *run(void *arg)
{
	while (!stop)
		sleep_ms(1);
	seen = syscall(SYS_geteuid);
	return arg;
}

static int tasks(void)
{
	DIR *d = opendir("/proc/self/task");
	int n = 0;
	struct dirent *e;

	CHECK(d);
	while ((e = readdir(d)))
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

int main(void)
{
	pthread_t t;

	EQ(tasks(), 1);
	EQ(pthread_create(&t, NULL, run, NULL), 0);
	EQ(tasks(), 2);
	EQ(proc_number("/proc/self/status", "Threads"), 2);
	OK(setuid(NOBODY));
	stop = 1;
	EQ(pthread_join(t, NULL), 0);
	EQ(seen, NOBODY);
	return 0;
}
