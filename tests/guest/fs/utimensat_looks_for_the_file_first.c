/* SPDX-License-Identifier: MIT */
/* A missing file is reported before times that are invalid. */
#include "check.h"

int main(void)
{
	struct timespec bad[2] = {{0, 1000000000}, {0, 0}};

	ERR(utimensat(AT_FDCWD, "/tmp/is-missing", bad, 0), ENOENT);
	ERR(utimensat(AT_FDCWD, "/tmp", bad, 0), EINVAL);
	return 0;
}
