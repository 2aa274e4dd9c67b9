/* SPDX-License-Identifier: MIT */
/*
 * As nobody takes all that a machine has of one thing, until the kernel refuses or kills: after it
 * as many pages and slab objects are in use as before. For a kernel of make DEBUG=1. With an
 * argument: only that storm.
 */
#include "use.h"
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

/* The kernel ends it. The first storm must reach all of the memory: RAM is taken into use then. */
static void hog_memory(void)
{
	alarm(0);
	for (;;)
		memset(mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			    0),
		       1, 1 << 20);
}

static void bomb(void)
{
	for (int i = 0; i < 3000; i++) {
		if (fork() < 0)
			sched_yield();
	}
}

static void bomb_with_limit(void)
{
	struct rlimit limit = {50, 50};

	OK(setrlimit(RLIMIT_NPROC, &limit));
	bomb();
}

static void fill_tmpfs(void)
{
	static char block[65536];
	int fd = OK(open("/tmp/storm/large", O_CREAT | O_RDWR, 0600)), i = 0;
	char name[64];

	while (write(fd, block, sizeof(block)) > 0)
		;
	EQ(errno, ENOSPC);
	OK(unlink("/tmp/storm/large"));
	close(fd);
	do
		snprintf(name, sizeof(name), "/tmp/storm/%d", i++);
	while (!mkdir(name, 0700));
	CHECK(errno == ENOSPC || errno == ENOMEM);
}

/* Opens with @make until it fails, also in children. */
static void open_many(int (*make)(void))
{
	for (int i = 0; i < 3; i++) {
		if (fork())
			continue;
		while (make() >= 0)
			;
		sleep_ms(300);
		_exit(0);
	}
	sleep_ms(300);
}

static int make_sockets(void)
{
	char text[1000] = "";
	int s[2], err = socketpair(AF_UNIX, SOCK_STREAM, 0, s);

	for (int i = 0; !err && i < 5; i++)
		send(s[0], text, sizeof(text), MSG_DONTWAIT);
	return err;
}

static int make_epolls(void)
{
	struct epoll_event e = {.events = EPOLLIN | EPOLLET};
	static int last = -1;
	int fd = epoll_create1(0), event = eventfd(0, 0);

	if (fd < 0 || event < 0)
		return -1;
	epoll_ctl(fd, EPOLL_CTL_ADD, event, &e);
	if (last >= 0)
		epoll_ctl(fd, EPOLL_CTL_ADD, last, &e);
	last = fd;
	return fd;
}

static int make_terminals(void)
{
	int fd = open("/dev/ptmx", O_RDWR | O_NOCTTY);

	if (fd >= 0 && !unlockpt(fd)) {
		open(ptsname(fd), O_RDWR | O_NOCTTY);
		write(fd, "text\n", 5);
	}
	return fd;
}

static int make_memory_files(void)
{
	int fd = memfd_create("storm", 0);

	return fd < 0 ? fd : ftruncate(fd, 1 << 20) | pwrite(fd, "x", 1, 1 << 19) >> 8;
}

static int make_timers(void)
{
	struct itimerspec v = {{0, 1000000}, {0, 1000000}};
	int fd = timerfd_create(CLOCK_MONOTONIC, 0);
	timer_t id;

	if (fd >= 0)
		timerfd_settime(fd, 0, &v, NULL);
	v.it_value.tv_sec = 100;
	if (!timer_create(CLOCK_MONOTONIC, NULL, &id))
		timer_settime(id, 0, &v, NULL);
	return fd;
}

static int make_pipes(void)
{
	static char page[65536];
	static int made;
	int p[2], err = made++ < 100 ? pipe2(p, O_NONBLOCK) : -1;

	if (!err)
		write(p[1], page, sizeof(page));
	return err;
}

static void sockets(void) { open_many(make_sockets); }
static void epolls(void) { open_many(make_epolls); }
static void terminals(void) { open_many(make_terminals); }
static void memory_files(void) { open_many(make_memory_files); }
static void timers(void) { open_many(make_timers); }
static void pipes(void) { open_many(make_pipes); }

static const struct {
	const char *name;
	void (*run)(void);
} storms[] = {
	{"memory", hog_memory},	  {"bomb", bomb},	{"bomb_with_limit", bomb_with_limit},
	{"tmpfs", fill_tmpfs},	  {"sockets", sockets}, {"epolls", epolls},
	{"terminals", terminals}, {"pipes", pipes},	{"memory_files", memory_files},
	{"timers", timers},
};

/* Kills all of nobody's processes, as nobody. */
static void kill_all(void)
{
	pid_t pid = OK(fork());

	if (pid) {
		EQ(waitpid(pid, NULL, 0), pid);
		return;
	}
	become_nobody();
	kill(-1, SIGKILL);
	_exit(0);
}

static void run(void (*storm)(void))
{
	pid_t pid;

	OK(mkdir("/tmp/storm", 0777));
	OK(chmod("/tmp/storm", 0777));
	pid = OK(fork());
	if (!pid) {
		setsid();
		become_nobody();
		alarm(2);
		storm();
		_exit(0);
	}
	EQ(waitpid(pid, NULL, 0), pid);
	for (int i = 0; i < 3; i++)
		kill_all();
	EQ(system("busybox rm -rf /tmp/storm"), 0);
	sleep_ms(100);
}

int main(int argc, char **argv)
{
	struct use before, after;

	for (unsigned int i = 0; i < sizeof(storms) / sizeof(*storms); i++) {
		if (argc > 1 && strcmp(argv[1], storms[i].name))
			continue;
		run(storms[i].run);
		before = in_use();
		run(storms[i].run);
		after = in_use();
		printf("%s: %+ld KiB free, %+ld objects\n", storms[i].name,
		       after.free - before.free, after.objects - before.objects);
		fflush(stdout);
	}
	return 0;
}
