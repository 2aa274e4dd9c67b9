/* PR_SET_PDEATHSIG: the end of the parent sends the signal. */
#include "check.h"
#include <sys/prctl.h>

static int fds[2];

static void middle(void)
{
	char byte;

	if (!OK(fork())) {
		OK(prctl(PR_SET_PDEATHSIG, SIGKILL));
		write(fds[1], "r", 1);
		for (;;)
			pause();
	}
	EQ(read(fds[0], &byte, 1), 1);
}

int main(void)
{
	int status;

	OK(prctl(PR_SET_CHILD_SUBREAPER, 1));
	OK(pipe(fds));
	EQ(in_child(middle), 0);
	CHECK(wait(&status) > 0);
	EQ(status, SIGKILL);
	return 0;
}
