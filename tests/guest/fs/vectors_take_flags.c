/* SPDX-License-Identifier: MIT */
/* preadv2 and pwritev2: RWF_APPEND, the file's own position, and which files know which flag. */
#include "check.h"
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <sys/uio.h>

#define ALL_BUT_NOWAIT (RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_APPEND)

static char buf[8];
static const struct iovec eight = {buf, 8}, empty = {buf, 0};
static const struct iovec *volatile nowhere = (void *)8;
static volatile int too_many = 2000;

static void append_goes_to_the_end(void)
{
	int fd = OK(open("file", O_RDWR | O_CREAT | O_TRUNC, 0644));
	struct iovec xy = {"xy", 2};

	EQ(write(fd, "0123456789", 10), 10);
	EQ(lseek(fd, 3, SEEK_SET), 3);
	EQ(pwritev2(fd, &xy, 1, 0, RWF_APPEND), 2);
	EQ(lseek(fd, 0, SEEK_CUR), 3);
	EQ(preadv2(fd, &eight, 1, 8, RWF_APPEND), 4);
	CHECK(!memcmp(buf, "89xy", 4));
	EQ(pwritev2(fd, &xy, 1, -1, RWF_APPEND), 2);
	EQ(lseek(fd, 0, SEEK_CUR), 14);
	EQ(pwritev2(fd, &xy, 1, 1, RWF_SYNC), 2);
	EQ(lseek(fd, 0, SEEK_SET), 0);
	EQ(preadv2(fd, &eight, 1, -1, 0), 8);
	CHECK(!memcmp(buf, "0xy34567", 8));
	EQ(lseek(fd, 0, SEEK_CUR), 8);
	EQ(pwritev2(fd, &empty, 1, -1, RWF_APPEND | 0x4000), 0);
	EQ(lseek(fd, 0, SEEK_CUR), 8);
	OK(close(fd));
}

static void first_fault_decides(void)
{
	int fd = OK(open("file", O_RDONLY)), path = OK(open("file", O_PATH)), p[2];

	ERR(preadv2(fd, &eight, 1, -2, 0), EINVAL);
	ERR(preadv2(99, &eight, 1, -2, 0x100), EINVAL);
	ERR(preadv2(99, &eight, 1, 0, 0x100), EBADF);
	ERR(preadv2(path, &eight, 1, 0, 0), EBADF);
	ERR(pwritev2(fd, &eight, 1, 0, 0x100), EBADF);
	ERR(preadv2(fd, nowhere, 1, 0, 0x100), EFAULT);
	ERR(preadv2(fd, &eight, too_many, 0, 0x100), EINVAL);
	ERR(preadv2(fd, &eight, 1, 0, 0x20), EOPNOTSUPP);
	OK(pipe(p));
	ERR(pwritev2(p[1], &eight, 1, 0, 0), ESPIPE);
	ERR(pwritev2(p[1], &eight, 1, -1, 0x20), EOPNOTSUPP);
	EQ(pwritev2(p[1], &eight, 1, -1, ALL_BUT_NOWAIT), 8);
	EQ(preadv2(p[0], &eight, 1, -1, ALL_BUT_NOWAIT), 8);
}

/* What the file takes for a read: 0, all flags but RWF_NOWAIT, or this one, too. */
static void flags_for_read(const char *name, int fd, int flags)
{
	for (int f = RWF_HIPRI; f <= RWF_APPEND; f <<= 1) {
		errno = 0;
		if ((flags | RWF_HIPRI) & f)
			CHECK(preadv2(fd, &eight, 1, -1, f) >= 0);
		else if (preadv2(fd, &eight, 1, -1, f) != -1 || errno != EOPNOTSUPP)
			printf("%s: flag %#x: errno %d\n", name, f, errno), exit(1);
	}
}

static void each_file_knows_its_flags(void)
{
	int timer = OK(timerfd_create(CLOCK_MONOTONIC, 0)), event;
	struct itimerspec soon = {{0, 10000000}, {0, 1}};

	flags_for_read("tmpfs", OK(open("file", O_RDWR)), ALL_BUT_NOWAIT);
	flags_for_read("null", OK(open("/dev/null", O_RDONLY)), ALL_BUT_NOWAIT | RWF_NOWAIT);
	flags_for_read("zero", OK(open("/dev/zero", O_RDONLY)), ALL_BUT_NOWAIT | RWF_NOWAIT);
	flags_for_read("full", OK(open("/dev/full", O_RDONLY)), ALL_BUT_NOWAIT);
	flags_for_read("urandom", OK(open("/dev/urandom", O_RDONLY)), ALL_BUT_NOWAIT | RWF_NOWAIT);
	flags_for_read("version", OK(open("/proc/version", O_RDONLY)), ALL_BUT_NOWAIT);
	flags_for_read("hostname", OK(open("/proc/sys/kernel/hostname", O_RDONLY)), ALL_BUT_NOWAIT);
	flags_for_read("maps", OK(open("/proc/self/maps", O_RDONLY)), 0);
	OK(timerfd_settime(timer, 0, &soon, NULL));
	flags_for_read("timerfd", timer, 0);
	event = OK(eventfd(9, EFD_SEMAPHORE));
	flags_for_read("eventfd", event, ALL_BUT_NOWAIT | RWF_NOWAIT);
	ERR(pwritev2(event, &eight, 1, -1, RWF_SYNC), EOPNOTSUPP);
	event = OK(eventfd(0, 0));
	ERR(preadv2(event, &eight, 1, -1, RWF_NOWAIT), EAGAIN);
	ERR(pwritev2(OK(open("/dev/full", O_WRONLY)), &eight, 1, -1, RWF_SYNC), EOPNOTSUPP);
	ERR(preadv2(OK(open("/tmp", O_RDONLY)), &eight, 1, 0, RWF_HIPRI), EISDIR);
	ERR(preadv2(OK(open("/tmp", O_RDONLY)), &eight, 1, 0, RWF_SYNC), EOPNOTSUPP);
}

int main(void)
{
	alarm(20);
	append_goes_to_the_end();
	first_fault_decides();
	each_file_knows_its_flags();
	return 0;
}
