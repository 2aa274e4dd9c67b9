/* kill(-pgrp) and kill(0) reach every process of the group, the newest member first. */
#include "check.h"
#include <sched.h>

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

static void set_fifo(int priority)
{
	struct sched_param p = {.sched_priority = priority};

	OK(sched_setscheduler(0, SCHED_FIFO, &p));
}

static void waiting_member(void)
{
	set_fifo(1);
	for (;;)
		pause();
}

/* Those of one priority run in the order of their wake-up. SIGCHLD keeps its first sender. */
static void newest_dies_first(void)
{
	siginfo_t info;
	sigset_t set;
	pid_t pid = 0;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	OK(setpgid(0, 0));
	set_fifo(2);
	OK(sigprocmask(SIG_BLOCK, &set, NULL));
	signal(SIGTERM, SIG_IGN);
	for (int i = 0; i < 3; i++) {
		pid = OK(fork());
		if (!pid) {
			signal(SIGTERM, SIG_DFL);
			waiting_member();
		}
	}
	sleep_ms(50);
	OK(kill(0, SIGTERM));
	EQ(sigwaitinfo(&set, &info), SIGCHLD);
	EQ(info.si_pid, pid);
	for (int i = 0; i < 3; i++)
		OK(wait(NULL));
}

int main(void)
{
	EQ(in_child(newest_dies_first), 0);
	EQ(in_child(leader), 0);
	return 0;
}
