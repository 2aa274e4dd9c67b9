/* SPDX-License-Identifier: MIT */
/* A file that is one hole has no data to seek, and its hole begins anywhere. */
#include "check.h"

int main(void)
{
	int fd = scratch();

	OK(ftruncate(fd, 9190));
	ERR(lseek(fd, 7720, SEEK_DATA), ENXIO);
	ERR(lseek(fd, 0, SEEK_DATA), ENXIO);
	EQ(lseek(fd, 7720, SEEK_HOLE), 7720);
	return 0;
}
