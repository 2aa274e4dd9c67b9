/* RLIMIT_NPROC: nobody's fork() is EAGAIN at the limit; root is not bound. */
#include "check.h"

static void child(void)
{
	struct rlimit lim = {2, 2};
	int fds[2];
	char byte;

	OK(setrlimit(RLIMIT_NPROC, &lim));
	EQ(in_child(({
		   void (*f)(void) = (void (*)(void))sync;
		   f;
	   })),
	   0);
	become_nobody();
	OK(pipe(fds));
	pid_t pid = OK(fork());
	if (!pid) {
		close(fds[1]);
		read(fds[0], &byte, 1);
		_exit(0);
	}
	ERR(fork(), EAGAIN);
	close(fds[1]);
	EQ(waitpid(pid, NULL, 0), pid);
	pid = OK(fork());
	if (!pid)
		_exit(0);
}

int main(void)
{
	EQ(in_child(child), 0);
	return 0;
}
