/*
 * A file with a hole: the hole reads as zero and takes no blocks; SEEK_DATA and SEEK_HOLE; size
 * limits.
 */
#include "check.h"

int main(void)
{
	char c = 1;
	struct stat st;
	struct rlimit lim = {1 << 20, RLIM_INFINITY};
	int fd = scratch();

	EQ(pwrite(fd, "end", 3, 1 << 30), 3);
	OK(fstat(fd, &st));
	EQ(st.st_size, (1 << 30) + 3);
	CHECK(st.st_blocks <= 16);
	EQ(pread(fd, &c, 1, 12345678), 1);
	EQ(c, 0);
	EQ(pread(fd, &c, 1, (1 << 30) + 3), 0);
	EQ(lseek(fd, 0, SEEK_DATA), 1 << 30);
	EQ(lseek(fd, 5, SEEK_HOLE), 5);
	EQ(lseek(fd, (1 << 30) + 1, SEEK_DATA), (1 << 30) + 1);
	EQ(lseek(fd, (1 << 30) + 1, SEEK_HOLE), (1 << 30) + 3);
	EQ(pwrite(fd, "x", 1, 7 * PAGE), 1);
	EQ(lseek(fd, 7 * PAGE + 5, SEEK_HOLE), 8 * PAGE);
	EQ(lseek(fd, 6 * PAGE + 5, SEEK_DATA), 7 * PAGE);
	ERR(lseek(fd, -1, SEEK_DATA), ENXIO);
	ERR(lseek(fd, 1L << 31, SEEK_DATA), ENXIO);
	ERR(lseek(fd, -1, SEEK_SET), EINVAL);
	ERR(lseek(fd, 0, 9), EINVAL);
	OK(ftruncate(fd, 100));
	EQ(lseek(fd, -10, SEEK_END), 90);
	ERR(ftruncate(fd, -1), EINVAL);
	signal(SIGXFSZ, SIG_IGN);
	OK(setrlimit(RLIMIT_FSIZE, &lim));
	EQ(pwrite(fd, "abc", 3, (1 << 20) - 1), 1);
	ERR(pwrite(fd, "abc", 3, 1 << 20), EFBIG);
	ERR(ftruncate(fd, (1 << 20) + 1), EFBIG);
	return 0;
}
