/*
 * With SIGCHLD ignored, or SA_NOCLDWAIT, children vanish, and wait() answers ECHILD after the last
 * one.
 */
#include "check.h"

static void handler(int sig) { (void)sig; }

int main(void)
{
	struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_NOCLDWAIT | SA_RESTART};

	signal(SIGCHLD, SIG_IGN);
	for (int i = 0; i < 2; i++) {
		pid_t pid = OK(fork());
		if (!pid) {
			sleep_ms(30);
			_exit(3);
		}
		ERR(wait(NULL), ECHILD);
		ERR(kill(pid, 0), ESRCH);
		OK(sigaction(SIGCHLD, &sa, NULL));
	}
	return 0;
}
