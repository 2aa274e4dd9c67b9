/*
 * utimensat(): sets, UTIME_NOW, UTIME_OMIT, permissions; write() moves mtime, chmod() ctime only.
 */
#include "check.h"

static void as_nobody(void)
{
	struct timespec set[2] = {{1, 0}, {2, 0}}, now[2] = {{0, UTIME_NOW}, {0, UTIME_NOW}};

	become_nobody();
	ERR(utimensat(AT_FDCWD, "times", set, 0), EPERM);
	OK(utimensat(AT_FDCWD, "times", now, 0));
	OK(utimensat(AT_FDCWD, "times", NULL, 0));
}

int main(void)
{
	struct stat st, was;
	struct timespec ts[2] = {{1000, 5}, {2000, 6}};

	put_file("times", "x", 0666);
	OK(utimensat(AT_FDCWD, "times", ts, 0));
	OK(stat("times", &was));
	EQ(was.st_atim.tv_sec * 10 + was.st_atim.tv_nsec, 10005);
	EQ(was.st_mtim.tv_sec * 10 + was.st_mtim.tv_nsec, 20006);
	CHECK(was.st_ctim.tv_sec > 2000);
	ts[0].tv_nsec = UTIME_OMIT;
	ts[1].tv_sec = 3000;
	OK(utimensat(AT_FDCWD, "times", ts, 0));
	sleep_ms(20);
	OK(chmod("times", 0666));
	OK(stat("times", &st));
	EQ(st.st_atim.tv_sec, 1000);
	EQ(st.st_mtim.tv_sec, 3000);
	CHECK(st.st_ctim.tv_sec > was.st_ctim.tv_sec || st.st_ctim.tv_nsec > was.st_ctim.tv_nsec);
	int fd = OK(open("times", O_WRONLY));
	EQ(write(fd, "y", 1), 1);
	OK(stat("times", &st));
	CHECK(st.st_mtim.tv_sec > 3000);
	ts[0].tv_nsec = 1000000000;
	ERR(utimensat(AT_FDCWD, "times", ts, 0), EINVAL);
	EQ(in_child(as_nobody), 0);
	return 0;
}
