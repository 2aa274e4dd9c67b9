/* SPDX-License-Identifier: MIT */
/* F_OFD_SETLK: owned by the open file, shared by fork and dup, gone with its last close. */
#include "check.h"

static int a, b;

static long set(int fd, int cmd, short type)
{
	struct flock l = {.l_type = type, .l_whence = SEEK_SET, .l_start = 2, .l_len = 3};

	return fcntl(fd, cmd, &l);
}

static void child(void)
{
	OK(set(a, F_OFD_SETLK, F_WRLCK)); /* the parent's own */
	close(a);
}

int main(void)
{
	struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_pid = 1};

	put_file("ofd", "0123456789", 0600);
	a = OK(open("ofd", O_RDWR));
	b = OK(open("ofd", O_RDONLY));
	OK(set(a, F_OFD_SETLK, F_WRLCK));
	ERR(set(b, F_OFD_SETLK, F_RDLCK), EAGAIN);
	ERR(set(b, F_OFD_SETLK, F_WRLCK), EBADF);
	ERR(set(a, F_SETLK, F_WRLCK), EAGAIN); /* the process is another owner */
	EQ(in_child(child), 0);
	ERR(set(b, F_OFD_SETLK, F_RDLCK), EAGAIN);
	ERR(fcntl(b, F_OFD_GETLK, &l), EINVAL);
	l.l_pid = 0;
	OK(fcntl(b, F_OFD_GETLK, &l));
	EQ(l.l_type, F_WRLCK);
	EQ(l.l_start, 2);
	EQ(l.l_len, 3);
	EQ(l.l_pid, -1);
	OK(fcntl(b, F_GETLK, &(struct flock){.l_type = F_RDLCK}));
	close(OK(open("ofd", O_RDONLY))); /* would drop the process's locks */
	ERR(set(b, F_OFD_SETLK, F_RDLCK), EAGAIN);
	close(OK(dup(a)));
	ERR(set(b, F_OFD_SETLK, F_RDLCK), EAGAIN);
	close(a);
	OK(set(b, F_OFD_SETLKW, F_RDLCK));
	return 0;
}
