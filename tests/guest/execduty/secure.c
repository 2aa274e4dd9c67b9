/* flags: -static */
/* SPDX-License-Identifier: MIT */
/*
 * A set-user-id program: AT_SECURE, unsafe variables gone, no signal at the parent's death, a sane
 * stack limit.
 */
#include "duty.h"
#include <sys/auxv.h>

static void run(void)
{
	char *argv[] = {"x", "child", NULL}, *envp[] = {"LD_PRELOAD=x", "KEEP=1", NULL};
	struct rlimit r = {RLIM_INFINITY, RLIM_INFINITY};

	CHECK(setrlimit(RLIMIT_STACK, &r) == 0);
	CHECK(setgid(1000) == 0 && setuid(1000) == 0);
	CHECK(prctl(PR_SET_PDEATHSIG, SIGUSR1) == 0);
	execve("./prog", argv, envp);
	_exit(99);
}

static void run_with_no_new_privs(void)
{
	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	run();
}

/* Answers in bits what it finds. */
static int child(void)
{
	struct rlimit r;
	int sig = -1;

	CHECK(prctl(PR_GET_PDEATHSIG, &sig) == 0 && getrlimit(RLIMIT_STACK, &r) == 0);
	CHECK(getenv("KEEP"));
	return (getauxval(AT_SECURE) != 0) | (geteuid() == 0) << 1 | (sig == SIGUSR1) << 2 |
	       (getenv("LD_PRELOAD") != NULL) << 3 | (prctl(PR_GET_DUMPABLE) == 1) << 4 |
	       (r.rlim_cur == RLIM_INFINITY) << 5 | (getegid() == 0) << 6;
}

static int found(mode_t mode, void (*how)(void))
{
	int status;

	CHECK(chmod("prog", mode) == 0);
	status = in_child(how);
	CHECK((status & 0xff) == 0);
	return status >> 8;
}

int main(int argc, char **argv)
{
	char cmd[200];

	if (argc > 1)
		return child();
	snprintf(cmd, sizeof(cmd), "busybox cp %s prog", argv[0]);
	CHECK(system(cmd) == 0);
	CHECK(found(0755, run) == (4 | 8 | 16 | 32));
	CHECK(found(04755, run) == (1 | 2));
	CHECK(found(02755, run) == (1 | 64));
	CHECK(found(06755, run) == (1 | 2 | 64));
	CHECK(found(02745, run) == (4 | 8 | 16 | 32));
	CHECK(found(04711, run) == (1 | 2));
	CHECK(found(0711, run) == (4 | 8 | 32));
	CHECK(found(06755, run_with_no_new_privs) == (4 | 8 | 16 | 32));
	return 0;
}
