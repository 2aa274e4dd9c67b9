/* A read interrupted by a handler is EINTR without SA_RESTART and goes on with it. */
#include "check.h"

static int fds[2];

static void handler(int sig) { (void)sig; }

static ssize_t read_with(int flags)
{
	struct sigaction sa = {.sa_handler = handler, .sa_flags = flags};
	char byte;

	OK(sigaction(SIGUSR1, &sa, NULL));
	pid_t pid = OK(fork());
	if (!pid) {
		sleep_ms(30);
		kill(getppid(), SIGUSR1);
		sleep_ms(30);
		write(fds[1], "x", 1);
		_exit(0);
	}
	ssize_t n = read(fds[0], &byte, 1);
	int error = errno;
	while (waitpid(pid, NULL, 0) < 0)
		;
	errno = error;
	return n;
}

int main(void)
{
	OK(pipe(fds));
	ERR(read_with(0), EINTR);
	EQ(read_with(SA_RESTART), 1);
	return 0;
}
