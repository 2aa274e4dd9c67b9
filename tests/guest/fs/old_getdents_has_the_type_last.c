/* SPDX-License-Identifier: MIT */
/*
 * getdents(2) returns the entries of getdents64(2): the name is one byte earlier, the type is the
 * last byte.
 */
#include "check.h"
#include <dirent.h>

struct old {
	unsigned long ino, off;
	unsigned short reclen;
	char name[];
};

static char a[4096], b[4096];

static void make(void)
{
	char path[300];

	EQ(mkdir("old_getdents", 0755), 0);
	for (int len = 1; len < 20; len++) {
		snprintf(path, sizeof(path), "old_getdents/%.*s", len,
			 "abcdefghijklmnopqrstuvwxyz");
		close(open(path, O_CREAT | O_WRONLY, 0644));
	}
	EQ(symlink("x", "old_getdents/z"), 0);
	EQ(mkdir("old_getdents/y", 0700), 0);
}

static void same(int fd)
{
	long n, m;

	lseek(fd, 0, SEEK_SET);
	n = syscall(SYS_getdents64, fd, a, sizeof(a));
	CHECK(n > 0);
	lseek(fd, 0, SEEK_SET);
	memset(b, 0x77, sizeof(b));
	m = syscall(SYS_getdents, fd, b, sizeof(b));
	EQ(m, n);
	for (long at = 0; at < n; at += ((struct old *)(a + at))->reclen) {
		struct dirent64 *new = (void *)(a + at);
		struct old *old = (void *)(b + at);
		int len = strlen(new->d_name);

		EQ(old->ino, new->d_ino);
		EQ(old->off, new->d_off);
		EQ(old->reclen, new->d_reclen);
		STREQ(old->name, new->d_name);
		EQ(b[at + old->reclen - 1], new->d_type);
		for (int i = 18 + len + 1; i < old->reclen - 1; i++)
			EQ(b[at + i], 0x77);
	}
}

int main(void)
{
	int fd;

	make();
	fd = open("old_getdents", O_RDONLY | O_DIRECTORY);
	same(fd);
	lseek(fd, 0, SEEK_SET);
	EQ(syscall(SYS_getdents, fd, b, 23), -1);
	EQ(errno, EINVAL);
	EQ(syscall(SYS_getdents, fd, b, 24), 24);
	EQ(syscall(SYS_getdents, fd, (void *)8, 4096), -1);
	EQ(errno, EFAULT);
	EQ(syscall(SYS_getdents, -1, b, 4096), -1);
	EQ(errno, EBADF);
	EQ(syscall(SYS_getdents, 1, b, 4096), -1);
	EQ(errno, ENOTDIR);
	close(fd);
	fd = open("/proc/self/task", O_RDONLY | O_DIRECTORY);
	same(fd);
	EQ(system("rm -r old_getdents"), 0);
	return 0;
}
