/* SPDX-License-Identifier: MIT */
/* A buffer that runs into unmapped memory: what fitted counts, or EFAULT where Linux says so. */
#include "check.h"
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

static char *end, *tail; /* 100 bytes before the end */

static void test_devices(void)
{
	int zero = OK(open("/dev/zero", O_RDWR)), rnd = OK(open("/dev/urandom", O_RDWR));
	struct iovec v[3] = {{tail, 50}, {tail, 1000}, {tail - 100, 100}};

	EQ(read(zero, tail, 1000), 96); /* whole words */
	ERR(read(zero, end, 10), EFAULT);
	EQ(read(zero, end, 0), 0);
	EQ(read(rnd, tail, 1000), 100);
	ERR(read(rnd, end, 10), EFAULT);
	EQ(write(rnd, tail, 1000), 100);
	ERR(write(rnd, end, 10), EFAULT);
	EQ(getrandom(tail, 1000, 0), 100);
	EQ(readv(zero, v, 3), 146);
	EQ(readv(rnd, v, 3), 150);
}

static void test_file(void)
{
	struct iovec v[3] = {{tail, 50}, {tail, 1000}, {tail - 100, 100}};
	int fd = scratch();

	EQ(write(fd, tail, 1000), 100);
	EQ(lseek(fd, 0, SEEK_CUR), 100);
	ERR(write(fd, end, 10), EFAULT);
	EQ(writev(fd, v, 3), 150);
	EQ(lseek(fd, 0, SEEK_END), 250);
	EQ(pread(fd, tail, 1000, 10), 100);
	EQ(preadv(fd, v, 3, 0), 150);
	ERR(pread(fd, end, 10, 0), EFAULT);
	/* An append that fails does not move the position. */
	OK(fcntl(fd, F_SETFL, O_APPEND));
	OK(lseek(fd, 7, SEEK_SET));
	ERR(write(fd, end, 10), EFAULT);
	EQ(lseek(fd, 0, SEEK_CUR), 7);
}

/* Offsets in memory that can only be read. */
static void test_offsets(void)
{
	loff_t *at = (loff_t *)anon(PAGE, PROT_READ);
	int in = scratch(), out = scratch();

	OK(ftruncate(in, 10));
	EQ(copy_file_range(in, at, out, NULL, 0, 0), 0);
	ERR(copy_file_range(in, at, out, NULL, 5, 0), EFAULT);
	ERR(sendfile(-1, in, at, 5), EFAULT);
	ERR(sendfile(out, in, at, 5), EFAULT);
	EQ(lseek(out, 0, SEEK_END), 5 + 5);
}

static int bytes_in(int fd)
{
	int n;

	OK(ioctl(fd, FIONREAD, &n));
	return n;
}

static void test_pipe(void)
{
	struct iovec v[2] = {{tail, 100}, {end, 10}};
	static char big[9000];
	struct pollfd in;
	int p[2];

	OK(pipe2(p, O_NONBLOCK));
	in = (struct pollfd){p[0], POLLIN, 0};
	EQ(write(p[1], big, 9000), 9000);
	/* A page that does not fit stays in the pipe. */
	EQ(read(p[0], tail - PAGE, 9000), 4096);
	ERR(readv(p[0], v, 2), EFAULT);
	EQ(bytes_in(p[0]), 4904);
	EQ(read(p[0], big, 9000), 4904);
	ERR(writev(p[1], v, 2), EFAULT);
	EQ(bytes_in(p[0]), 0);
	EQ(poll(&in, 1, 0), 1); /* an empty page is in the ring */
	ERR(read(p[0], big, 10), EAGAIN);
	EQ(poll(&in, 1, 0), 0);
	EQ(write(p[1], tail - PAGE, 9000), 4096);
}

/* A message is copied whole, or stays in the queue. */
static void test_socket(void)
{
	static char big[500];
	int s[2];

	OK(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	EQ(write(s[0], big, 500), 500);
	ERR(read(s[1], tail, 500), EFAULT);
	EQ(bytes_in(s[1]), 500);
	EQ(read(s[1], tail, 100), 100);
	EQ(write(s[0], big, 50), 50);
	EQ(read(s[1], tail - 310, 500), 400); /* of the second one not all would fit */
	ERR(write(s[0], tail, 500), EFAULT);
	EQ(bytes_in(s[1]), 50);
}

static void test_directory(void)
{
	int fd = OK(open("/proc/self/map_files", O_RDONLY | O_DIRECTORY));

	ERR(syscall(SYS_getdents64, fd, end, 1000), EFAULT);
	CHECK(syscall(SYS_getdents64, fd, tail, 1000) > 0);
	OK(lseek(fd, 0, SEEK_SET));
	/* The padding of the last entry may lie beyond the end. */
	EQ(syscall(SYS_getdents64, fd, end - 46, 1000), 48);
}

int main(void)
{
	char *map = anon(4 * PAGE, PROT_READ | PROT_WRITE);

	end = map + 2 * PAGE;
	tail = end - 100;
	test_offsets();
	OK(munmap(end, PAGE));
	test_devices();
	test_file();
	test_pipe();
	test_socket();
	test_directory();
	return 0;
}
