/* SPDX-License-Identifier: MIT */
/* flock: changing the type gives the old lock up first, so an upgrade that fails has lost it. */
#include "check.h"
#include <sys/file.h>

int main(void)
{
	put_file("flocked", "", 0600);
	int a = OK(open("flocked", O_RDWR)), b = OK(open("flocked", O_RDWR));

	OK(flock(a, LOCK_SH));
	OK(flock(b, LOCK_SH));
	ERR(flock(a, LOCK_EX | LOCK_NB), EAGAIN);
	OK(flock(b, LOCK_EX | LOCK_NB));
	OK(flock(b, LOCK_EX | LOCK_NB));
	ERR(flock(a, LOCK_SH | LOCK_NB), EAGAIN);
	OK(flock(b, LOCK_SH | LOCK_NB));
	OK(flock(a, LOCK_SH | LOCK_NB));
	OK(flock(b, LOCK_UN));
	OK(flock(a, LOCK_EX | LOCK_NB));
	return 0;
}
