/* SPDX-License-Identifier: MIT */
/*
 * setitimer's timers go on through an exec, timer_create's end with the program, and so do handlers
 * but not SIG_IGN.
 */
#include "duty.h"

static void on_signal(int sig) { (void)sig; }

static void before(void)
{
	struct itimerval it = {{0, 0}, {50, 0}};
	struct itimerspec its = {{0, 0}, {0, 30000000}};
	struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
	sigset_t set;
	timer_t timer;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	CHECK(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
	raise(SIGUSR2);
	signal(SIGUSR1, on_signal);
	signal(SIGHUP, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	CHECK(setitimer(ITIMER_REAL, &it, NULL) == 0);
	CHECK(timer_create(CLOCK_MONOTONIC, &ev, &timer) == 0 &&
	      timer_settime(timer, 0, &its, NULL) == 0);
	exec_self("after", NULL);
}

static int after(void)
{
	struct timespec t = {0, 100000000};
	struct itimerval it;
	struct sigaction sa;
	sigset_t set;

	CHECK(nanosleep(&t, NULL) == 0); /* SIGUSR1 would have ended us */
	CHECK(getitimer(ITIMER_REAL, &it) == 0 && it.it_value.tv_sec >= 40);
	CHECK(sigaction(SIGUSR1, NULL, &sa) == 0 && sa.sa_handler == SIG_DFL);
	CHECK(sigaction(SIGHUP, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN);
	CHECK(sigprocmask(SIG_BLOCK, NULL, &set) == 0 && sigismember(&set, SIGUSR2));
	CHECK(sigpending(&set) == 0 && sigismember(&set, SIGUSR2));
	return 0;
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return after();
	CHECK(in_child(before) == 0);
	return 0;
}
