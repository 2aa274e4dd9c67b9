/* SPDX-License-Identifier: MIT */
/*
 * How a text gets into a file of /proc: a string replaces what is at the position of the file and
 * behind, a number is set at the position 0 only, a vector is one text, and a text for
 * oom_score_adj or coredump_filter is cut.
 */
#include "../check.h"
#include <sys/uio.h>

#define HOSTNAME "/proc/sys/kernel/hostname"
#define PANIC	 "/proc/sys/kernel/panic"

static const char *text_of(const char *path)
{
	static char buf[256];
	int fd = OK(open(path, O_RDONLY));

	memset(buf, 0, sizeof(buf));
	OK(read(fd, buf, sizeof(buf) - 1));
	close(fd);
	buf[strcspn(buf, "\n")] = 0;
	return buf;
}

static ssize_t put(const char *path, const char *text, size_t n)
{
	int fd = OK(open(path, O_WRONLY));
	ssize_t r = write(fd, text, n);
	int err = errno;

	close(fd);
	errno = err;
	return r;
}

static void strings(void)
{
	static char big[10000];
	char *page = anon(2 * PAGE, PROT_READ | PROT_WRITE);
	struct iovec parts[] = {{"ab", 2}, {"cd", 2}}, bad[] = {{"ab", 2}, {page + PAGE, 2}};
	int fd = OK(open(HOSTNAME, O_RDWR));

	OK(munmap(page + PAGE, PAGE));
	EQ(write(fd, "one", 3), 3);
	EQ(write(fd, "two", 3), 3);
	STREQ(text_of(HOSTNAME), "onetwo");
	EQ(pwrite(fd, "x", 1, 2), 1);
	STREQ(text_of(HOSTNAME), "onx");
	EQ(pwrite(fd, "y", 1, 4), 1);
	STREQ(text_of(HOSTNAME), "onx");
	EQ(pwritev(fd, parts, 2, 0), 4);
	STREQ(text_of(HOSTNAME), "abcd");
	ERR(pwritev(fd, bad, 2, 0), EFAULT);
	STREQ(text_of(HOSTNAME), "abcd");
	EQ(pwrite(fd, "q\0r", 3, 0), 3);
	STREQ(text_of(HOSTNAME), "q");
	ERR(pwrite(fd, "xyz", 3, INT64_MAX), EINVAL);
	memset(big, 'n', sizeof(big));
	EQ(pwrite(fd, big, sizeof(big), 0), sizeof(big));
	EQ(strlen(text_of(HOSTNAME)), 64);
	close(fd);
}

static void numbers(void)
{
	int fd = OK(open(PANIC, O_RDWR));

	EQ(write(fd, "5", 1), 1);
	EQ(write(fd, "7", 1), 1);
	STREQ(text_of(PANIC), "5");
	close(fd);
	ERR(put(PANIC, "6\0", 2), EINVAL);
	ERR(put(PANIC, "\0", 1), EINVAL);
	EQ(put(PANIC, "3 4", 3), 2);
	EQ(put("/proc/sys/fs/pipe-max-size", "1048576 4", 9), 9);
	ERR(put("/proc/sys/fs/pipe-max-size", "-0", 2), EINVAL);
	EQ(put("/proc/sys/vm/overcommit_memory", "-0", 2), 2);
	ERR(put("/proc/sys/vm/overcommit_kbytes", "-0", 2), EINVAL);
	EQ(put(PANIC, "0", 1), 1);
}

static void of_process(void)
{
	EQ(put("/proc/self/oom_score_adj", "0000000000000000000000001", 25), 12);
	ERR(put("/proc/self/oom_score_adj", "-2147483648", 11), EINVAL);
	ERR(put("/proc/self/oom_score_adj", "-2147483649", 11), ERANGE);
	ERR(put("/proc/self/oom_score_adj", "            5", 13), EINVAL);
	EQ(put("/proc/self/coredump_filter", "0000000000000000000000033", 25), 25);
	ERR(put("/proc/self/coredump_filter", "1\n2", 3), EINVAL);
	EQ(put("/proc/self/coredump_filter", "0x33\n", 5), 5);
}

int main(void)
{
	strings();
	numbers();
	of_process();
	return 0;
}
