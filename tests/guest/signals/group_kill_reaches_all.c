/* kill(-pgrp) and kill(0) reach every process of the group. */
#include "check.h"

static void leader(void)
{
	int status;

	OK(setpgid(0, 0));
	signal(SIGTERM, SIG_IGN);
	for (int i = 0; i < 3; i++)
		if (!OK(fork())) {
			signal(SIGTERM, SIG_DFL);
			for (;;)
				pause();
		}
	sleep_ms(30);
	OK(kill(0, SIGTERM));
	for (int i = 0; i < 3; i++) {
		CHECK(wait(&status) > 0);
		EQ(status, SIGTERM);
	}
	OK(killpg(getpgrp(), 0));
}

int main(void)
{
	EQ(in_child(leader), 0);
	return 0;
}
