/*
 * flags: -Os -static -nostdlib -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none -Wl,--build-id=none
 */
/* SPDX-License-Identifier: MIT */
/* VMAs of files: names with blanks, newlines and backslashes, deleted, shared, at an offset. */
#include "vmas.h"

static unsigned long next = 0x20000000;

/* A file of four pages. */
static long make(const char *path, int flags)
{
	long fd = syscall3(__NR_open, path, O_CREAT | O_RDWR, 0644);

	syscall2(__NR_ftruncate, fd, 4 * PAGE);
	syscall1(__NR_close, fd);
	return syscall2(__NR_open, path, flags);
}

static void put_area(long fd, long prot, long flags, long offset)
{
	if (map(next, 2 * PAGE, prot, flags | MAP_FIXED, fd, offset) != next)
		put("mmap fails\n");
	next += 0x100000;
}

static void named(const char *path) { put_area(make(path, O_RDONLY), PROT_READ, MAP_PRIVATE, 0); }

int main(long *stack __attribute__((unused)))
{
	static char longest[240];
	long fd = make("/tmp/plain", O_RDWR), only = make("/tmp/plain", O_RDONLY);

	put_area(fd, PROT_READ, MAP_PRIVATE, 0);
	put_area(fd, PROT_READ | PROT_WRITE, MAP_PRIVATE, 2 * PAGE);
	put_area(fd, PROT_READ | PROT_WRITE, MAP_SHARED, PAGE);
	put_area(fd, PROT_NONE, MAP_SHARED, 0);
	put_area(fd, PROT_READ | PROT_EXEC, MAP_PRIVATE, 0x123456000);
	show_maps("permissions, shared and private, offsets");
	put_area(only, PROT_READ, MAP_SHARED, 0);
	put_area(only, PROT_READ, MAP_PRIVATE, 0);
	show_maps("shared, of a file that is open for reading only");
	named("/tmp/two words");
	named("/tmp/ blank first and last ");
	named("/tmp/new\nline");
	named("/tmp/back\\slash");
	named("/tmp/tab\tand \x7f and \xc3\xa9");
	named("/tmp/[heap]");
	named("/tmp/x (deleted)");
	memset(longest, 'l', sizeof(longest) - 1);
	memcpy(longest, "/tmp/", 5);
	named(longest);
	show_maps("names");
	named("/tmp/gone");
	named("/tmp/gone\nin lines");
	syscall1(__NR_unlink, "/tmp/gone");
	syscall1(__NR_unlink, "/tmp/gone\nin lines");
	syscall2(__NR_mkdir, "/tmp/dir", 0755);
	named("/tmp/dir/moved");
	syscall2(__NR_rename, "/tmp/dir/moved", "/tmp/dir/new name");
	show_maps("deleted and renamed files");
	fd = syscall2(__NR_open, "/dev/zero", O_RDONLY);
	put_area(fd, PROT_READ, MAP_PRIVATE, 0);
	show_maps("/dev/zero, private: a mapping of a device that is none");
	return 0;
}
