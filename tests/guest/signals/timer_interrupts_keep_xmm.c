/* Signals at any instruction, and other processes, leave a computation in xmm registers alone. */
#include "check.h"
#include <sys/time.h>

static volatile int ticks;

static void handler(int sig)
{
	double x = sig;

	ticks++;
	for (int i = 0; i < 20; i++)
		x = x * 1.5 + 1;
	if (x < 0)
		_exit(9);
}

static double compute(void)
{
	double x = 1, y = 3;

	for (int i = 0; i < 300000; i++) {
		x += 1 / y;
		y = y * 0.999 + x / 1000;
	}
	return x + y;
}

int main(void)
{
	struct itimerval it = {{0, 2000}, {0, 2000}};
	double want = compute();

	signal(SIGALRM, handler);
	pid_t pid = fork();
	OK(setitimer(ITIMER_REAL, &it, NULL));
	for (int i = 0; i < 4 || ticks < 3; i++)
		CHECK(compute() == want);
	memset(&it, 0, sizeof(it));
	setitimer(ITIMER_REAL, &it, NULL);
	if (pid) {
		int status;
		EQ(waitpid(pid, &status, 0), pid);
		EQ(status, 0);
	}
	return 0;
}
