/* An eventfd adds up what is written, returns it once, or one by one, and waits at its ends. */
#include "check.h"
#include <poll.h>
#include <sys/eventfd.h>

static void *volatile bad = (void *)16;

static uint64_t get(int fd)
{
	uint64_t v = 0;

	EQ(read(fd, &v, 8), 8);
	return v;
}

static void put(int fd, uint64_t v) { EQ(write(fd, &v, 8), 8); }

static short ready(int fd)
{
	struct pollfd p = {fd, POLLIN | POLLOUT, 0};

	OK(poll(&p, 1, 0));
	return p.revents;
}

static void handler(int sig) { (void)sig; }

int main(void)
{
	uint64_t big = UINT64_MAX, v;
	char link[64] = "";
	int fd = OK(eventfd(3, EFD_NONBLOCK)), sem;
	struct sigaction sa = {.sa_handler = handler};

	EQ(ready(fd), POLLIN | POLLOUT);
	put(fd, 4);
	EQ(get(fd), 7);
	EQ(ready(fd), POLLOUT);
	ERR(read(fd, &v, 8), EAGAIN);
	ERR(read(fd, &v, 7), EINVAL);
	ERR(write(fd, &v, 7), EINVAL);
	ERR(write(fd, &big, 8), EINVAL);
	ERR(write(fd, bad, 8), EFAULT);
	put(fd, UINT64_MAX - 1);
	EQ(ready(fd), POLLIN);
	v = 1;
	ERR(write(fd, &v, 8), EAGAIN);
	ERR(read(fd, bad, 8), EFAULT);
	EQ(ready(fd), POLLOUT);
	sem = OK(eventfd(2, EFD_SEMAPHORE | EFD_CLOEXEC));
	EQ(OK(fcntl(sem, F_GETFD)), FD_CLOEXEC);
	EQ(get(sem), 1);
	EQ(get(sem), 1);
	EQ(ready(sem), POLLOUT);
	ERR(eventfd(0, 8), EINVAL);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	char text[64] = "";
	OK(readlink(link, text, 63));
	STREQ(text, "anon_inode:[eventfd]");
	ERR(open(link, O_RDWR), ENXIO);
	pid_t pid = OK(fork());
	if (!pid) {
		sleep_ms(30);
		put(sem, 1);
		_exit(0);
	}
	EQ(get(sem), 1);
	EQ(waitpid(pid, NULL, 0), pid);
	OK(sigaction(SIGALRM, &sa, NULL));
	alarm(1);
	ERR(read(sem, &v, 8), EINTR);
	return 0;
}
