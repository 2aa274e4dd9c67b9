/* flags: -static */
/* SPDX-License-Identifier: MIT */
/*
 * Is sent signals, one that it ignores and one breakpoint of its own among them, says which ones
 * arrived, and dies of the last one.
 */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static volatile int got[32];

static void count(int sig) { got[sig]++; }

int main(void)
{
	signal(SIGUSR1, count);
	signal(SIGTRAP, count);
	signal(SIGCHLD, SIG_IGN);
	raise(SIGUSR1);
	raise(SIGCHLD);
	__asm__ volatile("int3");
	raise(SIGTRAP);
	raise(SIGUSR1);
	printf("USR1 %d, TRAP %d\n", got[SIGUSR1], got[SIGTRAP]);
	fflush(stdout);
	raise(SIGTERM);
	return 1;
}
