/*
 * Limits pass to children; soft up to hard is free, hard goes up for root only; wrong resources are
 * EINVAL.
 */
#include "check.h"

static void child(void)
{
	struct rlimit lim;

	OK(getrlimit(RLIMIT_CORE, &lim));
	EQ(lim.rlim_cur, 111);
	EQ(lim.rlim_max, 222);
	become_nobody();
	lim.rlim_cur = 222;
	OK(setrlimit(RLIMIT_CORE, &lim));
	lim.rlim_max = 223;
	ERR(setrlimit(RLIMIT_CORE, &lim), EPERM);
	lim.rlim_max = 100;
	ERR(setrlimit(RLIMIT_CORE, &lim), EINVAL);
	lim.rlim_cur = lim.rlim_max = 50;
	OK(setrlimit(RLIMIT_CORE, &lim));
	ERR(prlimit(1, RLIMIT_CORE, NULL, &lim), EPERM);
}

int main(void)
{
	struct rlimit lim = {111, 222};

	OK(setrlimit(RLIMIT_CORE, &lim));
	EQ(in_child(child), 0);
	lim.rlim_max = 333;
	OK(setrlimit(RLIMIT_CORE, &lim));
	ERR(getrlimit(16, &lim), EINVAL);
	ERR(prlimit(99999, RLIMIT_CORE, NULL, &lim), ESRCH);
	OK(prlimit(1, RLIMIT_NOFILE, NULL, &lim));
	OK(getrlimit(RLIMIT_NOFILE, &lim));
	EQ(lim.rlim_cur, 1024);
	EQ(lim.rlim_max, 4096);
	OK(getrlimit(RLIMIT_STACK, &lim));
	EQ(lim.rlim_cur, 8 << 20);
	lim.rlim_max = 1 << 30;
	ERR(setrlimit(RLIMIT_NOFILE, &(struct rlimit){1, 1 << 30}), EPERM);
	return 0;
}
