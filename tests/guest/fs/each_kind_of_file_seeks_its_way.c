/* SPDX-License-Identifier: MIT */
/* lseek, pwrite, fsync, empty vectors and wrong positions on files that are not in a directory. */
#include "../check.h"
#include <sys/eventfd.h>
#include <sys/epoll.h>
#include <sys/poll.h>
#include <sys/uio.h>

#define FAR INT64_MAX

static void plain_files(void)
{
	int fd = scratch(), dir = OK(open(".", O_RDONLY));
	char c[4];

	OK(ftruncate(fd, 20000));
	ERR(lseek(fd, 5, SEEK_DATA), ENXIO);
	EQ(lseek(fd, 5, SEEK_HOLE), 5);
	OK(fsync(fd));
	ERR(lseek(dir, 0, SEEK_END), EINVAL);
	ERR(read(dir, (void *)-4096L, 4), EFAULT);
	ERR(pread(dir, c, 4, FAR), EINVAL);
	ERR(read(dir, c, 4), EISDIR);
	OK(fsync(dir));
}

static void without_position(void)
{
	struct iovec none[2] = {{NULL, 0}, {NULL, 0}}, late[2] = {{NULL, 0}, {&(uint64_t){0}, 8}};
	int ev = OK(eventfd(5, EFD_NONBLOCK)), ep = OK(epoll_create1(0));
	int full = OK(open("/dev/full", O_RDWR)), dir = OK(open(".", O_RDONLY));

	EQ(lseek(ev, 5, SEEK_SET), 0);
	EQ(lseek(ep, 5, SEEK_END), 0);
	ERR(pread(ev, late, 8, 0), ESPIPE);
	ERR(fsync(ev), EINVAL);
	EQ(readv(ev, none, 2), 0);
	EQ(writev(full, none, 2), 0);
	EQ(readv(dir, none, 2), 0);
	ERR(readv(ep, none, 0), EINVAL);
	EQ(readv(ev, late, 2), 8);
}

static void of_proc(void)
{
	int maps = OK(open("/proc/self/maps", O_RDONLY)),
	    comm = OK(open("/proc/self/comm", O_RDWR));
	int args = OK(open("/proc/self/cmdline", O_RDONLY)),
	    mem = OK(open("/proc/self/mem", O_RDWR));
	int type = OK(open("/proc/sys/kernel/ostype", O_RDONLY)), dir = OK(open("/proc", O_RDONLY));
	int uptime = OK(open("/proc/uptime", O_RDWR));
	char c[4];

	ERR(lseek(maps, 0, SEEK_END), EINVAL);
	EQ(lseek(args, 0, SEEK_END), 0);
	EQ(lseek(type, 0, SEEK_END), 0);
	ERR(lseek(args, 0, SEEK_DATA), ENXIO);
	ERR(lseek(args, FAR, SEEK_SET), EINVAL);
	EQ(lseek(type, FAR, SEEK_SET), FAR);
	EQ(lseek(maps, FAR, SEEK_SET), FAR);
	ERR(lseek(dir, FAR, SEEK_SET), EINVAL);
	ERR(pwrite(comm, "x", 1, 0), ESPIPE);
	ERR(pwrite(uptime, "x", 1, 0), ESPIPE);
	ERR(pread(mem, c, 4, FAR), EIO);
	EQ(lseek(mem, INT64_MIN, SEEK_SET), INT64_MIN);
	ERR(read(mem, c, 4), EIO);
	ERR(fsync(maps), EINVAL);
	ERR(fsync(dir), EINVAL);
}

/* Which of them can be polled. */
static void polled(void)
{
	struct epoll_event ev = {.events = EPOLLIN};
	int ep = OK(epoll_create1(0));

	OK(epoll_ctl(ep, EPOLL_CTL_ADD, OK(open("/proc/uptime", O_RDONLY)), &ev));
	OK(epoll_ctl(ep, EPOLL_CTL_ADD, OK(open("/proc/sys/kernel/ostype", O_RDONLY)), &ev));
	ERR(epoll_ctl(ep, EPOLL_CTL_ADD, OK(open("/proc/self/comm", O_RDONLY)), &ev), EPERM);
	ERR(epoll_ctl(ep, EPOLL_CTL_ADD, OK(open(".", O_RDONLY)), &ev), EPERM);
	EQ(epoll_wait(ep, &ev, 1, 0), 1);
}

int main(void)
{
	plain_files();
	without_position();
	of_proc();
	polled();
	return 0;
}
