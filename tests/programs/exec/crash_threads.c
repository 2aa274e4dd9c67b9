/* flags: -g */
/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include "crash.h"

static int ready[2], never[2];

static __attribute__((noinline)) void wait_for_ever(void)
{
	char c = 0;

	if (write(ready[1], &c, 1) != 1 || read(never[0], &c, 1) != 1)
		_exit(1);
}

static void *other_thread(void *arg)
{
	wait_for_ever();
	return arg;
}

int main(void)
{
	pthread_t t;
	char c;

	if (pipe(ready) || pipe(never) || pthread_create(&t, NULL, other_thread, NULL) ||
	    read(ready[0], &c, 1) != 1)
		return 1;
	usleep(20000);
	map_areas();
	return first(1);
}
