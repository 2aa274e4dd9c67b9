/*
 * vfork(): the parent sleeps until the child has executed or ended, and sees what the child wrote.
 */
#include "check.h"

static volatile int shared;

int main(int argc, char **argv)
{
	int status;

	(void)argv;
	if (argc > 1) {
		sleep_ms(50);
		return shared ? 1 : 3;
	}
	pid_t pid = vfork();
	if (!pid) {
		char *args[] = {"x", "run", NULL};
		shared = 42;
		execv("/proc/self/exe", args);
		_exit(99);
	}
	EQ(shared, 42);
	EQ(waitpid(pid, &status, WNOHANG), 0);
	EQ(waitpid(pid, &status, 0), pid);
	EQ(status, 3 << 8);
	pid = vfork();
	if (!pid) {
		shared = 43;
		_exit(4);
	}
	EQ(shared, 43);
	EQ(waitpid(pid, &status, 0), pid);
	EQ(status, 4 << 8);
	return 0;
}
