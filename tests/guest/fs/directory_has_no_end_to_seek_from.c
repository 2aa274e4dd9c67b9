/* SPDX-License-Identifier: MIT */
/* lseek of a directory knows SEEK_SET and SEEK_CUR alone. */
#include "check.h"

int main(void)
{
	int fd = OK(open("/tmp", O_RDONLY | O_DIRECTORY));

	ERR(lseek(fd, 0, SEEK_END), EINVAL);
	ERR(lseek(fd, 0, SEEK_DATA), EINVAL);
	EQ(lseek(fd, 0, SEEK_CUR), 0);
	return 0;
}
