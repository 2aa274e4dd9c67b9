/*
 * pthread_kill() reaches its thread; a signal to the process goes to one that does not block it; a
 * kill ends all.
 */
#include "check.h"
#include <pthread.h>

static volatile pthread_t ran_in;
static volatile int stop;

static void handler(int sig)
{
	(void)sig;
	ran_in = pthread_self();
}

static void *wait_loop(void *arg)
{
	while (!stop)
		sleep_ms(2);
	return arg;
}

static void killed(void)
{
	pthread_t t;

	pthread_create(&t, NULL, wait_loop, NULL);
	kill(getpid(), SIGKILL);
	pause();
}

int main(void)
{
	pthread_t t;
	sigset_t set;

	signal(SIGUSR1, handler);
	EQ(pthread_create(&t, NULL, wait_loop, NULL), 0);
	EQ(pthread_kill(t, SIGUSR1), 0);
	while (!ran_in)
		sleep_ms(1);
	CHECK(ran_in == t);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	ran_in = 0;
	OK(kill(getpid(), SIGUSR1));
	while (!ran_in)
		sleep_ms(1);
	CHECK(ran_in == t);
	stop = 1;
	EQ(pthread_join(t, NULL), 0);
	stop = 0;
	EQ(in_child(killed), SIGKILL);
	return 0;
}
