/*
 * A child whose end sends another signal than SIGCHLD sends that one, and wait sees it with __WALL
 * or __WCLONE only.
 */
#include "check.h"

int main(void)
{
	int status;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	OK(sigprocmask(SIG_BLOCK, &set, NULL));
	for (int flag = 0; flag < 2; flag++) {
		pid_t pid = OK(syscall(SYS_clone, SIGUSR1, NULL, NULL, NULL, NULL));
		if (!pid)
			_exit(5);
		ERR(waitpid(-1, &status, 0), ECHILD);
		EQ(waitpid(-1, &status, flag ? __WALL : __WCLONE), pid);
		EQ(status, 5 << 8);
		EQ(sigtimedwait(&set, NULL, &(struct timespec){0}), SIGUSR1);
	}
	return 0;
}
