/* SPDX-License-Identifier: MIT */
/* A file opened with access mode 3 can be unlocked, but not locked. */
#include "check.h"
#include <sys/file.h>

int main(void)
{
	put_file("f", "", 0644);
	int fd = OK(open("f", 3));

	OK(unlink("f"));
	ERR(flock(fd, LOCK_SH | LOCK_NB), EBADF);
	ERR(flock(fd, LOCK_EX | LOCK_NB), EBADF);
	OK(flock(fd, LOCK_UN));
	return 0;
}
