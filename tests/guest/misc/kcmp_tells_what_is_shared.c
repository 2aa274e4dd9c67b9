/* SPDX-License-Identifier: MIT */
/* kcmp finds what two processes share, orders what they do not share, and asks who may know. */
#include "check.h"
#include <linux/kcmp.h>
#include <sched.h>
#include <sys/epoll.h>

static pid_t me, child;

static long kcmp(pid_t a, pid_t b, int type, unsigned long i, unsigned long j)
{
	return syscall(SYS_kcmp, a, b, type, i, j);
}

static void files_are_compared(void)
{
	int fd = OK(open("/dev/null", O_RDONLY)), same = OK(dup(fd)),
	    path = OK(open("/tmp", O_PATH));
	int other = OK(open("/dev/null", O_RDONLY));
	long order;

	EQ(kcmp(me, me, KCMP_FILE, fd, same), 0);
	EQ(kcmp(me, me, KCMP_FILE, path, path), 0);
	order = kcmp(me, me, KCMP_FILE, fd, other);
	CHECK(order == 1 || order == 2);
	EQ(kcmp(me, me, KCMP_FILE, fd, other), order);
	EQ(kcmp(me, me, KCMP_FILE, other, fd), 3 - order);
	ERR(kcmp(me, me, KCMP_FILE, fd, 99), EBADF);
	ERR(kcmp(me, me, KCMP_FILE, -1, fd), EBADF);
}

static void processes_are_compared(void)
{
	CHECK(kcmp(me, child, KCMP_VM, 0, 0) > 0);
	CHECK(kcmp(me, child, KCMP_SIGHAND, 0, 0) > 0);
	EQ(kcmp(me, child, KCMP_FILES, 0, 0), 0);
	EQ(kcmp(me, child, KCMP_FS, 0, 0), 0);
	EQ(kcmp(me, child, KCMP_IO, 0, 0), 0);
	EQ(kcmp(me, child, KCMP_SYSVSEM, 0, 0), 0);
	ERR(kcmp(me, child, KCMP_TYPES, 0, 0), EINVAL);
	ERR(kcmp(me, 999999, KCMP_TYPES, 0, 0), ESRCH);
	ERR(kcmp(0, me, KCMP_VM, 0, 0), ESRCH);
}

static void watched_files_are_compared(void)
{
	int epoll = OK(epoll_create1(0)), p[2];
	struct epoll_event event = {.events = EPOLLIN};
	struct kcmp_epoll_slot slot = {.efd = epoll};

	OK(pipe(p));
	OK(epoll_ctl(epoll, EPOLL_CTL_ADD, p[0], &event));
	slot.tfd = p[0];
	EQ(kcmp(me, me, KCMP_EPOLL_TFD, p[0], (long)&slot), 0);
	CHECK(kcmp(me, me, KCMP_EPOLL_TFD, p[1], (long)&slot) > 0);
	ERR(kcmp(me, me, KCMP_EPOLL_TFD, 99, (long)&slot), EBADF);
	ERR(kcmp(me, me, KCMP_EPOLL_TFD, 99, 8), EFAULT);
	slot.toff = 1;
	ERR(kcmp(me, me, KCMP_EPOLL_TFD, p[0], (long)&slot), ENOENT);
	slot = (struct kcmp_epoll_slot){.efd = p[0]};
	ERR(kcmp(me, me, KCMP_EPOLL_TFD, p[0], (long)&slot), EINVAL);
	slot.efd = 99;
	ERR(kcmp(me, me, KCMP_EPOLL_TFD, p[0], (long)&slot), EBADF);
}

static void nobody_may_not_ask(void)
{
	become_nobody();
	ERR(kcmp(getpid(), me, KCMP_VM, 0, 0), EPERM);
	ERR(kcmp(getpid(), me, KCMP_TYPES, 0, 0), EPERM);
	EQ(kcmp(getpid(), getpid(), KCMP_VM, 0, 0), 0);
}

int main(void)
{
	me = getpid();
	child = OK(syscall(SYS_clone, CLONE_FILES | CLONE_FS | SIGCHLD, 0, 0, 0, 0));
	if (!child)
		for (;;)
			pause();
	files_are_compared();
	processes_are_compared();
	watched_files_are_compared();
	EQ(in_child(nobody_may_not_ask), 0);
	OK(kill(child, SIGKILL));
	EQ(waitpid(child, NULL, 0), child);
	ERR(kcmp(me, child, KCMP_VM, 0, 0), ESRCH);
	return 0;
}
