/* A process whose parent ends gets pid 1 as its parent, or the nearest subreaper. */
#include "check.h"
#include <sys/prctl.h>

static int fds[2];

static void grandchild(void)
{
	pid_t parent, middle = getpid();
	char byte;

	if (OK(fork()))
		return;
	close(fds[1]);
	while (getppid() == middle)
		sleep_ms(2);
	parent = getppid();
	read(fds[0], &byte, 1);
	_exit(parent == 1 ? 1 : 2);
}

int main(void)
{
	int status;

	OK(pipe(fds));
	EQ(in_child(grandchild), 0);
	ERR(waitpid(-1, &status, WNOHANG), ECHILD);
	OK(prctl(PR_SET_CHILD_SUBREAPER, 1));
	EQ(in_child(grandchild), 0);
	EQ(waitpid(-1, &status, WNOHANG), 0);
	close(fds[1]);
	CHECK(waitpid(-1, &status, 0) > 1);
	EQ(status, 2 << 8);
	return 0;
}
