/*
 * Exec: a caught signal is default again, an ignored one stays ignored, flags and masks are
 * cleared.
 */
#include "check.h"

static void handler(int sig) { (void)sig; }

int main(int argc, char **argv)
{
	struct sigaction sa;

	(void)argv;
	if (argc > 1) {
		OK(sigaction(SIGUSR1, NULL, &sa));
		EQ(sa.sa_handler, SIG_DFL);
		EQ(sa.sa_flags, 0);
		EQ(sigismember(&sa.sa_mask, SIGINT), 0);
		OK(sigaction(SIGUSR2, NULL, &sa));
		EQ(sa.sa_handler, SIG_IGN);
		OK(sigaction(SIGCHLD, NULL, &sa));
		EQ(sa.sa_handler, SIG_IGN);
		return 0;
	}
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = handler;
	sa.sa_flags = SA_RESTART | SA_NODEFER;
	sigaddset(&sa.sa_mask, SIGINT);
	OK(sigaction(SIGUSR1, &sa, NULL));
	signal(SIGUSR2, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	EXEC_SELF("again");
}
