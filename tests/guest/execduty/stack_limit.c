/* flags: -static */
/* SPDX-License-Identifier: MIT */
/* RLIMIT_STACK at the time of an exec: how much the strings may take, and where mmap starts. */
#include "duty.h"
#include <sys/mman.h>

static rlim_t limit;
static size_t arg_bytes;

static void try_exec(void)
{
	struct rlimit r = {limit, RLIM_INFINITY};
	char *arg = malloc(131072);
	char *argv[256] = {"self", "child"};
	int n = 2;

	CHECK(setrlimit(RLIMIT_STACK, &r) == 0);
	memset(arg, 'a', 131071);
	arg[100000] = 0;
	for (size_t left = arg_bytes; left >= 100000; left -= 100000)
		argv[n++] = arg;
	execv("/proc/self/exe", argv);
	_exit(errno);
}

static int with(rlim_t stack, size_t bytes)
{
	limit = stack;
	arg_bytes = bytes;
	return in_child(try_exec);
}

/* Where does mmap go: far below the stack, or just above a third of user space? */
static int child(void)
{
	struct rlimit r;
	unsigned long where =
		(unsigned long)mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned long below = (unsigned long)&r - where;

	CHECK(getrlimit(RLIMIT_STACK, &r) == 0 && r.rlim_max == RLIM_INFINITY);
	if (r.rlim_cur == RLIM_INFINITY)
		return below > 0x600000000000UL ? 40 : 41;
	return below >= 100 << 20 && below + (4 << 20) >= r.rlim_cur ? 40 : 42;
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "child") == 0)
		return child();
	CHECK(with(8 << 20, 0) == 40 << 8);
	CHECK(with(1UL << 30, 0) == 40 << 8);
	CHECK(with(RLIM_INFINITY, 0) == 40 << 8);
	CHECK(with(256 << 10, 0) == 40 << 8);
	CHECK(with(8 << 20, 1900000) == 40 << 8);
	CHECK(with(8 << 20, 2100000) == E2BIG << 8);
	CHECK(with(RLIM_INFINITY, 6200000) == 40 << 8);
	CHECK(with(RLIM_INFINITY, 6400000) == E2BIG << 8);
	/* the strings' floor is 128 KiB, but the stack cannot grow so far */
	CHECK(with(65536, 100000) == E2BIG << 8);
	CHECK(with(65536, 0) == 40 << 8);
	CHECK(with(4096, 0) == 40 << 8);
	CHECK(with(0, 0) == 40 << 8);
	return 0;
}
