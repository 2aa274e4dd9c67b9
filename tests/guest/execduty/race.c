/* SPDX-License-Identifier: MIT */
/* Many threads execute at once: one of them wins, once; the process ends as that program does. */
#include "duty.h"

static pthread_barrier_t barrier;

static void *executor(void *arg)
{
	pthread_barrier_wait(&barrier);
	execl("/proc/self/exe", "self", "won", (char *)NULL);
	return arg;
}

static void race(void)
{
	pthread_t t;

	pthread_barrier_init(&barrier, NULL, 8);
	for (int i = 0; i < 7; i++)
		CHECK(pthread_create(&t, NULL, executor, NULL) == 0);
	executor(NULL);
	_exit(9);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return strcmp(argv[1], "won") ? 2 : gettid() == getpid() ? 77 : 3;
	for (int i = 0; i < 20; i++)
		CHECK(in_child(race) == 77 << 8);
	return 0;
}
