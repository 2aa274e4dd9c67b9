/*
 * All strings and their pointers share a quarter of RLIMIT_STACK, at least 128 KiB, at most 6 MiB.
 */
#include "check.h"

static char text[100001];
static char *args[200];

/* The largest number of 100 KB strings that exec takes under this stack limit, from @n on. */
static int most(rlim_t stack, int n)
{
	int status;
	struct rlimit lim = {stack, RLIM_INFINITY};

	for (int i = 0; i < n; i++)
		args[i] = text;
	for (;; n++) {
		pid_t pid = OK(fork());
		if (!pid) {
			args[n] = NULL;
			OK(setrlimit(RLIMIT_STACK, &lim));
			execve(self(), args, args + n);
			_exit(errno == E2BIG ? 3 : 4);
		}
		EQ(waitpid(pid, &status, 0), pid);
		args[n] = text;
		if (status != 0)
			break;
	}
	EQ(status, 3 << 8);
	return n - 1;
}

int main(int argc, char **argv)
{
	if (argc > 0 && argv[0][0] == 'x')
		return 0;
	memset(text, 'x', sizeof(text) - 1);
	EQ(most(4 << 20, 1), 10);
	EQ(most(1 << 20, 1), 2);
	EQ(most(64 << 20, 58), 62);
	return 0;
}
