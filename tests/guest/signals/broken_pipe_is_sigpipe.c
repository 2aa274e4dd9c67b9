/* A write to a pipe without reader is SIGPIPE, and EPIPE when that is ignored. */
#include "check.h"

static int fds[2];

static void write_it(void)
{
	close(fds[0]);
	write(fds[1], "x", 1);
}

int main(void)
{
	OK(pipe(fds));
	EQ(in_child(write_it), 0);
	close(fds[0]);
	EQ(in_child(write_it), SIGPIPE);
	signal(SIGPIPE, SIG_IGN);
	ERR(write(fds[1], "x", 1), EPIPE);
	return 0;
}
