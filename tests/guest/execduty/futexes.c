/* SPDX-License-Identifier: MIT */
/*
 * An exec leaves the old memory as an exit does: robust mutexes are given up;
 * clear_child_tid is cleared and woken, but only if others use that memory.
 */
#include "duty.h"
#include <linux/futex.h>
#include <sys/mman.h>

static struct shared {
	pthread_mutex_t mutex;
	int tid;
} * shared;
static int gate[2];

static void lock_and_exec(void)
{
	CHECK(pthread_mutex_lock(&shared->mutex) == 0);
	shared->tid = 4711;
	syscall(SYS_set_tid_address, &shared->tid);
	CHECK(write(gate[1], "x", 1) == 1);
	usleep(50000);
	exec_self("sleep", NULL);
}

static void end(int pid) { CHECK(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid); }

static void own_memory(void)
{
	int pid = fork();
	char c;

	if (!pid)
		lock_and_exec();
	CHECK(read(gate[0], &c, 1) == 1);
	CHECK(pthread_mutex_lock(&shared->mutex) == EOWNERDEAD);
	usleep(20000);
	CHECK(shared->tid == 4711);
	end(pid);
}

static void common_memory(void)
{
	int pid = vfork();

	if (!pid) {
		shared->tid = 4711;
		syscall(SYS_set_tid_address, &shared->tid);
		execl(program_invocation_name, "self", "sleep", (char *)NULL);
		_exit(1);
	}
	CHECK(shared->tid == 0);
	end(pid);
}

int main(int argc, char **argv)
{
	pthread_mutexattr_t attr;

	(void)argv;
	if (argc > 1)
		return pause();
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	CHECK(pthread_mutex_init(&shared->mutex, &attr) == 0 && pipe(gate) == 0);
	own_memory();
	common_memory();
	return 0;
}
