/*
 * nanosleep, poll, pause and sigsuspend answer EINTR even with SA_RESTART; nanosleep tells what is
 * left.
 */
#include "check.h"
#include <poll.h>
#include <sys/time.h>

static void handler(int sig) { (void)sig; }

static void alarm_soon(void)
{
	struct itimerval it = {.it_value = {0, 20000}};

	OK(setitimer(ITIMER_REAL, &it, NULL));
}

int main(void)
{
	struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_RESTART};
	struct timespec ts = {5, 0}, left = {0, 0};
	sigset_t none;

	sigemptyset(&none);
	OK(sigaction(SIGALRM, &sa, NULL));
	alarm_soon();
	ERR(nanosleep(&ts, &left), EINTR);
	CHECK(left.tv_sec == 4 && left.tv_nsec > 500000000);
	alarm_soon();
	ERR(poll(NULL, 0, 5000), EINTR);
	alarm_soon();
	ERR(pause(), EINTR);
	alarm_soon();
	ERR(sigsuspend(&none), EINTR);
	alarm_soon();
	ERR(select(0, NULL, NULL, NULL, &(struct timeval){5, 0}), EINTR);
	return 0;
}
