/* SPDX-License-Identifier: MIT */
/* FIOCLEX and its family, owners by fcntl, the old forms of utimensat, and NULL for a name. */
#include "check.h"
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <utime.h>

static void test_ioctls(void)
{
	int fd = scratch(), on = 1, off = 0, n;

	EQ(write(fd, "0123456789", 10), 10);
	OK(lseek(fd, 4, SEEK_SET));
	OK(ioctl(fd, FIOCLEX));
	EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	OK(ioctl(fd, FIONCLEX));
	EQ(fcntl(fd, F_GETFD), 0);
	OK(ioctl(fd, FIONBIO, &on));
	CHECK(fcntl(fd, F_GETFL) & O_NONBLOCK);
	OK(ioctl(fd, FIONBIO, &off));
	CHECK(!(fcntl(fd, F_GETFL) & O_NONBLOCK));
	ERR(ioctl(fd, FIONBIO, NULL), EFAULT);
	OK(ioctl(fd, FIOASYNC, &off));
	ERR(ioctl(fd, FIOASYNC, &on), ENOTTY);
	OK(ioctl(fd, FIONREAD, &n));
	EQ(n, 6);
	OK(ioctl(fd, FIGETBSZ, &n));
	EQ(n, 4096);
	ERR(ioctl(fd, 0x1234567), ENOTTY);
	ERR(ioctl(-1, FIOCLEX), EBADF);
	ERR(ioctl(OK(open("/dev/null", O_RDONLY)), FIONREAD, &n), ENOTTY);

	EQ(fcntl(fd, F_GETOWN), 0);
	OK(fcntl(fd, F_SETOWN, getpid()));
	EQ(fcntl(fd, F_GETOWN), getpid());
	OK(fcntl(fd, F_SETOWN, -getpgrp()));
	ERR(fcntl(fd, F_SETOWN, 32000), ESRCH);
	OK(fcntl(fd, F_SETOWN, 0));
	EQ(fcntl(fd, F_GETOWN), 0);
	EQ(fcntl(fd, F_GETSIG), 0);
	OK(fcntl(fd, F_SETSIG, SIGUSR1));
	EQ(fcntl(fd, F_GETSIG), SIGUSR1);
	ERR(fcntl(fd, F_SETSIG, 65), EINVAL);
}

static void expect_times(long atime, long atime_ns, long mtime, long mtime_ns)
{
	struct stat st;

	OK(stat("timed", &st));
	EQ(st.st_atim.tv_sec, atime);
	EQ(st.st_atim.tv_nsec, atime_ns);
	EQ(st.st_mtim.tv_sec, mtime);
	EQ(st.st_mtim.tv_nsec, mtime_ns);
}

static void test_times(void)
{
	struct timeval tv[2] = {{1000, 5}, {2000, 999999}};
	struct utimbuf times = {3000, 4000};
	struct stat st;
	int fd;

	put_file("timed", "", 0600);
	OK(syscall(SYS_utimes, "timed", tv));
	expect_times(1000, 5000, 2000, 999999000);
	OK(syscall(SYS_utime, "timed", &times));
	expect_times(3000, 0, 4000, 0);
	fd = OK(open("timed", O_RDONLY));
	OK(syscall(SYS_futimesat, fd, NULL, tv));
	expect_times(1000, 5000, 2000, 999999000);
	tv[1].tv_usec = 1000000;
	ERR(syscall(SYS_futimesat, AT_FDCWD, "timed", tv), EINVAL);
	ERR(syscall(SYS_utimes, NULL, NULL), EFAULT);
	OK(syscall(SYS_utime, "timed", NULL));
	OK(stat("timed", &st));
	CHECK(st.st_mtime > 1000000000);
}

static void test_null_names(void)
{
	struct stat st;
	char buf[300];

	ERR(syscall(SYS_fchmodat, 0, NULL, 0600), EFAULT);
	ERR(syscall(SYS_fchownat, 0, NULL, 0, 0, 0), EFAULT);
	ERR(syscall(SYS_faccessat, 0, NULL, 0), EFAULT);
	ERR(syscall(SYS_faccessat2, 0, NULL, 0, 0), EFAULT);
	ERR(syscall(SYS_newfstatat, 0, NULL, &st, 0), EFAULT);
	ERR(syscall(SYS_statx, 0, NULL, 0, STATX_BASIC_STATS, buf), EFAULT);
	ERR(syscall(SYS_readlink, "", buf, 10), ENOENT);
}

int main(void)
{
	test_ioctls();
	test_times();
	test_null_names();
	return 0;
}
