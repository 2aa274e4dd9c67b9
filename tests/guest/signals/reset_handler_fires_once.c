/* SA_RESETHAND: the handler runs once, then the default action comes back. */
#include "check.h"

static volatile int count;

static void handler(int sig)
{
	(void)sig;
	count++;
}

static void twice(void)
{
	struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_RESETHAND};

	OK(sigaction(SIGUSR1, &sa, NULL));
	raise(SIGUSR1);
	EQ(count, 1);
	OK(sigaction(SIGUSR1, NULL, &sa));
	EQ(sa.sa_handler, SIG_DFL);
	raise(SIGUSR1);
}

int main(void)
{
	EQ(in_child(twice), SIGUSR1);
	return 0;
}
