/*
 * Pid, parent, group, session, nice, limits, umask, directory, uids and an alarm live on through
 * exec.
 */
#include "check.h"
#include <sys/time.h>

int main(int argc, char **argv)
{
	char text[100], cwd[100];
	struct rlimit lim = {777, 888};
	struct itimerval it = {.it_value = {50, 0}};

	if (argc > 1) {
		sprintf(text, "%d %d %d %d", getpid(), getppid(), getpgrp(), getsid(0));
		STREQ(argv[1], text);
		EQ(getpriority(PRIO_PROCESS, 0), 5);
		OK(getrlimit(RLIMIT_NOFILE, &lim));
		EQ(lim.rlim_cur, 777);
		EQ(umask(0), 037);
		STREQ(getcwd(cwd, sizeof(cwd)), "/proc");
		EQ(geteuid(), NOBODY);
		OK(getitimer(ITIMER_REAL, &it));
		CHECK(it.it_value.tv_sec >= 40);
		return 0;
	}
	sprintf(text, "%d %d %d %d", getpid(), getppid(), getpgrp(), getsid(0));
	OK(setpriority(PRIO_PROCESS, 0, 5));
	OK(setrlimit(RLIMIT_NOFILE, &lim));
	umask(037);
	OK(chdir("/proc"));
	OK(setitimer(ITIMER_REAL, &it, NULL));
	become_nobody();
	EXEC_SELF(text);
}
