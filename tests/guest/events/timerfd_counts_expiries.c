/* A timerfd returns how often it has expired; its time can be asked, set, absolute or canceled. */
#include "check.h"
#include <poll.h>
#include <sys/timerfd.h>

static uint64_t get(int fd)
{
	uint64_t v = 0;

	EQ(read(fd, &v, 8), 8);
	return v;
}

int main(void)
{
	struct itimerspec v = {.it_value = {0, 30000000}}, old;
	int fd = OK(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
	struct timespec now;
	uint64_t n;

	ERR(timerfd_create(CLOCK_PROCESS_CPUTIME_ID, 0), EINVAL);
	ERR(timerfd_create(CLOCK_MONOTONIC, 1), EINVAL);
	ERR(read(fd, &n, 8), EAGAIN);
	ERR(read(fd, &n, 4), EINVAL);
	ERR(write(fd, &n, 8), EINVAL);
	OK(timerfd_gettime(fd, &old));
	EQ(old.it_value.tv_nsec + old.it_value.tv_sec, 0);
	OK(timerfd_settime(fd, 0, &v, NULL));
	OK(timerfd_gettime(fd, &old));
	CHECK(old.it_value.tv_nsec > 0 && old.it_value.tv_nsec <= 30000000);
	struct pollfd p = {fd, POLLIN, 0};
	EQ(poll(&p, 1, 0), 0);
	EQ(poll(&p, 1, 2000), 1);
	EQ(get(fd), 1);
	OK(fcntl(fd, F_SETFL, 0));
	v = (struct itimerspec){.it_value = {0, 1000000}, .it_interval = {0, 5000000}};
	OK(timerfd_settime(fd, 0, &v, &old));
	EQ(old.it_value.tv_nsec, 0);
	sleep_ms(60);
	CHECK(get(fd) >= 8);
	CHECK(get(fd) >= 1);
	OK(timerfd_settime(fd, 0, &(struct itimerspec){0}, &old));
	EQ(old.it_interval.tv_nsec, 5000000);
	v = (struct itimerspec){.it_value = {0, 1}}; /* long ago: just after the boot */
	OK(timerfd_settime(fd, TFD_TIMER_ABSTIME, &v, NULL));
	EQ(get(fd), 1);
	v.it_value.tv_nsec = 1000000000;
	ERR(timerfd_settime(fd, 0, &v, NULL), EINVAL);
	ERR(timerfd_settime(fd, 8, &(struct itimerspec){0}, NULL), EINVAL);
	ERR(timerfd_settime(fd, 0, (void *)1, NULL), EFAULT);
	ERR(timerfd_gettime(fd, (void *)1), EFAULT);
	ERR(timerfd_gettime(0, &v), EINVAL);
	ERR(timerfd_gettime(99, &v), EBADF);
	/* the clock jumps */
	fd = OK(timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK));
	OK(clock_gettime(CLOCK_REALTIME, &now));
	v = (struct itimerspec){.it_value = now};
	v.it_value.tv_sec += 1000;
	OK(timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &v, NULL));
	ERR(read(fd, &n, 8), EAGAIN);
	now.tv_sec += 5;
	OK(clock_settime(CLOCK_REALTIME, &now));
	ERR(read(fd, &n, 8), ECANCELED);
	now.tv_sec -= 5;
	OK(clock_settime(CLOCK_REALTIME, &now));
	return 0;
}
