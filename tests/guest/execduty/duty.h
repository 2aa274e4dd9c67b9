/* SPDX-License-Identifier: MIT */
/*
 * For programs that execute themselves: argv[1] says which part is meant. CHECK ends the program
 * with 1.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHECK(cond) \
	do { \
		if (!(cond)) { \
			printf("%s:%d: not so: %s (errno %d)\n", __FILE__, __LINE__, #cond, \
			       errno); \
			fflush(stdout); \
			_exit(1); \
		} \
	} while (0)

/* Runs @f in a child; its wait status. */
static inline int in_child(void (*f)(void))
{
	int pid, status;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		f();
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	return status;
}

static inline void exec_self(const char *part, const char *arg)
{
	execl(program_invocation_name, "self", part, arg, (char *)NULL);
	CHECK(!"execl returned");
}
