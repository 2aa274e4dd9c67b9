/* A freed pid is not given again at once: pids go up. */
#include "check.h"

int main(void)
{
	pid_t last = getpid();

	for (int i = 0; i < 20; i++) {
		int status;
		pid_t pid = OK(fork());
		if (!pid)
			_exit(0);
		CHECK(pid > last);
		last = pid;
		EQ(waitpid(pid, &status, 0), pid);
	}
	return 0;
}
